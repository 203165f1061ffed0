"""What a check of a pack finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shtairir.ids import BlockId

Severity = Literal["failure", "remark"]

CHECKS = ("declared", "documented", "example", "pure", "outputs")
"""What is looked at of each block, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, or that could not be looked at.

    Attributes
    ----------
    check
        One of `CHECKS`, or ``pack`` for what concerns no single block.
    severity
        With a ``failure`` the pack does not pass; a ``remark`` is worth knowing.
    """

    check: str
    message: str
    block: BlockId | None = None
    severity: Severity = "failure"
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found of a pack.

    Attributes
    ----------
    pack
        The module, file or folder.
    blocks
        The blocks that were looked at.
    """

    pack: str
    blocks: tuple[BlockId, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not any(finding.severity == "failure" for finding in self.findings)

    def verdict(self, block: BlockId, check: str) -> Literal["ok", "fails", "-"]:
        """Return how a block did in a check; ``-`` when it could not be looked at."""
        found = [finding for finding in self.findings if finding.block == block and finding.check == check]
        if any(finding.severity == "failure" for finding in found):
            return "fails"
        return "-" if found else "ok"


def failures(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with which a pack does not pass."""
    return [finding for finding in findings if finding.severity == "failure"]
