"""Functions that return a tuple with one field, so that their only output has a name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def unpacked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that hands out the one field of the tuple that this one returns."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def alone_later(*arguments: Any, **named: Any) -> Any:
            (value,) = await function(*arguments, **named)
            return value

        return alone_later

    @functools.wraps(function)
    def alone(*arguments: Any, **named: Any) -> Any:
        (value,) = function(*arguments, **named)
        return value

    return alone
