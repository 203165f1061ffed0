"""From plan to run: the one place that wires what a run is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shtairir.errors import ExecutionError, PlanningError, UntrustedCodeError
from shtairir.execute.cancel import CancelToken
from shtairir.execute.handle import RunHandle
from shtairir.execute.options import RunOptions
from shtairir.execute.processes.choosing import choose, warm_up, watch_locks
from shtairir.ids import NodeId, PortRef
from shtairir.memory.pool import shared_pool
from shtairir.monitor.chronicle import Chronicle, chronicle_of
from shtairir.monitor.learned import learned
from shtairir.planning import ExecutionPlan
from shtairir.recovery.keeping import KeptRun, Started, kept_run
from shtairir.session.planned import planned, set_capacities, with_preview
from shtairir.session.wishes import Source, Wishes, kept_ports

if TYPE_CHECKING:
    from shtairir.cache.smart import SmartRun
    from shtairir.execute.restoring import Restored
    from shtairir.forecasting.foresight import Foresight
    from shtairir.resources import Breakers
    from shtairir.results.result import RunResult

_MOST_ONE_BY_ONE = 2000


def started(graph_or_plan: Source | ExecutionPlan, wishes: Wishes) -> RunHandle:
    """Start a run in the background and return its handle; see `shtairir.start`."""
    plan = _ready(graph_or_plan, wishes)
    kept = chronicle = None
    if wishes.is_kept:
        kept = wishes.kept
        if kept is None and wishes.restored is None:  # or a run is only looked at that was kept before
            kept = kept_run(plan, _as_started(wishes), given=wishes.given)
        chronicle = chronicle_of(wishes.origin, kept.key if kept is not None else None)
    smart = smart_run(plan, wishes)
    foresight = _foreseen(plan, wishes, smart)
    handle = _made(plan, _options(plan, wishes, kept, chronicle, smart, foresight))
    handle.chronicle = chronicle
    handle.foresight = foresight
    _look_and_hold(handle, wishes)
    handle.begin()
    history = learned() if wishes.is_kept else None
    if history is not None:
        watch_locks(handle.execution, plan, history)
    return handle


def _look_and_hold(handle: RunHandle, wishes: Wishes) -> None:
    try:
        for port in wishes.watch:
            handle.watch(port)
        for name in wishes.break_at:
            handle.break_at(name)
        if wishes.paused:
            handle.pause()
    except ExecutionError as error:  # there is no such node or port: nothing has begun yet
        raise PlanningError(error.message, hint=error.hint) from None


def start_plan(plan: ExecutionPlan, options: RunOptions) -> RunHandle:
    """Start a plan under options that `start` does not have: other workers, another clock.

    Raises
    ------
    UntrustedCodeError
        When the graph, or a file that it uses, carries code that nobody has trusted.
    """
    handle = _made(plan, options)
    handle.begin()
    return handle


def wait_for(handle: RunHandle) -> RunResult:
    """Wait for a run to end; Ctrl-C cancels it first."""
    try:
        result = handle.wait()
    except KeyboardInterrupt:
        handle.cancel()
        handle.wait()
        raise
    assert result is not None  # without a timeout, there is one
    return result


def _ready(graph_or_plan: Source | ExecutionPlan, wishes: Wishes) -> ExecutionPlan:
    if not isinstance(graph_or_plan, ExecutionPlan):
        if wishes.backend == "processes":
            warm_up(None if wishes.workers == "auto" else wishes.workers)  # while the plan is made
        return planned(graph_or_plan, wishes)
    if wishes.changes_plan:
        raise PlanningError(
            "A plan cannot take other parameters or targets.", hint="Give them to shtairir.plan, or run the graph."
        )
    set_capacities(wishes)
    return with_preview(graph_or_plan, wishes)


def _foreseen(plan: ExecutionPlan, wishes: Wishes, smart: SmartRun | None) -> Foresight | None:
    """Return what can be foreseen of a run that is to be learned from."""
    if not wishes.is_kept or wishes.restored is not None or learned() is None:
        return None
    from shtairir.session.forecasted import foresight_of

    return foresight_of(plan, wishes, smart)


def _options(
    plan: ExecutionPlan,
    wishes: Wishes,
    kept: KeptRun | None,
    chronicle: Chronicle | None,
    smart: SmartRun | None,
    foresight: Foresight | None,
) -> RunOptions:
    history = learned() if wishes.is_kept else None
    chronicles = (chronicle,) if chronicle is not None else ()
    journals = (kept.hook,) if kept is not None else ()
    chosen = choose(plan, wishes.backend, wishes.worker_memory_limit, history)
    told: list[Callable[[RunResult], None]] = [foresight.observe] if foresight is not None else []
    told += [each.on_result for each in chronicles]
    if history is not None:
        told.append(history.observe)
    if kept is not None:
        told.append(kept.close)
    if smart is not None:
        told += [smart.note_states, smart.remember] if wishes.is_kept else [smart.note_states]
    pool = shared_pool() if chosen is None else chosen.pool
    if smart is not None:
        pool.relief = smart.give_way
    return RunOptions(
        keep=None if wishes.keep == "all" else _kept(plan, wishes),
        # A run that nobody else observes is not observed for the history's sake: each event costs a little.
        instruments=(*wishes.instruments, *chronicles) if wishes.instruments else (),
        memory_limit=wishes.limits.memory_bytes,
        timeout_s=wishes.timeout_s if wishes.timeout_s is not None else plan.policy.timeout_s,
        cancel=wishes.cancel if wishes.cancel is not None else CancelToken(),
        workers=wishes.crew(plan) if wishes.crew is not None else None,
        pool=pool,
        invoke=None if chosen is None else chosen.invoke,
        key=kept.key if kept is not None else None,
        hooks=(*journals, *((smart,) if smart is not None else ()), *wishes.hooks, *chronicles),
        one_by_one=_goes_one_by_one(plan, wishes, smart, is_elsewhere=chosen is not None),
        breakers=_own_breakers() if wishes.rehearsed else None,
        shares_results=smart is not None,
        wrappers=wishes.wrappers,
        restored=_restored(plan, wishes, smart),
        reasons=smart.why if smart is not None and wishes.cache != "off" else {},
        journal=kept.hook if kept is not None else None,
        undoing=wishes.undoing,
        on_result=_told(told),
        without_attempt=smart,
    )


def _goes_one_by_one(plan: ExecutionPlan, wishes: Wishes, smart: SmartRun | None, *, is_elsewhere: bool) -> bool:
    """Whether each node is to be seen by itself.

    What goes to processes may crash: it must not be called here among others. And of a burst the cache hears nothing;
    only of very many cheap nodes is it better to make their results anew than to keep each.
    """
    is_kept = smart is not None and len(plan.tasks) <= _MOST_ONE_BY_ONE
    return wishes.rehearsed or is_kept or (is_elsewhere and wishes.backend == "processes")


def _own_breakers() -> Breakers:
    """Return circuits of a run's own: what is made to fail opens none for others."""
    from shtairir.resources import Breakers

    return Breakers()


def smart_run(plan: ExecutionPlan, wishes: Wishes, *, look_only: bool = False) -> SmartRun | None:
    """Return what the cache knows of a plan, if it is to be asked.

    Parameters
    ----------
    look_only
        Whether nothing is to be read, since nothing is to run.
    """
    if wishes.rehearsed or wishes.restored is not None:
        return None
    frozen = _frozen(plan)
    if wishes.cache == "off" and not frozen:
        return None
    from shtairir.cache.smart import SmartRun, shared_cache

    cache = shared_cache()
    if cache is None:
        return None
    keep = None if wishes.keep == "all" else _kept(plan, wishes)
    return SmartRun(
        plan,
        cache,
        keep,
        fresh=wishes.cache == "fresh",
        given=_checked(plan, wishes.given),
        frozen=frozen,
        only_frozen=wishes.cache == "off",
        look_only=look_only,
    )


def _frozen(plan: ExecutionPlan) -> frozenset[NodeId]:
    from shtairir.document.freezing import frozen_nodes
    from shtairir.planning.source import source_of

    source = source_of(plan)
    return frozen_nodes(source.snapshot) if source is not None else frozenset()


def _checked(plan: ExecutionPlan, given: Mapping[PortRef, Any]) -> Mapping[PortRef, Any]:
    """Return values that are given, if there are such outputs."""
    for port in given:
        if plan.aliases.get(port, port) not in plan.slots and port.node not in plan.nodes:
            raise PlanningError(f"The plan has no output '{port}' to give a value.")
    return given


def _restored(plan: ExecutionPlan, wishes: Wishes, smart: SmartRun | None) -> Restored | None:
    """Return what is there already, before the run begins: what a person gives goes before what the cache has."""
    if wishes.restored is not None:
        return wishes.restored
    if smart is not None or not wishes.given:
        return smart.restored if smart is not None else None
    from shtairir.execute.restoring import GivenValue, Restored

    return Restored({port: GivenValue(value) for port, value in _checked(plan, wishes.given).items()})


def _as_started(wishes: Wishes) -> Started:
    """Return what it takes to start a run again."""
    keep = wishes.keep if isinstance(wishes.keep, str) else tuple(map(str, wishes.keep))
    return Started(keep, wishes.limits.memory_bytes, wishes.timeout_s, wishes.backend)


def _told(observers: list[Callable[[RunResult], None]]) -> Callable[[RunResult], None] | None:
    """Return what tells a result to several, in their order."""
    if len(observers) < 2:
        return observers[0] if observers else None

    def tell(result: RunResult) -> None:
        for observer in observers:
            observer(result)

    return tell


def _made(plan: ExecutionPlan, options: RunOptions) -> RunHandle:
    from shtairir.execute.run import Run

    if plan.untrusted:
        first = plan.untrusted[0]
        raise UntrustedCodeError(first.message, hint=first.fix)
    return RunHandle(Run(plan, options), options.cancel)


def _kept(plan: ExecutionPlan, wishes: Wishes) -> list[PortRef]:
    ports = [plan.aliases.get(port, port) for port in (*kept_ports(wishes.keep), *plan.keep)]
    ports = [port for port in ports if port.node not in plan.silent]
    for port in ports:
        task = plan.task(port.node)
        if port not in plan.slots and not (task is None and port.node in plan.folded):
            raise PlanningError(f"The plan has no output '{port}' to keep.")
    return ports
