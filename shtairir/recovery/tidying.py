"""What is kept of runs shall not grow for ever: after a week a run goes, and what is too much goes before.

Of runs that are done the results go first, the oldest before the others; what happened, and the graph, stay a while
for the history. Runs that can be gone on with are let alone until their time is up, or until they alone are too much.
A run that is going on is never touched.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shtairir.errors import RecoveryError
from shtairir.recovery.folder import RunFolder, kept_folders, sweep_gone
from shtairir.recovery.locking import is_held

QUOTA_BYTES = 1_000_000_000
LONGEST_S = 7 * 86_400.0
MOST_RUNS = 200

_EVERY_S = 600.0
_MARK = ".tidied"

_log = logging.getLogger(__name__)


def tidy(
    runs: Path,
    *,
    quota_bytes: int = QUOTA_BYTES,
    longest_s: float = LONGEST_S,
    most: int = MOST_RUNS,
    now_s: Callable[[], float] = time.time,
) -> list[str]:
    """Remove what is too old or too much, and return a sentence for each run that lost something."""
    from shtairir.recovery.listing import info_of

    sweep_gone(runs)
    told = []
    kept: list[tuple[RunFolder, bool]] = []
    for folder in kept_folders(runs):  # the latest first
        if is_held(folder.path):
            continue
        age_s = now_s() - _touched_s(folder)
        if age_s > longest_s or len(kept) >= most:
            folder.remove()
            why = f"older than {longest_s / 86_400:g} days" if age_s > longest_s else f"not among the last {most}"
            told.append(f"Run {folder.key} was removed: it is {why}.")
            continue
        try:
            kept.append((folder, info_of(folder).resumable))
        except RecoveryError:  # its record is damaged: it is of no use to anybody
            folder.remove()
    return told + _within_quota(kept, quota_bytes)


def _within_quota(kept: list[tuple[RunFolder, bool]], quota_bytes: int) -> list[str]:
    sizes = {folder.key: folder.size_bytes() for folder, _ in kept}
    total = sum(sizes.values())
    told = []
    # Done before unfinished, and of each the oldest first.
    for folder, resumable in sorted(kept, key=lambda pair: (pair[1], pair[0].key)):
        if total <= quota_bytes:
            break
        if resumable:
            folder.remove()
        else:
            folder.drop_results()
        total -= sizes[folder.key] - (folder.size_bytes() if not resumable else 0)
        lost = "was removed" if resumable else "lost its results"
        told.append(f"Run {folder.key} {lost}: the kept runs took more than {quota_bytes / 1e6:,.0f} MB.")
    return told


def tidy_sometimes(runs: Path) -> None:
    """Tidy up in the background, unless that was done a moment ago."""
    mark = runs / _MARK
    with suppress(OSError):
        if time.time() - mark.stat().st_mtime < _EVERY_S:
            return
    with suppress(OSError):
        mark.touch()
        os.utime(mark)
        threading.Thread(target=_tidy_quietly, args=(runs,), name="shtairir tidying", daemon=True).start()


def _tidy_quietly(runs: Path) -> None:
    try:
        for sentence in tidy(runs):
            _log.info("%s", sentence)
    except OSError as error:
        _log.info("What is kept of runs cannot be tidied up: %s", error)


def _touched_s(folder: RunFolder) -> float:
    """Return when something was last written down of a run."""
    for file in (folder.journal, folder.path):
        with suppress(OSError):
            return file.stat().st_mtime
    return 0.0
