"""What the evaluation of a chain gets from its run: buffers, helpers, a way to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shtairir.block.elementwise import Kernel, trouble
from shtairir.errors import RunCancelledError
from shtairir.events import NodeLogged, NodeProgressed
from shtairir.execute.context import PROGRESS_INTERVAL_S

if TYPE_CHECKING:
    from shtairir.execute.chain import Array, Shape
    from shtairir.execute.state import RunState
    from shtairir.planning.plan import Task


class RunWorkspace:
    """The workspace of one task in one run; see `shtairir.execute.sweep.Workspace`. Any thread may call.

    Attributes
    ----------
    scratch_bytes
        What was lent that is no result.
    """

    def __init__(self, state: RunState, task: Task) -> None:
        self._state = state
        self._task = task
        self._reported_at = -1.0
        self._troubles: list[tuple[int, str]] = []
        self.scratch_bytes = 0

    def empty(self, shape: Shape, dtype: Any, step: int | None) -> Array:
        """Lend a buffer, for a step's result or, for none, for scratch."""
        node = self._task.node if step is None else self._task.parts[step].node
        array = self._state.memory.empty(shape, dtype, node)
        if step is None:
            self.scratch_bytes += array.nbytes
        return array

    def together(self, work: Callable[[], None]) -> None:
        """Have idle workers join in."""
        self._state.share(work)

    def advance(self, fraction: float) -> None:
        """Tell how far the chain is; each of its nodes is as far."""
        state = self._state
        if state.stopping:
            raise RunCancelledError("The run was cancelled.")
        if not state.observed:
            return
        now = state.clock()
        if now - self._reported_at >= PROGRESS_INTERVAL_S:
            self._reported_at = now
            for part in self._task.parts:
                state.queue.put(NodeProgressed(state.id, now, part.node, fraction, ""))

    def trouble(self, step: int, kind: str) -> None:
        """Take note that a step's arithmetic went wrong."""
        self._troubles.append((step, kind))

    def tell_troubles(self) -> None:
        """Log what went wrong, once all went right in the end: otherwise the blocks say it themselves."""
        for step, kind in self._troubles:
            part = self._task.parts[step]
            kernel = part.definition.traits.kernel
            if isinstance(kernel, Kernel) and kernel.warns:
                message = trouble(kernel.name, kind)
                self._state.observe(NodeLogged(self._state.id, self._state.clock(), part.node, "warning", message))
