"""The signature of the function in a source, as `shtairir.block.declare` reads one, from its tree alone."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from shtairir.block.code_literals import NotLiteral, literal
from shtairir.block.code_problems import Problems
from shtairir.block.code_types import Annotation, name_of, read_annotation
from shtairir.block.context import Context
from shtairir.block.docstring import read_docstring
from shtairir.block.ports import MISSING, Out, Param
from shtairir.block.types import ANY, NONE, EnumType, PortType, ScalarType, UnionType
from shtairir.block.values import describe

Function = ast.FunctionDef | ast.AsyncFunctionDef

_OF_DEFAULT = {bool: ScalarType("bool"), int: ScalarType("int"), float: ScalarType("float"), str: ScalarType("text")}
_DECLARED: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "pure": (bool,),
    "deterministic": (bool,),
    "needs_trust": (bool,),
    "timeout_s": (int, float),
    "retries": (int,),
    "resources": (list, tuple),
    "tags": (list, tuple),
}
"""What ``@block(...)`` above the function may declare here, and of which type it is."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What `define` needs to know of a function; annotations hold port types and nothing that has to be evaluated."""

    parameters: Sequence[inspect.Parameter] = ()
    annotations: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)


def read_signature(entry: Function, statements: Sequence[ast.stmt], problems: Problems) -> Signature:
    """Return the signature of a function; what is wrong with it is added to ``problems``."""
    reader = _Reader(problems)
    for argument, default in _arguments(entry, problems):
        reader.add(argument, default)
    outputs = _outputs(entry, statements, problems)
    return Signature(reader.parameters, {**reader.annotations, "return": outputs}, _declared(entry, problems))


def _arguments(entry: Function, problems: Problems) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    given = entry.args
    if given.posonlyargs:
        problems.error(
            given.posonlyargs[0], f"Argument '{given.posonlyargs[0].arg}' is positional only: remove the '/'."
        )
    if given.vararg is not None:
        problems.error(
            given.vararg, f"A block has a fixed set of inputs: take a list[...] instead of *{given.vararg.arg}."
        )
    if given.kwarg is not None:
        problems.error(
            given.kwarg, f"A block has a fixed set of inputs: name each of them instead of **{given.kwarg.arg}."
        )
    positional = [*given.posonlyargs, *given.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    yield from zip(positional, [*missing, *given.defaults], strict=True)
    yield from zip(given.kwonlyargs, given.kw_defaults, strict=True)


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.parameters: list[inspect.Parameter] = []
        self.annotations: dict[str, Any] = {}

    def add(self, argument: ast.arg, default_node: ast.expr | None) -> None:
        name = argument.arg
        if name in self.annotations or name == "return":
            return  # Python itself refuses it when it compiles, and says so
        default = self._default(name, default_node)
        said = self._annotation(argument, default)
        if said.is_context:
            self.annotations[name] = Context
            self._append(name, MISSING)
            return
        kind = self._with_none(said.type, default)
        param = said.param if said.param is not None else Param()
        if default is not MISSING and default_node is not None:
            default = self._fitting(name, default, kind, param, default_node)
        self.annotations[name] = Annotated[object, kind, param]
        self._append(name, default)

    def _append(self, name: str, default: object) -> None:
        # Keyword only, as blocks are called: so an input without a default may follow one that has one.
        kept = inspect.Parameter.empty if default is MISSING else default
        self.parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=kept))

    def _default(self, name: str, node: ast.expr | None) -> Any:
        if node is None:
            return MISSING
        try:
            return literal(node)
        except NotLiteral:
            self.problems.error(
                node, f"The default of '{name}' must be written out: a number, a text, True, False, None, or a list."
            )
            return MISSING

    def _annotation(self, argument: ast.arg, default: Any) -> Annotation:
        if argument.annotation is not None:
            return read_annotation(argument.annotation, self.problems)
        guessed = _OF_DEFAULT.get(type(default))
        if guessed is None:
            self.problems.warn(
                argument, f"Argument '{argument.arg}' has no type, so anything is taken: write {argument.arg}: float."
            )
        return Annotation(guessed if guessed is not None else ANY)

    @staticmethod
    def _with_none(kind: PortType, default: Any) -> PortType:
        if default is not None or kind.check(None) is None:
            return kind
        members = kind.members if isinstance(kind, UnionType) else (kind,)
        return UnionType((*members, NONE))

    def _fitting(self, name: str, default: Any, kind: PortType, param: Param, node: ast.expr) -> Any:
        if isinstance(kind, EnumType) and param.choices is None:
            param = Param(choices=kind.choices)
        try:
            why = kind.check(default) or param.refusal(default)
        except (TypeError, ValueError):
            why = f"{describe(default)} cannot be compared with its bounds."
        if not why:
            return default
        self.problems.error(node, f"The default of '{name}' does not fit: {why.rstrip('.')}.")
        return MISSING


# --- results --------------------------------------------------------------------------------------------------


def _outputs(entry: Function, statements: Sequence[ast.stmt], problems: Problems) -> Any:
    """Return the annotation of the result, as `define` reads it."""
    node = entry.returns
    if node is None:
        problems.warn(entry, "The result has no type, so it may be anything: write -> float, or -> None for no output.")
        return Annotated[object, ANY]
    if isinstance(node, ast.Constant) and node.value is None:
        return type(None)
    named = next((one for one in statements if isinstance(one, ast.ClassDef) and one.name == name_of(node)), None)
    if named is not None and any(name_of(base) == "NamedTuple" for base in named.bases):
        return _of_fields(named, problems)
    if isinstance(node, ast.Subscript) and name_of(node.value) in ("tuple", "Tuple"):
        return _of_tuple(node, problems)
    return Annotated[object, read_annotation(node, problems).type]


def _of_fields(named: ast.ClassDef, problems: Problems) -> Any:
    docstring = read_docstring(ast.get_docstring(named, clean=False)).entries.get("Attributes", {})
    items = []
    for statement in named.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, kind = statement.target.id, read_annotation(statement.annotation, problems).type
            items.append(Annotated[object, kind, Out(name, help=docstring.get(name, ""))])
    if not items:
        problems.error(named, f"'{named.name}' has no fields: write a line such as mean: float for each output.")
        return type(None)
    return _tuple_of(items)


def _of_tuple(node: ast.Subscript, problems: Problems) -> Any:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    items, names = [], set()
    for number, part in enumerate(parts):
        said = read_annotation(part, problems)
        if said.out is None:
            problems.error(
                part, 'Each output needs a name: return a NamedTuple, or write Annotated[float, Out("mean")].'
            )
        out = said.out if said.out is not None and said.out.name not in names else Out(f"out_{number + 1}")
        names.add(out.name)
        items.append(Annotated[object, said.type, out])
    return _tuple_of(items)


def _tuple_of(items: list[Any]) -> Any:
    return tuple.__class_getitem__(tuple(items))


# --- what stands around the function --------------------------------------------------------------------------


def _declared(entry: Function, problems: Problems) -> dict[str, Any]:
    """Return what ``@block(...)`` above the function says; other decorators do their work when it is called."""
    declared: dict[str, Any] = {}
    for decorator in entry.decorator_list:
        if not (isinstance(decorator, ast.Call) and name_of(decorator.func) == "block"):
            continue
        if decorator.args:
            problems.error(decorator, "@block takes arguments by name only.")
        for one in decorator.keywords:
            _declare(str(one.arg), one.value, declared, problems)
    return declared


def _declare(name: str, node: ast.expr, declared: dict[str, Any], problems: Problems) -> None:
    try:
        value = literal(node)
    except NotLiteral:
        problems.error(node, f"'{name}' must be written out: nothing is computed here.")
        return
    if name not in _DECLARED:
        if name not in (
            "category",
            "extra",
            "id",
            "requires",
            "runs_on",
            "version",
        ):  # these have a meaning in a pack only
            problems.warn(node, f"@block's '{name}' has no effect here. There are {', '.join(_DECLARED)}.")
        return
    listed = isinstance(value, list | tuple)
    if type(value) not in _DECLARED[name] or (listed and not all(type(item) is str for item in value)):
        problems.error(node, f"@block's '{name}' cannot be {describe(value)}.")
        return
    declared[name] = tuple(value) if listed else value


def imported(statements: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Return the libraries that a source imports at its top."""
    found: dict[str, None] = {}
    for statement in statements:
        if isinstance(statement, ast.Import):
            found.update(dict.fromkeys(alias.name.partition(".")[0] for alias in statement.names))
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            found[statement.module.partition(".")[0]] = None
    return tuple(name for name in found if name != "shtairir")
