"""What the parts of one run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from shtairir.events import Event
from shtairir.execute.attempt import name_of_process
from shtairir.execute.call import Call
from shtairir.execute.composite import Composite
from shtairir.execute.halt import Halt
from shtairir.execute.handing import HandingOn
from shtairir.execute.inside import Inside
from shtairir.execute.scheduler import Shape
from shtairir.ids import NodeId, PortRef, RunId
from shtairir.memory.manager import MemoryManager
from shtairir.planning.plan import ExecutionPlan
from shtairir.results.records import Records

if TYPE_CHECKING:
    from shtairir.execute.admission import Admission
    from shtairir.execute.attempt import Attempt, AttemptHook, Invoke, WithoutAttempt
    from shtairir.execute.ending import Ending
    from shtairir.execute.restoring import Unloaded
    from shtairir.execute.waiting import Waiting
    from shtairir.ids import RunKey
    from shtairir.resources.breaker import Breakers
    from shtairir.resources.manager import ResourceManager


def _alone(work: Callable[[], object]) -> None:
    work()


def _nobody() -> bool:
    return False


def _middling() -> float:
    return 0.5


@dataclass(slots=True)
class RunState:
    """The values and notes of one run, and the way to its observers.

    Attributes
    ----------
    call
        Returns what calls a task's block.
    slots
        The values, and behind them constants. A worker writes those of its task before it says that the task is
        done; whoever is in the mailbox empties them.
    kept
        Slots that are never emptied.
    queue
        Events and signals on their way to the controller.
    states
        Those of the scheduler.
    observed
        Whether anybody listens: if not, no event is made.
    stopping
        Whether the run is to end: no task begins any more.
    reads
        The slots that each task reads; of one that hands one of them on only that, once it is chosen.
    chosen
        For each choice of the plan the place of the chosen input, once that is settled.
    halt
        Where loops wait while the run is paused.
    share
        Calls a function, and has idle workers call it too meanwhile: see `Workers.share`.
    has_waiting
        Whether a task waits for a worker.
    given_breakers
        The circuits to what nodes depend on; those of the program when ``None``.
    manager
        Who knows the resources; ``None`` until somebody asks for the program's own.
    limits
        How much may be in use of what, where that is not what the program has.
    waiting
        Where tasks wait for resources; ``None`` when none declares any.
    away
        Lets another worker take the place of the one that calls, while that waits for something.
    born
        When nodes that hold resources were first tried, by the manager's clock.
    in_hand
        The attempts that are under way, by task.
    inside
        What is under way in loops.
    waits
        For tasks of which an attempt failed: in how many seconds the next begins.
    hooks, invoke, random, key
        Those of the options.
    unloaded
        Values that the run was given and nobody has read yet.
    effect_keys
        Those of `Restored`.
    without_attempt
        That of the options.
    land
        Called with a task that has ended without a worker, and how.
    """

    id: RunId
    plan: ExecutionPlan
    call: Callable[[int], Call | Composite | HandingOn]
    shape: Shape
    constants: Sequence[Any]
    states: bytearray
    kept: frozenset[int]
    memory: MemoryManager
    manager: ResourceManager | None
    clock: Callable[[], float]
    observed: bool
    records: Records = field(init=False)
    slots: list[Any] = field(init=False)
    reads: Sequence[Sequence[int]] = field(init=False)
    limits: Mapping[str, int] = field(init=False)
    queue: SimpleQueue[Any] = field(default_factory=SimpleQueue)
    stopping: bool = False
    admission: Admission | None = None
    waiting: Waiting | None = None
    away: Callable[[], AbstractContextManager[None]] = nullcontext
    given_breakers: Breakers | None = None
    born: dict[NodeId, float] = field(default_factory=dict)
    chosen: Mapping[int, int | None] = field(default_factory=dict)
    halt: Halt = field(default_factory=Halt)
    share: Callable[[Callable[[], object]], None] = _alone
    has_waiting: Callable[[], bool] = _nobody
    in_hand: dict[int, Attempt] = field(default_factory=dict)
    inside: Inside = field(default_factory=Inside)
    waits: dict[int, float] = field(default_factory=dict)
    hooks: Sequence[AttemptHook] = ()
    invoke: Invoke | None = None
    random: Callable[[], float] = _middling
    key: RunKey | None = None
    land: Callable[[int, Ending], None] | None = None
    unloaded: Unloaded | None = None
    effect_keys: Mapping[NodeId, str] = field(default_factory=dict)
    without_attempt: WithoutAttempt | None = None

    def __post_init__(self) -> None:
        self.slots = [None] * len(self.shape.writer)
        self.reads = self.shape.reads
        self.slots += self.constants
        self.records = Records(self.plan, self.slots, self.states)
        self.limits = self.plan.limits.capacity()

    @property
    def resources(self) -> ResourceManager:
        """What blocks hold; a run in which none holds anything need not wait for it."""
        if self.manager is None:
            from shtairir.resources import shared_resources

            self.manager = shared_resources()
        return self.manager

    @property
    def breakers(self) -> Breakers:
        """The circuits to what nodes depend on."""
        if self.given_breakers is None:
            from shtairir.resources import breakers

            self.given_breakers = breakers()
        return self.given_breakers

    def wake_waiting(self) -> None:
        """Have blocks that wait for resources look whether that still has a sense."""
        if self.manager is not None:
            self.manager.wake(self.id)

    def take_back(self) -> None:
        """Take back all that the run holds: it is over."""
        if self.manager is not None:
            self.manager.end_run(self.id)

    @property
    def base_dir(self) -> Path:
        """The folder that relative paths start from."""
        return self.plan.base_dir

    def effect_key(self, node: NodeId) -> str:
        """Return what an effect of a node can be recognised by: the same in all attempts, and after a resume."""
        if node in self.effect_keys:
            return self.effect_keys[node]
        if self.key is None:
            return f"{name_of_process()}-{self.id}/{node}"
        return f"{self.key}/{node}"

    def observe(self, event: Event) -> None:
        """Have the controller hand an event to the observers. Any thread may call."""
        if self.observed:
            self.queue.put(event)

    def sharers(self, task: int) -> tuple[NodeId, ...]:
        """Return the nodes whose work a task does; a task that decides does none by itself."""
        if task in self.records.decides_for:
            return ()
        whole = self.plan.tasks[task]
        if whole.parts:
            return tuple(node for part in whole.parts for node in (part.node, *part.aliases))
        return whole.node, *whole.aliases

    def sharers_and_bodies(self, task: int) -> tuple[NodeId, ...]:
        """Return the nodes whose work a task does, and those in the body of a loop."""
        whole = self.plan.tasks[task]
        inside = whole.body.nodes if whole.body is not None else ()
        return *self.sharers(task), *(name for node in inside for name in whole.twins(node))

    def owners(self, task: int) -> tuple[NodeId, ...]:
        """Return the nodes that fail with a task."""
        return self.sharers(self.records.decides_for.get(task, task))

    def port(self, slot: int) -> PortRef:
        """Return the output whose value is in a slot."""
        task = self.plan.tasks[self.shape.writer[slot]]
        return task.outputs[slot - task.first_slot]

    def is_quick(self, task: int) -> bool:
        """Whether a task, or the burst it stands for, is known to gain nothing from another worker beside it."""
        burst = self.shape.bursts.get(task)
        return burst.single_file if burst is not None else self.call(task).pace.quick
