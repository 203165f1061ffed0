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
rule
    What of a block can be looked up once for all its nodes.
view
    An output that shows the memory of another, its root, and so takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple, Protocol, TypeAlias

from shtairir.block.definition import BlockDefinition
from shtairir.block.infer import Spec, elementwise
from shtairir.block.values import nbytes_of
from shtairir.ids import NodeId
from shtairir.memory.manager import UNCOUNTED_BYTES
from shtairir.planning.config import Estimate, Experience, History, Source
from shtairir.planning.working import Feed, WorkingGraph, WorkingNode

Output: TypeAlias = tuple[int, int]
"""An output as the number of its node and its own."""

_NUMBER_BYTES = {"bool": 28, "int": 28, "float": 24}
_USUAL_BYTES = {**_NUMBER_BYTES, "text": 100, "path": 100, "color": 72, "enum": 72, "figure": 56}
_UNKNOWN = Estimate()


class _Rule(NamedTuple):
    families: tuple[str, ...]
    fixed: tuple[Spec, ...] | None
    infer: Callable[..., Any] | None
    cost: Callable[..., float] | float | None
    remembered: bool
    estimate: Estimate


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
    """

    estimates: Mapping[int, Estimate]
    roots: Mapping[Output, Output]
    rough: frozenset[int]


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
    for number in order:
        forecaster.visit(number)
    return Forecast(forecaster.estimates, forecaster.roots, frozenset(forecaster.rough))


def seconds(known: Forecast, numbers: Sequence[int]) -> list[float]:
    """Return the expected seconds of nodes; the median of all that are known stands for those that are not."""
    times = [known.estimates[number].elapsed_s for number in numbers]
    found = [elapsed_s for elapsed_s in times if elapsed_s is not None]
    typical = median(found) if found else 1.0
    return [typical if elapsed_s is None else elapsed_s for elapsed_s in times]


class _Forecaster:
    def __init__(self, graph: WorkingGraph, given: Mapping[NodeId, Estimate], history: History | None) -> None:
        self._nodes = graph.nodes
        self._shown = graph.shown
        self._seen_outside: frozenset[Output] = frozenset()
        self._given = given
        self._history = history
        self._rules: dict[int, _Rule] = {}
        self._flows: dict[int, tuple[object, ...]] = {}
        self._seen: dict[object, tuple[object, ...]] = {}
        self.estimates: dict[int, Estimate] = {}
        self.roots: dict[Output, Output] = {}
        self.rough: set[int] = set()

    def visit(self, number: int) -> None:
        node = self._nodes[number]
        if node.parts:
            self._visit_composite(number, node)
            return
        rule = self._rules.get(id(node.definition)) or self._rule(node.definition)
        given = self._given.get(node.id) if self._given else None
        if rule.fixed is not None and given is None and not rule.remembered and rule.cost is None:
            # A plain number, of a block of which nothing is known: most nodes of the largest graphs.
            self._flows[number] = rule.fixed
            self.estimates[number] = rule.estimate
            return
        arguments = self._arguments(node)
        flows = rule.fixed if rule.fixed is not None else self._inferred(node, rule, arguments)
        if given is not None:
            flows = self._corrected(number, flows, given.output_bytes, exact=True, always=True)
            sizes = given.output_bytes or tuple(map(_nbytes, flows))
            self.estimates[number] = given._replace(output_bytes=sizes)
        else:
            self.estimates[number], flows = self._estimate(number, node, rule, arguments, flows)
        self._flows[number] = flows
        self._note_views(number, node, flows)
        if node.overwrites:
            self._note_overwrites(number, node, list(map(_nbytes, flows)))

    def _visit_composite(self, number: int, node: WorkingNode) -> None:
        """Forecast the parts one after the other, and put together what is known of them."""
        flows: list[object] = []
        parts = []
        for part in node.parts:
            self._flows[number] = tuple(flows)  # the parts' feeds name the composite as the source of each other
            rule = self._rules.get(id(part.node.definition)) or self._rule(part.node.definition)
            arguments = self._arguments(part.node)
            made = rule.fixed if rule.fixed is not None else self._inferred(part.node, rule, arguments)
            estimate, made = self._estimate(number, part.node, rule, arguments, made)
            parts.append(self._given.get(part.node.id, estimate))
            flows += made
        self._flows[number] = tuple(flows)
        self._seen_outside = self._seen_outside or self._read_outside()
        sizes = [_nbytes(flow) if (number, output) in self._seen_outside else 0 for output, flow in enumerate(flows)]
        rule = self._rule(node.definition)
        past = None
        if rule.remembered and self._history is not None:
            values = identifying([part.node for part in node.parts])
            past = self._history.lookup(node.definition, values, self._input_bytes(node))
        self.estimates[number] = _of_parts(parts, sizes, past)
        self._note_overwrites(number, node, sizes)

    def _read_outside(self) -> frozenset[Output]:
        """Return the outputs that are made for others: read by another task, or kept."""
        read = {(feed.source, feed.output) for node in self._nodes.values() for feed in node.feeds}
        return frozenset(read | self._shown)

    def _rule(self, definition: BlockDefinition) -> _Rule:
        traits = definition.traits
        families = tuple(port.type.family for port in definition.outputs)
        fixed: tuple[Spec, ...] | None = None
        infer = traits.infer
        if infer is None and traits.elementwise and traits.kernel is not None and families == ("array",):
            infer = _by_kernel(definition, traits.kernel)
        if infer is None and all(family in _NUMBER_BYTES for family in families):
            fixed = tuple(Spec(family, nbytes=_NUMBER_BYTES[family]) for family in families)
        remembered = self._history is not None and self._history.knows(definition)
        sizes = tuple(spec.nbytes for spec in fixed) if fixed is not None else ()
        estimate = Estimate(None, sizes, None, "inferred") if fixed is not None else _UNKNOWN
        rule = _Rule(families, fixed, infer, traits.cost, remembered, estimate)
        self._rules[id(definition)] = rule
        return rule

    # --- what arrives ------------------------------------------------------------------------------------------

    def _arguments(self, node: WorkingNode) -> dict[str, object]:
        arguments = dict(node.values)
        for feed in node.feeds:
            flow = self._flows[feed.source][feed.output]
            arguments[feed.port] = flow if feed.conversion is None else _converted(flow, feed)
        return arguments

    def _inferred(self, node: WorkingNode, rule: _Rule, arguments: Mapping[str, object]) -> tuple[object, ...]:
        """Return the flows of the outputs; equal calls are worked out once."""
        nothing = tuple(_unsaid(family) for family in rule.families)
        if rule.infer is None:
            return nothing
        key = (id(node.definition), *((name, type(value), value) for name, value in arguments.items()))
        try:
            found = self._seen.get(key)
        except TypeError:
            return _outputs(rule, arguments) or nothing
        if found is None:
            found = self._seen[key] = _outputs(rule, arguments) or nothing
        return found

    # --- what it says ------------------------------------------------------------------------------------------

    def _estimate(
        self, number: int, node: WorkingNode, rule: _Rule, arguments: Mapping[str, object], flows: tuple[object, ...]
    ) -> tuple[Estimate, tuple[object, ...]]:
        """Return the estimate, and the flows with what earlier runs add to them."""
        elapsed_s: float | None = None
        peak_bytes: int | None = None
        source: Source = "inferred"
        past = None
        if rule.remembered and self._history is not None:
            past = self._history.lookup(node.definition, node.values, self._input_bytes(node))
        if past is not None:
            elapsed_s, peak_bytes, source = past.elapsed_s, past.peak_bytes, "learned"
            flows = self._corrected(number, flows, past.output_bytes, exact=past.exact)
        elif rule.cost is not None:
            elapsed_s = _cost(rule.cost, arguments)
            source = "declared" if elapsed_s is not None else source
        sizes = tuple(map(_nbytes, flows))
        if any(isinstance(flow, Spec) and not flow.exact for flow in flows):
            self.rough.add(number)
        if elapsed_s is None and all(size is None for size in sizes):
            return _UNKNOWN, flows
        return Estimate(elapsed_s, sizes, peak_bytes, source), flows

    def _input_bytes(self, node: WorkingNode) -> int | None:
        """Return the bytes that arrive over links, or ``None`` if some size is not known."""
        total = 0
        for feed in node.feeds:
            nbytes = _nbytes(self._flows[feed.source][feed.output])
            if nbytes is None:
                return None
            if nbytes >= UNCOUNTED_BYTES:
                total += nbytes
        return total

    def _corrected(
        self,
        number: int,
        flows: tuple[object, ...],
        sizes: tuple[int | None, ...],
        *,
        exact: bool,
        always: bool = False,
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

    def _note_views(self, number: int, node: WorkingNode, flows: tuple[object, ...]) -> None:
        for output, flow in enumerate(flows):
            if isinstance(flow, Spec) and flow.view_of is not None:
                for feed in node.feeds:
                    if feed.port == flow.view_of and (feed.conversion is None or feed.conversion.source == "image"):
                        root = feed.source, feed.output
                        self.roots[number, output] = self.roots.get(root, root)

    def _note_overwrites(self, number: int, node: WorkingNode, sizes: Sequence[int | None]) -> None:
        """Take an output for one that shows the memory of an input that is overwritten, where their sizes agree."""
        for position in node.overwrites:
            feed = node.feeds[position]
            size = _nbytes(self._flows[feed.source][feed.output])
            output = sizes.index(size) if size and size in sizes else None
            if output is not None and (number, output) not in self.roots:
                root = feed.source, feed.output
                self.roots[number, output] = self.roots.get(root, root)
                return


def _of_parts(parts: Sequence[Estimate], sizes: Sequence[int | None], past: Experience | None) -> Estimate:
    """Return the estimate of a task that does the work of several nodes."""
    if past is not None:
        return Estimate(past.elapsed_s, tuple(sizes), past.peak_bytes, "learned")
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


def _outputs(rule: _Rule, arguments: Mapping[str, object]) -> tuple[object, ...] | None:
    """Return what the block says of its outputs, or ``None`` if it says nothing that can be used."""
    assert rule.infer is not None
    try:
        said = rule.infer(**arguments)
    except Exception:  # noqa: BLE001 - block code that need not be careful: what it cannot tell is not known
        return None
    several = isinstance(said, tuple) and len(rule.families) != 1
    items = said if several else (said,)
    if len(items) != len(rule.families):
        return None
    return tuple(_unsaid(family) if item is None else item for item, family in zip(items, rule.families, strict=True))


def _unsaid(family: str) -> Spec:
    """Return the spec of an output of which the block says nothing."""
    return Spec(family, nbytes=_USUAL_BYTES.get(family), exact=False)


def _by_kernel(definition: BlockDefinition, kernel: Callable[..., Any]) -> Callable[..., Spec]:
    names = [port.name for port in definition.inputs]

    def infer(**arguments: object) -> Spec:
        return elementwise(kernel, [arguments[name] for name in names])

    return infer


def _converted(flow: object, feed: Feed) -> object:
    """Return a flow behind a conversion."""
    assert feed.conversion is not None
    target = feed.conversion.target
    if not isinstance(flow, Spec):
        try:
            return feed.conversion.apply(flow)
        except Exception:  # noqa: BLE001 - a conversion is foreign code; it fails again, and is reported, in the run
            return Spec(target)
    if target in _NUMBER_BYTES:
        return Spec(target, nbytes=_NUMBER_BYTES[target])
    if flow.kind == "image" and target == "array":
        return Spec("array", flow.shape, flow.dtype, flow.nbytes, flow.length, exact=flow.exact)
    if flow.kind == "array" and target == "image" and flow.shape is not None and flow.dtype == "float32":
        return Spec("image", flow.shape, flow.dtype, flow.nbytes, flow.length, exact=flow.exact)
    return Spec(target)


def _nbytes(flow: object) -> int | None:
    return flow.nbytes if isinstance(flow, Spec) else nbytes_of(flow)


def _cost(cost: Callable[..., float] | float, arguments: Mapping[str, object]) -> float | None:
    if not callable(cost):
        return float(cost)
    try:
        return float(cost(**arguments))
    except Exception:  # noqa: BLE001 - as for infer
        return None
