"""The texts of modules that code reaches: what is written in them, and in those that they import in turn.

Only modules that a person or a pack has written are read. Of what is installed, the version stands for the text; the
engine and Python stand in the keys by their own versions. A text counts as a whole: a table, a class, a function kept
in a dictionary, each may be what a block uses. So an edit that has nothing to do with a block may let it run again, but
none that has goes unnoticed. Files beside a module that it names and may read count as well.

What has been imported does not change when its file does. So the file of a module that is loaded is read once; and if
it is younger than the program even then, nobody can say what was loaded, and the stamp is good for this program only.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from shtairir.block.userfiles import TEXT
from shtairir.cache.files import FileHashes

_ENGINE = ("shtairir", "shtairir_ui", "shtairir_assets")
_MODULE_NAME = re.compile(r"\.*[^\W\d]\w*(\.[^\W\d]\w*)*")
_ANYTHING = re.compile(rb"globals|locals|eval|exec|vars|attr|import_module|__import__|__dict__|modules|__main__")
"""What may reach code by no name that can be followed."""
_LONGEST_NAME = 200
_TICK_S, _COARSE_TICK_S = 0.01, 2.0

_State = tuple[int, ...]
_files = FileHashes()


class _Text(NamedTuple):
    """What is in a file.

    Attributes
    ----------
    digest
        What stands for it, but for what is said in it to people.
    without_blocks
        That, but for blocks: those that another reaches are found as code.
    imports
        What it may import.
    beside
        What it may read beside it.
    """

    digest: str
    without_blocks: str = ""
    imports: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


class _Reached(NamedTuple):
    """What stands for a module with all that it reaches, and by what it is seen that this holds still."""

    digest: str
    loaded: tuple[tuple[str, object], ...]
    absent: tuple[str, ...]
    states: tuple[tuple[str, _State], ...]
    beside: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """Whether nothing of it has changed."""
        return (
            all(_spec_of(sys.modules.get(name)) is spec for name, spec in self.loaded)
            and not any(name in sys.modules for name in self.absent)
            and all(_state_of(path) == state for path, state in self.states)
            and all(_files.of(Path(path)) == content for path, content in self.beside)
        )


_texts: dict[int, tuple[object, _Text]] = {}
_reached: dict[tuple[int, str], tuple[object, _Reached]] = {}


def has_text(names: Mapping[str, Any]) -> bool:
    """Whether there is a file of what a module consists of."""
    file = names.get("__file__")
    return isinstance(file, str) and (TEXT in names or os.path.isfile(file))


def texts_of(names: Mapping[str, Any], package: str) -> str:
    """Return what stands for the text of a module that is loaded, with all that it reaches.

    Parameters
    ----------
    names
        What the module consists of.
    package
        The top package of a block: its texts count though it is installed.
    """
    spec = names.get("__spec__") or names.get("__file__")
    known = _reached.get((id(spec), package))
    if known is not None and known[0] is spec and known[1].holds:
        return known[1].digest
    found = _Search(package).from_module(names)
    _reached[id(spec), package] = spec, found
    return found.digest


def texts_by_name(module: str, package: str) -> str:
    """Return what stands for the text of a module, loaded or not, with all that it reaches; empty for no module."""
    return _Search(package).from_name(module).digest


def is_installed(file: str | None) -> bool:
    """Whether a file is of Python, or of what is installed for it."""
    return file is None or os.path.abspath(file).startswith(_roots())


def top_of(module: str | None) -> str:
    """Return the name of the outermost package of a module."""
    return (module or "").partition(".")[0]


class _Search:
    """Goes from a module through all that it imports."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._lines: list[str] = []
        self._loaded: list[tuple[str, object]] = []
        self._absent: list[str] = []
        self._states: dict[str, _State] = {}
        self._beside: dict[str, str] = {}
        self._pending: list[str] = []
        self._seen: set[str] = set()

    def from_module(self, names: Mapping[str, Any]) -> _Reached:
        name, file = str(names.get("__name__")), str(names.get("__file__"))
        self._seen.add(name)
        home = str(names.get("__package__") or "")
        text = _text_of_loaded(names, file, home)
        told = names.get(TEXT)
        loaded_s = float(told[1]) if isinstance(told, tuple) else None
        self._take(name, file, text._replace(digest=text.without_blocks), loaded_s)
        return self._found()

    def from_name(self, module: str) -> _Reached:
        self._pending.append(module)
        return self._found()

    def _found(self) -> _Reached:
        while self._pending:
            name = self._pending.pop()
            if name not in self._seen and top_of(name) not in _ENGINE:
                self._seen.add(name)
                self._visit(name)
        joined = "\n".join(sorted(self._lines))
        digest = hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        beside = tuple(self._beside.items())
        if not self._lines:
            digest = ""
        return _Reached(digest, tuple(self._loaded), tuple(self._absent), tuple(self._states.items()), beside)

    def _visit(self, name: str) -> None:
        outer = name.rpartition(".")[0]
        if outer:
            self._pending.append(outer)  # it is imported on the way
        module = sys.modules.get(name)
        if module is not None:
            self._loaded.append((name, _spec_of(module)))
            file = getattr(module, "__file__", None)
        else:
            self._absent.append(name)
            file = self._file_of(name)
        if file is None:
            return
        if is_installed(file) and top_of(name) != self._package:
            self._lines.append(version_of(top_of(name), file))
            return
        home = name if os.path.basename(file).startswith("__init__.") else outer
        if module is not None:
            self._take(name, file, _text_of_loaded(vars(module), file, home))
        else:
            state = self._states[file] = _state_of(file)
            self._take(name, file, _read(file, home, state))

    def _take(self, name: str, file: str, text: _Text, loaded_s: float | None = None) -> None:
        self._lines.append(f"{name} {text.digest}")
        self._pending += text.imports
        folder = os.path.dirname(os.path.abspath(file))
        for said in text.beside:
            path = os.path.join(folder, said)
            if path == os.path.join(folder, "") or not os.path.exists(path):
                continue
            self._beside[path] = content = _files.of(Path(path))
            self._lines.append(f"{name} reads {said} {content}")
            if os.path.isfile(path) and _is_young(_state_of(path), loaded_s):
                self._lines.append(of_this_program())  # it may have been read when the module was loaded

    def _file_of(self, name: str) -> str | None:
        """Return the file of a module that is not loaded, without importing anything."""
        outer, _, last = name.rpartition(".")
        if not outer:
            return _top_file(name)
        for folder in _folders_of(outer):
            self._states.setdefault(folder, _state_of(folder))
            for end in (".py", f"{os.sep}__init__.py"):
                file = os.path.join(folder, last) + end
                if os.path.isfile(file):
                    return file
        return None


def _folders_of(package: str) -> Iterable[str]:
    loaded = sys.modules.get(package)
    if loaded is not None:
        return [str(folder) for folder in getattr(loaded, "__path__", ())]
    outer, _, last = package.rpartition(".")
    if outer:
        return [folder for each in _folders_of(outer) if os.path.isdir(folder := os.path.join(each, last))]
    return _top_folders(package)


@functools.lru_cache(maxsize=1024)
def _top(name: str, path: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    from importlib.machinery import PathFinder

    try:
        spec = PathFinder.find_spec(name, path)
    except (ImportError, ValueError, OSError):
        return None, ()
    if spec is None:
        return None, ()
    return (spec.origin if spec.has_location else None), tuple(spec.submodule_search_locations or ())


def _top_file(name: str) -> str | None:
    return _top(name, tuple(sys.path))[0]


def _top_folders(name: str) -> tuple[str, ...]:
    return _top(name, tuple(sys.path))[1]


def _spec_of(module: ModuleType | None) -> object:
    return getattr(module, "__spec__", None) or getattr(module, "__file__", None)


# --- files ----------------------------------------------------------------------------------------------------


def _text_of_loaded(names: Mapping[str, Any], file: str, home: str) -> _Text:
    """Return the text of a module as it was when it was loaded."""
    spec = names.get("__spec__") or file
    known = _texts.get(id(spec))
    if known is not None and known[0] is spec:
        return known[1]
    state = _state_of(file)
    text = _read(file, home, state)
    told = names.get(TEXT)
    if isinstance(told, tuple):
        text = _text_in(told[0], file, home)
    elif _is_young(state):
        now = of_this_program()
        text = text._replace(digest=now, without_blocks=now)
    _texts[id(spec)] = spec, text
    return text


def of_this_program() -> str:
    """Return what stands for something in this program only."""
    return f"of this program only: {os.urandom(8).hex()}"


def was_changed_since(path: str) -> bool:
    """Whether a file may have changed since the program began."""
    return _is_young(_state_of(path))


def _state_of(path: str) -> _State:
    try:
        state = os.stat(path)
    except OSError:
        return ()
    return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino


def _is_young(state: _State, loaded_s: float | None = None) -> bool:
    if not state:
        return False
    is_coarse = not any(when % 1_000_000_000 for when in state[:2])
    began_s = loaded_s if loaded_s is not None else _program_start()
    return max(state[:2]) / 1e9 > began_s - (_COARSE_TICK_S if is_coarse else _TICK_S)


@functools.cache
def _program_start() -> float:
    """Return when the program began, by the clock on the wall, or somewhat before."""
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        return time.time() - age_s
    except (OSError, AttributeError, ValueError, IndexError):
        pass
    import psutil  # type: ignore[import-untyped]  # it brings no types

    try:
        return float(psutil.Process().create_time()) - _COARSE_TICK_S
    except psutil.Error:
        return 0.0


@functools.lru_cache(maxsize=2048)
def _read(file: str, home: str, state: _State) -> _Text:
    """Return what is in a file.

    Parameters
    ----------
    home
        The package from which relative imports start.
    state
        How it was found: another one has another text.
    """
    try:
        content = Path(file).read_bytes()
    except OSError:
        return _Text("")
    return _text_in(content, file, home)


def _text_in(content: bytes, file: str, home: str) -> _Text:
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    if not file.endswith((".py", ".pyw")):
        return _Text(digest, digest)
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Text(digest, digest)
    said_of_it = None if b"__doc__" in content or b"getsource" in content else _silent(tree)
    imports = set(_imports(tree, home))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words = {word for word in words if 0 < len(word) <= _LONGEST_NAME and word.isprintable()}
    if b"import_module" in content or b"__import__" in content:
        imports |= {_absolute(word, home) for word in words if _MODULE_NAME.fullmatch(word)}
    reads = re.search(rb"__file__|resources|get_data|__path__", content) is not None
    beside = sorted(word for word in words if word.strip("./\\") != "") if reads else ()
    without_blocks = digest
    if said_of_it is not None:
        digest = _dumped(tree)
        without_blocks = digest if _ANYTHING.search(content) else _dumped(_without_blocks(tree))
    return _Text(digest, without_blocks, tuple(sorted(imports - {""})), tuple(beside))


def _silent(tree: ast.Module) -> ast.Module:
    """Take out what a text says to people: its docstrings; comments are in no tree."""
    for node in ast.walk(tree):
        held = getattr(node, "body", None)
        body: list[ast.stmt] = held if isinstance(held, list) else []
        first = body[0] if body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            del body[0]
    return tree


def _without_blocks(tree: ast.Module) -> ast.Module:
    """Take the blocks out of a module: one that another calls is found as code, see `shtairir.cache.live`."""
    return ast.Module([node for node in tree.body if not _is_block(node)], [])


def _is_block(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or len(node.decorator_list) != 1:
        return False
    said = node.decorator_list[0]
    called = said.func if isinstance(said, ast.Call) else said
    return getattr(called, "attr", getattr(called, "id", "")) == "block"


def _dumped(tree: ast.Module) -> str:
    return hashlib.blake2b(ast.dump(tree).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _imports(tree: ast.AST, home: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), home)
            yield base
            yield from (f"{base}.{alias.name}".strip(".") for alias in node.names if alias.name != "*")


def _absolute(name: str, home: str) -> str:
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return rest
    parts = home.split(".") if home else []
    return ".".join([*parts[: max(len(parts) - level + 1, 0)], *([rest] if rest else [])])


@functools.cache
def _roots() -> tuple[str, ...]:
    import site
    import sysconfig

    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib") if name in paths]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple(os.path.join(os.path.abspath(folder), "") for folder in folders)


@functools.lru_cache(maxsize=1024)
def version_of(package: str, file: str | None) -> str:
    """Return what stands for an installed package: its version, or, if that is not known, how its file was found."""
    if package in sys.stdlib_module_names:
        return "python"
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{package}={version(package)}"
    except (PackageNotFoundError, ValueError):
        loaded = sys.modules.get(package)
        found = getattr(loaded, "__file__", None) or _top_file(package) or file
        return f"{package} {_state_of(found)[0:3:2] if found else ''}"
