"""The run as the blocks in the body of a loop see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from shtairir.events import Event, NodeLogged, NodePreviewed, NodeProgressed
from shtairir.execute.state import RunState

if TYPE_CHECKING:
    from shtairir.execute.loop_program import BodyProgram
    from shtairir.ids import NodeId
    from shtairir.resources.manager import ResourceManager

_TOLD_EVERY_S = 0.05
_MOST_LINES = 200


class Telling:
    """Lets through what blocks of a body say, as far as a person could follow it.

    A loop may have ten thousand iterations, in each of which a block logs a line.

    Parameters
    ----------
    on_progress
        Is told of what blocks say of how far they are.
    """

    def __init__(self, state: RunState, on_progress: Callable[[NodeProgressed], None]) -> None:
        self._state = state
        self._on_progress = on_progress
        self._told_s: dict[tuple[type, NodeId], float] = {}
        self._lines = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, NodeLogged):
            self._lines += 1
            if self._lines <= _MOST_LINES:
                self._state.observe(event)
        elif isinstance(event, NodeProgressed | NodePreviewed):
            key = type(event), event.node
            if event.at_s - self._told_s.get(key, -1.0) >= _TOLD_EVERY_S:
                self._told_s[key] = event.at_s
                self._state.observe(event)
                if isinstance(event, NodeProgressed):
                    self._on_progress(event)

    @property
    def left_out(self) -> int:
        """How many lines were not let through."""
        return max(self._lines - _MOST_LINES, 0)


class BodyState(RunState):
    """The state of the run as the blocks of one lane see it: slots of their own, the memory of the run."""

    __slots__ = ("_is_stopping", "_outer", "_tell", "index", "loop")

    def __init__(self, outer: RunState, program: BodyProgram, tell: Telling, is_stopping: Callable[[], bool]) -> None:
        self._outer = outer
        self._is_stopping = is_stopping
        self._tell = tell
        self.index = 0
        self.loop = 0
        shape = program.shape
        super().__init__(
            id=outer.id,
            plan=program.plan,
            call=program.program.call,
            shape=shape,
            constants=program.constants,
            states=bytearray(len(shape.waits)),
            kept=program.kept,
            memory=outer.memory,
            manager=outer.manager,
            given_breakers=outer.given_breakers,
            away=outer.away,
            clock=outer.clock,
            observed=False,
            halt=outer.halt,
            share=outer.share,
            invoke=outer.invoke,
            random=outer.random,
            inside=outer.inside,
            has_waiting=outer.has_waiting,
        )

    @property
    def resources(self) -> ResourceManager:
        """What blocks hold: the run must know that they do."""
        return self._outer.resources

    @property
    def stopping(self) -> bool:
        """Whether the run is to end, or nobody wants this iteration any more."""
        return self._is_stopping()

    @stopping.setter
    def stopping(self, value: bool) -> None:
        """Do nothing: others decide that."""

    def effect_key(self, node: NodeId) -> str:
        """Return what an effect can be recognised by: each item has effects of its own."""
        return f"{self._outer.effect_key(node)}[{self.index}]"

    def observe(self, event: Event) -> None:
        """Hand on what a block says; what becomes of the nodes is told for all iterations together."""
        self._tell(event)
