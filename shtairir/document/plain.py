"""A graph file in which nothing is out of the ordinary, read without a schema.

To import the library that checks files, and to build the schema, takes longer than to run a small graph. Most files
are as this program wrote them: only fields that it knows, each of exactly the type that it has. Of such data the
content is made here, with a look at every field. Whatever is not plainly right (a field that nobody knows, a name that
is taken twice, a number where a text should be, a definition, a code block) is left to `shtairir.document.schema`,
which has the last word, and says what is wrong. What both read, both read the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from shtairir.document.model import (
    ACTIVE,
    BYPASSED,
    DISABLED,
    Bookmark,
    Content,
    Frame,
    Header,
    Link,
    Node,
    NodeState,
    Note,
    Parameter,
    Point,
    Rect,
)
from shtairir.document.naming import is_name
from shtairir.ids import BlockId, NodeId, PortName, PortRef

_LONGEST_LABEL = 1_000
_LONGEST_TEXT = 100_000
_LARGEST_NUMBER = 2.0**53
_MOST_ITEMS = 100_000
_MOST_DOTS = 1_000
_OF_A_GRAPH = (
    *("format", "version", "name", "description", "policy", "parameters", "nodes", "links"),
    *("frames", "notes", "bookmarks"),
)
_OF_A_NODE = (
    *("id", "block", "block_version", "title", "values", "exposed", "policy", "position"),
    *("state", "collapsed", "frozen", "shown", "shown_sizes"),
)
_STATES: tuple[NodeState, ...] = (ACTIVE, BYPASSED, DISABLED)

_Item = TypeVar("_Item")


class _NotPlainError(Exception):
    """Something is to be looked at more closely."""


def plain_content(data: Mapping[str, Any]) -> Content | None:
    """Return what the data of a current graph file says, or ``None`` unless all of it is plain.

    Examples
    --------
    >>> content = plain_content({"format": "shtairir-graph", "version": 1, "nodes": [{"id": "a", "block": "math.add"}]})
    >>> [node.id for node in content.nodes], plain_content({"nodes": [{"id": "a"}]})
    (['a'], None)
    """
    try:
        return _content(data)
    except (_NotPlainError, KeyError, ValueError):
        return None


def _content(data: Mapping[str, Any]) -> Content:
    fields = _fields(data, *_OF_A_GRAPH)
    header = Header(
        _text(fields.get("name", "untitled"), _LONGEST_LABEL),
        _text(fields.get("description", ""), _LONGEST_TEXT),
        _items(fields, "parameters", _parameter, lambda parameter: parameter.name),
        frames=_items(fields, "frames", _frame, lambda frame: frame.id),
        policy=_object(fields, "policy"),
        notes=_items(fields, "notes", _note, lambda note: note.id),
        bookmarks=_items(fields, "bookmarks", _bookmark, lambda bookmark: bookmark.name),
    )
    nodes = _items(fields, "nodes", _node, lambda node: node.id)
    return Content(nodes, _items(fields, "links", _link, lambda link: link.target), header)


def _fields(data: Any, *known: str) -> Mapping[str, Any]:
    """Return an object's fields, all of which are known and none of which is null."""
    if type(data) is not dict or not data.keys() <= set(known) or None in data.values():
        raise _NotPlainError
    return data


def _items(
    fields: Mapping[str, Any], name: str, made: Callable[[Any], _Item], key: Callable[[_Item], object]
) -> tuple[_Item, ...]:
    found = fields.get(name, [])
    if type(found) is not list or len(found) > _MOST_ITEMS:
        raise _NotPlainError
    items = tuple(map(made, found))
    if len(set(map(key, items))) < len(items):
        raise _NotPlainError
    return items


def _text(text: Any, longest: int) -> str:
    if type(text) is not str or len(text) > longest:
        raise _NotPlainError
    return text


def _label(data: Mapping[str, Any], name: str) -> str | None:
    return _text(data[name], _LONGEST_LABEL) if name in data else None


def _name(text: Any) -> str:
    if type(text) is not str or not is_name(text):
        raise _NotPlainError
    return text


def _port(text: Any) -> PortRef:
    return PortRef.parse(_text(text, _LONGEST_LABEL))


def _numbers(found: Any, count: int) -> list[float]:
    if type(found) is not list or len(found) != count:
        raise _NotPlainError
    if not all(type(number) in (int, float) and abs(number) < _LARGEST_NUMBER for number in found):
        raise _NotPlainError
    return list(map(float, found))


def _object(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name, {})
    if type(found) is not dict:
        raise _NotPlainError
    return found


def _node(data: Any) -> Node:
    fields = _fields(data, *_OF_A_NODE)
    version = fields.get("block_version", 1)
    if type(version) is not int or fields.get("state", ACTIVE) not in _STATES:
        raise _NotPlainError
    return Node(
        NodeId(_name(fields["id"])),
        BlockId(_text(fields["block"], _LONGEST_LABEL)),
        version,
        _label(fields, "title"),
        _object(fields, "values"),
        _ports(fields, "exposed"),
        _object(fields, "policy"),
        _point(fields.get("position", [0.0, 0.0])),
        state=fields.get("state", ACTIVE),
        collapsed=_flag(fields, "collapsed"),
        frozen=_flag(fields, "frozen"),
        shown=_ports(fields, "shown"),
        shown_sizes={PortName(port): _point(size) for port, size in _object(fields, "shown_sizes").items()},
    )


def _ports(data: Mapping[str, Any], name: str) -> tuple[PortName, ...]:
    found = data.get(name, [])
    if type(found) is not list:
        raise _NotPlainError
    return tuple(PortName(_text(port, _LONGEST_LABEL)) for port in found)


def _flag(data: Mapping[str, Any], name: str) -> bool:
    found = data.get(name, False)
    if type(found) is not bool:
        raise _NotPlainError
    return found


def _point(found: Any) -> Point:
    x, y = _numbers(found, 2)
    return x, y


def _link(data: Any) -> Link:
    fields = _fields(data, "from", "to", "via")
    via = fields.get("via", [])
    if type(via) is not list or len(via) > _MOST_DOTS:
        raise _NotPlainError
    return Link(_port(fields["from"]), _port(fields["to"]), via=tuple(map(_point, via)))


def _parameter(data: Any) -> Parameter:
    fields = _fields(data, "name", "target", "title", "help")
    return Parameter(_name(fields["name"]), _port(fields["target"]), _label(fields, "title"), _label(fields, "help"))


def _frame(data: Any) -> Frame:
    fields = _fields(data, "id", "title", "color", "rect")
    title = _text(fields.get("title", ""), _LONGEST_LABEL)
    return Frame(_name(fields["id"]), title, _label(fields, "color"), _rect(fields["rect"]))


def _note(data: Any) -> Note:
    fields = _fields(data, "id", "text", "rect", "color")
    text = _text(fields.get("text", ""), _LONGEST_TEXT)
    return Note(_name(fields["id"]), text, _rect(fields["rect"]), _label(fields, "color"))


def _rect(found: Any) -> Rect:
    x, y, width, height = _numbers(found, 4)
    return x, y, width, height


def _bookmark(data: Any) -> Bookmark:
    fields = _fields(data, "name", "center", "zoom")
    (zoom,) = _numbers([fields.get("zoom", 1.0)], 1)
    if zoom <= 0:
        raise _NotPlainError
    return Bookmark(_text(fields["name"], _LONGEST_LABEL), _point(fields["center"]), zoom)
