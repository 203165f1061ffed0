"""The history of runs: what ran on this machine, how it went, what it took.

It lies in ``history.sqlite`` in the state folder. A run is written when it is over, in one transaction and on a thread
of its own, so a program that is killed leaves no half of a run. What is not over, or never came to its end, is told by
the journals in the same folder.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.errors import HistoryError
from shtairir.ids import RunKey
from shtairir.keeping import state_folder
from shtairir.monitor.comparison import compared
from shtairir.monitor.database import FILE, Database, forget
from shtairir.monitor.journalled import fits, forget_journals, journalled_run, journalled_runs
from shtairir.monitor.past import (
    Comparison,
    FailedAttempt,
    NodeRun,
    PastEvent,
    PastForecast,
    Regression,
    ResourceUse,
    RunSummary,
)
from shtairir.monitor.reading import RunFilter, StoredRun, read_keys, read_run, read_runs
from shtairir.recovery.folder import RUNS, kept_folders

if TYPE_CHECKING:
    import sqlite3

    from shtairir.document.graph import Graph
    from shtairir.monitor.statistics import By, ExecutionStatistics

LAST = "last"
_NAMED_IN_A_REFUSAL = 5


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run with all that is known of it.

    Attributes
    ----------
    nodes
        Every node, then the instances.
    attempts
        Those that failed.
    forecast
        What was foreseen of it; ``None`` when that was not kept.
    """

    summary: RunSummary
    nodes: tuple[NodeRun, ...] = ()
    attempts: tuple[FailedAttempt, ...] = ()
    events: tuple[PastEvent, ...] = ()
    resources: tuple[ResourceUse, ...] = ()
    regressions: tuple[Regression, ...] = ()
    base_dir: str = ""
    graph_text: bytes | None = None
    forecast: PastForecast | None = None

    @property
    def key(self) -> RunKey:
        """The name of the run."""
        return self.summary.key

    def node(self, name: str) -> NodeRun | None:
        """Return what became of a node; ``None`` if the run had none of that name."""
        return next((node for node in self.nodes if node.node == name), None)

    def graph(self) -> Graph | None:
        """Return the graph as it ran, in its folder but under another name; ``None`` when it was not kept.

        Raises
        ------
        DocumentError
            When it cannot be read.
        """
        if self.graph_text is None:
            return None
        from shtairir.document.store import SUFFIX, loads

        # Its own name would have the present file written over by the past one when somebody saves.
        return loads(self.graph_text, path=Path(self.base_dir) / f"{self.summary.graph} ({self.key}){SUFFIX}")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it, without the graph."""
        from dataclasses import asdict

        return {
            **self.summary.to_dict(),
            "node_runs": [node.to_dict() for node in self.nodes],
            "attempts": [asdict(one) for one in self.attempts],
            "events": [asdict(one) for one in self.events],
            "resources": [asdict(one) for one in self.resources],
            "forecast": asdict(self.forecast) if self.forecast is not None else None,
            "regressed": [one.to_dict() for one in self.regressions],
        }


class History:
    """The runs of the past.

    Parameters
    ----------
    folder
        The state folder; see `shtairir.keeping.state_folder`.

    Notes
    -----
    Any thread may call. A call reads from disk and takes milliseconds.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / FILE)

    def runs(
        self,
        *,
        graph: str | None = None,
        status: str | None = None,
        since: float | None = None,
        limit: int | None = 50,
    ) -> list[RunSummary]:
        """Return runs, the latest first; those that are not over, or died, among them.

        Parameters
        ----------
        graph
            The name of a graph, part of it, or the path of its file.
        status
            Only those that ended so: ``done``, ``partial``, ``failed``, ``cancelled``, ``timed_out``, ``died``; or
            ``running``.
        since
            Only those that began later, in seconds since 1970.
        """
        wanted = RunFilter(graph, status, since)
        none: list[RunSummary] = []
        stored = self.database.read(lambda connection: read_runs(connection, wanted, limit), none)
        journalled = {one.key: one for one in journalled_runs(self.folder, self._keys())}
        found = [one for one in stored if one.key not in journalled]
        found += [one for one in journalled.values() if fits(one, wanted)]
        found.sort(key=lambda one: (one.started_at, one.key), reverse=True)
        return found if limit is None else found[:limit]

    def run(self, key: str = LAST) -> RunRecord:
        """Return a run by its key, a beginning of it that no other run has, or ``"last"``.

        Raises
        ------
        HistoryError
            When there is none, or more than one.
        """
        found = self.key(key)
        stored: StoredRun | None = self.database.read(lambda connection: read_run(connection, found), None)
        if stored is not None:
            return RunRecord(
                stored.summary,
                stored.nodes,
                stored.attempts,
                stored.events,
                stored.resources,
                stored.regressions,
                stored.base_dir,
                stored.graph_text,
                stored.forecast,
            )
        journalled = journalled_run(self.folder, found)
        if journalled is None:
            raise HistoryError(f"There is no run '{found}'.", hint="See shtairir history for the runs there are.")
        summary, nodes, base_dir, text = journalled
        return RunRecord(summary, nodes, base_dir=base_dir, graph_text=text)

    def key(self, name: str = LAST) -> RunKey:
        """Return the key that is meant by a key, the beginning of one, or ``"last"``.

        Raises
        ------
        HistoryError
            When there is none, or more than one.
        """
        if name == LAST:
            latest = self.runs(limit=1)
            if not latest:
                raise HistoryError("No run has been recorded yet.", hint="Run a graph: shtairir run FILE.")
            return latest[0].key
        journalled = {folder.key for folder in kept_folders(self.folder / RUNS) if folder.key.startswith(name)}
        keys = sorted(self._keys(name) | journalled, reverse=True)
        if name in keys:
            return RunKey(name)
        if not keys:
            raise HistoryError(f"There is no run '{name}'.", hint="See shtairir history for the runs there are.")
        if len(keys) > 1:
            listed = ", ".join(keys[:_NAMED_IN_A_REFUSAL])
            more = ", …" if len(keys) > _NAMED_IN_A_REFUSAL else ""
            raise HistoryError(f"Several runs begin with '{name}': {listed}{more}.", hint="Write more of the key.")
        return keys[0]

    def compare(self, first: str, second: str = LAST) -> Comparison:
        """Return two runs side by side, node by node.

        Raises
        ------
        HistoryError
            When one of them is not there.
        """
        one, other = self.run(first), self.run(second)
        return Comparison(one.summary, other.summary, compared(one.nodes, other.nodes))

    def statistics(
        self, *, by: By = "block", graph: str | None = None, since: float | None = None
    ) -> ExecutionStatistics:
        """Return how often runs succeeded and what they took, for each block, graph or node."""
        from shtairir.monitor.statistics import EMPTY, gather

        wanted = RunFilter(graph, None, since)
        return self.database.read(lambda connection: gather(connection, wanted, by), EMPTY)

    def prune(self, *, before: float | None = None, keep: int | None = None) -> int:
        """Forget runs that began before a time, or all but the latest so many, and return how many that were.

        Their journals and kept results go with them; none of a run that goes on.

        Raises
        ------
        HistoryError
            When less than none is to be kept.
        """
        if keep is not None and keep < 0:
            raise HistoryError(f"No {keep} runs can be kept.", hint="Write 0 to forget all of them.")

        def chosen(connection: sqlite3.Connection) -> set[RunKey]:
            rows = connection.execute(
                "SELECT id, key, started_at FROM runs ORDER BY started_at DESC, id DESC"
            ).fetchall()
            old = [
                (number, key)
                for place, (number, key, started_at) in enumerate(rows)
                if (keep is not None and place >= keep) or (before is not None and started_at < before)
            ]
            forget(connection, [number for number, _ in old])
            return {RunKey(key) for _, key in old}

        forgotten = (self.database.write(chosen) if self.database.path.exists() else None) or set()
        self.database.vacuum()

        def is_old(summary: RunSummary | None, key: RunKey) -> bool:
            return key in forgotten or (before is not None and summary is not None and summary.started_at < before)

        return len(forgotten | forget_journals(self.folder, is_old))

    def _keys(self, prefix: str = "") -> set[RunKey]:
        """Return the keys in the database that begin so."""
        none: list[RunKey] = []
        return set(self.database.read(lambda connection: read_keys(connection, prefix), none))


def history(folder: Path | None = None) -> History | None:
    """Return the history of runs; ``None`` when nothing is kept, because ``SHTAIRIR_STATE_PATH`` is empty.

    Examples
    --------
    ``shtairir.history().runs(limit=5)``, ``shtairir.history().run("last").node("blur").elapsed_s``
    """
    place = folder if folder is not None else state_folder()
    return _history_in(place) if place is not None else None


@functools.lru_cache(8)
def _history_in(folder: Path) -> History:
    return History(folder)
