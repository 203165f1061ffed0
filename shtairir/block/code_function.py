"""The function of a code block: compiled and run only when it is called, in a run that was allowed.

Until then its source is text. An untrusted one refuses whatever calls it, however it got there.
"""

from __future__ import annotations
import __future__

import importlib
import linecache
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from shtairir.block.code_problems import SourceProblem
from shtairir.block.values import Audio, Color
from shtairir.errors import BlockDefinitionError, UntrustedCodeError

# Annotations are not evaluated, so that one that cannot be found harms nobody.
_FLAGS = __future__.annotations.compiler_flag


class CodeFunction:
    """Calls the function that a source defines.

    Parameters
    ----------
    name
        The name of the code block.
    entry
        The name of the function in the source.
    trusted
        Whether the person who runs it has allowed the source.

    Attributes
    ----------
    problems
        What is wrong with the source; with an error among them, a call raises it.
    """

    def __init__(
        self, name: str, source: str, entry: str, *, trusted: bool, problems: tuple[SourceProblem, ...] = ()
    ) -> None:
        self.name, self.source, self.entry = name, source, entry
        self.trusted, self.problems = trusted, problems
        self.__name__ = self.__qualname__ = entry or name
        self.__module__ = f"code.{name}"
        self.file = file_of(name, source)
        self._lock = threading.Lock()
        self._compiled: types.CodeType | None = None
        self._function: Callable[..., Any] | None = None

    def __call__(self, *given: Any, **arguments: Any) -> Any:
        function = self._function
        return function(*given, **arguments) if function is not None else self._made()(*given, **arguments)

    def _made(self) -> Callable[..., Any]:
        """Run the source once and return its function. This is the one place where a source is run."""
        if not self.trusted:
            raise UntrustedCodeError(
                f"The code block '{self.name}' belongs to a graph that you have not trusted, so it does not run.",
                hint="Read its code, then trust the file: shtairir trust FILE.",
            )
        with self._lock:
            if self._function is None:
                self._function = self._run_source()
            return self._function

    def _run_source(self) -> Callable[..., Any]:
        self._refuse_broken()
        code = self._code()
        linecache.cache[self.file] = (len(self.source), None, self.source.splitlines(keepends=True), self.file)
        weakref.finalize(self, linecache.cache.pop, self.file, None)
        names: dict[str, Any] = {**author_names(), "__name__": f"code.{self.name}", "__file__": self.file}
        exec(code, names)
        made = names.get(self.entry)
        if not callable(made):
            raise self._error(f"its source defines no function '{self.entry}'.", "Write def ...")
        function: Callable[..., Any] = made
        return function

    def _refuse_broken(self) -> None:
        worst = next((problem for problem in self.problems if problem.severity == "error"), None)
        if worst is not None:
            raise self._error(f"{worst}", "Mend its code.")

    def _error(self, message: str, hint: str) -> BlockDefinitionError:
        return BlockDefinitionError(f"The code block '{self.name}': {message}", block=f"code.{self.name}", hint=hint)

    def _code(self) -> types.CodeType:
        if self._compiled is None:
            self._compiled = compile(self.source, self.file, "exec", flags=_FLAGS, dont_inherit=True)
        return self._compiled

    @property
    def __code__(self) -> types.CodeType:
        """The code of the function, compiled but not run; so it can be told from another of the same name."""
        if not self.trusted:
            raise AttributeError("__code__")
        try:
            constants = self._code().co_consts
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            raise AttributeError("__code__") from None
        found = [one for one in constants if isinstance(one, types.CodeType) and one.co_name == self.entry]
        if not found:
            raise AttributeError("__code__")
        return found[-1]

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self.name, self.source, self.trusted)

    def __repr__(self) -> str:
        return f"<code block {self.name!r}>"


def file_of(name: str, source: str) -> str:
    """Return what tracebacks call the file of a source; of each source it is another."""
    import hashlib  # most graphs hold no code

    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"<code.{name} {digest}>"


def author_names() -> dict[str, Any]:
    """Return the names that a source may use without importing them."""
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Annotated, Literal, NamedTuple, Optional, Union

    package = importlib.import_module("shtairir.block")
    names = ("Array", "Context", "DType", "Figure", "Image", "Out", "Param", "Shape", "Table")
    return {
        **{name: getattr(package, name) for name in names},
        "block": _as_it_is,
        "Annotated": Annotated,
        "Any": Any,
        "Audio": Audio,
        "Color": Color,
        "Literal": Literal,
        "Mapping": Mapping,
        "NamedTuple": NamedTuple,
        "Optional": Optional,
        "Path": Path,
        "Sequence": Sequence,
        "Union": Union,
    }


def _as_it_is(function: Any = None, /, **declared: Any) -> Any:
    """Stand for ``@block``: what it declares was read from the tree."""
    return function if function is not None else _as_it_is


def _remade(name: str, source: str, trusted: bool) -> CodeFunction:
    from shtairir.block.code import code_definition

    function = code_definition(name, source, trusted=trusted).function
    assert isinstance(function, CodeFunction)
    return function
