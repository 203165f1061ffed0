"""What is known of calls with one key, and the file in which it lies between programs."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shtairir.planning.config import Experience
from shtairir.planning.typical import median

SMALL_BYTES = 1024
"""Smaller values count as nothing in a key: a number more or less makes no difference to a call."""

_FORMAT, _VERSION = "shtairir-learned", 1
TIMES = 9
_USUAL_SCATTER, _USUAL_WEIGHT = 0.2, 4.0
"""What times scatter usually, in logarithms, and by how many of them one is convinced otherwise."""

_LIKE_SCATTER = 0.3
"""What is added where the calls were only like the one that is asked for."""

_FARTHEST = 2.0

_log = logging.getLogger(__name__)

FileState = tuple[int, int, int]


@dataclass(slots=True)
class Calls:
    """What is known of calls with one key; sizes are those of the last."""

    times_s: list[float]
    input_bytes: int
    output_bytes: tuple[int, ...]
    peak_bytes: int

    def add(self, elapsed_s: float, input_bytes: int, output_bytes: tuple[int, ...], peak_bytes: int) -> None:
        self.times_s = [*self.times_s[1 - TIMES :], elapsed_s]
        self.input_bytes, self.output_bytes, self.peak_bytes = input_bytes, output_bytes, peak_bytes

    def rounded(self) -> Calls:
        times_s = [float(f"{elapsed_s:.3g}") for elapsed_s in self.times_s]
        return Calls(times_s, self.input_bytes, self.output_bytes, self.peak_bytes)

    def experience(self, input_bytes: int, *, exact: bool) -> Experience:
        middle_s = median(self.times_s)
        scatter = _scatter(self.times_s, middle_s) + (0.0 if exact else _LIKE_SCATTER)
        # Of something like it, sizes and times are taken to grow with what arrives.
        scale = 1.0 if exact or not self.input_bytes else input_bytes / self.input_bytes
        sizes = tuple(round(nbytes * scale) if nbytes >= SMALL_BYTES else nbytes for nbytes in self.output_bytes)
        return Experience(middle_s * scale, scatter, sizes, round(self.peak_bytes * scale), exact)


# --- the file's form ------------------------------------------------------------------------------------------


def state_of(path: Path) -> FileState | None:
    """Return what tells one writing of a file from the next; ``None`` if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_calls(path: Path) -> dict[str, Calls]:
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


def read_holding(path: Path) -> dict[str, tuple[int, int]]:
    """Return how often each block was seen to keep the lock, and not to; nothing where that was never looked at."""
    try:
        found = json.loads(path.read_bytes()).get("holding", {})
        return {str(stamp): (max(int(kept), 0), max(int(free), 0)) for stamp, (kept, free) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _calls_of(entry: Any) -> Calls:
    times_s, input_bytes, output_bytes, peak_bytes = entry
    times = [*map(float, times_s)]
    sizes = [int(input_bytes), *map(int, output_bytes), int(peak_bytes)]
    # A sum is finite only if all that is in it is.
    if not times or not math.isfinite(sum(times)) or min(times) < 0 or min(sizes) < 0:
        raise ValueError("a time or a size in it is impossible")
    return Calls(times[-TIMES:], sizes[0], tuple(sizes[1:-1]), sizes[-1])


def write_calls(path: Path, calls: Mapping[str, Calls], holding: Mapping[str, tuple[int, int]]) -> None:
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


def _scatter(times_s: Sequence[float], middle_s: float) -> float:
    """Return the deviation of the logarithms of times; of few, much of it is what is usual."""
    logs = [math.log(max(elapsed_s, 1e-9) / max(middle_s, 1e-9)) for elapsed_s in times_s]
    squares = sum(min(abs(each), _FARTHEST) ** 2 for each in logs)  # one outlier is not the rule
    return math.sqrt((_USUAL_WEIGHT * _USUAL_SCATTER**2 + squares) / (_USUAL_WEIGHT + len(logs)))
