"""Messages between the program and a worker, over a pair of sockets: a length, and that many bytes of pickle.

Nobody looks at times and nobody asks in vain: who waits for a message sleeps in the system until it is there, and is
woken as well when the other side ends.
"""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("<Q")
_AT_ONCE = 1 << 16
_LONGEST = 1 << 32


class ClosedError(Exception):
    """The other side is gone, or says what it cannot mean: a block may write to any descriptor."""


class Channel:
    """One end of the connection. One thread at a time may send, and one receive."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._pending = bytearray()

    def send(self, message: Any) -> None:
        """Send a message.

        Raises
        ------
        ClosedError
            When the other side is gone.
        """
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        try:
            self._socket.sendall(_LENGTH.pack(len(body)) + body)
        except OSError as error:
            raise ClosedError from error

    def receive(self) -> Any:
        """Wait for a message and return it.

        Raises
        ------
        ClosedError
            When the other side is gone.
        """
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > _LONGEST:
            raise ClosedError
        body = self._exactly(length)
        try:
            return pickle.loads(body)
        except Exception as error:
            raise ClosedError from error

    def _exactly(self, count: int) -> bytes:
        pending = self._pending
        while len(pending) < count:
            try:
                found = self._socket.recv(max(count - len(pending), _AT_ONCE))
            except OSError as error:
                raise ClosedError from error
            if not found:
                raise ClosedError
            pending += found
        wanted = bytes(pending[:count])
        del pending[:count]
        return wanted

    def shut(self) -> None:
        """Wake whoever waits at either end; nothing goes through any more."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was shut before

    def close(self) -> None:
        """Give the descriptor back; nobody may use the channel any more."""
        self._socket.close()
