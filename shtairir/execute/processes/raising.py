"""Where in a worker a block failed, written down before the exception travels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shtairir.execute.elsewhere import Whereabouts
from shtairir.execute.failure import located


def whereabouts(error: BaseException, function: Callable[..., Any] | None, file: str) -> Whereabouts:
    """Return where an exception was raised, as the program would have found it."""
    return Whereabouts(*located(error, function, file))
