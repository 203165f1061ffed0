"""Going on with runs: what runs again, what does not, and what a person is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Context, block
from shtairir.errors import RecoveryError, UndecidedError
from shtairir.events import NodeStatus
from shtairir.recovery.account import Account, account_of
from shtairir.recovery.folder import RunFolder
from shtairir.recovery.journal import JournalFile
from shtairir.recovery.keeping import KeptRun, kept_run
from shtairir.recovery.listing import info_of, interrupted, runs
from shtairir.recovery.locking import take
from shtairir.session import resume, start_again
from shtairir.testing import graph_of
from tests.engine.loops.builders import body, mapped

calls: list[str] = []
broken: set[str] = set()


@block(id="resuming.counted", category="Test")
def counted(context: Context, x: float = 1.0, plus: float = 1.0) -> float:
    """Add, and take note of the call; fail if told so."""
    calls.append(context.node)
    if context.node in broken:
        raise ValueError("Broken.")
    return x + plus


@block(id="resuming.paid", category="Test", pure=False)
def paid(context: Context, x: float = 1.0) -> float:
    """Have an effect."""
    calls.append(context.idempotency_key.partition("/")[2])
    if context.node in broken:
        raise ConnectionError("Nobody knows.")
    return 2 * x


@block(id="resuming.read_again", category="Test", pure=False, idempotent=True)
def looked(context: Context, x: float = 1.0) -> float:
    """Look at the world."""
    calls.append(context.node)
    if context.node in broken:
        raise ValueError("Broken.")
    return x


@block(id="resuming.sent", category="Test", pure=False, idempotent=True)
def sent(context: Context, x: float = 1.0) -> float:
    """Tell somebody who knows a repetition by its key."""
    calls.append(context.idempotency_key.partition("/")[2])
    return x


@block(id="resuming.at_three", category="Test", pure=False)
def at_three(context: Context, x: float = 1.0) -> float:
    """Have an effect; fail at the third if told so."""
    calls.append(f"{x}")
    if x == 3.0 and "three" in broken:
        raise ValueError("Broken.")
    return x


@block(id="resuming.waits_at_two", category="Test", pure=False)
def waits_at_two(context: Context, x: float = 1.0) -> float:
    """Have an effect; wait at the second until told to go on, or to stop."""
    calls.append(f"{x}")
    if x == 2.0:
        _reached.set()
        while not _go.wait(0.01):
            context.check_cancelled()
    return x


@block(id="resuming.many", category="Test")
def many(context: Context, count: int = 3) -> list[float]:
    """Make a list."""
    if context.node in broken:
        raise ValueError("Broken.")
    return [float(number) for number in range(count)]


@block(id="resuming.long_text", category="Test", pure=False)
def long_text(context: Context, x: float = 1.0) -> str:
    """Have an effect, and make a text that does not fit into a line."""
    calls.append(context.node)
    return "v" * 5000


@block(id="resuming.length", category="Test")
def length(context: Context, text: str) -> float:
    """Read it."""
    calls.append(context.node)
    if context.node in broken:
        raise ValueError("Broken.")
    return float(len(text))


@block(id="resuming.odd", category="Test", pure=False)
def odd(context: Context, x: float = 1.0) -> object:
    """Return something that cannot be kept."""
    calls.append(context.node)
    return object()


@block(id="resuming.after_odd", category="Test")
def after_odd(context: Context, x: object) -> float:
    """Read it."""
    calls.append(context.node)
    if context.node in broken:
        raise ValueError("Broken.")
    return 1.0


@block(id="resuming.large", category="Test")
def large(x: float = 1.0, count: int = 100_000) -> Array:
    """Make a large array."""
    calls.append("large")
    return np.full(count, x)


@block(id="resuming.total", category="Test")
def total(context: Context, array: Array) -> float:
    """Add it up."""
    calls.append(context.node)
    if context.node in broken:
        raise ValueError("Broken.")
    return float(array.sum())


@pytest.fixture(autouse=True)
def _fresh() -> None:
    calls.clear()
    broken.clear()


def chain(*names: str, **blocks: Callable[..., Any]) -> shtairir.Graph:
    """Return a row of nodes."""
    return graph_of(" -> ".join(names), blocks={**dict.fromkeys(names, counted), **blocks})


def kept_and_failed(graph: shtairir.Graph, *fails: str, **wishes: Any) -> Account:
    """Run a graph, nodes of which fail, and return the account of it. All of it is kept, however quick it is."""
    broken.update(fails)
    graph.set_policy(None, checkpoints="all", node={"retries": 0})
    result = shtairir.run(graph, **wishes)
    assert result.status == "failed"
    broken.clear()
    calls.clear()
    return account_of(runs()[0].folder)


class TestWhatRunsAgain:
    def test_a_run_that_failed_goes_on_behind_what_was_done(self, state: Path) -> None:
        graph = chain("a", "b", "c", "d")
        kept_and_failed(graph, "c")
        result = resume(graph=graph)
        assert result.status == "done"
        assert calls == ["c", "d"]
        assert result["d"] == 5.0
        assert result.nodes["b"].status is NodeStatus.CACHED
        assert "Restored from run" in result.nodes["b"].reason

    def test_it_keeps_its_key_and_its_folder(self, state: Path) -> None:
        graph = chain("a", "b")
        kept_and_failed(graph, "b")
        key = runs()[0].key
        result = resume(key[:12], graph=graph)
        assert (result.status, result.key) == ("done", key)
        assert [info.key for info in runs()] == [key]
        assert runs()[0].state == "done"
        assert account_of(runs()[0].folder).sessions == 2

    def test_only_what_depends_on_a_changed_parameter_runs_again(self, state: Path) -> None:
        graph = graph_of("a -> b -> e", "c -> d -> e", blocks=dict.fromkeys("abcde", counted))
        graph.set("c.plus", 5.0)
        kept_and_failed(graph, "e")
        result = resume(graph=graph, parameters={"d.plus": 10.0})
        assert calls == ["d", "e"]
        # a = 2, b = 3; c = 6, d = 16; e takes the second for what it adds.
        assert result["e"] == 3.0 + 16.0

    def test_only_what_depends_on_a_changed_graph_runs_again(self, state: Path) -> None:
        graph = chain("a", "b", "c")
        kept_and_failed(graph, "c")
        graph.set("b.plus", 7.0)
        assert resume(graph=graph)["c"] == 1.0 + 1.0 + 7.0 + 1.0
        assert calls == ["b", "c"]

    def test_what_was_changed_once_is_not_mixed_up_later(self, state: Path) -> None:
        graph = chain("a", "b", "c")
        kept_and_failed(graph, "c")
        graph.set("b.plus", 7.0)
        broken.add("c")
        assert resume(graph=graph).status == "failed"
        broken.clear()
        calls.clear()
        assert resume(graph=graph)["c"] == 10.0
        assert calls == ["c"]

    def test_large_values_are_read_from_disk(self, state: Path) -> None:
        graph = graph_of("a -> b", blocks={"a": large, "b": total})
        kept_and_failed(graph, "b")
        assert list(runs()[0].folder.checkpoints.iterdir())
        assert resume(graph=graph)["b"] == 100_000.0
        assert calls == ["b"]

    def test_a_damaged_value_is_made_again(self, state: Path, caplog: pytest.LogCaptureFixture) -> None:
        graph = graph_of("a -> b", blocks={"a": large, "b": total})
        kept_and_failed(graph, "b")
        (file,) = runs()[0].folder.checkpoints.iterdir()
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
        assert resume(graph=graph)["b"] == 100_000.0
        assert calls == ["large", "b"]
        assert "is damaged" in caplog.text

    def test_a_node_is_run_again_by_a_persons_word_with_all_that_follows(self, state: Path) -> None:
        graph = chain("a", "b", "c", "d")
        kept_and_failed(graph, "d")
        resume(graph=graph, rerun=["b"])
        assert calls == ["b", "c", "d"]

    def test_what_was_cancelled_goes_on(self, state: Path) -> None:
        graph = chain("a", "b", "c", b=waiting)
        graph.set_policy(None, checkpoints="all")
        handle = shtairir.start(graph)
        assert _reached.wait(10)
        handle.cancel()
        cancelled = handle.wait()
        assert cancelled is not None
        assert cancelled.status == "cancelled"
        calls.clear()
        _go.set()
        assert resume(graph=graph).status == "done"
        assert calls == ["b", "c"]

    def test_the_graph_is_taken_from_the_run_or_from_its_file(self, state: Path, tmp_path: Path) -> None:
        graph = shtairir.Graph("saved")
        graph.add("math.number", id="n", value=3.0)
        graph.add("math.divide", id="d", values={"b": 0.0})
        graph.link("n.out", "d.a")
        graph.set_policy(None, checkpoints="all", node={"retries": 0})
        file = shtairir.save(graph, tmp_path / "saved.shtairir")
        assert shtairir.run(file, parameters={"n.value": 8.0}).status == "failed"
        assert resume().status == "failed"
        graph.set("d.b", 2.0)
        shtairir.save(graph, file)
        assert resume()["d"] == 4.0

    def test_what_a_run_was_given_it_is_given_again(self, state: Path) -> None:
        graph = chain("a", "b", "c")
        kept_and_failed(graph, "c", given={"b.out": 40.0})
        assert resume(graph=graph)["c"] == 41.0
        assert calls == ["c"]


class TestWhatIsDone:
    def test_a_run_that_is_done_is_only_looked_at(self, state: Path) -> None:
        graph = chain("a", "b")
        graph.set_policy(None, checkpoints="all")
        shtairir.run(graph)
        calls.clear()
        assert resume(graph=graph)["b"] == 3.0
        assert calls == []
        assert len(runs()) == 1

    def test_with_another_value_it_becomes_another_run(self, state: Path) -> None:
        graph = chain("a", "b", "c")
        graph.set_policy(None, checkpoints="all")
        shtairir.run(graph)
        calls.clear()
        assert resume(graph=graph, parameters={"b.plus": 5.0})["c"] == 8.0
        assert calls == ["b", "c"]
        later, before = runs()
        assert (later.facts.origin, before.state, later.state) == (before.key, "done", "done")
        assert resume(before.key, graph=graph)["c"] == 4.0


class TestEffects:
    def test_an_effect_that_is_done_does_not_happen_again(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "c")
        resume(graph=graph)
        assert calls == ["c"]

    def test_one_that_failed_is_tried_again_under_its_key(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "p")
        resume(graph=graph)
        assert calls == ["p", "c"]

    def test_a_person_is_asked_about_one_that_had_begun(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "p")
        _forget_the_end(runs()[0].folder)
        with pytest.raises(UndecidedError, match="'p': It had begun") as caught:
            resume(graph=graph)
        assert list(caught.value.nodes) == ["p"]
        assert "--rerun p" in caught.value.hint
        assert calls == []
        assert resume(graph=graph, rerun=["p"])["c"] == 5.0
        assert calls == ["p", "c"]

    def test_or_tells_what_it_has_made(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "p")
        _forget_the_end(runs()[0].folder)
        with pytest.raises(UndecidedError, match="is not known, and is needed"):
            resume(graph=graph, done=["p"])
        assert resume(graph=graph, done={"p": 40.0})["c"] == 41.0
        assert calls == ["c"]

    def test_one_that_only_looks_is_called_again_without_asking(self, state: Path) -> None:
        graph = chain("a", "l", l=looked)
        kept_and_failed(graph, "l")
        _forget_the_end(runs()[0].folder)
        resume(graph=graph)
        assert calls == ["l"]

    def test_a_person_is_asked_when_what_it_depends_on_was_changed(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "c")
        with pytest.raises(UndecidedError, match="what it depends on was changed"):
            resume(graph=graph, parameters={"a.plus": 3.0})
        assert resume(graph=graph, parameters={"a.plus": 3.0}, rerun=["p"])["c"] == 9.0
        assert calls == ["a", "p#2", "c"]

    def test_an_effect_with_another_value_has_another_key(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=sent)
        kept_and_failed(graph, "c")
        broken.add("c")
        resume(graph=graph, parameters={"a.plus": 3.0})
        resume(graph=graph, parameters={"a.plus": 4.0})
        first, second = [key for key in calls if key.startswith("p")]
        assert len({"p", first, second}) == 3

    def test_or_leaves_it_as_it_is(self, state: Path) -> None:
        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "c")
        assert resume(graph=graph, parameters={"a.plus": 3.0}, done=["p"])["c"] == 5.0
        assert calls == ["c"]

    def test_a_person_is_asked_when_what_it_made_was_not_kept(self, state: Path) -> None:
        graph = chain("o", "p", o=odd, p=after_odd)
        kept_and_failed(graph, "p")
        with pytest.raises(UndecidedError, match="what it made was not kept"):
            resume(graph=graph)
        assert calls == []


class TestDefinitions:
    def test_functions_inside_of_definitions_are_known_again(self, state: Path) -> None:
        graph = shtairir.Graph("nested")
        made = body(graph, "inner", {"x": "float"}, {"y": "float"})
        first = made.add(counted, id="first", x=made["x"])
        made.returns(y=made.add(paid, id="p", x=first["out"])["out"])
        graph.add("subgraph.inner", id="use", values={"x": 1.0})
        graph.add(counted, id="end")
        graph.link("use.y", "end.x")
        kept_and_failed(graph, "end")
        assert resume(graph=graph).status == "done"
        assert calls == ["end"]


class TestLoops:
    @pytest.mark.parametrize(("inside", "asked"), [(looked, False), (paid, True)])
    def test_a_loop_is_asked_about_if_what_it_calls_is(self, state: Path, inside: Any, asked: bool) -> None:
        graph = mapped(inside)
        graph.add("list.range", id="numbers", values={"start": 0, "stop": 3})
        graph.link("numbers.out", "loop.x")
        kept_and_failed(graph, "loop/node")
        _forget_the_end(runs()[0].folder)
        if asked:
            with pytest.raises(UndecidedError, match="'loop'"):
                resume(graph=graph)
        assert resume(graph=graph, rerun=["loop"] if asked else ()).status == "done"
        assert len(calls) == 3

    @pytest.mark.parametrize("inside", [counted, looked])
    def test_one_that_failed_begins_again_if_nothing_in_it_is_an_effect(self, state: Path, inside: Any) -> None:
        kept_and_failed(_over_three(inside), "loop/node")
        assert resume(graph=_over_three(inside)).status == "done"
        assert len(calls) == 3

    def test_one_that_failed_in_the_middle_is_asked_about(self, state: Path) -> None:
        graph = _over_three(at_three)
        kept_and_failed(graph, "three")
        with pytest.raises(UndecidedError, match=r"'loop': It did not get to its end.*its items may have") as caught:
            resume(graph=graph)
        assert list(caught.value.nodes) == ["loop"]
        assert calls == []
        assert resume(graph=graph, rerun=["loop"]).status == "done"
        assert len(calls) == 3

    def test_and_so_is_one_that_was_cancelled_in_the_middle(self, state: Path) -> None:
        graph = _over_three(waits_at_two)
        _reached.clear()
        _go.clear()
        handle = shtairir.start(graph, workers=1)
        assert _reached.wait(10)
        handle.cancel()
        cancelled = handle.wait(10)
        assert cancelled is not None
        assert cancelled.status == "cancelled"
        calls.clear()
        _go.set()
        with pytest.raises(UndecidedError, match="some of its items may have"):
            resume(graph=graph)
        assert calls == []
        result = resume(graph=graph, done={"loop": [1.0, 2.0, 3.0]})
        assert (result.status, calls) == ("done", [])
        assert resume(graph=graph).status == "done"

    def test_one_that_never_began_is_not_asked_about(self, state: Path) -> None:
        graph = mapped(paid)
        graph.add(many, id="many")
        graph.link("many.out", "loop.x")
        kept_and_failed(graph, "many")
        assert resume(graph=graph).status == "done"
        assert len(calls) == 3

    def test_who_said_that_it_runs_again_is_not_asked_before_it_has(self, state: Path) -> None:
        graph = mapped(paid)
        graph.add(many, id="many")
        graph.link("many.out", "loop.x")
        graph.add(counted, id="end")
        kept_and_failed(graph, "end")
        graph.set("many.count", 2)
        broken.add("many")
        assert resume(graph=graph, rerun=["loop"]).status == "failed"
        broken.clear()
        calls.clear()
        assert resume(graph=graph).status == "done"
        assert len(calls) == 2


def _over_three(inside: Any) -> shtairir.Graph:
    graph = mapped(inside)
    graph.add("list.range", id="numbers", values={"start": 1, "stop": 4})
    graph.link("numbers.out", "loop.x")
    return graph


class TestWhatIsRefused:
    def test_a_run_that_goes_on_cannot_be_taken_up(self, state: Path) -> None:
        graph = chain("a", "b")
        kept_and_failed(graph, "b")
        folder = runs()[0].folder
        lock = take(folder.path)
        assert lock is not None
        _forget_the_end(folder)
        with pytest.raises(RecoveryError, match="still going on"):
            resume(graph=graph)
        lock.release()
        assert [info.key for info in interrupted()] == [folder.key]
        assert resume(graph=graph).status == "done"

    def test_names_that_there_are_not(self, state: Path) -> None:
        graph = chain("a", "b")
        kept_and_failed(graph, "b")
        with pytest.raises(RecoveryError, match="no node 'x'"):
            resume(graph=graph, rerun=["x"])
        with pytest.raises(RecoveryError, match="no run 'nothing'"):
            resume("nothing", graph=graph)

    def test_without_a_folder_nothing_can_be_resumed(self) -> None:
        with pytest.raises(RecoveryError, match="Nothing is kept"):
            resume()

    def test_a_graph_with_functions_of_a_program_has_to_be_given(self, state: Path) -> None:
        kept_and_failed(chain("a", "b"), "b")
        with pytest.raises(shtairir.ShtairirError, match=r"resuming\.counted"):
            resume()


class TestWhatIsLeft:
    def test_a_quick_run_leaves_nothing(self, state: Path) -> None:
        shtairir.run(chain("a", "b"))
        assert runs() == []

    def test_a_quick_run_that_fails_can_be_gone_on_with(self, state: Path) -> None:
        broken.add("b")
        graph = chain("a", "b")
        graph.set_policy(None, node={"retries": 0})
        assert shtairir.run(graph).status == "failed"
        broken.clear()
        calls.clear()
        assert resume(graph=graph)["b"] == 3.0
        assert calls == ["b"]

    def test_a_run_is_there_before_anything_in_it_is_finished(self, state: Path) -> None:
        _reached.clear()
        _go.clear()
        handle = shtairir.start(chain("b", b=waiting))
        assert _reached.wait(10)
        until_s = time.monotonic() + 10
        while not runs() and time.monotonic() < until_s:
            time.sleep(0.01)
        assert [info.state for info in runs()] == ["running"]
        _go.set()
        handle.wait(10)
        assert [info.state for info in runs()] == ["done"]

    def test_an_effect_leaves_its_run_however_quick(self, state: Path) -> None:
        shtairir.run(chain("a", "p", p=paid))
        (info,) = runs()
        assert (info.state, info.facts.nodes) == ("done", 2)
        account = account_of(info.folder)
        assert set(account.done) == {"a", "p"}
        assert account.nodes["p"].is_effect  # type: ignore[index]

    def test_a_full_disk_does_not_end_the_run(
        self, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("shtairir.recovery.journal.JournalFile.add_text", full)
        graph = chain("a", "p", "b", p=paid)
        assert shtairir.run(graph)["b"] == 5.0
        assert caplog.text.count("cannot be written (No space left on device)") == 1

    def test_a_value_that_does_not_fit_costs_only_itself(
        self, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("shtairir.recovery.store.ValueStore._added", full)
        graph = graph_of("t -> n -> p", blocks={"t": long_text, "n": length, "p": paid})
        account = kept_and_failed(graph, "p")
        assert account.nodes["t"].standing == "done"  # type: ignore[index]
        assert account.nodes["t"].values == [None]  # type: ignore[index]
        assert account.nodes["n"].values == [5000.0]  # type: ignore[index]
        assert caplog.text.count("No space left on device") == 1
        assert "are left out" in caplog.text
        monkeypatch.undo()
        monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(state))
        assert resume(graph=graph)["p"] == 10_000.0
        assert calls == ["p"]

    def test_a_run_does_not_go_on_where_nothing_can_be_written(
        self, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        graph = chain("a", "p", "c", p=paid)
        kept_and_failed(graph, "c")
        for what in ("recovery.folder.write_whole", "recovery.journal.JournalFile._grow"):
            with monkeypatch.context() as patched:
                patched.setattr(f"shtairir.{what}", full)
                with pytest.raises(RecoveryError, match=r"folder of run .* cannot be written"):
                    resume(graph=graph)
        assert calls == []
        assert resume(graph=graph).status == "done"
        assert calls == ["c"]

    def test_effects_are_written_down_when_the_disk_is_full(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"p{number}" for number in range(20)]
        graph = chain(*names, "end", **dict.fromkeys(names, paid))
        with _full_disk(monkeypatch):
            account = kept_and_failed(graph, "end")
            assert not account.is_unclear
            assert set(names) <= set(account.done)
            assert account.nodes["p19"].values == [2.0**20]  # type: ignore[index]
        assert resume(graph=graph).status == "done"
        assert calls == ["end"]

    def test_when_nothing_fits_any_more_a_person_is_asked_about_all_effects(
        self, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        names = [f"p{number}" for number in range(12)]
        graph = chain(*names, "end", **dict.fromkeys(names, paid))
        monkeypatch.setattr("shtairir.recovery.journal.RESERVE_BYTES", 1200)
        with _full_disk(monkeypatch):
            account = kept_and_failed(graph, "end")
        assert account.is_unclear
        assert caplog.text.count("cannot be written (No space left on device)") == 1
        done = [name for name in names if name in account.done]
        assert 2 <= len(done) < 8
        with pytest.raises(UndecidedError, match="could not be written any more") as caught:
            resume(graph=graph)
        # The first of the others had begun, perhaps; of the rest nothing is known.
        assert list(caught.value.nodes) == names[len(done) :]
        assert calls == []
        left = names[len(done) :]
        broken.add(left[1])
        assert resume(graph=graph, rerun=left).status == "failed"
        broken.clear()
        calls.clear()
        # Who has said it is not asked again: from then on all was written down.
        assert resume(graph=graph).status == "done"
        assert calls == [*left[1:], "end"]

    def test_a_plan_without_a_graph_is_kept_all_the_same(self, state: Path) -> None:
        kept = kept_run(shtairir.plan(chain("a", "b")))
        assert isinstance(kept, KeptRun)
        assert not kept.hook.is_open

    def test_runs_in_the_background_have_a_handle(self, state: Path) -> None:
        graph = chain("a", "b")
        kept_and_failed(graph, "b")
        handle = start_again(graph=graph)
        assert handle.key == runs()[0].key
        result = handle.wait(10)
        assert result is not None
        assert result.status == "done"


_reached, _go = threading.Event(), threading.Event()


@block(id="resuming.waiting", category="Test")
def waiting(context: Context, x: float = 1.0) -> float:
    """Wait until told to go on, or to stop."""
    calls.append(context.node)
    _reached.set()
    while not _go.wait(0.01):
        context.check_cancelled()
    return x


@contextmanager
def _full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no journal grow that is there, as on a disk that others have filled; and keep no values."""
    grow = JournalFile._grow

    def first_only(journal: JournalFile, needed: int) -> None:
        if journal._map is not None:
            raise OSError(28, "No space left on device")
        grow(journal, needed)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("shtairir.recovery.journal._PIECE_BYTES", 256)
        patched.setattr(JournalFile, "_grow", first_only)
        patched.setattr("shtairir.recovery.store.ValueStore._added", full)
        yield


def _forget_the_end(folder: RunFolder) -> None:
    """Take away what the journal says after the last thing that began, as if the program had been killed there."""
    lines = folder.journal.read_bytes().splitlines(keepends=True)
    ends = (b'"what":"failed"', b'"what":"finished"', b'"what":"lost"')
    folder.journal.write_bytes(b"".join(line for line in lines if not any(end in line for end in ends)))
    assert info_of(folder).state in ("interrupted", "running")
