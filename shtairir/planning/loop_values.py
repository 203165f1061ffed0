"""Values and outputs that are named inside of loops: ``loop/blur.sigma``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from shtairir.block.loops import LOOPS
from shtairir.errors import PlanningError
from shtairir.ids import NodeId, PortRef
from shtairir.planning.expand import Values

if TYPE_CHECKING:
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.working import WorkingNode

InsideLoops: TypeAlias = Mapping[NodeId, Values]
"""Values for the bodies of loops, by the paths of the loops; the paths in them begin inside of the body."""


def apart(source: Snapshot, values: Values) -> tuple[Values, InsideLoops]:
    """Return the values that are for nodes outside of all loops, and those for each loop's body."""
    outside: dict[PortRef, object] = {}
    inside: dict[NodeId, dict[PortRef, object]] = {}
    for port, value in values.items():
        loop = _loop_around(source, port.node)
        if loop is None:
            outside[port] = value
        else:
            rest = NodeId(port.node[len(loop) + 1 :])
            inside.setdefault(loop, {})[PortRef(rest, port.port)] = value
    return outside, inside  # type: ignore[return-value]  # they were JSON before


def _loop_around(source: Snapshot, path: str) -> NodeId | None:
    """Return the outermost loop that a node lies in."""
    steps = path.split("/")
    for count in range(1, len(steps)):
        outer = "/".join(steps[:count])
        found = source.find(outer)
        if found is not None and found[1].block in LOOPS:
            return NodeId(outer)
    return None


def refuse_kept(port: PortRef, loops: Iterable[WorkingNode]) -> None:
    """Refuse to keep an output of a node that lies in a loop, in a sentence of its own."""
    for loop in loops:
        if port.node.startswith(f"{loop.id}/"):
            raise PlanningError(
                f"The output to keep, '{port}', is made anew in every iteration of '{loop.id}'.",
                hint=f"Make it an output of the body, or look at one iteration: result.replay('{loop.id}', 0).",
            )
