"""``shtairir resume``: go on with a run, or undo what it has done."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.assignments import assign, assigned_values, readings
from shtairir.cli.files import open_current_graph, writable_folder
from shtairir.cli.interrupt import cancelled_by_signals
from shtairir.cli.outcome import CommandError, Outcome
from shtairir.cli.progress import progress_view
from shtairir.cli.quantities import parse_duration
from shtairir.cli.run_command import told, waited, with_history
from shtairir.errors import RecoveryError, UndecidedError

if TYPE_CHECKING:
    from shtairir.document import Graph
    from shtairir.session.kept_graph import KeptGraph


@dataclass(frozen=True, slots=True)
class ResumeOptions:
    """The options of ``shtairir resume``, as typed."""

    assignments: tuple[str, ...] = ()
    rerun: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    undo: bool = False
    graph: Path | None = None
    workers: int | None = None
    timeout: str | None = None
    output: Path | None = None
    verbosity: int = 0


def resume_run(name: str, options: ResumeOptions) -> Outcome:
    """Go on with a run and tell how it went."""
    from shtairir.session.kept_graph import graph_of_run

    try:
        kept = graph_of_run(name)
        return _resumed(kept, options)
    except UndecidedError as error:
        facts = {"run": name, "nodes": error.nodes}
        raise CommandError(error.message, hint=error.hint, facts=facts) from error
    except RecoveryError as error:
        raise CommandError(error.message, hint=error.hint) from error


def _resumed(kept: KeptGraph, options: ResumeOptions) -> Outcome:
    from shtairir.block.registry import default_registry

    timeout_s = parse_duration(options.timeout) if options.timeout else None
    folder = writable_folder(options.output) if options.output is not None else None
    graph = open_current_graph(options.graph) if options.graph is not None else kept.graph
    parameters: dict[str, Any] = {}
    if options.assignments:
        parameters = assign(graph, options.assignments, default_registry())
        parameters |= assigned_values(graph, options.assignments)
    if options.verbosity >= 0:
        sys.stderr.write(f"{kept.said}\n")
    return _run(kept, graph, options, parameters, timeout_s, folder)


def _run(
    kept: KeptGraph,
    graph: Graph,
    options: ResumeOptions,
    parameters: dict[str, Any],
    timeout_s: float | None,
    folder: Path | None,
) -> Outcome:
    from shtairir.execute.cancel import CancelToken
    from shtairir.session import start_again

    view, token = progress_view(options.verbosity), CancelToken()
    with view.shown(), cancelled_by_signals(token.cancel):
        handle = start_again(
            kept.key,
            graph=graph if options.graph is not None else None,
            parameters=parameters,
            rerun=options.rerun,
            done=_done(options.done),
            undo=options.undo,
            workers=options.workers,
            instruments=(view,),
            timeout_s=timeout_s,
            cancel=token,
            origin="cli",
        )
        result = waited(handle)
    outcome = told(result, graph, graph.path or Path(f"{graph.name}.shtairir"), folder, options.verbosity)
    outcome = Outcome(outcome.status, outcome.text, {**outcome.document, "key": handle.key or kept.key})
    return outcome if handle.chronicle is None else with_history(outcome, handle.chronicle, options.verbosity)


def _done(typed: tuple[str, ...]) -> dict[str, Any]:
    """Return the nodes that count as done, and what they have made where that was typed."""
    from shtairir.session.resumed import UNKNOWN

    said = {}
    for each in typed:
        node, equals, text = each.partition("=")
        said[node.strip()] = readings(text, "any")[0] if equals else UNKNOWN
    return said
