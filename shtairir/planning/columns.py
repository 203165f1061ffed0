"""A plan as the planner has it: columns by working number, and an order. Tasks are made of them when looked at.

Most of what a plan says is asked of a few tasks, or never; and where a link changes, most of it stays as it was. So
nothing here is by a task's place in the order: a repair puts nodes into another order, changes the rows of those
that it is about, and has a plan (see `shtairir.planning.repair`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import overload

from shtairir.block.definition import BlockDefinition
from shtairir.ids import NodeId, PortRef
from shtairir.planning import dependency
from shtairir.planning.config import Estimate, OptimizationLevel, PlanningConfig
from shtairir.planning.footprint import Footprint
from shtairir.planning.passes.coarsen import coarsen
from shtairir.planning.placing import keeps_others_waiting, why_in_process
from shtairir.planning.plan import ExecutionStage, Task, TaskInput
from shtairir.planning.resources import ResourceRequirements
from shtairir.planning.stages import pack_stages
from shtairir.planning.working import Feed, Reason, WorkingGraph, WorkingNode
from shtairir.policy import NodePolicy, effective_policy

_UNKNOWN = Estimate()
_NOTHING_SAID: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Columns:
    """What is decided of each node that runs, by its working number; gaps hold anything.

    Attributes
    ----------
    originals
        All nodes of the graph, also those that the passes took away.
    order
        The number of the node of each task.
    task_of
        The other way round.
    predecessors, successors
        Who feeds whom.
    waits
        Whom a node waits for: its predecessors without those that a longer way leads to, and whom it is held back for.
    levels
        The number of nodes on the longest way to a node.
    finishes
        The earliest end of a node, by its cost and the costs of all before it.
    first_slots
        The slot of each node's first output.
    held
        What tasks take of memory, by task, if that is known and counts.
    ranked
        Whether some nodes come earlier in the order because they matter more.
    """

    graph: WorkingGraph
    originals: Mapping[int, WorkingNode]
    config: PlanningConfig
    order: list[int]
    task_of: list[int]
    predecessors: Sequence[Sequence[int]]
    successors: Sequence[Sequence[int]]
    waits: Sequence[Sequence[int]]
    repeated: Mapping[int, set[int]]
    levels: Sequence[int]
    finishes: Sequence[float]
    costs: Sequence[float]
    first_slots: Sequence[int]
    requirements: Mapping[int, ResourceRequirements]
    estimates: Mapping[int, Estimate]
    held: Footprint | None
    noted: Sequence[Reason] = field(default_factory=list)
    ranked: bool = False

    def with_node(self, number: int, node: WorkingNode) -> Columns:
        """Return the columns with another node that is fed and called as the one before, but for its values."""
        other = copy.copy(self)  # with all that is worked out already
        nodes = {**self.graph.nodes, number: node}
        object.__setattr__(other, "graph", replace(self.graph, nodes=nodes).linked(self.graph.links()))
        return other

    # --- tasks ------------------------------------------------------------------------------------------------

    def tasks(self, places: Iterable[int]) -> Iterator[Task]:
        """Yield tasks by their places in the order."""
        nodes, task_of, first_slots, waits = self.graph.nodes, self.task_of, self.first_slots, self.waits
        stage_of, releases, aliases, branches = self._stage_of, self._releases, self.aliases, self.graph.branches
        for place in places:
            number = self.order[place]
            node = nodes[number]
            stage = stage_of[place]
            yield Task(
                place,
                node.id,
                node.title,
                node.definition,
                node.values,
                self._inputs(node),
                first_slots[number],
                tuple([task_of[other] for other in waits[number]]),
                stage,
                releases.get(number, ()),
                aliases.get(number, ()),
                self.requirements[number],
                self.estimates[number],
                parts=self._parts(place, node, stage) if node.parts else (),
                overwrites=tuple([self._slot(node.feeds[feed]) for feed in node.overwrites]) if node.overwrites else (),
                condition=branches.condition(number) if branches is not None else "",
                body=node.body,
                policy=node.policy if node.policy is not None else self.policy_of(node.definition),
            )

    def policy_of(self, definition: BlockDefinition) -> NodePolicy:
        """Return what holds for the nodes of a block that say nothing of their own; they share it."""
        found = self._policies.get(id(definition))
        if found is None:
            found = effective_policy(definition, self.graph.policy, _NOTHING_SAID)
            self._policies[id(definition)] = found
        return found

    @cached_property
    def _policies(self) -> dict[int, NodePolicy]:
        return {}

    def _inputs(self, node: WorkingNode) -> tuple[TaskInput, ...]:
        first_slots, ports, new = self.first_slots, self._ports, tuple.__new__
        inputs = []
        for port, source, output, conversion, checked in node.feeds:
            slot = first_slots[source] + output
            inputs.append(new(TaskInput, (port, ports[slot], slot, conversion, checked)))
        return tuple(inputs)

    @cached_property
    def _ports(self) -> list[PortRef]:
        """The output whose value is in each slot."""
        nodes = self.graph.nodes
        in_order = [nodes[number] for number in sorted(nodes, key=self.first_slots.__getitem__)]
        return [output_port(node, output) for node in in_order for output in range(len(node.definition.outputs))]

    @cached_property
    def places(self) -> dict[NodeId, int]:
        """The task of each node, also of those that share one."""
        places: dict[NodeId, int] = {}
        for number, node in self.graph.nodes.items():
            places[node.id] = self.task_of[number]
            for part in node.parts:
                places[part.node.id] = self.task_of[number]
        for number, twin in self.graph.merged.items():
            place = self.task_of[self.graph.composites.get(twin, twin)]
            if place >= 0:
                places[self.originals[number].id] = place
        return places

    def _slot(self, feed: Feed) -> int:
        return self.first_slots[feed.source] + feed.output

    def _parts(self, index: int, node: WorkingNode, stage: int) -> tuple[Task, ...]:
        first_slot = self.first_slots[self.order[index]]
        return tuple(
            Task(
                number=index,
                node=part.node.id,
                title=part.node.title,
                definition=part.node.definition,
                values=part.node.values,
                inputs=self._inputs(part.node),
                first_slot=first_slot + part.first_output,
                waits_for=(),
                stage=stage,
                aliases=self.aliases.get(part.number, ()),
                estimate=self.config.estimates.get(part.node.id, _UNKNOWN),
                policy=self.policy_of(part.node.definition),
            )
            for part in node.parts
        )

    @cached_property
    def aliases(self) -> dict[int, tuple[NodeId, ...]]:
        """For each working number the nodes that share its results."""
        aliases: dict[int, tuple[NodeId, ...]] = {}
        for number, twin in self.graph.merged.items():
            aliases[twin] = (*aliases.get(twin, ()), self.originals[number].id)
        return aliases

    @cached_property
    def _releases(self) -> dict[int, tuple[PortRef, ...]]:
        """For each node the outputs that it reads last, if tasks run in their order."""
        nodes = self.graph.nodes
        last: dict[tuple[int, int], int] = {}
        for number in self.order:
            for _, source, output, _, _ in nodes[number].feeds:
                last[source, output] = number
        for made in self.graph.shown:
            last.pop(made, None)
        released: dict[int, list[PortRef]] = {}
        for (source, output), number in last.items():
            released.setdefault(number, []).append(self._ports[self.first_slots[source] + output])
        return {number: tuple(ports) for number, ports in released.items()}

    # --- what is for people -----------------------------------------------------------------------------------

    def stages(self) -> Sequence[ExecutionStage]:
        """Return the tasks in groups that fit the limits, level by level."""
        return self._stages

    @cached_property
    def _stages(self) -> list[ExecutionStage]:
        requirements = [self.requirements[number] for number in self.order]
        if self.config.level is OptimizationLevel.NONE:
            return [ExecutionStage(task, (task,), needs) for task, needs in enumerate(requirements)]
        levels = [self.levels[number] for number in self.order]
        return pack_stages(levels, requirements, self.config.limits, self.config.worker_count, self.held)

    @cached_property
    def _stage_of(self) -> list[int]:
        stage_of = [0] * len(self.order)
        for stage in self._stages:
            for task in stage.tasks:
                stage_of[task] = stage.index
        return stage_of

    @property
    def stage_of(self) -> Sequence[int]:
        """The stage of each task."""
        return self._stage_of

    @property
    def critical_s(self) -> float:
        """The length of the longest way through the graph."""
        return max(self.finishes, default=0.0)

    @property
    def parallelism(self) -> float:
        """How many tasks could run at a time on average, given enough workers."""
        return sum(self.costs) / self.critical_s if self.critical_s else 1.0

    def critical_path(self) -> list[NodeId]:
        """Return the nodes of the longest way."""
        in_order = sorted(self.order, key=self.finishes.__getitem__)
        tails = dependency.tails(self.successors, in_order, self.costs)
        nodes = self.graph.nodes
        return [nodes[number].id for number in dependency.critical_path(self.successors, in_order, tails)]

    def results(self) -> list[PortRef]:
        """Return the outputs to keep, in the order of the graph, under the names that were asked for."""
        nodes, graph, originals = self.graph.nodes, self.graph, self.originals
        return [
            PortRef(originals[number].id, originals[number].definition.outputs[output].name)
            for number, output in sorted(graph.wanted)
            if graph.maker(number, output)[0] in nodes
        ]

    def reasons(self) -> list[Reason]:
        """Return what was changed or decided, and why."""
        reasons = [*self.noted]
        if self.config.level in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
            reasons += self._why_not_wait()
            critical = self.critical_path() if self.parallelism > 1 else ()
            if len(critical) > 1:
                row = f"'{critical[0]}' to '{critical[-1]}'"
                why = f"Goes first where there is a choice: it begins the longest row of nodes, {row}."
                reasons.append(Reason(critical[0], "critical_path", why))
        reasons += self._why_in_process()
        if self.config.level is OptimizationLevel.AGGRESSIVE and any(
            self.estimates[number].elapsed_s is not None for number in self.order
        ):
            reasons += coarsen(list(self.tasks(range(len(self.order)))), self.config.limits)
        return reasons

    def _why_in_process(self) -> Iterator[Reason]:
        alone = self.parallelism <= 1 or self.config.worker_count < 2
        for number in self.order:
            node = self.graph.nodes[number]
            policy = node.policy if node.policy is not None else self.policy_of(node.definition)
            estimate = self.estimates[number]
            learned = not alone and keeps_others_waiting(node.definition, policy, estimate, self.config.history)
            yield from why_in_process(node.id, policy, is_learned=learned)

    def _why_not_wait(self) -> Iterator[Reason]:
        nodes = self.graph.nodes
        for number in sorted(self.repeated, key=self.task_of.__getitem__):
            sources = sorted(self.repeated[number], key=self.task_of.__getitem__)
            listed = ", ".join(repr(str(nodes[source].id)) for source in sources)
            why = f"Need not wait for {listed} as such: what it waits for does already."
            yield Reason(nodes[number].id, "drop_redundant_edges", why)


def output_port(node: WorkingNode, output: int) -> PortRef:
    """Return the name of a node's output; of a composite's, that of the node in it that makes it."""
    for part in reversed(node.parts):
        if output >= part.first_output:
            return PortRef(part.node.id, part.node.definition.outputs[output - part.first_output].name)
    return PortRef(node.id, node.definition.outputs[output].name)


class _Different:
    """A task that is not that of the first plan; made when somebody looks at it."""

    __slots__ = ("task",)

    def __init__(self) -> None:
        self.task: Task | None = None


class Tasks(Sequence[Task]):
    """The tasks of a plan, each made when somebody looks at it first.

    Parameters
    ----------
    others, changed
        Tasks of which only some are different here: what is made of the rest is shared.
    """

    __slots__ = ("_all", "_different", "_made", "columns")

    def __init__(self, columns: Columns, others: Tasks | None = None, changed: Iterable[int] = ()) -> None:
        self.columns = columns
        self._all: tuple[Task, ...] | None = None
        self._made: list[Task | None] = [None] * len(columns.order) if others is None else others._made
        self._different = {number: _Different() for number in changed}
        if others is not None:
            self._different = {**others._different, **self._different}

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | Sequence[Task]:
        if self._all is not None:
            return self._all[index]
        if isinstance(index, slice):
            return [self[place] for place in range(len(self._made))[index]]
        place = index if index >= 0 else index + len(self._made)
        different = self._different.get(place)
        task = self._made[index] if different is None else different.task
        if task is None:
            (task,) = self.columns.tasks((place,))
            if different is None:
                self._made[place] = task
            else:
                different.task = task
        return task

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[Task]:
        return iter(self.all())

    def all(self) -> tuple[Task, ...]:
        """Return all tasks, made at once, which is quicker than one by one."""
        if self._all is None:
            missing = [place for place, task in enumerate(self._made) if task is None and place not in self._different]
            for place, task in zip(missing, self.columns.tasks(missing), strict=True):
                self._made[place] = task
            different = {place: self[place] for place in self._different}
            self._all = tuple([different.get(place) or self[place] for place in range(len(self._made))])
        return self._all

    def differing(self, others: Tasks) -> list[int] | None:
        """Return which tasks are different from others of the same plan; ``None`` if these are of another plan."""
        if self._made is not others._made:
            return None
        mine, theirs = self._different, others._different
        return [number for number in mine.keys() | theirs.keys() if mine.get(number) is not theirs.get(number)]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Tasks) else other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
