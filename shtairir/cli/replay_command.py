"""``shtairir replay``: a node that failed, alone, with the inputs that it failed with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.block.values import describe, summarize
from shtairir.cli.cards import failure_card
from shtairir.cli.files import shown_path, writable_file
from shtairir.cli.history_command import the_history, unusable
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import columns, duration_text

if TYPE_CHECKING:
    from shtairir.monitor.failures import SavedFailure
    from shtairir.monitor.history import History


def replay_node(run: str, node: str, script: Path | None, *, tracebacks: bool) -> Outcome:
    """Run a node again alone, or write a program that does."""
    from shtairir.monitor.replay import find_failure

    history = the_history()
    with unusable():
        saved = find_failure(history, run, node)
        if script is not None:
            return _scripted(history, saved, script)
        return _replayed(history, saved, tracebacks)


def _scripted(history: History, saved: SavedFailure, script: Path) -> Outcome:
    from shtairir.monitor.replay import write_script

    writable_file(script)
    try:
        write_script(history, saved, script)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"{script} cannot be written: {reason}.", status=ExitStatus.FAILED) from error
    document = {"run": saved.key, "node": saved.node, "script": str(script), "inputs": str(saved.folder)}
    return Outcome(text=f"wrote {shown_path(script)}; python {shown_path(script)} runs it", document=document)


def _replayed(history: History, saved: SavedFailure, tracebacks: bool) -> Outcome:
    from shtairir.monitor.replay import replay
    from shtairir.results.report import failure_dict, jsonable

    inputs = saved.inputs()
    sys.stderr.write(f"{saved.node} of run {saved.key}, which failed with {saved.error_type}: {saved.message}\n")
    sys.stderr.write(columns([(name, describe(value)) for name, value in inputs.items()], indent=2) + "\n")
    replayed = replay(history, saved)
    document = {
        "run": saved.key,
        "node": saved.node,
        "block": saved.block,
        "status": "done" if replayed.failure is None else "failed",
        "elapsed_s": replayed.elapsed_s,
        "failed_with": {"type": saved.error_type, "message": saved.message},
        "outputs": {name: jsonable(value) for name, value in replayed.outputs.items()},
        "error": failure_dict(replayed.failure) if replayed.failure is not None else None,
    }
    if replayed.failure is not None:
        sys.stderr.write(f"\n{failure_card(replayed.failure, (), sys.stderr, traceback=tracebacks)}\n")
        return Outcome(ExitStatus.FAILED, f"{saved.node} fails again.", document)
    lines = columns([(name, summarize(value).text) for name, value in replayed.outputs.items()])
    return Outcome(text=f"{saved.node} is done in {duration_text(replayed.elapsed_s)}.\n{lines}", document=document)
