"""A worker process: takes requests, one after the other, calls blocks, and sends back what they return.

It is started with ``python -c``, not by importing the program's own script, so a script needs no guard against being
run again, and a program without a file may use processes.
"""

from __future__ import annotations

import faulthandler
import logging
import mmap
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shtairir.block.definition import definition_of
from shtairir.execute.elsewhere import Whereabouts
from shtairir.execute.processes.callees import Callees
from shtairir.execute.processes.causes import BROKEN
from shtairir.execute.processes.channel import Channel, ClosedError
from shtairir.execute.processes.context import WorkerContext
from shtairir.execute.processes.dying import (
    EndedError,
    die_with,
    end_by_signal,
    end_with_parent,
    leave_no_core,
    listen_to_end,
)
from shtairir.execute.processes.exceptions import pack_error, unpack_error
from shtairir.execute.processes.logs import Forwarding
from shtairir.execute.processes.messages import (
    ASK,
    CALL,
    DONE,
    FAILED,
    LEND,
    LOAD,
    LOG,
    LOST,
    READY,
    STUCK,
    TELL,
    Request,
    Surroundings,
    Unknown,
)
from shtairir.execute.processes.packing import Array, pack, unpack
from shtairir.execute.processes.surroundings import take_up
from shtairir.memory.allocator import tune
from shtairir.memory.shared import Reference

if TYPE_CHECKING:
    from shtairir.memory.shared_views import SharedViews

PAGE_BYTES = mmap.PAGESIZE
"""Of the page that a worker shares with the program, the first byte says whether to stop, and the second whether the
block has been called. What the worker says when it crashes is written behind the page."""


class Server:
    """The worker's side of the connection."""

    def __init__(self, channel: Channel, memory: int, page: int) -> None:
        self._channel = channel
        self._descriptor = memory
        self._page = mmap.mmap(page, PAGE_BYTES)
        self._callees = Callees()
        # A block may speak from threads of its own.
        self._speaking = threading.RLock()
        self._views: SharedViews | None = None
        self._base_bytes: int | None = None
        self._is_called = False
        self._surroundings: Surroundings | None = None
        self._pid = os.getpid()
        self._forks_in_main = True
        os.register_at_fork(before=self._note_fork, after_in_child=self._leave)
        logging.getLogger().addHandler(Forwarding(self._log))

    def serve(self) -> None:
        """Do what is asked until the program has gone."""
        self._channel.send((READY, None))
        while True:
            kind, content = self._channel.receive()
            if kind == CALL:
                self._serve_call(content)
            elif kind == LOAD:
                self._callees.load(content)

    # --- calls ------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Be no worker any more: in a copy of the process, which a block has made by a fork."""
        self._channel.close()
        if self._forks_in_main:  # another thread may end long before the worker
            end_with_parent()

    def _note_fork(self) -> None:
        self._forks_in_main = threading.current_thread() is threading.main_thread()

    def _serve_call(self, request: Request) -> None:
        self._is_called = True
        answer = self._answer(request)
        if os.getpid() != self._pid:  # a copy that has come to the end of the block: what it returns is nobody's
            os._exit(0)
        with suppress(AttributeError, OSError, ValueError):  # a block may have closed them
            sys.stdout.flush()
            sys.stderr.flush()
        with self._speaking:  # a thread that the block has left behind may want to say something
            self._is_called = False
            # What the block has seen is gone by now, unless it keeps some of it.
            try:
                self._channel.send((*answer, self._still_seen()))
            except ClosedError:
                os._exit(BROKEN)

    def _answer(self, request: Request) -> tuple[str, Any]:
        function: Callable[..., Any] | None = None
        try:
            self._adapt(request)
            function = self._callees.function(request.callee)
            if function is None:
                return DONE, Unknown(request.callee.block)
            returned = self._call(function, request)
            try:
                return DONE, pack(returned, self)
            except Exception as error:  # noqa: BLE001 - foreign classes may raise what they like when they are pickled
                return STUCK, pack_error(error, Whereabouts())
        except ClosedError:
            os._exit(BROKEN)
        except EndedError:
            end_by_signal()
        except BaseException as error:  # noqa: BLE001 - the boundary to foreign code: whatever it raises is its failure
            from shtairir.execute.processes.raising import whereabouts

            packed = pack_error(error, whereabouts(error, function, request.callee.file))
            is_lost = isinstance(error, MemoryError) and request.limit_bytes is not None
            return LOST if is_lost else FAILED, packed

    def _call(self, function: Callable[..., Any], request: Request) -> Any:
        self._page[1] = 1
        if request.fault in ("crash", "oom"):
            os.kill(os.getpid(), signal.SIGSEGV if request.fault == "crash" else signal.SIGKILL)
        arguments = unpack(request.arguments, self)
        if request.situation is not None:
            arguments[request.situation.argument] = WorkerContext(request.situation, self, self._is_cancelled)
        if request.writes_into:
            from shtairir.execute.processes.kernels import written

            made = written(definition_of(function), arguments, self.lend)
            if made is not None:
                return made
        returned = function(**arguments)
        if hasattr(returned, "__await__"):
            import asyncio

            returned = asyncio.run(_awaited(returned))
        return returned

    def _adapt(self, request: Request) -> None:
        self._surroundings = request.surroundings or self._surroundings
        if self._surroundings is not None:  # also what the block before has changed
            take_up(self._surroundings)
        if request.limit_bytes is not None or self._base_bytes is not None:
            self._limit(request.limit_bytes)

    def _limit(self, limit_bytes: int | None) -> None:
        import resource

        from shtairir.execute.processes.footprint import own_bytes

        if self._base_bytes is None:
            self._base_bytes = own_bytes()
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        soft = resource.RLIM_INFINITY if limit_bytes is None else self._base_bytes + limit_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))

    def _is_cancelled(self) -> bool:
        return self._page[0] != 0

    def _still_seen(self) -> tuple[int, ...]:
        if self._views is None or not self._views.alive():
            return ()
        import gc  # a ring of objects may hold it, the error of a block and its traceback for instance

        gc.collect()
        return self._views.alive()

    # --- what a call asks for ---------------------------------------------------------------------------------

    def lend(self, nbytes: int) -> Array:
        """Return so many bytes of the program's pool."""
        return self.array(Reference(*self._asked(LEND, nbytes)))

    def ask(self, what: str, *arguments: Any) -> Any:
        """Have the program call a method of the context, and wait for what it returns."""
        return self._asked(ASK, (what, arguments))

    def tell(self, what: str, *arguments: Any) -> None:
        """Have the program call a method of the context."""
        with self._speaking:
            if self._is_called:
                self._channel.send((TELL, (what, pack(arguments, self))))

    def _log(self, name: str, level: int, message: str) -> None:
        with self._speaking:
            if self._is_called:
                self._channel.send((LOG, (name, level, message)))

    def _asked(self, kind: str, content: Any) -> Any:
        with self._speaking:
            if not self._is_called:
                raise RuntimeError("The context of a block is gone when its call is over.")
            self._channel.send((kind, content))
            _, (went_well, answer) = self._channel.receive()
        if went_well:
            return answer
        raise unpack_error(answer)

    # --- memory -----------------------------------------------------------------------------------------------

    @property
    def _memory(self) -> SharedViews:
        if self._views is None:
            # It imports NumPy, which numbers need not wait for.
            from shtairir.memory.shared_views import SharedViews

            self._views = SharedViews(self._descriptor)
        return self._views

    def find(self, array: Array) -> Reference | None:
        """Return how the program finds an array."""
        return self._memory.reference(array)

    def array(self, reference: Reference) -> Array:
        """Return the array that the program means."""
        return self._memory.array(reference)


async def _awaited(returned: Any) -> Any:
    return await returned


def main() -> None:
    """Be a worker: the arguments are the descriptors of socket, memory, page and lifeline, and the program's id."""
    connection, memory, page, lifeline, program = map(int, sys.argv[1:])
    die_with(program, lifeline)
    leave_no_core()
    listen_to_end()
    faulthandler.enable(page)
    sys.argv[1:] = []
    tune()
    channel = Channel(socket.socket(fileno=connection))
    try:
        Server(channel, memory, page).serve()
    except (ClosedError, EndedError):
        os._exit(0)
