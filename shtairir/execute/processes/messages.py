"""What the program and a worker say to each other.

A worker that has started says that it is `READY`. The program sends a `Request`, and then answers what the worker asks
(`LEND`, `ASK`) and takes note of what it tells (`TELL`) and logs (`LOG`), until the worker says that it is `DONE`, or
has `FAILED`, is `LOST` for want of memory, or is `STUCK` with a result that it cannot send. A worker that has nothing
to do may be told to `LOAD` what it will need.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shtairir.execute.processes.packing import Packed

CALL, LOAD, ANSWER = "call", "load", "answer"
READY, LEND, ASK, TELL, LOG = "ready", "lend", "ask", "tell", "log"
DONE, FAILED, LOST, STUCK = "done", "failed", "lost", "stuck"


class Callee(NamedTuple):
    """Which function to call.

    Attributes
    ----------
    block
        The id of a block that the worker finds in its own registry; empty for a function that is sent.
    stamp
        Tells that block's code from an older or newer one.
    key, code
        Of a function that is sent: what it is known by, and its pickle unless the worker has it.
    file
        Where it was written, for tracebacks.
    """

    block: str = ""
    stamp: int = 0
    key: bytes = b""
    code: bytes | None = None
    file: str = ""


class Situation(NamedTuple):
    """What a block may ask of its context without asking the program; ``argument`` is the input that takes it."""

    argument: str
    node: str
    run: int
    base_dir: Path
    attempt: int
    key: str


class Surroundings(NamedTuple):
    """What holds for all calls, and may change between them.

    Attributes
    ----------
    folder
        The working directory, if there is one.
    path
        Where modules are found.
    log_level
        Below it, nobody wants to know what is logged.
    """

    folder: str | None
    path: tuple[str, ...]
    environment: Mapping[str, str]
    log_level: int


class Request(NamedTuple):
    """One call.

    Attributes
    ----------
    writes_into
        Whether the block has a kernel that can write into a given array.
    fault
        In a rehearsal, how the worker is to die instead of calling the block; else empty.
    surroundings
        ``None`` when they are as they were.
    limit_bytes
        The most memory of its own that the worker may take, beyond what it took before its first call.
    """

    callee: Callee
    arguments: Packed
    situation: Situation | None
    fault: str = ""
    writes_into: bool = False
    surroundings: Surroundings | None = None
    limit_bytes: int | None = None


class Unknown(NamedTuple):
    """The worker's answer when it does not have the block, or has another of that name."""

    block: str
