"""Random lock graphs: every deadlock is found at once, none is invented, and nothing is held in the end."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.errors import DeadlockError
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import ThreadWorkers
from shtairir.ids import NodeId, RunId
from shtairir.resources import Owner, ResourceManager, Wait
from shtairir.session import start_plan
from shtairir.testing import FakeClock, graph_of
from tests.torture.scale import scaled

GRAPHS = scaled(1000, 100)
THREADED = scaled(1000, 60)
RUNS = scaled(1000, 25)
FOUND_WITHIN_S = 1.0


def some_capacities(chance: random.Random) -> dict[str, int]:
    return {f"r{number}": chance.choice([1, 1, 1, 2, 3]) for number in range(chance.randint(2, 5))}


# --- step by step, beside a judge of its own ------------------------------------------------------------------------


Want: TypeAlias = tuple[str, int]


def can_all_end(capacities: Mapping[str, int], held: list[dict[str, int]], wanted: list[Want | None]) -> bool:
    """Whether there is an order in which all can end, each giving back what it holds: found by trying all of them."""
    everybody = frozenset(range(len(held)))

    @cache
    def possible(left: frozenset[int]) -> bool:
        if not left:
            return True
        for one in left:
            want = wanted[one]
            if want is not None:
                name, amount = want
                if sum(held[other].get(name, 0) for other in left) + amount > capacities[name]:
                    continue
            if possible(left - {one}):
                return True
        return False

    return possible(everybody)


class Play:
    """Owners that take and give back at random, one step at a time."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.capacities = some_capacities(self.chance)
        self.clock = FakeClock()
        self.manager = ResourceManager(self.capacities, clock=self.clock, rings=False)
        self.count = self.chance.randint(2, 7)
        self.owners = [self.owner(number) for number in range(self.count)]
        self.waits: dict[int, tuple[Wait, Want]] = {}
        self.deadlocks = 0

    def owner(self, number: int) -> Owner:
        criticality = self.chance.choice(["low", "normal", "normal", "high", "critical"])
        return Owner(RunId(number % 2), NodeId(f"n{number}"), criticality=criticality, born_s=self.clock())

    def step(self) -> None:
        self.clock.advance(self.chance.choice([0.01, 0.5, 3.0]))
        number = self.chance.choice([one for one in range(self.count) if one not in self.waits])
        owner = self.owners[number]
        if owner.held and self.chance.random() < 0.3:
            name = self.chance.choice(list(owner.held))
            self.manager.release(owner, {name: self.chance.randint(1, owner.held[name])})
        else:
            self.ask(number, owner)
        self.note_granted()
        assert len(self.waits) < self.count, "somebody can always go on"

    def ask(self, number: int, owner: Owner) -> None:
        name = self.chance.choice(list(self.capacities))
        most = self.capacities[name] - owner.held.get(name, 0)
        if most < 1:
            return
        want = name, self.chance.randint(1, most)
        held = [dict(one.held) for one in self.owners]
        wanted = [self.waits[one][1] if one in self.waits else None for one in range(self.count)]
        wanted[number] = want
        is_deadlock = not can_all_end(self.capacities, held, wanted)
        found = False
        try:
            wait = self.manager.ask(owner, {name: want[1]})
        except DeadlockError:
            found = True
            self.give_way(number)
        else:
            self.waits[number] = wait, want
        found = self.note_victims() or found
        assert found is is_deadlock, (held, wanted)
        self.deadlocks += found

    def note_victims(self) -> bool:
        victims = [number for number, (wait, _) in self.waits.items() if wait.error is not None]
        for number in victims:
            assert isinstance(self.waits[number][0].error, DeadlockError)
            self.give_way(number)
        return bool(victims)

    def give_way(self, number: int) -> None:
        owner = self.owners[number]
        assert owner.held, "who holds nothing is in nobody's way"
        self.waits.pop(number, None)
        self.manager.release_all(owner)
        self.owners[number] = self.owner(number)

    def note_granted(self) -> None:
        for number in [number for number, (wait, _) in self.waits.items() if wait.granted]:
            del self.waits[number]


@pytest.mark.parametrize("part", range(10))
def test_each_is_found_the_moment_it_arises_and_none_is_invented(part: int) -> None:
    found = 0
    for seed in range(part, GRAPHS, 10):
        play = Play(seed)
        for _ in range(60):
            play.step()
        found += play.deadlocks
        for owner in play.owners:
            play.manager.release_all(owner)
        assert not any(usage.holders or usage.waiting for usage in play.manager.usage())
    assert found


# --- in threads -----------------------------------------------------------------------------------------------------


class Contest:
    """Threads that each take some locks, one by one, and begin again when they have to give way."""

    def __init__(self, seed: int, *, in_order: bool) -> None:
        chance = random.Random(seed)
        self.capacities = some_capacities(chance)
        self.manager = ResourceManager(self.capacities)
        self.inside: dict[str, int] = dict.fromkeys(self.capacities, 0)
        self.guard = threading.Lock()
        self.asked_s = 0.0
        self.late: list[float] = []
        self.deadlocks = 0
        self.done = 0
        self.plans = [self.plan(chance, in_order) for _ in range(chance.randint(2, 6))]

    def plan(self, chance: random.Random, in_order: bool) -> list[str]:
        names = chance.sample(list(self.capacities), chance.randint(2, len(self.capacities)))
        return sorted(names) if in_order else names

    def play(self, number: int) -> None:
        for attempt in range(1, 1000):
            owner = Owner(RunId(1), NodeId(f"n{number}"), attempt, born_s=-number)
            try:
                self.take(owner, self.plans[number])
            except DeadlockError:
                found_s = time.monotonic()
                with self.guard:
                    self.deadlocks += 1
                    self.late.append(found_s - self.asked_s)
            else:
                with self.guard:
                    self.done += 1
                return

    def take(self, owner: Owner, names: list[str]) -> None:
        if not names:
            return
        with self.guard:
            self.asked_s = time.monotonic()
        with self.manager.hold(owner, {names[0]: 1}):
            with self.guard:
                self.inside[names[0]] += 1
                assert self.inside[names[0]] <= self.capacities[names[0]]
            try:
                time.sleep(0.0002)
                self.take(owner, names[1:])
            finally:
                with self.guard:
                    self.inside[names[0]] -= 1

    def run(self) -> None:
        threads = [threading.Thread(target=self.play, args=(number,), daemon=True) for number in range(len(self.plans))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert self.done == len(threads), "somebody waits still"
        assert not any(usage.holders or usage.waiting for usage in self.manager.usage())
        assert all(late_s <= FOUND_WITHIN_S for late_s in self.late), max(self.late)


def test_threads_that_cross_each_other_all_get_through() -> None:
    deadlocks = 0
    for seed in range(THREADED):
        contest = Contest(seed, in_order=False)
        contest.run()
        deadlocks += contest.deadlocks
    assert deadlocks


def test_threads_that_keep_an_order_are_never_told_of_a_deadlock() -> None:
    for seed in range(THREADED // 2):
        contest = Contest(seed, in_order=True)
        contest.run()
        assert not contest.deadlocks


# --- in runs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager() -> Iterator[ResourceManager]:
    made = ResourceManager()
    yield made
    assert not any(usage.holders or usage.waiting for usage in made.usage())


def nodes_of(seed: int) -> tuple[shtairir.Graph, int]:
    """A graph of nodes that each take some locks in an order of their own, some of them declared."""
    chance = random.Random(seed)
    names = [f"r{number}" for number in range(4)]
    nodes = [f"n{number}" for number in range(chance.randint(2, 6))]

    def node(number: int) -> Callable[..., float]:
        order = chance.sample(names, chance.randint(2, 4))
        declared = tuple(chance.sample([name for name in names if name not in order], int(len(order) < 4)))

        @block(id=f"test.crosses_{number}", resources=declared)
        def crosses(context: Context, x: float = 0.0) -> float:
            def take(left: list[str]) -> float:
                if not left:
                    return x + number
                with context.acquire(left[0]):
                    time.sleep(0.0005)
                    return take(left[1:])

            return take(order)

        return crosses

    graph = graph_of(*nodes, blocks={name: node(number) for number, name in enumerate(nodes)})
    for name in nodes:
        graph.set_policy(name, retries=100, backoff_s=0.001, backoff_cap_s=0.01)
        graph.set_policy(name, criticality=chance.choice(["low", "normal", "high"]))
    return graph, len(nodes)


CANCELS = scaled(200, 12)


def test_runs_that_are_cancelled_at_any_moment_hold_nothing(manager: ResourceManager) -> None:
    chance = random.Random(0)
    for seed in range(CANCELS):
        graph, _ = nodes_of(seed)
        plan = shtairir.plan(graph, workers=3)
        handle = start_plan(plan, RunOptions(resources=manager, workers=ThreadWorkers(3)))
        time.sleep(chance.random() * 0.01)
        handle.cancel()
        assert handle.wait(2) is not None
        assert not any(usage.holders or usage.waiting for usage in manager.usage())


@pytest.mark.parametrize("workers", [2, 4])
def test_runs_of_nodes_that_cross_each_other_are_done(manager: ResourceManager, workers: int) -> None:
    for seed in range(RUNS // 2):
        graph, count = nodes_of(seed)
        plan = shtairir.plan(graph, workers=workers)
        handle = start_plan(plan, RunOptions(resources=manager, workers=ThreadWorkers(workers)))
        result = handle.wait(30)
        assert result is not None, "a deadlock was not found"
        result.raise_for_status()
        assert [result[f"n{number}.out"] for number in range(count)] == list(range(count))
