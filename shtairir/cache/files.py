"""Files by what is in them, without reading them each time.

The content of a file is hashed once, and again when its size, its times, or the place where it lies have changed.
Among the times is that of the last change of status, which no program can set: so a file that was replaced by another
of the same size, with the old date put on it, is noticed; and so is one that is written again at once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections import OrderedDict
from pathlib import Path

from blake3 import blake3

_REMEMBERED = 10_000
_SLICE_BYTES = 1 << 22
_MOST_IN_FOLDER = 100_000

_TICK_S, _COARSE_TICK_S = 0.02, 2.0

_State = tuple[int, ...]


class FileHashes:
    """Remembers the hashes of files. Any thread may use it.

    Examples
    --------
    >>> FileHashes().of(Path("/no/such/file"))
    'missing'
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[_State, str]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path) -> str:
        """Return what stands for a file with its content, or for a folder with what lies in it, at any depth."""
        try:
            found = path.stat()
        except OSError:
            return "missing"
        if stat.S_ISDIR(found.st_mode):
            try:
                return _listing(path)
            except OSError:  # it has gone meanwhile
                return "missing"
        if not stat.S_ISREG(found.st_mode):
            return f"special {found.st_mode}"
        try:
            found = _settled(path, found)
        except OSError:
            return "missing"
        state = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
        name = os.fspath(path)
        with self._lock:
            known = self._known.get(name)
            if known is not None and known[0] == state:
                self._known.move_to_end(name)
                return known[1]
        hashed = _content(path)
        with self._lock:
            self._known[name] = (state, hashed)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return hashed


def _settled(path: Path, found: os.stat_result) -> os.stat_result:
    """Return the state of a file once a change of it could not leave its times as they are.

    A file system counts time in ticks. What is written twice within one looks the same both times; so whoever comes
    within the tick of the last change waits for its end. Where ticks are long, all times are whole seconds.
    """
    while True:
        is_coarse = not found.st_ctime_ns % 1_000_000_000 and not found.st_mtime_ns % 1_000_000_000
        tick_s = _COARSE_TICK_S if is_coarse else _TICK_S
        age_s = time.time() - max(found.st_ctime_ns, found.st_mtime_ns) / 1e9
        if not 0 <= age_s < tick_s:
            return found
        time.sleep(tick_s - age_s)
        found = path.stat()


def _content(path: Path) -> str:
    hasher = blake3()
    try:
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(_SLICE_BYTES):
                hasher.update(piece)
    except OSError as error:
        return f"unreadable {error.errno}"
    return str(hasher.hexdigest(length=16))


def _listing(folder: Path) -> str:
    """Return what stands for all that lies in a folder: names, kinds, sizes and times, and where links lead.

    Linked folders are gone into as well; one that is on the way already, and so leads in a circle, is only named.
    """
    digest = hashlib.blake2b(digest_size=16)
    newest = time.time() - _COARSE_TICK_S
    pending: list[tuple[str, tuple[tuple[int, int], ...]]] = [(os.fspath(folder), (_place(os.stat(folder)),))]
    count = 0
    while pending:
        place, way = pending.pop()
        try:
            names = sorted(os.listdir(place))
        except OSError as error:
            digest.update(f"unreadable {place} {error.errno}".encode("utf-8", "backslashreplace"))
            continue
        for name in names:
            count += 1
            if count > _MOST_IN_FOLDER:
                return f"large {os.urandom(8).hex()}"  # nobody can say whether it is the same
            path = os.path.join(place, name)
            facts, inside = _facts(path, newest)
            digest.update(repr((os.path.relpath(path, folder), *facts)).encode("utf-8", "backslashreplace"))
            if inside is not None and inside not in way:
                pending.append((path, (*way, inside)))
    return digest.hexdigest()


def _facts(path: str, newest_s: float) -> tuple[tuple[object, ...], tuple[int, int] | None]:
    """Return what is known of something in a folder; of a folder also which one it is."""
    leads_to = _target_of(path)
    try:
        state = os.stat(path)
        if not stat.S_ISDIR(state.st_mode) and state.st_ctime > newest_s:
            state = _settled(Path(path), state)
    except OSError as error:
        return ("nowhere", leads_to, error.errno), None
    if stat.S_ISDIR(state.st_mode):
        return ("folder", leads_to, state.st_mode), _place(state)
    times = state.st_mtime_ns, state.st_ctime_ns
    return (leads_to, state.st_mode, state.st_size, *times, state.st_ino), None


def _target_of(path: str) -> str:
    """Return where a link leads; empty if it is none."""
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _place(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino
