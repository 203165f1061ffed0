"""Other programs, with limits on time and output.

A program is started at the head of a group of its own, so that whatever it starts in turn is ended with it.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .watching import Cancellable, watched

_PIECE = 1 << 16
_GRACE_S = 1.0
_ON_POSIX = os.name == "posix"


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, with what, where, and for how long at most."""

    program: str
    arguments: tuple[str, ...]
    stdin: str
    folder: Path
    environment: Mapping[str, str]
    clean_environment: bool
    timeout_s: float
    limit: int


class _Reader(threading.Thread):
    """Reads one output to its end, or to the limit of all outputs together."""

    def __init__(self, stream: IO[bytes], room: "_Room") -> None:
        super().__init__(name="shtairir-output", daemon=True)
        self._stream, self._room = stream, room
        self.content = bytearray()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the stream is closed when the program is ended
            while piece := self._stream.read1(_PIECE):  # type: ignore[attr-defined]  # a buffered reader has it
                if not self._room.take(len(piece)):
                    return
                self.content += piece


class _Room:
    """How much may still be written."""

    def __init__(self, limit: int, end: Any) -> None:
        self._left, self._end = limit, end
        self._lock = threading.Lock()
        self.exceeded = False

    def take(self, count: int) -> bool:
        with self._lock:
            self._left -= count
            self.exceeded = self.exceeded or self._left < 0
        if self.exceeded:
            self._end()
        return not self.exceeded


class _Group:
    """A program and all that it started."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._lock = threading.Lock()
        self._is_over = False

    def end(self) -> None:
        """End what is left of it; may be called from any thread, and again."""
        with self._lock:
            if not self._is_over:
                _kill(self._process)

    def wait(self) -> None:
        """Return when the program itself has ended; its number stays taken, so that no other can get it."""
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()

    def finish(self) -> int:
        """End what the program left behind, let go of its number and return its status."""
        self.end()
        with self._lock:
            self._is_over = True
            return self._process.wait()


def finished(command: Command, run: Cancellable) -> tuple[str, str, int]:
    """Run a program to its end; return its output, its error output and its status."""
    process = _started(command)
    group = _Group(process)
    room = _Room(command.limit, group.end)
    readers = [_Reader(stream, room) for stream in (process.stdout, process.stderr) if stream is not None]
    writer = threading.Thread(target=_write, args=(process, command.stdin), daemon=True)
    for thread in (*readers, writer):
        thread.start()
    with watched(group.end, run, command.timeout_s) as watch:
        group.wait()
        for reader in readers:
            reader.join(_GRACE_S)
        # What it left behind holds the outputs open, and would go on unseen.
        status = group.finish()
        _close(process, (*readers, writer))
        _check(command, watch.cancelled, watch.timed_out, room.exceeded)
    output, errors = (bytes(reader.content).decode("utf-8", errors="replace") for reader in readers)
    return output, errors, status


def _check(command: Command, cancelled: bool, timed_out: bool, exceeded: bool) -> None:
    if cancelled:
        raise InterruptedError(f"{command.program} was ended.")
    if timed_out:
        raise TimeoutError(
            f"{command.program} had not ended after {command.timeout_s:g} seconds, and was ended. Allow it more time."
        )
    if exceeded:
        raise ValueError(
            f"{command.program} wrote more than {command.limit >> 20} MB, and was ended. Raise the limit, or have it "
            "write to a file."
        )


def _started(command: Command) -> "subprocess.Popen[bytes]":
    if not command.program.strip():
        raise ValueError("No program is chosen. Give its name, such as git.")
    environment = {**({} if command.clean_environment else os.environ), **command.environment}
    # A path is one from the folder that the program runs in, a mere name is looked for where programs are.
    named = command.folder / command.program if os.path.dirname(command.program) else command.program
    found = shutil.which(named, path=environment.get("PATH", os.environ.get("PATH")))
    if found is None:
        raise FileNotFoundError(f"There is no program {command.program!r} here. Give its path, or install it.")
    if not command.folder.is_dir():
        raise NotADirectoryError(f"The folder {command.folder} does not exist. Choose another one to run in.")
    try:
        return subprocess.Popen(
            [os.path.abspath(found), *command.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=command.folder,
            env=environment,
            start_new_session=_ON_POSIX,
            creationflags=0 if _ON_POSIX else getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:
        raise OSError(f"{command.program} cannot be started: {error}.") from None


def _write(process: "subprocess.Popen[bytes]", text: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError, ValueError), process.stdin:  # it need not read what it is given
        process.stdin.write(text.encode("utf-8"))


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        if _ON_POSIX:
            # Its group has its number, which nobody else gets as long as a program is in it.
            os.killpg(process.pid, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)


def _close(process: "subprocess.Popen[bytes]", threads: tuple[threading.Thread, ...]) -> None:
    for thread in threads:
        thread.join(_GRACE_S)
    for stream in (process.stdout, process.stderr, process.stdin):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()


def failure(program: str, status: int, errors: str) -> str:
    """Return a sentence about a program that says it failed, with the last line it wrote about it."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    said = f" It says: {lines[-1][:300]}" if lines else ""
    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"{program} {how}.{said}"
