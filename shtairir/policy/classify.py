"""Whether it is worth trying again after an error.

What is retried by default is what tends to go away: connections, timeouts, a worker that died, a deadlock that was
resolved at this node's cost, a server that says "later". A wrong value stays wrong, however often it is tried.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable

from shtairir.errors import (
    AttemptTimeoutError,
    CircuitOpenError,
    DeadlockError,
    NodeExecutionError,
    PoisonError,
    ResourceTimeoutError,
    RunCancelledError,
    RunTimeoutError,
    WorkerLostError,
)
from shtairir.events import FailureCategory
from shtairir.policy.model import NodePolicy

_CANCELLED = (RunCancelledError, RunTimeoutError, KeyboardInterrupt, GeneratorExit)
_CONDITIONAL = (CircuitOpenError, ResourceTimeoutError)
_PASSING = (
    ConnectionError,
    TimeoutError,
    InterruptedError,
    AttemptTimeoutError,
    WorkerLostError,
    DeadlockError,
)
_PASSING_NUMBERS = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.EINTR,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENETRESET,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
    }
)
"""Errors of the system that tend to pass."""

_PASSING_NAMES = frozenset(
    {
        "httpx.TransportError",
        "httpcore.NetworkError",
        "httpcore.TimeoutException",
        "requests.exceptions.ConnectionError",
        "requests.exceptions.Timeout",
        "urllib3.exceptions.TimeoutError",
        "urllib3.exceptions.ProtocolError",
        "aiohttp.client_exceptions.ClientConnectionError",
    }
)
"""Errors of libraries that need not be installed, by module and class."""

_PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a web server that may be another the next time."""


def classify(error: BaseException, policy: NodePolicy) -> FailureCategory:
    """Return whether trying again helps.

    Returns
    -------
    str
        ``retryable``: it may pass. ``conditional``: it helps once something else has changed: a circuit has closed, a
        resource is free. ``fatal``: it does not. ``cancelled``: nobody wants it any more.

    Examples
    --------
    >>> classify(ConnectionResetError(), NodePolicy()), classify(ValueError(), NodePolicy())
    ('retryable', 'fatal')
    >>> classify(ValueError(), NodePolicy(retry_on=("ValueError",)))
    'retryable'
    """
    if isinstance(error, _CANCELLED) or _is_called(error, ("asyncio.exceptions.CancelledError",)):
        return "cancelled"
    if isinstance(error, PoisonError) or _is_called(error, policy.never_retry_on):
        return "fatal"
    if isinstance(error, _CONDITIONAL):
        return "conditional"
    if _is_called(error, policy.retry_on):
        return "retryable"
    says = getattr(error, "retryable", None)
    if isinstance(says, bool):
        return "retryable" if says else "fatal"
    if isinstance(error, NodeExecutionError):  # what failed in a loop or a subgraph
        return error.failure.category
    return "retryable" if _passes(error) else "fatal"


def _passes(error: BaseException) -> bool:
    if isinstance(error, _PASSING) or _is_called(error, _PASSING_NAMES):
        return True
    if isinstance(error, OSError) and error.errno in _PASSING_NUMBERS:
        return True
    reason = getattr(error, "reason", None)  # what urllib, and what follows it, hide the error of the socket in
    if isinstance(reason, BaseException) and reason is not error:
        return _passes(reason)
    status = _status_of(error)
    return isinstance(status, int) and status in _PASSING_STATUS


def _status_of(error: BaseException) -> object:
    """Return what a web server has answered with, if the error is about that."""
    answer = getattr(error, "response", None)
    return getattr(answer, "status_code", None) or getattr(error, "status", None)


def _is_called(error: BaseException, names: Iterable[str]) -> bool:
    """Whether an error, or what it is a kind of, has one of the names, with or without its module."""
    wanted = frozenset(names)
    return bool(wanted) and any(not wanted.isdisjoint(_names_of(kind)) for kind in type(error).__mro__)


def _names_of(kind: type) -> tuple[str, str, str]:
    module = kind.__module__
    return kind.__name__, f"{module}.{kind.__qualname__}", f"{module.partition('.')[0]}.{kind.__qualname__}"
