"""A code block becomes a block of the user's folder, so that every graph may use it.

The source is kept as it was written. What a file of blocks needs beside it is put in: the imports of the names that
code blocks have anyway, the decorator, and the types that were left out.
"""

from __future__ import annotations

import ast
import builtins
import io
import os
import re
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from shtairir.block.code import code_definition, entry_of, source_problems
from shtairir.block.code_problems import Problems
from shtairir.block.code_types import name_of, read_annotation
from shtairir.block.packs import user_folders
from shtairir.errors import BlockDefinitionError

CATEGORY = "My blocks"

_HOMES = {
    "collections.abc": ("Mapping", "Sequence"),
    "pathlib": ("Path",),
    "typing": ("Annotated", "Any", "Literal", "NamedTuple", "Optional", "Union"),
    "shtairir.block": ("Array", "Context", "DType", "Figure", "Image", "Out", "Param", "Shape", "Table", "block"),
    "shtairir.block.values": ("Audio", "Color"),
}

_Change = tuple[int, int, int, str]
"""Line from 1, first and last byte in it, and what is put there."""


def save_as_block(name: str, source: str, *, folder: Path | None = None, overwrite: bool = False) -> Path:
    """Write a code block as a block into the user's folder, and return the file; nothing of it is run.

    Parameters
    ----------
    name
        Names the file.
    folder
        Where to; by default the first of `shtairir.block.packs.user_folders`.
    overwrite
        Whether to put it in the place of another file of that name.

    Raises
    ------
    BlockDefinitionError
        When the source has errors, when there is another file of that name, or when it cannot be written.
    """
    text = block_file(name, source)
    folders = (folder,) if folder is not None else user_folders()
    if not folders:
        raise _error(name, "There is no folder for blocks of your own.", "Set SHTAIRIR_BLOCKS_PATH to one.")
    file = folders[0] / f"{re.sub(r'[^a-z0-9_]', '_', name.lower())}.py"
    if file.exists() and not overwrite and file.read_text(encoding="utf-8") != text:
        raise _error(name, f"There is another block in {file}.", "Give the code block another name, or overwrite it.")
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")  # its name keeps it from being read half written
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _error(name, f"{file} cannot be written: {error.strerror or error}.", "Name another folder.") from error
    return file


def block_file(name: str, source: str) -> str:
    """Return the text of a file of blocks that holds a code block.

    Raises
    ------
    BlockDefinitionError
        When the source has errors; the first is named.

    Examples
    --------
    >>> print(block_file("twice", "def twice(x: float):\\n    return 2 * x\\n"))
    from typing import Any
    <BLANKLINE>
    from shtairir.block import block
    <BLANKLINE>
    <BLANKLINE>
    @block(category="My blocks")
    def twice(x: float) -> Any:
        return 2 * x
    <BLANKLINE>
    """
    worst = next((problem for problem in source_problems(source, name) if problem.severity == "error"), None)
    if worst is not None:
        raise _error(name, f"{worst}", "Mend the code first.")
    source = source.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    entry, statements = entry_of(name, source)
    changed = _changed(source, [*_types(name, entry, source), *_decorator(entry, source)])
    _check_names(name, entry, changed)
    return _with_imports(changed, statements)


# --- what is put in -------------------------------------------------------------------------------------------


def _types(name: str, entry: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> Iterator[_Change]:
    """Yield the types that were left out or that no port has."""
    definition = code_definition(name, source)
    given = entry.args
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        port = definition.input(argument.arg)
        annotation = argument.annotation
        if annotation is None:
            family = {"text": "str"}.get(port.type.family, port.type.family) if port is not None else "Any"
            known = family if family in ("bool", "int", "float", "str") else "Any"
            yield _after(argument, f": {known}")
        elif not _is_known(annotation):
            yield _instead(annotation, "Any")
        elif port is not None and port.default is None and "None" not in ast.unparse(annotation):
            yield _instead(annotation, f"{ast.unparse(annotation)} | None")
    if entry.returns is None:
        line, column = _end_of_arguments(entry, source)
        yield (line, column, column, " -> Any")
    elif not _is_known(entry.returns) and isinstance(entry.returns, ast.Name | ast.Attribute):
        yield _instead(entry.returns, ast.unparse(entry.returns) if _defines(source, entry.returns) else "Any")


def _is_known(annotation: ast.expr) -> bool:
    problems = Problems()
    read_annotation(annotation, problems)
    return not problems


def _defines(source: str, annotation: ast.expr) -> bool:
    classes = [one.name for one in ast.parse(source).body if isinstance(one, ast.ClassDef)]
    return name_of(annotation) in classes


def _after(node: ast.arg, text: str) -> _Change:
    line, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return (line, column, column, text)


def _instead(node: ast.expr, text: str) -> _Change:
    if node.end_lineno != node.lineno:
        raise BlockDefinitionError(
            f"Line {node.lineno}: the type goes over several lines.", block="code", hint="Write it on one line."
        )
    return (node.lineno, node.col_offset, node.end_col_offset or node.col_offset, text)


def _end_of_arguments(entry: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> tuple[int, int]:
    """Return the place behind the bracket that ends the arguments."""
    depth, begun = 0, False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        begun = begun or (token.start[0] >= entry.lineno and token.string == entry.name)
        if not begun or token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        if depth == 0:
            row, column = token.end
            return row, len(token.line[:column].encode())
    raise BlockDefinitionError(f"'{entry.name}' has no arguments.", block="code")


def _decorator(entry: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> Iterator[_Change]:
    wanted = {"category": CATEGORY, **({"runs_on": "async"} if isinstance(entry, ast.AsyncFunctionDef) else {})}
    for decorator in entry.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if name_of(called) != "block":
            continue
        named = {keyword.arg for keyword in decorator.keywords} if isinstance(decorator, ast.Call) else set()
        text = ", ".join(f'{key}="{value}"' for key, value in wanted.items() if key not in named)
        line, end = called.end_lineno or called.lineno, called.end_col_offset or 0
        if not isinstance(decorator, ast.Call):
            yield (line, end, end, f"({text})")
        elif text:
            yield (line, end + 1, end + 1, f"{text}{', ' if named else ''}")
        return
    first = min([entry.lineno, *(decorator.lineno for decorator in entry.decorator_list)])
    declared = ", ".join(f'{key}="{value}"' for key, value in wanted.items())
    yield (first, 0, 0, f"@block({declared})\n")


def _changed(source: str, changes: Sequence[_Change]) -> str:
    lines = [line.encode() for line in source.split("\n")]
    for line, start, end, text in sorted(changes, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:start] + text.encode() + old[end:]
    return b"\n".join(lines).decode()


def _check_names(name: str, entry: ast.FunctionDef | ast.AsyncFunctionDef, changed: str) -> None:
    """Refuse types whose names will not be found: a block's types are looked up when its file is read."""
    tree = ast.parse(changed)
    known = set(vars(builtins)) | {one for names in _HOMES.values() for one in names} | _bound(tree.body)
    found = next(one for one in tree.body if isinstance(one, type(entry)) and one.name == entry.name)
    annotations = [one.annotation for one in ast.walk(found.args) if isinstance(one, ast.arg) and one.annotation]
    for annotation in (*annotations, *([found.returns] if found.returns else [])):
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name) and node.id not in known:
                raise _error(name, f"line {node.lineno}: '{node.id}' is nowhere imported.", "Import it at the top.")


def _bound(statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names that statements of the first level define."""
    bound: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            bound.update((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(statement.name)
        elif isinstance(statement, ast.Assign):
            bound.update(node.id for target in statement.targets for node in ast.walk(target) if _is_name(node))  # type: ignore[attr-defined]  # a Name
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            bound.add(statement.target.id)
    return bound


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _with_imports(changed: str, statements: Sequence[ast.stmt]) -> str:
    """Return the text with imports of the names that code blocks have without one."""
    used = {node.id for node in ast.walk(ast.parse(changed)) if isinstance(node, ast.Name)} - _bound(statements)
    lines = [
        f"from {home} import {', '.join(name for name in names if name in used)}"
        for home, names in _HOMES.items()
        if used & set(names)
    ]
    ours = [line for line in lines if line.startswith("from shtairir")]
    head = "\n\n".join(
        part for part in ("\n".join(line for line in lines if line not in ours), "\n".join(ours)) if part
    )
    docstring, rest = _split_docstring(changed)
    gap = "\n\n" if rest.startswith(("import ", "from ")) else "\n\n\n"
    return f"{docstring}{head}{gap}{rest}"


def _split_docstring(text: str) -> tuple[str, str]:
    """Return the module's docstring with what stands before it, and the rest."""
    body = ast.parse(text).body
    first = body[0] if body else None
    future = [one for one in body if isinstance(one, ast.ImportFrom) and one.module == "__future__"]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str
    last = future[-1] if future else first if is_text else None
    if last is None:
        return "", text
    lines = text.split("\n")
    end = last.end_lineno or 1
    return "\n".join(lines[:end]) + "\n\n", "\n".join(lines[end:]).lstrip("\n")


def _error(name: str, message: str, hint: str) -> BlockDefinitionError:
    return BlockDefinitionError(f"The code block '{name}': {message}", block=f"code.{name}", hint=hint)
