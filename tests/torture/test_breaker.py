"""A circuit with 32 threads at it: one trial at a time, whatever comes of it."""

from __future__ import annotations

import random
import threading
import time

import shtairir
from shtairir.block import Context, block
from shtairir.errors import CircuitOpenError
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import ThreadWorkers
from shtairir.resources import Breakers, CircuitBreaker
from shtairir.session import start_plan, wait_for
from shtairir.testing import FakeClock, graph_of
from tests.torture.scale import scaled

THREADS = 32
ROUNDS = scaled(300, 20)


def opened(clock: FakeClock) -> CircuitBreaker:
    circuit = CircuitBreaker("api", failures=5, open_s=30.0, clock=clock)
    for _ in range(5):
        circuit.enter().leave(False, "down")
    clock.advance(30.0)
    return circuit


class Crowd:
    """Threads that all ask at the same moment; whoever is let in ends as is said."""

    def __init__(self, circuit: CircuitBreaker, outcome: bool | None) -> None:
        self._circuit = circuit
        self._outcome = outcome
        self._start = threading.Barrier(THREADS)
        self._all_asked = threading.Barrier(THREADS)
        self._lock = threading.Lock()
        self.let_in = 0
        self.most_at_a_time = 0
        self._inside = 0

    def ask_all(self, *, once: bool) -> None:
        threads = [threading.Thread(target=self._ask, args=(once,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, once: bool) -> None:
        self._start.wait()
        try:
            ticket = self._circuit.enter()
        except CircuitOpenError:
            ticket = None
        if once:
            self._all_asked.wait()
        if ticket is None:
            return
        with self._lock:
            self.let_in += 1
            self._inside += 1
            self.most_at_a_time = max(self.most_at_a_time, self._inside)
        time.sleep(0.0001)
        with self._lock:
            self._inside -= 1
        ticket.leave(self._outcome, "down")


def test_of_32_threads_that_ask_at_once_one_tries() -> None:
    for _ in range(ROUNDS):
        clock = FakeClock()
        circuit = opened(clock)
        crowd = Crowd(circuit, False)
        crowd.ask_all(once=True)
        assert crowd.let_in == 1
        assert circuit.state == "open"
        clock.advance(30.0)
        crowd = Crowd(circuit, True)
        crowd.ask_all(once=True)
        assert crowd.let_in == 1
        assert circuit.state == "closed"


def test_when_trials_say_nothing_there_is_still_one_at_a_time() -> None:
    for _ in range(ROUNDS):
        crowd = Crowd(opened(FakeClock()), None)
        crowd.ask_all(once=False)
        assert crowd.let_in >= 1
        assert crowd.most_at_a_time == 1


def test_a_server_that_is_down_is_asked_a_few_times_by_a_run_of_many_nodes() -> None:
    """Of 32 nodes side by side, each tried three times, five ask until the circuit opens, and one tries after that."""
    clock, lock = FakeClock(), threading.Lock()
    chance = random.Random(1)
    for _ in range(max(ROUNDS // 10, 2)):
        calls: list[float] = []
        several = Breakers(failures=5, open_s=30.0, clock=clock)

        @block(id="test.asks_server", depends_on=("server",), pure=False)
        def ask(context: Context, x: float = 0.0) -> float:
            with lock:  # they ask one after the other, so that it is known how many had begun before it opened
                calls.append(x)  # noqa: B023 - called within this round
                time.sleep(chance.random() * 0.0005)
            raise ConnectionError("down")

        names = [f"n{number}" for number in range(THREADS)]
        graph = graph_of(*names, blocks=dict.fromkeys(names, ask))
        plan = shtairir.plan(graph, workers=THREADS)
        options = RunOptions(breakers=several, workers=ThreadWorkers(THREADS))
        result = wait_for(start_plan(plan, options))
        assert result.status == "failed"
        # Those under way when it opens are let go on.
        assert 5 <= len(calls) <= THREADS
        first = len(calls)
        wait_for(start_plan(plan, RunOptions(breakers=several, workers=ThreadWorkers(THREADS))))
        assert len(calls) == first
        clock.advance(30.0)
        wait_for(start_plan(plan, RunOptions(breakers=several, workers=ThreadWorkers(THREADS))))
        assert len(calls) == first + 1
        assert several.report()[0].state == "open"
