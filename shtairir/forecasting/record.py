"""The record of forecasts: what was expected of runs, and what came. The next forecasts learn from it.

A run costs nothing for it: what was foreseen of it is put aside with the truth, and read when somebody wants a forecast
or the program ends. The record lies beside what was learned of single calls (see `shtairir.monitor.learned`), in a file
that other programs may write, too.
"""

from __future__ import annotations

import atexit
import functools
import json
import logging
import math
import os
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from shtairir.events import RunStatus
from shtairir.forecasting.calibration import WINDOW
from shtairir.monitor.learned import VARIABLE, learned_path

if TYPE_CHECKING:
    from shtairir.forecasting.foresight import Foresight
    from shtairir.results.result import RunResult

_FORMAT, _VERSION = "shtairir-forecasts", 1
_MOST_GRAPHS = 300
_MOST_POOLED = 200
_WAITING_RUNS = 32
_ALIKE = 4
"""If so many runs of a graph are on the same ground, only these count."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
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
    """

    signature: int
    ground: str
    model_s: float
    spread: float
    elapsed_s: float
    missed: bool
    made_bytes: int
    peak_bytes: int

    @property
    def ratio(self) -> float | None:
        """The logarithm of what it took, divided by what was expected."""
        return math.log(max(self.elapsed_s, 1e-6) / self.model_s) if self.model_s > 0 else None


class Outcome(NamedTuple):
    """What is needed of a result; the sizes are those of the tasks' outputs."""

    elapsed_s: float
    peak_bytes: int
    output_bytes: Sequence[int]


class Track:
    """Remembers how forecasts have held.

    Parameters
    ----------
    path
        The file that keeps it between programs; ``None`` to remember only as long as this lives.

    Notes
    -----
    All methods may be called from any thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._entries: dict[str, deque[Entry]] = {}
        self._pools: dict[str, deque[float]] = {}
        self._loaded = path is None
        self._new: list[tuple[str, Entry]] = []
        self._waiting: deque[tuple[Foresight, Outcome]] = deque(maxlen=_WAITING_RUNS)
        self._seen: set[str] = set()

    # --- from runs --------------------------------------------------------------------------------------------

    def is_first(self, graph: str) -> bool:
        """Whether a graph was not run in this program before."""
        return graph not in self._seen

    def note_begun(self, graph: str) -> None:
        """Take note that a graph is run."""
        self._seen.add(graph)

    def observe(self, foresight: Foresight, result: RunResult) -> None:
        """Put what was foreseen of a run aside, with what came; its values are let go."""
        if result.status in (RunStatus.DONE, RunStatus.PARTIAL):
            outcome = Outcome(result.elapsed_s, result.memory.peak_bytes, result.nodes.records.output_bytes)
            self._waiting.append((foresight, outcome))

    def catch_up(self, until: Foresight | None = None) -> None:
        """Read what was put aside, so that a forecast that is made now knows of it.

        Parameters
        ----------
        until
            The forecast that is made: what came of it itself, and after it, it must not know.
        """
        with self._lock:
            self._load()
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
        self._add(foresight.basis.graph, entry)
        self._new.append((foresight.basis.graph, entry))

    def _add(self, graph: str, entry: Entry) -> None:
        entries = self._entries.pop(graph, None)  # the order of the dictionary says what was used last
        self._entries[graph] = entries = deque(maxlen=WINDOW + _ALIKE) if entries is None else entries
        entries.append(entry)
        if entry.ratio is not None and entry.spread > 0:
            self._pools.setdefault(entry.ground, deque(maxlen=_MOST_POOLED)).append(entry.ratio / entry.spread)
        if len(self._entries) > _MOST_GRAPHS:
            del self._entries[next(iter(self._entries))]

    # --- for forecasts ----------------------------------------------------------------------------------------

    def of(self, graph: str) -> Sequence[Entry]:
        """Return what is known of a graph, the last run at the end."""
        with self._lock:
            self._load()
            return tuple(self._entries.get(graph, ()))

    def ratios(self, graph: str, ground: str, signature: int) -> list[float]:
        """Return how far off forecasts of a graph were: those most like the one to come, if there are some."""
        entries = [entry for entry in self.of(graph) if entry.ratio is not None]
        for alike in (
            [entry for entry in entries if entry.ground == ground and entry.signature == signature],
            [entry for entry in entries if entry.ground == ground],
            [entry for entry in entries if entry.signature == signature],
        ):
            if len(alike) >= _ALIKE:
                entries = alike
                break
        return [entry.ratio for entry in entries if entry.ratio is not None]

    def misses(self, graph: str) -> list[bool]:
        """Return for the last forecasts of a graph whether the truth lay outside."""
        return [entry.missed for entry in self.of(graph) if entry.model_s > 0]

    def pool(self, ground: str) -> list[float]:
        """Return how far off forecasts of all graphs on this ground were, each by how sure its plan was."""
        with self._lock:
            self._load()
            return list(self._pools.get(ground, ()))

    # --- the file ---------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Add what is new to the file, after what other programs have written meanwhile."""
        self.catch_up()
        with self._lock:
            new, self._new = self._new, []
        if self._path is None or not new:
            return
        whole = Track()
        for graph, entry in [*_read(self._path), *new]:
            whole._add(graph, entry)
        try:
            _write(self._path, whole._entries)
        except OSError as error:
            _log.info("The record of forecasts cannot be written to %s: %s", self._path, error)

    def _load(self) -> None:
        if self._loaded or self._path is None:
            return
        self._loaded = True
        for graph, entry in _read(self._path):
            self._add(graph, entry)


def _entry(foresight: Foresight, outcome: Outcome) -> Entry:
    expected = foresight.seconds  # before the truth is known to the record
    basis = foresight.basis
    found = basis.rehearsed
    return Entry(
        basis.signature,
        basis.ground,
        found.seconds or 0.0,
        found.spread,
        outcome.elapsed_s,
        expected is not None and not expected.holds(outcome.elapsed_s),
        sum(map(outcome.output_bytes.__getitem__, basis.tasks)),
        outcome.peak_bytes,
    )


def _read(path: Path) -> Iterable[tuple[str, Entry]]:
    """Return what a file holds; nothing if it is not there, or damaged: it is written anew then."""
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise ValueError("it is of another format or version")
        return [(str(graph), _checked(row)) for graph, rows in document["graphs"].items() for row in rows]
    except OSError:
        return []
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        _log.warning("%s cannot be used (%s) and is written anew.", path, error)
        return []


def _checked(row: Sequence[Any]) -> Entry:
    signature, ground, model_s, spread, elapsed_s, missed, made_bytes, peak_bytes = row
    entry = Entry(
        int(signature),
        str(ground),
        float(model_s),
        float(spread),
        float(elapsed_s),
        bool(missed),
        int(made_bytes),
        int(peak_bytes),
    )
    figures = (entry.model_s, entry.spread, entry.elapsed_s, entry.made_bytes, entry.peak_bytes)
    if not math.isfinite(sum(figures)) or min(figures) < 0:
        raise ValueError("a time or a size in it is impossible")
    return entry


def _write(path: Path, entries: Mapping[str, Iterable[Entry]]) -> None:
    """Write a file that is whole at every moment: another program may read it."""
    graphs = {graph: [astuple(entry) for entry in rows] for graph, rows in entries.items()}
    document = {"format": _FORMAT, "version": _VERSION, "graphs": graphs}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(document), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# --- the program's own ----------------------------------------------------------------------------------------


def track() -> Track | None:
    """Return the record that this program keeps, or ``None`` when learning is switched off."""
    return _of(os.environ.get(VARIABLE))


@functools.cache
def _of(setting: str | None) -> Track | None:
    path = learned_path(setting)
    if path is None:
        return None
    found = Track(path.with_name(f"{path.stem}-forecasts.json"))
    atexit.register(found.save)
    return found
