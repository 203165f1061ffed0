"""Which blocks are better called in a process of their own, by what was seen of them.

A block of pure Python, or of C code that keeps Python's lock, lets no other block of the process get on while it
works. Whether one does so is looked at while it runs (see `shtairir.execute.processes.watching`) and remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.planning.config import Estimate, History
from shtairir.planning.working import Reason

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.ids import NodeId
    from shtairir.policy import NodePolicy

HOLDS_LONG_S = 20e-3
"""Below this, others hardly notice."""


def keeps_others_waiting(
    definition: BlockDefinition, policy: NodePolicy, estimate: Estimate, history: History | None
) -> bool:
    """Whether a node shall run in a process though nobody has said so.

    One with effects stays where it is: they may be on this process.
    """
    return (
        history is not None
        and policy.worker == "auto"
        and estimate.elapsed_s is not None
        and estimate.elapsed_s >= HOLDS_LONG_S
        and definition.traits.pure
        and definition.traits.lazy is None
        and history.holds_lock(definition)
    )


def why_in_process(node: NodeId, policy: NodePolicy, *, is_learned: bool) -> list[Reason]:
    """Return why a node runs in a process, if it does."""
    if policy.worker == "process":
        return [Reason(node, "workers", "Runs in a worker process, as its policy or its block says.")]
    if is_learned:
        why = "Runs in a worker process: in a thread it was seen to keep all other nodes from their work."
        return [Reason(node, "workers", why)]
    return []
