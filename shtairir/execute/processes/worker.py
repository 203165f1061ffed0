"""A worker process, as the program sees it: what it is doing, and the way to it."""

from __future__ import annotations

import mmap
import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from shtairir.execute.elsewhere import Whereabouts
from shtairir.execute.processes.causes import cause_of, kills_for_memory
from shtairir.execute.processes.channel import Channel, ClosedError
from shtairir.execute.processes.exceptions import pack_error
from shtairir.execute.processes.keeper import Keeper
from shtairir.execute.processes.logs import log
from shtairir.execute.processes.messages import (
    ANSWER,
    ASK,
    CALL,
    LEND,
    LOAD,
    LOG,
    READY,
    TELL,
    Request,
    Surroundings,
)
from shtairir.memory.shared import anonymous_file

if TYPE_CHECKING:
    from shtairir.execute.processes.packing import Array, Packed
    from shtairir.memory.shared import Reference

PAGE_BYTES = mmap.PAGESIZE
_MOST_SAID_BYTES = 20_000


class Host(Protocol):
    """Who has a block called in a worker, and answers what the worker asks meanwhile."""

    def begin(self) -> None:
        """Take note that the worker had to be started, and has been."""

    def borrow(self, nbytes: int) -> Reference:
        """Return where so many bytes of shared memory are."""

    def ask(self, what: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method of the context."""

    def tell(self, what: str, arguments: Packed) -> None:
        """Call a method of the context that returns nothing, and raises nothing that matters to the block."""

    def base(self, buffer: int) -> Array | None:
        """Return the bytes of a buffer that the call has seen."""


class Worker:
    """One process. One thread at a time has it in hand; `end` and `kill` may be called from any.

    Parameters
    ----------
    memory
        The descriptor of the shared memory.
    on_end
        Called with the worker when its process is gone.

    Attributes
    ----------
    kept
        Buffers that a block in the worker still sees, though the call is over, by their place.
    node
        What it has in hand.
    calls
        How many it has been asked.
    idle_since_s
        When it was last given back.
    """

    def __init__(self, number: int, memory: int, on_end: Callable[[Worker], None]) -> None:
        self.name = f"process-{number}"
        self.kept: dict[int, Array] = {}
        self.node = ""
        self.calls = 0
        self.idle_since_s = self.started_s = time.monotonic()
        self._on_end = on_end
        self._surroundings: Surroundings | None = None
        self._known: set[bytes] = set()
        self._kills_before = kills_for_memory()
        self._page = anonymous_file()
        os.ftruncate(self._page, PAGE_BYTES)
        os.lseek(self._page, PAGE_BYTES, os.SEEK_SET)
        self._unclosed = [self._page]
        self._flag = mmap.mmap(self._page, PAGE_BYTES)
        ours, self._theirs = socket.socketpair()
        self._channel = Channel(ours)
        self._lifeline = os.pipe()
        descriptors = self._theirs.fileno(), memory, self._page, self._lifeline[0]
        self._keeper = Keeper(self.name, descriptors, self._note_end)
        self._keeper.start()

    # --- its life ---------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The number of the process; ``None`` while it is not there."""
        return self._keeper.pid

    @property
    def is_usable(self) -> bool:
        """Whether the process has not ended, nor been told to."""
        return not (self._keeper.is_ending or self._keeper.gone.is_set())

    def kill(self) -> None:
        """End the process at once."""
        self._keeper.kill()

    def end(self) -> None:
        """End the process, with a moment for its block to put its things in order."""
        self._keeper.end()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end of the process, and say whether it has come."""
        return self._keeper.gone.wait(timeout_s)

    def join(self, timeout_s: float) -> None:
        """Wait for the thread that looks after the process."""
        self._keeper.thread.join(timeout_s)

    def cause(self) -> str:
        """Return how the process has ended, having waited for that."""
        self._keeper.gone.wait()
        if self._keeper.status is None:
            return f"it could not be started: {self._keeper.trouble}"
        return cause_of(self._keeper.status, was_short=kills_for_memory() > self._kills_before)

    def last_words(self) -> str:
        """Return what Python wrote down when the process crashed."""
        return os.pread(self._page, _MOST_SAID_BYTES, PAGE_BYTES).decode("utf-8", "replace")

    def _note_end(self) -> None:
        """Wake who waits for the worker. In the keeper's thread."""
        self._channel.shut()
        self._theirs.close()
        for descriptor in self._lifeline:
            os.close(descriptor)
        self.kept.clear()
        self._on_end(self)

    def close(self) -> None:
        """Give everything back, once the process is gone and nobody has the worker in hand; again does nothing."""
        with suppress(IndexError):
            self._unclosed.pop()
            self._channel.close()
            self._flag.close()
            os.close(self._page)

    # --- its work ---------------------------------------------------------------------------------------------

    def begin(self, node: str) -> None:
        """Take note of what it is to do."""
        self.node = node
        self._flag[:2] = bytes(2)

    @property
    def has_begun(self) -> bool:
        """Whether it has called the block."""
        return self._flag[1] != 0

    def ask_to_stop(self) -> None:
        """Let the block know that it should stop."""
        self._flag[0] = 1

    def load(self, blocks: Iterable[str]) -> None:
        """Have it import what blocks need, as soon as it can."""
        self._channel.send((LOAD, tuple(blocks)))

    def call(self, request: Request, host: Host, surroundings: Surroundings) -> tuple[str, Any]:
        """Have a block called; return how that ended, and what came of it.

        Raises
        ------
        ClosedError
            When the process ends before it has an answer.
        """
        self.calls += 1
        self._channel.send((CALL, self._completed(request, surroundings)))
        while True:
            try:
                kind, content, *rest = self._channel.receive()
            except (TypeError, ValueError) as error:
                raise ClosedError from error
            if kind == LEND:
                self._answer(host.borrow, content)
            elif kind == ASK:
                self._answer(host.ask, *content)
            elif kind == TELL:
                host.tell(*content)
            elif kind == LOG:
                log(*content)
            elif kind == READY:
                host.begin()
            else:
                self._note_seen(rest[0], host)
                return kind, content

    def _completed(self, request: Request, surroundings: Surroundings) -> Request:
        """Return a request without what the worker knows, and with what it does not."""
        callee = request.callee
        if callee.key in self._known:
            request = request._replace(callee=callee._replace(code=None))
        elif callee.key:
            self._known.add(callee.key)
        if surroundings != self._surroundings:
            self._surroundings = surroundings
            request = request._replace(surroundings=surroundings)
        return request

    def _answer(self, find: Callable[..., Any], *asked: Any) -> None:
        try:
            answer: tuple[bool, Any] = True, find(*asked)
        except BaseException as error:  # noqa: BLE001 - it belongs to the block, which has asked
            answer = False, pack_error(error, Whereabouts())
        self._channel.send((ANSWER, answer))

    def _note_seen(self, buffers: tuple[int, ...], host: Host) -> None:
        """Keep what a block in the worker still sees from being lent to others."""
        if not buffers and not self.kept:
            return
        seen = {buffer: self.kept.get(buffer, host.base(buffer)) for buffer in buffers}
        self.kept = {buffer: base for buffer, base in seen.items() if base is not None}
