"""Files that are written while a run goes on: its metrics, its log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.files import writable_file
from shtairir.cli.outcome import CommandError

if TYPE_CHECKING:
    from shtairir.events import Instrument


@contextmanager
def written_alongside(metrics: Path | None, log: Path | None, *, verbosity: int) -> Iterator[tuple[Instrument, ...]]:
    """Yield the observers that write these files, which are complete when the context is left.

    Raises
    ------
    CommandError
        When one of them cannot be written.
    """
    with ExitStack() as stack:
        instruments: list[Instrument] = []
        if metrics is not None:
            instruments.append(_metrics(metrics, stack))
        if log is not None:
            instruments.append(_log(log, stack, verbosity))
        yield tuple(instruments)


def _metrics(path: Path, stack: ExitStack) -> Instrument:
    from shtairir.monitor.metrics import MetricsFile

    writable_file(path)
    try:
        file = MetricsFile(path)
    except OSError as error:
        raise _refused(path, error) from error
    stack.callback(file.close)
    return file


def _log(path: Path, stack: ExitStack, verbosity: int) -> Instrument:
    from shtairir.monitor.logs import RunLog, json_handler

    writable_file(path)
    try:
        handler = json_handler(path, logging.DEBUG if verbosity > 0 else logging.INFO)
    except OSError as error:
        raise _refused(path, error) from error
    # What the program and the libraries below the blocks have to say belongs there, too.
    root = logging.getLogger()
    root.addHandler(handler)
    stack.callback(handler.close)
    stack.callback(root.removeHandler, handler)
    return RunLog(handler)


def _refused(path: Path, error: OSError) -> CommandError:
    return CommandError(f"{path} cannot be written: {error.strerror or error}.", hint="Name another file.")
