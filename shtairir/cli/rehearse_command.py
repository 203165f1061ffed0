"""``shtairir rehearse``: make a fault happen in a run, and tell what held."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.assignments import assign
from shtairir.cli.files import open_current_graph
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.progress import progress_view
from shtairir.cli.terminal import duration_text, styled

if TYPE_CHECKING:
    from shtairir.control.rehearsal import RehearsalReport


@dataclass(frozen=True, slots=True)
class RehearseOptions:
    """The options of ``shtairir rehearse``, as typed."""

    faults: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    level: str = "balanced"
    workers: int | None = None
    fast: bool = False
    with_effects: bool = False
    verbosity: int = 0


def rehearse_graph(path: Path, options: RehearseOptions) -> Outcome:
    """Rehearse failures in a graph file, and tell what held."""
    from shtairir.block.registry import default_registry
    from shtairir.control.rehearsal import rehearse

    faults = _faults(options.faults)
    graph = open_current_graph(path)
    registry = default_registry()
    inner = assign(graph, options.assignments, registry)
    view = progress_view(options.verbosity)
    with view.shown():
        report = rehearse(
            graph,
            faults,
            fast=options.fast,
            with_effects=options.with_effects,
            instruments=(view,),
            registry=registry,
            level=options.level,
            workers=options.workers,
            parameters=inner,
        )
    status = ExitStatus.DONE if report.held else ExitStatus.FAILED
    return Outcome(status, "\n".join(report_lines(report)), {"file": str(path), **report.to_dict()})


def _faults(typed: tuple[str, ...]) -> dict[str, str]:
    if not typed:
        raise CommandError(
            "No fault is named.", hint="Write --fail NODE=KIND; KIND is timeout, error, crash, oom or slow."
        )
    faults: dict[str, str] = {}
    for text in typed:
        node, equals, kind = text.partition("=")
        if not (node and equals and kind):
            raise CommandError(f"'{text}' names no fault.", hint="Write NODE=KIND[:COUNT], as in load=error:2.")
        if node in faults:
            raise CommandError(f"'{node}' has two faults.", hint="Rehearse them one after the other.")
        faults[node] = kind
    return faults


def report_lines(report: RehearsalReport) -> Iterator[str]:
    """Yield the lines of a report for a person."""
    for fault in report.faults:
        yield f"{fault.node}: {fault.kind}, {_times(fault.hits)}"
        yield f"  expected  {fault.expected}"
        yield f"  happened  {fault.happened}  {_verdict(fault.held)}"
    right = report.status in report.expected_status.split(" or ")
    run = f"The run is {report.status} after {duration_text(report.elapsed_s)}"
    yield f"{run}.  {_verdict(True)}" if right else f"{run}, not {report.expected_status}.  {_verdict(False)}"
    yield _results_line(report)
    if report.undone:
        yield f"Undone: {', '.join(report.undone)}."
    if not report.left:
        yield f"Nothing is left behind.  {_verdict(True)}"
    for sentence in report.left:
        yield f"{sentence}  {_verdict(False)}"


def _results_line(report: RehearsalReport) -> str:
    if report.same_results is None:
        return f"Its results are not compared. {report.not_compared}"
    if report.same_results:
        return f"Its results are those of an undisturbed run.  {_verdict(True)}"
    return f"Other than those of an undisturbed run: {', '.join(report.differing)}.  {_verdict(False)}"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _verdict(held: bool) -> str:
    return styled("holds", "good", sys.stdout) if held else styled("DOES NOT HOLD", "bad", sys.stdout)
