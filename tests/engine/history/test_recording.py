"""What of a run gets into the history, and when."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import shtairir
from shtairir.block import Context, block
from shtairir.errors import HistoryError
from shtairir.events import NodeStatus
from shtairir.monitor.history import History, history
from shtairir.monitor.writer import writer
from shtairir.results import RunResult
from shtairir.testing import EventRecorder, graph_of

Ran = Callable[..., RunResult]


@block
def broken(x: float) -> float:
    """Fail."""
    raise ValueError("It is broken.\nIn two lines.")


@block
def slow(x: float = 1.0) -> float:
    """Take its time."""
    time.sleep(0.06)
    return x


def test_every_node_is_there_with_what_became_of_it(ran: Ran, past: History) -> None:
    graph = shtairir.Graph("demo")
    three = graph.add("math.number", value=3)
    bad = graph.add(broken, id="bad")
    graph.link(three["out"], bad["x"])
    after = graph.add("math.add", b=1)
    graph.link(bad["out"], after["a"])
    result = ran(graph, level="none")
    record = past.run("last")
    assert record.summary.status == "failed"
    assert (record.summary.done, record.summary.failed, record.summary.skipped) == (1, 1, 1)
    assert record.summary.error == "bad: It is broken."
    assert {node.node: node.status for node in record.nodes} == {name: one.status for name, one in result.nodes.items()}
    failed = record.node("bad")
    assert failed is not None
    assert failed.error == result.nodes["bad"].error
    number = record.node("number")
    assert number is not None
    assert number.outputs == result.nodes["number"].outputs
    assert [(one.node, one.error_type) for one in record.attempts] == [("bad", "ValueError")]


def test_what_is_read_is_what_the_result_says_of_every_kind_of_node(ran: Ran, past: History) -> None:
    graph = graph_of("a -> b -> d", "a -> c -> d")
    zeros = graph.add("array.zeros", shape=[400, 400])
    twice = graph.add("array.add", x2=1.0)
    graph.link(zeros["out"], twice["x1"])
    result = ran(graph)
    stored = {node.node: node for node in past.run().nodes}
    for name, node in result.nodes.items():
        kept = stored[shtairir.PortRef.parse(f"{name}.x").node]
        facts = (kept.status, kept.elapsed_s, kept.output_bytes, kept.peak_bytes, dict(kept.outputs), kept.reason)
        assert facts == (
            node.status,
            node.elapsed_s,
            node.output_bytes,
            node.peak_bytes,
            dict(node.outputs),
            node.reason,
        )


def test_a_run_can_be_opened_again_as_it_was(ran: Ran, past: History) -> None:
    graph = graph_of("a -> b")
    ran(graph, parameters={})
    again = past.run().graph()
    assert again is not None
    assert again.snapshot().to_bytes() == graph.snapshot().to_bytes()
    assert again.path is not None
    assert not again.path.exists()


def test_values_for_one_run_only_are_in_its_graph(ran: Ran, past: History) -> None:
    graph = shtairir.Graph("demo")
    graph.add("math.number", value=3)
    ran(graph, parameters={"number.value": 7})
    kept = past.run().graph()
    assert kept is not None
    assert kept.snapshot().nodes[next(iter(kept.snapshot().nodes))].values == {"value": 7}


def test_a_short_run_by_a_program_leaves_nothing(home: Path) -> None:
    shtairir.run(graph_of("a -> b"))
    writer().flush(10)
    assert not (home / "history.sqlite").exists()


def test_a_run_that_lasts_is_kept_whoever_starts_it(home: Path, past: History) -> None:
    graph = shtairir.Graph("demo")
    graph.add(slow)
    shtairir.run(graph)
    writer().flush(10)
    assert [run.origin for run in past.runs()] == ["api"]


def test_nothing_is_kept_when_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", "")
    assert history() is None
    handle = shtairir.start(graph_of("a"), origin="cli")
    handle.wait(10)
    assert handle.chronicle is None


def test_events_worth_knowing_are_kept(ran: Ran, past: History) -> None:
    @block
    def warns(context: Context) -> float:
        """Complain."""
        context.log("Mind the gap.", "warning")
        context.log("Nothing to see here.")
        return 1.0

    graph = shtairir.Graph("demo")
    graph.add(warns)
    ran(graph, instruments=[shtairir.testing.EventRecorder()])  # type: ignore[attr-defined]
    assert [(event.kind, event.text) for event in past.run().events] == [("warning", "Mind the gap.")]


def test_a_run_tells_what_it_took_of_the_machine(ran: Ran, past: History) -> None:
    graph = shtairir.Graph("demo")
    graph.add(slow)
    ran(graph, workers=1)
    use = {one.name: one for one in past.run().resources}
    assert use["workers"].peak >= 0.06
    assert use["workers"].peak <= use["workers"].capacity
    assert "processor" in use


def test_a_key_may_be_shortened_as_long_as_it_names_one_run(ran: Ran, past: History) -> None:
    for _ in range(2):
        ran(graph_of("a"))
    latest, before = past.runs()
    assert past.run("last").key == latest.key
    assert past.run(str(before.key)).key == before.key
    with pytest.raises(HistoryError, match="Several runs begin with '20'"):
        past.run("20")
    with pytest.raises(HistoryError, match="There is no run 'nothing'"):
        past.run("nothing")


def test_there_is_no_last_run_before_the_first(past: History) -> None:
    assert past.runs() == []
    with pytest.raises(HistoryError, match="No run has been recorded yet"):
        past.run()


def test_instances_are_there_beside_what_is_in_them(ran: Ran, past: History) -> None:
    graph = shtairir.Graph("demo")
    first = graph.add("math.number", value=3)
    second = graph.add("math.add", b=1)
    graph.link(first["out"], second["a"])
    instance = graph.make_subgraph([first.id, second.id], "inner")
    ran(graph)
    record = past.run()
    whole = next(node for node in record.nodes if node.parts)
    assert whole.node == getattr(instance, "id", instance) or whole.parts
    assert whole.status is NodeStatus.DONE
    assert record.summary.nodes == len([node for node in record.nodes if not node.parts])


def test_of_very_many_failures_only_the_first_are_told_at_length(ran: Ran, past: History) -> None:
    graph = shtairir.Graph("demo")
    for number in range(120):
        graph.add("math.divide", a=float(number), b=0, id=f"d{number}")
    ran(graph, level="none")
    errors = [node.error for node in past.run().nodes]
    assert all(error is not None and error.message for error in errors)
    assert [bool(error and error.traceback) for error in errors] == [True] * 100 + [False] * 20


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folders of people apart by itself")
def test_the_history_is_for_its_owner_alone(ran: Ran, home: Path) -> None:
    ran(graph_of("a"))
    assert (home / "history.sqlite").stat().st_mode & 0o077 == 0


def test_letters_that_cannot_be_written_are_replaced_and_nothing_else_is_lost(ran: Ran, past: History) -> None:
    strange = "scan" + chr(0xDCFF) + ".png"

    @block
    def unreadable(context: Context, x: float = 1.0) -> float:
        """Fail with the name of a file that is no text."""
        context.log(f"{strange} is looked at.", level="warning")
        raise FileNotFoundError(f"{strange} is not there.")

    graph = shtairir.Graph(f"about {strange}")
    graph.add(unreadable, id="bad")
    ran(graph, instruments=[EventRecorder()])
    record = past.run()
    assert (record.summary.status, record.summary.origin) == ("failed", "cli")
    assert (record.summary.graph, record.summary.error) == ("about scan�.png", "bad: scan�.png is not there.")
    assert [one.message for one in record.attempts] == ["scan�.png is not there."]
    assert [event.text for event in record.events] == ["scan�.png is looked at."]
    failed = record.node("bad")
    assert failed is not None
    assert failed.error is not None
    assert failed.error.message == "scan�.png is not there."
    assert [run.graph for run in past.runs(graph=graph.name)] == ["about scan�.png"]
    assert past.statistics(by="graph", graph=graph.name).runs == 1
    json.dumps(record.to_dict(), ensure_ascii=False).encode()
