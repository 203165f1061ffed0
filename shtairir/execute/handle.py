"""What a caller holds of a run that goes on in the background."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

from shtairir.errors import ExecutionError
from shtairir.ids import NodeId, PortRef, RunId, RunKey
from shtairir.planning.plan import ExecutionPlan

if TYPE_CHECKING:
    from shtairir.execute.cancel import CancelToken
    from shtairir.execute.run import Run
    from shtairir.execute.watching import Watch
    from shtairir.forecasting import Forecast
    from shtairir.forecasting.foresight import Foresight
    from shtairir.monitor.chronicle import Chronicle
    from shtairir.monitor.progress import Glance, Progress
    from shtairir.results.result import RunResult


class RunHandle:
    """A run: watch it, hold it, cancel it, wait for it. From any thread.

    Nothing of this does anything to a run that is over.

    Attributes
    ----------
    chronicle
        Who writes the run into the history, and tells when that is done; ``None`` when nothing is kept.
    foresight
        What can be foreseen of the run; ``None`` when nothing is learned from it.
    """

    def __init__(self, run: Run, token: CancelToken) -> None:
        self._run = run
        self._token = token
        self.chronicle: Chronicle | None = None
        self.foresight: Foresight | None = None
        self._watch: Watch | None = None
        self._glance: Glance | None = None
        self._starting_to_look = threading.Lock()

    def begin(self) -> None:
        """Have the run begin; whoever hands out handles has done so."""
        self._run.start()

    @property
    def execution(self) -> Run:
        """What goes on, for the parts of the house that look at it meanwhile."""
        return self._run

    @property
    def run(self) -> RunId:
        """The run's number; every event of it bears it."""
        return self._run.id

    @property
    def key(self) -> RunKey | None:
        """What names the run in journal and history; ``None`` when nothing is kept of it."""
        return self._run.key

    @property
    def plan(self) -> ExecutionPlan:
        """What is being run."""
        return self._run.plan

    @property
    def forecast(self) -> Forecast | None:
        """What was foreseen of the run before it began; worked out when somebody asks."""
        return self.foresight.forecast if self.foresight is not None else None

    @property
    def running(self) -> bool:
        """Whether it has not ended yet; one that is paused has not."""
        return self._run.running

    @property
    def elapsed_s(self) -> float:
        """The time since it began, pauses not counted; once it is over, the time it took."""
        return self._run.elapsed_s

    @property
    def timeout_s(self) -> float | None:
        """How long it may take in all, pauses not counted; ``None`` for no limit."""
        return self._run.timeout_s

    def cancel(self) -> None:
        """Ask for the end, and return at once. Other runs that share the token are cancelled too."""
        self._token.cancel()

    def wait(self, timeout: float | None = None) -> RunResult | None:
        """Return the result once the run is over, or ``None`` if it is not after ``timeout`` seconds."""
        return self._run.wait(timeout)

    # --- to hold it -------------------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether nothing is to start until the run is resumed."""
        return self._run.paused and self._run.running

    def pause(self) -> None:
        """Start no node any more; those that run go on to their end. The time does not count meanwhile."""
        if self._run.running:
            self._run.gate.pause()

    def resume(self) -> None:
        """Go on after a pause. What is held at a breakpoint stays there."""
        if self._run.paused:
            self._run.gate.resume()

    def extend(self, seconds: float) -> None:
        """Let the run take so much longer in all; one that has no limit needs no more time.

        Raises
        ------
        ExecutionError
            When that is no time, or a negative one.
        """
        if not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds <= 0:
            raise ExecutionError(f"A run cannot be given {seconds!r} s more.", hint="Name the seconds that it needs.")
        if self._run.running:
            self._run.extend(seconds)

    def break_at(self, node_or_port: str | PortRef, on: bool = True) -> None:
        """Set a breakpoint, or take it away. The rest of the graph runs on.

        Parameters
        ----------
        node_or_port
            A node is held before it starts; an output holds all that read it, an input its node.

        Raises
        ------
        ExecutionError
            When the run has no such node or port, or it cannot be held.
        """
        if self._run.running:
            self._run.gate.break_at(str(node_or_port), on)

    @property
    def breakpoints(self) -> tuple[str, ...]:
        """The nodes and ports on which breakpoints are set."""
        return self._run.gate.breakpoints if self._run.has_gate else ()

    @property
    def held(self) -> tuple[NodeId, ...]:
        """The nodes that could start, but are held: at a breakpoint, by a step, or since the run is paused."""
        return self._run.gate.held if self._run.has_gate and self._run.running else ()

    def step(self) -> None:
        """Start exactly one node that is held, the one that the plan prefers; what waits for it is held in its turn."""
        if self._run.has_gate:
            self._run.gate.step_one()

    def go_on(self, node: str | None = None) -> None:
        """Let a node go on that is held; without a name, all of them, and the run if it is paused."""
        if self._run.has_gate:
            self._run.gate.go_on(node)

    # --- to look at it ----------------------------------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """How far it is, and how long it may still take. It is looked up when it is asked for: the run does nothing."""
        run, result = self._run, self._run.result
        with self._starting_to_look:
            if self._glance is None:
                from shtairir.monitor.progress import Glance, groups_of
                from shtairir.planning.source import source_of

                source = source_of(run.plan)
                groups = groups_of(source.snapshot, run.plan) if source is not None else None
                self._glance = Glance(run.state.records, groups)
        return self._glance.progress(run.clock(), self.elapsed_s, result.status if result is not None else None)

    def watch(self, port: str | PortRef) -> None:
        """Keep the value of an output, and tell it to the observers when it is made (`ValueWatched`).

        Raises
        ------
        ExecutionError
            When the run has no such output.
        """
        with self._starting_to_look:
            if self._watch is None:
                from shtairir.execute.watching import Watch

                self._watch = Watch(self._run)
        self._watch.add(str(port))

    def value(self, port: str | PortRef) -> Any:
        """Return the value of an output, in the middle of the run or after it.

        Raises
        ------
        ExecutionError
            When the run has no such output.
        KeyError
            When the value is not there: not yet or, unless it is watched or kept, not any more.
        """
        from shtairir.execute.watching import live_value, port_of

        watched = self._watch.values if self._watch is not None else {}
        made = port_of(self._run, str(port))
        if made in watched:
            return watched[made]
        result = self._run.result
        return live_value(self._run, str(port)) if result is None else result[port]
