"""The commands and their options. Each imports what it needs when it is called, so that ``--help`` stays quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shtairir.cli import cache_command, history_app
from shtairir.cli.options import (
    Assignments,
    Backend,
    GraphFile,
    Json,
    Level,
    LevelOption,
    Quiet,
    Theme,
    Verbose,
    Workers,
    WorkersOrAuto,
    worker_count,
)
from shtairir.cli.outcome import Outcome

app = typer.Typer(
    name="shtairir",
    help="Shtairir, a visual node editor: edit graphs of typed blocks, and run them here or in the window.",
    epilog="`shtairir FILE` opens the file in the editor. Exit status: 0 done, 1 the run failed, "
    "2 unusable arguments or graph, 3 cancelled, 4 timed out.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"shtairir {version('shtairir')}")
        raise typer.Exit


@app.callback()
def _options_of_the_program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    pass


@app.command()
def edit(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A graph file, NAME.shtairir.", show_default=False)
    ] = None,
    screenshot: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Draw the window into a picture instead of opening it; needs no screen."),
    ] = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Size of the picture, before scaling.")] = "1440x900",
    scale: Annotated[
        float, typer.Option(min=0.5, max=4.0, help="Pixels per point: 2 for a high-density screen.")
    ] = 1.0,
    theme: Annotated[Theme | None, typer.Option(help="Colours of the window. [default: as last chosen]")] = None,
    run: Annotated[bool, typer.Option("--run", help="Run the graph as soon as it is open.")] = False,
    canvas: Annotated[
        bool, typer.Option("--canvas", help="Draw only the graph; the picture is as large as that takes.")
    ] = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Open the editor, with a graph if one is named."""
    from shtairir.cli.edit_command import Look, edit_graph

    look = Look(size, scale, theme and theme.value, canvas)
    return edit_graph(file, look, screenshot=screenshot, run=run)


@app.command()
def run(
    file: GraphFile,
    assignments: Assignments = None,
    level: LevelOption = Level.BALANCED,
    workers: WorkersOrAuto = None,
    backend: Annotated[
        Backend, typer.Option("--backend", "-b", help="Where nodes run, unless their policy or their block says it.")
    ] = Backend.THREADS,
    memory_limit: Annotated[
        str | None,
        typer.Option("--memory-limit", "-m", metavar="SIZE", help="Most memory for values, like 2GB. [default: none]"),
    ] = None,
    worker_memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Most memory that a block may take in a process. [default: no limit]"),
    ] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", "-t", metavar="S", help="Stop the run after so many seconds.")
    ] = None,
    capacities: Annotated[
        list[str] | None,
        typer.Option(
            "--capacity", "-c", metavar="NAME=N", help="How much there is of a resource: camera=2, or api=5/s."
        ),
    ] = None,
    retries: Annotated[
        int | None,
        typer.Option("--retries", min=0, max=1000, metavar="N", help="Retries of nodes that say nothing themselves."),
    ] = None,
    node_timeout: Annotated[
        str | None,
        typer.Option("--node-timeout", metavar="S", help="Seconds for an attempt of such nodes."),
    ] = None,
    smart: Annotated[
        bool, typer.Option("--smart", help="Run only what must run: take results that earlier runs have made.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run everything, and keep the results for later smart runs.")
    ] = False,
    targets: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="NODE", help="Run this node and what it needs, nothing else. Repeatable."),
    ] = None,
    break_at: Annotated[
        list[str] | None,
        typer.Option("--break", metavar="NAME", help="Hold this node, or the readers of NODE.PORT. Repeatable."),
    ] = None,
    watch: Annotated[
        list[str] | None,
        typer.Option("--watch", metavar="NODE.PORT", help="Tell this value as soon as it is made. Repeatable."),
    ] = None,
    control: Annotated[
        bool, typer.Option("--control", help="Read commands while it runs: pause, step, value ...; `help` lists them.")
    ] = False,
    help_parameters: Annotated[
        bool, typer.Option("--help-parameters", help="List what the graph can be given, and what it gives back.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Print the plan and run nothing.")] = False,
    show_graph: Annotated[
        bool, typer.Option("--show-graph", help="Print graph and plan before running, and keep them beside the run.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write every result into this folder."),
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", "-p", help="Tell what each node took: time, memory, pool; the slowest first.")
    ] = False,
    trace: Annotated[
        Path | None,
        typer.Option("--trace", metavar="OUT.json", help="Write a trace of the run for Perfetto (ui.perfetto.dev)."),
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", metavar="OUT.jsonl", help="Write what the run measures, a line of JSON for each."),
    ] = None,
    log_json: Annotated[
        Path | None,
        typer.Option("--log-json", metavar="OUT.jsonl", help="Write the log, a line of JSON with run, node, attempt."),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> Outcome:
    """Run a graph without the window."""
    from shtairir.cli.run_command import RunOptions, run_graph

    return run_graph(
        file,
        RunOptions(
            assignments=tuple(assignments or ()),
            level=level.value,
            workers=worker_count(workers),
            backend=backend.value,
            cache="fresh" if fresh else "smart" if smart else "off",
            memory_limit=memory_limit,
            worker_memory=worker_memory,
            capacities=tuple(capacities or ()),
            timeout=timeout,
            retries=retries,
            node_timeout=node_timeout,
            targets=tuple(targets or ()),
            break_at=tuple(break_at or ()),
            watch=tuple(watch or ()),
            control=control,
            help_parameters=help_parameters,
            dry_run=dry_run,
            show_graph=show_graph,
            output=output,
            profile=profile,
            trace=trace,
            metrics=metrics,
            log_json=log_json,
            verbosity=-1 if quiet else verbose,
        ),
    )


@app.command()
def resume(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="The key of a run, the beginning of one, or `last`.")
    ] = "last",
    assignments: Assignments = None,
    rerun: Annotated[
        list[str] | None,
        typer.Option("--rerun", metavar="NODE", help="Run this node again, whatever it has done. Repeatable."),
    ] = None,
    done: Annotated[
        list[str] | None,
        typer.Option("--done", metavar="NODE[=VALUE]", help="This node is done; with what it made. Repeatable."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Undo the effects of the run instead.")] = False,
    graph: Annotated[
        Path | None,
        typer.Option("--graph", "-g", metavar="FILE", help="Go on with this graph. [default: that of the run]"),
    ] = None,
    workers: Workers = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", "-t", metavar="S", help="Stop the run after so many seconds.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write every result into this folder."),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> Outcome:
    """Go on with a run that was cut off, failed or was cancelled; finished nodes do not run again."""
    from shtairir.cli.resume_command import ResumeOptions, resume_run

    return resume_run(
        run,
        ResumeOptions(
            assignments=tuple(assignments or ()),
            rerun=tuple(rerun or ()),
            done=tuple(done or ()),
            undo=undo,
            graph=graph,
            workers=workers,
            timeout=timeout,
            output=output,
            verbosity=-1 if quiet else verbose,
        ),
    )


@app.command()
def rehearse(
    file: GraphFile,
    fail: Annotated[
        list[str] | None,
        typer.Option(
            "--fail",
            metavar="NODE=KIND[:COUNT]",
            help="Have the first COUNT attempts at this node fail: timeout, error, crash, oom or slow. Repeatable.",
            show_default=False,
        ),
    ] = None,
    assignments: Assignments = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Wait a fiftieth of what the policies say between attempts.")
    ] = False,
    with_effects: Annotated[
        bool, typer.Option("--with-effects", help="Run blocks that have effects, too; these happen.")
    ] = False,
    level: LevelOption = Level.BALANCED,
    workers: Workers = None,
    as_json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> Outcome:
    """Make faults happen in a run, and report whether policies and recovery hold."""
    from shtairir.cli.rehearse_command import RehearseOptions, rehearse_graph

    return rehearse_graph(
        file,
        RehearseOptions(
            faults=tuple(fail or ()),
            assignments=tuple(assignments or ()),
            level=level.value,
            workers=workers,
            fast=fast,
            with_effects=with_effects,
            verbosity=-1 if quiet else verbose,
        ),
    )


@app.command()
def plan(
    file: GraphFile,
    assignments: Assignments = None,
    level: LevelOption = Level.BALANCED,
    workers: WorkersOrAuto = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Draw the plan in Mermaid.")] = False,
    svg: Annotated[
        bool, typer.Option("--svg", help="Draw the plan as a picture: stages, course, memory, what each level changes.")
    ] = False,
    dark: Annotated[bool, typer.Option("--dark", help="Draw the picture in the colours of the dark theme.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the drawing there instead of printing it."),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Show how a graph would run: stages, critical path, and the reason for each optimisation."""
    from shtairir.cli.plan_command import PlanOptions, plan_graph

    return plan_graph(
        file,
        PlanOptions(tuple(assignments or ()), level.value, worker_count(workers), mermaid, svg, dark, output, as_json),
    )


@app.command()
def explain(
    file: GraphFile,
    node: Annotated[
        str | None, typer.Argument(metavar="[NODE]", help="A node; all when left out.", show_default=False)
    ] = None,
    assignments: Assignments = None,
    level: LevelOption = Level.BALANCED,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Tell why a node would run, or would not, in a smart run."""
    from shtairir.cli.explain_command import explain_graph

    return explain_graph(file, node, tuple(assignments or ()), level=level.value)


@app.command()
def export(
    file: GraphFile,
    python: Annotated[
        Path | None, typer.Option("--python", metavar="OUT.py", help="A Python program that does what the graph does.")
    ] = None,
    mermaid: Annotated[Path | None, typer.Option("--mermaid", metavar="OUT.mmd", help="A Mermaid flowchart.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="OUT.svg", help="A drawing of the canvas.")] = None,
    png: Annotated[Path | None, typer.Option("--png", metavar="OUT.png", help="A picture of the canvas.")] = None,
    scale: Annotated[float, typer.Option(min=0.5, max=8.0, help="Pixels per point of the PNG.")] = 2.0,
    theme: Annotated[Theme, typer.Option(help="Colours of the picture.")] = Theme.LIGHT,
    force: Annotated[bool, typer.Option("--force", help="Write over a program that was changed by hand.")] = False,
    without_graph: Annotated[
        bool, typer.Option("--without-graph", help="A PNG without the graph in it, so that it cannot be opened as one.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Write a graph as a Python program, a flowchart or a picture; `-` for standard output."""
    from shtairir.cli.export_command import ExportOptions, export_graph

    dark = theme is Theme.DARK
    return export_graph(file, ExportOptions(python, mermaid, svg, png, scale, dark, force, not without_graph))


@app.command()
def validate(file: GraphFile, as_json: Json = False, verbose: Verbose = 0) -> Outcome:
    """List everything that is wrong with a graph, and how to mend it."""
    from shtairir.cli.validate_command import validate_graph

    return validate_graph(file)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A graph file.", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another, or a later form of it.", show_default=False)],
    svg: Annotated[
        Path | None, typer.Option(metavar="OUT.svg", help="Draw B as well, with what differs from A marked.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw in the colours of the dark theme.")] = False,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Tell in words what changed from one graph to another; exit status 1 when anything did."""
    from shtairir.cli.diff_command import diff_graphs

    return diff_graphs(before, after, svg=svg, dark=dark)


@app.command()
def merge(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The graph both sides began with.", show_default=False)],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="One side.", show_default=False)],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="The other side.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. [default: OURS]")
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Merge two changes of one graph, as git's merge driver does: `shtairir merge %O %A %B`."""
    from shtairir.cli.merge_command import merge_graphs

    return merge_graphs(base, ours, theirs, output)


@app.command(name="test")
def run_tests_of_graphs(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Graph files.", show_default=False)],
    names: Annotated[
        list[str] | None, typer.Option("--case", "-c", metavar="NAME", help="Run only this test. Repeatable.")
    ] = None,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="NAME", help="Run the graph, and make a test of what it gives back."),
    ] = None,
    assignments: Assignments = None,
    junit: Annotated[Path | None, typer.Option(metavar="OUT.xml", help="Write the outcome as JUnit XML.")] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Run the tests that graph files carry; exit status 1 when any fails."""
    from shtairir.cli.cases_command import record_test, run_tests

    if record is not None:
        return record_test(files, record, assignments or ())
    return run_tests(files, names, junit, assignments or ())


@app.command()
def blocks(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY|ID]", help="Words to look for, or the id of one block."),
    ] = None,
    check: Annotated[
        str | None,
        typer.Option(
            metavar="PACK", help="Verify the blocks of a family, a module, a file or a folder.", show_default=False
        ),
    ] = None,
    enable: Annotated[
        str | None,
        typer.Option(
            metavar="PACK", help="Try a pack again that was disabled, and let it take its time.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """List the blocks, search them, show one with its documentation and source, or verify a pack."""
    if check is not None:
        from shtairir.cli.check_command import check_blocks

        return check_blocks(check)
    if enable is not None:
        from shtairir.cli.packs_command import enable_pack

        return enable_pack(enable)
    from shtairir.cli.blocks_command import list_blocks

    return list_blocks(" ".join(query or ()))


@app.command(name="new-pack")
def new_pack(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The family of its blocks, such as astro.", show_default=False)
    ],
    directory: Annotated[
        Path, typer.Option("--directory", "-d", metavar="DIR", help="Where its folder is made.")
    ] = Path(),
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Make a small package of blocks that can be installed, tested and given to others."""
    from shtairir.cli.new_pack_command import make_pack

    return make_pack(name, directory)


@app.command()
def trust(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A graph file, NAME.shtairir.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Trust it without asking.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what is trusted.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust the file no longer.")] = False,
    as_json: Json = False,
    verbose: Verbose = 0,
) -> Outcome:
    """Show the code that a graph file carries, and allow it to run."""
    from shtairir.cli.trust_command import trust_graph

    return trust_graph(file, yes=yes, listed=listed, revoke=revoke)


history_app.add_to(app)
app.add_typer(cache_command.cache)

COMMANDS = frozenset(
    command.name or command.callback.__name__ for command in app.registered_commands if command.callback is not None
) | {str(group.name or group.typer_instance.info.name) for group in app.registered_groups if group.typer_instance}
"""The names of all commands: an argument that is none of them may be a file to edit."""
