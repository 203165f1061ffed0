"""``shtairir run``: open, set, plan, run with progress, tell, write."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.alongside import written_alongside
from shtairir.cli.assignments import assign, assigned_values
from shtairir.cli.cards import failure_cards
from shtairir.cli.files import open_current_graph, shown_path, writable_file, writable_folder
from shtairir.cli.interrupt import cancelled_by_signals
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.progress import PlainProgress, ProgressView, progress_view
from shtairir.cli.quantities import parse_duration, parse_size
from shtairir.cli.terminal import columns, duration_text, size_text, styled
from shtairir.cli.watched import Watched
from shtairir.errors import ResourceError
from shtairir.ids import PortRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from shtairir.cli.plan_document import PlanDocument
    from shtairir.document import Graph
    from shtairir.events import Instrument
    from shtairir.execute.processes import Backend
    from shtairir.monitor.chronicle import Chronicle
    from shtairir.planning import ExecutionPlan
    from shtairir.resources import Capacity
    from shtairir.results import RunResult
    from shtairir.session import RunHandle
    from shtairir.session.wishes import Caching, WorkerCount

_STATUSES = {
    "done": ExitStatus.DONE,
    "partial": ExitStatus.FAILED,
    "failed": ExitStatus.FAILED,
    "cancelled": ExitStatus.CANCELLED,
    "timed_out": ExitStatus.TIMED_OUT,
}
_TOLD_AS = {
    "done": "done",
    "partial": "partly done",
    "failed": "failed",
    "cancelled": "cancelled",
    "timed_out": "timed out",
}
_LISTED_RESULTS = 30
_LISTED_INSTANCES = 12
_LONGEST_RECORDING_S = 5.0
"""How long a command waits for its run to be in the history, which other programs may be writing to."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of ``shtairir run``, as typed."""

    assignments: tuple[str, ...] = ()
    level: str = "balanced"
    workers: WorkerCount = None
    backend: Backend = "threads"
    memory_limit: str | None = None
    worker_memory: str | None = None
    capacities: tuple[str, ...] = ()
    cache: Caching = "off"
    targets: tuple[str, ...] = ()
    break_at: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    control: bool = False
    timeout: str | None = None
    retries: int | None = None
    node_timeout: str | None = None
    help_parameters: bool = False
    dry_run: bool = False
    show_graph: bool = False
    output: Path | None = None
    profile: bool = False
    trace: Path | None = None
    metrics: Path | None = None
    log_json: Path | None = None
    verbosity: int = 0


def run_graph(path: Path, options: RunOptions) -> Outcome:
    """Run a graph file and tell how it went."""
    from shtairir.block.registry import default_registry
    from shtairir.planning import ResourceLimits
    from shtairir.session import plan

    memory_limit = parse_size(options.memory_limit) if options.memory_limit else None
    worker_memory_limit = parse_size(options.worker_memory) if options.worker_memory else None
    timeout_s = parse_duration(options.timeout) if options.timeout else None
    if options.backend == "processes" and not (options.dry_run or options.help_parameters):
        from shtairir.execute.processes import warm_up

        warm_up(
            options.workers if isinstance(options.workers, int) else None
        )  # while the graph is read and the plan is made
    graph = open_current_graph(path)
    registry = default_registry()
    inner = assign(graph, options.assignments, registry)
    _set_policy(graph, options)
    if options.help_parameters:
        from shtairir.cli.parameters_text import describe_parameters

        return describe_parameters(graph, path, registry)
    again = partial(
        plan,
        graph,
        capacities=_capacities(options),
        workers=options.workers,
        parameters=inner,
        registry=registry,
        limits=ResourceLimits(memory_bytes=memory_limit),
        targets=options.targets or None,
        break_at=(*options.break_at, *options.watch),
    )
    execution_plan = again(level=options.level)
    _note_assignments(execution_plan, graph, options.assignments)
    drawn = _drawn(execution_plan, lambda level: again(level=level)) if options.show_graph else None
    if drawn is not None:
        _show(graph, execution_plan, dry_run=options.dry_run)
    folder = writable_folder(options.output) if options.output is not None else None
    if options.trace is not None:
        writable_file(options.trace)
    if options.dry_run:
        return _planned(execution_plan, path, drawn, folder, options.cache)
    watched = Watched(profile=options.profile, trace=options.trace, document=drawn)
    with written_alongside(options.metrics, options.log_json, verbosity=options.verbosity) as writers:
        result, chronicle = _run(
            execution_plan,
            (*watched.instruments, *writers),
            memory_limit=memory_limit,
            timeout_s=timeout_s,
            backend=options.backend,
            worker_memory_limit=worker_memory_limit,
            options=options,
        )
    outcome = told(result, graph, path, folder, options.verbosity)
    if chronicle is not None:
        outcome = with_history(outcome, chronicle, options.verbosity)
    return watched.told(outcome, result, folder)


def _capacities(options: RunOptions) -> dict[str, Capacity]:
    """Return how much there is of resources, by name."""
    if not options.capacities:
        return {}
    from shtairir.resources import parse_capacity

    read: dict[str, Capacity] = {}
    for text in options.capacities:
        name, equals, capacity = text.partition("=")
        if not (name.strip() and equals and capacity.strip()):
            raise CommandError(
                f"“{text}” says no capacity.", hint="Write NAME=N, like camera=2, or NAME=N/s for a rate, like api=5/s."
            )
        try:
            read[name.strip()] = parse_capacity(capacity)
        except ResourceError as error:
            raise CommandError(error.message, hint=error.hint) from None
    return read


def _set_policy(graph: Graph, options: RunOptions) -> None:
    """Have nodes that say nothing themselves run as typed, this time."""
    said: dict[str, object] = {}
    if options.retries is not None:
        said["retries"] = options.retries
    if options.node_timeout is not None:
        said["timeout_s"] = parse_duration(options.node_timeout)
    if said:
        graph.set_policy(None, node=said)


def _note_assignments(execution_plan: ExecutionPlan, graph: Graph, assignments: tuple[str, ...]) -> None:
    """Have a kept run know what was typed: the file says something else."""
    from shtairir.planning.source import note_source, source_of

    source = source_of(execution_plan)
    if source is not None and assignments:
        typed = assigned_values(graph, assignments)
        note_source(execution_plan, replace(source, parameters={**source.parameters, **typed}))


def _drawn(execution_plan: ExecutionPlan, again: Callable[[str], ExecutionPlan]) -> PlanDocument:
    from shtairir.cli.plan_document import PlanDocument

    return PlanDocument(execution_plan, again)


def _show(graph: Graph, execution_plan: ExecutionPlan, *, dry_run: bool) -> None:
    """Print what feeds what, and the plan, unless that is what the command prints anyway."""
    from shtairir.cli.plan_text import graph_text, plan_text

    sys.stderr.write(graph_text(graph) + "\n\n")
    if not dry_run:
        sys.stderr.write(plan_text(execution_plan, sys.stderr) + "\n\n")


def _planned(
    execution_plan: ExecutionPlan, path: Path, drawn: PlanDocument | None, folder: Path | None, cache: Caching
) -> Outcome:
    """Tell the plan, and write it where the results would be."""
    from shtairir.cli.forecast_text import forecast_text
    from shtairir.cli.plan_text import plan_text
    from shtairir.session import forecast

    foreseen = forecast(execution_plan, cache=cache)
    text = f"{plan_text(execution_plan, sys.stdout).rstrip()}\n\n{forecast_text(foreseen)}"
    facts: dict[str, Any] = {"status": "planned", "file": str(path), "forecast": foreseen.to_dict()}
    facts["plan"] = execution_plan.to_dict() if drawn is None else drawn.facts()
    if drawn is not None and folder is not None:
        written = drawn.write(folder)
        text += "".join(f"\nwrote {shown_path(file)}" for file in written)
        facts["plan_files"] = [str(folder)]
    return Outcome(text=text, document=facts)


def _run(
    execution_plan: ExecutionPlan,
    instruments: tuple[Instrument, ...],
    *,
    memory_limit: int | None,
    timeout_s: float | None,
    backend: Backend,
    worker_memory_limit: int | None,
    options: RunOptions,
) -> tuple[RunResult, Chronicle | None]:
    from shtairir.execute.cancel import CancelToken
    from shtairir.session import start

    controlled, token = options.control or bool(options.break_at), CancelToken()
    view: ProgressView = progress_view(options.verbosity, execution_plan)
    if controlled:  # what is typed would be in the way of a live view
        view = PlainProgress(sys.stderr, options.verbosity)
    # The signals are caught before the run starts: one that comes in between must find the token.
    with view.shown(), cancelled_by_signals(token.cancel):
        handle = start(
            execution_plan,
            instruments=(view, *instruments),
            memory_limit=memory_limit,
            timeout_s=timeout_s,
            backend=backend,
            worker_memory_limit=worker_memory_limit,
            cache=options.cache,
            cancel=token,
            break_at=options.break_at,
            watch=options.watch,
            origin="cli",
        )
        if options.verbosity > 0 and isinstance(view, PlainProgress) and handle.forecast is not None:
            sys.stderr.write(f"forecast: {handle.forecast.words}\n")
        if controlled:
            from shtairir.cli.control_shell import ControlShell, typed_lines

            ControlShell(handle, typed_lines(lambda: handle.running), sys.stderr).start()
        return waited(handle), handle.chronicle


def with_history(outcome: Outcome, chronicle: Chronicle, verbosity: int) -> Outcome:
    """Tell what took more than it usually does, once the run is in the history."""
    recorded = chronicle.recorded(_LONGEST_RECORDING_S)
    if recorded is None:
        return outcome
    if recorded.regressions and verbosity >= 0:
        from shtairir.cli.history_text import regressions_text

        sys.stderr.write(regressions_text(recorded.regressions, sys.stderr, everything=verbosity > 0) + "\n")
    facts = {"key": recorded.key, "regressions": [one.to_dict() for one in recorded.regressions]}
    return Outcome(outcome.status, outcome.text, {**outcome.document, **facts})


def waited(handle: RunHandle) -> RunResult:
    """Wait in short spells: on some systems a signal is only seen between them."""
    while True:
        result = handle.wait(0.25)
        if result is not None:
            return result


def told(result: RunResult, graph: Graph, path: Path, folder: Path | None, verbosity: int) -> Outcome:
    """Tell how a run went, and write its results."""
    from shtairir.cli.loops_text import loop_lines

    cards = failure_cards(result, graph, sys.stderr, tracebacks=verbosity > 0)
    if cards:
        sys.stderr.write(f"\n{cards}\n\n")
    written = _written(result, folder)
    if verbosity >= 0:
        whys = _whys(result) if verbosity > 0 else ()
        lines_of_run = (
            *whys,
            *_instances(result),
            *loop_lines(result),
            *_taken(result),
            *_missing(result),
            *_reviewed(result, verbosity),
            _summary(result),
        )
        sys.stderr.write("".join(f"{line}\n" for line in lines_of_run))
    lines = [_results_text(result), *(f"wrote {shown_path(file)}" for file in written)]
    document = {"file": str(path), **result.to_dict(), "written": [str(file) for file in written]}
    return Outcome(_STATUSES[str(result.status)], "\n".join(line for line in lines if line), document)


def _reviewed(result: RunResult, verbosity: int) -> list[str]:
    """Return what was foreseen, held against what came."""
    review = result.review if verbosity > 0 else None
    return [review.words] if review is not None else []


def _whys(result: RunResult) -> list[str]:
    """Return a line for each node that says why it ran, or did not."""
    rows = [(name, str(node.status), node.reason) for name, node in result.nodes.items() if node.reason]
    return columns(rows).splitlines()


def _written(result: RunResult, folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    try:
        return result.write(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"Results cannot be written to {folder}: {reason}.", status=ExitStatus.FAILED) from error


def _summary(result: RunResult) -> str:
    status = str(result.status)
    word = styled(_TOLD_AS[status], "good" if status == "done" else "bad", sys.stderr)
    return f"{word} in {duration_text(result.elapsed_s)}, at most {size_text(result.memory.peak_bytes)} of values"


def _instances(result: RunResult) -> list[str]:
    """Return a line for each instance at the top: how it ended, what it took, and why it did not run."""
    rows = []
    for path in result.nodes.instances:
        if "/" not in path:
            node = result.nodes[path]
            rows.append((path, str(node.status), node.reason or duration_text(node.elapsed_s)))
    rest = len(rows) - _LISTED_INSTANCES
    more = [f"and {rest} more instances; --json lists them all"] if rest > 0 else []
    return [*columns(rows[:_LISTED_INSTANCES]).splitlines(), *more]


def _taken(result: RunResult) -> list[str]:
    """Return a line for each failure that cost nothing."""
    return [
        f"{name} failed: {node.error.message.rstrip('.')}. {node.reason}"
        for name, node in result.nodes.items()
        if node.error is not None and node.taken_by
    ]


def _missing(result: RunResult) -> list[str]:
    """Return a line for each node by whose fault results are missing."""
    by_culprit: dict[str, list[str]] = {}
    for name, culprit in result.missing.items():
        by_culprit.setdefault(culprit, []).append(name)
    return [f"missing: {', '.join(names)}, for want of '{culprit}'" for culprit, names in by_culprit.items()]


def _results_text(result: RunResult) -> str:
    names = {str(result.plan.shown_as.get(port, port)): name for name, port in result.plan.named.items()}
    rows = [(names.get(name, name), _shown(value, _summary_of(result, name))) for name, value in result.results.items()]
    rest = len(rows) - _LISTED_RESULTS
    more = f"\nand {rest} more; --json lists them all" if rest > 0 else ""
    return columns(rows[:_LISTED_RESULTS]) + more


def _summary_of(result: RunResult, name: str) -> str:
    port = PortRef.parse(name)
    return result.nodes[port.node].outputs[port.port].text


def _shown(value: object, summary: str) -> str:
    """Return a number or a short text itself, and of anything larger what can be said of it in a line."""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, str) and len(value) <= 200 and "\n" not in value:
        return value
    return summary
