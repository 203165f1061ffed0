"""What a run will take, and what to do when that is too much: figures, refusal, order and waits.

Nothing here changes a result: at most, who goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from shtairir.block.definition import BlockDefinition
from shtairir.errors import PlanningError
from shtairir.ids import NodeId
from shtairir.memory.sizes import in_words
from shtairir.planning.config import Estimate, OptimizationLevel, PlanningConfig
from shtairir.planning.dependency import Adjacency
from shtairir.planning.estimates import Forecast, seconds
from shtairir.planning.footprint import Rehearsal, footprint, rehearse
from shtairir.planning.passes.order import frugal_order
from shtairir.planning.resources import ONE_PROCESSOR, ResourceRequirements, beyond, required
from shtairir.planning.working import Reason, WorkingGraph

_NAMED_IN_A_REFUSAL = 5


class Outlook:
    """What is known of the tasks of a graph.

    Parameters
    ----------
    numbers
        The working number of each task.

    Attributes
    ----------
    durations
        The expected seconds of each task; where some are unknown, the median of the others stands for them.
    all_timed
        Whether every time is known.
    held
        What tasks take of memory; ``None`` when that is too little to be counted, or unknown.
    requirements
        What each task needs.
    """

    def __init__(
        self,
        graph: WorkingGraph,
        numbers: Sequence[int],
        known: Forecast,
        config: PlanningConfig,
    ) -> None:
        self._graph = graph
        self._numbers = numbers
        self._known = known
        self._config = config
        self.all_timed = all(estimate.elapsed_s is not None for estimate, _ in known.different)
        self.durations = seconds(known, numbers)
        self.held = footprint(graph, numbers, known)
        self.requirements = self._requirements()
        self._all_sized = all(_is_sized(estimate, block) for estimate, block in known.different)

    @cached_property
    def names(self) -> list[NodeId]:
        """The node of each task."""
        return [self._graph.nodes[number].id for number in self._numbers]

    @cached_property
    def _rough(self) -> list[bool]:
        return [number in self._known.rough for number in self._numbers]

    # --- what can never run -----------------------------------------------------------------------------------

    def _requirements(self) -> list[ResourceRequirements]:
        """Return what each task needs.

        Raises
        ------
        PlanningError
            When some can never run under the limits.
        """
        limits = self._config.limits
        refusals: list[tuple[NodeId, str]] = []
        enough = 0
        by_block = {id(block): required(block.traits) for _, block in self._known.different}
        refused = {key: why for key, needs in by_block.items() if (why := limits.refusal(needs)) is not None}
        if all(needs is ONE_PROCESSOR for needs in by_block.values()):
            requirements = [ONE_PROCESSOR] * len(self._numbers)
        else:
            blocks = [id(self._graph.nodes[number].definition) for number in self._numbers]
            refusals += [(self.names[task], refused[key]) for task, key in enumerate(blocks) if key in refused]
            requirements = [by_block[key] for key in blocks]
        if self.held is not None:
            for task, memory_bytes in enumerate(self.held.needs):
                if memory_bytes:
                    requirements[task] = replace(requirements[task], memory_bytes=memory_bytes)
                if limits.memory_bytes is not None and self._exceeds(task, limits.memory_bytes):
                    refusals.append((self.names[task], self._too_large(task, limits.memory_bytes)))
                    enough = max(enough, self.held.least(task))
        if refusals:
            raise _refused(refusals, enough)
        return requirements

    def _exceeds(self, task: int, limit_bytes: int) -> bool:
        """Whether a task and what it reads take more than there is, for certain."""
        if self.held is None or self.held.least(task) <= limit_bytes or self._depends_on_choice(task):
            return False
        # Guesses do not keep a run from being tried.
        return not self._rough[task] and not any(self._rough[self.held.writer(slot)] for slot in self.held.reads[task])

    def _depends_on_choice(self, task: int) -> bool:
        """Whether a task need not run, or need not read all that it could."""
        branches, number = self._graph.branches, self._numbers[task]
        return branches is not None and (
            number in branches.guards or self._graph.nodes[number].definition.traits.lazy is not None
        )

    def _too_large(self, task: int, limit_bytes: int) -> str:
        assert self.held is not None
        reads, needs, working = self.held.inputs_bytes(task), self.held.needs[task], self.held.working[task]
        parts = [("what it reads", reads), ("what it makes", needs - working), ("its work", working)]
        return beyond(parts, limit_bytes)

    # --- order ------------------------------------------------------------------------------------------------

    def fitted(
        self, predecessors: Adjacency, successors: Adjacency, positions: list[int]
    ) -> tuple[list[int], dict[int, int], list[Reason]]:
        """Return the order of the tasks, whom else they must wait for, and why, so that the whole fits.

        Parameters
        ----------
        positions
            The order that is best if memory does not matter. It is kept if the whole fits so.
        """
        limit = self._config.limits.memory_bytes
        if limit is None or self.held is None:
            return positions, {}, []
        usual = self._rehearsed(predecessors, successors, positions, None)
        if usual.peak_bytes <= limit:
            return positions, {}, []
        frugal = frugal_order(self.held, predecessors, successors, _ranks(positions))
        choices = [(order, self._rehearsed(predecessors, successors, order, limit)) for order in (positions, frugal)]
        order, best = min(choices, key=lambda choice: (max(choice[1].peak_bytes, limit), choice[1].elapsed_s))
        # As they began, not as they were preferred: a task comes after the one that it was held back for.
        return list(best.order), dict(best.held_back), self._why(usual, best, order is frugal, limit)

    def _why(self, usual: Rehearsal, best: Rehearsal, reordered: bool, limit: int) -> list[Reason]:
        reasons = []
        sizes = f"{in_words(best.peak_bytes)} at a time instead of {in_words(usual.peak_bytes)}"
        if reordered:
            allowed = f"{in_words(limit)} are allowed"
            why = f"In the order that keeps least at a time, not in the fastest: {sizes}; {allowed}."
            reasons.append(Reason(None, "order", why))
        for task, other in best.held_back.items():
            need = self.held.needs[task] if self.held is not None else 0
            why = (
                f"Waits until '{self.names[other]}' is done: the {in_words(need)} that it takes would not fit "
                f"beside it under the limit of {in_words(limit)}."
            )
            reasons.append(Reason(self.names[task], "order", why))
        if best.peak_bytes > limit and best.at_peak is not None:
            why = (
                f"{in_words(best.peak_bytes)} are needed at a time at '{self.names[best.at_peak]}', and "
                f"{in_words(limit)} are allowed: values that nobody reads at that moment go to disk and come back."
            )
            reasons.append(Reason(self.names[best.at_peak], "order", why))
        return reasons

    # --- figures ----------------------------------------------------------------------------------------------

    def rehearsed(
        self, predecessors: Adjacency, successors: Adjacency, stages: Sequence[int] | None = None
    ) -> Rehearsal | None:
        """Return how the run is expected to go in the order of the numbers.

        ``None`` when it takes no memory that counts.
        """
        if self.held is None:
            return None
        order = range(len(self.names))
        return self._rehearsed(predecessors, successors, order, self._config.limits.memory_bytes, stages)

    def peak_bytes(self, expected: Rehearsal | None) -> int | None:
        """Return the most that values take at a time, or ``None`` unless the size of each is known."""
        if not self._all_sized:
            return None
        return expected.peak_bytes if expected is not None else 0

    def elapsed_s(self, expected: Rehearsal | None, critical_s: float) -> float:
        """Return the time of the run: as rehearsed, or else the least that there can be."""
        if expected is not None:
            return expected.elapsed_s
        return max(critical_s, sum(self.durations) / self._config.worker_count)

    def _rehearsed(
        self,
        predecessors: Adjacency,
        successors: Adjacency,
        order: Sequence[int],
        limit_bytes: int | None,
        stages: Sequence[int] | None = None,
    ) -> Rehearsal:
        assert self.held is not None
        return rehearse(
            self.held,
            predecessors,
            successors,
            _ranks(order),
            self.durations,
            self._config.worker_count,
            stages=stages,
            limit_bytes=limit_bytes if self._may_rearrange else None,
        )

    @property
    def _may_rearrange(self) -> bool:
        return self._config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE)


def _ranks(order: Sequence[int]) -> list[int]:
    ranks = [0] * len(order)
    for rank, task in enumerate(order):
        ranks[task] = rank
    return ranks


def _is_sized(estimate: Estimate, definition: BlockDefinition) -> bool:
    return len(estimate.output_bytes) == len(definition.outputs) and None not in estimate.output_bytes


def _refused(refusals: Sequence[tuple[NodeId, str]], enough: int) -> PlanningError:
    listed = " ".join(f"Node '{node}' can never run. {why}" for node, why in refusals[:_NAMED_IN_A_REFUSAL])
    more = len(refusals) - _NAMED_IN_A_REFUSAL
    hint = "Raise the limit; of a resource that has a name, with --capacity NAME=N."
    if enough:
        hint = f"Raise the memory limit to at least {in_words(enough)}, or work on smaller pieces."
    return PlanningError(f"{listed} And {more} more nodes." if more > 0 else listed, hint=hint)
