"""Who holds resources, and what somebody waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from shtairir.ids import NodeId, RunId, RunKey
from shtairir.policy.model import Criticality, Priority

HEAD_START_S: Mapping[Priority, float] = {"high": 30.0, "normal": 0.0, "low": -30.0}
"""How many seconds of waiting a priority is worth. Whoever has waited so much longer goes first all the same, so that
nobody waits for ever."""

_CRITICALITIES: tuple[Criticality, ...] = ("low", "normal", "high", "critical")


@dataclass(slots=True, eq=False)
class Owner:
    """One attempt at a node, as far as it holds resources. All that it holds can be taken back with it.

    Attributes
    ----------
    begun
        Whether it is under way. What it was granted before may be taken back for another who is.
    may_retry
        Whether it is tried again if it has to give way.
    born_s
        When the node was first tried in its run: who was there first is the last to give way.
    held
        How much it holds, by name.
    closed
        Whether it has ended, or was given up: it gets nothing any more.
    """

    run: RunId
    node: NodeId
    attempt: int = 1
    priority: Priority = "normal"
    criticality: Criticality = "normal"
    may_retry: bool = True
    key: RunKey | None = None
    born_s: float = 0.0
    begun: bool = True
    held: dict[str, int] = field(default_factory=dict)
    closed: bool = False

    @property
    def protected(self) -> bool:
        """Whether others give way before it does."""
        return self.criticality in ("high", "critical")

    def reluctance(self) -> tuple[int, bool, float]:
        """Return by what it is chosen to give way, the smallest first."""
        return _CRITICALITIES.index(self.criticality), not self.may_retry, -self.born_s

    def named(self, run: RunId) -> str:
        """Return how it is called in a sentence about a run."""
        return f"'{self.node}'" if run == self.run else f"'{self.node}' of run {self.key or self.run}"


class WaitState(Enum):
    """How a wait stands."""

    WAITING = auto()
    GRANTED = auto()
    FAILED = auto()
    WITHDRAWN = auto()


@dataclass(slots=True, eq=False)
class Wait:
    """What an owner has asked for.

    Attributes
    ----------
    wanted
        How much of what; all of it is granted together.
    limits
        How much there is for this owner, where that is not what the program has.
    rank
        By which those who wait are served: when it asked, put earlier or later by priority, and its number.
    on_settled
        Called when it was granted or has failed, by whoever brought that about, with no lock held.
    on_woken
        Called when the owner is to look whether it still wants it.
    """

    owner: Owner
    wanted: Mapping[str, int]
    limits: Mapping[str, int]
    since_s: float
    rank: tuple[float, int]
    on_settled: Callable[[Wait], None] | None = None
    on_woken: Callable[[], None] | None = None
    deadline_s: float | None = None
    state: WaitState = WaitState.WAITING
    error: Exception | None = None
    granted_s: float = 0.0

    @property
    def waits(self) -> bool:
        """Whether it is neither granted nor given up."""
        return self.state is WaitState.WAITING

    @property
    def granted(self) -> bool:
        """Whether the owner has what it asked for."""
        return self.state is WaitState.GRANTED
