"""A graph as a Mermaid flowchart, which many sites and editors draw from text."""

from __future__ import annotations

from collections.abc import Mapping

from shtairir.block.registry import Registry
from shtairir.document.model import Frame, Node
from shtairir.document.snapshot import Snapshot
from shtairir.ids import NodeId


def to_mermaid(snapshot: Snapshot, registry: Registry) -> str:
    """Return the graph as a flowchart: a box for each node, a subgraph for each frame, ports on the arrows."""
    names = {id: f"n{number}" for number, id in enumerate(snapshot.nodes)}
    definitions = {id: snapshot.definition(node, registry) for id, node in snapshot.nodes.items()}
    lines = ["flowchart LR"]
    framed: set[NodeId] = set()
    for number, frame in enumerate(snapshot.header.frames):
        inside = [node for node in snapshot.nodes.values() if node.id not in framed and _is_inside(node, frame)]
        framed.update(node.id for node in inside)
        if inside:
            lines.append(f'  subgraph f{number}["{_escaped(frame.title or frame.id)}"]')
            lines += [f"    {_box(names, node, _title(node, definitions))}" for node in inside]
            lines.append("  end")
    lines += [
        f"  {_box(names, node, _title(node, definitions))}" for id, node in snapshot.nodes.items() if id not in framed
    ]
    for link in snapshot.links.values():
        source, target = names.get(link.source.node), names.get(link.target.node)
        if source is not None and target is not None:
            ports = [name for name in (link.source.port, link.target.port) if name != "out"]
            label = f'|"{_escaped(" → ".join(ports))}"|' if ports else ""
            lines.append(f"  {source} -->{label} {target}")
    return "\n".join(lines) + "\n"


def _title(node: Node, definitions: Mapping[NodeId, object]) -> str:
    named = getattr(definitions[node.id], "name", node.block)
    title = node.title or named
    return f"{_escaped(title)}<br/>{_escaped(node.block)}"


def _box(names: Mapping[NodeId, str], node: Node, title: str) -> str:
    return f'{names[node.id]}["{title}"]'


def _is_inside(node: Node, frame: Frame) -> bool:
    x, y, width, height = frame.rect
    return x <= node.position[0] <= x + width and y <= node.position[1] <= y + height


def _escaped(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;").replace("\n", " ")
