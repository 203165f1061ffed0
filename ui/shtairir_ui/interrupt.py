"""Ctrl-C in the terminal closes the window."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


class InterruptListener(QObject):
    """Wakes Qt's loop when a signal comes, without polling.

    Python runs a signal's handler only when it is given the turn; Qt's loop does not give it. The
    interpreter writes a byte to a socket at each signal, and reading that byte is the turn.
    """

    def __init__(self, handler: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before = signal.signal(signal.SIGINT, lambda _number, _frame: handler())
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda *_: self._reader.recv(64))

    def close(self) -> None:
        """Put the signal's former handler back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup_before)
        signal.signal(signal.SIGINT, self._before)
        self._reader.close()
        self._writer.close()
