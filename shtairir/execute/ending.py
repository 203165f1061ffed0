"""How a worker comes back from a task."""

from __future__ import annotations

from enum import IntEnum


class Ending(IntEnum):
    """How a task ended, or did not. A number, since hashing an `Enum` takes as long as a trivial task.

    ``AGAIN``: it found too little memory beside others. ``RETRY``: an attempt failed, and another is worth it.
    ``PENDING``: it goes on without a worker. ``GONE``: it was given up before, and somebody else has told its end.
    """

    DONE = 0
    FAILED = 1
    CANCELLED = 2
    PARTLY = 3
    AGAIN = 4
    RETRY = 5
    SKIPPED = 6
    PENDING = 7
    GONE = 8
