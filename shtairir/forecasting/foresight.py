"""From a plan, what the cache has of it, and the record of earlier forecasts, to a `Forecast`."""

from __future__ import annotations

import math
import os
import time
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from shtairir.events import NodeStatus
from shtairir.forecasting.alike import FIRST, Basis, likeness_of, peak_bytes, ratios
from shtairir.forecasting.calibration import calibrated
from shtairir.forecasting.costs import Loaded, Rehearsed, nodes_of, rehearsed, work_share
from shtairir.forecasting.forecast import Forecast, Range, impact_of
from shtairir.forecasting.review import Review, Truth
from shtairir.ids import NodeId, PortRef
from shtairir.planning.source import source_of

if TYPE_CHECKING:
    from shtairir.forecasting.record import Entry, Track
    from shtairir.monitor.chronicle import Outline
    from shtairir.planning.plan import ExecutionPlan
    from shtairir.results.result import RunResult

_ROUGH_BELOW = 0.8
_YOUNG_BELOW = 3


class Spared(Protocol):
    """Whoever knows what need not run: the cache."""

    @property
    def running(self) -> Collection[NodeId]:
        """The nodes that must run."""

    @property
    def known(self) -> Mapping[NodeId, int]:
        """Those whose results are there and needed, with their sizes."""

    @property
    def keys(self) -> Mapping[NodeId, str]:
        """The keys of those whose results are kept."""

    @property
    def why(self) -> Mapping[NodeId, str]:
        """Why each node runs that must."""


class Foresight:
    """What can be foreseen of one run; worked out when somebody asks, from what was known when it was made.

    Parameters
    ----------
    spared
        What need not run, as the cache has it; ``None`` when everything does.
    given
        Outputs whose values are there.
    keep
        Outputs that are wanted besides the results; ``None`` for all.
    backend, in_processes
        Where blocks are called, and how many tasks go to processes.
    keeps_results
        Whether the cache is given what is made.
    is_first
        Whether this program has not run the graph before: then libraries have yet to be imported, and files read.

    Notes
    -----
    May be asked from any thread.
    """

    def __init__(
        self,
        plan: ExecutionPlan,
        track: Track,
        *,
        spared: Spared | None = None,
        given: Collection[PortRef] = (),
        keep: Sequence[PortRef] | None = (),
        backend: str = "threads",
        in_processes: int = 0,
        keeps_results: bool = False,
        is_first: bool = True,
    ) -> None:
        self.plan = plan
        self._track = track
        self._spared = spared
        self._given = frozenset(plan.aliases.get(port, port) for port in given)
        self._keep = keep
        self._backend = backend
        self._in_processes = in_processes
        self._keeps_results = keeps_results
        self._is_first = is_first
        self._processor_s = time.process_time()
        self._made: Forecast | None = None

    @property
    def forecast(self) -> Forecast:
        """What is foreseen."""
        if self._made is None:  # by two threads at a time, it is made twice, and the same
            self._made = self._foreseen()
        return self._made

    def observe(self, result: RunResult) -> None:
        """Stand beside a result that has just come, and have it learned from."""
        result.foresight = self
        self._track.observe(graph_key(self.plan), self, result, time.process_time() - self._processor_s)

    def review(self, result: RunResult | Outline) -> Review:
        """Return what was foreseen, held against a result."""
        records = result.nodes.records
        ran = [task for task in self.plan.tasks if records.status(task.number) is NodeStatus.DONE]
        disk_bytes = self._kept_bytes(result) if self._keeps_results else 0
        truth = Truth(
            result.elapsed_s,
            result.memory.peak_bytes,
            disk_bytes,
            sum(len(nodes_of(task)) for task in ran) + len(self.plan.folded),
            str(result.status),
        )
        return Review(self.forecast, truth)

    def _kept_bytes(self, result: RunResult | Outline) -> int:
        """Return the size of what the cache was given to write."""
        from shtairir.cache.smart import is_worth_writing  # which is there if anything is kept

        records, keys = result.nodes.records, self._spared.keys if self._spared is not None else {}
        total = 0
        for task in self.plan.tasks:
            if task.node in keys and records.status(task.number) is NodeStatus.DONE:
                nbytes = records.sizes(task.number)[0]
                total += nbytes if is_worth_writing(records.elapsed_s(task.number), nbytes) else 0
        return total

    @cached_property
    def _past(self) -> Sequence[Entry]:
        """The runs before this one, however late one asks: the record looks at it before it takes note of the run."""
        self._track.catch_up(self)
        return self._track.of(graph_key(self.plan))

    @cached_property
    def basis(self) -> Basis:
        """What the plan alone says."""
        plan, graph = self.plan, graph_key(self.plan)
        tasks = self._running()
        if len(tasks) == len(plan.tasks) and self._keep is not None:
            found = _rehearsed_whole(plan)
        else:
            found = rehearsed(plan, tasks, self._loaded(), keeps_all=self._keep is None)
        names = "all" if len(tasks) == len(plan.tasks) else ",".join(sorted(plan.tasks[task].node for task in tasks))
        kept = "all" if self._keep is None else ",".join(sorted(map(str, self._keep)))
        how = (plan.level, plan.workers, self._backend, self._in_processes, self._keeps_results)
        conditions = f"{'|'.join(map(str, how))}|{len(plan.tasks)}|{kept}"
        signature = zlib.crc32(f"{conditions}|{names}".encode())
        past = self._past
        ground = self._ground(found, sum(entry.signature == signature for entry in past), len(past))
        return Basis(graph, tasks, signature, likeness_of(plan, tasks), ground, found)

    def _ground(self, found: Rehearsed, runs_alike: int, runs: int) -> str:
        ground = "seasoned"
        if found.known_share < _ROUGH_BELOW and runs_alike < _YOUNG_BELOW:
            ground = "rough"
        elif runs < _YOUNG_BELOW:
            ground = "young"
        return ground + FIRST if self._is_first else ground

    def _loaded(self) -> Loaded:
        """Return what is read back from the cache: all that is there for readers, and of it what is wanted itself."""
        known = self._spared.known if self._spared is not None else {}
        wanted = {port.node for port in (*self.plan.results, *(self._keep or ()))}
        kept = [nbytes for node, nbytes in known.items() if self._keep is None or node in wanted]
        return Loaded(sum(known.values()), sum(kept))

    def _running(self) -> frozenset[int]:
        """Return the tasks that run."""
        if self._spared is None:
            whole = range(len(self.plan.tasks))
            return frozenset(_needed(self.plan, self._given, self._keep) if self._given else whole)
        running = self._spared.running
        return frozenset(task.number for task in self.plan.tasks if any(call.node in running for call in task.calls))

    # --- the figures ------------------------------------------------------------------------------------------

    def _foreseen(self) -> Forecast:
        plan, basis = self.plan, self.basis
        found = basis.rehearsed
        to_run, cached = self._nodes(basis.tasks)
        share = work_share(plan, basis.tasks)
        saved = None if share is None else 1.0 - share
        if not basis.tasks and plan.tasks:
            saved = 1.0
        return Forecast(
            graph=plan.graph_name,
            nodes_to_run=to_run,
            nodes_cached=cached,
            seconds=self.seconds,
            peak_bytes=peak_bytes(basis, self._past),
            disk_bytes=self._disk_bytes(basis),
            impact=impact_of(saved),
            saved_share=saved,
            runs=len(self._past),
            workers=plan.workers,
            timeline=_timeline(plan, found, basis.tasks),
        )

    def _nodes(self, tasks: Collection[int]) -> tuple[dict[NodeId, str], tuple[NodeId, ...]]:
        plan = self.plan
        why = self._spared.why if self._spared is not None else {}
        to_run = {node: why.get(node, "") for task in sorted(tasks) for node in nodes_of(plan.tasks[task])}
        to_run |= dict.fromkeys(plan.folded, "")
        dropped = set(plan.dropped)
        return to_run, tuple(node for node in plan.nodes if node not in to_run and node not in dropped)

    @cached_property
    def seconds(self) -> Range | None:
        """How long it is expected to take; by itself, since that is all that the record needs of most runs."""
        basis = self.basis
        found = basis.rehearsed
        if found.seconds is None:
            return None
        own = ratios(basis, found.seconds, self._past)
        misses = [entry.missed for entry in self._past if entry.model_s > 0]
        low, middle, high = calibrated(own, self._track.pool(basis.ground), found.spread, misses)
        return Range(*(found.seconds * math.exp(each) for each in (low, middle, high)))

    def _disk_bytes(self, basis: Basis) -> int | None:
        """Return what the cache is given to write, as far as that is known; ``None`` if no size is."""
        if not self._keeps_results or self._spared is None:
            return 0
        from shtairir.cache.smart import is_worth_writing

        keys = self._spared.keys
        estimates = [self.plan.tasks[task].estimate for task in basis.tasks if self.plan.tasks[task].node in keys]
        sized = [(one.elapsed_s, one.total_bytes) for one in estimates if one.total_bytes is not None]
        if estimates and not sized:
            return None
        return sum(nbytes for took_s, nbytes in sized if took_s is None or is_worth_writing(took_s, nbytes))


def _timeline(plan: ExecutionPlan, found: Rehearsed, tasks: Collection[int]) -> dict[NodeId, tuple[float, float]]:
    timeline = {}
    for number in tasks:
        end_s = found.ends_s.get(number)
        if end_s is not None:
            began_s = max(end_s - (plan.tasks[number].estimate.elapsed_s or 0.0), 0.0)
            timeline.update(dict.fromkeys(nodes_of(plan.tasks[number]), (began_s, end_s)))
    return timeline


def _needed(plan: ExecutionPlan, there: Collection[PortRef], keep: Iterable[PortRef] | None) -> set[int]:
    """Return the tasks that run when some outputs are there: from what is wanted backwards."""
    wanted: Iterable[PortRef] = plan.slots if keep is None else [*plan.results, *keep]
    makers = {port: task.number for task in plan.tasks for port in task.outputs}
    pending = [makers[port] for port in wanted if port not in there and port in makers]
    pending += [task.number for task in plan.tasks if not task.outputs]
    running: set[int] = set()
    while pending:
        number = pending.pop()
        if number in running:
            continue
        running.add(number)
        task = plan.tasks[number]
        pending += [makers[item.source] for item in task.inputs if item.source not in there and item.source in makers]
    return running


_whole: WeakKeyDictionary[ExecutionPlan, Rehearsed] = WeakKeyDictionary()
"""How whole plans are expected to go: most runs are of all nodes, and plans are run again and again."""


def _rehearsed_whole(plan: ExecutionPlan) -> Rehearsed:
    found = _whole.get(plan)
    if found is None:
        found = _whole[plan] = rehearsed(plan, range(len(plan.tasks)))
    return found


def graph_key(plan: ExecutionPlan) -> str:
    """Return the name under which is kept how forecasts of a graph have held: its file, or its own name."""
    source = source_of(plan)
    path = source.given.path if source is not None else None
    return os.path.abspath(path) if path is not None else plan.graph_name
