"""The types that annotations in a source name, read from its tree without running anything.

The names are those that authors of blocks use, see `shtairir.block.annotations`. What is unknown counts as
anything, with a warning: the function may well know what to do with it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from shtairir.block.annotations import DType, Shape
from shtairir.block.code_literals import NotLiteral, literal
from shtairir.block.code_problems import Problems
from shtairir.block.ports import Out, Param
from shtairir.block.types import (
    ANY,
    NONE,
    ArrayType,
    AudioType,
    DictType,
    EnumType,
    FigureType,
    ImageType,
    ListType,
    PortType,
    ScalarType,
    TableType,
    UnionType,
)

_DEEPEST = 12

_NAMED: Mapping[str, PortType] = {
    "bool": ScalarType("bool"),
    "int": ScalarType("int"),
    "float": ScalarType("float"),
    "str": ScalarType("text"),
    "Path": ScalarType("path"),
    "Color": ScalarType("color"),
    "None": NONE,
    "Any": ANY,
    "object": ANY,
    "list": ListType(ANY),
    "List": ListType(ANY),
    "Sequence": ListType(ANY),
    "dict": DictType(ANY),
    "Dict": DictType(ANY),
    "Mapping": DictType(ANY),
    "Array": ArrayType(),
    "ndarray": ArrayType(),
    "NDArray": ArrayType(),
    "Image": ImageType(),
    "Table": TableType(),
    "DataFrame": TableType(),
    "Audio": AudioType(),
    "Figure": FigureType(),
}
_LISTS = ("list", "List", "Sequence", "Iterable")
_DICTS = ("dict", "Dict", "Mapping")
_MODULES = frozenset({"typing", "t", "np", "numpy", "pl", "polars", "pathlib", "collections", "block", "shtairir"})


@dataclass(frozen=True, slots=True)
class Annotation:
    """What an annotation says.

    Attributes
    ----------
    is_context
        Whether it asks for the run's context instead of a value.
    """

    type: PortType
    param: Param | None = None
    out: Out | None = None
    is_context: bool = False


def read_annotation(node: ast.expr, problems: Problems) -> Annotation:
    """Return what an annotation names; what cannot be read is anything, with a warning."""
    return _Annotations(problems).read(node, 0)


class _Annotations:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def read(self, node: ast.expr, depth: int) -> Annotation:
        if isinstance(node, ast.Constant) and type(node.value) is str and depth < _DEEPEST:
            return self._quoted(node, node.value, depth)
        if isinstance(node, ast.Subscript) and _name(node.value) == "Annotated":
            return self._annotated(node, depth)
        if _name(node) == "Context":
            return Annotation(ANY, is_context=True)
        return Annotation(self.type(node, depth))

    def type(self, node: ast.expr, depth: int) -> PortType:
        """Return the type that a branch names."""
        if depth > _DEEPEST:
            return self._unknown(node)
        if isinstance(node, ast.Constant):
            if node.value is None:
                return NONE
            return self.read(node, depth).type if type(node.value) is str else self._unknown(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return _union([self.type(node.left, depth + 1), self.type(node.right, depth + 1)])
        if isinstance(node, ast.Subscript):
            return self._generic(node, depth)
        found = _NAMED.get(_name(node))
        return found if found is not None else self._unknown(node)

    def _quoted(self, node: ast.Constant, text: str, depth: int) -> Annotation:
        try:
            inner = ast.parse(text.strip()[:500], mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Annotation(self._unknown(node))
        for branch in ast.walk(inner):  # so that problems are shown where the text stands
            ast.copy_location(branch, node)
        return self.read(inner, depth + 1)

    def _generic(self, node: ast.Subscript, depth: int) -> PortType:
        head, inner = _name(node.value), _items(node.slice)
        if head == "Annotated":
            return self._annotated(node, depth).type
        if head == "Literal":
            return self._choice(node, inner)
        if head in _LISTS and len(inner) == 1:
            return ListType(self.type(inner[0], depth + 1))
        if head in _DICTS and len(inner) == 2:
            return DictType(self.type(inner[1], depth + 1))
        if head == "Optional" and len(inner) == 1:
            return _union([self.type(inner[0], depth + 1), NONE])
        if head == "Union":
            return _union([self.type(one, depth + 1) for one in inner])
        if head in ("ndarray", "NDArray"):
            return ArrayType()
        return self._unknown(node)

    def _choice(self, node: ast.Subscript, inner: list[ast.expr]) -> PortType:
        try:
            choices = tuple(literal(one) for one in inner)
        except NotLiteral:
            choices = ()
        if not choices or not all(type(choice) in (str, int, bool) for choice in choices):
            self.problems.warn(node, 'The choices cannot be read: write texts or numbers, Literal["a", "b"].')
            return ANY
        return EnumType("choice", choices)

    def _annotated(self, node: ast.Subscript, depth: int) -> Annotation:
        base, *notes = _items(node.slice)
        kind = self.type(base, depth + 1)
        param: Param | None = None
        out: Out | None = None
        for note in notes:
            made = self._note(note)
            if isinstance(made, Param):
                param = made
            elif isinstance(made, Out):
                out = made
            elif isinstance(made, DType) and isinstance(kind, ArrayType):
                kind = ArrayType(made.name, kind.shape)
            elif isinstance(made, Shape) and isinstance(kind, ArrayType):
                kind = ArrayType(kind.dtype, tuple(made))
        return Annotation(kind, param, out, is_context=_name(base) == "Context")

    def _note(self, node: ast.expr) -> object:
        """Return a `Param`, `Out`, `DType` or `Shape` whose arguments are written out."""
        if not isinstance(node, ast.Call):
            self.problems.warn(node, "This is not known here: write Param(...), Out(...), DType(...) or Shape(...).")
            return None
        try:
            given = [literal(argument) for argument in node.args]
            named = {str(one.arg): literal(one.value) for one in node.keywords}
        except NotLiteral:
            self.problems.error(node, "The arguments must be written out: numbers and texts, nothing to be computed.")
            return None
        made = _made(_name(node.func), given, named)
        if made is None:
            self.problems.error(node, f"'{_name(node.func) or 'this'}' cannot be read: look at its arguments.")
        return made

    def _unknown(self, node: ast.expr) -> PortType:
        written = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else "This"
        self.problems.warn(
            node, f"{written[:60]} is not a type of a port, so anything is taken. There are {', '.join(_SHOWN)}."
        )
        return ANY


_SHOWN = ("int", "float", "bool", "str", "Path", "Array", "Image", "Table", "Audio", "Figure", "Color", "list[...]")


def _made(name: str, given: list[Any], named: dict[str, Any]) -> object:
    if name == "DType" and len(given) == 1 and not named and type(given[0]) is str:
        return DType(given[0])
    if name == "Shape" and not named and all(type(axis) in (int, str) for axis in given):
        return Shape(*given)
    if name == "Out" and len(given) == 1 and type(given[0]) is str and given[0].isidentifier():
        texts = {key: value for key, value in named.items() if key in ("label", "help") and type(value) is str}
        return Out(given[0], **texts)
    if name == "Param" and not given:
        return _param(named)
    return None


_NUMBERS = frozenset({"ge", "gt", "le", "lt", "step"})
_FLAGS = frozenset({"multiline", "advanced", "port"})


def _param(named: dict[str, Any]) -> Param | None:
    known = {field.name for field in fields(Param)}
    for key, value in named.items():
        if key in _NUMBERS:
            fits = type(value) in (int, float) or value is None
        elif key in _FLAGS:
            fits = type(value) is bool
        elif key in ("choices", "suffixes"):
            fits = type(value) in (list, tuple) and all(type(item) in (str, int, float, bool) for item in value)
        else:
            fits = type(value) is str
        if key not in known or not fits:
            return None
    frozen: dict[str, Any] = {key: tuple(value) if type(value) is list else value for key, value in named.items()}
    return Param(**frozen)


def _union(members: list[PortType]) -> PortType:
    flat: list[PortType] = []
    for member in members:
        inner = member.members if isinstance(member, UnionType) else (member,)
        flat.extend(one for one in inner if one not in flat)
    return flat[0] if len(flat) == 1 else UnionType(tuple(flat))


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _name(node: ast.AST) -> str:
    """Return ``Array`` for ``Array`` and ``block.Array``; empty for what is no name, or of another module."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        root: ast.expr = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        return node.attr if isinstance(root, ast.Name) and root.id in _MODULES else ""
    return ""


def name_of(node: ast.AST) -> str:
    """Return the plain name that a branch stands for; see `_name`."""
    return _name(node)
