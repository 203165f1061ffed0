"""What every UI test gets: no screen, patience, its garbage collected, and a failure for what was logged unasked."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest.importorskip("PySide6", reason="the window needs the `ui` extra", exc_type=ImportError)

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.garbage import collected_afterwards

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from pytestqt.wait_signal import SignalBlocker

PATIENCE_MS: Final = 30_000
"""The least time that a test waits before it gives up: on a busy machine seconds pass where nothing runs."""


class PatientBot(QtBot):
    """Waits for what must come, however busy the machine is; no test tells by a time-out that something did not."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Wait until the callback agrees."""
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **options: Any) -> SignalBlocker:
        """Wait for a signal while the body of a `with` statement runs, and after it."""
        return super().waitSignal(signal, timeout=max(timeout, PATIENCE_MS), **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's robot, with more patience."""
    return PatientBot(request)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Collect once the test is wholly over, its fixtures too."""
    with collected_afterwards(wholly=nextitem is None or nextitem.path != item.path):
        return (yield)


class ErrorLog(logging.Handler):
    """Collects logged errors; a test that provokes some takes them out with `expect`."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record."""
        self.records.append(record)

    def expect(self, words: str) -> None:
        """Take out the errors that hold these words; there must be one at least."""
        found = [record for record in self.records if words in record.getMessage()]
        assert found, f"No error with {words!r} was logged, only {[r.getMessage() for r in self.records]}."
        self.records = [record for record in self.records if record not in found]


@pytest.fixture(autouse=True)
def error_log() -> Iterator[ErrorLog]:
    """Fail the test when an error was logged that it did not expect."""
    handler = ErrorLog()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    unexpected = [logging.Formatter().format(record) for record in handler.records]
    assert not unexpected, "Logged, and not expected:\n" + "\n".join(unexpected)
