"""A fence around the methods that Qt calls.

An exception that leaves a Python override of a Qt virtual has nowhere to go: on Python 3.11 with PySide6 6.8
to 6.11 it ends the process when the call came through another Python override. So every override is decorated
with `guarded`: the error is logged with its traceback and the method returns a default. The window stays up,
and a paint that goes wrong costs one picture, not the person's work.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

_P = ParamSpec("_P")
_R = TypeVar("_R")

REPEAT_S = 5.0
"""A failure at the same place is logged again only after this time: paint runs 60 times a second."""


@overload
def guarded(method: Callable[_P, _R], /) -> Callable[_P, _R]: ...
@overload
def guarded(*, default: Any) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]: ...
def guarded(method: Callable[..., Any] | None = None, /, *, default: Any = None) -> Any:
    """Make an override of a Qt virtual safe to be called by Qt.

    Parameters
    ----------
    default
        What the method returns after an error; a callable is called for a fresh value each time.

    Examples
    --------
    >>> class Panel:
    ...     @guarded(default=False)
    ...     def event(self, event):
    ...         return 1 / 0 == 0
    >>> Panel.event.__name__
    'event'
    """
    if method is None:
        return functools.partial(_fence, default=default)
    return _fence(method, default=default)


def is_guarded(method: object) -> bool:
    """Whether a method carries the fence."""
    return hasattr(method, "__guarded__")


def _fence(method: Callable[..., Any], *, default: Any) -> Callable[..., Any]:
    failures = _Failures(method)

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - Qt has no use for it; see the module's text
            failures.log(error)
            return default() if callable(default) else default

    call.__guarded__ = True  # type: ignore[attr-defined]  # a mark on the function, read by is_guarded
    return call


class _Failures:
    """What went wrong in one method, and when it was last told."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._name = method.__qualname__
        self._logger = logging.getLogger(method.__module__)
        self._told: dict[tuple[type, str], float] = {}

    def log(self, error: Exception) -> None:
        """Log the error with its traceback, unless the same was told a moment ago."""
        key, now = (type(error), str(error)), time.monotonic()
        if now - self._told.get(key, -REPEAT_S) >= REPEAT_S:
            if len(self._told) > 100:
                self._told.clear()
            self._told[key] = now
            self._logger.error("%s failed and was passed over.", self._name, exc_info=error)
