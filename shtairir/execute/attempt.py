"""One attempt at a task, and those who look over the worker's shoulder while it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task


@dataclass(slots=True)
class Attempt:
    """What is tried.

    Attributes
    ----------
    number, most
        Which attempt it is, counted from 1, and how many there may be.
    key
        The same for all attempts at this node in this run, also after a resume: what an effect can be recognised by.
    fault
        What is to go wrong, in a rehearsal: ``timeout``, ``error``, ``crash``, ``oom`` or ``slow``; else empty.
    """

    task: Task
    number: int
    most: int
    worker: str
    key: str = ""
    fault: str = ""

    @property
    def node(self) -> NodeId:
        """The node that is tried."""
        return self.task.node


class AttemptHook(Protocol):
    """Is told of each attempt, on the worker that makes it. Tasks so cheap that they run in bursts are left out.

    It must be quick, and may be called by several workers at a time.
    """

    def begin(self, attempt: Attempt) -> None:
        """Take note that a block is about to be called. What this raises is the attempt's failure."""

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Take note of the outputs, before anybody reads them, or of what the block raised; must not raise."""
