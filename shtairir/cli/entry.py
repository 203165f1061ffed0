"""From arguments to exit status: calls the command, prints what it hands back, and words what went wrong."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.shortcut import plain_run
from shtairir.cli.terminal import styled, visible
from shtairir.errors import BlockError, DocumentError, ProblemsError, ShtairirError

_PROGRAM_OPTIONS = {"--help", "-h", "--version", "--install-completion", "--show-completion"}
_FORMS = {"--python", "--mermaid", "--svg", "--png"}
_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""
_PIPE_CLOSED = 141
"""What a shell reports of a program that SIGPIPE ended."""


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status of the process."""
    arguments = with_default_command(arguments)
    as_json = "--json" in arguments
    if sys.stderr is None:  # it was closed before the program began
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the program
    if sys.stdout is None:
        sys.stderr.write("shtairir: Standard output is closed: nothing that comes out could be written.\n")
        return int(ExitStatus.FAILED)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    _start_logging(arguments)
    try:
        with _results_alone(as_json) as results:
            outcome = _outcome_of(arguments, as_json)
            if as_json and outcome.document:
                results.write(json_text(outcome.document) + "\n")
            elif outcome.text:
                results.write(outcome.text + "\n")
            results.flush()
    except BrokenPipeError:
        _forget_standard_output()
        return _PIPE_CLOSED
    except OSError as error:  # of what comes out of a command, nothing else
        _forget_standard_output()
        sys.stderr.write(f"shtairir: What came out cannot be written: {error.strerror or error}.\n")
        return int(ExitStatus.FAILED)
    return int(outcome.status)


def read_ahead(arguments: Sequence[str]) -> None:
    """Import what a run of a graph imports in any case; for other commands nothing."""
    if plain_run(arguments) is None:
        return
    import shtairir.block.registry
    import shtairir.cli.run_command
    import shtairir.execute.run
    import shtairir.session  # noqa: F401


def with_default_command(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``edit`` put first where a file, or nothing, stands in its place.

    Examples
    --------
    >>> with_default_command(["coins.shtairir"]), with_default_command([])
    (['edit', 'coins.shtairir'], ['edit'])
    """
    if not arguments:
        return ["edit"]
    first = arguments[0]
    if first == "run":
        return list(arguments)
    from shtairir.cli.app import COMMANDS

    if first == "export":
        return with_named_forms(arguments)
    if first in COMMANDS or first.split("=")[0] in _PROGRAM_OPTIONS:
        return list(arguments)
    is_file = first.startswith("-") or Path(first).suffix or os.sep in first or Path(first).exists()
    return ["edit", *arguments] if is_file else list(arguments)


def with_named_forms(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of ``export`` with a place for every form that names none.

    What can be read goes to standard output, a picture into this folder under the graph's name.

    Examples
    --------
    >>> with_named_forms(["export", "coins.shtairir", "--mermaid"])
    ['export', 'coins.shtairir', '--mermaid', '-']
    """
    named: list[str] = []
    following = [*arguments[1:], "--"]
    for argument, after in zip(arguments, following, strict=True):
        named.append(argument)
        if argument in _FORMS and (after.startswith("--") or after.endswith(".shtairir")):
            files = [Path(one) for one in arguments[1:] if not one.startswith("-")]
            named.append(f"{files[0].stem}.png" if argument == "--png" and files else "-")
    return named


def json_text(document: Mapping[str, Any]) -> str:
    """Return strict JSON: a number that JSON has no word for becomes ``null``."""
    text = json.dumps(_strict(document), ensure_ascii=False, allow_nan=False, indent=2)
    if _can_be_written(text):
        return text
    # What is no text in any encoding, as the name of a file may be, is written as its number.
    return json.dumps(_strict(document), allow_nan=False, indent=2)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def _outcome_of(arguments: Sequence[str], as_json: bool) -> Outcome:
    try:
        returned = _returned_of(arguments)
    except ShtairirError as error:
        return _error_outcome(error, as_json)
    except KeyboardInterrupt:
        returned = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: a person never sees a traceback unasked
        return _error_outcome(_unexpected(error, arguments), as_json)
    if isinstance(returned, Outcome):
        return returned
    if returned == _INTERRUPTED:
        return _error_outcome(CommandError("Cancelled.", status=ExitStatus.CANCELLED), as_json)
    return Outcome(ExitStatus(returned or 0))


def _returned_of(arguments: Sequence[str]) -> Any:
    """Call a command, and return what it does: an outcome, or an exit status."""
    plain = plain_run(arguments)
    if plain is not None:
        from shtairir.cli.run_command import RunOptions, run_graph

        file, options = plain
        return run_graph(file, RunOptions(**options))
    import typer

    from shtairir.cli.app import app

    # The base of all errors in arguments; newer versions of typer carry their own copy of click.
    refused: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")
    try:
        return app(list(arguments), prog_name="shtairir", standalone_mode=False)
    except typer.Abort:
        return _INTERRUPTED
    except refused as error:
        raise _reworded(error) from None


def _reworded(error: Any) -> CommandError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "shtairir"
    return CommandError(error.format_message(), hint=f"See {command} --help.")


def _unexpected(error: Exception, arguments: Sequence[str]) -> CommandError:
    if wants_details(arguments):
        import traceback

        sys.stderr.write("".join(traceback.format_exception(error)))
        hint = ""
    else:
        hint = "This is a fault of the program; run it again with -v, or with SHTAIRIR_DEBUG=1, for the details."
    said = f": {error}".rstrip(".") if str(error) else ""
    return CommandError(f"{type(error).__name__}{said}.", hint=hint, status=ExitStatus.FAILED)


def wants_details(arguments: Sequence[str]) -> bool:
    """Whether the caller asked for tracebacks."""
    return bool(os.environ.get("SHTAIRIR_DEBUG")) or any(a == "--verbose" or a.startswith("-v") for a in arguments)


def _error_outcome(error: ShtairirError, as_json: bool) -> Outcome:
    from shtairir.cli.cards import problem_counts, problem_document, problems_text

    problems = error.problems if isinstance(error, ProblemsError) else ()
    status = error.status if isinstance(error, CommandError) else _status_of(error)
    described: dict[str, Any] = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, CommandError):
        described.update(error.facts)
    if isinstance(error, DocumentError):
        described.update(file=str(error.path or ""), where=error.where)
    if problems:
        described["problems"] = [problem_document(problem) for problem in problems]
    said = f"the graph cannot run: {problem_counts(problems)}" if problems else str(error)
    sys.stderr.write(f"{styled('shtairir:', 'bad', sys.stderr)} {visible(said)}\n")
    if problems:
        sys.stderr.write(problems_text(problems, sys.stderr) + "\n")
    return Outcome(status, document={"status": "error", "error": described} if as_json else {})


def _status_of(error: ShtairirError) -> ExitStatus:
    unusable = isinstance(error, ProblemsError | DocumentError | BlockError)
    return ExitStatus.UNUSABLE if unusable else ExitStatus.FAILED


@contextmanager
def _results_alone(protect: bool) -> Iterator[TextIO]:
    """Yield the stream for results; while ``protect`` is set, all else that is printed goes to standard error.

    A block may print, and so may a C library below it: therefore the file descriptor is turned round too.
    """
    results = sys.stdout
    if not protect:
        yield results
        return
    results.flush()
    saved = None
    with suppress(OSError, ValueError):
        if results.fileno() == 1:
            saved = os.dup(1)
            os.dup2(sys.stderr.fileno(), 1)
    sys.stdout = sys.stderr
    try:
        if saved is None:
            yield results
        else:
            with os.fdopen(saved, "w", encoding="utf-8") as stream:
                try:
                    yield stream
                    stream.flush()
                finally:
                    os.dup2(saved, 1)
    finally:
        sys.stdout = results


def _forget_standard_output() -> None:
    """Keep Python from complaining at its end that the reader went away."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _start_logging(arguments: Sequence[str]) -> None:
    detailed = wants_details(arguments)
    level = logging.DEBUG if "-vv" in arguments else logging.INFO if detailed else logging.WARNING
    origin = " (%(name)s)" if detailed else ""
    logging.basicConfig(stream=sys.stderr, level=level, format=f"%(levelname)s: %(message)s{origin}")
