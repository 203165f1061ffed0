"""Links led otherwise: through a node, past it, from node to node, to another input. Pure: from a graph to an edit.

Each function returns the edit that does it, as one step of undo in words, or a sentence that says why it cannot be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shtairir.block import BlockDefinition, InputPort, OutputPort, compatibility
from shtairir.block.registry import Registry
from shtairir.document import Graph, Link, Node
from shtairir.document.acting import acting
from shtairir.document.edits import AddLinks, Batch, Edit, RemoveLinks, SetState, count_of
from shtairir.document.model import ACTIVE, BYPASSED, NodeState
from shtairir.ids import NodeId, PortRef
from shtairir_ui.linking import check_link, feeds


def spliced(graph: Graph, registry: Registry, node: Node, target: PortRef) -> Batch | None:
    """Return the edit that leads the link into an input through a node that is linked to nothing.

    ``None`` where the node does not fit there, or has links already. The node need not be in the graph yet.
    """
    link, definition = graph.links.get(target), graph.definition(node, registry)
    if link is None or definition is None or node.id in (link.source.node, target.node):
        return None
    giver, taker = _output(graph, registry, link.source), _input(graph, registry, target)
    if giver is None or taker is None:
        return None
    entry = _best_input(giver, definition.inputs)
    exit = next((port for port in definition.outputs if compatibility(port.type, taker.type).ok), None)
    if entry is None or exit is None:
        return None
    if any(node.id in (one.source.node, one.target.node) for one in graph.links.values()):
        return None
    links = (Link(link.source, PortRef(node.id, entry.name)), Link(PortRef(node.id, exit.name), target))
    return Batch((RemoveLinks((target,)), AddLinks(links)), f"insert {node.id} into {link}")


def pulled_out(graph: Graph, registry: Registry, nodes: Sequence[NodeId]) -> Batch | None:
    """Return the edit that takes nodes out of the flow and joins what they were between; ``None`` without links there.

    What comes in goes on as if the nodes were bypassed; where nothing fits, the link is just taken away.
    """
    chosen = set(nodes)
    crossing = [link for link in graph.links.values() if (link.source.node in chosen) != (link.target.node in chosen)]
    if not crossing:
        return None
    snapshot = graph.snapshot()
    passed = {key: _in_state(node, BYPASSED if key in chosen else ACTIVE) for key, node in snapshot.nodes.items()}
    handed = acting(replace(snapshot, nodes=passed), registry).handed
    healed = []
    for link in crossing:
        made = handed.get(link.source) if link.source.node in chosen else None
        giver = _output(graph, registry, made) if made is not None and made.node not in chosen else None
        taker = _input(graph, registry, link.target)
        if made is not None and giver is not None and taker is not None and compatibility(giver.type, taker.type).ok:
            healed.append(Link(made, link.target))
    removed = RemoveLinks(tuple(link.target for link in crossing))
    edits: tuple[Edit, ...] = (removed, AddLinks(tuple(healed))) if healed else (removed,)
    return Batch(edits, f"pull out {_words(nodes)}")


def detached(graph: Graph, nodes: Sequence[NodeId]) -> Batch | None:
    """Return the edit that takes away all links between nodes and the rest; ``None`` without any."""
    chosen = set(nodes)
    crossing = [link for link in graph.links.values() if (link.source.node in chosen) != (link.target.node in chosen)]
    if not crossing:
        return None
    return Batch((RemoveLinks(tuple(link.target for link in crossing)),), f"detach {_words(nodes)}")


def connected_in_order(graph: Graph, registry: Registry, nodes: Sequence[NodeId]) -> Batch | str:
    """Return the edit that links each of the nodes to the next, to the first free input that fits."""
    added: list[Link] = []
    for giver, taker in itertools.pairwise(nodes):
        found = _pair(graph, registry, giver, taker, {link.target for link in added})
        if isinstance(found, str):
            return found
        added.append(found)
    if not added:
        return "Select two nodes at least: each is linked to the next, in the order in which they were selected."
    return Batch((AddLinks(tuple(added)),), f"connect {count_of(len(nodes), 'node')}")


def swapped(graph: Graph, registry: Registry, one: PortRef, other: PortRef) -> Batch | str:
    """Return the edit that lets two inputs of a node change what feeds them; one of them may be fed by nothing."""
    links = {target: graph.links[target] for target in (one, other) if target in graph.links}
    if not links:
        return "Neither of the two inputs is linked, so there is nothing to swap."
    new = []
    for target, partner in ((one, other), (other, one)):
        if target in links:
            giver, taker = _output(graph, registry, links[target].source), _input(graph, registry, partner)
            if giver is None or taker is None:
                return f"What {links[target]} carries is not known, so it cannot be led elsewhere."
            verdict = compatibility(giver.type, taker.type)
            if not verdict.ok:
                return verdict.reason
            new.append(replace(links[target], target=partner))
    return Batch((RemoveLinks(tuple(links)), AddLinks(tuple(new))), f"swap {one.port} and {other.port} of {one.node}")


def swappable(graph: Graph, registry: Registry, node: NodeId) -> tuple[PortRef, PortRef] | None:
    """Return the first two inputs of a node that can change what feeds them; linked ones go before free ones."""
    definition = graph.definition(node, registry)
    if definition is None:
        return None
    ports = [PortRef(node, port.name) for port in definition.inputs]
    linked = [port for port in ports if port in graph.links]
    shown = [port for port in definition.inputs if port.required or port.param.port]
    free = [port for port in shown if PortRef(node, port.name) not in graph.links]
    row = [*linked, *(PortRef(node, port.name) for port in free)]
    pairs = ((a, b) for index, a in enumerate(linked) for b in row[index + 1 :])
    return next((pair for pair in pairs if not isinstance(swapped(graph, registry, *pair), str)), None)


def toggled(graph: Graph, nodes: Iterable[NodeId], state: NodeState) -> SetState:
    """Return the edit that puts nodes into a state; where all are in it already, that lets them work again."""
    chosen = tuple(nodes)
    are_all = all(graph.nodes[node].state == state for node in chosen)
    return SetState(chosen, ACTIVE if are_all else state)


def _pair(graph: Graph, registry: Registry, giver: NodeId, taker: NodeId, taken: set[PortRef]) -> Link | str:
    gives, takes = graph.definition(giver, registry), graph.definition(taker, registry)
    if gives is None or takes is None:
        return f"The block of '{giver if gives is None else taker}' is not installed, so its ports are not known."
    if feeds(graph.links, taker, giver):
        return f"'{taker}' feeds '{giver}' already: to link them this way too would close a circle."
    free = [port for port in takes.inputs if _is_free(graph, PortRef(taker, port.name), taken)]
    for output in gives.outputs:
        entry = _best_input(output, free)
        if entry is not None:
            return Link(PortRef(giver, output.name), PortRef(taker, entry.name))
    return _why_none(graph, registry, giver, gives, taker, takes)


def _why_none(
    graph: Graph, registry: Registry, giver: NodeId, gives: BlockDefinition, taker: NodeId, takes: BlockDefinition
) -> str:
    if gives.outputs and takes.inputs:
        ends = PortRef(giver, gives.outputs[0].name), PortRef(taker, takes.inputs[0].name)
        verdict = check_link(graph, registry, *ends)
        return verdict.reason if not verdict.ok else f"Every input of '{taker}' that could take this is linked already."
    return f"'{giver}' has no output." if not gives.outputs else f"'{taker}' has no input."


def _is_free(graph: Graph, target: PortRef, taken: set[PortRef]) -> bool:
    return target not in graph.links and target not in taken


def _best_input(giver: OutputPort, ports: Iterable[InputPort]) -> InputPort | None:
    """Return the input that an output feeds best: one that must be fed, and takes the value as it is."""
    found = [(port, compatibility(giver.type, port.type)) for port in ports]
    fitting = [(port, verdict) for port, verdict in found if verdict.ok]
    row = sorted(fitting, key=lambda one: (not (one[0].required or one[0].param.port), one[1].conversion is not None))
    return row[0][0] if row else None


def _output(graph: Graph, registry: Registry, port: PortRef) -> OutputPort | None:
    definition = graph.definition(port.node, registry) if port.node in graph.nodes else None
    return definition.output(port.port) if definition is not None else None


def _input(graph: Graph, registry: Registry, port: PortRef) -> InputPort | None:
    definition = graph.definition(port.node, registry) if port.node in graph.nodes else None
    return definition.input(port.port) if definition is not None else None


def _in_state(node: Node, state: NodeState) -> Node:
    return node if node.state == state else replace(node, state=state)


def _words(nodes: Sequence[NodeId]) -> str:
    return nodes[0] if len(nodes) == 1 else count_of(len(nodes), "node")
