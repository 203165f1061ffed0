"""What a graph file may hold, field by field, and the records of a graph that are made of it.

Each pydantic model stands for one kind of object in the file, and is turned into its frozen record as soon as it has
been checked: to keep 40,000 models until the end of the file costs as much time again, in the garbage collector.

Importing this imports pydantic, so it is done only where a file is read; building a graph in Python works without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    Strict,
    StringConstraints,
    ValidationError,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from shtairir.document.faults import Path
from shtairir.document.model import (
    ACTIVE,
    NEW_FRAME,
    Bookmark,
    CodeBlock,
    Content,
    Frame,
    GraphTest,
    Header,
    JsonObject,
    Link,
    NamedResult,
    Node,
    NodeState,
    Note,
    Parameter,
)
from shtairir.document.naming import MAX_NAME, NAME_PATTERN, is_name
from shtairir.document.refusal import SchemaError, refusal
from shtairir.ids import BlockId, NodeId, PortName, PortRef

MAX_NODES = 100_000
MAX_LINKS = 1_000_000
MAX_DOTS = 1_000

_T = TypeVar("_T")


def _at_most(limit: int) -> AfterValidator:
    """Limit a text. Pydantic's own limit refuses half a surrogate pair, which texts typed on a keyboard may hold."""

    def limited(text: str) -> str:
        if len(text) > limit:
            raise PydanticKnownError("string_too_long", {"max_length": limit})
        return text

    return AfterValidator(limited)


class _From:
    """``Annotated[PortRef, _From(str, PortRef.parse)]``: pydantic checks a text and hands on a port."""

    def __init__(self, kind: Any, make: Callable[[Any], object]) -> None:
        self._kind = kind
        self._make = make

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._make, handler.generate_schema(self._kind))


_AsName = StringConstraints(max_length=MAX_NAME, pattern=NAME_PATTERN)
_Label: TypeAlias = Annotated[str, _at_most(1_000)]
_LongText: TypeAlias = Annotated[str, _at_most(1_000_000)]
_Help: TypeAlias = Annotated[str, _at_most(100_000)]
_Port: TypeAlias = Annotated[PortRef, _From(_Label, PortRef.parse)]
_Object: TypeAlias = dict[str, Any]
_Point: TypeAlias = Annotated[tuple[float, float], Strict(False)]  # JSON has lists only; the numbers stay strict
_Range: TypeAlias = Annotated[tuple[float, float], Strict(False)]
_Rect: TypeAlias = Annotated[tuple[float, float, float, float], Strict(False)]
_Ports: TypeAlias = Annotated[tuple[PortName, ...], Strict(False)]


class _Record(BaseModel):
    """One object of the file. Where it may hold ``null``, that means the default."""

    # Python's regular expressions, so that the file and the API agree on what a letter is.
    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False, regex_engine="python-re")

    @property
    def extra(self) -> JsonObject:
        """The fields that this version does not know, in the order of the file."""
        return self.model_extra or {}


class _NodeRecord(_Record):
    id: Annotated[NodeId, _AsName]
    block: Annotated[BlockId, _at_most(1_000)]
    block_version: int = 1
    title: _Label | None = None
    values: _Object | None = None
    exposed: _Ports | None = None
    policy: _Object | None = None
    position: _Point | None = None
    state: NodeState | None = None
    collapsed: bool | None = None
    frozen: bool | None = None
    shown: _Ports | None = None
    shown_sizes: dict[PortName, _Point] | None = None

    def made(self) -> Node:
        return Node(
            self.id,
            self.block,
            self.block_version,
            self.title,
            self.values or {},
            self.exposed or (),
            self.policy or {},
            self.position or (0.0, 0.0),
            self.extra,
            self.state or ACTIVE,
            bool(self.collapsed),
            bool(self.frozen),
            self.shown or (),
            self.shown_sizes or {},
        )


_Node: TypeAlias = Annotated[Node, _From(_NodeRecord, _NodeRecord.made)]


class _LinkRecord(_Record):
    source: _Port = Field(alias="from")
    target: _Port = Field(alias="to")
    via: Annotated[list[_Point], Field(max_length=MAX_DOTS)] | None = None

    def made(self) -> Link:
        return Link(self.source, self.target, self.extra, tuple(self.via or ()))


_Link: TypeAlias = Annotated[Link, _From(_LinkRecord, _LinkRecord.made)]


class _ParameterRecord(_Record):
    name: Annotated[str, _AsName]
    target: _Port
    title: _Label | None = None
    help: _Help | None = None
    range: _Range | None = None

    def made(self) -> Parameter:
        return Parameter(self.name, self.target, self.title, self.help, self.range, self.extra)


_Parameter: TypeAlias = Annotated[Parameter, _From(_ParameterRecord, _ParameterRecord.made)]


class _ResultRecord(_Record):
    name: Annotated[str, _AsName]
    source: _Port
    title: _Label | None = None
    help: _Help | None = None

    def made(self) -> NamedResult:
        return NamedResult(self.name, self.source, self.title, self.help, self.extra)


_Result: TypeAlias = Annotated[NamedResult, _From(_ResultRecord, _ResultRecord.made)]


class _TestRecord(_Record):
    name: Annotated[str, _AsName]
    parameters: _Object | None = None
    expect: _Object | None = None
    budget: _Object | None = None

    def made(self) -> GraphTest:
        return GraphTest(self.name, self.parameters or {}, self.expect or {}, self.budget or {}, self.extra)


_Test: TypeAlias = Annotated[GraphTest, _From(_TestRecord, _TestRecord.made)]


class _FrameRecord(_Record):
    id: Annotated[str, _AsName]
    title: _Label = ""
    color: _Label | None = None
    rect: _Rect | None = None

    def made(self) -> Frame:
        return Frame(self.id, self.title, self.color, self.rect or NEW_FRAME, self.extra)


_Frame: TypeAlias = Annotated[Frame, _From(_FrameRecord, _FrameRecord.made)]


class _NoteRecord(_Record):
    id: Annotated[str, _AsName]
    text: _LongText = ""
    rect: _Rect | None = None
    color: _Label | None = None

    def made(self) -> Note:
        return Note(self.id, self.text, self.rect or NEW_FRAME, self.color, self.extra)


_Note: TypeAlias = Annotated[Note, _From(_NoteRecord, _NoteRecord.made)]


class _BookmarkRecord(_Record):
    name: _Label
    center: _Point | None = None
    zoom: Annotated[float, Field(gt=0)] | None = None

    def made(self) -> Bookmark:
        return Bookmark(self.name, self.center or (0.0, 0.0), self.zoom or 1.0, self.extra)


_Bookmark: TypeAlias = Annotated[Bookmark, _From(_BookmarkRecord, _BookmarkRecord.made)]


_Nodes: TypeAlias = Annotated[list[_Node], Field(max_length=MAX_NODES)]
_Links: TypeAlias = Annotated[list[_Link], Field(max_length=MAX_LINKS)]
_Frames: TypeAlias = Annotated[list[_Frame], Field(max_length=MAX_NODES)]
_Notes: TypeAlias = Annotated[list[_Note], Field(max_length=MAX_NODES)]
_Bookmarks: TypeAlias = Annotated[list[_Bookmark], Field(max_length=MAX_NODES)]


class _CodeRecord(_Record):
    source: _LongText


class _DefinitionRecord(_Record):
    title: _Label = ""
    description: _LongText = ""
    nodes: _Nodes
    links: _Links | None = None
    frames: _Frames | None = None
    notes: _Notes | None = None
    bookmarks: _Bookmarks | None = None


class _File(_Record):
    format: Any = None
    version: Any = None
    name: _Label = "untitled"
    description: _LongText = ""
    policy: _Object | None = None
    parameters: Annotated[list[_Parameter], Field(max_length=MAX_NODES)] | None = None
    results: Annotated[list[_Result], Field(max_length=MAX_NODES)] | None = None
    tests: Annotated[list[_Test], Field(max_length=MAX_NODES)] | None = None
    nodes: _Nodes | None = None
    links: _Links | None = None
    frames: _Frames | None = None
    notes: _Notes | None = None
    bookmarks: _Bookmarks | None = None
    subgraphs: _Object | None = None
    code: Any = None


def read_content(data: Mapping[str, Any]) -> Content:
    """Return what the data of a current graph file says.

    Raises
    ------
    SchemaError
        For the first field that is wrong; it also says how many others are.
    """
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise refusal(error, data) from None
    definitions, foreign_subgraphs = _sorted_out(file.subgraphs, "nodes", list)
    code, foreign_code = _sorted_out(file.code, "source", str)
    foreign = {"subgraphs": foreign_subgraphs, "code": foreign_code}
    header = Header(
        file.name,
        file.description,
        _unique(file.parameters or (), "parameters", "parameter", lambda parameter: parameter.name),
        _unique(file.results or (), "results", "result", lambda result: result.name),
        _frames(file.frames),
        tuple(_code(name, record) for name, record in code.items()),
        {section: entries for section, entries in foreign.items() if entries is not None},
        file.extra,
        file.policy or {},
        _unique(file.tests or (), "tests", "test", lambda test: test.name),
        _notes(file.notes),
        _bookmarks(file.bookmarks),
    )
    contents = {name: _definition(name, record) for name, record in definitions.items()}
    return Content(_nodes(file.nodes), _links(file.links), header, contents)


def _sorted_out(section: Any, mark: str, kind: type) -> tuple[dict[str, Any], Any]:
    """Return the entries of a section that are ours, and what else is in it.

    Files could always hold fields that this program does not know, so an entry under a name that it would not give,
    or that does not look like one of its own, is kept as it is and not refused.
    """
    if not isinstance(section, dict):
        return {}, section
    ours = {
        name: entry
        for name, entry in section.items()
        if is_name(name) and isinstance(entry, dict) and isinstance(entry.get(mark), kind)
    }
    return ours, {name: entry for name, entry in section.items() if name not in ours} or None


def _definition(name: str, data: dict[str, Any]) -> Content:
    path = ("subgraphs", name)
    try:
        record = _DefinitionRecord.model_validate(data)
    except ValidationError as error:
        raise refusal(error, data, path) from None
    header = Header(
        record.title,
        record.description,
        frames=_frames(record.frames, path),
        extra=record.extra,
        notes=_notes(record.notes, path),
        bookmarks=_bookmarks(record.bookmarks, path),
    )
    return Content(_nodes(record.nodes, path), _links(record.links, path), header)


def _code(name: str, data: dict[str, Any]) -> CodeBlock:
    try:
        record = _CodeRecord.model_validate(data)
    except ValidationError as error:
        raise refusal(error, data, ("code", name)) from None
    return CodeBlock(name, record.source, record.extra)


def _nodes(nodes: Sequence[Node] | None, path: Path = ()) -> tuple[Node, ...]:
    return _unique(nodes or (), "nodes", "node id", lambda node: node.id, path)


def _links(links: Sequence[Link] | None, path: Path = ()) -> tuple[Link, ...]:
    return _unique(links or (), "links", "link into the input", lambda link: link.target, path)


def _frames(frames: Sequence[Frame] | None, path: Path = ()) -> tuple[Frame, ...]:
    return _unique(frames or (), "frames", "frame id", lambda frame: frame.id, path)


def _notes(notes: Sequence[Note] | None, path: Path = ()) -> tuple[Note, ...]:
    return _unique(notes or (), "notes", "note id", lambda note: note.id, path)


def _bookmarks(bookmarks: Sequence[Bookmark] | None, path: Path = ()) -> tuple[Bookmark, ...]:
    return _unique(bookmarks or (), "bookmarks", "bookmark", lambda bookmark: bookmark.name, path)


def _unique(items: Sequence[_T], field: str, noun: str, key: Callable[[_T], object], path: Path = ()) -> tuple[_T, ...]:
    keys = [key(item) for item in items]
    if len(set(keys)) == len(keys):
        return tuple(items)
    twice = [one for one, number in Counter(keys).items() if number > 1]
    places = [f"{field}[{index}]" for index, one in enumerate(keys) if one == twice[0]]
    sentence = f"The {noun} '{twice[0]}' appears {len(places)} times: {', '.join(places[:10])}."
    if len(twice) > 1:
        others = ", ".join(f"'{one}'" for one in twice[1:11])
        sentence += f" So do {others}."
    second = [index for index, one in enumerate(keys) if one == twice[0]][1]
    raise SchemaError((*path, field, second), sentence, code="duplicate_id")
