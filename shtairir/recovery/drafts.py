"""What was edited and not saved: a journal beside the file, never over it, for the case that the program dies.

Each open graph has a folder of its own below ``drafts`` in the state folder, with a lock that dies with the program.
As long as there are changes that no file holds, the folder has a `DRAFT`: a line of facts, then the graph file. It is
written all or nothing, and taken away when the graph is saved or its changes are given up. A draft whose lock nobody
holds is one of a program that was cut off.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.block.registry import default_registry
from shtairir.document.disk import read_file, write_atomically
from shtairir.document.parsing import MAX_FILE_BYTES
from shtairir.document.store import loads
from shtairir.document.trust import carried
from shtairir.errors import DocumentError, RecoveryError
from shtairir.keeping import state_folder
from shtairir.recovery import locking

if TYPE_CHECKING:
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot

DRAFTS = "drafts"
DRAFT = "draft"
_MOST_FACTS = 64 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes that were not saved.

    Attributes
    ----------
    path
        The file that they were made to; ``None`` for a graph that had none yet.
    title
        What the graph was called.
    saved_at
        When the draft was last written.
    nodes
        How many nodes the graph had.
    """

    folder: Path
    path: Path | None
    title: str
    saved_at: datetime
    nodes: int
    base_dir: Path | None = None
    trusted: bool = False


class DraftKeeper:
    """Keeps the draft of one open graph; any thread may call.

    Parameters
    ----------
    folder
        Where drafts are kept; ``None`` to keep none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._drafts = folder
        self._folder: Path | None = None
        self._lock: locking.RunLock | None = None
        self._guard = threading.Lock()
        self._closed = False

    @classmethod
    def for_user(cls) -> DraftKeeper:
        """Return one that keeps where this person's state is kept."""
        return cls(drafts_folder())

    @property
    def folder(self) -> Path | None:
        """The folder of the draft, once there was one."""
        return self._folder

    def write(self, graph: Snapshot, title: str) -> None:
        """Write down the graph as it is.

        Raises
        ------
        DocumentError
            When it cannot be written.
        """
        with self._guard:
            if self._drafts is not None and not self._closed:
                self._write(self._drafts, graph, title)

    def _write(self, drafts: Path, graph: Snapshot, title: str) -> None:
        if self._folder is None:
            self._take(drafts / f"{datetime.now():%Y%m%d-%H%M%S}-{os.urandom(4).hex()}")
        facts = {
            "path": str(graph.path) if graph.path is not None else None,
            "title": title,
            "saved_at": datetime.now().astimezone().isoformat(),
            "nodes": len(graph.nodes),
            "base_dir": str(graph.base_dir),
            "trusted": graph.trusted,
        }
        head = json.dumps(facts, ensure_ascii=True).encode("ascii")
        assert self._folder is not None  # taken above
        write_atomically(self._folder / DRAFT, head + b"\n" + graph.to_bytes(), backup=False)

    def adopt(self, draft: Draft) -> None:
        """Go on with a draft that another program left: it stays until this graph is saved.

        Raises
        ------
        RecoveryError
            When another program has taken it meanwhile.
        """
        with self._guard:
            self._remove()
            self._take(draft.folder)

    def clear(self) -> None:
        """There is nothing that is not saved."""
        with self._guard:
            if self._folder is not None:
                (self._folder / DRAFT).unlink(missing_ok=True)

    def close(self) -> None:
        """Take the draft away, and write no other: the graph was closed by a person."""
        with self._guard:
            self._closed = True
            self._remove()

    def _remove(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _take(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = locking.take(folder)
        except OSError as error:
            raise DocumentError(f"No draft can be kept in {folder}: {error.strerror}.", path=folder) from error
        if lock is None:
            raise RecoveryError(f"Another window has recovered this already ({folder.name}).")
        self._folder, self._lock = folder, lock


def drafts_folder() -> Path | None:
    """Return where drafts are kept; ``None`` when nothing is to be kept."""
    state = state_folder()
    return state / DRAFTS if state is not None else None


def abandoned(folder: Path | None = None) -> list[Draft]:
    """Return what programs that were cut off left unsaved, the latest first; what the file holds anyway is dropped."""
    drafts = folder if folder is not None else drafts_folder()
    if drafts is None or not drafts.is_dir():
        return []
    found = []
    for one in drafts.iterdir():
        if not one.is_dir() or locking.is_held(one):
            continue
        draft = _read(one)
        if draft is None:
            continue
        if _is_saved(draft):
            discard(draft)
        else:
            found.append(draft)
    return sorted(found, key=lambda draft: draft.saved_at, reverse=True)


def discard(draft: Draft) -> None:
    """Throw a draft away."""
    shutil.rmtree(draft.folder, ignore_errors=True)


def recovered(draft: Draft) -> Graph:
    """Return the graph of a draft, as one whose changes are not saved.

    Raises
    ------
    DocumentError
        When it cannot be read.
    """
    graph = loads(_graph_bytes(draft.folder), path=draft.path)
    if draft.path is None and draft.base_dir is not None:
        graph.start_from(draft.base_dir)
    graph.on_disk = _held_by(draft.path)
    graph.mark_unsaved()
    if draft.trusted and carried(graph.snapshot(), default_registry()):
        graph.trust()
    return graph


def _read(folder: Path) -> Draft | None:
    """The facts of a draft; none where there is none, or none that can be read."""
    try:
        with (folder / DRAFT).open("rb") as file:
            facts = json.loads(file.readline(_MOST_FACTS))
        return Draft(
            folder,
            Path(facts["path"]) if facts["path"] is not None else None,
            str(facts["title"]),
            datetime.fromisoformat(facts["saved_at"]),
            int(facts["nodes"]),
            Path(facts["base_dir"]) if facts.get("base_dir") else None,
            bool(facts.get("trusted")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _graph_bytes(folder: Path) -> bytes:
    data = read_file(folder / DRAFT, MAX_FILE_BYTES + _MOST_FACTS)
    return data.partition(b"\n")[2]


def _is_saved(draft: Draft) -> bool:
    """Whether the file holds what the draft does: the program died just after it had saved."""
    try:
        return _held_by(draft.path) == _graph_bytes(draft.folder)
    except DocumentError:
        return False


def _held_by(path: Path | None) -> bytes | None:
    try:
        return read_file(path, MAX_FILE_BYTES) if path is not None else None
    except DocumentError:
        return None
