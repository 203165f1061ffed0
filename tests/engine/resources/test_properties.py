"""What holds of resources whatever is asked, given back, withdrawn, taken up or given up, in whatever order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shtairir.errors import DeadlockError, ResourceError, ResourceTimeoutError, RunCancelledError
from shtairir.ids import NodeId, RunId
from shtairir.resources import Owner, Rate, ResourceManager, Wait
from shtairir.resources.capacity import Window
from shtairir.testing import FakeClock

COUNTED = {"lock": 1, "gpu": 2, "slots": 5}
NAMES = (*COUNTED, "api")
WANTED = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1, max_size=3)


class ResourceMachine(RuleBasedStateMachine):
    """Owners of two runs, some of which have begun, ask for this and that."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.manager = ResourceManager({**COUNTED, "api": Rate(3, 10.0)}, clock=self.clock, rings=False)
        self.running: list[Owner] = []
        self.waits: list[Wait] = []
        self.offers: list[Wait] = []
        self.taken_s: list[tuple[float, int]] = []
        self.number = 0

    # --- what happens -----------------------------------------------------------------------------------------

    @rule(
        wanted=WANTED,
        run=st.integers(1, 2),
        priority=st.sampled_from(["low", "normal", "high"]),
        begun=st.booleans(),
        timeout_s=st.sampled_from([None, None, 5.0]),
    )
    def come(self, wanted: dict[str, int], run: int, priority: str, begun: bool, timeout_s: float | None) -> None:
        """Somebody new asks."""
        self.number += 1
        owner = Owner(
            RunId(run),
            NodeId(f"n{self.number}"),
            priority=priority,  # type: ignore[arg-type]
            born_s=self.clock(),
            begun=begun,
        )
        self.ask(owner, wanted, timeout_s)

    @precondition(lambda self: self.free())
    @rule(data=st.data(), wanted=WANTED)
    def ask_for_more(self, data: st.DataObject, wanted: dict[str, int]) -> None:
        """Somebody who holds something asks for more."""
        self.ask(data.draw(st.sampled_from(self.free())), wanted, None)

    def free(self) -> list[Owner]:
        waiting = {id(wait.owner) for wait in self.waits}
        return [owner for owner in self.running if id(owner) not in waiting]

    def ask(self, owner: Owner, wanted: dict[str, int], timeout_s: float | None) -> None:
        try:
            wait = self.manager.ask(owner, wanted, timeout_s=timeout_s)
        except DeadlockError as error:
            assert owner.held
            if error.retryable:
                self.end(owner)
        except ResourceError:
            assert any(amount > COUNTED.get(name, 3) for name, amount in wanted.items())
        else:
            self.waits.append(wait)
        self.look()

    @precondition(lambda self: self.free())
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody ends."""
        self.end(data.draw(st.sampled_from(self.free())))
        self.look()

    @precondition(lambda self: any(owner.held for owner in self.free()))
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        """Somebody gives back one of what it holds."""
        owner = data.draw(st.sampled_from([owner for owner in self.free() if owner.held]))
        self.manager.release(owner, {data.draw(st.sampled_from(sorted(owner.held))): 1})
        self.look()

    @precondition(lambda self: self.offers)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Somebody who was granted something begins, if it still has it."""
        wait = self.offers.pop(data.draw(st.integers(0, len(self.offers) - 1)))
        if self.manager.begin(wait):
            assert all(wait.owner.held.get(name, 0) >= amount for name, amount in wait.wanted.items() if name != "api")
            self.running.append(wait.owner)
        else:
            self.waits.append(wait)
        self.look()

    @precondition(lambda self: self.waits or self.offers)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Somebody does not want it any more."""
        wait = data.draw(st.sampled_from([*self.waits, *self.offers]))
        self.waits = [one for one in self.waits if one is not wait]
        self.offers = [one for one in self.offers if one is not wait]
        self.manager.withdraw(wait)
        self.look()

    @rule(seconds=st.sampled_from([0.1, 1.5, 6.0, 40.0]))
    def wait_a_while(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)
        self.manager.tick()
        self.look()

    @rule(run=st.integers(1, 2))
    def end_run(self, run: int) -> None:
        """A run ends, with all that it holds."""
        self.manager.end_run(RunId(run))
        self.running = [owner for owner in self.running if owner.run != run]
        self.offers = [wait for wait in self.offers if wait.owner.run != run]
        self.look()

    def end(self, owner: Owner) -> None:
        self.manager.release_all(owner)
        self.running = [one for one in self.running if one is not owner]

    def look(self) -> None:
        """Note whose wait is over, and whose offer was taken back."""
        for wait in self.waits:
            if wait.granted and wait.owner.begun:
                if all(owner is not wait.owner for owner in self.running):
                    self.running.append(wait.owner)
            elif wait.granted:
                self.offers.append(wait)
            elif wait.error is not None:
                assert isinstance(wait.error, DeadlockError | ResourceTimeoutError | RunCancelledError)
                if isinstance(wait.error, DeadlockError):
                    self.end(wait.owner)
        if any(isinstance(wait.error, DeadlockError) for wait in self.waits):
            self.waits = [wait for wait in self.waits if wait.waits or wait.granted]
            self.waits = [wait for wait in self.waits if wait.waits]
            self.look()
            return
        taken_back = [wait for wait in self.offers if wait.waits]
        self.offers = [wait for wait in self.offers if not wait.waits]
        self.waits = [wait for wait in self.waits if wait.waits] + taken_back

    # --- what holds -------------------------------------------------------------------------------------------

    @invariant()
    def no_more_is_in_use_than_there_is(self) -> None:
        for usage in self.manager.usage():
            assert 0 <= usage.used <= usage.capacity
            if usage.kind != "rate":
                assert usage.used == sum(holding.amount for holding in usage.holders)
            assert all(holding.amount > 0 for holding in usage.holders)

    @invariant()
    def everybody_waits_in_order_and_for_something(self) -> None:
        waiting = {(queued.run, queued.node) for usage in self.manager.usage() for queued in usage.waiting}
        assert waiting == {(wait.owner.run, wait.owner.node) for wait in self.waits}
        assert all(queued.reason for usage in self.manager.usage() for queued in usage.waiting)
        for resource in self.manager._ledger.resources.values():
            assert resource.queue == sorted(resource.queue, key=lambda wait: wait.rank)
            assert resource.offered == sum(amount for owner, (amount, _) in resource.holders.items() if not owner.begun)

    @invariant()
    def the_first_in_all_its_queues_does_not_wait_for_what_is_free(self) -> None:
        now_s = self.clock()
        resources = self.manager._ledger.resources
        for wait in self.waits:
            mine = [resources[name] for name in wait.wanted]
            if all(resource.queue[0] is wait for resource in mine):
                short = any(one.in_use(now_s) + wait.wanted[one.name] > one.amount for one in mine)
                assert short, f"{wait.owner.node} could have {wait.wanted}"

    @invariant()
    def somebody_can_go_on(self) -> None:
        """Not all of those who hold something wait, unless for a rate."""
        holders = {id(owner): owner for one in self.manager._ledger.resources.values() for owner in one.holders}
        waiting = {id(wait.owner): wait for wait in self.waits}
        if holders and holders.keys() <= waiting.keys():
            assert any("api" in waiting[key].wanted for key in holders)

    def teardown(self) -> None:
        for run in (1, 2):
            self.manager.end_run(RunId(run))
        assert not any(usage.holders or usage.waiting for usage in self.manager.usage())


ResourceMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestResourceMachine = ResourceMachine.TestCase


class WindowMachine(RuleBasedStateMachine):
    """In no period is more taken than the rate allows, wherever the period begins."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.window = Window(Rate(4, 2.0))
        self.taken: list[tuple[float, int]] = []

    @rule(seconds=st.floats(0.0, 3.0))
    def wait_a_while(self, seconds: float) -> None:
        """Time passes."""
        self.now_s += seconds

    @rule(amount=st.integers(1, 4))
    def take(self, amount: int) -> None:
        """Take some, at once or as soon as it is free."""
        self.now_s = self.window.free_at(amount, self.now_s)
        assert self.window.used(self.now_s) + amount <= 4
        self.window.take(amount, self.now_s)
        self.taken.append((self.now_s, amount))

    @invariant()
    def no_period_has_more(self) -> None:
        for begin_s, _ in self.taken:
            assert sum(amount for at_s, amount in self.taken if begin_s <= at_s < begin_s + 2.0) <= 4


WindowMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestWindowMachine = WindowMachine.TestCase
