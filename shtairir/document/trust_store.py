"""What a person has trusted: the hashes of contents, kept in a file of the user's data folder.

The file is JSON. It is replaced as a whole, under a lock, so two programs at once lose nothing of each other. One that
cannot be read is set aside, and then nothing is trusted: that costs a question, the other way round would cost more.
``SHTAIRIR_TRUST_PATH`` names another file.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shtairir.errors import DocumentError

VARIABLE = "SHTAIRIR_TRUST_PATH"
KEPT_OF_A_FILE = 20
"""Contents of one file that stay trusted: the last ones, so that an older version may be brought back."""

_FORMAT, _VERSION = "shtairir-trust", 1
_LARGEST = 16 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trusted:
    """One content that was trusted.

    Attributes
    ----------
    digest
        Its hash, see `shtairir.document.trust.content_hash`.
    path, name
        The file, and the graph's name, when it was: for people.
    at
        When, as ISO 8601.
    """

    digest: str
    path: str
    name: str
    at: str


class TrustStore:
    """The trusted contents of one file. May be used from any thread.

    Parameters
    ----------
    file
        Where they are kept; it need not exist.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._seen: tuple[tuple[int, int, int] | None, dict[str, Trusted]] = (None, {})

    def trusts(self, digest: str) -> bool:
        """Return whether a content is trusted."""
        return digest in self._entries()

    def entries(self) -> list[Trusted]:
        """Return all trusted contents, the oldest first."""
        return list(self._entries().values())

    def add(self, digest: str, path: Path | None, name: str = "") -> None:
        """Trust a content.

        Raises
        ------
        DocumentError
            When that cannot be written down.
        """
        where = str(path) if path is not None else ""
        with self._changing() as entries:
            entries.pop(digest, None)
            entries[digest] = Trusted(digest, where, name, datetime.now().isoformat(timespec="seconds"))
            of_file = [entry.digest for entry in entries.values() if where and entry.path == where]
            for old in of_file[:-KEPT_OF_A_FILE]:
                del entries[old]

    def remove(self, digest: str, path: Path | None = None) -> int:
        """Trust a content, and all that a file ever held, no longer; return how many were trusted."""
        with self._changing() as entries:
            gone = [one for one, entry in entries.items() if one == digest or (path and entry.path == str(path))]
            for one in gone:
                del entries[one]
        return len(gone)

    def _entries(self) -> dict[str, Trusted]:
        with self._lock:
            stamp = _stamp(self.file)
            if stamp != self._seen[0]:
                self._seen = (stamp, _read(self.file))
            return self._seen[1]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Trusted]]:
        """Yield the entries as the file has them now, and write them back; meanwhile nobody else may."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, _locked(self.file.with_name(f"{self.file.name}.lock")):
                entries = _read(self.file)
                yield entries
                _write(self.file, entries)
                self._seen = (_stamp(self.file), entries)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"What is trusted cannot be written down: {reason}.", path=self.file) from error


_stores: dict[Path, TrustStore] = {}


def trust_store() -> TrustStore:
    """Return the user's store."""
    named = os.environ.get(VARIABLE)
    if named:
        file = Path(named).expanduser().absolute()
    else:
        import platformdirs

        file = Path(platformdirs.user_data_dir("shtairir", appauthor=False)) / "trust.json"
    return _stores.setdefault(file, TrustStore(file))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _read(file: Path) -> dict[str, Trusted]:
    """Return what a file holds; nothing if it is not there. One that is damaged is set aside."""
    try:
        if not file.exists():
            return {}
        if file.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        return _parsed(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        _log.warning("What is trusted cannot be read from %s, so nothing is: %s", file, error)
    except (ValueError, RecursionError) as error:
        aside = file.with_name(f"{file.name}.broken-{datetime.now():%Y%m%d-%H%M%S-%f}")
        with suppress(OSError):
            file.replace(aside)
        _log.warning("%s is damaged (%s), so nothing is trusted any more; it was set aside as %s.", file, error, aside)
    return {}


def _parsed(document: Any) -> dict[str, Trusted]:
    if not isinstance(document, dict) or document.get("format") != _FORMAT or document.get("version") != _VERSION:
        raise ValueError("it is not a list of what is trusted")
    listed = document.get("trusted")
    if not isinstance(listed, list):
        raise ValueError("it has no list")
    entries: dict[str, Trusted] = {}
    for one in listed:
        fields: list[Any] = [one.get(key) for key in ("digest", "path", "name", "at")] if isinstance(one, dict) else []
        if not fields or not all(isinstance(value, str) for value in fields):
            raise ValueError("an entry is incomplete")
        entry = Trusted(*fields)
        entries[entry.digest] = entry
    return entries


def _write(file: Path, entries: dict[str, Trusted]) -> None:
    document = {"format": _FORMAT, "version": _VERSION, "trusted": [asdict(entry) for entry in entries.values()]}
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        # Only the person themselves may write down what they trust.
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a file against other programs."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]  # Windows only
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
