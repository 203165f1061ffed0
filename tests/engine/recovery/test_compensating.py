"""What a run has done is undone when it comes to no good end: the last effect first, once each."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.errors import RecoveryError, UndecidedError
from shtairir.events import NodeCompensated, NodeStatus
from shtairir.recovery.account import account_of
from shtairir.recovery.journal import line_of
from shtairir.recovery.listing import runs
from shtairir.session import resume
from shtairir.testing import EventRecorder, graph_of

done: list[str] = []
undone: list[tuple[str, float, float]] = []
keys: list[str] = []
unwilling: dict[str, int] = {}


def give_back(context: Context, x: float, result: float) -> None:
    """Undo what `taken` does."""
    keys.append(context.idempotency_key)
    assert not context.cancelled
    if unwilling.get(context.node, 0) >= context.attempt:
        raise ConnectionError(f"{context.node} is not to be reached")
    undone.append((context.node, x, result))


@block(id="saga.taken", category="Test", pure=False, compensate=give_back, retries=2)
def taken(context: Context, x: float = 1.0) -> float:
    """Have an effect."""
    done.append(context.node)
    return x + 1


@block(id="saga.failing", category="Test")
def failing(x: float = 1.0) -> float:
    """Fail."""
    raise ValueError("No.")


@block(id="saga.waiting", category="Test")
def waiting(context: Context, x: float = 1.0) -> float:
    """Wait for the end of the run."""
    _reached.set()
    while True:
        context.check_cancelled()
        _never.wait(0.01)


_reached, _hanging, _never = threading.Event(), threading.Event(), threading.Event()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for noted in (done, undone, keys):
        noted.clear()
    unwilling.clear()
    _reached.clear()
    _hanging.clear()


def saga(end: Any = failing, **policies: Any) -> shtairir.Graph:
    graph = graph_of("a -> b -> c -> end", blocks={"a": taken, "b": taken, "c": taken, "end": end})
    for node in "abc":
        graph.set_policy(node, backoff_s=0.001, jitter=0.0, **policies)
    return graph


def test_a_run_that_fails_is_undone_backwards() -> None:
    seen = EventRecorder()
    result = shtairir.run(saga(), instruments=[seen])
    assert result.status == "failed"
    assert undone == [("c", 3.0, 4.0), ("b", 2.0, 3.0), ("a", 1.0, 2.0)]
    told = [event for event in seen.events if isinstance(event, NodeCompensated)]
    assert [(event.node, event.failure) for event in told] == [("c", None), ("b", None), ("a", None)]
    assert result.nodes["b"].status is NodeStatus.COMPENSATED
    assert "was undone" in result.nodes["b"].reason


def test_a_run_that_is_cancelled_is_undone() -> None:
    handle = shtairir.start(saga(waiting))
    assert _reached.wait(10)
    handle.cancel()
    result = handle.wait(10)
    assert result is not None
    assert result.status == "cancelled"
    assert [node for node, _, _ in undone] == ["c", "b", "a"]


def test_a_run_that_is_done_or_partial_is_not_undone() -> None:
    assert shtairir.run(saga(taken)).status == "done"
    graph = saga()
    graph.add(taken, id="other")
    graph.set_policy("end", on_failure="continue")
    assert shtairir.run(graph).status == "partial"
    assert undone == []


def test_what_cannot_be_undone_at_once_is_tried_again() -> None:
    unwilling["b"] = 2
    result = shtairir.run(saga())
    assert [node for node, _, _ in undone] == ["c", "b", "a"]
    assert len({key for key in keys if "/b/" in key}) == 1
    assert result.nodes["b"].status is NodeStatus.COMPENSATED


def test_what_cannot_be_undone_at_all_is_told_and_the_others_are_undone() -> None:
    unwilling["b"] = 9
    seen = EventRecorder()
    result = shtairir.run(saga(), instruments=[seen])
    assert [node for node, _, _ in undone] == ["c", "a"]
    (failure,) = [
        event.failure for event in seen.events if isinstance(event, NodeCompensated) and event.failure is not None
    ]
    assert (failure.node, failure.attempts) == ("b", 3)
    assert "b is not to be reached" in result.nodes["b"].reason
    assert result.status == "failed"


def test_a_compensation_that_does_not_end_is_given_up() -> None:
    graph = graph_of("a -> end", blocks={"a": stuck_when_undone, "end": failing})
    graph.set_policy("a", timeout_s=0.2, retries=0)
    result = shtairir.run(graph)
    assert "given up after 0.2 s" in result.nodes["a"].reason


class TestGivingUp:
    def test_whoever_cancels_while_something_is_undone_does_not_wait(self, state: Path) -> None:
        graph = graph_of("a -> b -> end", blocks={"a": taken, "b": stuck_when_undone, "end": failing})
        handle = shtairir.start(graph)
        assert _hanging.wait(10)
        handle.cancel()
        result = handle.wait(5)
        assert result is not None
        assert result.status == "failed"
        assert "given up" in result.nodes["b"].reason
        assert "given up" in result.nodes["a"].reason
        assert undone == []
        assert runs()[0].state == "half_undone"

    def test_whoever_has_cancelled_has_to_insist(self, state: Path) -> None:
        graph = graph_of("a -> b -> end", blocks={"a": taken, "b": stuck_when_undone, "end": waiting})
        handle = shtairir.start(graph)
        assert _reached.wait(10)
        handle.cancel()
        assert _hanging.wait(10)
        assert handle.wait(0.3) is None
        handle.cancel()
        result = handle.wait(5)
        assert result is not None
        assert result.status == "cancelled"


class TestWithAJournal:
    def test_it_says_what_was_undone(self, state: Path) -> None:
        shtairir.run(saga())
        (info,) = runs()
        account = account_of(info.folder)
        assert [account.nodes[node].standing for node in "abc"] == ["undone"] * 3  # type: ignore[index]
        assert info.state == "failed"

    def test_what_was_undone_is_done_anew_under_another_key(self, state: Path) -> None:
        graph = saga()
        shtairir.run(graph)
        first = set(keys)
        done.clear()
        resume(graph=graph)
        assert done == ["a", "b", "c"]
        assert len(undone) == 6
        assert not first & set(keys[3:])

    def test_what_was_undone_is_done_anew_though_what_follows_from_it_is_there(self, state: Path) -> None:
        graph = graph_of("a -> m -> end", "b -> n", blocks={"a": taken, "b": taken, "end": failing})
        graph.set_policy(None, checkpoints="all")
        shtairir.run(graph, level="none")
        done.clear()
        resume(graph=graph)
        assert sorted(done) == ["a", "b"]

    def test_a_run_that_was_cut_off_can_be_undone(self, state: Path) -> None:
        graph = saga(taken)
        shtairir.run(graph)
        folder = runs()[0].folder
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        folder.journal.write_bytes(b"".join(lines[:-1]))
        result = resume(graph=graph, undo=True)
        assert result.status == "cancelled"
        assert [node for node, _, _ in undone] == ["end", "c", "b", "a"]
        assert done == ["a", "b", "c", "end"]
        with pytest.raises(RecoveryError, match="nothing that can be undone"):
            resume(graph=graph, undo=True)

    def test_a_person_is_asked_whether_there_is_more_to_undo(self, state: Path) -> None:
        graph = saga(taken)
        shtairir.run(graph)
        folder = runs()[0].folder
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        begun = next(n for n, line in enumerate(lines) if b'"begun"' in line and b'"c"' in line)
        folder.journal.write_bytes(b"".join(lines[: begun + 1]))
        with pytest.raises(UndecidedError, match="whether there is anything to undo"):
            resume(graph=graph, undo=True)
        assert undone == []
        resume(graph=graph, undo=True, done={"c": 4.0})
        assert undone == [("c", 3.0, 4.0), ("b", 2.0, 3.0), ("a", 1.0, 2.0)]

    def test_a_person_is_asked_about_all_that_could_not_be_written_down(self, state: Path) -> None:
        graph = saga(taken)
        shtairir.run(graph)
        folder = runs()[0].folder
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        begun = next(n for n, line in enumerate(lines) if b'"begun"' in line and b'"c"' in line)
        folder.journal.write_bytes(b"".join([*lines[: begun + 1], line_of('{"what":"unknown"}')]))
        with pytest.raises(UndecidedError, match="undo that by hand") as caught:
            resume(graph=graph, undo=True, done={"c": 4.0})
        assert list(caught.value.nodes) == ["end"]
        with pytest.raises(UndecidedError, match="undo that by hand"):  # what it was given is not known
            resume(graph=graph, undo=True, done={"c": 4.0, "end": 5.0})
        assert undone == []
        resume(graph=graph, undo=True, done={"c": 4.0}, rerun=["end"])
        assert undone == [("c", 3.0, 4.0), ("b", 2.0, 3.0), ("a", 1.0, 2.0)]
        done.clear()
        # What was undone is clear again; what was not is asked about as long as nobody says that it is to run.
        with pytest.raises(UndecidedError) as caught:
            resume(graph=graph)
        assert list(caught.value.nodes) == ["end"]
        assert resume(graph=graph, rerun=["end"]).status == "done"
        assert done == ["a", "b", "c", "end"]

    def test_undoing_that_was_cut_off_is_finished_and_nothing_else(self, state: Path) -> None:
        graph = saga()
        shtairir.run(graph)
        folder = runs()[0].folder
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        last = next(place for place, line in enumerate(lines) if b'"what":"undone"' in line)
        folder.journal.write_bytes(b"".join(lines[: last + 1]) + lines[last + 1][:20])
        assert runs()[0].state == "half_undone"
        undone.clear()
        done.clear()
        result = resume(graph=graph)
        assert [node for node, _, _ in undone] == ["b", "a"]
        assert [str(result.nodes[node].status) for node in "abc"] == ["compensated"] * 3
        assert done == []
        assert result.status == "failed"
        assert runs()[0].state == "failed"


def hang(x: float) -> None:
    """Never come back, or not soon."""
    _hanging.set()
    _never.wait(20)


@block(id="saga.stuck", category="Test", pure=False, compensate=hang)
def stuck_when_undone(x: float = 1.0) -> float:
    """Have an effect that is hard to undo."""
    return x
