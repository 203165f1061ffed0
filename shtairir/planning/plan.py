"""The plan: all that is decided before a run begins, frozen.

It says what will run, in which stage, after what, with which values, and when each value is let go. A plan can
be printed, drawn and tested without a thread, and run as often as wanted; it needs no registry for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition
from shtairir.block.types import PortType
from shtairir.ids import NodeId, PortName, PortRef
from shtairir.planning.branching import Branching
from shtairir.planning.config import Estimate, OptimizationLevel
from shtairir.planning.instances import Instance
from shtairir.planning.resources import ResourceLimits, ResourceRequirements
from shtairir.planning.working import Reason
from shtairir.policy.effective import DEFAULT, DEFAULT_OF_GRAPH
from shtairir.policy.model import GraphPolicy, NodePolicy

if TYPE_CHECKING:
    from shtairir.document.trust import Untrusted
    from shtairir.planning.bodies import BodyPlan


class TaskInput(NamedTuple):
    """An argument that comes from another task.

    Attributes
    ----------
    slot
        The number of the value in the run, unique in the plan.
    conversion
        What the link applies on the way.
    checked
        The type to hold the value against, where only the run can tell whether it fits.
    """

    port: PortName
    source: PortRef
    slot: int
    conversion: Conversion | None = None
    checked: PortType | None = None


class Task(NamedTuple):
    """One call of a block in a run.

    Attributes
    ----------
    number
        Its place in the plan: of two tasks that could start, the one with the lower number does.
    values
        The arguments that do not come from other tasks: parsed, defaults filled in, paths absolute.
    first_slot
        The slot of its first output; the others follow.
    waits_for
        Tasks to wait for; not those that these wait for anyway.
    releases
        Outputs that nobody reads after this task, if the tasks run in the order of the plan.
    aliases
        Nodes that compute the same and share its results.
    parts
        Of a task that does the work of several nodes: these, in the order of their work, each as a task of its
        own whose slots are those of the run. A task without parts is the call of one node.
    overwrites
        Slots that the task may write into, if their memory is free to be: nobody else reads them, or keeps them.
    condition
        In words, when it runs: ``if 'is_big' chooses 'then'``. Empty if it always does.
    body
        The plan of what a loop repeats.
    policy
        How it is to be run when things go wrong; tasks of which nobody says anything share one.
    """

    number: int
    node: NodeId
    title: str
    definition: BlockDefinition
    values: Mapping[str, object]
    inputs: tuple[TaskInput, ...]
    first_slot: int
    waits_for: tuple[int, ...]
    stage: int
    releases: tuple[PortRef, ...] = ()
    aliases: tuple[NodeId, ...] = ()
    requirements: ResourceRequirements = ResourceRequirements()
    estimate: Estimate = Estimate()
    parts: tuple[Task, ...] = ()
    overwrites: tuple[int, ...] = ()
    condition: str = ""
    body: BodyPlan | None = None
    policy: NodePolicy = DEFAULT

    @property
    def outputs(self) -> tuple[PortRef, ...]:
        """The outputs, in the order of their slots."""
        if self.parts:
            return tuple(port for part in self.parts for port in part.outputs)
        return tuple(PortRef(self.node, port.name) for port in self.definition.outputs)

    @property
    def label(self) -> str:
        """The node, or the nodes that are done together, in few words."""
        names = [str(part.node) for part in self.parts] or [str(self.node)]
        return " + ".join(names) if len(names) <= 3 else f"{names[0]} + … + {names[-1]} ({len(names)} nodes)"

    def twins(self, inside: NodeId) -> tuple[NodeId, ...]:
        """Return the names of a node of a loop's body: in this loop, and in those that compute the same."""
        rest = inside.removeprefix(self.node)
        return inside, *(NodeId(alias + rest) for alias in self.aliases)

    @property
    def calls(self) -> tuple[Task, ...]:
        """The parts, or the task itself if it has none: one for each node whose block is called."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class ExecutionStage:
    """Tasks that need nothing of each other, by number, and what they need together."""

    index: int
    tasks: tuple[int, ...]
    requirements: ResourceRequirements


class Buffer(NamedTuple):
    """A buffer of the pool, and the values that are expected to lie in it, one after the other.

    ``nbytes`` is its size, that of a size class; of values that show the memory of another, only that one is named.
    """

    number: int
    nbytes: int
    values: tuple[PortRef, ...]


class Lineage:
    """Shared by plans that differ in nothing but values: what is worked out for one of them holds for all."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, eq=False)
class ExecutionPlan:
    """What `shtairir.plan` returns and `shtairir.run` runs.

    Tasks, stages, critical path, results and reasons are read-only sequences, made when they are looked at.

    Attributes
    ----------
    nodes
        All nodes of the graph, in its order: those that run, share a result, are known already, or are dropped.
    tasks
        By number, each after all that it waits for.
    barriers
        Whether a stage begins only when the one before it is done.
    critical_path
        The longest row of nodes, each waiting for the one before.
    peak_bytes, estimated_s, sequential_s
        The most memory that values take at a time, as the run's own account counts it; the time on `workers` workers;
        the time of all nodes one after the other. ``None`` unless the size, or the time, of every node is known.
    parallelism
        How many tasks could run at a time on average, given enough workers.
    results
        The outputs that are kept, and their slots: those that nobody reads, and `keep`.
    folded
        Outputs of nodes that were computed while planning.
    buffers
        At ``aggressive``: which values share which buffers of the pool, as far as their sizes are known.
    branching
        What is chosen in the run, where anything is, and what depends on it.
    instances
        The nodes that stand for definitions and graph files, by path; what is in them is planned with the rest.
    aliases
        For outputs of instances, and of the ends of definitions, the output that makes them.
    named
        The outputs that the graph publishes as results, by name.
    untrusted
        Code that the graph carries and nobody has trusted: the plan can be looked at, but not be run.
    policy
        What holds for the run as a whole, and for nodes of which nobody says anything.
    silent
        Why nodes of the graph do not run: they are disabled or bypassed, or need one that is; they are dropped.
    unmade
        Named results that nothing makes for that reason, each with the output that would.
    is_preview
        Whether some blocks in it are only the cheap variants of those in the graph.
    """

    graph_name: str
    base_dir: Path
    level: OptimizationLevel
    workers: int
    nodes: tuple[NodeId, ...]
    tasks: Sequence[Task]
    stages: Sequence[ExecutionStage]
    barriers: bool
    critical_path: Sequence[NodeId]
    parallelism: float
    keep: tuple[PortRef, ...] = ()
    results: Sequence[PortRef] = ()
    folded: Mapping[NodeId, tuple[object, ...]] = field(default_factory=dict)
    folded_definitions: Mapping[NodeId, BlockDefinition] = field(default_factory=dict)
    dropped: tuple[NodeId, ...] = ()
    limits: ResourceLimits = field(default_factory=ResourceLimits)
    reasons: Sequence[Reason] = ()
    peak_bytes: int | None = None
    estimated_s: float | None = None
    sequential_s: float | None = None
    buffers: tuple[Buffer, ...] = ()
    branching: Branching | None = None
    instances: Mapping[NodeId, Instance] = field(default_factory=dict)
    aliases: Mapping[PortRef, PortRef] = field(default_factory=dict)
    named: Mapping[str, PortRef] = field(default_factory=dict)
    untrusted: tuple[Untrusted, ...] = ()
    policy: GraphPolicy = DEFAULT_OF_GRAPH
    is_preview: bool = False
    silent: Mapping[NodeId, str] = field(default_factory=dict)
    unmade: Mapping[str, PortRef] = field(default_factory=dict)
    lineage: Lineage = field(default_factory=lambda: Lineage(), repr=False)

    @cached_property
    def slots(self) -> Mapping[PortRef, int]:
        """The slot of each output that a task makes, under the names of all nodes that share it."""
        deciders = self.branching.deciders.values() if self.branching is not None else ()
        return {
            PortRef(node, port.name): task.first_slot + number
            for whole in self.tasks
            if whole.number not in deciders
            for task in whole.calls
            for node in (task.node, *task.aliases)
            for number, port in enumerate(task.definition.outputs)
        }

    @cached_property
    def shown_as(self) -> Mapping[PortRef, PortRef]:
        """The results that are made inside of instances, and what they are called outside."""
        results = {port for port in self.results if "/" in port.node}
        outer = {port: made for port, made in self.aliases.items() if "/" not in port.node and made in results}
        return {made: port for port, made in reversed(outer.items())}

    def why_dropped(self, node: NodeId) -> str:
        """Return why a node that was dropped does not run, in a sentence."""
        return self.silent.get(node) or "None of the nodes asked for needs it."

    def task(self, node: NodeId | str) -> Task | None:
        """Return the task that does a node's work, alone or among others, or ``None`` if the node needs none."""
        from shtairir.planning.columns import Tasks

        if isinstance(self.tasks, Tasks):
            place = self.tasks.columns.places.get(NodeId(node))
            return None if place is None else self.tasks[place]
        return next(
            (whole for whole in self.tasks for task in whole.calls if node == task.node or node in task.aliases),
            None,
        )

    def call(self, node: NodeId | str) -> Task | None:
        """Return what calls a node's block: its task, or its part of one."""
        whole = self.task(node)
        if whole is None:
            return None
        return next(task for task in whole.calls if node == task.node or node in task.aliases)

    def to_mermaid(self) -> str:
        """Return the plan as a Mermaid flowchart: a box for each stage, the critical path thick."""
        from shtairir.planning.report import mermaid

        return mermaid(self)

    def to_dict(self) -> dict[str, object]:
        """Return the plan as JSON can hold it; equal plans give equal dictionaries."""
        from shtairir.planning.report import as_dict

        return as_dict(self)
