"""Packs that must not be imported: one that hung, or that ended the program while it was imported.

Before somebody else's code is imported, a marker is written; it is removed when the import has come to its end or the
program ends in good order. So a marker whose process is gone tells which pack took the program with it, and that pack
is disabled when the next program starts. A disabled pack stays so until its files change or a person enables it.

Each fact is a small file of its own in the user's state folder, so programs that start at the same time need no lock.
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from shtairir.block.packs import Stamp

How = Literal["hung", "ended"]

_MARKER, _DISABLED, _ALLOWED = "importing-", "disabled-", "slow-"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Disabled:
    """Why a pack is not imported.

    Attributes
    ----------
    how
        It ``hung``, or it ``ended`` the program.
    stamp
        Of the pack's files then; when they have changed since, it gets another chance.
    waited_s
        How long it was waited for.
    at
        When it was disabled, as people write it.
    """

    pack: str
    how: How
    stamp: Stamp
    waited_s: float
    at: str


class Quarantine:
    """What is remembered of packs that do harm.

    Parameters
    ----------
    folder
        Where; the user's state folder when left out.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._looked = False

    @property
    def folder(self) -> Path:
        """The folder that holds the facts."""
        if self._folder is None:
            import platformdirs

            self._folder = Path(platformdirs.user_state_dir("shtairir", appauthor=False)) / "packs"
        return self._folder

    @contextmanager
    def marked(self, pack: str, stamp: Stamp) -> Iterator[None]:
        """Leave a marker while the body runs."""
        marker = self._file(f"{_MARKER}{os.getpid()}-", pack)
        if not self._write(marker, {"pack": pack, "pid": os.getpid(), "stamp": stamp}):
            yield
            return
        # An import that hangs on its daemon thread never comes to its end, though the program does.
        atexit.unregister(self._remove_own)
        atexit.register(self._remove_own)
        try:
            yield
        finally:
            _remove(marker)

    def _remove_own(self) -> None:
        for marker in self._found(f"{_MARKER}{os.getpid()}-"):
            _remove(marker)

    def why_disabled(self, pack: str, stamp: Stamp) -> Disabled | None:
        """Return why a pack must not be imported, or ``None`` when it may."""
        self._look_for_the_dead()
        file = self._file(_DISABLED, pack)
        found = self._read(file)
        if found is None:
            return None
        disabled = Disabled(
            pack,
            found.get("how", "hung"),
            tuple(found.get("stamp", ())),
            float(found.get("waited_s", 0)),
            str(found.get("at", "")),
        )
        if disabled.stamp == stamp:
            return disabled
        _remove(file)
        return None

    def disable(self, pack: str, how: How, stamp: Stamp, waited_s: float = 0.0) -> None:
        """Keep a pack from being imported until its files change or it is enabled."""
        _remove(self._file(_ALLOWED, pack))
        at = time.strftime("%Y-%m-%d %H:%M")
        self._write(self._file(_DISABLED, pack), asdict(Disabled(pack, how, stamp, waited_s, at)))

    def enable(self, pack: str) -> None:
        """Let a pack be imported again, and let it take its time."""
        _remove(self._file(_DISABLED, pack))
        self._write(self._file(_ALLOWED, pack), {"pack": pack})

    def may_be_slow(self, pack: str) -> bool:
        """Whether a person enabled the pack, so that it is never disabled for being slow."""
        return self._file(_ALLOWED, pack).exists()

    def _look_for_the_dead(self) -> None:
        """Disable the packs whose import ended an earlier program."""
        if self._looked:
            return
        self._looked = True
        for marker in self._found(_MARKER):
            fact = self._read(marker)
            if fact is None or not _is_gone(int(fact.get("pid", 0)), marker):
                continue
            self.disable(str(fact.get("pack", "")), "ended", tuple(fact.get("stamp", ())))
            _remove(marker)

    def _found(self, kind: str) -> list[Path]:
        try:
            return sorted(self.folder.glob(f"{kind}*"))
        except OSError:
            return []

    def _file(self, kind: str, pack: str) -> Path:
        from hashlib import sha256  # here and below: a run that needs no pack of others starts without

        return self.folder / f"{kind}{sha256(pack.encode()).hexdigest()[:16]}.json"

    def _read(self, file: Path) -> dict[str, Any] | None:
        import json

        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _write(self, file: Path, fact: dict[str, Any]) -> bool:
        import json

        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(fact), encoding="utf-8")
        except OSError as error:
            _log.debug("nothing can be remembered of packs in %s: %s", file.parent, error)
            return False
        return True


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink(missing_ok=True)


def _is_gone(pid: int, marker: Path) -> bool:
    """Whether the process that left a marker has ended; its number may be another's by now."""
    import psutil  # type: ignore[import-untyped]  # it brings no types

    try:
        return bool(psutil.Process(pid).create_time() > marker.stat().st_mtime + 1)
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, OSError, ValueError):
        return False
