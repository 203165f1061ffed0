"""Circuit breakers: when they open, who tries, and what speaks against a dependency."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import shtairir
from shtairir.block import Context, block
from shtairir.errors import AttemptTimeoutError, CircuitOpenError, DeadlockError, RunCancelledError, WorkerLostError
from shtairir.events import BreakerChanged
from shtairir.execute.options import RunOptions
from shtairir.policy import NodePolicy
from shtairir.resources import Breakers, CircuitBreaker, breakers
from shtairir.resources.breaker import Ticket, outcome_of
from shtairir.results import RunResult
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, FakeClock, InlineWorkers, graph_of


def breaker(clock: FakeClock, failures: int = 3) -> CircuitBreaker:
    return CircuitBreaker("api", failures=failures, open_s=30.0, clock=clock)


def fail(circuit: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        circuit.enter().leave(False, "no answer")


class TestCircuit:
    def test_it_opens_after_so_many_failures_in_a_row(self) -> None:
        circuit = breaker(FakeClock())
        fail(circuit, 2)
        assert circuit.state == "closed"
        fail(circuit)
        assert circuit.state == "open"
        with pytest.raises(CircuitOpenError, match=r"'api' has failed 3 times in a row.*no answer") as caught:
            circuit.enter()
        assert caught.value.dependency == "api"
        assert caught.value.retry_in_s == 30.0

    def test_a_success_in_between_begins_the_row_anew(self) -> None:
        circuit = breaker(FakeClock())
        for _ in range(5):
            fail(circuit, 2)
            circuit.enter().leave(True)
        assert circuit.state == "closed"

    def test_what_says_nothing_neither_breaks_nor_prolongs_the_row(self) -> None:
        circuit = breaker(FakeClock())
        fail(circuit, 2)
        circuit.enter().leave(None)
        assert circuit.state == "closed"
        fail(circuit)
        assert circuit.state == "open"

    def test_one_tries_when_the_time_is_over_and_all_may_ask_if_that_goes_well(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        fail(circuit, 3)
        clock.advance(29.9)
        with pytest.raises(CircuitOpenError) as caught:
            circuit.enter()
        assert caught.value.retry_in_s == pytest.approx(0.1)
        clock.advance(0.1)
        assert circuit.state == "half_open"
        trial = circuit.enter()
        with pytest.raises(CircuitOpenError, match="trying whether 'api' is there again"):
            circuit.enter()
        trial.leave(True)
        assert circuit.state == "closed"
        fail(circuit, 2)
        assert circuit.state == "closed"

    def test_it_is_open_again_when_the_trial_fails(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        fail(circuit, 3)
        clock.advance(30.0)
        fail(circuit)
        assert circuit.state == "open"
        assert circuit.report().retry_in_s == 30.0

    def test_a_trial_that_says_nothing_is_followed_by_another(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        fail(circuit, 3)
        clock.advance(30.0)
        circuit.enter().leave(None)
        circuit.enter().leave(True)
        assert circuit.state == "closed"

    def test_a_trial_of_which_nothing_is_heard_is_taken_for_lost(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        fail(circuit, 3)
        clock.advance(30.0)
        lost = circuit.enter()
        clock.advance(30.0)
        second = circuit.enter()
        lost.leave(False)
        assert circuit.state == "half_open"
        second.leave(True)
        assert circuit.state == "closed"

    def test_who_began_before_it_opened_says_nothing_of_it_now(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        early, late = circuit.enter(), circuit.enter()
        fail(circuit, 3)
        early.leave(True)
        assert circuit.state == "open"
        clock.advance(30.0)
        circuit.enter().leave(True)
        for _ in range(3):
            late.leave(False)
        assert circuit.state == "closed"

    def test_it_can_be_reset_by_hand(self) -> None:
        circuit = breaker(FakeClock())
        before = circuit.enter()
        fail(circuit, 3)
        circuit.reset()
        assert circuit.state == "closed"
        before.leave(False)
        fail(circuit, 2)
        assert circuit.state == "closed"

    def test_setting_the_clock_of_the_machine_changes_nothing(self) -> None:
        assert CircuitBreaker("api")._clock.__name__ == "monotonic"

    def test_changes_are_told(self) -> None:
        clock = FakeClock()
        told: list[tuple[str, str]] = []
        circuit = CircuitBreaker("api", failures=1, clock=clock, tell=lambda *change: told.append(change))
        fail(circuit)
        clock.advance(30.0)
        fail(circuit)
        clock.advance(30.0)
        circuit.enter().leave(True)
        circuit.reset()
        assert [state for _, state in told] == ["open", "half_open", "open", "half_open", "closed"]

    def test_one_of_32_threads_tries(self) -> None:
        clock = FakeClock()
        circuit = breaker(clock)
        fail(circuit, 3)
        clock.advance(30.0)
        start, let_in, refused = threading.Barrier(32), [], []

        def ask() -> None:
            start.wait()
            try:
                let_in.append(circuit.enter())
            except CircuitOpenError:
                refused.append(1)

        threads = [threading.Thread(target=ask) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(let_in), len(refused)) == (1, 31)


class TestSeveral:
    def test_each_name_has_its_own(self) -> None:
        several = Breakers(failures=1, clock=FakeClock())
        fail(several.of("a"))
        assert [(one.name, one.state) for one in several.report()] == [("a", "open")]
        assert several.of("b").enter()

    def test_they_are_reset_one_by_one_or_all(self) -> None:
        several = Breakers(failures=1, clock=FakeClock())
        for name in "abc":
            fail(several.of(name))
        several.reset("a")
        assert [one.state for one in several.report()] == ["closed", "open", "open"]
        several.reset()
        assert {one.state for one in several.report()} == {"closed"}

    def test_a_trial_is_not_used_up_by_one_whom_another_circuit_refuses(self) -> None:
        clock = FakeClock()
        several = Breakers(failures=1, clock=clock)
        fail(several.of("a"))
        clock.advance(30.0)
        fail(several.of("b"))
        with pytest.raises(CircuitOpenError, match="'b'"):
            several.entered(("a", "b"))
        assert len(several.entered(("a",))) == 1

    def test_those_of_which_there_is_nothing_to_say_are_forgotten_in_the_end(self) -> None:
        several = Breakers(failures=2, clock=FakeClock())
        fail(several.of("bad"))
        for number in range(5000):
            several.of(f"host{number}").enter().leave(True)
        assert len(several.report()) <= 1000
        assert several.of("bad").report().failures == 1

    def test_the_program_has_one_set(self) -> None:
        assert breakers() is breakers()
        assert breakers().of("one") is breakers().of("one")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, True),
        (ConnectionError("refused"), False),
        (TimeoutError("slow"), False),
        (AttemptTimeoutError("slow"), False),
        (ValueError("wrong"), None),
        (CircuitOpenError("open", dependency="b", retry_in_s=1.0), None),
        (RunCancelledError("cancelled"), None),
        (DeadlockError("ring"), None),
        (WorkerLostError("died", cause="signal 9"), None),
    ],
)
def test_only_what_may_pass_speaks_against_a_dependency(error: BaseException | None, outcome: bool | None) -> None:
    assert outcome_of(error, NodePolicy()) is outcome


class CircuitMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order: never two trials, never asked while open, and it can always close again."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.circuit = breaker(self.clock)
        self.out: list[Ticket] = []
        self.opened_s: float | None = None

    @rule()
    def ask(self) -> None:
        before = self.circuit.state
        trials = [ticket for ticket in self.out if ticket.is_trial and ticket.period == self.circuit._period]
        try:
            ticket = self.circuit.enter()
        except CircuitOpenError:
            assert before != "closed"
        else:
            assert before != "open"
            assert ticket.is_trial is (before == "half_open")
            assert not (ticket.is_trial and trials and self.circuit._trial_until_s is None)
            self.out.append(ticket)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=st.sampled_from([True, False, None]))
    def end(self, data: st.DataObject, outcome: bool | None) -> None:
        self.out.pop(data.draw(st.integers(0, len(self.out) - 1))).leave(outcome)

    @rule(seconds=st.sampled_from([0.5, 10.0, 30.0, 31.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def reset(self) -> None:
        self.circuit.reset()
        assert self.circuit.state == "closed"

    @invariant()
    def it_says_when_to_ask_again(self) -> None:
        report = self.circuit.report()
        assert (report.state == "open") <= (0 < report.retry_in_s <= 30.0)
        assert (report.state == "closed") <= (report.failures < 3)

    def teardown(self) -> None:
        self.clock.advance(60.0)
        self.circuit.enter().leave(True)
        assert self.circuit.state == "closed"


TestCircuitMachine = CircuitMachine.TestCase


# --- in runs ----------------------------------------------------------------------------------------------------------


def failing(error: BaseException, calls: list[str], times: int = 10**6) -> Callable[..., float]:
    @block(id="test.asks", depends_on=("api",), pure=False)
    def asks(context: Context, x: float = 0.0) -> float:
        calls.append(context.node)
        if len(calls) <= times:
            raise error
        return x

    return asks


def run(graph: shtairir.Graph, several: Breakers, **options: object) -> RunResult:
    options.setdefault("workers", InlineWorkers())
    plan = shtairir.plan(graph, workers=1)
    return wait_for(start_plan(plan, RunOptions(breakers=several, **options)))  # type: ignore[arg-type]


class TestInRuns:
    def test_after_so_many_failures_nobody_asks_any_more(self) -> None:
        calls: list[str] = []
        names = [f"n{number}" for number in range(10)]
        graph = graph_of(*names, blocks=dict.fromkeys(names, failing(ConnectionError("refused"), calls)))
        result = run(graph, Breakers(failures=4))
        assert len(calls) == 4
        kinds = [result.nodes[name].error.error_type for name in names if result.nodes[name].error]  # type: ignore[union-attr]
        assert sorted(kinds) == ["CircuitOpenError"] * 6 + ["ConnectionError"] * 4

    def test_a_wrong_value_says_nothing_of_the_dependency(self) -> None:
        calls: list[str] = []
        names = [f"n{number}" for number in range(10)]
        run(graph_of(*names, blocks=dict.fromkeys(names, failing(ValueError("no"), calls))), Breakers(failures=2))
        assert len(calls) == 10

    def test_changes_are_told_to_the_observers(self) -> None:
        seen = EventRecorder()
        names = ["a", "b"]
        graph = graph_of(*names, blocks=dict.fromkeys(names, failing(ConnectionError("refused"), [])))
        run(graph, Breakers(failures=1), instruments=[seen])
        changes = [event for event in seen.events if isinstance(event, BreakerChanged)]
        assert [(change.dependency, change.state) for change in changes] == [("api", "open")]

    def test_the_next_attempt_waits_until_somebody_may_ask(self) -> None:
        """The clock stands still but for the waits: the dependency is there again for the third call."""
        clock = FakeClock()
        calls: list[str] = []
        graph = graph_of("a", blocks={"a": failing(ConnectionError("refused"), calls, times=1)})
        graph.set_policy("a", retries=2, backoff_s=0.5, jitter=0.0)
        result = run(graph, Breakers(failures=1, clock=clock), clock=clock, wait=clock.advance)
        assert result.status == "done"
        assert len(calls) == 2
        assert clock() >= 30.0

    def test_one_run_learns_from_another(self) -> None:
        several = Breakers(failures=1)
        calls: list[str] = []
        graph = graph_of("a", blocks={"a": failing(ConnectionError("refused"), calls)})
        run(graph, several)
        failure = run(graph, several).nodes["a"].error
        assert failure is not None
        assert failure.error_type == "CircuitOpenError"
        assert failure.category == "conditional"
        assert len(calls) == 1

    def test_a_dependency_may_be_named_at_run_time(self) -> None:
        asked: list[str] = []

        @block(id="test.hosts", pure=False)
        def hosts(context: Context, host: str = "") -> float:
            with context.dependency(host):
                asked.append(host)
                raise ConnectionError("refused")

        several = Breakers(failures=2)
        names = [f"n{number}" for number in range(6)]
        values = {name: {"host": "a" if number % 2 else "b"} for number, name in enumerate(names)}
        run(graph_of(*names, blocks=dict.fromkeys(names, hosts), values=values), several)
        assert sorted(asked) == ["a", "a", "b", "b"]
        assert [(one.name, one.state) for one in several.report()] == [("a", "open"), ("b", "open")]

    def test_coroutines_name_theirs_too(self) -> None:
        @block(id="test.async_hosts", pure=False, runs_on="async")
        async def hosts(context: Context, x: float = 0.0) -> float:
            async with context.dependency("a"):
                await asyncio.sleep(0)
                raise ConnectionError("refused")

        several = Breakers(failures=1)
        plan = shtairir.plan(graph_of("n", blocks={"n": hosts}))
        wait_for(start_plan(plan, RunOptions(breakers=several)))
        assert [one.state for one in several.report()] == ["open"]

    def test_without_a_run_nothing_is_watched(self) -> None:
        from shtairir.block.standalone import StandaloneContext

        with StandaloneContext().dependency("anything"):
            pass
