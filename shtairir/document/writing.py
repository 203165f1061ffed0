"""The canonical text of a graph: stable order, small diffs.

Two spaces of indent, one link or parameter a line, small lists and objects on one line, known fields in the order
of the schema and unknown ones after them. Fields that have their default are left out of nodes and definitions, and
the sections that only some graphs have (policy, results, tests, notes, bookmarks, subgraphs, code) where they are
empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from shtairir.document.model import (
    ACTIVE,
    Bookmark,
    CodeBlock,
    Content,
    Frame,
    GraphTest,
    Header,
    Link,
    NamedResult,
    Node,
    Note,
    Parameter,
)

FORMAT = "shtairir-graph"
VERSION = 1

_WIDTH = 100
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode


def to_bytes(
    nodes: Iterable[Node], links: Iterable[Link], header: Header, definitions: Mapping[str, Content] | None = None
) -> bytes:
    """Return the file that holds these nodes, links, header and definitions."""
    record: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": header.name}
    record["description"] = header.description
    if header.policy:
        record["policy"] = header.policy
    lines = [f"  {_field(key, value)}" for key, value in record.items()]
    lines.append(_section("parameters", map(_encode, map(parameter_record, header.parameters))))
    if header.results:
        lines.append(_section("results", map(_encode, map(result_record, header.results))))
    if header.tests:
        lines.append(_section("tests", (_pretty(test_record(test), 4) for test in header.tests)))
    lines += _body(nodes, links)
    lines.append(_section("frames", map(_encode, map(frame_record, header.frames))))
    lines += _written_on(header)
    subgraphs = [_entry(name, definition_text(content)) for name, content in (definitions or {}).items()]
    code = [_entry(block.name, _block(code_record(block), 4)) for block in header.code]
    lines += _named_section("subgraphs", subgraphs, header) + _named_section("code", code, header)
    lines += [f"  {_field(key, value)}" for key, value in header.extra.items()]
    return encoded("{\n" + ",\n".join(lines) + "\n}\n")


def _named_section(section: str, entries: list[str], header: Header) -> list[str]:
    """A section that is an object; what others have put into it comes last."""
    foreign = header.foreign.get(section)
    if isinstance(foreign, Mapping):
        entries = entries + [_entry(name, _pretty(value, 4)) for name, value in foreign.items()]
    elif section in header.foreign:
        return [f"  {_field(section, foreign)}"]
    return [f'  "{section}": {{\n' + ",\n".join(entries) + "\n  }"] if entries else []


def _entry(name: str, text: str) -> str:
    return f"    {_encode(name)}: {text}"


def definition_text(content: Content) -> str:
    """Return a definition as the file holds it, under its name."""
    header = content.header
    texts = {"title": header.name, "description": header.description}
    lines = [f"      {_field(key, value)}" for key, value in texts.items() if value]
    lines += _body(content.nodes, content.links, 6)
    if header.frames:
        lines.append(_section("frames", map(_encode, map(frame_record, header.frames)), 6))
    lines += _written_on(header, 6)
    lines += [f"      {_field(key, value, 6)}" for key, value in header.extra.items()]
    return "{\n" + ",\n".join(lines) + "\n    }"


def _written_on(header: Header, indent: int = 2) -> list[str]:
    """The sections of what is written on the canvas, if there is any."""
    sections = {"notes": map(note_record, header.notes), "bookmarks": map(bookmark_record, header.bookmarks)}
    lines = {name: [_encode(record) for record in records] for name, records in sections.items()}
    return [_section(name, items, indent) for name, items in lines.items() if items]


def _body(nodes: Iterable[Node], links: Iterable[Link], indent: int = 2) -> list[str]:
    return [
        _section("nodes", (_block(node_record(node), indent + 2) for node in nodes), indent),
        _section("links", (_encode(link_record(link)) for link in links), indent),
    ]


def encoded(text: str) -> bytes:
    """Return the text in UTF-8; half of a surrogate pair, which a JSON escape can carry, is escaped again."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(c if not "\ud800" <= c <= "\udfff" else _encode_ascii(c)[1:-1] for c in text).encode("utf-8")


def _section(name: str, items: Iterable[str], indent: int = 2) -> str:
    margin = " " * indent
    body = f",\n{margin}  ".join(items)
    return f'{margin}"{name}": [\n{margin}  {body}\n{margin}]' if body else f'{margin}"{name}": []'


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
    if node.state != ACTIVE:
        record["state"] = node.state
    sizes = {port: _numbers(size) for port, size in node.shown_sizes.items()}
    more = {"collapsed": node.collapsed, "frozen": node.frozen, "shown": list(node.shown), "shown_sizes": sizes}
    record.update((key, value) for key, value in more.items() if value)
    record.update(node.extra)
    return record


def link_record(link: Link) -> dict[str, Any]:
    """Return a link as the file holds it."""
    record: dict[str, Any] = {"from": str(link.source), "to": str(link.target)}
    if link.via:
        record["via"] = [_numbers(point) for point in link.via]
    return {**record, **link.extra}


def parameter_record(parameter: Parameter) -> dict[str, Any]:
    """Return a published parameter as the file holds it."""
    bounds = _numbers(parameter.range) if parameter.range is not None else None
    optional = {"title": parameter.title, "help": parameter.help, "range": bounds}
    return {
        "name": parameter.name,
        "target": str(parameter.target),
        **{key: value for key, value in optional.items() if value is not None},
        **parameter.extra,
    }


def result_record(result: NamedResult) -> dict[str, Any]:
    """Return a named result as the file holds it."""
    optional = {"title": result.title, "help": result.help}
    return {
        "name": result.name,
        "source": str(result.source),
        **{key: value for key, value in optional.items() if value is not None},
        **result.extra,
    }


def test_record(test: GraphTest) -> dict[str, Any]:
    """Return a test as the file holds it."""
    optional = {"parameters": dict(test.parameters), "expect": dict(test.expect), "budget": dict(test.budget)}
    return {"name": test.name, **{key: value for key, value in optional.items() if value}, **test.extra}


def code_record(block: CodeBlock) -> dict[str, Any]:
    """Return a code block as the file holds it, under its name."""
    return {"source": block.source, **block.extra}


def frame_record(frame: Frame) -> dict[str, Any]:
    """Return a frame as the file holds it."""
    record: dict[str, Any] = {"id": frame.id, "title": frame.title}
    if frame.color is not None:
        record["color"] = frame.color
    return {**record, "rect": _numbers(frame.rect), **frame.extra}


def note_record(note: Note) -> dict[str, Any]:
    """Return a note as the file holds it."""
    record: dict[str, Any] = {"id": note.id, "text": note.text, "rect": _numbers(note.rect)}
    if note.color is not None:
        record["color"] = note.color
    return {**record, **note.extra}


def bookmark_record(bookmark: Bookmark) -> dict[str, Any]:
    """Return a bookmark as the file holds it."""
    (zoom,) = _numbers((bookmark.zoom,))
    return {"name": bookmark.name, "center": _numbers(bookmark.center), "zoom": zoom, **bookmark.extra}


def _numbers(values: Iterable[float]) -> list[float]:
    return [int(value) if float(value).is_integer() else value for value in values]
