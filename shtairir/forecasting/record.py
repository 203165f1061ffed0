"""The record of forecasts: what was expected of runs, and what came. The next forecasts learn from it.

A run costs nothing for it: what was foreseen of it is put aside with the truth, and read when somebody wants a forecast
or the program ends. The record is a folder beside what was learned of single calls (see `shtairir.monitor.learned`): a
small file for each graph, and one with how far off forecasts were in general. Other programs may write them, too.
"""

from __future__ import annotations

import atexit
import functools
import json
import logging
import math
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from shtairir.events import RunStatus
from shtairir.forecasting.calibration import WINDOW
from shtairir.monitor.learned import VARIABLE, learned_path

if TYPE_CHECKING:
    from shtairir.forecasting.foresight import Foresight
    from shtairir.results.result import RunResult

_FORMAT, _VERSION = "shtairir-forecasts", 1
_KEPT = WINDOW + 4
_MOST_GRAPHS = 300
_MOST_POOLED = 200
_LEAST_POOLED_S = 0.05
_WAITING_RUNS = 8
_SAVED_EVERY_S = 60.0
_POOL = "pool.json"
_log = logging.getLogger(__name__)
_Row = TypeVar("_Row")


class Entry(NamedTuple):
    """One run: what the plan alone expected, and the truth.

    Attributes
    ----------
    signature
        What tells runs of the same nodes, under the same conditions, from others.
    ground
        What the times rested on.
    model_s, spread
        What the plan expected, and the deviation of its logarithm; 0 if nothing was.
    missed
        Whether the truth lay outside of what was foreseen.
    made_bytes
        The size of all that was made, together.
    likeness
        What tells runs with the same values from others; 0 if that is not known.
    workers
        How many there were.
    busy_s, processor_s
        The time of all nodes, one after the other, and that which the program spent computing meanwhile.
    """

    signature: int
    ground: str
    model_s: float
    spread: float
    elapsed_s: float
    missed: bool
    made_bytes: int
    peak_bytes: int
    likeness: int = 0
    workers: int = 1
    busy_s: float = 0.0
    processor_s: float = 0.0

    @property
    def ratio(self) -> float | None:
        """The logarithm of what it took, divided by what was expected."""
        return math.log(max(self.elapsed_s, 1e-6) / self.model_s) if self.model_s > 0 else None


class Outcome(NamedTuple):
    """What is needed of a result; the lists are by task."""

    elapsed_s: float
    peak_bytes: int
    output_bytes: Sequence[int]
    started_s: Sequence[float]
    ended_s: Sequence[float]
    processor_s: float


class Track:
    """Remembers how forecasts have held.

    Parameters
    ----------
    folder
        Where it is kept between programs; ``None`` to remember only as long as this lives.

    Notes
    -----
    All methods may be called from any thread.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._entries: dict[str, deque[Entry]] = {}
        self._pools: dict[str, deque[float]] | None = None
        self._new: list[tuple[str, Entry]] = []
        self._waiting: deque[tuple[Foresight, Outcome]] = deque(maxlen=_WAITING_RUNS)
        self._seen: set[str] = set()
        self._saving = threading.Lock()
        self._saved_s = time.monotonic()

    # --- from runs --------------------------------------------------------------------------------------------

    def is_first(self, graph: str) -> bool:
        """Whether a graph was not run in this program before."""
        return graph not in self._seen

    def observe(self, graph: str, foresight: Foresight, result: RunResult, processor_s: float) -> None:
        """Put what was foreseen of a run aside, with what came; its values are let go."""
        self._seen.add(graph)
        if result.status in (RunStatus.DONE, RunStatus.PARTIAL):
            notes = result.nodes.records
            outcome = Outcome(
                result.elapsed_s,
                result.memory.peak_bytes,
                notes.output_bytes,
                notes.started_s,
                notes.ended_s,
                processor_s,
            )
            self._waiting.append((foresight, outcome))
            if self._folder is not None and time.monotonic() >= self._saved_s + _SAVED_EVERY_S:
                self._saved_s = time.monotonic()
                threading.Thread(target=self.save, name="shtairir forecasts", daemon=True).start()

    def catch_up(self, until: Foresight | None = None) -> None:
        """Read what was put aside, so that a forecast that is made now knows of it.

        Parameters
        ----------
        until
            The forecast that is made: what came of it itself, and after it, it must not know.
        """
        with self._lock:
            while self._waiting and self._waiting[0][0] is not until:
                self._learn(*self._waiting[0])  # it stays there while its own forecast is made
                if self._waiting:
                    self._waiting.popleft()

    def _learn(self, foresight: Foresight, outcome: Outcome) -> None:
        try:
            entry = _entry(foresight, outcome)
        except Exception:  # noqa: BLE001 - a run of the past must not spoil the next
            _log.exception("What was foreseen of a run cannot be held against it.")
            return
        graph = foresight.basis.graph
        self._of(graph).append(entry)
        _pool(self._all_pools(), entry)
        self._new.append((graph, entry))

    # --- for forecasts ----------------------------------------------------------------------------------------

    def of(self, graph: str) -> Sequence[Entry]:
        """Return what is known of a graph, the last run at the end."""
        with self._lock:
            return tuple(self._of(graph))

    def pool(self, ground: str) -> list[float]:
        """Return how far off forecasts of all graphs on this ground were, each by how sure its plan was."""
        with self._lock:
            return list(self._all_pools().get(ground, ()))

    def _of(self, graph: str) -> deque[Entry]:
        entries = self._entries.get(graph)
        if entries is None:
            entries = self._entries[graph] = deque(self._read(graph), maxlen=_KEPT)
        return entries

    def _all_pools(self) -> dict[str, deque[float]]:
        if self._pools is None:
            self._pools = self._read_pools()
        return self._pools

    # --- the files --------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Add what is new to the files, after what other programs have written meanwhile."""
        self.catch_up()
        with self._lock:
            new, self._new = self._new, []
        self._saved_s = time.monotonic()
        if self._folder is None or not new:
            return
        with self._saving:
            self._write(self._folder, new)

    def _write(self, folder: Path, new: Sequence[tuple[str, Entry]]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for graph in {graph for graph, _ in new}:
                rows = [*self._read(graph), *(entry for other, entry in new if other == graph)]
                _write(self._file_of(graph), {"graph": graph, "runs": rows[-_KEPT:]})
            pools = self._read_pools()
            for _, entry in new:
                _pool(pools, entry)
            _write(folder / _POOL, {"pools": {ground: list(scores) for ground, scores in pools.items()}})
            self._forget_old(folder)
        except OSError as error:
            _log.info("The record of forecasts cannot be written to %s: %s", folder, error)

    def _file_of(self, graph: str) -> Path:
        assert self._folder is not None
        name = graph.encode("utf-8", "surrogatepass")
        # No library of hashes, which takes longer to import than all of this: what is in the file is checked anyway.
        return self._folder / f"{zlib.crc32(name):08x}{zlib.adler32(name):08x}.json"

    def _read(self, graph: str) -> list[Entry]:
        if self._folder is None:
            return []

        def runs(document: Any) -> list[Entry]:
            return [_checked(row) for row in document["runs"]] if document["graph"] == graph else []

        return _read(self._file_of(graph), runs) or []

    def _read_pools(self) -> dict[str, deque[float]]:
        found = _read(self._folder / _POOL, _pools_of) if self._folder is not None else None
        return found if found is not None else {}

    def _forget_old(self, folder: Path) -> None:
        """Remove what is known of the graphs that were not run for the longest time, if there are many."""
        files = [file for file in folder.glob("*.json") if file.name != _POOL]
        for file in sorted(files, key=_changed_s)[: max(len(files) - _MOST_GRAPHS, 0)]:
            file.unlink(missing_ok=True)


def _entry(foresight: Foresight, outcome: Outcome) -> Entry:
    expected = foresight.seconds  # before the truth is known to the record
    basis = foresight.basis
    found = basis.rehearsed
    ended = [(task, ended_s) for task, ended_s in enumerate(outcome.ended_s) if ended_s]
    return Entry(
        basis.signature,
        basis.ground,
        found.seconds or 0.0,
        found.spread,
        outcome.elapsed_s,
        expected is not None and not expected.holds(outcome.elapsed_s),
        sum(map(outcome.output_bytes.__getitem__, basis.tasks)),
        outcome.peak_bytes,
        basis.likeness,
        foresight.plan.workers,
        sum(ended_s - outcome.started_s[task] for task, ended_s in ended),
        outcome.processor_s,
    )


def _pool(pools: dict[str, deque[float]], entry: Entry) -> None:
    """Let a run tell of other graphs too, unless it is so short that what any run costs on top makes up its ratio."""
    if entry.ratio is not None and entry.spread > 0 and entry.model_s >= _LEAST_POOLED_S:
        pools.setdefault(entry.ground, deque(maxlen=_MOST_POOLED)).append(entry.ratio / entry.spread)


def _read(path: Path, parsed: Callable[[Any], _Row]) -> _Row | None:
    """Return what a file holds; ``None`` if it is not there, or damaged: it is written anew then."""
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise ValueError("it is of another format or version")
        return parsed(document)
    except OSError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        _log.warning("%s cannot be used (%s) and is written anew.", path, error)
        return None


def _checked(row: Iterable[Any]) -> Entry:
    signature, ground, model_s, spread, elapsed_s, missed, made, peak, likeness, workers, busy_s, processor_s = row
    entry = Entry(
        int(signature),
        str(ground),
        float(model_s),
        float(spread),
        float(elapsed_s),
        bool(missed),
        int(made),
        int(peak),
        int(likeness),
        int(workers),
        float(busy_s),
        float(processor_s),
    )
    figures = (*entry[2:5], *entry[6:])
    if not math.isfinite(sum(figures)) or min(figures) < 0:
        raise ValueError("a time or a size in it is impossible")
    return entry


def _pools_of(document: Any) -> dict[str, deque[float]]:
    pools: dict[str, deque[float]] = {}
    for ground, scores in document["pools"].items():
        found = [float(score) for score in scores]
        if not math.isfinite(sum(found)):
            raise ValueError("a score in it is impossible")
        pools[str(ground)] = deque(found, maxlen=_MOST_POOLED)
    return pools


def _write(path: Path, facts: dict[str, Any]) -> None:
    """Write a file that is whole at every moment: another program may read it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps({"format": _FORMAT, "version": _VERSION, **facts}), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another program has removed it
        return 0.0


# --- the program's own ----------------------------------------------------------------------------------------


def track() -> Track | None:
    """Return the record that this program keeps, or ``None`` when learning is switched off."""
    return _track_of(os.environ.get(VARIABLE))


@functools.cache
def _track_of(setting: str | None) -> Track | None:
    path = learned_path(setting)
    if path is None:
        return None
    found = Track(path.with_name(f"{path.stem}-forecasts"))
    atexit.register(found.save)
    return found
