"""What stands for the code of a block: not only its own, but that of all it calls in its pack.

A block often does its work in functions beside it. Those of its own module are followed by the names that the code
speaks of; modules of the same package that it speaks of count as files. So an edit in a kernel changes the stamps of
the blocks that use it. What lies outside of the package (NumPy, the standard library) counts by the versions of what
is installed, see `environment`.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from shtairir.recovery.identity import stamp

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition

_LIBRARIES = (
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


def source_stamp(definition: BlockDefinition) -> str:
    """Return what stands for a block with all the code of its pack that it calls."""
    function = definition.function
    found = sorted(set(_called(function))) if isinstance(function, FunctionType) else []
    return f"{stamp(definition)}|{_hashed(found)}" if found else stamp(definition)


def _called(function: FunctionType) -> Iterator[str]:
    """Yield a line for each thing that a function speaks of, in its own package."""
    package = (function.__module__ or "").partition(".")[0]
    seen: set[int] = {id(function)}
    pending: list[FunctionType] = [function]
    while pending:
        one = pending.pop()
        for name in _names(one.__code__):
            value = one.__globals__.get(name, _MISSING)
            if isinstance(value, FunctionType) and _is_of(value.__module__, package) and id(value) not in seen:
                seen.add(id(value))
                yield f"{value.__module__}.{value.__qualname__} {_code(value.__code__)}"
                pending.append(value)
            elif isinstance(value, ModuleType) and _is_of(value.__name__, package):
                yield f"{value.__name__} {_file_hash(value)}"
            elif type(value) in _PLAIN:
                yield f"{name} = {value!r}"


_MISSING = object()


def _is_of(module: str | None, package: str) -> bool:
    # Modules in the user's folder have no package in common but their own name.
    return bool(module) and bool(package) and str(module).partition(".")[0] == package and package != "shtairir"


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _code(code: CodeType) -> str:
    digest = hashlib.blake2b(digest_size=8)
    _add(digest.update, code)
    return digest.hexdigest()


def _add(update: Callable[[bytes], object], code: CodeType) -> None:
    update(code.co_code)
    update(repr(code.co_names).encode())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _add(update, constant)
        else:
            update(repr(constant).encode("utf-8", "backslashreplace"))


def _file_hash(module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    if not file:
        return ""
    try:
        state = Path(file).stat()
    except OSError:
        return ""
    return _hash_of_file(file, state.st_mtime_ns, state.st_ctime_ns, state.st_size)


@functools.lru_cache(maxsize=512)
def _hash_of_file(file: str, *state: int) -> str:
    try:
        return hashlib.blake2b(Path(file).read_bytes(), digest_size=8).hexdigest()
    except OSError:
        return ""


def _hashed(lines: list[str]) -> str:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()


@functools.cache
def environment() -> str:
    """Return the versions of Python and of what blocks stand on: another NumPy may round differently."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, Any] = {"python": sys.version_info[:3]}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return repr(found)
