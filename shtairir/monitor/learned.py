"""What calls of blocks have cost: remembered from run to run, so that the next plan can foresee.

A call is known by two keys: one of the block, its values and the bytes that arrive over links, for exact repeats;
and one of the block and the order of magnitude of these bytes, for the like. Of each key the last few times are
kept, and what came out last. Where calls of one run that are equal by their key were not alike at all, as when a number
that arrives over a link says how much to make, these are remembered by their nodes as well. Of a block it is
remembered, too, how often it was seen to keep Python's lock.

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
import logging
import math
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shtairir.block.definition import BlockDefinition
from shtairir.events import NodeStatus
from shtairir.monitor.remembered import (
    SMALL_BYTES,
    Calls,
    FileState,
    read_calls,
    read_holding,
    state_of,
    write_calls,
)
from shtairir.planning.config import Experience
from shtairir.planning.estimates import identifying
from shtairir.planning.loop_forecast import PER_ITERATION

if TYPE_CHECKING:
    from shtairir.planning.plan import ExecutionPlan, Task
    from shtairir.results.nodes import NodeResult, NodeResults
    from shtairir.results.result import RunResult

VARIABLE = "SHTAIRIR_LEARNED_PATH"
MOST_CALLS = 2000
"""Keys beyond this are forgotten, the longest unused first."""

_SAMPLED = 256
_WAITING_RUNS = 4
_SAVED_EVERY_S = 60.0
_ENOUGH_LOOKS, _MOST_LOOKS = 4, 40
_NEARLY_ALWAYS = 0.8
_ALIKE = 1.1
_log = logging.getLogger(__name__)


class _Seen(NamedTuple):
    """A call of a run."""

    node: str
    elapsed_s: float
    arriving: int
    output_bytes: tuple[int, ...]
    peak_bytes: int

    def is_like(self, other: _Seen) -> bool:
        """Whether it has made about as much as another."""
        return self is other or all(
            max(mine, theirs) <= _ALIKE * min(mine, theirs) + SMALL_BYTES
            for mine, theirs in zip(self.output_bytes, other.output_bytes, strict=True)
        )


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
        self._calls: dict[str, Calls] = {}
        self._stamps: dict[str, int] = {}
        self._apart: set[str] = set()
        """The stamps of blocks of which calls are remembered by their nodes."""
        self._waiting: deque[tuple[ExecutionPlan, NodeResults]] = deque(maxlen=_WAITING_RUNS)
        self._loaded = path is None
        self._changed: set[str] = set()
        self._known_file: FileState | None = None
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
            seen: dict[str, _Seen] = {}
            for task in _sample(plan.tasks):
                self._learn(task, looked_at, seen)
        for key in list(self._calls)[: max(len(self._calls) - MOST_CALLS, 0)]:
            self._forget(key)

    def _learn(self, task: Task, result_of: Callable[[str], NodeResult], seen: dict[str, _Seen]) -> None:
        if task.definition.traits.lazy is not None:
            return  # it only hands on what others have made, and does not read all that it could
        results = [result_of(call.node) for call in task.calls]
        if any(result.status is not NodeStatus.DONE for result in results):
            return
        inputs = (result_of(item.source.node).outputs[item.source.port].nbytes for item in task.inputs)
        call = _Seen(
            task.node,
            sum(result.elapsed_s for result in results),
            sum(nbytes for nbytes in inputs if nbytes >= SMALL_BYTES),
            tuple(
                result.outputs[port.name].nbytes
                for result, call in zip(results, task.calls, strict=True)
                for port in call.definition.outputs
            ),
            max(result.peak_bytes for result in results),
        )
        stamp, identity = _stamp(task.definition), _identity(task)
        if results[0].iterations:
            each = call._replace(elapsed_s=call.elapsed_s / results[0].iterations, arriving=0)
            self._note(stamp, _exact_key(stamp, _checksum(PER_ITERATION), 0), each)
        exact = _exact_key(stamp, identity, call.arriving)
        other = seen.setdefault(exact, call)
        if not other.is_like(call) and stamp not in self._apart:
            self._apart.add(stamp)
            self._note(stamp, _key_of_node(stamp, other.node, identity, other.arriving), other)
        if stamp in self._apart:
            self._note(stamp, _key_of_node(stamp, call.node, identity, call.arriving), call)
        for key in (exact, _like_key(stamp, call.arriving)):
            self._note(stamp, key, call)

    def _note(self, stamp: str, key: str, call: _Seen) -> None:
        found = self._calls.pop(key, None)  # the order of the dictionary says what was used last
        if found is None:
            found = Calls([], call.arriving, call.output_bytes, call.peak_bytes)
            self._stamps[stamp] = self._stamps.get(stamp, 0) + 1
        found.add(call.elapsed_s, call.arriving, call.output_bytes, call.peak_bytes)
        self._calls[key] = found
        self._changed.add(key)

    def _forget(self, key: str) -> None:
        del self._calls[key]
        self._changed.discard(key)
        stamp = key.partition("|")[0]
        self._stamps[stamp] -= 1
        if not self._stamps[stamp]:
            del self._stamps[stamp]
            self._apart.discard(stamp)

    # --- for plans --------------------------------------------------------------------------------------------

    def knows(self, definition: BlockDefinition) -> bool:
        """Whether there is anything about a block at all."""
        with self._lock:
            if self._waiting or not self._loaded:
                self._digest()
            return _stamp(definition) in self._stamps

    def tells_apart(self, definition: BlockDefinition) -> bool:
        """Whether calls of a block are remembered by their nodes, since equal ones were not alike."""
        return _stamp(definition) in self._apart

    def lookup(
        self, definition: BlockDefinition, values: Mapping[str, object], input_bytes: int | None, node: str = ""
    ) -> Experience | None:
        """Return what is known of a call with these values, and so many bytes arriving over links."""
        if input_bytes is None:
            return None
        stamp = _stamp(definition)
        with self._lock:
            if self._waiting or not self._loaded:
                self._digest()
            identity = _checksum(values)
            exact = self._calls.get(_exact_key(stamp, identity, input_bytes))
            if stamp in self._apart:
                exact = self._calls.get(_key_of_node(stamp, node, identity, input_bytes), exact)
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
            state = state_of(self._path)
            known = self._calls if state is not None and state == self._known_file else read_calls(self._path)
            calls = {**known, **changed}
            holding = dict(list({**read_holding(self._path), **self._holding}.items())[-MOST_CALLS:])
            self._changed.clear()
            self._holding_changed = False
            self._known_file = None
        try:
            write_calls(self._path, dict(list(calls.items())[-MOST_CALLS:]), holding)
        except OSError as error:
            _log.info("What was learned of runs cannot be written to %s: %s", self._path, error)

    def _load(self) -> None:
        if self._loaded or self._path is None:
            return
        self._loaded = True
        self._known_file = state_of(self._path)
        self._holding = read_holding(self._path)
        for key, calls in read_calls(self._path).items():
            self._calls[key] = calls
            stamp, _, rest = key.partition("|")
            if rest.startswith("@"):
                self._apart.add(stamp)
            self._stamps[stamp] = self._stamps.get(stamp, 0) + 1


def _holds(looks: tuple[int, int]) -> bool:
    kept, free = looks
    return kept >= _ENOUGH_LOOKS and kept >= _NEARLY_ALWAYS * (kept + free)


def _sample(tasks: Sequence[Task]) -> Iterator[Task]:
    """Yield all tasks, or if they are many, some: evenly spread, and the first of each block."""
    if len(tasks) <= _SAMPLED:
        yield from tasks
        return
    step = len(tasks) // _SAMPLED
    yield from tasks[::step][:_SAMPLED]
    first_of_each = {id(task.definition): task for task in reversed(tasks)}
    yield from list(first_of_each.values())[:_SAMPLED]


# --- keys -----------------------------------------------------------------------------------------------------


def _stamp(definition: BlockDefinition) -> str:
    code = getattr(definition.function, "__code__", None)
    return f"{definition.id}@{definition.version}:{zlib.crc32(code.co_code) if code is not None else 0:x}"


def _exact_key(stamp: str, identity: int, input_bytes: int) -> str:
    return f"{stamp}|{identity:x}|{input_bytes}"


def _key_of_node(stamp: str, node: str, identity: int, input_bytes: int) -> str:
    return f"{stamp}|@{zlib.crc32(node.encode()):x}.{identity:x}|{input_bytes}"


def _like_key(stamp: str, input_bytes: int, more: int = 0) -> str:
    return f"{stamp}|~{round(math.log2(input_bytes)) + more if input_bytes else 0}"


def _identity(task: Task) -> int:
    return _checksum(identifying(task.parts) if task.parts else task.values)


def _checksum(values: Mapping[str, object]) -> int:
    # Large arrays are abbreviated by their repr, which is quick and good enough for an estimate.
    return zlib.crc32(repr(values).encode("utf-8", "replace")) if values else 0


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
