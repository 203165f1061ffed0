"""Starts a worker process, waits for its end, and sees to it that nothing of it stays.

Each process has a thread that does this and nothing else. It lives as long as the process, which therefore may tie
itself to it (see `shtairir.execute.processes.dying`): it goes with the thread, and so with the program.

The process leads a session of its own. So Ctrl-C in the terminal does not reach it, and what its blocks have started
is ended with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import shtairir

PATIENCE_S = 0.2
"""How long a worker that is to end may take to put its things in order."""

_CODE = "import sys; sys.path.append({root!r}); from shtairir.execute.processes.serving import main; main()"


class _Process(subprocess.Popen[bytes]):
    def __del__(self) -> None:
        """Say nothing of a process that the end of the program finds running: it ends as well."""


class Keeper:
    """One process, from its start to its end.

    Parameters
    ----------
    descriptors
        Of the connection, the memory, the page and the lifeline.
    on_end
        Called in the keeper's thread when the process is gone, or could not be started.

    Attributes
    ----------
    pid
        ``None`` until it has been started.
    status
        As `subprocess.Popen.returncode` has it, once the process is gone; ``None`` if it could not be started.
    trouble
        Why it could not be started.
    is_ending
        Whether it has been told to end.
    gone
        Set when it is gone.
    """

    def __init__(self, name: str, descriptors: tuple[int, int, int, int], on_end: Callable[[], None]) -> None:
        self.pid: int | None = None
        self.status: int | None = None
        self.trouble = ""
        self.gone = threading.Event()
        self._on_end = on_end
        self._lock = threading.Lock()
        self.is_ending = False
        self._descriptors = descriptors
        self.thread = threading.Thread(target=self._keep, name=f"shtairir {name}", daemon=True)

    def start(self) -> None:
        """Start the process in the background."""
        self.thread.start()

    def _keep(self) -> None:
        try:
            process = self._launched()
        except OSError as error:
            self.trouble = error.strerror or str(error)
        else:
            self._wait_for(process)
        self.gone.set()
        self._on_end()

    def _launched(self) -> subprocess.Popen[bytes]:
        root = str(Path(shtairir.__file__).parents[1])
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # as multiprocessing does
        arguments = map(str, (*self._descriptors, os.getpid()))
        with self._lock:
            if self.is_ending:
                raise OSError("it was ended before it began")
            process = _Process(
                [sys.executable, *flags, "-P", "-c", _CODE.format(root=root), *arguments],
                stdin=subprocess.DEVNULL,
                pass_fds=self._descriptors,
                start_new_session=True,
            )
            self.pid = process.pid
        return process

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ChildProcessError, AttributeError):  # another in the program took it away; not on every system
            # Its number is not given to another before it has been asked for its status.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._signal(signal.SIGKILL)  # what it has started and left behind
            self.status = process.wait()
            self.pid = None

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it has started. Called with the lock held."""
        if self.pid is None:
            return
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            try:  # it has not yet got so far as to have a session
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def kill(self) -> None:
        """End the process at once, also one that is stopped. Never waits."""
        with self._lock:
            self.is_ending = True
            self._signal(signal.SIGKILL)

    def end(self) -> None:
        """Have the process put its things in order and end, and end it if it does not within a moment. Never waits."""
        with self._lock:
            self.is_ending = True
            self._signal(signal.SIGTERM)
        threading.Thread(target=self._kill_later, name="shtairir ends a worker", daemon=True).start()

    def _kill_later(self) -> None:
        if not self.gone.wait(PATIENCE_S):
            self.kill()
