"""Importing what somebody else wrote without being harmed by it.

The import runs on a daemon thread while the caller waits a few seconds. What raises, ``SystemExit`` too, is an error
of that pack; what does not come back in time is left behind, and interrupted as far as Python can interrupt a thread:
an endless loop ends, a sleep goes on and costs nothing. What ends the whole process leaves a marker behind, see
`shtairir.block.quarantine`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from shtairir.block.packs import Stamp
from shtairir.block.quarantine import Quarantine
from shtairir.block.syntaxtrees import guard_parsing
from shtairir.errors import BlockDefinitionError

_here = threading.local()


def is_importing() -> bool:
    """Whether this thread is importing somebody's pack, for which others may wait."""
    return getattr(_here, "importing", False)


class ImportInterrupted(BaseException):
    """Thrown into an import that took too long; no ``except Exception`` of the pack may catch it."""


class Import:
    """One import on a thread of its own.

    Attributes
    ----------
    module, error
        What came of it, once `wait` has returned true.
    """

    def __init__(self, work: Callable[[], ModuleType], name: str, stamp: Stamp, quarantine: Quarantine) -> None:
        self.module: ModuleType | None = None
        self.error: BaseException | None = None
        self._work = work
        self._name = name
        self._stamp = stamp
        self._quarantine = quarantine
        self._done = threading.Event()
        guard_parsing()
        self._thread = threading.Thread(target=self._import, name=f"import {name}", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, and return whether it has come."""
        return self._done.wait(seconds)

    def interrupt(self) -> None:
        """End the import, if it is in Python code."""
        import ctypes

        if self._thread.ident is not None and not self._done.is_set():
            thread, error = ctypes.c_ulong(self._thread.ident), ctypes.py_object(ImportInterrupted)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)

    def _import(self) -> None:
        _here.importing = True
        try:
            with self._quarantine.marked(self._name, self._stamp):
                self.module = self._work()
        except BaseException as error:  # noqa: BLE001 - the block boundary: this is somebody else's code
            self.error = error
        finally:
            self._done.set()


def said_by(error: BaseException, places: Sequence[Path] = ()) -> tuple[str, int | None]:
    """Return what an import raised in words, and the line where it did, as far as that is in one of these places."""
    file, line = _place_of(error, places)
    if isinstance(error, BlockDefinitionError):
        said = str(error)
    elif isinstance(error, SyntaxError):
        said = f"{type(error).__name__}: {error.msg}"
    else:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if line is None:
        return said, None
    return f"{f'Line {line}' if Path(file) in places else f'{file}, line {line}'}: {said}", line


def _place_of(error: BaseException, places: Sequence[Path]) -> tuple[str, int | None]:
    """Return the last file and line of an error that lie in one of the places."""
    import traceback

    found = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        found.append((error.filename or "", error.lineno))
    inside = [one for one in found if any(Path(one[0]).is_relative_to(place) for place in places)]
    return inside[-1] if inside else ("", None)
