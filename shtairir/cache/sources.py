"""What stands for the code of a block: not only its own, but that of all it calls in its pack.

A block often does its work in functions beside it. Functions and classes that its code speaks of are followed by what
is loaded, wherever in the package they were written. Modules of the package count as files, with those that they import
in turn, whether the block imports them at the top of its file or where it needs them. So an edit in a kernel changes
the stamps of the blocks that use it. What lies outside of the package (NumPy, the standard library) counts by the
versions of what is installed, see `environment`.

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
from collections.abc import Iterable, Iterator
from dis import opmap
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shtairir.recovery.identity import add, content_of, stamp

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition

_LIBRARIES = (
    "shtairir",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    "polars",
    "pillow",
    "soundfile",
    "duckdb",
    "matplotlib",
    "regex",
)
_PLAIN = (str, bytes, bool, int, float, complex, type(None), tuple, frozenset)
_ENGINE = "shtairir"
_IMPORT = opmap["IMPORT_NAME"]
_MISSING = object()


def source_stamp(definition: BlockDefinition) -> str:
    """Return what stands for a block with all the code of its pack that it calls."""
    function = definition.function
    found = sorted(set(_called(function))) if isinstance(function, FunctionType) else []
    outside = _versions(definition.pack, definition.requires)
    return "|".join([stamp(definition), *([_hashed(found)] if found else []), *([outside] if outside else [])])


def _called(function: FunctionType) -> Iterator[str]:
    """Yield a line for each thing that a function speaks of, in its own package."""
    package = (function.__module__ or "").partition(".")[0]
    modules: set[str] = set()
    seen: set[int] = set()
    pending: list[FunctionType] = [function]
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one is not function:
            yield f"{one.__module__}.{one.__qualname__} {_content(one)}"
        values = [(name, one.__globals__.get(name, _MISSING)) for name in _names(one.__code__)]
        values += [("", content_of(cell)) for cell in one.__closure__ or ()]
        for name, value in values:
            if isinstance(value, FunctionType) and _is_of(value.__module__, package):
                pending.append(value)
            elif isinstance(value, type) and _is_of(value.__module__, package):
                methods = (each for each in vars(value).values() if isinstance(each, FunctionType))
                pending += [each for each in methods if _is_of(each.__module__, package)]
            elif isinstance(value, ModuleType) and _is_of(value.__name__, package):
                modules.add(value.__name__)
            elif type(value) in _PLAIN and name:
                yield f"{name} = {_content(value)}"
        if _is_of(one.__module__, package):
            modules |= _imported_in(one.__code__, str(one.__globals__.get("__package__") or ""), package)
    for module, file in _files_of(modules, package).items():
        yield f"{module} {_file_hash(module, file)}"


def _is_of(module: str | None, package: str) -> bool:
    # Modules in the user's folder have no package in common but their own name.
    return bool(module) and bool(package) and str(module).partition(".")[0] == package and package != _ENGINE


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _content(value: object) -> str:
    digest = hashlib.blake2b(digest_size=8)
    add(digest.update, value)
    return digest.hexdigest()


# --- modules --------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def _imported_in(code: CodeType, home: str, package: str) -> frozenset[str]:
    """Return the modules of the package that a function imports when it is called.

    Parameters
    ----------
    home
        The package of its module, from which relative imports start.
    """
    if not _imports(code):
        return frozenset()
    names = set(_names(code))
    # ``from .kernels import blur`` leaves the names, but where they start from only in the module's own place.
    bases = {"", home, *(home.rsplit(".", up)[0] for up in range(1, home.count(".") + 1))}
    started = {f"{base}.{name}".strip(".") for base in bases for name in names}
    started = {name for name in started if _is_of(name, package) and _file_of(name) is not None}
    inner = {f"{start}.{name}" for start in started | (bases - {""}) for name in names}
    return frozenset(started | {name for name in inner if _is_of(name, package) and _file_of(name) is not None})


def _imports(code: CodeType) -> bool:
    inner = any(_imports(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return inner or _IMPORT in code.co_code[::2]


def _file_of(module: str) -> Path | None:
    """Return the file of a module of a package that is loaded, without importing anything more."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        file = getattr(loaded, "__file__", None)
        return Path(file) if file else None
    first, _, rest = module.partition(".")
    parts = rest.split(".") if rest else []
    for folder in getattr(sys.modules.get(first), "__path__", ()):
        place = Path(folder, *parts)
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if parts and file.is_file():
                return file
    return None


def _files_of(modules: Iterable[str], package: str) -> dict[str, Path]:
    """Return the files of modules, and of those of the package that they import in turn."""
    found: dict[str, Path] = {}
    pending = list(modules)
    while pending:
        module = pending.pop()
        file = _file_of(module) if module not in found else None
        if file is None:
            continue
        found[module] = file
        within = module if file.name == "__init__.py" else module.rpartition(".")[0]
        pending += [name for name in _imported_by(os.fspath(file), within, _state_of(file)) if _is_of(name, package)]
    return dict(sorted(found.items()))


def _state_of(file: Path) -> tuple[int, ...]:
    try:
        state = file.stat()
    except OSError:
        return ()
    return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino


@functools.lru_cache(maxsize=1024)
def _imported_by(file: str, package: str, state: tuple[int, ...]) -> tuple[str, ...]:
    """Return what may be modules among the names that a file imports."""
    try:
        text = Path(file).read_text(encoding="utf-8")
        tree = ast.parse(text) if re.search(r"\bimport\b", text) else ast.Module([], [])
    except (OSError, SyntaxError, ValueError):
        return ()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return tuple(sorted(names - {""}))


_loaded: WeakKeyDictionary[ModuleType, str] = WeakKeyDictionary()
"""What stands for the files of modules as they were when they were loaded."""

_LAST_TICK_S = 2.0  # of file systems that count in these


def _file_hash(name: str, file: Path) -> str:
    module = sys.modules.get(name)
    if module is None:
        return _hash_of_file(os.fspath(file), _state_of(file))
    known = _loaded.get(module)
    if known is None:
        state = _state_of(file)
        if state and max(state[:2]) / 1e9 > _program_start() - _LAST_TICK_S:
            known = f"of this program only: {os.urandom(8).hex()}"
        else:
            known = _hash_of_file(os.fspath(file), state)
        _loaded[module] = known
    return known


@functools.cache
def _program_start() -> float:
    import psutil  # type: ignore[import-untyped]  # it brings no types

    try:
        return float(psutil.Process().create_time())
    except psutil.Error:
        return time.time()


@functools.lru_cache(maxsize=1024)
def _hash_of_file(file: str, state: tuple[int, ...]) -> str:
    try:
        return hashlib.blake2b(Path(file).read_bytes(), digest_size=8).hexdigest()
    except OSError:
        return ""


def _hashed(lines: list[str]) -> str:
    return hashlib.blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


# --- what is installed ----------------------------------------------------------------------------------------


@functools.cache
def environment() -> str:
    """Return the versions of Python and of what blocks stand on: another NumPy may round differently."""
    found: dict[str, Any] = {"python": sys.version_info[:3]}
    for name in _LIBRARIES:
        installed = _version(name)
        if installed:
            found[name] = installed
    return repr(found)


@functools.lru_cache(maxsize=512)
def _versions(pack: str, requires: tuple[str, ...]) -> str:
    """Return the versions of a pack, and of what it and a block of it ask for, as far as `environment` lacks them."""
    if not pack or pack in (_ENGINE, "shtairir_blocks"):
        names: Iterable[str] = requires
    else:
        names = (pack, *_required_by(pack), *requires)
    found = {name: _version(name) for name in names if name not in _LIBRARIES}
    return " ".join(f"{name}={version}" for name, version in sorted(found.items()) if version)


def _required_by(distribution: str) -> list[str]:
    from importlib.metadata import PackageNotFoundError, requires

    try:
        wanted = requires(distribution) or []
    except (PackageNotFoundError, ValueError):
        return []
    return [found[0] for one in wanted if "extra ==" not in one and (found := re.match(r"[\w.-]+", one))]


@functools.lru_cache(maxsize=512)
def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return str(version(distribution))
    except (PackageNotFoundError, ValueError):
        return ""
