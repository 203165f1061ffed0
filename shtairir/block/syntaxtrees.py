"""Keeps threads from building syntax trees at the same time where Python cannot do that.

Until 3.11.7, Python counts how deep the tree is that it builds, in one place for all threads. If one lets another go on
in the middle, an innocent `ast.parse` ends in ``SystemError: AST constructor recursion depth mismatch``
(python/cpython#106905). Libraries parse whenever they please: scikit-image does when a part of it is first used, on
the worker that needs it.
"""

from __future__ import annotations

import ast
import functools
import sys
import threading
from typing import Any

_HAS_FAULT = sys.version_info < (3, 11, 8)


@functools.cache
def guard_parsing() -> None:
    """Have `ast.parse` let one thread in at a time, if this Python needs it; to be called before threads run blocks."""
    if _HAS_FAULT:
        ast.parse = one_at_a_time(ast.parse)


def one_at_a_time(parse: Any) -> Any:
    """Return a function that does the same, for one thread after the other."""
    lock = threading.RLock()

    @functools.wraps(parse)
    def guarded(*arguments: Any, **named: Any) -> Any:
        with lock:
            return parse(*arguments, **named)

    return guarded
