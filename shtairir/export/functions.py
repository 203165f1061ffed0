"""The functions of a program besides ``main``: a definition each, and the code blocks as they were written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shtairir.block.definition import BlockDefinition
from shtairir.block.interface import Interface
from shtairir.block.ports import MISSING, InputPort
from shtairir.block.registry import Registry
from shtairir.block.types import PortType
from shtairir.document.definitions import scope_interface
from shtairir.document.files import file_snapshot
from shtairir.document.model import Node
from shtairir.document.references import CODE, FILE, INPUT, instance_of, is_instance, name_of, references_of
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError
from shtairir.export.imports import Imports
from shtairir.export.literals import Literals
from shtairir.export.names import Names
from shtairir.export.text import docstring, indented
from shtairir.ids import PortName, PortRef

if TYPE_CHECKING:
    from shtairir.export.body import Body

_BLOCK_NAMES = frozenset(
    {"Array", "Audio", "Color", "Context", "DType", "Figure", "Image", "Out", "Param", "Shape", "Table", "block"}
)
_TYPING_NAMES = frozenset({"Annotated", "Any", "Literal", "NamedTuple", "Optional", "Union"})
_TYPES = {"array": "Array", "image": "Image", "table": "Table", "audio": "Audio", "figure": "Figure", "color": "Color"}
_SCALARS = {"bool": "bool", "int": "int", "float": "float", "text": "str"}
_FUTURE = re.compile(r"^from __future__ import .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as a function.

    Attributes
    ----------
    arguments, fields
        What inputs and outputs are called in the program; of a single output, it is what is returned.
    """

    name: str
    interface: Interface
    arguments: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.fields)

    def result(self, called: str, output: str) -> str:
        """Return the expression for an output, given the name of what was returned."""
        return called if len(self.fields) == 1 else f"{called}.{self.fields[output]}"


class Functions:
    """Knows how every block is called, and writes the functions that no module has."""

    def __init__(
        self, snapshot: Snapshot, registry: Registry, imports: Imports, literals: Literals, names: Names
    ) -> None:
        self.registry = registry
        self.imports = imports
        self.literals = literals
        self.names = names
        self.has_code = False
        self._context = ""
        self._texts: list[list[str]] = []
        self._definitions: dict[tuple[object, str], Written] = {}
        self._codes: dict[tuple[object, str], str] = {}
        self._begun: set[str] = set()
        self._prepared: set[tuple[object, str | None]] = set()
        self._prepare(snapshot)

    def _prepare(self, snapshot: Snapshot) -> None:
        """Name all modules before any variable has a name: none may hide a module."""
        from shtairir.export.flows import WRITERS

        key = (snapshot.path or snapshot.base_dir, snapshot.scope)
        if key in self._prepared:
            return
        self._prepared.add(key)
        for node in snapshot.nodes.values():
            definition = self.definition(snapshot, node)
            for name in references_of(node):
                self._prepare(_inside(snapshot, name))
                self._declared(snapshot, name)
            if is_instance(node.block):
                continue
            if node.block.startswith(CODE):
                self._code(snapshot, node.block[len(CODE) :])
            elif definition.id not in WRITERS:
                self.imports.block(definition)

    def definition(self, snapshot: Snapshot, node: Node) -> BlockDefinition:
        """Return the definition of a node.

        Raises
        ------
        ExportError
            When its block is not installed.
        """
        found = snapshot.definition(node, self.registry)
        if found is None:
            raise ExportError(f"Node '{node.id}' uses the block '{node.block}', which is not installed.")
        return found

    def called(self, snapshot: Snapshot, node: Node, definition: BlockDefinition) -> str:
        """Return the function that a node calls."""
        inner = instance_of(node.block)
        if inner is not None:
            return self.written(snapshot, inner).name
        if node.block.startswith(CODE):
            return self._code(snapshot, node.block[len(CODE) :])
        return self.imports.block(definition)

    def argument_name(self, snapshot: Snapshot, node: Node, port: str) -> str:
        """Return what an input is called in the function that a node calls."""
        inner = instance_of(node.block)
        return port if inner is None else self.written(snapshot, inner).arguments[port]

    def field_name(self, snapshot: Snapshot, node: Node, port: str) -> str:
        """Return what an output is called in the result of the function that a node calls."""
        inner = instance_of(node.block)
        return port if inner is None else self.written(snapshot, inner).fields[port]

    def context(self) -> str:
        """Return what blocks are given that ask for the run's context."""
        if not self._context:
            self.imports.name("shtairir.block.standalone", "StandaloneContext")
            self.literals.uses_folder = True
            self._context = "CONTEXT"
        return self._context

    def has_named_outputs(self, node: Node, definition: BlockDefinition) -> bool:
        """Whether a block returns a named tuple, and not a plain one."""
        import typing

        if instance_of(node.block) is not None:
            return True
        if node.block.startswith(CODE):
            return not _returns_plain_tuple(definition.source() or getattr(definition.function, "source", ""))
        returned = typing.get_type_hints(definition.function).get("return")
        return isinstance(returned, type) and hasattr(returned, "_fields")

    def lines(self) -> list[str]:
        """Return what stands before ``main``."""
        context = [f"{self._context} = StandaloneContext({self.literals.folder})", ""] if self._context else []
        return [*context, *(line for function in self._texts for line in ("", *function, ""))]

    # --- definitions ----------------------------------------------------------------------------------------------

    def written(self, snapshot: Snapshot, name: str) -> Written:
        """Return the function of a definition, or of ``file:clean.shtairir``; it is written when it is first asked for.

        Raises
        ------
        ExportError
            When there is no such definition.
        """
        inside = _inside(snapshot, name)
        found = self._declared(snapshot, name)
        if found.name not in self._begun:
            self._begun.add(found.name)
            self._write(inside, found)
        return found

    def _declared(self, snapshot: Snapshot, name: str) -> Written:
        """Return what a definition is called, and what its arguments are."""
        inside = _inside(snapshot, name)
        key = (inside.path or inside.base_dir, name)
        found = self._definitions.get(key)
        if found is None:
            interface = scope_interface(snapshot, name, self.registry)
            if interface is None:
                raise ExportError(f"The subgraph '{name}' cannot be read.", hint="See shtairir validate.")
            function = self.names.take(name.removeprefix(FILE).removesuffix(".shtairir").rpartition("/")[2], "subgraph")
            inner = self.names.inner()
            arguments = {str(port.name): inner.take(port.name, "argument") for port in interface.inputs}
            fields = {str(port.name): Names().take(port.name, "out") for port in interface.outputs}
            found = self._definitions[key] = Written(function, interface, arguments, fields)
        return found

    def _write(self, inside: Snapshot, function: Written) -> None:
        from shtairir.export.body import Body

        names = self.names.inner()
        for argument in function.arguments.values():
            names.take(argument)

        given = {
            PortRef(node.id, PortName(node_port)): function.arguments[name]
            for name, (node, node_port) in _targets(inside).items()
            if name in function.arguments
        }
        body = Body(inside, self, names, given, scope_is_inner=True)
        statements = body.statements()
        body.add_published_results()
        lines = self._signature(function)
        said = function.interface.help.strip() or f"{function.interface.title or function.name}."
        lines += indented(docstring(said))
        lines += indented([*statements, *self._returned(function, body)])
        self._texts.append([*self._result_class(function), *lines])

    def _signature(self, function: Written) -> list[str]:
        parts = [self._argument(function.arguments[port.name], port) for port in _required_first(function.interface)]
        line = f"def {function.name}({', '.join(parts)}) -> {self._returns(function)}:"
        if len(line) <= 110:
            return [line]
        return [f"def {function.name}(", *(f"    {part}," for part in parts), f") -> {self._returns(function)}:"]

    def _returns(self, function: Written) -> str:
        if len(function.fields) > 1:
            return self._class_name(function)
        return self._annotation(function.interface.outputs[0].type) if function.fields else "None"

    def _annotation(self, kind: PortType) -> str:
        if kind.name in _SCALARS:
            return _SCALARS[kind.name]
        if kind.family in _TYPES and kind.name == kind.family:
            return self.imports.name("shtairir.block", _TYPES[kind.family])
        return self.imports.name("typing", "Any")

    def _argument(self, name: str, port: InputPort) -> str:
        kind = self._annotation(port.type)
        if port.default is MISSING:
            return f"{name}: {kind}"
        return f"{name}: {kind} = {self.literals.write(port.default)}"

    def _returned(self, function: Written, body: Body) -> list[str]:
        if not function.fields:
            return []
        if len(function.fields) == 1:
            (output,) = function.fields
            return [f"return {body.outputs[output]}"]
        listed = ", ".join(f"{field}={body.outputs[output]}" for output, field in function.fields.items())
        return [f"return {self._class_name(function)}({listed})"]

    def _class_name(self, function: Written) -> str:
        return "".join(part.capitalize() for part in function.name.split("_")) + "Result"

    def _result_class(self, function: Written) -> list[str]:
        if len(function.fields) < 2:
            return []
        base = self.imports.name("typing", "NamedTuple")
        any_type = self.imports.name("typing", "Any")
        fields = [f"    {field}: {any_type}" for field in function.fields.values()]
        return [f"class {self._class_name(function)}({base}):", *fields, "", ""]

    # --- code blocks ----------------------------------------------------------------------------------------------

    def _code(self, snapshot: Snapshot, name: str) -> str:
        key = (snapshot.path or snapshot.base_dir, name)
        found = self._codes.get(key)
        if found is not None:
            return found
        code = snapshot.code.get(name)
        if code is None:
            raise ExportError(f"There is no code block '{name}'.")
        entry = _entry(name, code.source)
        called = self.names.take(entry)
        self._codes[key] = called
        self.has_code = True
        for needed in sorted(_names_in(code.source)):
            if needed in _BLOCK_NAMES:
                self.imports.name("shtairir.block", needed)
            elif needed in _TYPING_NAMES:
                self.imports.name("typing", needed)
            elif needed == "Path":
                self.imports.name("pathlib", "Path")
        source = _FUTURE.sub("", code.source).strip().splitlines()
        self._texts.append(source if called == entry else [*source, "", "", f"{called} = {entry}"])
        return called


def _inside(snapshot: Snapshot, name: str) -> Snapshot:
    if name.startswith(FILE):
        return file_snapshot(snapshot, name)
    found = snapshot.subgraphs.get(name)
    if found is None:
        raise ExportError(f"There is no subgraph '{name}'.", hint="See shtairir validate.")
    return found


def _targets(inside: Snapshot) -> dict[str, tuple[Node, str]]:
    """Return the input of a node that each input of a definition, or of a graph file, feeds."""
    targets: dict[str, tuple[Node, str]] = {}
    for node in inside.nodes.values():
        if node.block == INPUT:
            targets.setdefault(name_of(node), (node, "value"))
    if inside.scope is None:
        for parameter in inside.parameters:
            node = inside.nodes.get(parameter.target.node)  # type: ignore[assignment]  # it may be missing
            if node is not None:
                targets.setdefault(parameter.name, (node, parameter.target.port))
    return targets


def _required_first(interface: Interface) -> list[InputPort]:
    return sorted(interface.inputs, key=lambda port: port.default is not MISSING)


def _entry(name: str, source: str) -> str:
    functions = [node.name for node in _statements(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [one for one in functions if not one.startswith("_")] or functions
    if not public:
        raise ExportError(f"The code block '{name}' holds no function.")
    return name if name in public else public[-1]


def _names_in(source: str) -> set[str]:
    tree = ast.Module(_statements(source), [])
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - imported


def names_of_code(snapshot: Snapshot) -> set[str]:
    """Return the names that code blocks define beside their functions: imports, helpers, constants.

    The program must not call anything else so: a block's ``import math`` would take the place of a family of blocks.

    Raises
    ------
    ExportError
        When two blocks mean different things by one name: in a program there is room for one only.
    """
    used = {node.block for scope in (snapshot, *snapshot.subgraphs.values()) for node in scope.nodes.values()}
    known: dict[str, tuple[str, str]] = {}
    for block, code in snapshot.code.items():
        if CODE + block not in used:
            continue
        entry = _entry(block, code.source)
        for name, meaning in _bound(_statements(code.source)):
            other, meant = known.setdefault(name, (block, meaning))
            if name != entry and other != block and meant != meaning:
                raise ExportError(
                    f"The code blocks '{other}' and '{block}' mean different things by '{name}'.",
                    hint="Give it another name in one of them.",
                )
    return set(known) - {_entry(block, code.source) for block, code in snapshot.code.items() if CODE + block in used}


def _bound(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the names that statements define, each with what it means."""
    for node in statements:
        meaning = ast.unparse(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], f"{getattr(node, 'module', '')} {alias.name}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, meaning
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from ((one.id, meaning) for one in ast.walk(node) if isinstance(one, ast.Name) and not _is_read(one))


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _returns_plain_tuple(source: str) -> bool:
    functions = [node for node in _statements(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return bool(functions) and isinstance(functions[-1].returns, ast.Subscript)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source, "<code>").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExportError(f"A code block cannot be read: {error}.", hint="Mend its code.") from None
