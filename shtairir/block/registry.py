"""Finds blocks: in installed packs, in the user's folder, and in what a program adds itself.

A pack announces each family of blocks by an entry point of the group ``shtairir.blocks`` whose name is the
family and whose value is the module that defines it. So ``get("image.label")`` imports one module, and a
graph of numbers never imports the image family.

A pack that cannot be imported is named in `Registry.problems`; everything else goes on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from shtairir.block.compatibility import compatibility
from shtairir.block.definition import ATTRIBUTE, BlockDefinition, definition_of
from shtairir.block.types import PortType
from shtairir.errors import BlockDefinitionError
from shtairir.ids import BlockId

ENTRY_POINT_GROUP = "shtairir.blocks"
USER_FOLDER_VARIABLE = "SHTAIRIR_BLOCKS_PATH"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PackProblem:
    """A pack or a file of the user's folder that could not be used."""

    pack: str
    message: str


@dataclass(frozen=True, slots=True)
class _UserFile:
    """What was read of a file, so that a saved change is noticed."""

    stamp: tuple[int, int]
    blocks: tuple[BlockId, ...]


class Registry:
    """All blocks that can be placed.

    Parameters
    ----------
    packs
        Family → module name; the installed packs when left out.
    folders
        The user's folders of ``*.py`` files; see `user_folders` when left out.
    """

    def __init__(self, packs: dict[str, str] | None = None, folders: Iterable[Path] | None = None) -> None:
        self._packs = dict(packs) if packs is not None else None
        self._folders = tuple(folders) if folders is not None else None
        self._blocks: dict[BlockId, BlockDefinition] = {}
        self._families_read: set[str] = set()
        self._user_files: dict[Path, _UserFile] = {}
        self._user_read = False
        self._problems: dict[str, PackProblem] = {}
        # Packs may be read from the window's thread and from a planner's at the same time.
        self._lock = threading.RLock()

    @property
    def problems(self) -> list[PackProblem]:
        """The packs that could not be used, each with its reason."""
        return list(self._problems.values())

    def get(self, block_id: BlockId | str) -> BlockDefinition | None:
        """Return the block of that id, or ``None``; reads no more packs than it must."""
        key = BlockId(block_id)
        found = self._blocks.get(key)
        if found is not None:
            return found
        with self._lock:
            self._read_family(key.partition(".")[0])
            if key not in self._blocks:
                self._read_user_folders()
            return self._blocks.get(key)

    def all(self) -> list[BlockDefinition]:
        """Return every block, by category and name; reads all packs."""
        with self._lock:
            for family in self._pack_modules():
                self._read_family(family)
            self._read_user_folders()
            return sorted(self._blocks.values(), key=lambda one: (one.category.lower(), one.name.lower()))

    def families(self) -> list[str]:
        """Return the families that the packs announce."""
        return sorted(self._pack_modules())

    def add(self, function: Callable[..., Any] | BlockDefinition) -> BlockDefinition:
        """Add a block made in this program.

        Raises
        ------
        BlockDefinitionError
            When the function is not a block, or another block has its id.
        """
        definition = definition_of(function)
        with self._lock:
            self._register(definition)
        return definition

    def search(self, text: str = "", accepts: PortType | None = None) -> list[BlockDefinition]:
        """Return the blocks that match every word of a query, best first.

        Parameters
        ----------
        text
            Words looked for in name, id, tags, category and description.
        accepts
            Only blocks with an input that this type may feed.
        """
        words = text.lower().split()
        ranked = []
        for definition in self.all():
            if accepts is not None and not any(compatibility(accepts, port.type).ok for port in definition.inputs):
                continue
            score = _score(definition, words)
            if score is not None:
                ranked.append((-score, definition.name.lower(), definition.id, definition))
        return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:3])]

    def reload_user_blocks(self) -> list[BlockId]:
        """Read changed files of the user's folders again; return the ids whose definition changed."""
        with self._lock:
            self._user_read = False
            return self._read_user_folders()

    def _pack_modules(self) -> dict[str, str]:
        if self._packs is None:
            self._packs = {}
            for point in _sorted_points(entry_points(group=ENTRY_POINT_GROUP)):
                if self._packs.setdefault(point.name, point.value) != point.value:
                    message = f"The family '{point.name}' is taken by {self._packs[point.name]}."
                    self._problems[point.value] = PackProblem(point.value, message)
        return self._packs

    def _read_family(self, family: str) -> None:
        module_name = self._pack_modules().get(family)
        if module_name is None or family in self._families_read:
            return
        self._families_read.add(family)
        with self._noting_problems(module_name):
            self._register_all(importlib.import_module(module_name))

    def _read_user_folders(self) -> list[BlockId]:
        if self._user_read:
            return []
        self._user_read = True
        present = {file: _stamp(file) for folder in self._user_folders() for file in sorted(folder.glob("*.py"))}
        changed: list[BlockId] = []
        for file in [file for file in self._user_files if file not in present]:
            changed += self._forget(file)
        for file, stamp in present.items():
            known = self._user_files.get(file)
            if known is None or known.stamp != stamp:
                changed += self._forget(file)
                changed += self._read_user_file(file, stamp)
        return list(dict.fromkeys(changed))

    def _user_folders(self) -> tuple[Path, ...]:
        return self._folders if self._folders is not None else user_folders()

    def _forget(self, file: Path) -> tuple[BlockId, ...]:
        known = self._user_files.pop(file, None)
        self._problems.pop(str(file), None)
        for block_id in known.blocks if known else ():
            self._blocks.pop(block_id, None)
        return known.blocks if known else ()

    def _read_user_file(self, file: Path, stamp: tuple[int, int]) -> tuple[BlockId, ...]:
        before = set(self._blocks)
        with self._noting_problems(str(file)):
            self._register_all(_import_file(file), pack=str(file))
        added = tuple(block_id for block_id in self._blocks if block_id not in before)
        self._user_files[file] = _UserFile(stamp, added)
        return added

    def _register_all(self, module: ModuleType, pack: str = "") -> None:
        for value in list(vars(module).values()):
            definition = getattr(value, ATTRIBUTE, None)
            # A function imported from another module belongs to that module's family.
            if isinstance(definition, BlockDefinition) and _belongs(value, module):
                # The module's name of a person's own file is made up; the file is what they know.
                self._register(replace(definition, pack=pack) if pack else definition)

    def _register(self, definition: BlockDefinition) -> None:
        taken = self._blocks.setdefault(definition.id, definition)
        if taken is not definition and taken.function is not definition.function:
            raise BlockDefinitionError(
                f"Block {definition.id} is defined twice: in {taken.file} and in {definition.file}.",
                block=definition.id,
                hint="Give one of them another id.",
            )

    def _noting_problems(self, pack: str) -> _NotingProblems:
        return _NotingProblems(self._problems, pack)


class _NotingProblems:
    """Turns whatever importing a pack raises, ``SystemExit`` too, into a `PackProblem`."""

    def __init__(self, problems: dict[str, PackProblem], pack: str) -> None:
        self._problems = problems
        self._pack = pack

    def __enter__(self) -> None:
        self._problems.pop(self._pack, None)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> bool:
        if error is None or isinstance(error, KeyboardInterrupt):
            return False
        said = str(error) or type(error).__name__
        message = said if isinstance(error, BlockDefinitionError) else f"{type(error).__name__}: {said}"
        self._problems[self._pack] = PackProblem(self._pack, message)
        _log.warning("Pack %s cannot be used: %s", self._pack, message)
        return True


def user_folders() -> tuple[Path, ...]:
    """Return the folders whose ``*.py`` files hold the user's own blocks.

    The environment variable ``SHTAIRIR_BLOCKS_PATH`` replaces the default, ``blocks`` in the user's data folder.
    """
    named = os.environ.get(USER_FOLDER_VARIABLE)
    if named is not None:
        return tuple(Path(part) for part in named.split(os.pathsep) if part)
    import platformdirs

    return (Path(platformdirs.user_data_dir("shtairir", appauthor=False)) / "blocks",)


_default: Registry | None = None


def default_registry() -> Registry:
    """Return the registry of this process, made at the first call."""
    global _default
    if _default is None:
        _default = Registry()
    return _default


def _sorted_points(points: Iterable[EntryPoint]) -> Iterator[EntryPoint]:
    # The standard library is read first, so that no pack can take over one of its families.
    return iter(sorted(points, key=lambda point: (not point.value.startswith("shtairir_blocks"), point.value)))


def _belongs(value: Any, module: ModuleType) -> bool:
    home = getattr(value, "__module__", "")
    return bool(home == module.__name__ or home.startswith(f"{module.__name__}."))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _import_file(file: Path) -> ModuleType:
    """Import a file by its path, always from its source: a cached compilation may be a second old."""
    digest = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:8]
    name = f"shtairir_user_blocks_{file.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:
        raise ImportError(f"{file} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(compile(file.read_bytes(), file, "exec"), vars(module))
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _score(definition: BlockDefinition, words: list[str]) -> int | None:
    """Return how well a block matches all words; ``None`` when one of them is nowhere."""
    name = definition.name.lower()
    total = 0
    for word in words:
        if name == word or definition.id == word:
            total += 100
        elif name.startswith(word):
            total += 60
        elif any(part.startswith(word) for part in name.split()):
            total += 45
        elif any(word == tag.lower() for tag in definition.tags):
            total += 40
        elif word in name or word in definition.id:
            total += 30
        elif any(word in tag.lower() for tag in definition.tags) or word in definition.category.lower():
            total += 20
        elif word in definition.summary.lower():
            total += 10
        else:
            return None
    return total
