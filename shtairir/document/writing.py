"""The canonical text of a graph: stable order, small diffs.

Two spaces of indent, one link or parameter a line, small lists and objects on one line, known fields in the order
of the schema and unknown ones after them. Fields that have their default are left out of nodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from shtairir.document.model import Frame, Header, Link, Node, Parameter

FORMAT = "shtairir-graph"
VERSION = 1

_WIDTH = 100
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


def to_bytes(nodes: Iterable[Node], links: Iterable[Link], header: Header) -> bytes:
    """Return the file that holds these nodes, links and header."""
    record: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": header.name}
    record["description"] = header.description
    lines = [f"  {_field(key, value)}" for key, value in record.items()]
    lines.append(_section("parameters", (_encode(parameter_record(one)) for one in header.parameters)))
    lines.append(_section("nodes", (_block(node_record(node), 4) for node in nodes)))
    lines.append(_section("links", (_encode(link_record(link)) for link in links)))
    lines.append(_section("frames", (_encode(frame_record(frame)) for frame in header.frames)))
    rest = {"subgraphs": header.subgraphs} if header.subgraphs else {}
    lines += [f"  {_field(key, value)}" for key, value in {**rest, **header.extra}.items()]
    return encoded("{\n" + ",\n".join(lines) + "\n}\n")


def encoded(text: str) -> bytes:
    """Return the text in UTF-8; half of a surrogate pair, which a JSON escape can carry, is escaped again."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(c if not "\ud800" <= c <= "\udfff" else _encode_ascii(c)[1:-1] for c in text).encode("utf-8")


def _section(name: str, items: Iterator[str]) -> str:
    body = ",\n    ".join(items)
    return f'  "{name}": [\n    {body}\n  ]' if body else f'  "{name}": []'


def _field(key: str, value: Any, indent: int = 2) -> str:
    return f"{_encode(key)}: {_pretty(value, indent)}"


def _pretty(value: Any, indent: int) -> str:
    """One line for a leaf that fits, else one line for each item."""
    if not isinstance(value, dict | list) or not value:
        return _encode(value)
    items = value.values() if isinstance(value, dict) else value
    if not any(isinstance(item, dict | list) and item for item in items):
        line = _encode(value)
        if len(line) + indent <= _WIDTH:
            return line
    return _block(value, indent)


def _block(value: dict[str, Any] | list[Any], indent: int) -> str:
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        lines = [margin + _field(key, item, indent + 2) for key, item in value.items()]
    else:
        lines = [margin + _pretty(item, indent + 2) for item in value]
    start, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{start}\n" + ",\n".join(lines) + f"\n{' ' * indent}{end}"


def node_record(node: Node) -> dict[str, Any]:
    """Return a node as the file holds it."""
    record: dict[str, Any] = {"id": node.id, "block": node.block, "block_version": node.block_version}
    optional = {"title": node.title, "values": node.values, "exposed": list(node.exposed), "policy": node.policy}
    record.update((key, value) for key, value in optional.items() if value)
    record["position"] = _numbers(node.position)
    record.update(node.extra)
    return record


def link_record(link: Link) -> dict[str, Any]:
    """Return a link as the file holds it."""
    return {"from": str(link.source), "to": str(link.target), **link.extra}


def parameter_record(parameter: Parameter) -> dict[str, Any]:
    """Return a published parameter as the file holds it."""
    optional = {"title": parameter.title, "help": parameter.help}
    return {
        "name": parameter.name,
        "target": str(parameter.target),
        **{key: value for key, value in optional.items() if value is not None},
        **parameter.extra,
    }


def frame_record(frame: Frame) -> dict[str, Any]:
    """Return a frame as the file holds it."""
    record: dict[str, Any] = {"id": frame.id, "title": frame.title}
    if frame.color is not None:
        record["color"] = frame.color
    return {**record, "rect": _numbers(frame.rect), **frame.extra}


def _numbers(values: Iterable[float]) -> list[float]:
    return [int(value) if value.is_integer() else value for value in values]
