"""Rehearses failures: makes a fault happen in a graph's run, and says whether policy and recovery did their work.

What is expected of a fault follows from the policy of its node alone; what happened is read from the run. Both are
told in the same words, so that a person can compare them. A graph without effects is run undisturbed first, to know
what its results should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from shtairir.block.registry import Registry, default_registry
from shtairir.control.expecting import Expectation, expectation, told
from shtairir.control.faults import DEADLY, Fault, Injector
from shtairir.control.remains import Remains, left_since
from shtairir.errors import PlanningError
from shtairir.execute.cancel import CancelToken
from shtairir.ids import NodeId
from shtairir.memory.shared import available
from shtairir.planning import ExecutionPlan
from shtairir.planning.bodies import GIVEN, TAKEN
from shtairir.session.planned import planned, snapshot_of
from shtairir.session.started import started, wait_for
from shtairir.session.wishes import Source, Wishes, wishes
from shtairir.verification.sameness import same

if TYPE_CHECKING:
    from shtairir.document.model import Node
    from shtairir.document.snapshot import Snapshot
    from shtairir.events import Instrument
    from shtairir.planning.plan import Task
    from shtairir.results.result import RunResult

_FAST = 0.02
"""By how much waits are shortened."""

_SLOW_S, _SLOW_FAST_S = 5.0, 0.5
_LEAST_TIMEOUT_S = 1.0
_TIMES_AS_LONG = 10.0


@dataclass(frozen=True, slots=True)
class FaultReport:
    """What one fault led to.

    Attributes
    ----------
    hits
        In how many attempts it happened.
    expected, happened
        In words, what the node's policy says should follow, and what did.
    held
        Whether that is the same.
    """

    node: NodeId
    kind: str
    count: int
    hits: int
    expected: str
    happened: str
    held: bool


@dataclass(frozen=True, slots=True)
class RehearsalReport:
    """What a rehearsal has shown.

    Attributes
    ----------
    status
        How the disturbed run ended, and `expected_status` how it should have.
    same_results
        Whether its results are those of an undisturbed run, as far as there should be any; ``None`` when nobody could
        tell: then `not_compared` says why.
    differing
        The results that are not the same.
    undone
        The nodes that were compensated.
    left
        What the run has left behind, a sentence each.
    """

    graph: str
    status: str
    expected_status: str
    elapsed_s: float
    faults: tuple[FaultReport, ...]
    same_results: bool | None
    not_compared: str = ""
    differing: tuple[str, ...] = ()
    undone: tuple[NodeId, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether everything went as the policies say."""
        return (
            all(fault.held for fault in self.faults)
            and self.status in self.expected_status.split(" or ")
            and self.same_results is not False
            and not self.left
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        return {"held": self.held, **asdict(self)}


def rehearse(
    graph: Source,
    faults: Mapping[str, str],
    *,
    fast: bool = False,
    with_effects: bool = False,
    instruments: Sequence[Instrument] = (),
    registry: Registry | None = None,
    **planning: Any,
) -> RehearsalReport:
    """Run a graph with faults made to happen in it, and report what held. Nothing of it is kept or learned.

    Parameters
    ----------
    graph
        A graph, or the path of its file.
    faults
        For each node ``timeout``, ``error``, ``crash``, ``oom`` or ``slow``; with a number behind it, ``error:2``, so
        many attempts fail, else the first. Nodes inside of instances go by their paths.
    fast
        Wait only a fiftieth of what the policies say before an attempt is made again, and for a timeout not the whole
        time; else everything takes as long as it would.
    with_effects
        Also run blocks that have effects. These happen; without this, a graph that has any is refused.
    instruments
        Observers of the disturbed run.
    planning
        What `shtairir.plan` takes: ``workers=2``.

    Raises
    ------
    PlanningError
        When there is no such node or fault, or the graph has effects.

    Examples
    --------
    >>> import shtairir
    >>> graph = shtairir.Graph("demo")
    >>> number, total = graph.add("math.number", value=3), graph.add("math.add", b=4)
    >>> graph.link(number["out"], total["a"])
    >>> report = shtairir.rehearse(graph, {"add": "error:2"}, fast=True)
    >>> report.held, report.status, report.same_results
    (True, 'done', True)
    >>> report.faults[0].happened
    'It was tried 3 times, and is done.'
    """
    blocks = registry if registry is not None else default_registry()
    wanted = {fault.node: fault for fault in (Fault.parse(node, text) for node, text in faults.items())}
    rehearsal = _Rehearsal(snapshot_of(graph), wanted, blocks, fast, planning)
    rehearsal.refuse_unless(with_effects)
    return rehearsal.report(instruments)


class _Rehearsal:
    """One rehearsal.

    Parameters
    ----------
    planning
        What the caller wants of the plan.
    """

    def __init__(
        self, snapshot: Snapshot, faults: Mapping[NodeId, Fault], blocks: Registry, fast: bool, planning: dict[str, Any]
    ) -> None:
        self._snapshot = snapshot
        self._faults = faults
        self._fast = fast
        self._slow_s = _SLOW_FAST_S if fast else _SLOW_S
        # Breakpoints keep the nodes apart in the plan; no run is told of them.
        self._wishes: Wishes = replace(wishes(**planning, registry=blocks, break_at=tuple(faults)), rehearsed=True)
        self._plan = planned(snapshot, self._wishes)
        self._check_nodes()

    def _check_nodes(self) -> None:
        for node, fault in self._faults.items():
            call = self._plan.call(node)
            why_not = self._why_not(node) if call is None else _why_unfit(call, fault)
            if why_not:
                raise PlanningError(f"No fault can be made to happen at '{node}'.", hint=why_not)

    def _why_not(self, node: NodeId) -> str:
        loop = next((task.node for task in self._plan.tasks if task.body is not None and node in task.body.nodes), None)
        if loop is not None:
            return f"It is in the loop '{loop}': name that one."
        if node in self._plan.instances:
            return "It stands for several nodes: name one of these, as INSTANCE/NODE."
        return "It does not run." if node in self._plan.nodes else "There is no such node."

    def refuse_unless(self, with_effects: bool) -> None:
        """Refuse a graph that does anything besides computing."""
        impure = self._impure()
        if impure and not with_effects:
            listed = ", ".join(f"'{node}'" for node in impure[:8]) + (" and others" if len(impure) > 8 else "")
            raise PlanningError(
                f"'{self._plan.graph_name}' has effects outside of itself: {listed}.",
                hint="A rehearsal would have them, too. If that is wanted, say so: --with-effects, or "
                "with_effects=True.",
            )

    def _impure(self) -> list[NodeId]:
        return list(dict.fromkeys(_with_effects(self._plan)))

    def report(self, instruments: Sequence[Instrument]) -> RehearsalReport:
        """Run the graph, disturbed, and say what happened."""
        undisturbed = None
        why_not = "The graph has effects: another run would have them again."
        if not self._impure():
            undisturbed = wait_for(started(self._plan, replace(self._wishes, break_at=())))
            why_not = f"Undisturbed, it does not run to its end either: it is {undisturbed.status}."
        before = Remains.now()
        plan = planned(self._disturbed(undisturbed), self._wishes)
        result, injector = self._run(plan, instruments)
        status = str(result.status)
        expected = {node: expectation(fault, plan, node, self._slow_s) for node, fault in self._faults.items()}
        reports = tuple(self._told(fault, expected[node], injector, result) for node, fault in self._faults.items())
        differing: tuple[str, ...] | None = None
        if undisturbed is not None and str(undisturbed.status) == "done":
            differing = _differing(undisturbed, result)
        undone = tuple(NodeId(name) for name, node in result.nodes.items() if node.status == "compensated")
        del undisturbed
        return RehearsalReport(
            graph=plan.graph_name,
            status=status,
            expected_status=_expected_status(expected.values(), result),
            elapsed_s=result.elapsed_s,
            faults=reports,
            same_results=None if differing is None else not differing,
            not_compared=why_not if differing is None else "",
            differing=differing or (),
            undone=undone,
            left=left_since(before),
        )

    def _run(self, plan: ExecutionPlan, instruments: Sequence[Instrument]) -> tuple[RunResult, Injector]:
        token = CancelToken()
        injector = Injector(self._faults, self._slow_s, lambda: token.cancelled)
        wanted = replace(self._wishes, break_at=(), hooks=(injector,), cancel=token, instruments=tuple(instruments))
        return wait_for(started(plan, wanted)), injector

    # --- the graph as it is disturbed -------------------------------------------------------------------------

    def _disturbed(self, undisturbed: RunResult | None) -> Snapshot:
        """Return the graph with policies under which the faults can happen."""
        nodes: dict[NodeId, Node] = dict(self._snapshot.nodes)
        for node, fault in self._faults.items():
            outer = NodeId(node.partition("/")[0])
            more = self._settings(fault, undisturbed)
            nodes[outer] = replace(nodes[outer], policy={**nodes[outer].policy, **more})
        return replace(self._snapshot, nodes=nodes)

    def _settings(self, fault: Fault, undisturbed: RunResult | None) -> dict[str, Any]:
        call = self._plan.call(fault.node)
        assert call is not None  # it has been looked at
        policy, settings = call.policy, dict[str, Any]()
        if fault.kind in DEADLY:
            settings["worker"] = "process"
        if self._fast:
            settings["backoff_s"] = policy.backoff.first_s * _FAST
            settings["backoff_cap_s"] = policy.backoff.cap_s * _FAST
            if fault.kind == "timeout" and policy.timeout_s is not None:
                took_s = undisturbed.nodes[fault.node].elapsed_s if undisturbed is not None else None
                took_s = took_s if took_s is not None else call.estimate.elapsed_s or 0.0
                settings["timeout_s"] = min(policy.timeout_s, max(_LEAST_TIMEOUT_S, _TIMES_AS_LONG * took_s))
        return settings

    def _told(self, fault: Fault, expected: Expectation, injector: Injector, result: RunResult) -> FaultReport:
        hits = injector.hits.get(fault.node, [])
        happened, held = told(fault, expected, hits, result)
        happening = sum(bool(hit.fault) for hit in hits)
        return FaultReport(fault.node, fault.kind, fault.count, happening, expected.words, happened, held)


def _why_unfit(call: Task, fault: Fault) -> str:
    """Return why a fault cannot happen at a node that runs; empty if it can."""
    if call.definition.traits.lazy is not None:
        return "It hands on one of its inputs, and calls no block."
    if fault.kind == "timeout" and call.policy.timeout_s is None:
        return "Its policy sets no time for an attempt, so that none would ever be over. It can have error or slow."
    if fault.kind in DEADLY and (call.body is not None or call.definition.traits.runs_on == "async"):
        kind = "A loop" if call.body is not None else "What waits in the event loop"
        return f"{kind} runs in the program itself, and not in a process that could die. It can have error or timeout."
    if fault.kind in DEADLY and not available():
        return "There are no worker processes on this system. It can have error or timeout."
    return ""


def _with_effects(plan: ExecutionPlan) -> Iterator[NodeId]:
    """Yield the nodes whose blocks do something that must not be done twice, in loops too."""
    for task in plan.tasks:
        if task.body is not None:
            yield from _with_effects(task.body.plan)
            continue  # the loop itself is as pure as what it repeats
        for call in task.calls:
            if not call.definition.traits.repeatable and call.definition.id not in (GIVEN, TAKEN):
                yield call.node


def _expected_status(expected: Any, result: RunResult) -> str:
    """Return how a run should end: as its worst fault has it, unless what failed was taken in another way."""
    worst = 0
    for each in expected:
        node = result.nodes[each.node]
        if each.ending == "failed" and not node.taken_by and str(node.status) not in ("skipped", "cancelled"):
            worst = max(worst, 1 if each.accepted else 2)
    return ("done", "partial or failed", "failed")[worst]


def _differing(undisturbed: RunResult, disturbed: RunResult) -> tuple[str, ...]:
    """Return the results of a disturbed run that are there and are not those of an undisturbed one."""
    fallen = {name for name, node in disturbed.nodes.items() if node.reason.startswith("Took its fallback")}
    if fallen or any(node.taken_by for node in disturbed.nodes.values()):
        return ()  # others follow from what took the place
    made = disturbed.results
    missing = [name for name in undisturbed.results if name not in made] if disturbed.status == "done" else []
    others = [(name, value, made[name]) for name, value in undisturbed.results.items() if name in made]
    return (*missing, *(name for name, one, other in others if same(one, other) is False))
