"""Code blocks: from the source text of one plain function to a block, by its tree alone; nothing of it is run.

Opening, checking, planning and drawing a graph need a block's ports and texts only, and these stand in the signature.
The source is compiled and run when the block is called, and only if it was trusted: see
`shtairir.block.code_function`.

A source that is being typed is broken most of the time. What can be read of it still gives ports: first the whole
tree, else the statements that can be read one by one and the head of the function, else the ports that it had before.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from shtairir.block.code_function import CodeFunction
from shtairir.block.code_problems import Problems, SourceProblem
from shtairir.block.code_signature import Signature, imported, read_signature
from shtairir.block.declare import define
from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import Param
from shtairir.errors import BlockDefinitionError
from shtairir.ids import BlockId

__all__ = ["CATEGORY", "LONGEST_SOURCE", "SourceProblem", "code_definition", "source_problems"]

CATEGORY = "Code"
LONGEST_SOURCE = 200_000
"""Characters of a source."""

Function = ast.FunctionDef | ast.AsyncFunctionDef

_FILE = "<code>"
_MOST_PIECES = 2_000

# Python's reader remarks on texts such as "\d" by a warning; whoever opens a file must not be shown one.
warnings.filterwarnings("ignore", category=SyntaxWarning, module="<code")
warnings.filterwarnings("ignore", category=DeprecationWarning, module="<code")


@dataclass(slots=True)
class _Reading:
    """What was read of a source."""

    problems: Problems = field(default_factory=Problems)
    statements: list[ast.stmt] = field(default_factory=list)
    entry: Function | None = None
    signature: Signature = field(default_factory=Signature)


@functools.lru_cache(maxsize=128)
def code_definition(
    name: str, source: str, *, trusted: bool = False, previous: BlockDefinition | None = None
) -> BlockDefinition:
    """Return the definition of a code block; nothing of the source is run. Never raises.

    Of the same source, the same definition is returned, so its function is compiled once only.

    Parameters
    ----------
    name
        The block's name in its graph; its id is ``code.NAME``.
    trusted
        Whether a run may call it. The function of a definition that is not trusted refuses every call.
    previous
        The definition before the last edit: its ports stay while no function can be read.

    Examples
    --------
    >>> source = "def scale(x: float, factor: float = 2.0) -> float:\\n    return x * factor"
    >>> definition = code_definition("scale", source, trusted=True)
    >>> definition.id, [port.name for port in definition.inputs]
    ('code.scale', ['x', 'factor'])
    >>> definition.function(x=3.0, factor=2.0)
    6.0
    """
    reading = _read(name, source)
    defined = _defined(name, reading)
    if reading.entry is None and previous is not None:
        defined = replace(defined, inputs=previous.inputs, outputs=previous.outputs, doc=previous.doc)
    entry = reading.entry.name if reading.entry is not None else ""
    function = CodeFunction(name, source, entry, trusted=trusted, problems=tuple(sorted(reading.problems)))
    return replace(
        defined,
        id=BlockId(f"code.{name}"),
        function=function,
        file=function.file,
        line=reading.entry.lineno if reading.entry is not None else 0,
        pack="",
        requires=imported(reading.statements),
    )


def source_problems(source: str, name: str = "block") -> tuple[SourceProblem, ...]:
    """Return what is wrong with a source, in the order of its lines; nothing of it is run.

    Examples
    --------
    >>> [str(problem) for problem in source_problems("def f(*numbers) -> int:\\n    return 1")][0]
    'line 1: A block has a fixed set of inputs: take a list[...] instead of *numbers.'
    """
    function = code_definition(name, source).function
    found = function.problems if isinstance(function, CodeFunction) else ()
    if any(problem.severity == "error" for problem in found):
        return found
    try:
        compile(source, _FILE, "exec", dont_inherit=True)
    except SyntaxError as error:  # what only the compiler sees: two arguments of one name, a break outside of a loop
        found = (*found, SourceProblem(error.lineno or 1, max(error.offset or 1, 1), _worded(error)))
    except (ValueError, RecursionError, MemoryError, OverflowError):
        found = (*found, SourceProblem(1, 1, "The code is nested too deeply."))
    return tuple(sorted(found))


def _read(name: str, source: str) -> _Reading:
    reading = _Reading()
    reading.statements = _statements(source, reading.problems)
    reading.entry = _entry(name, reading)
    if reading.entry is not None:
        reading.signature = read_signature(reading.entry, reading.statements, reading.problems)
    elif not reading.problems:
        message = "There is no function: write def and a name, such as def scale(x: float) -> float:"
        reading.problems.append(SourceProblem(1, 1, message))
    return reading


# --- statements -----------------------------------------------------------------------------------------------


def _statements(source: str, problems: Problems) -> list[ast.stmt]:
    """Return the statements of a source; of a broken one, those that can be read."""
    if len(source) > LONGEST_SOURCE:
        message = f"The code has {len(source):,} characters; at most {LONGEST_SOURCE:,} are read."
        problems.append(SourceProblem(1, 1, message))
        return []
    try:
        return _parsed(source)
    except SyntaxError as error:
        problems.append(SourceProblem(error.lineno or 1, max(error.offset or 1, 1), _worded(error)))
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        said = "is nested too deeply" if not isinstance(error, ValueError) else f"cannot be read: {error!s:.100}"
        problems.append(SourceProblem(1, 1, f"The code {said}."))
        return []
    return [statement for start, piece in _pieces(source) for statement in _of_piece(piece, start)]


def _parsed(source: str) -> list[ast.stmt]:
    return ast.parse(source, _FILE).body


def _worded(error: SyntaxError) -> str:
    said = (error.msg or "invalid syntax").removesuffix(".")
    return f"{said[:1].upper()}{said[1:]}."


_BEGINS = re.compile(r"[^\s#)\]}]")
_HEAD = re.compile(r"^(?:async\s+)?def\s+\w+\s*\(", re.MULTILINE)


def _pieces(source: str) -> Iterator[tuple[int, str]]:
    """Yield the statements of the first level as texts, each with the number of lines before it."""
    lines = source.splitlines(keepends=True)
    starts = [row for row, line in enumerate(lines) if _BEGINS.match(line)][:_MOST_PIECES]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):  # there may be no statement at all
        if not (start > 0 and lines[start - 1].startswith("@")):
            yield start, "".join(lines[start:end])


def _of_piece(piece: str, lines_before: int) -> list[ast.stmt]:
    for text in (piece, _head_alone(piece)):
        try:
            if text:
                tree = ast.parse(text, _FILE)
                ast.increment_lineno(tree, lines_before)
                return tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            continue
    return []


def _head_alone(piece: str) -> str:
    """Return the function without its body, as far as its brackets can be matched."""
    begin = _HEAD.search(piece)
    if begin is None:
        return ""
    depth, quote = 1, ""
    for place in range(begin.end(), len(piece)):
        letter = piece[place]
        if quote:
            quote = "" if letter == ("\n" if quote == "#" else quote) else quote
        elif letter in "'\"#":
            quote = letter
        else:
            depth += (letter in "([{") - (letter in ")]}")
            if depth == 0 and letter == ":":
                return f"{piece[: place + 1]} ..."
    return ""


# --- which function, and what of it ---------------------------------------------------------------------------


def _entry(name: str, reading: _Reading) -> Function | None:
    """Return the function that is the block: the one named like it, else the only one, else the last."""
    functions = [one for one in reading.statements if isinstance(one, Function)]
    public = [one for one in functions if not one.name.startswith("_")] or functions
    if not public:
        return None
    named = [one for one in public if one.name == name]
    if not named and len(public) > 1:
        others = ", ".join(one.name for one in public[:-1])
        reading.problems.warn(
            public[-1],
            f"'{public[-1].name}' is taken as the block. Let the names of others start with _: {others}.",
        )
    return (named or public)[-1]


class _Shape:
    """Looks like the function to `define`, without having any code."""

    def __init__(self, entry: Function, signature: Signature) -> None:
        self.__name__ = entry.name
        self.__doc__ = ast.get_docstring(entry, clean=False)
        self.__signature__ = inspect.Signature(list(signature.parameters))
        self.__annotations__ = dict(signature.annotations)

    def __call__(self) -> None: ...


def _defined(name: str, reading: _Reading) -> BlockDefinition:
    """Return the definition of what was read, with a function that does nothing."""
    if reading.entry is None:
        return _bare(name)
    signature = reading.signature
    shape = _Shape(reading.entry, signature)
    try:
        return define(
            shape,
            id="code.block",
            category=CATEGORY,
            runs_on="async" if isinstance(reading.entry, ast.AsyncFunctionDef) else "thread",
            **signature.declared,
        )
    except BlockDefinitionError as error:
        # What could be told line by line was told before; this is the rest.
        reading.problems.error(reading.entry, str(error).removeprefix("Block code.block: "))
        return _bare(name)


def _bare(name: str) -> BlockDefinition:
    def nothing() -> Annotated[None, Param()]: ...

    title = name.strip("_").replace("_", " ").capitalize()
    return replace(define(nothing, id="code.block", category=CATEGORY, name=title), outputs=())


def entry_of(name: str, source: str) -> tuple[Function, Sequence[ast.stmt]]:
    """Return the function of a source that can be read, and all statements of the first level."""
    statements = _parsed(source)
    entry = _entry(name, _Reading(statements=statements))
    if entry is None:
        raise BlockDefinitionError(f"The code block '{name}' has no function.", block=f"code.{name}")
    return entry, statements
