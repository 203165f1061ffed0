"""What blocks log by Python's `logging` in a worker process is logged in the program."""

from __future__ import annotations

import logging
from collections.abc import Callable


class Forwarding(logging.Handler):
    """Hands on what is logged.

    Parameters
    ----------
    tell
        Takes the logger's name, the level and the words.
    """

    def __init__(self, tell: Callable[[str, int, str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._telling = False

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on; what is logged on the way is left out."""
        if self._telling:
            return
        self._telling = True
        try:
            self._tell(record.name, record.levelno, self.format(record))
        except Exception:  # noqa: BLE001 - words that cannot be put together are no reason to fail
            self.handleError(record)
        finally:
            self._telling = False


def log(name: str, level: int, message: str) -> None:
    """Log in the program what a block has logged in its process."""
    logging.getLogger(name).log(level, "%s", message)
