"""Which runs are kept, and how they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from shtairir.errors import RecoveryError
from shtairir.ids import RunKey
from shtairir.recovery.facts import RunFacts
from shtairir.recovery.folder import RunFolder, kept_folders
from shtairir.recovery.journal import last_records
from shtairir.recovery.locking import is_held

KeptState: TypeAlias = Literal[
    "running", "compensating", "interrupted", "half_undone", "done", "partial", "failed", "cancelled", "timed_out"
]
"""How a kept run stands.

``running``, ``compensating``: in a program that is alive. ``interrupted``: that program died or was killed.
``half_undone``: it died while what the run had done was being undone. The others: how the run ended.
"""

_RESUMABLE = frozenset({"interrupted", "half_undone", "partial", "failed", "cancelled", "timed_out"})


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One kept run.

    Attributes
    ----------
    elapsed_s
        How long it took, if it ended.
    """

    key: RunKey
    facts: RunFacts
    state: KeptState
    folder: RunFolder
    elapsed_s: float | None = None

    @property
    def resumable(self) -> bool:
        """Whether there is something left to do for `shtairir.resume`."""
        return self.state in _RESUMABLE


def runs(home: Path | None = None) -> list[RunInfo]:
    """Return the runs that are kept, the latest first; those whose record is damaged are left out.

    Parameters
    ----------
    home
        The folder of the runs, if it is not the user's own.
    """
    return list(_infos(home))


def info_of(folder: RunFolder) -> RunInfo:
    """Return how a run stands.

    Raises
    ------
    RecoveryError
        When there is no such run, or its record is damaged.
    """
    facts = folder.facts()
    alive = is_held(folder.path)
    last = _last_of_weight(folder)
    what = last.get("what")
    if what == "finished":
        # What finished and is held is about to be closed, or gone on with and has said nothing yet.
        return RunInfo(folder.key, facts, last.get("status", "failed"), folder, last.get("elapsed_s"))
    undoing = what == "undoing"
    state: KeptState = (
        ("compensating" if undoing else "running") if alive else ("half_undone" if undoing else "interrupted")
    )
    return RunInfo(folder.key, facts, state, folder)


def interrupted() -> list[RunInfo]:
    """Return the runs that were cut off, the latest first."""
    return [info for info in _infos(None) if info.state in ("interrupted", "half_undone")]


def _infos(home: Path | None) -> Iterator[RunInfo]:
    for folder in kept_folders(home):
        try:
            yield info_of(folder)
        except RecoveryError:
            continue


def _last_of_weight(folder: RunFolder) -> Mapping[str, Any]:
    """Return the last record that says how the run as a whole stands."""
    record: Mapping[str, Any]
    for record in reversed(last_records(folder.journal)):
        what = str(record.get("what"))
        if what in ("finished", "session"):
            return record
        if what.startswith("undo"):
            return {"what": "undoing"}
    return {}
