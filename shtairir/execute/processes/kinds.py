"""Where each task of a run is called: in a thread, or in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from shtairir.events import IN_LOOP
from shtairir.planning.placing import keeps_others_waiting

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.execute.call import Call
    from shtairir.planning.config import History
    from shtairir.planning.plan import Task

Backend: TypeAlias = Literal["threads", "processes"]
BACKENDS = ("threads", "processes")

WORTH_SENDING_S = 1e-3
"""A step of a loop that takes less is called where it is: to go there and back takes a tenth of that."""


ENOUGH_LOOKS = 8
"""After how many it is known whether a block keeps Python's lock."""


class Kind(NamedTuple):
    """Where a task is called.

    Attributes
    ----------
    is_wanted
        Whether somebody has said so, of this node or of its block; otherwise it may be decided anew.
    reason
        Why, in a sentence; empty where nobody would ask.
    is_tried
        Whether it is called in a thread once, and goes to a process if that takes long.
    """

    is_process: bool
    is_wanted: bool = False
    reason: str = ""
    is_tried: bool = False


_THREAD = Kind(False)
_TRIED = Kind(False, is_tried=True)


class Kinds:
    """Says where the tasks of a run are called, and remembers it.

    Parameters
    ----------
    history
        What was learned of blocks; nothing, where what was learned shall not count.
    """

    def __init__(self, backend: Backend, history: History | None = None) -> None:
        self._backend = backend
        self._history = history

    @property
    def sends_all(self) -> bool:
        """Whether tasks go to processes of which nobody has said anything."""
        return self._backend == "processes"

    def of(self, call: Call, attempt: Attempt) -> Kind:
        """Return where a task is called."""
        # Noted with the call, which serves other runs as well.
        if call.route is not None and call.route[0] is self:
            kind: Kind = call.route[1]
            return kind
        kind = kind_of(call.task, self._backend, self._history)
        if kind.is_process and not kind.is_wanted and attempt.worker == IN_LOOP:
            kind = _TRIED  # a loop may have ten thousand iterations of a microsecond
        call.route = self, kind
        return kind

    def settle(self, call: Call, elapsed_s: float) -> None:
        """Take note of how long a call took that was a trial."""
        wanted = kind_of(call.task, self._backend, self._history)
        call.route = self, wanted if elapsed_s >= WORTH_SENDING_S else _THREAD

    def stay(self, call: Call, reason: str) -> None:
        """Have a task called in threads from now on."""
        call.route = self, Kind(False, reason=reason)


def kind_of(task: Task, backend: Backend, history: History | None = None) -> Kind:
    """Return where a task is to be called.

    The node's policy goes first, which has what the graph and the block say as well; then the backend of the run, then
    what was learned.
    """
    if task.parts or task.body is not None or task.definition.traits.lazy is not None:
        return _THREAD  # what is fused is NumPy's work; a loop, or what hands on, has blocks called but is none
    wanted = task.policy.worker
    if wanted != "auto":
        return Kind(wanted == "process", True, f"It is to run in a {wanted}.")
    if backend == "processes":
        return Kind(True, reason="Runs in a process, as the run is to have it.")
    if keeps_others_waiting(task.definition, task.policy, task.estimate, history):
        return Kind(True, reason="Runs in a process: in a thread it was seen to keep all others from their work.")
    return _THREAD
