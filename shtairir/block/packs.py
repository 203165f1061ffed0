"""Where blocks come from: installed packs, each announced by an entry point, and files of the user's folders.

A pack announces each family of blocks by an entry point of the group ``shtairir.blocks`` whose name is the family and
whose value is the module that defines it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from shtairir.block.installed import Announced, announced
from shtairir.ids import BlockId

ENTRY_POINT_GROUP = "shtairir.blocks"
USER_FOLDER_VARIABLE = "SHTAIRIR_BLOCKS_PATH"
_OURS = ("shtairir", "shtairir_blocks")
_STAMPED = 2000
"""At most so many files of a package are looked at to tell whether it has changed."""

Stamp = tuple[int, ...]
"""Is another when what it was taken of has changed."""


@dataclass(frozen=True, slots=True)
class PackProblem:
    """A pack or a file of the user's folder that could not be used.

    Attributes
    ----------
    pack
        The module, or the path of the file.
    message
        What is wrong, as a sentence.
    fix
        What to do, as a sentence.
    line
        The line of the file where it went wrong, as far as that is known.
    disabled
        Whether the pack is not tried again until it is enabled or its files change.
    kept
        The blocks of the file that still stand for what they were when it could last be read.
    """

    pack: str
    message: str
    fix: str = ""
    line: int | None = None
    disabled: bool = False
    kept: tuple[BlockId, ...] = ()


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """The module that defines one family of blocks.

    Attributes
    ----------
    distribution
        The name by which pip knows it; empty when it is not known.
    """

    family: str
    module: str
    distribution: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it comes with Shtairir itself."""
        return self.module.partition(".")[0] in _OURS

    @property
    def title(self) -> str:
        """The pack as people know it: ``astro-blocks (astro_blocks.photometry)``."""
        return f"{self.distribution} ({self.module})" if self.distribution else self.module

    def places(self) -> tuple[Path, ...]:
        """Return the folders of its package, or its one file; they are found without being imported."""
        from importlib.util import find_spec

        try:
            spec = find_spec(self.module.partition(".")[0])
        except (ImportError, ValueError):
            spec = None
        if spec is None:
            return ()
        if spec.submodule_search_locations:
            return tuple(Path(folder) for folder in spec.submodule_search_locations)
        return (Path(spec.origin),) if spec.origin is not None else ()

    def stamp(self) -> Stamp:
        """Return the stamp of its source files, of so many that it costs little."""
        found = (place.rglob("*.py") if place.is_dir() else (place,) for place in self.places())
        return stamp_of(islice(chain.from_iterable(found), _STAMPED))

    @property
    def is_worked_on(self) -> bool:
        """Whether its files lie where somebody edits them, and not where an installer put them."""
        import site

        installed = [*site.getsitepackages(), site.getusersitepackages()]
        return not any(place.is_relative_to(folder) for place in self.places() for folder in installed)


def installed_packs() -> tuple[dict[str, InstalledPack], list[PackProblem]]:
    """Return the pack of each family, and what is wrong with the others."""
    packs: dict[str, InstalledPack] = {}
    problems = []
    for point in _sorted_points(announced(ENTRY_POINT_GROUP)):
        pack = InstalledPack(*point)
        taken = packs.setdefault(point.name, pack)
        if taken.module != pack.module:
            problems.append(
                PackProblem(
                    pack.module,
                    f"The family '{point.name}' is taken by {taken.title}.",
                    "Uninstall one of the two, or give the family another name in its pyproject.toml.",
                )
            )
    return packs, problems


def _sorted_points(points: Iterable[Announced]) -> list[Announced]:
    # The standard library is read first, so that no pack can take over one of its families.
    return sorted(points, key=lambda point: (point.value.partition(".")[0] not in _OURS, point.value))


def meant_by(name: str, packs: Iterable[InstalledPack], files: Iterable[Path]) -> list[str]:
    """Return the modules and files that a person means by a family, a module, a distribution or a file's name."""
    found = [pack.module for pack in packs if name in (pack.family, pack.module, pack.distribution)]
    found += [str(file) for file in files if name in (str(file), file.name, file.stem) or _is_same(name, file)]
    return list(dict.fromkeys(found))


def _is_same(name: str, file: Path) -> bool:
    return Path(name).absolute() == file.absolute()


def user_folders() -> tuple[Path, ...]:
    """Return the folders whose ``*.py`` files hold the user's own blocks.

    The environment variable ``SHTAIRIR_BLOCKS_PATH`` replaces the default, ``blocks`` in the user's data folder.
    """
    named = os.environ.get(USER_FOLDER_VARIABLE)
    if named is not None:
        return tuple(Path(part) for part in named.split(os.pathsep) if part)
    import platformdirs

    return (Path(platformdirs.user_data_dir("shtairir", appauthor=False)) / "blocks",)


def stamp_of(files: Iterable[Path]) -> Stamp:
    """Return a stamp of some files: how many, and of the one changed last when, how large and which it is."""
    newest, count = (0, 0, 0), 0
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        count += 1
        newest = max(newest, (status.st_mtime_ns, status.st_size, status.st_ino))
    return (count, *newest)
