"""Going on with a run that was cut off, failed, or was cancelled.

What the run has done, its journal tells; what of that still holds, the keys of the nodes: those of the graph as it was,
and of the graph as it is now (see `shtairir.recovery.identity`). A node whose key is another runs again, and so does
all that depends on it. All else is restored, or passed over if nobody needs it.

A node with an effect is different: nothing here runs it a second time unless a person has said so. It is asked about
when it had begun and nobody knows whether it has ended; when it was done and what it depends on was changed; and when
what it made is needed and was not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.errors import PlanningError, RecoveryError, ShtairirError
from shtairir.events import RunStatus
from shtairir.execute.compensating import Undoable, Undoing
from shtairir.execute.handle import RunHandle
from shtairir.execute.program import program_of
from shtairir.execute.restoring import KnownValue, Restoration, Restored, restoration
from shtairir.ids import BlockId, NodeId, PortRef, RunKey
from shtairir.planning import ResourceLimits
from shtairir.recovery.account import Account, account_of
from shtairir.recovery.facts import RunFacts
from shtairir.recovery.files import files_of, outside
from shtairir.recovery.folder import RunFolder, found, runs_folder
from shtairir.recovery.identity import identities, same_block, stamps_of
from shtairir.recovery.keeping import KeptRun, Started, facts_of
from shtairir.recovery.keys import new_run_key
from shtairir.recovery.listing import info_of
from shtairir.recovery.locking import RunLock, take
from shtairir.recovery.recorder import Recorder
from shtairir.recovery.store import KeptValue
from shtairir.session.kept_graph import changed_file, no_graph, path_of
from shtairir.session.planned import planned
from shtairir.session.questions import downstream, given_outputs, loaded_inputs, loaded_outputs, undecided
from shtairir.session.started import started
from shtairir.session.wishes import Wishes, kept_ports

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.document.graph import Graph
    from shtairir.document.snapshot import Snapshot
    from shtairir.planning import ExecutionPlan
    from shtairir.planning.plan import Task


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says of a run that is to go on.

    Attributes
    ----------
    graph
        The graph as it is now; by default its file, if that was changed since, else the graph as it was.
    parameters
        Values besides those that the run had.
    rerun
        Nodes that are to run again, whatever they have done.
    done
        Nodes that count as done; with the value of their output, if it is known.
    undo
        Whether the effects of the run are to be undone instead.
    """

    graph: Graph | Snapshot | str | Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rerun: frozenset[NodeId] = frozenset()
    done: Mapping[NodeId, Any] = field(default_factory=dict)
    undo: bool = False


_NO_ROOM = "Look whether there is room left on the disk."

UNKNOWN = object()
"""Instead of the value of a node that counts as done."""


def nodes_done(said: Iterable[str] | Mapping[str, Any]) -> dict[NodeId, Any]:
    """Return the nodes that count as done, and their values."""
    if isinstance(said, Mapping):
        return {NodeId(node): value for node, value in said.items()}
    return {NodeId(node): UNKNOWN for node in said}


def resumed(name: str, word: Word, wishes: Wishes) -> RunHandle:
    """Go on with a run in the background, and return its handle.

    Parameters
    ----------
    name
        A key, the beginning of one, or ``last``.

    Raises
    ------
    RecoveryError
        When there is no such run, it goes on already, or nothing is left to do.
    UndecidedError
        When a person must say more.
    PlanningError
        When the graph cannot be planned any more.
    """
    folder = found(name)
    info = info_of(folder)
    if info.state in ("running", "compensating"):
        raise RecoveryError(
            f"Run {info.key} is still going on, in process {info.facts.pid}.", hint="Wait for it, or end that process."
        )
    return _Resumption(folder, info.facts, info.state == "done", word, wishes).begun()


class _Resumption:
    """One run on its way back to life."""

    def __init__(self, folder: RunFolder, facts: RunFacts, is_done: bool, word: Word, wishes: Wishes) -> None:
        self._folder = folder
        self._facts = facts
        self._is_done = is_done
        self._word = word
        self._account: Account = account_of(folder)
        self._identities: Mapping[NodeId, str] = {}
        self._wishes = replace(
            wishes,
            level=facts.level,
            workers=wishes.workers if wishes.workers is not None else facts.workers,
            keep=facts.keep,
            limits=ResourceLimits(memory_bytes=facts.memory_limit),
            timeout_s=wishes.timeout_s if wishes.timeout_s is not None else facts.timeout_s,
            backend="processes" if facts.backend == "processes" else "threads",
            parameters={**facts.parameters, **word.parameters},
            targets=tuple(map(NodeId, facts.targets)) if facts.targets is not None else None,
        )

    def begun(self) -> RunHandle:
        """Start the run."""
        before = self._as_it_was()
        now = self._as_it_is()
        if now is None and before is None:
            raise no_graph(self._facts)
        plan = planned(now if now is not None else before, self._wishes)  # type: ignore[arg-type]  # one is there
        plan_before = self._planned_before(before, plan if now is None and not self._word.parameters else None)
        self._check_names(plan)
        stale = self._stale(plan_before, plan)
        if self._word.undo or self._account.undoing:
            return self._undone(plan_before if plan_before is not None else plan)
        restored = self._restored(plan_before, plan, stale)
        if self._is_done and self._is_as_it_was and not self._word.rerun:  # what it came to is only looked at
            return started(plan, replace(self._wishes, parameters={}, targets=None, restored=restored))
        return self._started(plan, restored, stale)

    # --- the graph --------------------------------------------------------------------------------------------

    def _as_it_was(self) -> Snapshot | None:
        from shtairir.document import loads

        try:
            data = self._folder.graph.read_bytes()
        except OSError:
            return None
        before = loads(data, path=path_of(self._facts)).snapshot()
        now = self._word.graph
        # Functions that were given to the graph are in no file; whoever gives the graph has them.
        own = now.snapshot().local_blocks if now is not None and not isinstance(now, str | Path) else {}
        return _with_functions(before, own) if own else before

    def _as_it_is(self) -> Graph | Snapshot | str | Path | None:
        """Return the graph as it is now, or ``None`` if it is as it was."""
        if self._word.graph is not None:
            return self._word.graph
        return changed_file(self._folder, self._facts)

    def _planned_before(self, before: Snapshot | None, same: ExecutionPlan | None) -> ExecutionPlan | None:
        """Return the plan of the run as it was; ``None`` if there can be none any more."""
        if same is not None or before is None:
            return same
        try:
            return planned(before, replace(self._wishes, parameters=self._facts.parameters))
        except (PlanningError, ShtairirError):
            return None

    def _check_names(self, plan: ExecutionPlan) -> None:
        for node in (*self._word.rerun, *self._word.done):
            if plan.task(node) is None:
                raise RecoveryError(f"There is no node '{node}' in the graph that could run or be done.")

    # --- what still holds -------------------------------------------------------------------------------------

    def _stale(self, before: ExecutionPlan | None, now: ExecutionPlan) -> set[NodeId]:
        """Return the nodes that would not compute what they did."""
        self._is_as_it_was = False
        if before is None:
            return set(self._account.nodes)
        stamps_now = stamps_of(now)
        stamps = {
            block: stamps_now[block] if block in stamps_now and same_block(stamp, stamps_now[block]) else stamp
            for block, stamp in self._facts.blocks.items()
        }
        keys_before = identities(before, stamps, outside(self._facts.files))
        keys_now = identities(now, stamps_now, outside(files_of(now)))
        self._is_as_it_was = keys_before == keys_now
        self._identities = keys_now
        return {node for node in self._account.nodes if keys_before.get(node) != keys_now.get(node)}

    def _restored(self, before: ExecutionPlan | None, plan: ExecutionPlan, stale: Collection[NodeId]) -> Restored:
        """Return what is there, having asked about what is not clear."""
        word, account = self._word, self._account
        undone = [node for node, one in account.nodes.items() if one.standing == "undone"]
        dropped = {*stale, *downstream(plan, (*word.rerun, *undone)), *word.rerun}
        holds = [node for node in account.done if node not in dropped or node in word.done]
        known = dict(self._known(before if before is not None else plan, holds))
        for node, value in word.done.items():
            if value is not UNKNOWN:
                known |= given_outputs(plan, node, value)
        given = Restored(
            known,
            done=frozenset([*holds, *word.done]),
            again=word.rerun,
            origin=f"Restored from run {self._facts.key}.",
            with_effects=True,
            effect_keys=self._effect_keys(stale),
        )
        given = self._without_damaged(plan, given)
        self._ask(plan, given)
        return given

    def _known(self, plan: ExecutionPlan, nodes: Iterable[NodeId]) -> Iterable[tuple[PortRef, KnownValue]]:
        for node in nodes:
            call = plan.call(node)
            if call is None:
                continue
            for port, reference in zip(call.definition.outputs, self._account.nodes[node].values, strict=False):
                if reference is not None:
                    for name in (call.node, *call.aliases):
                        yield PortRef(name, port.name), KeptValue(self._folder, reference)

    def _effect_keys(self, stale: Collection[NodeId]) -> dict[NodeId, str]:
        key = self._facts.key
        keys: dict[NodeId, str] = {}
        if self._is_done:  # it goes on under a key of its own
            return keys
        for node, account in self._account.nodes.items():
            anew = account.standing == "undone" or (
                account.standing == "done" and (node in self._word.rerun or node in stale)
            )
            times = account.times + int(anew)
            if account.is_effect and times:
                keys[node] = f"{key}/{node}#{times + 1}"
            elif anew and not account.is_effect and node in self._identities:
                # That it happened is not counted, since it does no harm again; but with other values it is another.
                keys[node] = f"{key}/{node}#{self._identities[node][:8]}"
        return keys

    def _restoration(self, plan: ExecutionPlan, given: Restored) -> Restoration:
        wanted = [plan.aliases.get(port, port) for port in (*plan.results, *kept_ports(self._facts.keep))]
        kept = [plan.slots[port] for port in wanted if port in plan.slots]
        if self._facts.keep == "all":
            kept = list(dict.fromkeys(plan.slots.values()))
        return restoration(plan, program_of(plan).plain, given, kept)

    def _without_damaged(self, plan: ExecutionPlan, given: Restored) -> Restored:
        """Return what is left when the values that will be needed have been looked at."""
        import logging

        looked_at: set[PortRef] = set()
        while True:
            done = self._restoration(plan, given)
            needed = {slot for slots in done.shape.reads for slot in slots}
            needed |= {plan.slots[port] for port in plan.results if port in plan.slots}
            damaged = set()
            for port, value in given.known.items():
                if port in looked_at or plan.slots.get(port) not in needed or not isinstance(value, KeptValue):
                    continue
                looked_at.add(port)
                if not value.is_whole():
                    damaged.add(port)
            if not damaged:
                return given
            nodes = dict.fromkeys(port.node for port in damaged)
            listed = ", ".join(f"'{node}'" for node in nodes)
            logging.getLogger(__name__).warning(
                "What run %s kept of %s is damaged and is not used: the node runs again.", self._facts.key, listed
            )
            given = replace(given, known={port: value for port, value in given.known.items() if port not in damaged})

    # --- questions --------------------------------------------------------------------------------------------

    def _ask(self, plan: ExecutionPlan, given: Restored) -> None:
        """Refuse to go on while it is not clear whether an effect is to happen again."""
        running = self._restoration(plan, given).running
        questions = {}
        for node in dict.fromkeys([*self._account.nodes, *(plan.nodes if self._account.is_unclear else ())]):
            call = plan.call(node)
            if call is None or node in self._word.rerun or call.definition.traits.repeatable:
                continue
            task = plan.task(node)
            if task is None or task.number not in running:
                continue
            if node in self._word.done:
                continue  # asked about below
            why = self._question(node, task, given)
            if why:
                questions[str(node)] = why
        for node in self._word.done:
            task = plan.task(node)
            if task is not None and task.number in running:
                questions[str(node)] = "It counts as done, but what it made is not known, and is needed."
        if questions:
            raise undecided(self._facts.key, questions)

    def _question(self, node: NodeId, task: Task, given: Restored) -> str:
        """Return why a node that has an effect, and would run, is asked about; empty if there is no question."""
        account = self._account.nodes.get(node)
        standing = account.standing if account is not None else ""
        if task.body is not None and account is not None and (standing == "begun" or account.partly):
            return "It did not get to its end: some of its items may have had their effects, and all would run again."
        if standing == "begun":
            return "It had begun, and nobody knows whether it has had its effect."
        if standing == "done":
            why = "what it depends on was changed." if node not in given.done else "what it made was not kept."
            return f"It is done, but would have to run again: {why}"
        if self._account.is_lost(node):
            return "The journal could not be written any more: nobody knows whether it has had its effect."
        return ""

    # --- the start --------------------------------------------------------------------------------------------

    def _started(self, plan: ExecutionPlan, restored: Restored, stale: Collection[NodeId]) -> RunHandle:
        folder, key = self._folder, self._facts.key
        if self._is_done:  # what a run that is done has come to stays as it is
            folder = self._forked()
            key = folder.key
        lock = _locked(folder)
        recorder = Recorder(
            folder, _nothing, checkpoints=plan.policy.checkpoints, session=self._account.sessions + 1, lock=lock
        )
        if not recorder.open():
            lock.release()
            raise RecoveryError(f"The folder of run {key} cannot be written.", hint=_NO_ROOM)
        self._write_word(recorder, folder, stale)
        try:
            self._describe(folder, plan, key)
        except OSError as error:
            recorder.close("failed", 0.0)
            raise RecoveryError(
                f"The folder of run {key} cannot be written: {error.strerror}.", hint=_NO_ROOM
            ) from None
        known = {port: _in(folder, value) for port, value in restored.known.items()}
        wishes = replace(
            self._wishes,
            parameters={},
            targets=None,
            kept=KeptRun(key, recorder),
            restored=replace(restored, known=known),
            undoing=Undoing(self._undoable(plan, [node for node in self._account.done if node in restored.done])),
        )
        try:
            return started(plan, wishes)
        except BaseException:
            recorder.close("failed", 0.0)
            raise

    def _undone(self, plan: ExecutionPlan) -> RunHandle:
        """Undo what the run has done, and nothing else."""
        self._ask_before_undoing(plan)
        told = [
            node
            for node in self._word.done
            if node in self._account.unknown or (node in self._account.nodes and self._account.is_lost(node))
        ]
        effects = self._undoable(plan, [*self._account.done, *told])
        if not effects and not self._account.undoing:
            raise RecoveryError(f"Run {self._facts.key} has done nothing that can be undone.")
        folder, account = self._folder, self._account
        lock = _locked(folder)
        recorder = Recorder(folder, _nothing, checkpoints="none", session=account.sessions + 1, lock=lock)
        if not recorder.open():
            lock.release()
            raise RecoveryError(f"The folder of run {self._facts.key} cannot be written.", hint=_NO_ROOM)
        undone = [node for node, one in account.nodes.items() if one.standing == "undone"]
        restored = Restored(
            done=frozenset([*account.done, *undone]),
            origin=f"Done in run {self._facts.key}.",
            nothing_runs=True,
            effect_keys=self._effect_keys(()),
        )
        wishes = replace(
            self._wishes,
            parameters={},
            targets=None,
            kept=KeptRun(self._facts.key, recorder),
            restored=restored,
            undoing=Undoing(effects, undone, account.undone_for or str(RunStatus.CANCELLED)),
        )
        return started(plan, wishes)

    def _ask_before_undoing(self, plan: ExecutionPlan) -> None:
        """Refuse to undo while it is not clear whether there is more to undo."""
        questions = {}
        lost = [node for node in plan.nodes if self._account.is_lost(node)] if self._account.is_unclear else []
        for node in (*self._account.unknown, *lost):
            call = plan.call(node)
            said = node in self._word.done
            if call is None or call.definition.traits.compensate is None or node in self._word.rerun:
                continue
            if node not in self._account.nodes:
                questions[str(node)] = (
                    "The journal could not be written any more, and what it was given was not kept: if it has had its "
                    "effect, undo that by hand; then leave it out with --rerun."
                )
            elif not said:
                why = "The journal could not be written any more" if node in lost else "It had begun"
                questions[str(node)] = f"{why}, and nobody knows whether there is anything to undo."
        if questions and self._word.undo:
            raise undecided(self._facts.key, questions)

    def _undoable(self, plan: ExecutionPlan, nodes: Iterable[NodeId]) -> list[Undoable]:
        """Return what these nodes have done and can be undone, in the order in which they were done."""
        found = []
        for node in nodes:
            call = plan.call(node)
            if call is not None and call.definition.traits.compensate is not None:
                account = self._account.nodes[node]
                inputs = partial(loaded_inputs, self._folder, node, account.inputs)
                found.append(Undoable(call, inputs, self._outputs_of(node, len(call.definition.outputs))))
        return found

    def _outputs_of(self, node: NodeId, count: int) -> Callable[[], list[Any]]:
        """Return what gives the outputs of a node that is to be undone, as they were kept or as a person says."""
        told = self._word.done.get(node, UNKNOWN)
        if told is not UNKNOWN:
            return lambda: [told]
        return partial(loaded_outputs, self._folder, node, self._account.nodes[node].values or [None] * count)

    def _forked(self) -> RunFolder:
        home = runs_folder()
        assert home is not None  # or the run would not have been found
        folder = RunFolder(home / new_run_key())
        try:
            self._folder.fork(folder)
        except OSError as error:
            raise RecoveryError(f"Run {self._facts.key} cannot be copied: {error.strerror}.") from error
        return folder

    def _write_word(self, recorder: Recorder, folder: RunFolder, stale: Collection[NodeId]) -> None:
        """Write down what does not hold any more, and what counts as done."""
        accounts = self._account.nodes
        again = [node for node in self._word.rerun if node in accounts and accounts[node].standing == "done"]
        void = [node for node in dict.fromkeys([*stale, *again]) if node not in self._word.done]
        if void:
            recorder.write({"what": "void", "nodes": void}, sync=True)
        if self._account.is_unclear and self._word.rerun:
            recorder.write({"what": "cleared", "nodes": list(self._word.rerun)}, sync=True)
        for node, value in self._word.done.items():
            recorder.note_done(node, [] if value is UNKNOWN else [value])

    def _describe(self, folder: RunFolder, plan: ExecutionPlan, key: RunKey) -> None:
        from shtairir.planning.source import source_of, text_of

        how = Started(self._facts.keep, self._facts.memory_limit, self._facts.timeout_s, self._facts.backend)
        facts = replace(
            facts_of(key, plan, source_of(plan), how),
            started_at=self._facts.started_at,
            origin=self._facts.key if self._is_done else self._facts.origin,
        )
        folder.write(facts, text_of(plan))


def _with_functions(graph: Snapshot, functions: Mapping[BlockId, BlockDefinition]) -> Snapshot:
    """Return a graph that knows functions of a program, as do its definitions."""
    subgraphs: dict[str, Snapshot] = {}
    for name, one in graph.subgraphs.items():
        subgraphs[name] = replace(one, local_blocks=functions, subgraphs=subgraphs)
    return replace(graph, local_blocks=functions, subgraphs=subgraphs)


def _nothing() -> None:
    """The folder of a run that goes on is there already."""


def _locked(folder: RunFolder) -> RunLock:
    lock = take(folder.path)
    if lock is None:
        raise RecoveryError(f"Run {folder.key} has just been taken up by another program.")
    return lock


def _in(folder: RunFolder, value: KnownValue) -> KnownValue:
    return replace(value, folder=folder) if isinstance(value, KeptValue) else value
