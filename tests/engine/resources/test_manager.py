"""Who gets what, and when: with a clock that stands still and no threads."""

from __future__ import annotations

import threading
from typing import Literal

import pytest

from shtairir.errors import DeadlockError, ResourceError, ResourceTimeoutError, RunCancelledError
from shtairir.ids import NodeId, RunId, RunKey
from shtairir.resources import Owner, Rate, ResourceManager, Wait
from shtairir.testing import FakeClock

Urgency = Literal["low", "normal", "high"]


class Bench:
    """A manager with a clock that is moved by hand, and owners that are made when they are named."""

    def __init__(self, **capacities: int | str | Rate) -> None:
        self.clock = FakeClock()
        self.manager = ResourceManager(capacities, clock=self.clock, rings=False)
        self.settled: list[str] = []

    def owner(self, node: str, run: int = 1, priority: Urgency = "normal", **more: object) -> Owner:
        return Owner(RunId(run), NodeId(node), priority=priority, born_s=self.clock(), **more)  # type: ignore[arg-type]

    def ask(self, owner: Owner, timeout_s: float | None = None, **wanted: int) -> Wait:
        return self.manager.ask(
            owner, wanted, timeout_s=timeout_s, on_settled=lambda wait: self.settled.append(wait.owner.node)
        )

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.manager.tick()

    def held(self, name: str) -> dict[str, int]:
        return {one.node: one.amount for usage in self.manager.usage() if usage.name == name for one in usage.holders}


class TestCapacities:
    def test_a_resource_that_nobody_knows_is_there_once(self) -> None:
        bench = Bench()
        assert bench.ask(bench.owner("a"), camera=1).granted
        assert not bench.ask(bench.owner("b"), camera=1).granted

    def test_as_many_hold_a_resource_as_there_is_of_it(self) -> None:
        bench = Bench(gpu=2)
        waits = [bench.ask(bench.owner(node), gpu=1) for node in "abc"]
        assert [wait.granted for wait in waits] == [True, True, False]
        bench.manager.release(waits[0].owner, {"gpu": 1})
        assert waits[2].granted
        assert bench.settled == ["c"]

    def test_several_are_taken_all_or_none(self) -> None:
        bench = Bench()
        one = bench.ask(bench.owner("a"), a=1)
        both = bench.ask(bench.owner("b"), a=1, b=1)
        assert bench.ask(bench.owner("c"), b=1).granted  # `both` holds nothing while it waits
        bench.manager.release_all(one.owner)
        assert not both.granted
        assert both.waits

    def test_more_than_there_is_can_never_be_had(self) -> None:
        bench = Bench(camera=2)
        with pytest.raises(ResourceError, match=r"'load' needs 3 of 'camera', and there are 2.*--capacity camera=3"):
            bench.ask(bench.owner("load"), camera=3)

    def test_who_can_never_have_it_any_more_is_told_when_the_capacity_sinks(self) -> None:
        bench = Bench(camera=2)
        bench.ask(bench.owner("a"), camera=1)
        wait = bench.ask(bench.owner("b"), camera=2)
        bench.manager.set_capacity("camera", 1)
        assert isinstance(wait.error, ResourceError)
        assert bench.settled == ["b"]

    def test_who_waits_goes_on_when_the_capacity_rises(self) -> None:
        bench = Bench()
        bench.ask(bench.owner("a"), camera=1)
        wait = bench.ask(bench.owner("b"), camera=1)
        bench.manager.set_capacity("camera", 2)
        assert wait.granted

    @pytest.mark.parametrize("capacity", [-1, True, 1.5, "many", "5/week", "0/s", Rate(0), Rate(5, 0.0), Rate(5, -1.0)])
    def test_nonsense_is_no_capacity(self, capacity: object) -> None:
        with pytest.raises(ResourceError):
            ResourceManager(rings=False).set_capacity("camera", capacity)  # type: ignore[arg-type]

    def test_limits_of_the_one_who_asks_go_before_what_the_program_has(self) -> None:
        bench = Bench()
        first, second = bench.owner("a"), bench.owner("b")
        assert bench.manager.take(first, {"camera": 1})
        assert bench.manager.take(second, {"camera": 1}, {"camera": 2})
        assert not bench.manager.take(bench.owner("c"), {"camera": 1}, {"camera": 2})

    def test_processors_and_memory_are_there_as_the_machine_has_them(self) -> None:
        manager = ResourceManager(rings=False)
        assert manager.capacity("cpu") != 0
        assert manager.capacity("memory") > 1 << 28  # type: ignore[operator]
        assert [manager.capacity(name) for name in ("gpu", "file", "database", "custom")] == [1] * 4

    def test_those_that_nobody_needs_are_forgotten_in_the_end(self) -> None:
        bench = Bench(camera=3)
        holder = bench.owner("holder")
        bench.ask(holder, mine=1)
        wait = bench.ask(bench.owner("waits"), **{"mine": 1, "yours": 1})
        for number in range(5000):
            bench.manager.release_all(bench.ask(bench.owner("n"), **{f"file {number}": 1, "camera": 1}).owner)
        assert len(bench.manager.usage()) <= 1010
        assert bench.manager.capacity("camera") == 3
        bench.manager.release_all(holder)
        assert wait.granted

    def test_one_waits_for_one_thing_at_a_time(self) -> None:
        bench = Bench()
        bench.ask(bench.owner("a"), lock=1, other=1)
        owner = bench.owner("b")
        wait = bench.ask(owner, lock=1)
        with pytest.raises(ResourceError, match="waits for a resource already"):
            bench.ask(owner, other=1)
        assert wait.waits

    def test_what_is_given_back_is_no_more_than_was_held(self) -> None:
        bench = Bench(gpu=2)
        one, other = bench.owner("a"), bench.owner("b")
        bench.ask(one, gpu=1)
        bench.ask(other, gpu=1)
        for _ in range(3):
            bench.manager.release(one, {"gpu": 1})
        assert bench.held("gpu") == {"b": 1}
        assert not bench.ask(bench.owner("c"), gpu=2).granted


class TestOrder:
    def test_first_come_first_served(self) -> None:
        bench = Bench()
        holder = bench.ask(bench.owner("holder"), lock=1)
        waits = [bench.ask(bench.owner(node), lock=1) for node in "abc"]
        bench.manager.release_all(holder.owner)
        for wait in waits:
            assert wait.granted
            bench.manager.release_all(wait.owner)
        assert bench.settled == ["a", "b", "c"]

    def test_a_higher_priority_goes_first(self) -> None:
        bench = Bench()
        holder = bench.ask(bench.owner("holder"), lock=1)
        for node, priority in (("l", "low"), ("n", "normal"), ("h", "high")):
            bench.ask(bench.owner(node, priority=priority), lock=1)  # type: ignore[arg-type]
        bench.manager.release_all(holder.owner)
        assert bench.settled == ["h"]

    def test_nobody_starves_however_many_come_with_a_higher_priority(self) -> None:
        bench = Bench()
        holder = bench.ask(bench.owner("holder"), lock=1)
        patient = bench.ask(bench.owner("patient", priority="low"), lock=1)
        for second in range(200):
            rival = bench.ask(bench.owner(f"r{second}", priority="high"), lock=1)
            bench.clock.advance(1.0)
            bench.manager.release_all(holder.owner)
            if patient.granted:
                break
            assert rival.granted or bench.settled
            holder = next(wait for wait in (rival, holder) if wait.granted)
        assert patient.granted
        assert bench.clock() <= 61

    def test_one_that_needs_much_is_passed_only_for_a_while(self) -> None:
        """Small ones come and go so that there are never two free, unless they are held back."""
        bench = Bench(gpu=2)
        small = bench.ask(bench.owner("s0"), gpu=1)
        large = bench.ask(bench.owner("large"), gpu=2)
        passed = 0
        for number in range(100):
            other = bench.ask(bench.owner(f"s{number + 1}"), gpu=1)
            passed += other.granted
            bench.clock.advance(0.1)
            bench.manager.release_all(small.owner)
            if large.granted:
                break
            small = other
        assert large.granted
        assert passed
        assert bench.clock() < 3

    def test_who_is_in_the_way_of_the_first_is_not_held_back_for_it(self) -> None:
        """`large` waits for `a`, which needs one more to end: there is one, and keeping it would stop both."""
        bench = Bench(gpu=3)
        one = bench.owner("a")
        bench.ask(one, gpu=2)
        large = bench.ask(bench.owner("large"), gpu=2)
        bench.clock.advance(60)
        assert not bench.ask(bench.owner("stranger"), gpu=1).granted
        assert bench.ask(one, gpu=1).granted
        bench.manager.release_all(one)
        assert large.granted

    def test_who_comes_into_the_way_of_the_first_is_held_back_no_longer(self) -> None:
        bench = Bench(gpu=3)
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, gpu=2)
        bench.ask(b, disk=1)
        large = bench.ask(bench.owner("large"), gpu=3)
        bench.clock.advance(60)
        kept_back = bench.ask(b, gpu=1)
        assert not kept_back.granted
        waits_for_b = bench.ask(a, disk=1)  # now `large` waits for `a`, which waits for `b`
        assert kept_back.granted
        bench.manager.release_all(b)
        assert waits_for_b.granted
        bench.manager.release_all(a)
        assert large.granted

    def test_nothing_is_kept_for_one_that_waits_for_time_as_well(self) -> None:
        bench = Bench(api="1/min")
        bench.ask(bench.owner("a"), api=1)
        both = bench.ask(bench.owner("both"), api=1, lock=1)
        bench.clock.advance(10.0)
        other = bench.ask(bench.owner("other"), lock=1)
        assert other.granted
        bench.pass_time(50.0)
        assert both.waits
        assert not bench.ask(bench.owner("late"), api=1).granted
        bench.manager.release_all(other.owner)
        assert both.granted

    def test_two_freed_together_go_to_those_who_came_first(self) -> None:
        bench = Bench()
        both = bench.ask(bench.owner("both"), a=1, b=1)
        first = bench.ask(bench.owner("first"), b=1)
        second = bench.ask(bench.owner("second"), a=1, b=1)
        bench.manager.release_all(both.owner)
        assert first.granted
        assert not second.granted


class TestRates:
    def test_no_more_than_so_many_in_any_period(self) -> None:
        bench = Bench(api="5/s")
        times = []
        for number in range(50):
            wait = bench.ask(bench.owner(f"n{number}"), api=1)
            while not wait.granted:
                due = bench.manager.tick()
                assert due is not None
                bench.clock.now_s = max(due, bench.clock.now_s)
                bench.manager.tick()
            times.append(bench.clock())
            bench.clock.advance(0.013)
        assert all(later - earlier >= 1.0 - 1e-9 for earlier, later in zip(times, times[5:], strict=False))
        assert times[-1] < 10

    def test_nothing_of_a_rate_is_held(self) -> None:
        bench = Bench(api=Rate(1, 60.0))
        owner = bench.owner("a")
        bench.ask(owner, api=1)
        bench.manager.release_all(owner)
        assert not bench.held("api")
        assert not bench.ask(bench.owner("b"), api=1).granted

    def test_a_rate_and_a_lock_are_taken_together(self) -> None:
        bench = Bench(api="1/s")
        first = bench.ask(bench.owner("a"), api=1, lock=1)
        second = bench.ask(bench.owner("b"), api=1, lock=1)
        bench.pass_time(2.0)
        assert not second.granted
        bench.manager.release_all(first.owner)
        assert second.granted

    def test_waiting_for_a_lock_as_well_does_not_have_time_looked_at_all_the_time(self) -> None:
        bench = Bench(api="1/s")
        bench.ask(bench.owner("a"), api=1, lock=1)
        bench.ask(bench.owner("b"), api=1, lock=1)
        bench.pass_time(2.0)
        assert bench.manager.tick() is None

    def test_time_is_looked_at_for_one_that_waited_for_something_else_first(self) -> None:
        """The rate was free when it asked; meanwhile another has taken it."""
        bench = Bench(api="1/s")
        holder = bench.ask(bench.owner("holder"), lock=1)
        both = bench.ask(bench.owner("both"), api=1, lock=1)
        bench.ask(bench.owner("other"), api=1)
        bench.manager.release_all(holder.owner)
        assert both.waits
        due_s = bench.manager.tick()
        assert due_s == 1.0
        bench.pass_time(1.0)
        assert both.granted

    def test_time_is_looked_at_by_itself_for_one_that_waited_for_something_else_first(self) -> None:
        manager = ResourceManager({"api": Rate(1, 0.05)})
        holder, other = Owner(RunId(1), NodeId("holder")), Owner(RunId(1), NodeId("other"))
        manager.take(holder, {"lock": 1})
        granted = threading.Event()
        manager.ask(Owner(RunId(1), NodeId("both")), {"api": 1, "lock": 1}, on_settled=lambda _: granted.set())
        manager.take(other, {"api": 1})
        manager.release_all(holder)
        assert granted.wait(10)

    def test_what_was_granted_counts_from_when_it_is_used(self) -> None:
        """Tasks that wait for a worker with what they were granted must not all begin at once in the end."""
        bench = Bench(api="1/s")
        owners = [bench.owner(node, begun=False) for node in "abc"]
        waits = [bench.ask(owner, api=1) for owner in owners]
        bench.pass_time(1.0)
        bench.pass_time(1.0)
        assert all(wait.granted for wait in waits)
        begun = [bench.manager.begin(wait) for wait in waits]
        assert begun == [True, False, False]
        bench.pass_time(1.0)
        assert [wait.granted for wait in waits[1:]] == [True, False]
        assert bench.manager.begin(waits[1])

    def test_more_than_a_rate_allows_can_never_be_had(self) -> None:
        bench = Bench(api="5/s")
        with pytest.raises(ResourceError, match="needs 6 of 'api', and the rate is 5 per second"):
            bench.ask(bench.owner("a"), api=6)


class TestTimeouts:
    def test_who_waits_too_long_is_told_who_has_it(self) -> None:
        bench = Bench()
        bench.ask(bench.owner("a", run=7, key=RunKey("20261120-1")), lock=1)
        wait = bench.ask(bench.owner("b"), timeout_s=2.0, lock=1)
        bench.pass_time(1.9)
        assert wait.waits
        bench.pass_time(0.1)
        assert isinstance(wait.error, ResourceTimeoutError)
        assert "'b' has waited 2 s" in str(wait.error)
        assert "held by 'a' of run 20261120-1" in str(wait.error)

    def test_no_time_at_all_asks_once(self) -> None:
        bench = Bench()
        bench.ask(bench.owner("a"), lock=1)
        wait = bench.ask(bench.owner("b"), timeout_s=0.0, lock=1)
        bench.manager.tick()
        assert isinstance(wait.error, ResourceTimeoutError)

    def test_who_got_it_in_time_is_not_too_late(self) -> None:
        bench = Bench()
        holder = bench.ask(bench.owner("a"), lock=1)
        wait = bench.ask(bench.owner("b"), timeout_s=2.0, lock=1)
        bench.manager.release_all(holder.owner)
        bench.pass_time(5.0)
        assert wait.granted


class TestDeadlocks:
    def ring(self, bench: Bench, *owners: Owner) -> list[Wait]:
        """Each holds one lock and waits for that of the next."""
        for number, owner in enumerate(owners):
            bench.ask(owner, **{f"lock{number}": 1})
        waits = []
        for number, owner in enumerate(owners):
            try:
                waits.append(bench.ask(owner, **{f"lock{(number + 1) % len(owners)}": 1}))
            except DeadlockError as error:
                waits.append(Wait(owner, {}, {}, 0.0, (0.0, 0), error=error))
        return waits

    def test_the_youngest_gives_way(self) -> None:
        bench = Bench()
        owners = []
        for node in "abc":
            owners.append(bench.owner(node))
            bench.clock.advance(1.0)
        waits = self.ring(bench, *owners)
        assert [isinstance(wait.error, DeadlockError) for wait in waits] == [False, False, True]
        assert "'c' waits for 'lock0', which 'a' holds" in str(waits[2].error)
        bench.manager.release_all(owners[2])
        assert waits[1].granted

    def test_the_least_critical_gives_way_before_a_younger_one(self) -> None:
        bench = Bench()
        old = bench.owner("old", criticality="low")
        bench.clock.advance(1.0)
        waits = self.ring(bench, old, bench.owner("young"))
        assert isinstance(waits[0].error, DeadlockError)
        assert waits[1].error is None

    @pytest.mark.parametrize("criticality", ["high", "critical"])
    def test_one_that_is_protected_does_not_give_way_to_one_that_is_not(self, criticality: str) -> None:
        bench = Bench()
        other = bench.owner("other")
        bench.clock.advance(1.0)
        waits = self.ring(bench, bench.owner("protected", criticality=criticality), other)
        assert waits[0].error is None
        assert isinstance(waits[1].error, DeadlockError)

    def test_of_several_protected_ones_one_gives_way(self) -> None:
        bench = Bench()
        first = bench.owner("a", criticality="critical")
        waits = self.ring(bench, first, bench.owner("b", criticality="high"))
        assert isinstance(waits[1].error, DeadlockError)

    def test_who_waits_behind_the_ring_does_not_give_way_in_vain(self) -> None:
        bench = Bench()
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, x=1)
        bench.ask(b, y=1)
        bench.ask(a, y=1)
        bench.clock.advance(1.0)
        behind = bench.owner("behind", criticality="low")
        bench.ask(behind, z=1)
        waits = bench.ask(behind, x=1)
        with pytest.raises(DeadlockError):
            bench.ask(b, x=1)
        assert waits.waits

    def test_a_ring_that_dissolves_by_itself_is_no_deadlock(self) -> None:
        """There are two of `x`, one of them with somebody who does not wait."""
        bench = Bench(x=2)
        a, b, c = bench.owner("a"), bench.owner("b"), bench.owner("c")
        bench.ask(a, x=1)
        bench.ask(c, x=1)
        bench.ask(b, y=1)
        first, second = bench.ask(a, y=1), bench.ask(b, x=1)
        assert first.waits
        assert second.waits
        bench.manager.release_all(c)
        assert second.granted

    def test_a_deadlock_over_shares_of_one_resource_is_found(self) -> None:
        bench = Bench(memory=10)
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, memory=5)
        bench.ask(b, memory=5)
        wait = bench.ask(a, memory=3)
        with pytest.raises(DeadlockError):
            bench.ask(b, memory=3)
        bench.manager.release_all(b)
        assert wait.granted

    def test_who_waits_for_itself_is_told_so_and_is_not_tried_again(self) -> None:
        bench = Bench()
        owner = bench.owner("a")
        bench.ask(owner, lock=1)
        with pytest.raises(DeadlockError, match="would wait for itself") as caught:
            bench.ask(owner, lock=1)
        assert not caught.value.retryable

    def test_who_only_tries_is_no_part_of_a_deadlock(self) -> None:
        bench = Bench()
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, x=1)
        bench.ask(b, y=1)
        wait = bench.ask(a, y=1)
        tries = bench.ask(b, timeout_s=0.5, x=1)
        assert wait.waits
        bench.pass_time(0.5)
        assert isinstance(tries.error, ResourceTimeoutError)
        assert wait.waits

    def test_who_waits_long_but_not_for_ever_is(self) -> None:
        bench = Bench()
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, x=1)
        bench.ask(b, y=1)
        bench.ask(a, timeout_s=60.0, y=1)
        with pytest.raises(DeadlockError):
            bench.ask(b, x=1)

    def test_a_deadlock_over_two_runs_is_found_and_named(self) -> None:
        bench = Bench()
        a, b = bench.owner("a", run=1), bench.owner("b", run=2)
        bench.ask(a, x=1)
        bench.ask(b, y=1)
        bench.ask(a, y=1)
        bench.clock.advance(1)
        with pytest.raises(DeadlockError, match="'b' waits for 'x', which 'a' of run 1 holds"):
            bench.ask(b, x=1)

    def test_less_capacity_can_make_a_deadlock_which_is_found(self) -> None:
        bench = Bench(x=3)
        a, b = bench.owner("a"), bench.owner("b")
        bench.ask(a, x=1)
        bench.ask(b, x=1)
        bench.ask(bench.owner("c"), x=1)
        waits = [bench.ask(a, x=1), bench.ask(b, x=1)]
        assert all(wait.waits for wait in waits)
        bench.manager.set_capacity("x", 2)
        assert any(isinstance(wait.error, DeadlockError) for wait in waits)


class TestWhatWasOffered:
    def test_it_is_taken_back_for_one_that_is_under_way(self) -> None:
        """The node that was granted it may wait for the very worker that wants it."""
        bench = Bench()
        offered = bench.ask(bench.owner("later", begun=False), lock=1, other=1)
        running = bench.owner("running")
        assert bench.manager.take(running, {"lock": 1})
        assert not bench.manager.begin(offered)
        assert bench.ask(bench.owner("another"), other=1).granted
        bench.manager.release_all(running)
        assert not offered.granted

    def test_it_comes_back_to_the_first_in_line(self) -> None:
        bench = Bench()
        offered = bench.ask(bench.owner("later", begun=False), lock=1)
        behind = bench.ask(bench.owner("behind", begun=False), lock=1)
        running = bench.owner("running")
        bench.manager.take(running, {"lock": 1})
        bench.manager.release_all(running)
        assert offered.granted
        assert behind.waits
        assert bench.settled == ["later"]
        assert bench.manager.begin(offered)
        assert not bench.manager.take(bench.owner("too late"), {"lock": 1})

    def test_it_is_not_taken_back_when_that_would_not_help(self) -> None:
        bench = Bench(gpu=2)
        bench.ask(bench.owner("holder"), gpu=1)
        offered = bench.ask(bench.owner("later", begun=False), gpu=1)
        assert not bench.ask(bench.owner("running"), gpu=2).granted
        assert bench.manager.begin(offered)


class TestNothingIsLeft:
    def test_when_an_owner_ends(self) -> None:
        bench = Bench(gpu=2)
        owner = bench.owner("a")
        bench.ask(owner, gpu=1)
        bench.ask(owner, lock=1)
        wait = bench.ask(bench.owner("b"), lock=1, gpu=2)
        bench.manager.release_all(owner)
        assert wait.granted
        assert not owner.held

    def test_when_an_owner_ends_while_it_waits(self) -> None:
        bench = Bench()
        bench.ask(bench.owner("a"), lock=1)
        wait = bench.ask(bench.owner("b"), lock=1)
        third = bench.ask(bench.owner("c"), lock=1)
        bench.manager.release_all(wait.owner)
        assert isinstance(wait.error, RunCancelledError)
        assert third.waits

    def test_one_that_has_ended_gets_nothing_any_more(self) -> None:
        bench = Bench()
        owner = bench.owner("a")
        bench.manager.release_all(owner)
        with pytest.raises(RunCancelledError):
            bench.ask(owner, lock=1)
        with pytest.raises(RunCancelledError):
            bench.manager.take(owner, {"lock": 1})

    def test_when_a_run_ends(self) -> None:
        bench = Bench(gpu=3)
        ours, theirs = bench.owner("a"), bench.owner("a", run=2)
        bench.ask(ours, gpu=2, lock=1)
        bench.ask(theirs, gpu=1)
        ours_waits, theirs_waits = bench.ask(bench.owner("b"), lock=1), bench.ask(bench.owner("b", run=2), lock=1)
        assert bench.manager.end_run(RunId(1)) == {"gpu": 2, "lock": 1}
        assert bench.held("gpu") == {"a": 1}
        assert isinstance(ours_waits.error, RunCancelledError)
        assert theirs_waits.granted

    @pytest.mark.parametrize("granted", [True, False])
    def test_when_a_wait_is_withdrawn(self, granted: bool) -> None:
        bench = Bench()
        holder = bench.ask(bench.owner("a"), lock=1)
        wait = bench.ask(bench.owner("b"), lock=1)
        if granted:
            bench.manager.release_all(holder.owner)
        bench.manager.withdraw(wait)
        third = bench.ask(bench.owner("c"), lock=1)
        assert third.granted is granted


class TestWhatIsTold:
    def test_who_is_waited_for(self) -> None:
        bench = Bench(database=3)
        for run, node in ((1, "a"), (2, "b"), (3, "c")):
            bench.ask(bench.owner(node, run=run), database=1)
        wait = bench.ask(bench.owner("d"), database=1)
        assert bench.manager.why(wait) == "Waits for 'database', held by 'a', 'b' of run 2 and 1 more."

    def test_when_a_rate_allows_the_next(self) -> None:
        bench = Bench(api="2/min")
        for node in "ab":
            bench.ask(bench.owner(node), api=1)
        bench.clock.advance(12.0)
        wait = bench.ask(bench.owner("c"), api=1)
        assert bench.manager.why(wait) == "Waits for 'api', of which 2 per minute may begin: in 48.0 s."

    def test_who_goes_first(self) -> None:
        bench = Bench(gpu=2)
        bench.ask(bench.owner("a"), gpu=1)
        bench.ask(bench.owner("large"), gpu=2)
        bench.clock.advance(60)
        wait = bench.ask(bench.owner("b"), gpu=1)
        assert bench.manager.why(wait) == "Waits for 'gpu': 'large' has waited for it longer, and goes first."

    def test_nothing_when_nobody_waits(self) -> None:
        bench = Bench()
        assert bench.manager.why(bench.ask(bench.owner("a"), lock=1)) == ""

    def test_who_holds_and_who_waits_since_when(self) -> None:
        bench = Bench(gpu=2)
        bench.clock.advance(5.0)
        bench.ask(bench.owner("a", attempt=3), gpu=2)
        bench.clock.advance(1.0)
        bench.ask(bench.owner("b", priority="high"), gpu=1)
        bench.clock.advance(1.0)
        (usage,) = bench.manager.usage()
        assert (usage.name, usage.kind, usage.capacity, usage.used, usage.at_s) == ("gpu", "capacity", 2, 2, 7.0)
        assert [(one.node, one.attempt, one.amount, one.since_s) for one in usage.holders] == [("a", 3, 2, 5.0)]
        (queued,) = usage.waiting
        assert (queued.node, queued.amount, queued.since_s, queued.priority) == ("b", 1, 6.0, "high")
        assert queued.reason == "Waits for 'gpu', held by 'a'."
        assert usage.to_dict()["holders"][0]["node"] == "a"

    def test_how_it_went_over_time_in_few_points(self) -> None:
        bench = Bench()
        for _ in range(5000):
            owner = bench.owner("a")
            bench.ask(owner, lock=1)
            bench.clock.advance(0.3)
            bench.manager.release_all(owner)
            bench.clock.advance(0.7)
        bench.clock.advance(1000.0)
        (usage,) = bench.manager.usage()
        assert 60 < len(usage.series) <= 300
        assert usage.series[0].at_s == 0.0
        assert usage.series[-1].at_s == bench.clock()
        assert usage.series[-1].used == 0
        assert max(point.used for point in usage.series) == 1

    def test_a_short_use_is_not_shown_as_a_long_one(self) -> None:
        bench = Bench()
        owner = bench.owner("a")
        bench.ask(owner, lock=1)
        bench.clock.advance(0.001)
        bench.manager.release_all(owner)
        bench.clock.advance(100.0)
        bench.ask(bench.owner("b"), lock=1)
        (usage,) = bench.manager.usage()
        assert [point.used for point in usage.series] == [1, 0, 1]
        assert usage.series[1].at_s < 1.0
