"""What a run leaves: its status, its kept values, and what is known of each node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shtairir.block.ports import OutputPort
from shtairir.errors import ExecutionError, NodeExecutionError, RunCancelledError, RunTimeoutError
from shtairir.events import NodeFailure, NodeStatus, RunStatus
from shtairir.ids import NodeId, PortRef, RunId, RunKey
from shtairir.memory.stats import MemoryStats
from shtairir.planning.config import Estimate
from shtairir.results.nodes import NodeResults
from shtairir.results.records import MADE, Records

if TYPE_CHECKING:
    from shtairir.events import Instrument
    from shtairir.forecasting import Forecast, Review
    from shtairir.forecasting.foresight import Foresight
    from shtairir.planning.plan import Task
    from shtairir.results.iterations import Iterations


class RunResult:
    """What `shtairir.run` returns.

    Examples
    --------
    ``result["count.total"]`` is a value, ``result.nodes["blur"].elapsed_s`` a time, ``result.status == "done"``.

    Attributes
    ----------
    nodes
        What became of each node.
    results
        The kept values by ``"node.port"``: those that nobody reads, and those asked for with ``keep``. Arrays may
        be read-only: they are not copied.
    memory
        What the run took, and what its kept values still take.
    key
        What names the run in journal and history; ``None`` when nothing is kept of runs.
    foresight
        What could be foreseen of the run; ``None`` when nothing is learned from it.
    """

    def __init__(
        self,
        run: RunId,
        status: RunStatus,
        elapsed_s: float,
        started_s: float,
        records: Records,
        values: dict[str, object],
        memory: MemoryStats,
        key: RunKey | None = None,
    ) -> None:
        self.run = run
        self.key = key
        self.status = status
        self.elapsed_s = elapsed_s
        self.memory = memory
        self.nodes = NodeResults(records, started_s)
        self._records = records
        self.plan = records.plan
        self.results: Mapping[str, Any] = MappingProxyType(values)
        self.foresight: Foresight | None = None

    def __getitem__(self, port: str | PortRef) -> Any:
        """Return a kept value; of ``"node"`` alone, its output ``out`` or its only one.

        Raises
        ------
        KeyError
            When there is no such value, with the reason.
        """
        name = str(port)
        found = self._kept_as(name)
        if found is not None:
            return self.results[found]
        raise KeyError(self._why_absent(name))

    @property
    def is_preview(self) -> bool:
        """Whether blocks were called by their cheap variants."""
        return self.plan.is_preview

    def __contains__(self, port: object) -> bool:
        return self._kept_as(str(port)) is not None

    def _kept_as(self, name: str) -> str | None:
        """Return the name under which a value is kept."""
        if name in self.results:
            return name
        made = self.plan.named.get(name) or self._maker(name)
        if made is not None:
            shown = self.plan.shown_as.get(made, made)
            return str(shown) if str(shown) in self.results else None
        return self._only_output(name)

    def _maker(self, name: str) -> PortRef | None:
        """Return the output that makes what is called by another name: that of an instance, or of a part of one."""
        try:
            port = PortRef.parse(name)
        except ValueError:
            return None
        made = self.plan.aliases.get(port, port)
        return made if made != port or made in self.plan.shown_as else None

    def get(self, port: str | PortRef, default: Any = None) -> Any:
        """Return a kept value, or ``default``."""
        try:
            return self[port]
        except KeyError:
            return default

    def _only_output(self, node: str) -> str | None:
        kept = [name for name in self.results if name.rpartition(".")[0] == node]
        instance = self.plan.instances.get(NodeId(node))
        if not kept and instance is not None:
            kept = [found for port in instance.outputs if (found := self._kept_as(f"{node}.{port}")) is not None]
        return kept[0] if len(kept) == 1 else None

    def _why_absent(self, name: str) -> str:
        try:
            port = self.plan.named.get(name) or self.plan.unmade.get(name) or PortRef.parse(name)
            node = self.nodes[port.node]
        except (ValueError, KeyError):
            return f"There is no output '{name}' in the graph that ran."
        if port.node in self.plan.silent and port not in self.plan.aliases:
            return f"Node '{port.node}' has no result: it does not run. {self.plan.silent[port.node]}"
        output = self._port(port)
        if output is None:
            return f"Node '{port.node}' has no output '{port.port}'."
        if node.status not in MADE or port.port not in node.outputs:
            node = self.nodes[self.plan.aliases.get(port, port).node]
        if node.status not in MADE:
            why = node.error.message if node.error is not None else node.reason
            return f"Node '{node.node}' has no result: it is {node.status}. {why}".strip()
        return f"The value of '{name}' was freed after its last reader. Run with keep=['{name}'], or keep='all'."

    def _port(self, port: PortRef) -> OutputPort | None:
        port = self.plan.aliases.get(port, port)
        task = self.plan.call(port.node)
        definition = task.definition if task is not None else self.plan.folded_definitions.get(port.node)
        return definition.output(port.port) if definition is not None else None

    def iterations(self, loop: str) -> Iterations:
        """Return what became of each iteration of a loop: status, time, and the error if there was one.

        Raises
        ------
        KeyError
            When there is no such loop, with the reason.
        """
        from shtairir.results.iterations import Iterations, LoopRecord

        return Iterations(self._records.loops.get(self._loop(loop).number) or LoopRecord())

    def replay(self, loop: str, index: int, *, instruments: Sequence[Instrument] = ()) -> RunResult:
        """Run one iteration of a loop again, by itself, and return its result with all values kept.

        Nodes have the names that they have in this result, ``loop/blur``. Effects happen again.

        Parameters
        ----------
        index
            The number of the iteration, from 0.

        Raises
        ------
        KeyError
            When there is no such loop or iteration, or what the loop was given is gone, with the reason.

        Examples
        --------
        ``result.replay("loop", 37)["loop/blur.out"]``
        """
        from shtairir.execute.replay import replayed

        task = self._loop(loop)
        record = self._records.loops.get(task.number)
        count = len(record.statuses) if record is not None else 0
        if record is None or not 0 <= index < count:
            raise KeyError(f"'{loop}' has no iteration {index}: there were {count:,}, the first is 0.")
        return replayed(self, task, record.replay, index, instruments)

    def _loop(self, loop: str) -> Task:
        task = self.plan.task(loop)
        if task is None or task.body is None:
            inside = loop in self.plan.nodes and task is None
            why = "lies in a loop: look at one of its iterations with 'replay'" if inside else "is no loop"
            raise KeyError(f"'{loop}' {why}.")
        return task

    @cached_property
    def missing(self) -> Mapping[str, NodeId]:
        """The results that the run should have left and has not, each with the node by whose fault.

        A result is not missing that was not wanted: of a branch that was not chosen, or by a condition.
        """
        if self.status is RunStatus.DONE:
            return MappingProxyType({})
        published = {port: name for name, port in self.plan.named.items()}
        missing: dict[str, NodeId] = {}
        for port in self.plan.results:
            name = str(self.plan.shown_as.get(port, port))
            culprit = None if name in self.results else self.nodes.culprit(port.node)
            if culprit is not None:
                missing[published.get(port, name)] = culprit
        return MappingProxyType(missing)

    @property
    def forecast(self) -> Forecast | None:
        """What was foreseen before the run, from what was known then."""
        return self.foresight.forecast if self.foresight is not None else None

    @property
    def review(self) -> Review | None:
        """What was foreseen, held against what came."""
        return self.foresight.review(self) if self.foresight is not None else None

    @property
    def failures(self) -> list[NodeFailure]:
        """Why nodes failed, in the order of the graph; not of those for which a fallback was taken."""
        return [node.error for node in self.nodes.values() if node.error is not None and not node.taken_by]

    def raise_for_status(self) -> RunResult:
        """Return the result itself if the run is done, so that calls can be chained.

        It is returned as well if the run is partial: that results are `missing` was accepted by the nodes' policies.

        Raises
        ------
        NodeExecutionError, RunCancelledError, RunTimeoutError
            When it is not; with the first failure, if a node failed.
        """
        if self.status in (RunStatus.DONE, RunStatus.PARTIAL):
            return self
        if self.status is RunStatus.CANCELLED:
            raise RunCancelledError("The run was cancelled.")
        if self.status is RunStatus.TIMED_OUT:
            raise RunTimeoutError(f"The run was stopped after {self.elapsed_s:.1f} s: its time was up.")
        for failure in self.failures:
            raise NodeExecutionError(
                f"Node '{failure.node}' failed: {failure.message}", failure=failure, hint=failure.hint
            )
        raise ExecutionError("The run failed.")

    def estimates(self) -> dict[NodeId, Estimate]:
        """Return what each node that is done cost, to plan the next run with."""
        return {
            node.node: Estimate(
                node.elapsed_s / max(node.count, 1),
                tuple(summary.nbytes for summary in node.outputs.values()),
                node.peak_bytes,
                "learned",
            )
            for node in self.nodes.values()
            if node.status is NodeStatus.DONE
        }

    def write(self, directory: Path | str) -> list[Path]:
        """Write every kept value into a folder, each in the format that suits it, and return the files.

        The folder is made if need be; files of an earlier run with the same names are replaced.
        """
        from shtairir.results.writing import write_all

        families = {
            name: port.type.family if (port := self._port(PortRef.parse(name))) is not None else None
            for name in self.results
        }
        return write_all(self.results, families, Path(directory))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it; arrays and the like as summaries."""
        from shtairir.results.report import as_dict

        return as_dict(self)

    def __repr__(self) -> str:
        return f"<RunResult {self.status}: {len(self.nodes)} nodes in {self.elapsed_s:.3f} s>"
