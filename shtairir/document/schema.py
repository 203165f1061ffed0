"""From plain data to the records of a graph, with every field checked.

Written by hand rather than with a validation library: a graph file has five kinds of records, each error is to be
a sentence for a person that names the place, and a headless run is to start without an import of 80 ms.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shtairir.document.faults import Path
from shtairir.document.model import Frame, Header, Link, Node, Parameter
from shtairir.document.naming import is_name
from shtairir.ids import BlockId, NodeId, PortName, PortRef

MAX_NODES = 100_000
MAX_LINKS = 1_000_000
MAX_LABEL = 1_000

_T = TypeVar("_T")


class SchemaError(ValueError):
    """A field is wrong; ``path`` leads to it, ``code`` names the kind of trouble for programs."""

    def __init__(self, path: Path, sentence: str, *, code: str = "bad_file", too_large: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.path = path
        self.sentence = sentence
        self.too_large = too_large


@dataclass(frozen=True, slots=True)
class Content:
    """All that a graph file holds."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    header: Header


class _Record:
    """One object of the file; fields are taken out of it one by one, what is left is unknown."""

    __slots__ = ("path", "rest")

    def __init__(self, data: object, path: Path) -> None:
        if not isinstance(data, dict):
            raise SchemaError(path, f"Expected an object in braces, got {kind_of(data)}.")
        self.rest = dict(data)
        self.path = path

    def error(self, field: str, sentence: str) -> SchemaError:
        return SchemaError((*self.path, field), sentence)

    def text(self, field: str, default: str | None = None, *, limit: int = MAX_LABEL) -> str:
        value = self.rest.pop(field, default)
        if not isinstance(value, str):
            raise self.error(field, f"Expected text for '{field}', got {self._got(value)}.")
        if len(value) > limit:
            raise self.error(field, f"The text of '{field}' has {len(value):,} characters; {limit:,} are allowed.")
        return value

    def optional_text(self, field: str, *, limit: int = MAX_LABEL) -> str | None:
        if self.rest.get(field) is None:
            self.rest.pop(field, None)
            return None
        return self.text(field, limit=limit)

    def name(self, field: str) -> str:
        value = self.text(field)
        if not is_name(value):
            raise self.error(field, f"'{value[:60]}' is not usable: letters, digits, '_' and '-' are.")
        return value

    def whole(self, field: str, default: int) -> int:
        value = self.rest.pop(field, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(field, f"Expected a whole number for '{field}', got {self._got(value)}.")
        return value

    def mapping(self, field: str) -> dict[str, Any]:
        value = self.rest.pop(field, None)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(field, f"Expected an object in braces for '{field}', got {kind_of(value)}.")
        return value

    def items(self, field: str, limit: int = MAX_LINKS) -> list[Any]:
        value = self.rest.pop(field, None)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(field, f"Expected a list in brackets for '{field}', got {kind_of(value)}.")
        if len(value) > limit:
            sentence = f"'{field}' has {len(value):,} entries; {limit:,} are allowed."
            raise SchemaError((*self.path, field), sentence, too_large=True)
        return value

    def numbers(self, field: str, default: tuple[float, ...]) -> tuple[float, ...]:
        value = self.rest.pop(field, None)
        if value is None:
            return default
        if not isinstance(value, list) or len(value) != len(default) or not all(map(_is_number, value)):
            raise self.error(field, f"Expected {len(default)} numbers in brackets for '{field}', got {_short(value)}.")
        return tuple(map(float, value))

    def port(self, field: str) -> PortRef:
        value = self.text(field)
        try:
            return PortRef.parse(value)
        except ValueError as error:
            raise self.error(field, str(error)) from None

    @staticmethod
    def _got(value: object) -> str:
        return "nothing" if value is None else kind_of(value)


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words.

    Examples
    --------
    >>> kind_of([1]), kind_of(True)
    ('a list', 'true')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {_short(value)}"
    if isinstance(value, int | float):
        return f"the number {_short(value)}"
    return "a list" if isinstance(value, list) else "an object"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def read_content(data: Mapping[str, Any]) -> Content:
    """Return what the data of a current graph file says.

    Raises
    ------
    SchemaError
        At the first field that is wrong.
    """
    record = _Record(data, ())
    record.rest.pop("format", None)
    record.rest.pop("version", None)
    nodes = _unique(_read_all(record, "nodes", _node, MAX_NODES), "nodes", "node id", lambda node: node.id)
    links = _read_all(record, "links", _link, MAX_LINKS)
    links = _unique(links, "links", "link into the input", lambda link: link.target)
    parameters = _read_all(record, "parameters", _parameter, MAX_NODES)
    frames = _read_all(record, "frames", _frame, MAX_NODES)
    header = Header(
        name=record.text("name", "untitled"),
        description=record.text("description", "", limit=1_000_000),
        parameters=_unique(parameters, "parameters", "parameter", lambda parameter: parameter.name),
        frames=_unique(frames, "frames", "frame id", lambda frame: frame.id),
        subgraphs=record.mapping("subgraphs"),
        extra=record.rest,
    )
    return Content(nodes, links, header)


def _read_all(record: _Record, field: str, read: Callable[[_Record], _T], limit: int) -> tuple[_T, ...]:
    items = record.items(field, limit)
    return tuple(read(_Record(item, (field, index))) for index, item in enumerate(items))


def _unique(items: tuple[_T, ...], field: str, noun: str, key: Callable[[_T], object]) -> tuple[_T, ...]:
    keys = [key(item) for item in items]
    if len(set(keys)) == len(keys):
        return items
    twice = [one for one, number in Counter(keys).items() if number > 1]
    places = [f"{field}[{index}]" for index, one in enumerate(keys) if one == twice[0]]
    sentence = f"The {noun} '{twice[0]}' appears {len(places)} times: {', '.join(places[:10])}."
    if len(twice) > 1:
        others = ", ".join(f"'{one}'" for one in twice[1:11])
        sentence += f" So do {others}."
    second = [index for index, one in enumerate(keys) if one == twice[0]][1]
    raise SchemaError((field, second), sentence, code="duplicate_id")


def _node(record: _Record) -> Node:
    return Node(
        id=NodeId(record.name("id")),
        block=BlockId(record.text("block", limit=200)),
        block_version=record.whole("block_version", 1),
        title=record.optional_text("title"),
        values=record.mapping("values"),
        exposed=_exposed(record),
        policy=record.mapping("policy"),
        position=record.numbers("position", (0.0, 0.0)),  # type: ignore[arg-type]  # two, as the default has
        extra=record.rest,
    )


def _exposed(record: _Record) -> tuple[PortName, ...]:
    names = record.items("exposed")
    for index, name in enumerate(names):
        if not isinstance(name, str):
            path = (*record.path, "exposed", index)
            raise SchemaError(path, f"Expected the name of an input, got {kind_of(name)}.")
    return tuple(names)


def _link(record: _Record) -> Link:
    return Link(record.port("from"), record.port("to"), record.rest)


def _parameter(record: _Record) -> Parameter:
    return Parameter(
        name=record.name("name"),
        target=record.port("target"),
        title=record.optional_text("title"),
        help=record.optional_text("help", limit=100_000),
        extra=record.rest,
    )


def _frame(record: _Record) -> Frame:
    return Frame(
        id=record.name("id"),
        title=record.text("title", ""),
        color=record.optional_text("color"),
        rect=record.numbers("rect", Frame.__dataclass_fields__["rect"].default),  # type: ignore[arg-type]
        extra=record.rest,
    )
