"""The commands about runs of the past, and their options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shtairir.cli.options import Json, Verbose
from shtairir.cli.outcome import Outcome

history = typer.Typer(
    name="history",
    help="List the runs of the past, look at one, compare two; forget some, or take one out.",
    invoke_without_command=True,
)

Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its key, the beginning of it, or last.", show_default=False)
]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Only runs since then: 7d, 12h, or 2026-11-20.", show_default=False)
]


class By(StrEnum):
    """What statistics are put together by."""

    BLOCK = "block"
    GRAPH = "graph"
    NODE = "node"


@history.callback()
def _history(
    context: typer.Context,
    graph: Annotated[
        str | None, typer.Option(metavar="FILE", help="Only runs of this graph: a file or a name.", show_default=False)
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS",
            help="Only runs that ended so: done, partial, failed, cancelled, timed_out, running, died.",
            show_default=False,
        ),
    ] = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="No more than so many.")] = 20,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome | None:
    if context.invoked_subcommand is not None:
        return None
    from shtairir.cli.history_command import list_runs

    return list_runs(graph, status, since, limit)


@history.command()
def show(run: Run = "last", as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """Tell all that is known of a run: its nodes, failed attempts, events, and what took more than usual."""
    from shtairir.cli.history_command import show_run

    return show_run(run)


@history.command()
def compare(first: Run, second: Run = "last", as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """Compare two runs node by node: status, time, memory, values; -v lists also what is the same."""
    from shtairir.cli.history_command import compare_runs

    return compare_runs(first, second, everything=verbose > 0)


@history.command()
def prune(
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Forget what is older: 30d, or 2026-11-20.", show_default=False)
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Forget all but the latest so many.", show_default=False)
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Forget old runs. Without being asked, the oldest are forgotten when the history grows beyond 200 MB."""
    from shtairir.cli.history_command import prune as forget

    return forget(before, keep)


@history.command()
def export(
    run: Run = "last",
    graph: Annotated[
        Path | None, typer.Option(metavar="OUT.shtairir", help="The graph as it ran.", show_default=False)
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Its figures, a line of JSON for each.", show_default=False)
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Write the graph or the figures of a run into a file."""
    from shtairir.cli.history_command import export_run

    return export_run(run, graph=graph, metrics=metrics)


def stats(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A graph file; all graphs without.", show_default=False)
    ] = None,
    by: Annotated[By, typer.Option(help="What to put together.")] = By.BLOCK,
    since: Since = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Tell how often runs succeed, what takes longest, what fails most, and what holds most memory."""
    from shtairir.cli.stats_command import tell_statistics

    return tell_statistics(file, by.value, since)


def replay(
    run: Run,
    node: Annotated[str, typer.Argument(metavar="NODE", help="A node that failed in it.", show_default=False)],
    script: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.py", help="Write a program for a debugger instead of running the node.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Run a node that failed again, alone, with the inputs that it failed with. Its effects happen again."""
    from shtairir.cli.replay_command import replay_node

    return replay_node(run, node, script, tracebacks=verbose > 0)


def health(as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """Tell how workers, disk, memory, circuits and resources are, and what wants looking after."""
    from shtairir.cli.health_command import tell_health

    return tell_health()


def add_to(app: typer.Typer) -> None:
    """Add the commands to those of the program."""
    app.add_typer(history)
    for command in (stats, replay, health):
        app.command()(command)
