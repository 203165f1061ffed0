"""What every UI test gets: no screen, and a failure when something was logged as an error unasked."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest.importorskip("PySide6", reason="the window needs the `ui` extra", exc_type=ImportError)


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
