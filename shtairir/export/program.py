"""A graph as a Python program that a person would be glad to read.

One call for each node, in the order of the links; names from the titles; parameters as arguments of ``main``;
definitions as functions; branches as ``if``, loops as loops. The program calls the same functions as the engine does
and so gives the same results. It runs without the window, on one thread, and stops at the first error: what only an
engine can do (retries, parallel branches, going on beside a failed node) is left behind.

Glossary
--------
body
    The statements for one set of nodes: a graph, a definition, or what belongs to one branch alone.
cone
    The nodes that nothing but one branch needs; they are written inside of it, so they run only if it is chosen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shtairir.block.ports import MISSING, InputPort
from shtairir.block.registry import Registry
from shtairir.block.types import ScalarType
from shtairir.document.acting import acting
from shtairir.document.model import Parameter
from shtairir.document.snapshot import Snapshot
from shtairir.errors import ExportError
from shtairir.export.body import RESULTS, Body
from shtairir.export.functions import Functions, names_of_code
from shtairir.export.imports import Imports
from shtairir.export.literals import Literals
from shtairir.export.names import Names
from shtairir.export.text import docstring, indented, quoted
from shtairir.ids import NodeId, PortRef

MARK = "by `shtairir export`"
"""Stands in every program that is made here, and is not to be where a person has taken it over."""

_NAMED = 5
_FOLDER = "FOLDER"
_OWN = ("main", "parser", "argparse", "results", "context", _FOLDER.lower())
_TYPES = {"bool": "bool", "int": "int", "float": "float", "text": "str", "path": "Path"}


@dataclass(frozen=True, slots=True)
class _Argument:
    """An argument of ``main``."""

    name: str
    target: PortRef
    annotation: str
    default: str
    help: str

    @property
    def signature(self) -> str:
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


def to_python(snapshot: Snapshot, registry: Registry, folder: Path | None = None) -> str:
    """Return a program that does what the graph does.

    Parameters
    ----------
    folder
        Where the program will lie: it finds the graph's files relative to itself. The graph's own when left out.

    Raises
    ------
    ExportError
        When something in the graph cannot be said in a program.
    PlanningError
        When the graph has errors.
    """
    acts = acting(snapshot, registry)
    snapshot = acts.graph
    names = Names({*_OWN, *names_of_code(snapshot)})
    imports = Imports(names, registry)
    literals = Literals(imports, snapshot.base_dir, _FOLDER)
    functions = Functions(snapshot, registry, imports, literals, names)
    inner = names.inner()
    arguments = [_argument(parameter, snapshot, functions, inner) for parameter in _published(snapshot)]
    body = Body(snapshot, functions, inner, {argument.target: argument.name for argument in arguments})
    lines = body.statements()
    if body.has_results_in_branches:
        lines = [f"{RESULTS}: dict[str, {imports.name('typing', 'Any')}] = {{}}", *lines]
    returned = [f"    {quoted(name)}: {expression}," for name, expression in body.results()]
    if body.has_results_in_branches:
        returned.append(f"    **{RESULTS},")
    about = _about(snapshot, acts.silent)
    return _program(snapshot, about, folder, imports, literals, functions, arguments, lines, returned)


def _published(snapshot: Snapshot) -> list[Parameter]:
    """Return what the graph can be given at inputs of nodes at the top, without a link."""
    return [
        parameter
        for parameter in snapshot.offered
        if parameter.target.node in snapshot.nodes and parameter.target not in snapshot.links
    ]


def _argument(parameter: Parameter, snapshot: Snapshot, functions: Functions, names: Names) -> _Argument:
    node = snapshot.nodes[parameter.target.node]
    port = functions.definition(snapshot, node).input(parameter.target.port)
    if port is None:
        raise ExportError(
            f"The parameter '{parameter.name}' is published for {parameter.target}, which does not exist."
        )
    value = port.parse(node.values[port.name]) if port.name in node.values else port.default
    return _Argument(
        names.take(parameter.name, "parameter"),
        parameter.target,
        _annotation(port, functions.imports),
        "" if value is MISSING else functions.literals.write(value),
        parameter.help or port.help,
    )


def _annotation(port: InputPort, imports: Imports) -> str:
    if isinstance(port.type, ScalarType) and port.type.kind in _TYPES:
        if port.type.kind == "path":
            imports.name("pathlib", "Path")
        return _TYPES[port.type.kind]
    plain = type(port.default).__name__
    return plain if plain in ("bool", "int", "float", "str") else imports.name("typing", "Any")


def _program(
    snapshot: Snapshot,
    about: str,
    folder: Path | None,
    imports: Imports,
    literals: Literals,
    functions: Functions,
    arguments: list[_Argument],
    statements: list[str],
    returned: list[str],
) -> str:
    any_type = imports.name("typing", "Any")
    imports.module("argparse")
    summarize = imports.name("shtairir.block.values", "summarize")
    if literals.uses_folder:
        imports.name("pathlib", "Path")
    signature = ", ".join(one.signature for one in sorted(arguments, key=lambda one: bool(one.default)))
    lines = [
        *docstring(about),
        "",
        *(["from __future__ import annotations", ""] if functions.has_code else []),
        *imports.lines(),
        *([_folder_line(snapshot.base_dir, folder), ""] if literals.uses_folder else []),
        *functions.lines(),
        "",
        f"def main({signature}) -> dict[str, {any_type}]:",
        *indented(docstring("Run the program, and return its results by their names.")),
        *indented(statements),
        *indented(["return {", *returned, "}"] if returned else ["return {}"]),
        "",
        "",
        'if __name__ == "__main__":',
        *indented(_command_line(snapshot, arguments, summarize)),
    ]
    return "\n".join(lines) + "\n"


def _about(snapshot: Snapshot, silent: Mapping[NodeId, str]) -> str:
    source = f"from {snapshot.path.name} " if snapshot.path is not None else ""
    origin = f"Made {source}{MARK}."
    title = snapshot.name.strip().rstrip(".")
    parts = (f"{title}.", snapshot.description.strip(), _left_behind(snapshot), _left_out(silent), origin)
    return "\n\n".join(part for part in parts if part)


def _left_behind(snapshot: Snapshot) -> str:
    """Return what is not done here although the graph says it, since a program stops at the first error."""
    scopes = {"": snapshot, **{f"{name}/": scope for name, scope in snapshot.subgraphs.items()}}
    nodes = [f"{prefix}{node.id}" for prefix, scope in scopes.items() for node in scope.nodes.values() if node.policy]
    if not nodes:
        return ""
    named = _named(nodes)
    return f"Left behind: what the graph says of when, and how often, to run {named}, and of what a failure leads to."


def _left_out(silent: Mapping[NodeId, str]) -> str:
    """Return what does not run in the graph either."""
    return f"Left out, since bypassed or disabled, or in need of what is: {_named(list(silent))}." if silent else ""


def _named(nodes: Sequence[str]) -> str:
    return ", ".join(nodes[:_NAMED]) + (f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else "")


def _folder_line(base_dir: Path, folder: Path | None) -> str:
    here = "Path(__file__).resolve().parent"
    if folder is None or folder.resolve() == base_dir.resolve():
        return f"{_FOLDER} = {here}"
    try:
        way = Path(os.path.relpath(base_dir, folder)).as_posix()
    except ValueError:  # another drive
        return f"{_FOLDER} = Path({quoted(base_dir.as_posix())})"
    return f"{_FOLDER} = {here} / {quoted(way)}"


def _command_line(snapshot: Snapshot, arguments: list[_Argument], summarize: str) -> list[str]:
    lines = [f"parser = argparse.ArgumentParser(description={quoted(snapshot.name)})"]
    lines += [f"parser.add_argument({', '.join(_option(argument))})" for argument in arguments]
    call = "main(**vars(parser.parse_args()))" if arguments else "main()"
    if not arguments:
        lines.append("parser.parse_args()")
    return [*lines, f"for name, value in {call}.items():", f'    print(f"{{name}}: {{{summarize}(value).text}}")']


def _option(argument: _Argument) -> list[str]:
    kinds: Mapping[str, list[str]] = {
        "bool": ["action=argparse.BooleanOptionalAction"],
        "int": ["type=int"],
        "float": ["type=float"],
        "Path": ["type=Path"],
    }
    said = " ".join(argument.help.split()).replace("%", "%%")
    parts = [quoted(f"--{argument.name.replace('_', '-')}"), *kinds.get(argument.annotation, [])]
    parts.append(f"default={argument.default}" if argument.default else "required=True")
    return [*parts, f"help={quoted(said)}"] if said else parts
