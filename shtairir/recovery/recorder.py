"""Keeps the journal of a run while it goes on.

A run that is over within a moment, and has no effects, leaves nothing: what happens is only noted in memory at first.
When the run has taken a while, or before its first block with an effect begins, the folder is made, and what was noted
is written. From then on each record is handed to the system before anybody reads what the node has made, so that it is
there when the program is killed a moment later. Before a block with an effect begins, that is on the disk for good; and
that it is done is on the disk before anything follows from it.

If the disk is full, the run goes on, and says so once. Values are left out then: their nodes run again, or are asked
about. That effects begin and end is still written, where the journal has kept room for it. When that is used up as
well, its last line says that from there on nothing is known.
"""

from __future__ import annotations

import json.encoder
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from shtairir.block.values import nbytes_of
from shtairir.errors import AttemptTimeoutError, WorkerLostError
from shtairir.recovery.encoding import NotKeepable
from shtairir.recovery.journal import LAST_BYTES, JournalFile, compact, line_of
from shtairir.recovery.locking import RunLock, take
from shtairir.recovery.store import SMALL_BYTES, ValueStore

if TYPE_CHECKING:
    from shtairir.execute.attempt import Attempt
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task
    from shtairir.recovery.folder import RunFolder

LAZY_S = 0.05
"""A run without effects that is over before leaves nothing."""

QUOTA_BYTES = 1_000_000_000
"""Most that the results of one run take on disk."""

_EXPENSIVE_S = 0.05
_WORTH = 10.0
"""A large value is kept if it took so many times as long to make as to write."""

_MOST_NOTED_BYTES = 32_000_000
_NOT_KNOWN = (AttemptTimeoutError, WorkerLostError)
"""Ends of attempts that leave open whether the block has had its effect."""

_SHORT = 500
"""Characters of a sentence that is written when the disk is full."""

_log = logging.getLogger(__name__)
_quoted = json.encoder.encode_basestring
_PLAIN = {True: "true", False: "false", None: '{"is":null}'}
_GOOD_ENDS = frozenset({"done", "partial"})
_NUMBERS = frozenset({float, int, bool, type(None)})
MISSING: Final = object()
"""In the place of an output that is not given."""

_MOST_GIVEN_BYTES = 100_000_000
_TOO_LARGE: Final = object()
"""In the place of a value that is not worth a file."""


class Recorder:
    """An `AttemptHook` that keeps the journal of one run. Several workers may call it at a time.

    Parameters
    ----------
    describe
        Writes into the folder what is known of the run; called at most once, when the folder is made.
    checkpoints
        ``none``, ``expensive`` or ``all``.
    lazy_s
        For how long nothing is written, from now, if there is no effect.
    session
        How many programs the run has been going on in, this one included.
    lock
        That of the folder, if it is there already.
    given
        Returns the outputs of nodes that the run is given, as far as they are.
    """

    def __init__(
        self,
        folder: RunFolder,
        describe: Callable[[], None],
        *,
        checkpoints: str = "expensive",
        lazy_s: float = LAZY_S,
        session: int = 1,
        lock: RunLock | None = None,
        given: Callable[[], Mapping[NodeId, Sequence[Any]]] = dict,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.folder = folder
        self._describe = describe
        self._checkpoints = checkpoints
        self._clock = clock
        self._session = session
        self._opens_s = clock() + (lazy_s if checkpoints != "all" else 0.0)
        self._noted: deque[tuple[Task, Sequence[Any], float]] = deque()
        self._noted_bytes = 0
        self._opening = threading.Lock()
        self._file: JournalFile | None = None
        self._store: ValueStore | None = None
        self._lock = lock
        self._broken = False
        self._has_effects = False
        self._given = given
        self._full = False
        self._leaves_out = False
        self._is_anchored = False
        self._is_half_undone = False

    @property
    def opens_s(self) -> float:
        """From when on the journal is written, by the clock."""
        return self._opens_s

    @property
    def is_open(self) -> bool:
        """Whether anything is on disk."""
        return self._file is not None

    # --- of attempts ------------------------------------------------------------------------------------------

    def begin(self, attempt: Attempt) -> None:
        """Write down that a block with an effect is about to be called."""
        traits = attempt.task.definition.traits
        if traits.pure or self._broken:
            return
        if traits.idempotent and traits.compensate is None:
            return
        self._has_effects = True
        record = {"what": "begun", "node": attempt.node, "attempt": attempt.number, "key": attempt.key}
        if traits.compensate is not None:
            record["inputs"] = self._inputs(attempt)
        self.write(record, sync=True)

    def end(self, attempt: Attempt, values: Sequence[Any] | None, error: BaseException | None) -> None:
        """Write down how an attempt ended, and keep what it made."""
        if self._broken:
            return
        task = attempt.task
        if values is None:
            if not task.definition.traits.repeatable:
                what = "lost" if isinstance(error, _NOT_KNOWN) else "failed"
                record = {"what": what, "node": task.node, "attempt": attempt.number, "error": _brief(error)}
                if task.body is not None:  # some of its items may be done
                    record["partly"] = True
                self.write(record)
            return
        now_s = self._clock()
        elapsed_s = now_s - attempt.started_s
        if self._file is None and now_s < self._opens_s and self._note(task, values, elapsed_s):
            if self._file is not None:  # opened by another meanwhile, who may have missed this
                self._guarded(self._flush)
        elif self.open():
            self._guarded(lambda: self._done(task, values, elapsed_s))

    def _note(self, task: Task, values: Sequence[Any], elapsed_s: float) -> bool:
        """Hold what a task has made until it is written, or never; return whether there was room."""
        for value in values:
            if type(value) not in _NUMBERS:
                values = [each if self._is_small(each) else _TOO_LARGE for each in values]
                break
        self._noted.append((task, values, elapsed_s))
        return self._noted_bytes < _MOST_NOTED_BYTES

    def _is_small(self, value: Any) -> bool:
        # No reference to a large one is held: its memory could not be used again.
        nbytes = nbytes_of(value)
        self._noted_bytes += min(nbytes, SMALL_BYTES)
        return nbytes <= SMALL_BYTES

    def _done(self, task: Task, values: Sequence[Any], elapsed_s: float) -> None:
        file = self._file
        if file is None:
            return  # closed: the run is over, and this was given up
        traits = task.definition.traits
        effect = not traits.repeatable
        if effect or traits.compensate is not None:
            self._effect_done(file, task, values, elapsed_s, effect)
            return
        try:
            if task.parts:
                file.add_lines(b"".join(self._lines_of_parts(task, values, elapsed_s)))
            else:
                file.add_text(self._text_of(task, values, elapsed_s, effect))
        except OSError as error:
            self._left_out(error)  # it only computes again

    def _effect_done(
        self, file: JournalFile, task: Task, values: Sequence[Any], elapsed_s: float, effect: bool
    ) -> None:
        """Write that an effect is done, be it without what it has made."""
        try:
            file.add_text(self._text_of(task, values, elapsed_s, effect))
        except OSError as error:
            self._left_out(error)
            plain = [value if type(value) in _NUMBERS else _TOO_LARGE for value in values]
            file.add_text(self._text_of(task, plain, elapsed_s, effect), leaving=LAST_BYTES)
        if effect:
            file.sync()

    def _text_of(self, task: Task, values: Sequence[Any], elapsed_s: float, effect: bool) -> str:
        shown = ",".join([self._reference(task, value, elapsed_s, effect) for value in values])
        return f'{{"what":"done","node":{_quoted(task.node)},"s":{elapsed_s:.6f},"values":[{shown}]}}'

    def _lines_of_parts(self, task: Task, values: Sequence[Any], elapsed_s: float) -> list[bytes]:
        lines, start = [], 0
        for part in task.parts:
            own = values[start : start + len(part.definition.outputs)]
            start += len(own)
            made = ["null" if each is None else self._reference(task, each, elapsed_s, False) for each in own]
            shown = ",".join(made)
            lines.append(line_of(f'{{"what":"done","node":{_quoted(part.node)},"values":[{shown}]}}'))
        return lines

    def _reference(self, task: Task, value: Any, elapsed_s: float, effect: bool) -> str:
        """Return the reference of an output as JSON, having kept it if that is worth it."""
        kind = type(value)
        if kind is float:
            return repr(value) if math.isfinite(value) else f'{{"is":{{"float":"{value}"}}}}'
        if kind is bool or value is None:
            return _PLAIN[value]
        if kind is int and -(1 << 63) <= value < 1 << 63:
            return str(value)
        assert self._store is not None  # as the file is
        if value is _TOO_LARGE or not self._is_worth(task, value, elapsed_s, effect):
            return "null"
        return compact(self._kept(value, effect))

    def _kept(self, value: Any, sync: bool) -> Any:
        """Return the reference of a value that is kept, or ``None`` if it cannot be."""
        assert self._store is not None
        try:
            return self._store.keep(value, sync=sync)
        except NotKeepable:
            return None
        except OSError as error:
            self._left_out(error)
            return None
        except Exception as error:  # noqa: BLE001 - a foreign class may do anything when it is looked at
            _log.debug("A value of run %s cannot be kept: %r", self.folder.key, error)
            return None

    def _left_out(self, error: OSError) -> None:
        """Say, once, that not all is kept."""
        if not self._leaves_out:
            self._leaves_out = True
            _log.warning(
                "The disk does not take all results of run %s (%s): those are left out, and are computed again if the "
                "run is gone on with. Effects are still written down.",
                self.folder.key,
                error.strerror or error,
            )

    def _is_worth(self, task: Task, value: Any, elapsed_s: float, effect: bool) -> bool:
        assert self._store is not None
        if self._checkpoints == "none" and not effect:
            return False
        nbytes = nbytes_of(value)
        if nbytes <= SMALL_BYTES:
            return True
        if self._store.written_bytes + nbytes > QUOTA_BYTES:
            if not self._full:
                self._full = True
                _log.info("Run %s keeps no more large results: they would take over 1 GB.", self.folder.key)
            return False
        if effect or self._checkpoints == "all" or task.policy.criticality in ("high", "critical"):
            return True
        return elapsed_s >= _EXPENSIVE_S and elapsed_s >= _WORTH * nbytes / self._store.bytes_per_s

    def _inputs(self, attempt: Attempt) -> dict[str, Any]:
        """Return the references of what the compensation of a block will ask for."""
        from shtairir.block.compensating import Compensation

        compensate = attempt.task.definition.traits.compensate
        given = attempt.arguments or {}
        if compensate is None or not self.open():
            return {}
        return {name: self._kept(given[name], True) for name in Compensation.of(compensate).names if name in given}

    def undoing(self, nodes: Sequence[str], status: str) -> None:
        """Write down that what these have done is about to be undone, since the run has ended so."""
        self._has_effects = True
        self.write({"what": "undo", "nodes": list(nodes), "status": status}, sync=True)

    def undo_begun(self, node: str) -> None:
        """Write down that a compensation is about to be called."""
        self.write({"what": "undo_begun", "node": node}, sync=True)

    def undone(self, node: str, error: str | None) -> None:
        """Write down that a compensation has ended, or failed."""
        what = "undone" if error is None else "undo_failed"
        self.write({"what": what, "node": node, **({"error": error} if error else {})}, sync=True)

    def undo_given_up(self) -> None:
        """Leave it at that: whoever goes on with the run finishes the undoing."""
        self._is_half_undone = True

    def note_done(self, node: str, values: Sequence[Any]) -> None:
        """Write down that a node counts as done, by a person's word."""
        if not self.open():
            return
        references = [self._kept(value, True) for value in values]
        self.write({"what": "done", "node": node, "values": references}, sync=True)

    # --- the file ---------------------------------------------------------------------------------------------

    def write(self, record: Mapping[str, Any], *, sync: bool = False) -> None:
        """Add a record; with ``sync``, return when it is on the disk for good."""
        if self._broken or not self.open():
            return

        file = self._file
        if file is not None:
            self._guarded(lambda: self._add(file, record, sync))

    def _add(self, file: JournalFile, record: Mapping[str, Any], sync: bool) -> None:
        try:
            file.add(record)
        except OSError:
            file.add(_shortened(record), leaving=LAST_BYTES)
        if sync:
            file.sync()
            if not self._is_anchored:  # a journal whose folder the power supply took away would be of no use
                self.folder.sync()
                self._is_anchored = True

    def open(self) -> bool:
        """Make the folder unless it is there, and return whether there is a journal."""
        if self._file is not None:
            return True
        with self._opening:
            if self._file is None and not self._broken:
                self._guarded(self._opened)
        return not self._broken

    def _opened(self) -> None:
        if self._lock is None:
            self.folder.make()
            self._lock = take(self.folder.path)
            if self._lock is None:
                raise OSError("Another program has the folder of the run.")
            self._describe()
        self._store = ValueStore(self.folder, self._session)
        file = JournalFile(self.folder.journal)
        try:
            file.add({"what": "session", "number": self._session, "wall_s": round(time.time(), 3)})
        except OSError:
            file.close()
            raise
        self._file = file
        for node, values in self._given().items():
            self._note_given(node, values)
        self._flush()

    def _note_given(self, node: NodeId, values: Sequence[Any]) -> None:
        assert self._file is not None
        assert self._store is not None
        references = []
        for value in values:
            fits = value is not MISSING and self._store.written_bytes + nbytes_of(value) <= _MOST_GIVEN_BYTES
            references.append(self._kept(value, False) if fits else None)
        self._file.add({"what": "done", "node": node, "values": references})

    def _flush(self) -> None:
        """Write what was only noted so far. Each is taken once, whoever calls."""
        while self._noted:
            try:
                task, values, elapsed_s = self._noted.popleft()
            except IndexError:
                return
            self._done(task, values, elapsed_s)

    def _guarded(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            if not self._broken:
                self._broken = True
                self._say_unknown()
                reason = error.strerror or str(error)
                _log.warning(
                    "The journal of run %s cannot be written (%s): the run goes on. After a crash, what is done from "
                    "here on is computed again, and you are asked about what has effects.",
                    self.folder.key,
                    reason,
                )

    def _say_unknown(self) -> None:
        """Write the last line, for which room was kept: whoever goes on with the run knows that lines are missing."""
        file = self._file
        if file is not None:
            with suppress(OSError):
                file.add({"what": "unknown"}, leaving=0)
                file.sync()

    def close(self, status: str, elapsed_s: float) -> None:
        """Write down how the run ended, and let go of its folder."""
        if self._file is None and status not in _GOOD_ENDS:
            self.open()  # however quick it was: a person may want to go on with it
        self._noted.clear()
        self._given = dict
        if self._file is not None:
            self._end_file(status, elapsed_s)
        self._broken = True  # for whoever was given up and comes back
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def _end_file(self, status: str, elapsed_s: float) -> None:
        if not self._is_half_undone:
            self.write({"what": "finished", "status": status, "elapsed_s": elapsed_s}, sync=self._has_effects)
        file, self._file = self._file, None
        if file is not None:
            self._guarded(file.close)
        if self._store is not None:
            self._store.close()


def _brief(error: BaseException | None) -> str:
    return type(error).__name__


def _shortened(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without what takes much room."""
    short = dict(record)
    if "inputs" in short:
        short["inputs"] = {name: _plain_or_none(value) for name, value in short["inputs"].items()}
    if "values" in short:
        short["values"] = [_plain_or_none(value) for value in short["values"]]
    if "error" in short:
        short["error"] = short["error"][:_SHORT]
    return short


def _plain_or_none(reference: Any) -> Any:
    return reference if type(reference) in _NUMBERS else None
