"""One thing that is wrong with a graph, said so that a person can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shtairir.document.edits import Edit
from shtairir.ids import NodeId, PortName

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and how to mend it.

    Attributes
    ----------
    severity
        With an ``error`` the graph cannot run; a ``warning`` is probably not meant; ``info`` is worth knowing.
    code
        What kind of problem it is, for programs: ``cycle``, ``missing_input``, ``type_mismatch``, ...
    message
        A sentence for a person.
    fix
        What to do, as a sentence.
    edit
        The edit that does it, when one edit surely mends the problem.
    node
        The node; one inside a definition by its path from the graph, through the first instance: ``clean/blur``.
    related
        All nodes that take part, for example in a cycle; of what lies in a definition, the graph's own nodes that
        contain it.
    scope, inner
        What the problem lies in, if that is not the graph itself: the name of a definition or ``file:clean.shtairir``,
        and the node there.
    """

    severity: Severity
    code: str
    message: str
    node: NodeId | None = None
    port: PortName | None = None
    fix: str | None = None
    edit: Edit | None = None
    related: tuple[NodeId, ...] = ()
    scope: str | None = None
    inner: NodeId | None = None

    def __str__(self) -> str:
        return f"{self.severity}: {self.message} {self.fix or ''}".rstrip()
