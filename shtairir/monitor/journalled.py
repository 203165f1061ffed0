"""Runs that the history has not, or not yet, told by their journals: those that go on, and those that were cut off.

A run is written into the history when it is over. So one that goes on is not there, nor is one whose program was
killed. Their journals are: with them goes how each node stood when the last line was written.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from datetime import datetime
from math import fsum
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.errors import RecoveryError
from shtairir.events import NodeStatus
from shtairir.ids import BlockId, NodeId, RunKey
from shtairir.monitor.past import DIED, RUNNING, NodeRun, RunSummary
from shtairir.monitor.reading import RunFilter

if TYPE_CHECKING:
    from shtairir.recovery.folder import RunFolder
    from shtairir.recovery.listing import RunInfo

_STATUSES = {"running": RUNNING, "compensating": RUNNING, "interrupted": DIED, "half_undone": DIED}
_STANDINGS = {"done": NodeStatus.DONE, "failed": NodeStatus.FAILED, "undone": NodeStatus.COMPENSATED}


def journalled_runs(home: Path, known: Set[RunKey]) -> Iterator[RunSummary]:
    """Yield the runs that have a journal and are not known, and those known that go on again; the latest first.

    Parameters
    ----------
    home
        The state folder.
    """
    from shtairir.recovery.folder import RUNS, kept_folders
    from shtairir.recovery.locking import is_held

    for folder in kept_folders(home / RUNS):
        if folder.key in known and not is_held(folder.path):
            continue
        summary = _summary_of(folder)
        if summary is not None and (folder.key not in known or summary.status == RUNNING):
            yield summary


def journalled_run(home: Path, key: RunKey) -> tuple[RunSummary, tuple[NodeRun, ...], str, bytes | None] | None:
    """Return a run by its journal: line, nodes, folder and text of its graph; ``None`` if nothing is kept of it."""
    from shtairir.recovery.account import account_of
    from shtairir.recovery.folder import RUNS, RunFolder

    folder = RunFolder(home / RUNS / key)
    summary = _summary_of(folder)
    if summary is None:
        return None
    try:
        nodes = tuple(
            NodeRun(
                NodeId(name),
                BlockId(""),
                _STANDINGS.get(account.standing, _under_way(summary)),
                started_s=0.0,
                elapsed_s=account.elapsed_s,
            )
            for name, account in account_of(folder).nodes.items()
        )
        text = folder.graph.read_bytes() if folder.graph.is_file() else None
        return summary, nodes, folder.facts().base_dir, text
    except (OSError, RecoveryError):
        return summary, (), "", None


def _under_way(summary: RunSummary) -> NodeStatus:
    """Return how a node stands that has begun, and of whose end nothing was written down."""
    return NodeStatus.RUNNING if summary.status == RUNNING else NodeStatus.CANCELLED


def fits(summary: RunSummary, wanted: RunFilter) -> bool:
    """Whether a run is one of those that are meant; as the query of the database has it."""
    named = wanted.graph is None or wanted.graph in (summary.file, summary.graph)
    named = named or (wanted.graph or "").lower() in summary.graph.lower()
    ended = wanted.status is None or wanted.status == summary.status
    return named and ended and (wanted.since is None or summary.started_at >= wanted.since)


def forget_journals(home: Path, chosen: Callable[[RunSummary | None, RunKey], bool]) -> set[RunKey]:
    """Remove what is kept of runs that are chosen and do not go on, and return which that were."""
    from shtairir.recovery.folder import RUNS, kept_folders
    from shtairir.recovery.locking import is_held

    gone = set()
    for folder in list(kept_folders(home / RUNS)):
        if not is_held(folder.path) and chosen(_summary_of(folder), folder.key):
            folder.remove()
            gone.add(folder.key)
    return gone


def _summary_of(folder: RunFolder) -> RunSummary | None:
    from shtairir.recovery.listing import info_of

    try:
        return _summary(info_of(folder))
    except (OSError, RecoveryError):
        return None


def _summary(info: RunInfo) -> RunSummary:
    from shtairir.recovery.account import account_of

    facts = info.facts
    accounts = account_of(info.folder).nodes.values()
    standings = [account.standing for account in accounts]
    started_at = _seconds(facts.started_at)
    elapsed_s = info.elapsed_s
    if elapsed_s is None:  # until now, or until the last that was heard of it
        is_running = _STATUSES.get(info.state, info.state) == RUNNING
        known_s = _at_least_s([account.elapsed_s for account in accounts], facts.workers)
        elapsed_s = max((time.time() if is_running else _touched_s(info.folder)) - started_at, known_s)
    return RunSummary(
        key=info.key,
        graph=facts.graph_name,
        status=_STATUSES.get(info.state, info.state),
        started_at=started_at,
        elapsed_s=elapsed_s,
        file=os.path.realpath(facts.graph_path) if facts.graph_path else None,
        workers=facts.workers,
        level=facts.level,
        nodes=facts.nodes,
        done=standings.count("done"),
        failed=standings.count("failed"),
        resumed_from=facts.origin,
    )


def _at_least_s(nodes_s: Sequence[float], workers: int) -> float:
    """Return how long a run took at least, by what its nodes took."""
    return max(max(nodes_s, default=0.0), fsum(nodes_s) / max(workers, 1))


def _touched_s(folder: RunFolder) -> float:
    """Return when something was last written; of a journal, which is mapped, files know less than its lines tell."""
    latest_s = 0.0
    for file in (folder.journal, folder.values):
        with suppress(OSError):
            latest_s = max(latest_s, file.stat().st_mtime)
    return latest_s


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return 0.0
