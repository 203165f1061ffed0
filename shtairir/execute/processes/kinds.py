"""Where each task of a run is called: in a thread, or in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from shtairir.execute.call import Call
    from shtairir.planning.plan import Task

Backend: TypeAlias = Literal["threads", "processes"]
BACKENDS = ("threads", "processes")


class Kind(NamedTuple):
    """Where a task is called.

    Attributes
    ----------
    is_wanted
        Whether somebody has said so, of this node or of its block; otherwise it may be decided anew.
    reason
        Why, in a sentence.
    """

    is_process: bool
    is_wanted: bool = False
    reason: str = ""


_THREAD = Kind(False)


class Kinds:
    """Says where tasks are called, and remembers it.

    The node's policy goes first, then what its block declares, then the backend of the run, then what was learned.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._kinds: dict[int, Kind] = {}

    def of(self, call: Call) -> Kind:
        """Return where a task is called."""
        number = call.task.number
        kind = self._kinds.get(number)
        if kind is None:
            kind = self._kinds[number] = kind_of(call.task, self._backend)
        return kind

    def stay(self, call: Call, reason: str) -> None:
        """Have a task called in threads from now on."""
        self._kinds[call.task.number] = Kind(False, reason=reason)


def kind_of(task: Task, backend: Backend) -> Kind:
    """Return where a task is to be called."""
    wanted = task.policy.worker
    if task.parts or task.body is not None:
        return _THREAD  # what is fused is NumPy's work, and a loop has blocks called, but is none
    if wanted != "auto":
        return Kind(wanted == "process", True, f"Its policy says so: {wanted}.")
    declared = task.definition.traits.runs_on
    if declared == "process":
        return Kind(True, True, "Its block says so.")
    if backend == "processes" and declared == "thread":
        return Kind(True, False, "The run uses processes.")
    return _THREAD
