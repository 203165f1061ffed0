"""Plans the bodies of loops: each once, as a plan of its own, however often it will run.

The inputs and outputs of a body become nodes whose values the loop gives and takes. All else is planned as any graph,
at the level of the run, with the loops inside it. Nodes have their paths for ids, ``loop/blur``, so that whatever is
said of them names them in full.

From ``balanced`` on, nodes that come out the same in every iteration are marked: the executor computes them once. These
are the pure ones to which no way leads from an input that changes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from shtairir.block.compatibility import compatibility
from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition, Traits
from shtairir.block.infer import Spec
from shtairir.block.interface import Interface
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import PortType
from shtairir.document.model import Link, Node
from shtairir.document.references import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, name_of
from shtairir.errors import PlanningError
from shtairir.flow.loop_shape import INDEX, LOOPS, LoopShape
from shtairir.flow.loops import shape_of
from shtairir.ids import BlockId, NodeId, PortName, PortRef
from shtairir.planning.config import OptimizationLevel, PlanningConfig
from shtairir.planning.working import Reason, WorkingGraph, WorkingNode

if TYPE_CHECKING:
    from shtairir.block.registry import Registry
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning.loop_forecast import LoopForecast
    from shtairir.planning.loop_values import InsideLoops
    from shtairir.planning.plan import ExecutionPlan, Task
    from shtairir.planning.resolve import Blocks, Source

GIVEN, TAKEN = BlockId("flow.given"), BlockId("flow.taken")
"""The blocks of the nodes that stand for inputs and outputs of a body."""

_LISTED = 4
_END_S = 1e-6
_DECIDED_BEFORE = ("body", "over", "items", "on_error", "gather")
"""Inputs of For each that say which ports it has."""

_OF_ORDER = ("critical_path", "drop_redundant_edges", "coarsen")
"""Passes that say who goes first: in a body, one comes after the other."""


@dataclass(frozen=True, eq=False)
class BodyPlan:
    """The plan of a loop's body.

    Attributes
    ----------
    shape
        How the loop and its body are joined.
    inputs, outputs
        The tasks that stand for the body's inputs and outputs, by name.
    types
        The types of the inputs.
    carry
        For carried inputs whose output is of another type: what makes the one of the other.
    invariant
        Tasks whose results are the same in every iteration.
    families
        Those of the types of the loop's outputs.
    pure, deterministic
        Whether all nodes of the body are.
    """

    shape: LoopShape
    plan: ExecutionPlan
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    types: Mapping[str, PortType]
    carry: Mapping[str, Conversion] = field(default_factory=dict)
    invariant: frozenset[int] = frozenset()
    families: tuple[str, ...] = ()
    pure: bool = True
    deterministic: bool = True

    @cached_property
    def forecast(self) -> LoopForecast:
        """What can be said of the loop before it runs."""
        from shtairir.planning.loop_forecast import LoopForecast

        return LoopForecast(self, self.families, gathers=self.shape.kind == "for_each")

    @cached_property
    def nodes(self) -> tuple[NodeId, ...]:
        """The nodes of the body, and of the bodies of loops inside, in their order."""
        tasks = self.plan.tasks
        ends = {tasks[number].node for number in (*self.inputs.values(), *self.outputs.values())}
        return tuple(node for node in self.plan.nodes if node not in ends)

    @property
    def calls(self) -> Iterator[Task]:
        """What is called in an iteration, without the ends of the body."""
        return (call for task in self.plan.tasks for call in task.calls if call.definition.id not in (GIVEN, TAKEN))

    @property
    def calls_once(self) -> list[Task]:
        """What is called once for all iterations."""
        return [call for number in sorted(self.invariant) for call in self.plan.tasks[number].calls]


def with_bodies(
    graph: WorkingGraph, source: Source, blocks: Blocks, config: PlanningConfig, prefix: str, inside: InsideLoops
) -> tuple[WorkingGraph, list[Reason]]:
    """Return the graph with the bodies of its loops planned, and what is to be said of these.

    Parameters
    ----------
    prefix
        The path of the loop whose body the graph is itself, with a slash behind it; empty for a whole graph.
    inside
        Values for nodes in the bodies, for this plan only.

    Raises
    ------
    PlanningError
        When a body cannot be planned.
    """
    nodes = dict(graph.nodes)
    reasons: list[Reason] = []
    definitions: dict[tuple[int, int, int], tuple[BlockDefinition, Snapshot]] = {}
    for number, node in graph.nodes.items():
        if node.definition.id in LOOPS:
            # No other source than a snapshot knows definitions, and no other blocks than a registry adapt.
            scope, registry = cast("Snapshot", source), cast("Registry", blocks)
            body = _planned(node, scope, registry, replace(config, policy=graph.policy), prefix, inside)
            reasons += _why_once(body, NodeId(f"{prefix}{node.id}"))
            reasons += [reason for reason in body.plan.reasons if reason.pass_name not in _OF_ORDER]
            # Loops over one body share a definition, so that those with equal inputs can be merged.
            repeated = _scope_of(node, cast("Snapshot", source)).body(str(node.values["body"]))
            assert repeated is not None  # or it could not be planned
            key = id(node.definition), id(repeated), number if node.id in inside else -1
            known = definitions.setdefault(key, (_definition(node, body), repeated))
            nodes[number] = node._replace(definition=known[0], body=body)
    return replace(graph, nodes=nodes).linked(graph.links()), reasons


def _planned(
    node: WorkingNode, source: Snapshot, blocks: Registry, config: PlanningConfig, prefix: str, values: InsideLoops
) -> BodyPlan:
    from shtairir.planning.planner import ExecutionPlanner  # which has bodies planned itself

    path, scope = f"{prefix}{node.id}", _scope_of(node, source)
    for feed in node.feeds:
        if feed.port == "body" or (feed.port in _DECIDED_BEFORE and LOOPS[node.definition.id] == "for_each"):
            raise PlanningError(
                f"The input '{feed.port}' of the loop '{path}' is linked, but it must be known before the run.",
                hint="Remove the link, and set it by hand.",
            )
    name = str(node.values["body"])
    inside, interface = scope.body(name), scope.interface(name, blocks)
    if inside is None or interface is None:
        raise PlanningError(f"The loop '{path}' has no body: there is no subgraph '{name}'.")
    shape = shape_of(LOOPS[node.definition.id], node.values, interface)
    wrapped, ends = _wrapped(inside, interface)
    inner = replace(config, keep=frozenset(), targets=None)
    plan = ExecutionPlanner(inner).plan(wrapped, blocks, prefix=f"{path}/", values=values.get(node.id))
    numbers = {task.node: task.number for task in plan.tasks}
    inputs = {str(port.name): numbers[NodeId(f"{path}/{ends[port.name, INPUT]}")] for port in interface.inputs}
    outputs = {str(port.name): numbers[NodeId(f"{path}/{ends[port.name, OUTPUT]}")] for port in interface.outputs}
    calls = [call for task in plan.tasks for call in task.calls if call.definition.id not in (GIVEN, TAKEN)]
    traits = [call.definition.traits for call in calls]
    return BodyPlan(
        shape,
        plan,
        inputs,
        outputs,
        {port.name: port.type for port in interface.inputs},
        _carry(shape, interface),
        _invariant(plan, shape, inputs),
        tuple(port.type.family for port in node.definition.outputs),
        all(each.pure for each in traits),
        all(each.deterministic for each in traits),
    )


def _scope_of(node: WorkingNode, source: Snapshot) -> Snapshot:
    """Return the graph or definition that a node lies in."""
    found = source.find(node.id)
    return found[0] if found is not None else source


def _carry(shape: LoopShape, interface: Interface) -> dict[str, Conversion]:
    steps = {}
    for name in shape.carried:
        made = interface.output(shape.accumulated if shape.kind == "reduce" else name)
        taken = interface.input(name)
        assert made is not None  # the shape has looked them up
        assert taken is not None
        step = compatibility(made.type, taken.type).conversion
        if step is not None:
            steps[name] = step
    return steps


def _definition(node: WorkingNode, body: BodyPlan) -> BlockDefinition:
    """Return the loop's definition with what follows from its body."""
    traits = replace(
        node.definition.traits,
        pure=body.pure and node.values.get("items") != "files",
        deterministic=body.deterministic,
        idempotent=all(call.definition.traits.repeatable for call in body.calls),
        infer=body.forecast.infer,
        cost=body.forecast.cost,
    )
    # What was learned of a loop holds as long as its body is what it was.
    return replace(node.definition, traits=traits, version=_checksum(body.plan))


def _checksum(plan: ExecutionPlan) -> int:
    calls = [call for task in plan.tasks for call in task.calls]
    said = [(call.definition.id, call.definition.version, sorted(call.values.items(), key=str)) for call in calls]
    return zlib.crc32(repr(said).encode("utf-8", "replace"))


# --- the ends of a body -------------------------------------------------------------------------------------------


def _never_called() -> None:
    raise AssertionError("the loop gives this value")


def _taken(value: Any) -> Any:
    return value


def _seen_through(value: Any) -> Any:
    return replace(value, view_of=OUTPUT_PORT) if isinstance(value, Spec) else value


def _wrapped(inside: Snapshot, interface: Interface) -> tuple[Snapshot, dict[tuple[str, str], NodeId]]:
    """Return a body with nodes for what the loop gives and takes, and their ids by name and side."""
    nodes, links = dict(inside.nodes), dict(inside.links)
    ends: dict[tuple[str, str], NodeId] = {}
    for node in inside.nodes.values():
        if node.block in (INPUT, OUTPUT):
            ends.setdefault((name_of(node), node.block), node.id)
    local: dict[BlockId, BlockDefinition] = {}
    for parameter in inside.parameters:
        if (parameter.name, INPUT) not in ends and interface.input(parameter.name) is not None:
            id = ends[parameter.name, INPUT] = NodeId(f"input {parameter.name}")
            links[parameter.target] = Link(PortRef(id, INPUT_PORT), parameter.target)
    for result in inside.results:
        if (result.name, OUTPUT) not in ends and interface.output(result.name) is not None:
            id = ends[result.name, OUTPUT] = NodeId(f"output {result.name}")
            target = PortRef(id, OUTPUT_PORT)
            links[target] = Link(result.source, target)
    for given in interface.inputs:
        id, block = ends[given.name, INPUT], BlockId(f"{GIVEN}.{given.name}")
        nodes[id] = Node(id, block)
        local[block] = _end(GIVEN, (), OutputPort(INPUT_PORT, given.type))
    for taken in interface.outputs:
        id, block = ends[taken.name, OUTPUT], BlockId(f"{TAKEN}.{taken.name}")
        nodes[id] = Node(id, block, values=_set(nodes.get(id)))
        input = InputPort(OUTPUT_PORT, taken.type, True, MISSING)
        local[block] = _end(TAKEN, (input,), OutputPort(PortName("out"), taken.type))
    wrapped = replace(inside, nodes=nodes, links=links, local_blocks={**inside.local_blocks, **local})
    return wrapped, ends


def _set(node: Node | None) -> dict[str, Any]:
    """Return the value of an output that is set by hand."""
    return {OUTPUT_PORT: node.values[OUTPUT_PORT]} if node is not None and OUTPUT_PORT in node.values else {}


def _end(id: BlockId, inputs: tuple[InputPort, ...], output: OutputPort) -> BlockDefinition:
    return BlockDefinition(
        id=id,
        function=_taken if inputs else _never_called,
        name="Input" if id == GIVEN else "Output",
        category="",
        summary="",
        doc="",
        inputs=inputs,
        outputs=(output,),
        # Two of them are never one.
        traits=Traits(pure=False, cost=_END_S, infer=_seen_through if inputs else None),
    )


# --- what is the same in every iteration --------------------------------------------------------------------------


def _invariant(plan: ExecutionPlan, shape: LoopShape, inputs: Mapping[str, int]) -> frozenset[int]:
    """Return the tasks that need nothing that changes from one iteration to the next, and that run in all of them."""
    if plan.level not in (OptimizationLevel.BALANCED, OptimizationLevel.AGGRESSIVE):
        return frozenset()
    changing = {inputs[name] for name in (*shape.iterated, *shape.carried)}
    if shape.numbered:
        changing.add(inputs[INDEX])
    if plan.branching is not None:
        choices = plan.branching.choices
        changing |= {*plan.branching.guards, *[choice.task for choice in choices], *plan.branching.deciders.values()}
    ends = {*inputs.values()}
    writers = {
        task.first_slot + place: task.number for task in plan.tasks for place in range(len(task.definition.outputs))
    }
    # A late task has no place behind all that it needs, and is guarded: so one look at each is enough.
    found: set[int] = set()
    for task in plan.tasks:
        if task.number in ends:
            continue
        settled = all(map(_comes_out_the_same, task.calls))
        before = {writers[item.slot] for item in task.inputs}
        if settled and task.number not in changing and changing.isdisjoint(before):
            found.add(task.number)
        else:
            changing.add(task.number)
    return frozenset(found)


def _comes_out_the_same(call: Task) -> bool:
    traits = call.definition.traits
    return traits.pure and traits.deterministic and call.policy.condition is None


def _why_once(body: BodyPlan, loop: NodeId) -> list[Reason]:
    names = [str(call.node).removeprefix(f"{loop}/") for call in body.calls_once]
    if not names:
        return []
    listed = ", ".join(f"'{name}'" for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    why = f"Computed once, not in every iteration: {listed}{more}. Nothing that changes leads there."
    return [Reason(loop, "loop_invariants", why)]
