"""Which errors are worth another try."""

from __future__ import annotations

import asyncio
import errno
import sys
from types import ModuleType, SimpleNamespace

import pytest

from shtairir.errors import (
    AttemptTimeoutError,
    CircuitOpenError,
    DeadlockError,
    MemoryBudgetError,
    NodeExecutionError,
    PoisonError,
    ResourceTimeoutError,
    RunCancelledError,
    RunTimeoutError,
    WorkerLostError,
)
from shtairir.events import NodeFailure
from shtairir.ids import BlockId, NodeId
from shtairir.policy import NodePolicy, classify

DEFAULT = NodePolicy()


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        InterruptedError(),
        OSError(errno.EHOSTUNREACH, "no way there"),
        AttemptTimeoutError("too long"),
        WorkerLostError("gone"),
        DeadlockError("gave way"),
    ],
)
def test_what_tends_to_pass_is_tried_again(error: Exception) -> None:
    assert classify(error, DEFAULT) == "retryable"


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no number"),
        FileNotFoundError(errno.ENOENT, "not there"),
        PermissionError(errno.EACCES, "not allowed"),
        MemoryError(),
        MemoryBudgetError("too much", requested_bytes=2, limit_bytes=1),
        PoisonError("kills all"),
        ZeroDivisionError(),
    ],
)
def test_what_stays_as_it_is_is_not(error: Exception) -> None:
    assert classify(error, DEFAULT) == "fatal"


def test_what_waits_for_something_else_is_conditional() -> None:
    assert classify(CircuitOpenError("open", dependency="api", retry_in_s=3), DEFAULT) == "conditional"
    assert classify(ResourceTimeoutError("taken"), DEFAULT) == "conditional"


@pytest.mark.parametrize(
    "error", [RunCancelledError("stop"), RunTimeoutError("over"), asyncio.CancelledError(), KeyboardInterrupt()]
)
def test_what_nobody_wants_any_more_is_cancelled_whatever_the_policy_says(error: BaseException) -> None:
    assert classify(error, NodePolicy(retry_on=("Exception", "BaseException"))) == "cancelled"


def test_a_policy_names_more_errors_with_or_without_their_module() -> None:
    by_base = NodePolicy(retry_on=("ArithmeticError",))
    by_place = NodePolicy(retry_on=("builtins.ZeroDivisionError",))
    elsewhere = NodePolicy(retry_on=("other.ZeroDivisionError",))
    assert [classify(ZeroDivisionError(), policy) for policy in (by_base, by_place, elsewhere)] == [
        "retryable",
        "retryable",
        "fatal",
    ]


def test_never_goes_before_always() -> None:
    policy = NodePolicy(retry_on=("OSError",), never_retry_on=("ConnectionError",))
    assert classify(ConnectionResetError(), policy) == "fatal"
    assert classify(OSError("odd"), policy) == "retryable"


def test_an_error_may_say_itself() -> None:
    yes, no = ValueError("later"), ConnectionError("never again")
    yes.retryable = True  # type: ignore[attr-defined]
    no.retryable = False  # type: ignore[attr-defined]
    assert (classify(yes, DEFAULT), classify(no, DEFAULT)) == ("retryable", "fatal")
    assert classify(yes, NodePolicy(never_retry_on=("ValueError",))) == "fatal"


def test_errors_of_libraries_are_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("httpx")
    monkeypatch.setitem(sys.modules, "httpx", module)
    transport = type("TransportError", (Exception,), {"__module__": "httpx"})
    timeout = type("ReadTimeout", (transport,), {"__module__": "httpx"})
    status = type("HTTPStatusError", (Exception,), {"__module__": "httpx"})
    assert classify(timeout(), DEFAULT) == "retryable"
    busy, missing = status(), status()
    busy.response = SimpleNamespace(status_code=503)
    missing.response = SimpleNamespace(status_code=404)
    assert (classify(busy, DEFAULT), classify(missing, DEFAULT)) == ("retryable", "fatal")


def test_urllib_hides_the_reason_inside() -> None:
    from urllib.error import HTTPError, URLError

    assert classify(URLError(ConnectionRefusedError()), DEFAULT) == "retryable"
    assert classify(URLError("unknown url type: x"), DEFAULT) == "fatal"
    answers = [HTTPError("http://x", code, "no", None, None) for code in (429, 404)]  # type: ignore[arg-type]
    assert [classify(answer, DEFAULT) for answer in answers] == ["retryable", "fatal"]


def test_what_failed_inside_says_whether_to_try_again() -> None:
    failure = NodeFailure(NodeId("loop/get"), BlockId("web.get"), "ConnectionError", "gone", category="retryable")
    assert classify(NodeExecutionError("gone", failure=failure), DEFAULT) == "retryable"
