"""Finds blocks: in installed packs, in the user's folder, and in what a program adds itself.

``get("image.label")`` imports the one module that defines the family ``image``, so a graph of numbers never imports
the image family. Packs of others and the user's files are imported aside, see `shtairir.block.isolation`: one that
raises, hangs or ends the program is named in `Registry.problems`, and everything else goes on.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from shtairir.block.catalogue import Catalogue, blocks_of
from shtairir.block.compatibility import compatibility
from shtairir.block.definition import BlockDefinition, definition_of
from shtairir.block.packs import (
    ENTRY_POINT_GROUP,
    USER_FOLDER_VARIABLE,
    InstalledPack,
    PackProblem,
    Stamp,
    installed_packs,
    meant_by,
    user_folders,
)
from shtairir.block.types import PortType
from shtairir.ids import BlockId

if TYPE_CHECKING:
    from shtairir.block.aside import AsideReader, Source
    from shtairir.block.installs import Installs
    from shtairir.block.quarantine import Quarantine

__all__ = ["ENTRY_POINT_GROUP", "USER_FOLDER_VARIABLE", "PackProblem", "Registry", "default_registry", "user_folders"]

_log = logging.getLogger(__name__)


class Registry:
    """All blocks that can be placed. May be used from any thread.

    Parameters
    ----------
    packs
        Family → module name; the installed packs when left out.
    folders
        The user's folders of ``*.py`` files; see `user_folders` when left out.
    quarantine
        What is remembered of packs that did harm; the user's own when left out.
    """

    def __init__(
        self,
        packs: dict[str, str] | None = None,
        folders: Iterable[Path] | None = None,
        *,
        quarantine: Quarantine | None = None,
    ) -> None:
        self._quarantine = quarantine
        self._given = packs
        self._packs: dict[str, InstalledPack] | None = None
        self._folders = tuple(folders) if folders is not None else None
        self._catalogue = Catalogue()
        self._families_read: set[str] = set()
        self._files: dict[Path, Stamp] = {}
        self._user_read = False
        self._stamps: dict[str, Stamp] = {}
        self._crowded: set[str] = set()
        self._installs: Installs | None = None
        self._problems: dict[str, PackProblem] = {}
        # Held while somebody's pack is waited for. Packs may be read from the window's thread and from a planner's at
        # the same time; who finds a block never waits, and a pack that looks for blocks while it is imported waits
        # for nobody who waits for it.
        self._reading = threading.RLock()

    # What handles other people's packs is imported for them only: most runs need none, and shall start soon.

    @property
    def quarantine(self) -> Quarantine:
        """What is remembered of packs that did harm."""
        if self._quarantine is None:
            from shtairir.block.quarantine import Quarantine

            self._quarantine = Quarantine()
        return self._quarantine

    @cached_property
    def _aside(self) -> AsideReader:
        from shtairir.block.aside import AsideReader

        return AsideReader(self.quarantine)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The user's folders of ``*.py`` files."""
        return self._folders if self._folders is not None else user_folders()

    @property
    def problems(self) -> list[PackProblem]:
        """The packs that could not be used, each with its reason."""
        return list(self._problems.values())

    def get(self, block_id: BlockId | str) -> BlockDefinition | None:
        """Return the block of that id, or that once had it; ``None`` when there is none. Reads few packs."""
        key = BlockId(block_id)
        found = self._catalogue.blocks.get(key)
        if found is not None:
            return found
        self._read_family(key.partition(".")[0])
        if key not in self._catalogue.blocks:
            self._read_user_folders()
        return self._catalogue.get(key)

    def all(self) -> list[BlockDefinition]:
        """Return every block, by category and name; reads all packs."""
        for family in list(self._pack_modules()):
            self._read_family(family)
        self._read_user_folders()
        return sorted(self._catalogue.definitions(), key=lambda one: (one.category.lower(), one.name.lower()))

    def read_others(self) -> None:
        """Read all that does not come with Shtairir; who asks for one of these blocks meanwhile waits for it."""
        for pack in self.packs():
            if not pack.is_ours:
                self._read_family(pack.family)
        self._read_user_folders()

    def families(self) -> list[str]:
        """Return the families that the packs announce."""
        return sorted(self._pack_modules())

    def pack_of(self, family: str) -> InstalledPack | None:
        """Return the pack that announces a family, or ``None``."""
        return self._pack_modules().get(family)

    def packs(self) -> list[InstalledPack]:
        """Return the installed packs, one for each family."""
        return list(self._pack_modules().values())

    def find_packs(self, name: str) -> list[str]:
        """Return the modules or files that a person means by a family, a module, a distribution or a file's name."""
        from shtairir.block.userfiles import files_in

        return meant_by(name, self.packs(), files_in(self.folders))

    def blocks_of(self, pack: str) -> tuple[BlockId, ...]:
        """Return the ids of the blocks that were read of a module or file, see `find_packs`."""
        return self._catalogue.owned_by(pack)

    def add(self, function: Callable[..., Any] | BlockDefinition) -> BlockDefinition:
        """Add a block made in this program.

        Raises
        ------
        BlockDefinitionError
            When the function is not a block, or another block has its id.
        """
        definition = definition_of(function)
        self._catalogue.add(definition)
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
        from shtairir.block.search import ranked

        found: Iterable[BlockDefinition] = self.all()
        if accepts is not None:
            found = [one for one in found if any(compatibility(accepts, port.type).ok for port in one.inputs)]
        return ranked(found, text)

    def problem_of(self, definition: BlockDefinition) -> PackProblem | None:
        """Return why a block is not what its file says now, if the file cannot be read any more."""
        return next((problem for problem in self.problems if definition.id in problem.kept), None)

    def catch_up(self, blocks: Iterable[BlockId]) -> None:
        """Wait for what is still being imported, as far as these blocks need it: a person let it take its time."""
        if "_aside" not in vars(self) or not self._aside.pending:
            return  # nobody's pack was ever read, as in most runs
        for block in blocks:
            if self.get(block) is None:
                pack = self._pack_modules().get(block.partition(".")[0])
                self.wait_for(*(map(str, self._files) if pack is None else [pack.module]))

    def wait_for(self, *packs: str) -> None:
        """Wait for modules or files that are still being imported; for those that may be slow when none is named."""
        with self._reading:
            for key in packs or self._aside.slow:
                for source, read in self._aside.waited_for(key):
                    self._settle(source, read)

    # --- changes --------------------------------------------------------------------------------------------------

    def reload_user_blocks(self) -> list[BlockId]:
        """Read changed files of the user's folders again; return the ids whose definition changed."""
        with self._reading:
            self._user_read = True
            self._aside.be_patient_again()
            return self._read_changed_files()

    def watch(self) -> None:
        """Begin to notice packs that are installed or removed; `refresh` then finds them."""
        from shtairir.block.installs import Installs

        if self._installs is None:
            self._installs = Installs()

    def refresh(self) -> list[BlockId]:
        """Find packs that were installed, removed or mended, changed files, and imports that came late.

        Returns the ids that changed. Meant to be called every few seconds: while nothing changes, it costs little.
        """
        with self._reading:
            changed: list[BlockId] = []
            self.watch()
            if self._given is None and self._installs is not None and self._installs.changed():
                changed += self._follow_installs()
            self._aside.be_patient_again()
            changed += self._read_edited()
            for source, read in self._aside.arrived():
                changed += self._settle(source, read)
            if self._user_read:
                changed += self._read_changed_files()
            return list(dict.fromkeys(changed))

    def _follow_installs(self) -> list[BlockId]:
        before, after = self._pack_modules(), self._announced()
        gone = [pack for family, pack in before.items() if after.get(family) != pack]
        self._packs = after
        changed: list[BlockId] = []
        for pack in gone:
            self._families_read.discard(pack.family)
            self._stamps.pop(pack.module, None)
            changed += self._forget(pack.module)
        for family in after.keys() - before.keys():
            self._read_family(family)
            changed += self._catalogue.owned_by(after[family].module)
        return changed

    def _read_edited(self) -> list[BlockId]:
        """Read packs again that could not be used, or that somebody works on, once their files have changed."""
        changed: list[BlockId] = []
        again: set[str] = set()
        for pack in self.packs():
            known = self._stamps.get(pack.module)
            if known is None or not (pack.module in self._problems or pack.is_worked_on):
                continue
            if pack.stamp() != known:
                package = pack.module.partition(".")[0]
                changed += self._read_foreign(pack, again=package not in again)
                again.add(package)
        return changed

    # --- packs ----------------------------------------------------------------------------------------------------

    def _pack_modules(self) -> dict[str, InstalledPack]:
        if self._packs is None:
            with self._reading:
                self._packs = self._announced()
        return self._packs

    def _announced(self) -> dict[str, InstalledPack]:
        if self._given is not None:
            return {family: InstalledPack(family, module) for family, module in self._given.items()}
        packs, problems = installed_packs()
        self._problems.update((problem.pack, problem) for problem in problems)
        return packs

    def _read_family(self, family: str) -> None:
        pack = self._pack_modules().get(family)
        if pack is None or family in self._families_read:
            return
        if pack.is_ours:
            self._read_ours(pack)
            return
        from shtairir.block.isolation import is_importing

        if not is_importing():
            with self._reading:
                if family not in self._families_read:
                    self._read_foreign(pack)
                    self._families_read.add(family)

    def _read_foreign(self, pack: InstalledPack, *, again: bool = False) -> Iterable[BlockId]:
        from shtairir.block.aside import Source
        from shtairir.block.reimporting import import_again

        self._stamps[pack.module] = stamp = pack.stamp()
        work = partial(import_again if again else importlib.import_module, pack.module)
        return self._take(Source(pack.module, pack.family, work, stamp, places=pack.places()))

    def _read_ours(self, pack: InstalledPack) -> None:
        """Import what comes with Shtairir right here: it is ours to trust, and a run shall start soon."""
        try:
            self._adopt(importlib.import_module(pack.module), pack.module)
        except Exception as error:  # noqa: BLE001 - a library that it needs may be broken in any way
            from shtairir.block.isolation import said_by

            self._note(PackProblem(pack.module, said_by(error)[0]))
        self._families_read.add(pack.family)

    # --- files of the user ----------------------------------------------------------------------------------------

    def _read_user_folders(self) -> None:
        if self._user_read:
            return
        from shtairir.block.isolation import is_importing

        if is_importing():
            return
        with self._reading:
            if not self._user_read:
                self._read_changed_files()
                self._user_read = True

    def _read_changed_files(self) -> list[BlockId]:
        from shtairir.block.userfiles import files_in

        present = files_in(self.folders)
        changed: list[BlockId] = []
        for file in [file for file in self._files if file not in present]:
            del self._files[file]
            changed += self._forget(str(file))
        edited = [file for file, stamp in present.items() if self._files.get(file) != stamp]
        for file in edited:
            changed += self._read_file(file, present[file])
        if changed:
            # A block that moved from one file to another may still have been in the first when the second was read.
            for file in [file for file in present if str(file) in self._crowded]:
                changed += self._read_file(file, present[file])
        return list(dict.fromkeys(changed))

    def _read_file(self, file: Path, stamp: Stamp) -> Iterable[BlockId]:
        from shtairir.block.aside import Source
        from shtairir.block.userfiles import import_file

        self._files[file] = stamp
        return self._take(Source(str(file), file.name, partial(import_file, file), stamp, file, (file,)))

    # --- what is imported aside -----------------------------------------------------------------------------------

    def _take(self, source: Source) -> Iterable[BlockId]:
        """Read a pack or a file of somebody else's; return the ids whose definition changed."""
        return self._settle(source, self._aside.read(source))

    def _settle(self, source: Source, read: ModuleType | PackProblem) -> Iterable[BlockId]:
        if isinstance(read, ModuleType):
            return self._adopt(read, source.key, source.file)
        self._note(replace(read, kept=self._catalogue.owned_by(source.key)))
        return ()

    def _note(self, problem: PackProblem) -> None:
        self._problems[problem.pack] = problem
        _log.warning("%s", f"Pack {problem.pack} cannot be used: {problem.message} {problem.fix}".rstrip())

    def _adopt(self, module: ModuleType, owner: str, file: Path | None = None) -> tuple[BlockId, ...]:
        """Take up the blocks of a module in place of those that it had; return the ids that changed."""
        found = [
            # The module's name of a person's own file is made up; the file is what they know.
            replace(definition, pack=str(file)) if file is not None else definition
            for definition in blocks_of(module)
        ]
        changed, refused = self._catalogue.adopt(owner, found)
        if refused:
            self._crowded.add(owner)
            self._note(PackProblem(owner, " ".join(error.message for error in refused), refused[0].hint))
        else:
            self._crowded.discard(owner)
            self._problems.pop(owner, None)
        return changed

    def _forget(self, owner: str) -> tuple[BlockId, ...]:
        self._crowded.discard(owner)
        self._problems.pop(owner, None)
        return self._catalogue.forget(owner)


_default: Registry | None = None


def default_registry() -> Registry:
    """Return the registry of this process, made at the first call."""
    global _default
    if _default is None:
        _default = Registry()
    return _default
