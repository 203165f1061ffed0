"""What stands for the code of a block: not only its own, but that of all it reaches.

The texts of modules count as wholes, see `shtairir.cache.modules`; and what is in the program counts as it is, see
`shtairir.cache.live`. So an edit in a kernel, a table or a class changes the stamps of the blocks that may use it. What
is installed (NumPy, the blocks that come along) counts by its version, see `environment`.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.cache.live import Live
from shtairir.cache.modules import is_installed, of_this_program, was_changed_since
from shtairir.recovery.identity import stamp

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
_ENGINE = "shtairir"
_BLOCKS = "shtairir_blocks"


class Source(NamedTuple):
    """What stands for the code of a block, and what of it cannot be told from another."""

    stamp: str
    unsure: str = ""
    live: Live | None = None


def source_stamp(definition: BlockDefinition) -> str:
    """Return what stands for a block with all the code that it reaches."""
    return source_of(definition).stamp


def source_of(definition: BlockDefinition) -> Source:
    """Return what stands for a block, and what it uses of which nobody can say whether it is the same."""
    outside = _versions(definition.pack, definition.requires)
    live = _live_code_of(definition)
    code = live.stamp if live is not None else _bundled() if _package_of(definition) == _BLOCKS else ""
    whole = "|".join([stamp(definition), *([code] if code else []), *([outside] if outside else [])])
    return Source(whole, live.unsure[0] if live is not None and live.unsure else "", live)


def _live_code_of(definition: BlockDefinition) -> Live | None:
    function, package = definition.function, _package_of(definition)
    is_code_block = isinstance(getattr(function, "source", None), str)  # its text is in its stamp
    return Live(function, package) if not is_code_block and package not in (_BLOCKS, _ENGINE) else None


def _package_of(definition: BlockDefinition) -> str:
    return (getattr(definition.function, "__module__", None) or "").partition(".")[0]


@functools.cache
def _bundled() -> str:
    """Return what stands for the blocks that come along, where they are not installed but worked on."""
    file = getattr(sys.modules.get(_BLOCKS), "__file__", None)
    if is_installed(file) or file is None:
        return ""
    digest = hashlib.blake2b(digest_size=8)
    for folder, folders, names in os.walk(os.path.dirname(file)):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            path = os.path.join(folder, name)
            state = os.stat(path)
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
            if was_changed_since(path):
                return of_this_program()
    return digest.hexdigest()


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
