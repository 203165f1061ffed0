"""The names of runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from shtairir.ids import RunKey

_PARTS = 0x10000
"""Into so many parts a second is divided."""

_lock = threading.Lock()
_last = 0


def new_run_key(now_s: Callable[[], float] = time.time) -> RunKey:
    """Return a name that no other run of this program has: the time in UTC, and a part of the second.

    Keys that are made later come later in the alphabet, also when the clock has been set back meanwhile.

    Examples
    --------
    >>> len(new_run_key())
    20
    >>> new_run_key() < new_run_key()
    True
    """
    global _last
    with _lock:
        # Two runs in the same part of a second, or after the clock was set back: the next part is taken.
        _last = max(int(now_s() * _PARTS), _last + 1)
        moment = _last
    seconds, part = divmod(moment, _PARTS)
    return RunKey(f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}-{part:04x}")
