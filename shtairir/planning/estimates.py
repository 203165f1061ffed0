"""What each node will cost, before it runs: sizes that flow along the links, and times.

Nodes are visited after what feeds them. What arrives at a node, its values and the specs of what is linked, goes
to the block's ``infer`` (see `shtairir.block.infer`), which gives the specs of the outputs; these arrive at the
readers. Where a block does not say, or says it only roughly, earlier runs do: by the block, its values and the
bytes that arrive. Their sizes flow on as well. Where nothing is known, nothing is claimed.

All of it only decides order, stages and figures; no result depends on it.

Glossary
--------
flow
    What is known of an output: a `Spec`, or the value itself where that is known while planning.
view
    An output that shows the memory of another, its root, and so takes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from shtairir.block.definition import BlockDefinition
from shtairir.block.infer import Spec
from shtairir.ids import NodeId
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.planning.config import Estimate, Experience, History
from shtairir.planning.inference import UNKNOWN, Rule, bytes_of, converted, cost_of, flows_of, rule_of
from shtairir.planning.loop_forecast import PER_ITERATION
from shtairir.planning.typical import median
from shtairir.planning.working import Feed, WorkingGraph, WorkingNode

if TYPE_CHECKING:
    from shtairir.planning.bodies import BodyPlan

Output: TypeAlias = tuple[int, int]
"""An output as the number of its node and its own."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a graph's nodes, by their working numbers.

    Attributes
    ----------
    estimates
        Of every node.
    roots
        For each view, the output whose memory it shows.
    rough
        Nodes of which some size is not certain: learned from something similar, or guessed by the block.
    different
        Which estimates there are, of which blocks: most nodes of the largest graphs share theirs.
    """

    estimates: Mapping[int, Estimate]
    roots: Mapping[Output, Output]
    rough: frozenset[int]
    different: Collection[tuple[Estimate, BlockDefinition]]


def forecast(
    graph: WorkingGraph, order: Iterable[int], given: Mapping[NodeId, Estimate], history: History | None
) -> Forecast:
    """Return the estimates of all nodes, in time linear in nodes and links.

    Parameters
    ----------
    order
        The numbers of the nodes, each after all that feed it.
    given
        Estimates that the caller has; they go before what is inferred and remembered.
    """
    forecaster = _Forecaster(graph, given, history)
    forecaster.visit_all(order)
    different = list(forecaster.different.values())
    return Forecast(forecaster.estimates, forecaster.roots, frozenset(forecaster.rough), different)


def seconds(known: Forecast, numbers: Sequence[int]) -> list[float]:
    """Return the expected seconds of nodes; the median of all that are known stands for those that are not."""
    if all(estimate.elapsed_s is None for estimate, _ in known.different):
        return [1.0] * len(numbers)
    estimates = known.estimates
    times = [estimates[number].elapsed_s for number in numbers]
    found = [elapsed_s for elapsed_s in times if elapsed_s is not None]
    typical = median(found) if found else 1.0
    return [typical if elapsed_s is None else elapsed_s for elapsed_s in times]


class _Call(NamedTuple):
    """What is known of a call, and of every other one with the same block, values and flows.

    ``views`` are outputs, by number, that show the memory of what a feed brings, by its place among the feeds.
    """

    flows: tuple[object, ...]
    estimate: Estimate
    rough: bool
    views: tuple[tuple[int, int], ...]


class _Forecaster:
    def __init__(self, graph: WorkingGraph, given: Mapping[NodeId, Estimate], history: History | None) -> None:
        self._nodes = graph.nodes
        self._shown = graph.shown
        self._given = given
        self._history = history
        self._rules: dict[int, Rule] = {}
        self._calls: dict[object, _Call] = {}
        self._specs: dict[Spec, Spec] = {}
        self._flows: dict[int, tuple[object, ...]] = {}
        self._made_for_others: frozenset[Output] | None = None
        self.estimates: dict[int, Estimate] = {}
        self.roots: dict[Output, Output] = {}
        self.rough: set[int] = set()
        self.different: dict[tuple[int, int], tuple[Estimate, BlockDefinition]] = {}

    def visit_all(self, order: Iterable[int]) -> None:
        """Work out the estimates of nodes, each after all that feed it."""
        simple: dict[int, Rule] = {}
        nodes, flows, estimates = self._nodes, self._flows, self.estimates
        for number in order:
            node = nodes[number]
            key = id(node.definition)
            if key in simple and not self._given:  # most nodes of the largest graphs
                rule = simple[key]
                flows[number] = rule.fixed or ()
                estimates[number] = rule.estimate
                continue
            self._visit(number)
            estimate = estimates[number]
            self.different[id(estimate), key] = estimate, node.definition
            if not node.parts and self._rules[key].is_simple:
                simple[key] = self._rules[key]

    def _visit(self, number: int) -> None:
        node = self._nodes[number]
        if node.parts:
            self._visit_composite(number, node)
            return
        given = self._given.get(node.id) if self._given else None
        rule = self._rules.get(id(node.definition)) or self._rule(node.definition)
        if given is None and rule.is_simple:
            self._flows[number] = rule.fixed or ()
            self.estimates[number] = rule.estimate
            return
        call = self._call(node, rule)
        if given is not None:
            flows = _corrected(call.flows, given.output_bytes, exact=True, always=True)
            sizes = given.output_bytes or tuple(map(bytes_of, flows))
            call = call._replace(flows=flows, estimate=given._replace(output_bytes=sizes), rough=False)
        self._flows[number] = call.flows
        self.estimates[number] = call.estimate
        if call.rough:
            self.rough.add(number)
        for output, place in call.views:
            self._share(number, output, node.feeds[place])
        if node.overwrites:
            self._note_overwrites(number, node, list(map(bytes_of, call.flows)))

    def _rule(self, definition: BlockDefinition) -> Rule:
        remembered = self._history is not None and self._history.knows(definition)
        rule = self._rules[id(definition)] = rule_of(definition, remembered=remembered)
        return rule

    # --- a call -----------------------------------------------------------------------------------------------

    def _call(self, node: WorkingNode, rule: Rule) -> _Call:
        """Return what is known of a node's call; equal ones are worked out once."""
        if rule.remembered and self._history is not None and self._history.tells_apart(node.definition):
            return self._worked_out(node, rule)
        # Specs are compared by identity, which is quick: equal ones are the same here, and none goes away meanwhile.
        key = (
            id(node.definition),
            *[(feed.port, id(self._flows[feed.source][feed.output]), id(feed.conversion)) for feed in node.feeds],
            *[(name, type(value), value) for name, value in node.values.items()],
        )
        try:
            call = self._calls.get(key)
        except TypeError:  # a list among the values
            return self._worked_out(node, rule)
        if call is None:
            call = self._calls[key] = self._worked_out(node, rule)
        return call

    def _worked_out(self, node: WorkingNode, rule: Rule) -> _Call:
        arguments = dict(node.values)
        for feed in node.feeds:
            arguments[feed.port] = converted(self._flows[feed.source][feed.output], feed)
        flows = flows_of(rule, arguments)
        past = None
        if rule.remembered and self._history is not None:
            past = self._history.lookup(node.definition, node.values, self._input_bytes(node), node.id)
        if node.body is not None and past is not None and not past.exact:
            past = None  # something like it may have had ten times as many items
        if past is not None:
            flows = _corrected(flows, past.output_bytes, exact=past.exact)
        flows = tuple(self._specs.setdefault(flow, flow) if isinstance(flow, Spec) else flow for flow in flows)
        rough = any(isinstance(flow, Spec) and not flow.exact for flow in flows)
        estimate = _estimate(flows, past, cost_of(rule, arguments))
        if node.body is not None:
            rough = True  # with less memory, it keeps fewer workers busy
            estimate = self._of_loop(node.definition, node.body, arguments, estimate)
        return _Call(flows, estimate, rough, _views(node, flows))

    def _of_loop(
        self, definition: BlockDefinition, body: BodyPlan, arguments: Mapping[str, object], estimate: Estimate
    ) -> Estimate:
        """Return the estimate of a loop, by its history if there is one of its iterations, and with its memory."""
        count = body.forecast.count(arguments)
        if estimate.source != "learned" and count is not None and self._history is not None:
            each = self._history.lookup(definition, PER_ITERATION, 0)
            if each is not None and each.exact:
                estimate = estimate._replace(elapsed_s=each.elapsed_s * count, source="learned")
        if estimate.peak_bytes is None:
            estimate = estimate._replace(peak_bytes=body.forecast.peak_bytes(arguments))
        return estimate

    def _input_bytes(self, node: WorkingNode) -> int | None:
        """Return the bytes that arrive over links, or ``None`` if some size is not known."""
        total = 0
        for feed in node.feeds:
            nbytes = bytes_of(self._flows[feed.source][feed.output])
            if nbytes is None:
                return None
            if nbytes >= UNCOUNTED_BYTES:
                total += nbytes
        return total

    # --- several nodes in one ---------------------------------------------------------------------------------

    def _visit_composite(self, number: int, node: WorkingNode) -> None:
        """Forecast the parts one after the other, and put together what is known of them."""
        flows: list[object] = []
        estimates = []
        for part in node.parts:
            self._flows[number] = tuple(flows)  # the parts' feeds name the composite as the source of each other
            rule = self._rules.get(id(part.node.definition)) or self._rule(part.node.definition)
            call = self._worked_out(part.node, rule)
            estimates.append(self._given.get(part.node.id, call.estimate))
            if call.rough:
                self.rough.add(number)
            flows += call.flows
        self._flows[number] = tuple(flows)
        if self._made_for_others is None:
            self._made_for_others = self._read_outside()
        sizes = [bytes_of(flow) if (number, place) in self._made_for_others else 0 for place, flow in enumerate(flows)]
        past = None
        if self._rule(node.definition).remembered and self._history is not None:
            values = identifying([part.node for part in node.parts])
            past = self._history.lookup(node.definition, values, self._input_bytes(node))
        self.estimates[number] = _of_parts(estimates, sizes, past)
        self._note_overwrites(number, node, sizes)

    def _read_outside(self) -> frozenset[Output]:
        """Return the outputs that are made for others: read by another task, or kept."""
        read = {(feed.source, feed.output) for node in self._nodes.values() for feed in node.feeds}
        return frozenset(read | self._shown)

    # --- memory that is shared --------------------------------------------------------------------------------

    def _share(self, number: int, output: int, feed: Feed) -> None:
        root = feed.source, feed.output
        self.roots[number, output] = self.roots.get(root, root)

    def _note_overwrites(self, number: int, node: WorkingNode, sizes: Sequence[int | None]) -> None:
        """Take an output for one that shows the memory of an input that is overwritten, where they are of one kind."""
        for place in node.overwrites:
            feed = node.feeds[place]
            form = _form(self._flows[feed.source][feed.output])
            for output, flow in enumerate(self._flows[number]):
                if form is not None and sizes[output] and _form(flow) == form:
                    self._share(number, output, feed)
                    return


def _form(flow: object) -> tuple[object, object] | None:
    """Return the shape and the type of a flow's elements, or ``None`` if they are not known."""
    return (flow.shape, flow.dtype) if isinstance(flow, Spec) and flow.shape is not None and flow.dtype else None


def _corrected(
    flows: tuple[object, ...], sizes: tuple[int | None, ...], *, exact: bool, always: bool = False
) -> tuple[object, ...]:
    """Return the flows with sizes from elsewhere where the block did not say for certain, or ``always``."""
    if len(sizes) != len(flows):
        return flows
    corrected = []
    for flow, nbytes in zip(flows, sizes, strict=True):
        certain = not isinstance(flow, Spec) or (flow.exact and flow.nbytes is not None)
        if (certain and not always) or nbytes is None:
            corrected.append(flow)
        else:
            kind = flow.kind if isinstance(flow, Spec) else ""
            corrected.append(Spec(kind, nbytes=nbytes, exact=exact))
    return tuple(corrected)


def _estimate(flows: tuple[object, ...], past: Experience | None, declared_s: float | None) -> Estimate:
    sizes = tuple(map(bytes_of, flows))
    if past is not None:
        # What something similar held is taken only where its outputs were as large.
        peak_bytes = past.peak_bytes if past.exact or sizes == past.output_bytes else None
        return Estimate(past.elapsed_s, sizes, peak_bytes, "learned", past.scatter)
    if declared_s is not None:
        return Estimate(declared_s, sizes, None, "declared")
    return UNKNOWN if all(size is None for size in sizes) else Estimate(None, sizes, None, "inferred")


def _views(node: WorkingNode, flows: tuple[object, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (output, place)
        for output, flow in enumerate(flows)
        if isinstance(flow, Spec) and flow.view_of is not None
        for place, feed in enumerate(node.feeds)
        if feed.port == flow.view_of and (feed.conversion is None or feed.conversion.source == "image")
    )


def _of_parts(parts: Sequence[Estimate], sizes: Sequence[int | None], past: Experience | None) -> Estimate:
    """Return the estimate of a task that does the work of several nodes."""
    if past is not None:
        return Estimate(past.elapsed_s, tuple(sizes), past.peak_bytes, "learned", past.scatter)
    times = [part.elapsed_s for part in parts if part.elapsed_s is not None]
    source = parts[-1].source if len(times) == len(parts) else "inferred"
    return Estimate(sum(times) if len(times) == len(parts) else None, tuple(sizes), None, source)


def identifying(nodes: Iterable[Called]) -> dict[str, object]:
    """Return what tells one composite from another: its nodes' blocks and values, in their order."""
    return {str(place): (node.definition.id, dict(node.values)) for place, node in enumerate(nodes)}


class Called(Protocol):
    """A node or a task: a block and its values."""

    @property
    def definition(self) -> BlockDefinition: ...
    @property
    def values(self) -> Mapping[str, object]: ...
