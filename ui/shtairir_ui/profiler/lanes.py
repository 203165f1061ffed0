"""What the timeline shows: a bar for each node in the lane of its worker, and memory below. Pure values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from shtairir.events import NodeStatus
from shtairir.ids import NodeId
from shtairir.memory.profiler import PLANNER, NodeProfile, Profile
from shtairir.memory.timeline import MemorySample


@dataclass(frozen=True, slots=True)
class Bar:
    """One node's time on a worker."""

    profile: NodeProfile
    lane: int
    category: str = ""
    critical: bool = False

    @property
    def node(self) -> NodeId:
        """The node."""
        return self.profile.node

    @property
    def from_s(self) -> float:
        """When it began."""
        return self.profile.started_s

    @property
    def to_s(self) -> float:
        """When it ended."""
        return self.profile.started_s + self.profile.elapsed_s

    @property
    def is_bad(self) -> bool:
        """Whether it did not come to a good end."""
        return self.profile.status not in (NodeStatus.DONE, NodeStatus.RUNNING, NodeStatus.CACHED)


@dataclass(frozen=True, slots=True)
class Lane:
    """The bars of one worker, in the order of time."""

    name: str
    bars: tuple[Bar, ...]
    starts: tuple[float, ...]

    def at(self, at_s: float, slack_s: float = 0.0) -> Bar | None:
        """Return the bar at a moment; a very short one is found within the slack around it."""
        place = bisect_right(self.starts, at_s + slack_s)
        near: Bar | None = None
        for bar in reversed(self.bars[max(place - 3, 0) : place]):
            if bar.from_s <= at_s <= bar.to_s:
                return bar
            if near is None and at_s - slack_s <= bar.to_s:
                near = bar
        return near


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the timeline shows of a run."""

    lanes: tuple[Lane, ...] = ()
    samples: tuple[MemorySample, ...] = ()
    duration_s: float = 0.0
    peak_bytes: int = 0
    peak_at_s: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(lane.bars for lane in self.lanes)

    @property
    def bars(self) -> list[Bar]:
        """All bars, lane by lane."""
        return [bar for lane in self.lanes for bar in lane.bars]

    def bar(self, node: NodeId) -> Bar | None:
        """Return the bar of a node."""
        return next((bar for lane in self.lanes for bar in lane.bars if bar.node == node), None)

    def sample(self, at_s: float) -> MemorySample | None:
        """Return how memory stood at a moment."""
        if not self.samples:
            return None
        place = bisect_right([sample.at_s for sample in self.samples], at_s)
        return self.samples[max(place - 1, 0)]

    def beside(self, bar: Bar, step: int) -> Bar:
        """Return the next bar of the same lane, or the one before; the bar itself at the end."""
        bars = self.lanes[bar.lane].bars
        return bars[min(max(bars.index(bar) + step, 0), len(bars) - 1)]

    def across(self, bar: Bar, step: int) -> Bar:
        """Return the bar of the next lane that is nearest in time; the bar itself when there is no such lane."""
        middle_s = (bar.from_s + bar.to_s) / 2
        number = bar.lane + step
        while 0 <= number < len(self.lanes):
            if self.lanes[number].bars:
                return min(
                    self.lanes[number].bars, key=lambda other: max(other.from_s - middle_s, middle_s - other.to_s)
                )
            number += step
        return bar


def scene_of(
    profile: Profile, category_of: Callable[[NodeId], str], critical: Collection[NodeId] = frozenset()
) -> Scene:
    """Return what there is to show of a profile: a lane for each worker, also for those that had nothing to do."""
    by_worker: dict[str, list[NodeProfile]] = {f"worker-{number + 1}": [] for number in range(profile.workers)}
    for node in profile.nodes:
        # What the planner computed, and those that share another's result, took no time of a worker.
        if node.worker != PLANNER and (node.elapsed_s > 0 or node.part_of is None):
            by_worker.setdefault(node.worker, []).append(node)
    lanes = []
    for number, (worker, nodes) in enumerate(by_worker.items()):
        nodes.sort(key=lambda node: node.started_s)
        bars = tuple(Bar(node, number, category_of(node.node), node.node in critical) for node in nodes)
        lanes.append(Lane(worker, bars, tuple(bar.from_s for bar in bars)))
    ends = [bar.to_s for lane in lanes for bar in lane.bars[-1:]]
    return Scene(tuple(lanes), profile.timeline, max([profile.elapsed_s, *ends]), profile.peak_bytes, profile.peak_at_s)


@dataclass(frozen=True, slots=True)
class MemoryScale:
    """How high memory is drawn.

    Attributes
    ----------
    top_bytes
        What the upper edge stands for, for values and the pool.
    resident_top_bytes
        The same for the process. It is another number when the values are few beside the program itself: they would
        be a line at the bottom.
    """

    top_bytes: int
    resident_top_bytes: int

    @property
    def is_shared(self) -> bool:
        """Whether all is drawn to one scale."""
        return self.top_bytes == self.resident_top_bytes


_ROOM = 1.15
_COMPARABLE = 4


def memory_scale(samples: Sequence[MemorySample], peak_bytes: int) -> MemoryScale:
    """Return the scale for a run's memory."""
    stack = max([peak_bytes, *(sample.live_bytes + sample.idle_bytes for sample in samples)])
    resident = max((sample.resident_bytes for sample in samples), default=0)
    if resident <= _COMPARABLE * stack:
        top = int(_ROOM * max(stack, resident, 1))
        return MemoryScale(top, top)
    return MemoryScale(int(_ROOM * max(stack, 1)), int(_ROOM * resident))
