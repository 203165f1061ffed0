"""Blocks that tests have called in worker processes."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from shtairir.block import Context, block

seen: list[Any] = []
"""What `hoard` keeps."""


@block(id="testing.pid", pure=False)
def pid(x: float = 0.0) -> int:
    """Return which process it is called in."""
    return os.getpid()


@block(id="testing.ramp")
def ramp(context: Context, count: int = 100_000) -> np.ndarray:
    """Return the numbers from 0 on, in a lent array."""
    array = context.empty(count)
    array[:] = np.arange(count)
    return array


@block(id="testing.add_one")
def add_one(x: np.ndarray, context: Context) -> np.ndarray:
    """Add one, into a lent array."""
    return np.add(x, 1.0, out=context.empty(x.shape))


@block(id="testing.plus_one")
def plus_one(x: np.ndarray) -> np.ndarray:
    """Add one, into an array of its own."""
    return x + 1.0


@block(id="testing.tail")
def tail(x: np.ndarray) -> np.ndarray:
    """Return a part of what it is given."""
    return x[::-2]


@block(id="testing.scribble")
def scribble(x: np.ndarray) -> float:
    """Try to write to what it is given."""
    x[0] = 99.0
    return float(x[0])


@block(id="testing.in_place", inplace=("x",))
def in_place(x: np.ndarray) -> np.ndarray:
    """Write to what it is given, as it may."""
    x += 1.0
    return x


@block(id="testing.hoard", pure=False)
def hoard(x: np.ndarray) -> float:
    """Keep what it is given, where nobody looks for it."""
    seen.append(x)
    return float(seen[0][5])


@block(id="testing.anything")
def anything(x: Any) -> Any:
    """Return what it is given."""
    return x


@block(id="testing.die", pure=False, idempotent=True)
def die(how: str = "", file: Path = Path(), deaths: int = 0) -> float:
    """Die in some way, as often as is wanted; a line in the file says that it has begun."""
    with open(file, "a") as lines:
        lines.write(f"{os.getpid()}\n")
    if not deaths or len(file.read_text().split()) <= deaths:
        if how == "segfault":
            ctypes.string_at(0)
        elif how == "exit":
            os._exit(3)
        elif how == "memory":
            bytearray(1 << 40)
        else:
            os.kill(os.getpid(), getattr(signal, how))
    return 1.0


class LockedError(ValueError):
    """Cannot be pickled."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.lock = threading.Lock()


@block(id="testing.fail")
def fail(kind: str = "ValueError") -> float:
    """Raise an error of some kind."""
    if kind == "local":

        class OddError(RuntimeError):
            def __init__(self, first: int, second: int) -> None:
                super().__init__(f"{first} and {second}")
                self.retryable = False

        raise OddError(1, 2)
    if kind == "unpicklable":
        raise LockedError("holds a lock")
    if kind == "exit":
        raise SystemExit(4)
    if kind == "chain":
        try:
            return float(str(None))
        except ValueError as cause:
            raise OSError(5, "went wrong", "some file") from cause
    errors = {"ValueError": ValueError("no"), "KeyError": KeyError("name"), "ConnectionError": ConnectionError("lost")}
    raise errors[kind]


@block(id="testing.speak")
def speak(context: Context) -> str:
    """Use all that a context offers."""
    context.log("hello", "warning")
    context.progress(0.5, "half")
    context.preview(np.full(100_000, 7.0))
    with context.acquire("camera"), context.dependency("somewhere"):
        secret = context.secret("testing")
    return f"{secret} {context.attempt} {context.node} {context.base_dir.name} {context.idempotency_key}"


@block(id="testing.stuck")
def stuck(how: str = "sleep", file: Path = Path()) -> float:
    """Do not end by itself."""
    file.write_text(str(os.getpid()))
    if how == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    if how == "spin":
        while True:
            pass
    if how == "locked":  # a call into C that keeps Python's lock
        ctypes.PyDLL(None).sleep(600)
    time.sleep(600)
    return 1.0


@block(id="testing.heeds", pure=False)
def heeds(context: Context, file: Path = Path()) -> float:
    """Go on until it is told to stop."""
    file.write_text(str(os.getpid()))
    while not context.cancelled:
        time.sleep(0.01)
    context.check_cancelled()
    return 1.0


@block(id="testing.tidy", pure=False)
def tidy(folder: Path = Path()) -> float:
    """Hold a file that is to be removed, whatever happens."""
    file = folder / "temporary"
    try:
        file.write_text("x")
        time.sleep(600)
    finally:
        file.unlink()
    return 1.0


@block(id="testing.sealed")
def sealed() -> Any:
    """Return what cannot leave a process."""
    return (os.getpid(), threading.Lock())


@block(id="testing.ask", pure=False)
def ask(context: Context, x: float = 0.0) -> float:
    """Ask somebody who does not answer."""
    with context.dependency("testing.silent"):
        raise ConnectionError("no answer")


@block(id="testing.total")
def total(x: np.ndarray, plus: float = 0.0) -> float:
    """Add all up."""
    return float(x.sum()) + plus


@block(id="testing.hungry")
def hungry(megabytes: int = 1) -> float:
    """Take memory."""
    return float(np.ones(megabytes * 131_072)[-1])


@block(id="testing.starts")
def starts(file: Path = Path()) -> float:
    """Start a program, and wait for it."""
    program = subprocess.Popen(["sleep", "600"])
    file.write_text(str(program.pid))
    return float(program.wait())


@block(id="testing.logs", pure=False)
def logs() -> float:
    """Log something."""
    logger = logging.getLogger("testing.blocks")
    logger.info("%d of %d", 3, 4)
    logger.debug("debug")
    return 1.0


@block(id="testing.fork", pure=False)
def fork(how: str = "return", file: Path = Path()) -> float:
    """Make a copy of the process, and forget that the copy is here as well."""
    child = os.fork()
    if child:
        if how == "stays":
            file.write_text(str(child))
            return 1.0
        os.waitpid(child, 0)
        return 1.0
    if how == "raise":
        raise ValueError("in the copy")
    if how == "stays":
        time.sleep(600)
    return 99.0


@block(id="testing.after", pure=False)
def after(x: float, context: Context) -> float:
    """Do something with what it is given."""
    context.log("after")
    return 2 * x + 1000


@block(id="testing.meddle", pure=False)
def meddle(how: str = "close") -> float:
    """Do something to all descriptors that are open."""
    for descriptor in range(3, 4096):  # a program that has many open gives its workers high ones
        with suppress(OSError):
            if how == "close":
                os.close(descriptor)
            else:
                os.write(descriptor, b"nonsense" * 16)
    time.sleep(0.1)
    return 1.0


@block(id="testing.wander", pure=False)
def wander(x: str = "") -> str:
    """Say where it is and what it finds, and go elsewhere and change that."""
    found = f"{Path.cwd()} {os.environ.get('TESTING_WANDER')}"
    os.chdir("/")
    os.environ["TESTING_WANDER"] = "changed"
    return found
