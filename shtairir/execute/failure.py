"""From an exception in a block to a `NodeFailure` that a person can act on."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import CodeType, TracebackType

from shtairir.block.definition import BlockDefinition
from shtairir.block.values import ValueSummary
from shtairir.errors import NodeExecutionError, ShtairirError
from shtairir.events import CodeLine, FailureCategory, NodeFailure
from shtairir.execute.elsewhere import whereabouts_of
from shtairir.execute.hints import hint_for
from shtairir.ids import PortName
from shtairir.planning.plan import Task
from shtairir.results.records import described

_LONGEST_MESSAGE = 2_000
_LONGEST_TRACEBACK = 20_000


def failure_of(task: Task, error: BaseException, arguments: Mapping[str, object], attempts: int = 1) -> NodeFailure:
    """Return why a task failed. Never raises, whatever the block's error does when it is asked for its text.

    Parameters
    ----------
    attempts
        How often it was tried.
    """
    if isinstance(error, NodeExecutionError):
        return replace(_failure_inside(task, error, arguments), attempts=attempts)
    definition = task.definition
    code, trace = located(error, definition.function, definition.file)
    return NodeFailure(
        node=task.node,
        block=definition.id,
        error_type=type(error).__name__,
        message=_shortened(_words(error), _LONGEST_MESSAGE),
        hint=hint_for(error, _words),
        inputs=_summaries(arguments, definition),
        code=code,
        traceback=trace,
        upstream=tuple(dict.fromkeys(item.source.node for item in task.inputs)),
        category=_category(task, error),
        attempts=attempts,
    )


def failure_in_brief(task: Task, error: BaseException) -> NodeFailure:
    """Return why a task failed, without inputs and traceback: a twentieth of the time, for those that fail often."""
    return NodeFailure(
        node=task.node,
        block=task.definition.id,
        error_type=type(error).__name__,
        message=_shortened(_words(error), _LONGEST_MESSAGE),
        hint=hint_for(error, _words),
        category=_category(task, error),
    )


def _failure_inside(task: Task, error: NodeExecutionError, arguments: Mapping[str, object]) -> NodeFailure:
    """Return why a task failed in which another node did: a loop, by a node of its body."""
    if task.body is not None:  # what it goes through says more than how it is set
        ports = set(task.body.shape.ports.values())
        arguments = {name: value for name, value in arguments.items() if name in ports}
    return replace(
        error.failure,
        node=task.node,
        block=task.definition.id,
        message=_shortened(error.message, _LONGEST_MESSAGE),
        inputs=_summaries(arguments, task.definition),
        upstream=tuple(dict.fromkeys(item.source.node for item in task.inputs)),
    )


def _words(error: BaseException) -> str:
    """Return what an error says."""
    if isinstance(error, ShtairirError):
        return error.message
    if isinstance(error, SystemExit):
        return f"The block tried to end the program with exit status {error.code!r}."
    if isinstance(error, KeyboardInterrupt):
        return "The block raised KeyboardInterrupt."
    try:
        if isinstance(error, KeyError) and len(error.args) == 1:
            return f"There is no {error.args[0]!r}."
        return str(error) or type(error).__name__
    except Exception:  # noqa: BLE001 - the error is foreign code as well
        return f"{type(error).__name__}, which cannot say more: its own text raises an error."


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"


def _category(task: Task, error: BaseException) -> FailureCategory:
    from shtairir.policy import classify  # only where something fails

    try:
        return classify(error, task.policy)
    except Exception:  # noqa: BLE001 - it asks the error, which is foreign code
        return "fatal"


def _summaries(arguments: Mapping[str, object], definition: BlockDefinition) -> dict[PortName, ValueSummary]:
    summaries = {}
    for name, value in arguments.items():
        port = definition.input(name)
        if port is None:
            continue  # the context
        summaries[port.name] = described(value, port.type.family)
    return summaries


def located(error: BaseException, function: Callable[..., object] | None, file: str) -> tuple[CodeLine | None, str]:
    """Return the line of a block's own code at which it failed, and the traceback.

    Parameters
    ----------
    function, file
        That of the block, and the file that it was written in.
    """
    elsewhere = whereabouts_of(error)
    if elsewhere is not None:
        return elsewhere.code, elsewhere.traceback
    inside = _frames_of_block(error.__traceback__, getattr(function, "__code__", None), file)
    return _code_line(inside, file), _shortened(_formatted(error, inside), _LONGEST_TRACEBACK)


def _frames_of_block(trace: TracebackType | None, code: CodeType | None, file: str) -> TracebackType | None:
    """Return the traceback from the block's own function on; our frames above it are of no interest."""
    current = trace
    while current is not None:
        if current.tb_frame.f_code is code or current.tb_frame.f_code.co_filename == file:
            return current
        current = current.tb_next
    return None


def _code_line(trace: TracebackType | None, file: str) -> CodeLine | None:
    """Return the innermost line in the block's own file."""
    found = None
    home = trace.tb_frame.f_code.co_filename if trace is not None else ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in (home, file):
            found = trace
        trace = trace.tb_next
    if found is None:
        return None
    path, line = found.tb_frame.f_code.co_filename, found.tb_lineno
    text = linecache.getline(path, line, found.tb_frame.f_globals).strip()
    return CodeLine(path, line, found.tb_frame.f_code.co_name, text)


def _formatted(error: BaseException, inside: TracebackType | None) -> str:
    try:
        return "".join(traceback.format_exception(type(error), error, inside or error.__traceback__))
    except Exception:  # noqa: BLE001 - formatting asks the error for its text
        return "".join(traceback.format_tb(inside or error.__traceback__))
