"""Writes to the disk what is put into the cache, while the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from itertools import islice

from shtairir.cache.disk_tier import Entry

MOST_WAITING_BYTES = 256_000_000
"""What may wait to be written, in memory. Whoever puts more in waits until less does."""

_AT_ONCE = 64

_PAUSE_S = 0.05
"""What is put in shortly after is written together with the first; and a short run has the processor to itself."""
_LARGE_BYTES = 16_000_000


class BackgroundWriter:
    """Hands entries on, several at once, on a thread of its own that ends when there is nothing to do.

    Any thread may use it.

    Parameters
    ----------
    write
        Writes entries; must not raise.
    """

    def __init__(self, write: Callable[[Iterable[Entry]], None]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._waiting: dict[str, Entry] = {}
        self._in_hand: dict[str, Entry] = {}
        self._nbytes = 0
        self._is_at_work = False
        self._wanted = False

    def put(self, entry: Entry) -> None:
        """Have an entry written soon."""
        with self._changed:
            while self._nbytes > MOST_WAITING_BYTES:
                self._changed.wait()
            before = self._waiting.pop(entry.key, None)
            self._nbytes += entry.nbytes - (before.nbytes if before is not None else 0)
            self._waiting[entry.key] = entry
            if self._nbytes > _LARGE_BYTES:
                self._hurry()
            if not self._is_at_work:
                self._is_at_work = True
                threading.Thread(target=self._work, name="shtairir cache", daemon=True).start()

    @property
    def waiting_bytes(self) -> int:
        """What is not on the disk yet."""
        return self._nbytes

    def find(self, key: str) -> Entry | None:
        """Return an entry that is not written yet."""
        if not self._waiting and not self._in_hand:
            return None  # the usual case, and nothing to wait for
        with self._changed:
            return self._waiting.get(key) or self._in_hand.get(key)

    def forget(self, key: str | None = None) -> None:
        """Do not write an entry, or any, after all; one that is being written is waited for."""
        with self._changed:
            for name in [key] if key is not None else list(self._waiting):
                entry = self._waiting.pop(name, None)
                self._nbytes -= entry.nbytes if entry is not None else 0
            while self._in_hand if key is None else key in self._in_hand:
                self._changed.wait()

    def flush(self) -> None:
        """Wait until all is written."""
        with self._changed:
            if self._waiting:
                self._hurry()
            while self._waiting or self._in_hand:
                self._changed.wait()

    def _hurry(self) -> None:
        """Have what waits written now. Called with the lock held."""
        self._wanted = True
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted, _PAUSE_S)
                if not self._waiting:
                    self._is_at_work = self._wanted = False
                    return
                chosen = list(islice(self._waiting.items(), _AT_ONCE))
                self._in_hand = dict(chosen)
                for key in self._in_hand:
                    del self._waiting[key]
            try:
                self._write([entry for _, entry in chosen])
            finally:
                nbytes = sum(entry.nbytes for _, entry in chosen)
                with self._changed:
                    # Nothing may hold the values any more when those are told who wait for their memory.
                    self._in_hand = {}
                    del chosen
                    self._nbytes -= nbytes
                    self._wanted = len(self._waiting) > 0
                    self._changed.notify_all()
