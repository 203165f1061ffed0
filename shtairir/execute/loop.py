"""A loop as a task of a run: what the executor calls instead of the loop's block.

The planner has planned the body once (`shtairir.planning.bodies`). Here it is made ready to run, and run as often as
the kind of loop asks for: `shtairir.execute.loop_each` has For each, whose iterations are spread over the workers;
`shtairir.execute.loop_turns` has the loops that carry a state from turn to turn, Repeat, While and Reduce.

Observers hear of each node of the body twice, when the loop begins and when it ends, with the times of all iterations
together; in between, of how far the loop is, some times a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.block.conversions import find_conversion
from shtairir.errors import NodeExecutionError, RunCancelledError
from shtairir.events import (
    IN_LOOP,
    NodeCancelled,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeLogged,
    NodeProgressed,
    NodeSkipped,
    NodeStarted,
)
from shtairir.execute.call import Call, Face, Pace
from shtairir.execute.context import PROGRESS_INTERVAL_S, TaskContext
from shtairir.execute.loop_body import Lane
from shtairir.execute.loop_program import BodyProgram, Once
from shtairir.execute.loop_state import BodyState, Telling
from shtairir.execute.replay import inputs_of
from shtairir.execute.timers import Timer
from shtairir.flow.loop_shape import INDEX
from shtairir.results.iterations import LoopRecord, Tally

if TYPE_CHECKING:
    from shtairir.execute.state import RunState
    from shtairir.ids import NodeId
    from shtairir.planning.plan import Task


class LoopCall(Call):
    """What calls a loop: as any block is called, with a function that runs the body."""

    __slots__ = ("program",)

    def __init__(self, task: Task, pace: Pace, face: Face) -> None:
        super().__init__(task, pace, face)
        assert task.body is not None  # it would be no loop
        self.program = BodyProgram(task.body)
        self.function = self._run

    def _run(self, context: TaskContext, **arguments: Any) -> Any:
        # Not at the top: most programs have no loops.
        from shtairir.execute.loop_each import ForEach
        from shtairir.execute.loop_turns import Reduce, Turns

        kinds: dict[str, type[LoopRun]] = {"for_each": ForEach, "repeat": Turns, "while": Turns, "reduce": Reduce}
        return kinds[self.program.body.shape.kind](self, context, arguments).run()


class LoopRun:
    """One run of one loop.

    Parameters
    ----------
    arguments
        Those of the loop's node, by port.

    Attributes
    ----------
    record
        The notes for the result.
    """

    def __init__(self, call: LoopCall, context: TaskContext, arguments: dict[str, Any]) -> None:
        self.program = call.program
        self.shape = call.program.body.shape
        self.task = call.task
        self.context = context
        self.state: RunState = context.run_state
        self.given = {name: arguments[port] for name, port in self.shape.ports.items() if port in arguments}
        self.options = {name: value for name, value in arguments.items() if name not in self.shape.ports.values()}
        self.record = LoopRecord(replay=inputs_of(call.task, self.given, self.options))
        self._telling = Telling(self.state, self._progressed)
        self._done, self._expected, self._noun = 0, 0, "item"
        self._told_fraction = 0.0
        self._once = Once(self.program)
        self._lanes: list[Lane] = []
        self._bytes_alone = 0
        self._reported_s = self.state.clock()
        self._numbers = self._numbering()
        self._begun_in = self.state.halt.pause

    # --- for the kinds of loops -------------------------------------------------------------------------------

    def run(self) -> Any:
        """Return what the loop's block would return."""
        self.state.records.loops[self.task.number] = self.record
        self._tell_started()
        self._gave_up = True
        try:
            outputs = self._outputs()
            self._gave_up = False
            return self._returned(outputs)
        finally:
            for slot in self._once.held:
                self._lanes[0].let_go(self._once.values[slot])
            # What one worker needs by itself counts for each: side by side, they cannot be told apart.
            self.context.peak_bytes = self._bytes_alone * len(self._lanes)
            self._put_together()
            self._tell_finished()
            for lane in self._lanes:
                lane.close()
            del self._telling  # it refers back here

    def _outputs(self) -> list[Any]:
        """Run the body, and return the outputs of the loop."""
        raise NotImplementedError

    @staticmethod
    def _returned(outputs: list[Any]) -> Any:
        if not outputs:
            return None
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _lane(self, wanted: Callable[[int], bool]) -> Lane:
        # Of a loop in a loop, the run knows the outer one.
        loop = self.state.loop if isinstance(self.state, BodyState) else self.task.number
        self._have_time_minded()
        lane = Lane(self.state, self.program, self._telling, self._once, wanted, loop)
        self._lanes.append(lane)
        return lane

    def _have_time_minded(self) -> None:
        """Have the run look at what is under way here, as often as it may be overdue."""
        inside, shortest_s = self.state.inside, self.program.shortest_timeout_s
        if shortest_s < inside.shortest_s:
            inside.shortest_s = shortest_s
            self.state.queue.put(Timer(self.state.clock() + shortest_s, "_look_at_attempts"))

    def _numbering(self) -> Callable[[int], Any] | None:
        """Return what makes the number of an iteration of its index, if the body gets that."""
        if not self.shape.numbered or self.given.get(INDEX) is not None:
            return None
        step = find_conversion("int", self.program.body.types[INDEX].family)
        return step.apply if step is not None else lambda index: index

    def _same_each_time(self) -> list[tuple[int, Any]]:
        """Return the slots and values of the inputs that are the same in all iterations."""
        others = {*self.shape.iterated, *self.shape.carried}
        if self._numbers is not None:
            others.add(INDEX)
        slots = self.program.input_slots
        return [(slots[name], value) for name, value in self.given.items() if name not in others]

    def _expect(self, count: int, noun: str) -> None:
        """Say how many iterations there will be."""
        self._expected, self._noun = count, noun

    def _report(self, done: int) -> None:
        """Say how far the loop is, some times a second."""
        self._done = done
        now_s = self.state.clock()
        if now_s - self._reported_s >= PROGRESS_INTERVAL_S:
            self._reported_s = now_s
            self._tell_progress(0.0)

    def _progressed(self, event: NodeProgressed) -> None:
        """Take note that a block in the middle of an iteration has said how far it is."""
        nodes = self.program.nodes
        if event.fraction is not None and event.node in nodes:
            self._tell_progress((nodes.index(event.node) + event.fraction) / len(nodes))

    def _tell_progress(self, of_the_next: float) -> None:
        count = self._expected
        if self.shape.kind == "while":
            self.context.progress(None, f"{self._noun} {self._done:,}, {count:,} at most")
        elif count:
            self._told_fraction = max(self._told_fraction, min((self._done + of_the_next) / count, 1.0))
            self.context.progress(self._told_fraction, f"{self._noun} {self._done:,} of {count:,}")

    @property
    def _is_held(self) -> bool:
        """Whether the next iteration waits: the run is paused, and was not yet when the loop began."""
        return self.state.halt.pause not in (0, self._begun_in)

    def _wait(self) -> None:
        self.state.halt.wait(lambda: self.state.stopping)

    def _check(self) -> None:
        if self.state.stopping:
            raise RunCancelledError("The run was cancelled.")

    def _failed(self, failure: NodeFailure, where: str) -> NodeExecutionError:
        """Return the error of the loop for the failure of a node in it."""
        if failure.node == self.task.node:
            return NodeExecutionError(f"{where} failed: {failure.message}", failure=failure, hint=failure.hint)
        node = str(failure.node).removeprefix(f"{self.task.node}/")
        return NodeExecutionError(f"{where} failed in '{node}': {failure.message}", failure=failure, hint=failure.hint)

    # --- telling ----------------------------------------------------------------------------------------------

    def _put_together(self) -> None:
        nodes = self.record.nodes
        for node in self.program.body.nodes:
            nodes[node] = Tally()
        for lane in self._lanes:
            for node, tally in lane.tallies():
                nodes.setdefault(node, Tally()).add(tally)
        for call in (call for task in self.program.plan.tasks for call in task.calls if call.aliases):
            for node in (call.node, *(call.body.nodes if call.body is not None else ())):
                _, *twins = call.twins(node)
                for twin in twins:
                    nodes[twin] = nodes[node].shared()
        for node in self.program.plan.folded:
            nodes[node] = Tally(count=len(self.record.statuses))

    def _tell_started(self) -> None:
        state = self.state
        if state.observed:
            now_s = state.clock()
            for node in self.program.body.nodes:
                for name in self.task.twins(node):
                    state.queue.put(NodeStarted(state.id, now_s, name, IN_LOOP))

    def _tell_finished(self) -> None:
        state = self.state
        if not state.observed:
            return
        left_out = self._telling.left_out
        if left_out:
            words = f"{left_out:,} more lines from inside the loop were left out."
            state.observe(NodeLogged(state.id, state.clock(), self.task.node, "info", words))
        for node in self.program.body.nodes:
            for name in self.task.twins(node):
                state.queue.put(self._ended(name, self.record.nodes[node]))

    def _ended(self, node: NodeId, tally: Tally) -> NodeFailed | NodeFinished | NodeSkipped | NodeCancelled:
        """Return what observers are told of a node of the body in the end."""
        state = self.state
        if tally.failure is not None and self._gave_up:
            return NodeFailed(state.id, state.clock(), node, tally.total_s, replace(tally.failure, node=node))
        if tally.count:
            return NodeFinished(state.id, state.clock(), node, tally.total_s, 0, 0, {}, tally.count, tally.failed)
        if state.stopping:
            return NodeCancelled(state.id, state.clock(), node, 0.0)
        return NodeSkipped(state.id, state.clock(), node, f"Not reached in any turn of '{self.task.node}'.")
