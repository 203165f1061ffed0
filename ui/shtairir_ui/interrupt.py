"""Ctrl-C in the terminal closes the window."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer


class InterruptListener(QObject):
    """Wakes Qt's loop when a signal comes, without polling.

    Python runs a signal's handler only when it is given the turn; Qt's loop does not give it. The
    interpreter writes the signal's number to a socket, and the loop calls the handler when it reads it.
    So the handler never cuts into the middle of something else, such as the painting of a widget.
    """

    def __init__(self, handler: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._handler = handler
        self._before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)

    def _take(self) -> None:
        for _ in range(self._reader.recv(64).count(signal.SIGINT)):
            # Not from here: a handler that asks a question runs a loop of its own, which has to hear the next signal.
            QTimer.singleShot(0, self._handler)

    def close(self) -> None:
        """Put the signal's former handler back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup_before)
        signal.signal(signal.SIGINT, self._before)
        self._reader.close()
        self._writer.close()
