"""What is wrong with the source of a code block, line by line, for its editor."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class SourceProblem:
    """Something in the source of a code block that is wrong, or not as it was meant.

    Attributes
    ----------
    line, column
        Where, both counted from 1.
    message
        What it is and what to write instead, in sentences.
    severity
        With an ``error`` the block cannot run; a ``warning`` is worth a look.
    """

    line: int
    column: int
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class Problems(list[SourceProblem]):
    """Collects problems by the place of a branch of the tree."""

    def error(self, node: ast.AST, message: str) -> None:
        """Add what keeps the block from running."""
        self.append(_at(node, message, "error"))

    def warn(self, node: ast.AST, message: str) -> None:
        """Add what is worth a look."""
        self.append(_at(node, message, "warning"))


def _at(node: ast.AST, message: str, severity: Literal["error", "warning"]) -> SourceProblem:
    return SourceProblem(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, message, severity)
