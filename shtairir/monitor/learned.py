"""What calls of blocks have cost: remembered from run to run, so that the next plan can foresee.

A call is known by two keys: one of the block, its values and the bytes that arrive over links, for exact repeats;
and one of the block and the order of magnitude of these bytes, for the like. Of each key the last few times are
kept, and what came out last. Of a block it is remembered, too, how often it was seen to keep Python's lock.

A run costs nothing for it: its records are put aside, and read when somebody plans the next time. At the end of the
program, and in a long one once a minute, everything is written in one go into a file of the user's cache folder. Of a
large run a sample is read. ``SHTAIRIR_LEARNED_PATH`` names another file, and switches all of it off when it is empty.

Glossary
--------
stamp
    The part of a key that stands for the block: id, version, and a checksum of its own code, so that a block that
    was edited, or another of the same name, is not taken for it.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.block.definition import BlockDefinition
from shtairir.events import NodeStatus
from shtairir.planning.config import Experience
from shtairir.planning.estimates import identifying
from shtairir.planning.loop_forecast import PER_ITERATION
from shtairir.planning.typical import median

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task
    from shtairir.results.nodes import NodeResult, NodeResults
    from shtairir.results.result import RunResult

VARIABLE = "SHTAIRIR_LEARNED_PATH"
MOST_CALLS = 2000
"""Keys beyond this are forgotten, the longest unused first."""

SMALL_BYTES = 1024
"""Smaller values count as nothing in a key: a number more or less makes no difference to a call."""

_FORMAT, _VERSION = "shtairir-learned", 1
_TIMES = 9
_SAMPLED = 256
_WAITING_RUNS = 4
_SAVED_EVERY_S = 60.0
_ENOUGH_LOOKS, _MOST_LOOKS = 4, 40
_NEARLY_ALWAYS = 0.8
_USUAL_SCATTER, _USUAL_WEIGHT = 0.2, 4.0
"""What times scatter usually, in logarithms, and by how many of them one is convinced otherwise."""

_LIKE_SCATTER = 0.3
"""What is added where the calls were only like the one that is asked for."""

_FARTHEST = 2.0

_log = logging.getLogger(__name__)

_FileState = tuple[int, int, int]


@dataclass(slots=True)
class _Calls:
    """What is known of calls with one key; sizes are those of the last."""

    times_s: list[float]
    input_bytes: int
    output_bytes: tuple[int, ...]
    peak_bytes: int

    def add(self, elapsed_s: float, input_bytes: int, output_bytes: tuple[int, ...], peak_bytes: int) -> None:
        self.times_s = [*self.times_s[1 - _TIMES :], elapsed_s]
        self.input_bytes, self.output_bytes, self.peak_bytes = input_bytes, output_bytes, peak_bytes

    def rounded(self) -> _Calls:
        times_s = [float(f"{elapsed_s:.3g}") for elapsed_s in self.times_s]
        return _Calls(times_s, self.input_bytes, self.output_bytes, self.peak_bytes)

    def experience(self, input_bytes: int, *, exact: bool) -> Experience:
        middle_s = median(self.times_s)
        scatter = _scatter(self.times_s, middle_s) + (0.0 if exact else _LIKE_SCATTER)
        # Of something like it, sizes and times are taken to grow with what arrives.
        scale = 1.0 if exact or not self.input_bytes else input_bytes / self.input_bytes
        sizes = tuple(round(nbytes * scale) if nbytes >= SMALL_BYTES else nbytes for nbytes in self.output_bytes)
        return Experience(middle_s * scale, scatter, sizes, round(self.peak_bytes * scale), exact)


class Learned:
    """Remembers what calls have cost.

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
        self._lock = threading.Lock()
        self._calls: dict[str, _Calls] = {}
        self._stamps: dict[str, int] = {}
        self._waiting: deque[tuple[ExecutionPlan, NodeResults]] = deque(maxlen=_WAITING_RUNS)
        self._loaded = path is None
        self._changed: set[str] = set()
        self._known_file: _FileState | None = None
        """The file as it was when all that it holds was known here."""
        self._saved_s = time.monotonic()
        self._holding: dict[str, tuple[int, int]] = {}
        self._holding_changed = False

    # --- from runs --------------------------------------------------------------------------------------------

    def observe(self, result: RunResult) -> None:
        """Put the records of a run aside, to be read later; its values are let go."""
        self._waiting.append((result.plan, result.nodes))
        if self._path is not None and time.monotonic() >= self._saved_s + _SAVED_EVERY_S:
            threading.Thread(target=self.save, name="shtairir learned", daemon=True).start()

    def _digest(self) -> None:
        """Read what was put aside. Called with the lock held."""
        self._load()
        while self._waiting:
            plan, nodes = self._waiting.popleft()
            looked_at = functools.cache(nodes.__getitem__)  # each is made anew when it is looked at
            for task in _sample(plan.tasks):
                self._learn(task, looked_at)
        for key in list(self._calls)[: max(len(self._calls) - MOST_CALLS, 0)]:
            self._forget(key)

    def _learn(self, task: Task, result_of: Callable[[str], NodeResult]) -> None:
        if task.definition.traits.lazy is not None:
            return  # it only hands on what others have made, and does not read all that it could
        results = [result_of(call.node) for call in task.calls]
        if any(result.status is not NodeStatus.DONE for result in results):
            return
        sizes = tuple(
            result.outputs[port.name].nbytes
            for result, call in zip(results, task.calls, strict=True)
            for port in call.definition.outputs
        )
        inputs = (result_of(item.source.node).outputs[item.source.port].nbytes for item in task.inputs)
        arriving = sum(nbytes for nbytes in inputs if nbytes >= SMALL_BYTES)
        elapsed_s = sum(result.elapsed_s for result in results)
        peak_bytes = max(result.peak_bytes for result in results)
        stamp = _stamp(task.definition)
        if results[0].iterations:
            each_s = elapsed_s / results[0].iterations
            self._note(stamp, _exact_key(stamp, _checksum(PER_ITERATION), 0), each_s, 0, sizes, peak_bytes)
        for key in (_exact_key(stamp, _identity(task), arriving), _like_key(stamp, arriving)):
            self._note(stamp, key, elapsed_s, arriving, sizes, peak_bytes)

    def _note(
        self, stamp: str, key: str, elapsed_s: float, arriving: int, sizes: tuple[int, ...], peak_bytes: int
    ) -> None:
        found = self._calls.pop(key, None)  # the order of the dictionary says what was used last
        if found is None:
            found = _Calls([], arriving, sizes, peak_bytes)
            self._stamps[stamp] = self._stamps.get(stamp, 0) + 1
        found.add(elapsed_s, arriving, sizes, peak_bytes)
        self._calls[key] = found
        self._changed.add(key)

    def _forget(self, key: str) -> None:
        del self._calls[key]
        self._changed.discard(key)
        stamp = key.partition("|")[0]
        self._stamps[stamp] -= 1
        if not self._stamps[stamp]:
            del self._stamps[stamp]

    # --- for plans --------------------------------------------------------------------------------------------

    def knows(self, definition: BlockDefinition) -> bool:
        """Whether there is anything about a block at all."""
        with self._lock:
            if self._waiting or not self._loaded:
                self._digest()
            return _stamp(definition) in self._stamps

    def lookup(
        self, definition: BlockDefinition, values: Mapping[str, object], input_bytes: int | None
    ) -> Experience | None:
        """Return what is known of a call with these values, and so many bytes arriving over links."""
        if input_bytes is None:
            return None
        stamp = _stamp(definition)
        with self._lock:
            if self._waiting or not self._loaded:
                self._digest()
            exact = self._calls.get(_exact_key(stamp, _checksum(values), input_bytes))
            if exact is not None:
                return exact.experience(input_bytes, exact=True)
            for twice in (0, 1, -1):  # as much, twice as much, half as much
                like = self._calls.get(_like_key(stamp, input_bytes, twice))
                # Where nothing large arrives, what comes out depends on the values, and so does the time.
                if like is not None and (input_bytes or max(like.output_bytes, default=0) < SMALL_BYTES):
                    return like.experience(input_bytes, exact=False)
            return None

    # --- Python's lock ----------------------------------------------------------------------------------------

    def note_lock(self, definition: BlockDefinition, *, held: bool) -> None:
        """Take note whether a block kept Python's lock, at one moment while it ran."""
        stamp = _stamp(definition)
        with self._lock:
            self._load()
            kept, free = self._holding.get(stamp, (0, 0))
            if kept + free >= _MOST_LOOKS:  # what was seen lately counts more
                kept, free = kept // 2, free // 2
            self._holding[stamp] = kept + held, free + (not held)
            self._holding_changed = True

    def looks_at_lock(self, definition: BlockDefinition) -> int:
        """Return how often it was looked whether a block keeps the lock."""
        with self._lock:
            self._load()
            return sum(self._holding.get(_stamp(definition), (0, 0)))

    def holds_lock(self, definition: BlockDefinition) -> bool:
        """Whether a block was seen to keep Python's lock, nearly always when it was looked."""
        with self._lock:
            self._load()
            return _holds(self._holding.get(_stamp(definition), (0, 0)))

    @property
    def holders(self) -> int:
        """How many blocks were seen to keep the lock."""
        with self._lock:
            self._load()
            return sum(map(_holds, self._holding.values()))

    def __len__(self) -> int:
        with self._lock:
            self._digest()
            return len(self._calls)

    # --- the file ---------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write everything into the file, with what other programs have written meanwhile."""
        if self._path is None:
            return
        with self._lock:
            self._digest()
            self._saved_s = time.monotonic()
            if not self._changed and not self._holding_changed:
                return
            changed = {key: one.rounded() for key, one in self._calls.items() if key in self._changed}
            state = _state_of(self._path)
            known = self._calls if state is not None and state == self._known_file else _read(self._path)
            calls = {**known, **changed}
            holding = dict(list({**_read_holding(self._path), **self._holding}.items())[-MOST_CALLS:])
            self._changed.clear()
            self._holding_changed = False
            self._known_file = None
        try:
            _write(self._path, dict(list(calls.items())[-MOST_CALLS:]), holding)
        except OSError as error:
            _log.info("What was learned of runs cannot be written to %s: %s", self._path, error)

    def _load(self) -> None:
        if self._loaded or self._path is None:
            return
        self._loaded = True
        self._known_file = _state_of(self._path)
        self._holding = _read_holding(self._path)
        for key, calls in _read(self._path).items():
            self._calls[key] = calls
            stamp = key.partition("|")[0]
            self._stamps[stamp] = self._stamps.get(stamp, 0) + 1


def _sample(tasks: Sequence[Task]) -> Iterator[Task]:
    """Yield all tasks, or if they are many, some: evenly spread, and the first of each block."""
    if len(tasks) <= _SAMPLED:
        yield from tasks
        return
    step = len(tasks) // _SAMPLED
    yield from tasks[::step][:_SAMPLED]
    first_of_each = {id(task.definition): task for task in reversed(tasks)}
    yield from list(first_of_each.values())[:_SAMPLED]


def _scatter(times_s: Sequence[float], middle_s: float) -> float:
    """Return the deviation of the logarithms of times; of few, much of it is what is usual."""
    logs = [math.log(max(elapsed_s, 1e-9) / max(middle_s, 1e-9)) for elapsed_s in times_s]
    squares = sum(min(abs(each), _FARTHEST) ** 2 for each in logs)  # one outlier is not the rule
    return math.sqrt((_USUAL_WEIGHT * _USUAL_SCATTER**2 + squares) / (_USUAL_WEIGHT + len(logs)))


# --- keys -----------------------------------------------------------------------------------------------------


def _stamp(definition: BlockDefinition) -> str:
    code = getattr(definition.function, "__code__", None)
    return f"{definition.id}@{definition.version}:{zlib.crc32(code.co_code) if code is not None else 0:x}"


def _exact_key(stamp: str, identity: int, input_bytes: int) -> str:
    return f"{stamp}|{identity:x}|{input_bytes}"


def _like_key(stamp: str, input_bytes: int, more: int = 0) -> str:
    return f"{stamp}|~{round(math.log2(input_bytes)) + more if input_bytes else 0}"


def _identity(task: Task) -> int:
    return _checksum(identifying(task.parts) if task.parts else task.values)


def _checksum(values: Mapping[str, object]) -> int:
    # Large arrays are abbreviated by their repr, which is quick and good enough for an estimate.
    return zlib.crc32(repr(values).encode("utf-8", "replace")) if values else 0


# --- the file's form ------------------------------------------------------------------------------------------


def _state_of(path: Path) -> _FileState | None:
    """Return what tells one writing of a file from the next; ``None`` if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, _Calls]:
    """Return what a file holds; nothing if it is not there. One that is damaged is set aside."""
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise ValueError("it is of another format or version")
        return {str(key): _calls_of(entry) for key, entry in document["calls"].items()}
    except OSError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        aside = path.with_name(path.name + ".damaged")
        _log.warning("%s cannot be used (%s) and is set aside as %s.", path, error, aside.name)
        try:
            path.replace(aside)
        except OSError:
            _log.info("%s cannot be renamed.", path)
        return {}


def _read_holding(path: Path) -> dict[str, tuple[int, int]]:
    """Return how often each block was seen to keep the lock, and not to; nothing where that was never looked at."""
    try:
        found = json.loads(path.read_bytes()).get("holding", {})
        return {str(stamp): (max(int(kept), 0), max(int(free), 0)) for stamp, (kept, free) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _holds(looks: tuple[int, int]) -> bool:
    kept, free = looks
    return kept >= _ENOUGH_LOOKS and kept >= _NEARLY_ALWAYS * (kept + free)


def _calls_of(entry: Any) -> _Calls:
    times_s, input_bytes, output_bytes, peak_bytes = entry
    times = [*map(float, times_s)]
    sizes = [int(input_bytes), *map(int, output_bytes), int(peak_bytes)]
    # A sum is finite only if all that is in it is.
    if not times or not math.isfinite(sum(times)) or min(times) < 0 or min(sizes) < 0:
        raise ValueError("a time or a size in it is impossible")
    return _Calls(times[-_TIMES:], sizes[0], tuple(sizes[1:-1]), sizes[-1])


def _write(path: Path, calls: Mapping[str, _Calls], holding: Mapping[str, tuple[int, int]]) -> None:
    """Write a file that is whole at every moment: another program may read it."""
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "calls": {key: (one.times_s, one.input_bytes, one.output_bytes, one.peak_bytes) for key, one in calls.items()},
        "holding": holding,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(document), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# --- the program's own ----------------------------------------------------------------------------------------


def learned() -> Learned | None:
    """Return what this program has learned and learns, or ``None`` when that is switched off."""
    return _of(os.environ.get(VARIABLE))


def learned_path(setting: str | None) -> Path | None:
    """Return the file in which is kept what was learned, or ``None`` when that is switched off."""
    if setting == "":
        return None
    if setting is not None:
        return Path(setting)
    import platformdirs

    return Path(platformdirs.user_cache_dir("shtairir", appauthor=False)) / "learned.json"


@functools.cache
def _of(setting: str | None) -> Learned | None:
    path = learned_path(setting)
    if path is None:
        return None
    found = Learned(path)
    atexit.register(found.save)
    return found
