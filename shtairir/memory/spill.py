"""Values that wait on disk until their reader comes.

Arrays are written as ``.npy`` without pickles, tables as Arrow files; what is neither stays in memory. The files lie
in a folder of the run's own, which goes with the run. A folder whose program ended before it could clean up is found
by its lock, which nobody holds any more, and removed by the next program that has something to spill.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from shtairir.block.values import Audio, loaded_class, nbytes_of

SMALLEST_SPILLED = 1 << 16
"""Smaller values are not worth a file."""

_SPARE_DISK_BYTES = 256_000_000

_swept: set[Path] = set()
_sweeping = threading.Lock()


class Spilled:
    """Stands where a value stood that is on disk now. When it goes, the file goes."""

    __slots__ = ("kind", "nbytes", "path", "rate_hz")

    def __init__(self, path: Path, kind: str, nbytes: int, rate_hz: int = 0) -> None:
        self.path = path
        self.kind = kind
        self.nbytes = nbytes
        self.rate_hz = rate_hz

    def __del__(self) -> None:
        with suppress(OSError):  # Windows keeps a file that is mapped; the folder's end takes it
            os.unlink(self.path)

    def value(self, *, mapped: bool = False) -> Any:
        """Return the value, bit for bit what it was.

        Parameters
        ----------
        mapped
            Leave an array in its file and let the system bring the pages that are looked at. It can be written to;
            what is written stays in memory.
        """
        if self.kind == "table":
            import polars

            with open(self.path, "rb") as file:  # a path would be mapped by some versions
                return polars.read_ipc(file)
        import numpy as np

        # Not while others may have the file open: Windows could not remove it.
        mode: Any = "c" if mapped and os.name != "nt" else None
        array = np.load(self.path, mmap_mode=mode, allow_pickle=False)
        if mode is not None:
            array = array.view(np.ndarray)
        return array if self.kind == "array" else Audio(array, self.rate_hz)


def can_spill(value: object) -> bool:
    """Whether a value can be written and read back as it is, and takes memory that would be free then."""
    if isinstance(value, Audio):
        value = value.samples
    if type(value) is loaded_class("numpy", "ndarray"):
        array: Any = value
        return array.nbytes >= SMALLEST_SPILLED and not array.dtype.hasobject and array.dtype.metadata is None
    if type(value) is loaded_class("polars", "DataFrame"):
        table: Any = value
        objects = sys.modules["polars"].Object
        return nbytes_of(table) >= SMALLEST_SPILLED and objects not in table.dtypes
    return False


class SpillFolder:
    """A place on disk for one run, made when it is first needed.

    Parameters
    ----------
    base
        Where to make it; see `spill_base`.

    Notes
    -----
    `write` may be called from any thread.
    """

    def __init__(self, base: Path | None = None) -> None:
        self._base = base
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._finish: weakref.finalize[..., Any] | None = None
        self.written_bytes = 0

    @property
    def path(self) -> Path | None:
        """The folder, once there is one."""
        return self._path

    def write(self, value: Any) -> Spilled:
        """Write a value that `can_spill`, and return what stands for it.

        Raises
        ------
        OSError
            When the disk does not take it.
        """
        import shutil

        nbytes = nbytes_of(value)
        path = self._made() / f"{next(self._numbers)}"
        if shutil.disk_usage(path.parent).free < nbytes + _SPARE_DISK_BYTES:
            raise OSError(f"There is too little space left in {path.parent}.")
        try:
            spilled = _written(value, path, nbytes)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self._lock:
            self.written_bytes += nbytes
        return spilled

    def _made(self) -> Path:
        with self._lock:
            if self._path is None:
                base = self._base if self._base is not None else spill_base()
                base.mkdir(parents=True, exist_ok=True)
                sweep(base)
                self._path, held = _locked_folder(base)
                self._finish = weakref.finalize(self, _remove_own, os.getpid(), self._path, held)
            return self._path

    def remove(self) -> None:
        """Remove the folder with all that is in it. Arrays that are mapped from there can still be read."""
        if self._finish is not None:
            self._finish()


def spill_base() -> Path:
    """Return where spilled values go: ``SHTAIRIR_SPILL_PATH``, else a folder in the user's cache.

    Not the folder for temporary files, which on many machines is memory itself.
    """
    chosen = os.environ.get("SHTAIRIR_SPILL_PATH")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("shtairir")) / "spill"


def sweep(base: Path) -> None:
    """Remove the folders of programs that ended without doing so; once for each base."""
    with _sweeping:
        if base in _swept:
            return
        _swept.add(base)
    for folder in base.glob("run-*/"):
        with suppress(OSError):
            held = open(_lock_file(folder), "ab")  # noqa: SIM115 - closed by `_remove`
            if _lock(held):
                _remove(folder, held)
            else:
                held.close()


def _locked_folder(base: Path) -> tuple[Path, IO[bytes]]:
    import tempfile

    # The lock is there, and held, before the folder is: nobody can take it for one that was left behind.
    descriptor, name = tempfile.mkstemp(prefix="run-", suffix=".lock", dir=base)
    held = os.fdopen(descriptor, "ab")
    _lock(held)
    folder = Path(name).with_suffix("")
    folder.mkdir(mode=0o700)
    return folder, held


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")


def _remove_own(maker: int, folder: Path, held: IO[bytes]) -> None:
    if os.getpid() == maker:  # not at the end of a copy of the process
        _remove(folder, held)


def _remove(folder: Path, held: IO[bytes]) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    held.close()
    if not folder.exists():
        _lock_file(folder).unlink(missing_ok=True)


def _lock(file: IO[bytes]) -> bool:
    """Take the lock of a file for as long as it is open, unless somebody has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _written(value: Any, path: Path, nbytes: int) -> Spilled:
    if isinstance(value, Audio):
        _save(value.samples, path)
        return Spilled(path, "audio", nbytes, value.rate_hz)
    if type(value) is loaded_class("numpy", "ndarray"):
        _save(value, path)
        return Spilled(path, "array", nbytes)
    value.write_ipc(path, compression="uncompressed")
    return Spilled(path, "table", nbytes)


def _save(array: Any, path: Path) -> None:
    import numpy as np

    with open(path, "wb") as file:
        np.save(file, array, allow_pickle=False)
