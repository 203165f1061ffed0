"""The tier on disk: entries that outlive the program and are shared by all programs of the person.

An entry is a form, which is JSON, and the pieces that it refers to, see `shtairir.recovery.encoding`. Nothing in it is
ever run. The entry carries a hash of its key, its form and the hashes of its pieces, and each piece is known by its
own: so what was damaged or put there by somebody else is found out before a value is made of it.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from shtairir.cache.blobs import Blob, BlobFolder, RawPart, content_hash
from shtairir.cache.eviction import Policy, priority
from shtairir.cache.index import Index
from shtairir.errors import RecoveryError
from shtairir.recovery.encoding import NotKeepable, decoded, encoded

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_WRITTEN_AFTER = 200
"""Uses that are noted in memory before they are written: a hit should not write."""

_ASKED_AT_ONCE = 500
_ABANDONED_AFTER_S = 3600.0
_INDEX = "index.sqlite"


@dataclass(frozen=True, slots=True)
class Origin:
    """What an entry is the result of; for people, and to let go of entries by."""

    block: str = ""
    node: str = ""
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written."""

    key: str
    values: tuple[Any, ...]
    nbytes: int
    cost_s: float
    origin: Origin
    created_s: float


class Found(NamedTuple):
    """What is found under a key: the values, how large they are, what it took to make them, and when that was."""

    values: tuple[Any, ...]
    nbytes: int
    cost_s: float
    created_s: float


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry whose pieces are written, but which is not known yet."""

    key: str
    text: str
    blobs: list[Blob]
    cost_s: float
    origin: Origin
    created_s: float

    @property
    def nbytes(self) -> int:
        return len(self.text) + sum(blob.nbytes for blob in self.blobs)

    def discard(self) -> None:
        """Remove what was not needed."""
        for blob in self.blobs:
            with suppress(OSError):
                blob.discard()


@dataclass(frozen=True, slots=True)
class Packed:
    """An entry as it lies on disk: the text of its form, the hash over all of it, and its pieces."""

    key: str
    text: str
    digest: str
    cost_s: float
    origin: Origin
    pieces: list[bytes]


class DiskTier:
    """Entries up to a limit, in a folder. Any thread of any program may use it.

    Attributes
    ----------
    held
        Keys of entries that go last.

    Whatever happens to the disk, no method raises: a cache that cannot be used is empty.
    """

    def __init__(
        self, folder: Path, limit_bytes: int, policy: Policy, clock: Callable[[], float], ttl_s: float | None
    ) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.held: frozenset[str] = frozenset()
        self._policy = policy
        self._clock = clock
        self._ttl_s = ttl_s
        self._blobs = BlobFolder(folder / "blobs")
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._uses: dict[str, int] = {}
        self._asked: tuple[tuple[int, int], Collection[str], dict[str, tuple[int, float]]] | None = None
        """The last keys of which there was nothing: who runs a large graph of cheap nodes asks for them each time."""
        self._counted: dict[str, float] = {}
        self._is_off = False

    # --- reading and writing ----------------------------------------------------------------------------------

    def get(self, key: str) -> Found | None:
        """Return an entry, or ``None`` if there is none."""
        return self._guarded(lambda index: self._read(index, key), None)

    def size_of(self, key: str) -> int | None:
        """Return the size of an entry without reading it; ``None`` if there is none."""

        def look(index: Index) -> int | None:
            found = index.rows("select nbytes, created_s from entries where key = ?", key)
            return int(found[0][0]) if found and not self._is_stale(found[0][1]) else None

        return self._guarded(look, None)

    def which(self, keys: Collection[str]) -> dict[str, tuple[int, float]]:
        """Return those of some keys that there are entries of, with their sizes and when they were made."""

        def look(index: Index) -> dict[str, tuple[int, float]]:
            state = index.state
            if self._asked is not None and self._asked[:2] == (state, keys):
                return self._asked[2]
            wanted, found = list(keys), dict[str, tuple[int, float]]()
            for start in range(0, len(wanted), _ASKED_AT_ONCE):
                some = wanted[start : start + _ASKED_AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = index.rows(f"select key, nbytes, created_s from entries where key in ({marks})", *some)
                found |= {key: (nbytes, made_s) for key, nbytes, made_s in rows if not self._is_stale(made_s)}
            if self._ttl_s is None and not found:
                self._asked = state, keys, found
            return found

        return self._guarded(look, {})

    def put(self, entries: Iterable[Entry]) -> None:
        """Write entries together; those that cannot be kept are left out."""
        drafts = [draft for entry in entries if (draft := self._drafted(entry)) is not None]
        if not drafts:
            return
        try:
            self._guarded(lambda index: self._write(index, drafts), None)
        finally:
            for draft in drafts:
                draft.discard()

    def _drafted(self, entry: Entry) -> _Draft | None:
        """Write the pieces of an entry, under passing names where they are large."""
        blobs: list[Blob] = []
        try:
            form, parts = encoded(entry.values)
            if sum(part.nbytes for part in parts) > self.limit_bytes or self._is_off:
                return None
            blobs.extend(map(self._blobs.write, parts))
            text = json.dumps(form, separators=(",", ":"), allow_nan=False)
        except NotKeepable:
            return None
        except OSError as error:
            _log.warning("A result cannot be kept in %s: %s", self.folder, error)
            for blob in blobs:
                with suppress(OSError):
                    blob.discard()
            return None
        return _Draft(entry.key, text, blobs, entry.cost_s, entry.origin, entry.created_s)

    def _read(self, index: Index, key: str) -> Found | None:
        found = index.rows("select form, digest, nbytes, cost_s, created_s from entries where key = ?", key)
        if not found:
            return None
        text, digest, nbytes, cost_s, created_s = found[0]
        if self._is_stale(created_s):
            self._drop(index, [key])
            return None
        joined = "from parts left join blobs using (hash) where key = ? order by place"
        parts = index.rows(f"select blobs.hash, blobs.nbytes, data {joined}", key)
        values = None
        if _digest(key, text, [hash for hash, _, _ in parts], cost_s) == digest:
            pieces = [self._piece(*part) for part in parts]
            if all(piece is not None for piece in pieces):
                values = _made(text, pieces)
        if values is None:
            if index.rows("select 1 from entries where key = ? and digest = ?", key, digest):  # else it was replaced
                index.count(damaged=1)
                self._drop(index, [key])
            return None
        self._uses[key] = self._uses.get(key, 0) + 1
        if len(self._uses) >= _WRITTEN_AFTER:
            with index.changing():
                self._note_uses(index)
        return Found(values, nbytes, cost_s, created_s)

    def _piece(self, hash: str | None, nbytes: int, data: bytes | None) -> bytes | bytearray | None:
        if hash is None:
            return None
        if data is not None:
            return data if content_hash(data) == hash else None
        return self._blobs.read(hash, nbytes)

    def _write(self, index: Index, drafts: Iterable[_Draft]) -> None:
        with index.changing():
            for draft in drafts:
                self._insert(index, draft)
                self._make_room(index, draft.key)
            self._note_uses(index)

    def _insert(self, index: Index, draft: _Draft) -> None:
        """Put an entry in, in the place of an older one. Called while the index is being changed."""
        now, key, text, origin = draft.created_s, draft.key, draft.text, draft.origin
        ranked = priority(
            self._policy,
            age=index.fact("age"),
            cost_s=draft.cost_s,
            nbytes=draft.nbytes,
            uses=1,
            created_s=now,
            used_s=now,
        )
        self._remove(index, key)
        added = len(text.encode("utf-8", "surrogatepass"))
        for place, blob in enumerate(draft.blobs):
            if index.rows("select 1 from blobs where hash = ?", blob.hash):
                index.do("update blobs set users = users + 1 where hash = ?", blob.hash)
            else:
                self._blobs.place(blob)
                index.do("insert into blobs values (?, ?, 1, ?)", blob.hash, blob.nbytes, blob.data)
                added += blob.nbytes
            index.do("insert into parts values (?, ?, ?)", key, place, blob.hash)
        digest = _digest(key, text, [blob.hash for blob in draft.blobs], draft.cost_s)
        # Names may hold the bytes of a file name that is no text, which SQLite does not take.
        names = (name.encode("utf-8", "replace").decode() for name in (origin.block, origin.node, origin.graph))
        facts = (draft.nbytes, draft.cost_s, now, now, 1, ranked, *names)
        index.do(f"insert into entries values (?, ?, ?{', ?' * len(facts)})", key, text, digest, *facts)
        index.count(nbytes=added)

    def _make_room(self, index: Index, newest: str) -> None:
        """Let entries go until all that is left fits, the newest and those that are held last.

        Called while the index is being changed.
        """
        while index.fact("nbytes") > self.limit_bytes:
            stay = [newest, *self.held][:_ASKED_AT_ONCE]
            order = f"order by key in ({', '.join('?' * len(stay))}), priority limit 8"
            victims = index.rows(f"select key, priority from entries {order}", *stay)
            if not victims:
                return
            for key, ranked in victims:
                self._remove(index, key)
                index.count(evicted=1)
                if self._policy in (Policy.COST, Policy.LFU):
                    index.do("update facts set value = max(value, ?) where name = 'age'", ranked)
                if index.fact("nbytes") <= self.limit_bytes:
                    return

    def _remove(self, index: Index, key: str) -> bool:
        """Take an entry out, and the pieces that nobody else is made of. Called while the index is being changed."""
        found = index.rows("select length(cast(form as blob)) from entries where key = ?", key)
        if not found:
            return False
        freed = found[0][0]
        for (hash,) in index.rows("select hash from parts where key = ?", key):
            left = index.rows("select users, nbytes, data is null from blobs where hash = ?", hash)
            if not left:
                continue
            users, nbytes, in_file = left[0]
            if users > 1:
                index.do("update blobs set users = users - 1 where hash = ?", hash)
                continue
            index.do("delete from blobs where hash = ?", hash)
            if in_file:
                self._blobs.remove(hash)
            freed += nbytes
        index.do("delete from parts where key = ?", key)
        index.do("delete from entries where key = ?", key)
        index.count(nbytes=-freed)
        return True

    def _drop(self, index: Index, keys: Iterable[str]) -> int:
        with index.changing():
            return sum([self._remove(index, key) for key in keys])

    def _note_uses(self, index: Index) -> None:
        """Write down what was used since the last time. Called while the index is being changed."""
        uses, self._uses = self._uses, {}
        now, age = self._clock(), index.fact("age")
        for key, count in uses.items():
            found = index.rows("select cost_s, nbytes, uses, created_s from entries where key = ?", key)
            if found:
                cost_s, nbytes, before, created_s = found[0]
                ranked = priority(
                    self._policy,
                    age=age,
                    cost_s=cost_s,
                    nbytes=nbytes,
                    uses=before + count,
                    created_s=created_s,
                    used_s=now,
                )
                index.do(
                    "update entries set uses = ?, used_s = ?, priority = ? where key = ?",
                    before + count,
                    now,
                    ranked,
                    key,
                )
        counted, self._counted = self._counted, {}
        index.count(**counted)

    def count(self, **more: float) -> None:
        """Raise counters that outlive the program; they are written with the next change."""
        with self._lock:
            for name, amount in more.items():
                self._counted[name] = self._counted.get(name, 0.0) + amount

    def _is_stale(self, created_s: float) -> bool:
        return self._ttl_s is not None and self._clock() > created_s + self._ttl_s

    # --- as it lies there -------------------------------------------------------------------------------------

    def packed(self, key: str) -> Packed | None:
        """Return an entry as it lies on disk, for another cache to take; ``None`` if it is not there, or damaged."""

        def look(index: Index) -> Packed | None:
            columns = "form, digest, cost_s, block, node, graph"
            found = index.rows(f"select {columns} from entries where key = ?", key)
            if not found:
                return None
            text, digest, cost_s, *origin = found[0]
            joined = "from parts left join blobs using (hash) where key = ? order by place"
            parts = index.rows(f"select blobs.hash, blobs.nbytes, data {joined}", key)
            pieces = [self._piece(*part) for part in parts]
            if any(piece is None for piece in pieces):
                return None
            return Packed(key, text, digest, cost_s, Origin(*origin), [bytes(piece or b"") for piece in pieces])

        return self._guarded(look, None)

    def unpack(self, entry: Packed) -> bool:
        """Take an entry of another cache, and say whether it was sound."""
        hashes = [content_hash(piece) for piece in entry.pieces]
        sound = _digest(entry.key, entry.text, hashes, entry.cost_s) == entry.digest
        if not sound or _made(entry.text, entry.pieces) is None:
            return False
        nbytes = len(entry.text) + sum(map(len, entry.pieces))
        if nbytes > self.limit_bytes:
            return False
        blobs = [self._blobs.write(RawPart(piece)) for piece in entry.pieces]
        draft = _Draft(entry.key, entry.text, blobs, entry.cost_s, entry.origin, self._clock())
        try:
            self._guarded(lambda index: self._write(index, [draft]), None)
        finally:
            draft.discard()
        return True

    # --- looking after it -------------------------------------------------------------------------------------

    def facts(self) -> dict[str, float]:
        """Return the counters, and how many entries and pieces there are."""

        def look(index: Index) -> dict[str, float]:
            found = {name: float(value) for name, value in index.rows("select name, value from facts")}
            for name, amount in self._counted.items():
                found[name] = found.get(name, 0.0) + amount
            found["entries"] = float(index.rows("select count(*) from entries")[0][0])
            return found

        return self._guarded(look, {})

    def entries(self) -> list[tuple[Any, ...]]:
        """Return what is known of each entry: key, size, seconds, when made and used, uses, block, node, graph."""
        columns = "key, nbytes, cost_s, created_s, used_s, uses, block, node, graph"
        return self._guarded(lambda index: index.rows(f"select {columns} from entries order by used_s desc"), [])

    def remove(self, keys: Iterable[str]) -> int:
        """Let entries go, and return how many there were."""
        return self._guarded(lambda index: self._drop(index, keys), 0)

    def verify(self) -> tuple[int, int]:
        """Read everything, let go of what is damaged, and return how many entries there are and were damaged."""

        def look(index: Index) -> tuple[int, int]:
            keys = [key for (key,) in index.rows("select key from entries")]
            damaged = sum([self._read(index, key) is None for key in keys])
            known = {hash for (hash,) in index.rows("select hash from blobs where data is null")}
            with index.changing():
                for hash in self._blobs.hashes():
                    if hash not in known:
                        self._blobs.remove(hash)
            self._blobs.sweep(self._clock() - _ABANDONED_AFTER_S)
            index.compact()
            return len(keys), damaged

        return self._guarded(look, (0, 0))

    def close(self) -> None:
        """Write down what is not written yet."""

        def last(index: Index) -> None:
            if self._uses or self._counted:
                with index.changing():
                    self._note_uses(index)

        with self._lock:
            if self._index is not None:
                self._guarded(last, None)
                if self._index is not None:
                    self._index.close()
                self._index = None

    def _guarded(self, work: Callable[[Index], _T], otherwise: _T) -> _T:
        """Do something with the index; if that is damaged, set it aside and begin anew."""
        with self._lock:
            if self._is_off:
                return otherwise
            try:
                return self._worked(work)
            except sqlite3.OperationalError as error:  # locked for too long, no space, no permission
                _log.warning("The cache in %s cannot be used: %s", self.folder, error)
                self._is_off = "locked" not in str(error) and "busy" not in str(error)
            except sqlite3.ProgrammingError as error:  # it is used in a way that it cannot be: that is no damage
                _log.warning("The cache in %s cannot be used: %s", self.folder, error)
                self._index = None
            except (sqlite3.DatabaseError, OSError, TypeError, ValueError) as error:
                self._begin_anew(error)
            return otherwise

    def _worked(self, work: Callable[[Index], _T]) -> _T:
        """Do something with the index; if somebody has removed the folder meanwhile, with a new one."""
        try:
            return work(self._opened())
        except sqlite3.OperationalError:
            if self._index is None or (self.folder / _INDEX).exists():
                raise
            self._index.close()
            self._index = self._asked = None
            self.folder.mkdir(parents=True, exist_ok=True)
            return work(self._opened())

    def _opened(self) -> Index:
        if self._index is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._index = Index(self.folder / _INDEX)
        return self._index

    def _begin_anew(self, error: Exception) -> None:
        _log.warning("The cache in %s is damaged (%s) and begins anew.", self.folder, error)
        if self._index is not None:
            with suppress(sqlite3.Error):
                self._index.close()
            self._index = None
        try:
            (self.folder / _INDEX).replace(self.folder / f"{_INDEX}.damaged")
            (self.folder / f"{_INDEX}-journal").unlink(missing_ok=True)
        except OSError:
            self._is_off = True


def _digest(key: str, text: str, hashes: list[str], cost_s: float) -> str:
    return content_hash(json.dumps([key, text, hashes, cost_s]).encode("utf-8", "surrogatepass"))


def _made(text: str, pieces: list[Any]) -> tuple[Any, ...] | None:
    try:
        values = decoded(json.loads(text), lambda place: pieces[place])
    except (RecoveryError, ValueError):
        return None
    return values if isinstance(values, tuple) else None
