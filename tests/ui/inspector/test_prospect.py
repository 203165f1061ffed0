"""What the next run means for a node, and what a change of it would run again."""

from __future__ import annotations

from shtairir.document import Graph, SetState
from shtairir.forecasting import Forecast
from shtairir.ids import NodeId
from shtairir_ui.inspector.prospect import next_words, reach_words
from shtairir_ui.runtime import NodeRuntime


def _row() -> Graph:
    graph = Graph("row")
    for name in ("a", "b", "c"):
        graph.add("math.add", id=name)
    graph.link("a.out", "b.a")
    graph.link("b.out", "c.a")
    return graph


def test_node_says_why_it_runs_or_that_it_need_not() -> None:
    forecast = Forecast("row", {NodeId("b"): "a changed."}, (NodeId("a"),))
    assert next_words(forecast, NodeId("b")) == "Runs next time. a changed."
    assert next_words(forecast, NodeId("a")) == "Need not run next time: its result is there."
    assert next_words(forecast, NodeId("c")) == ""
    assert next_words(None, NodeId("b")) == ""


def test_instance_runs_if_something_in_it_does() -> None:
    forecast = Forecast("nested", {NodeId("clean/blur"): "sigma changed."}, (NodeId("clean/read"),))
    assert next_words(forecast, NodeId("clean")) == "Runs next time. sigma changed."


def test_reach_of_a_change_is_told_with_its_share_of_the_time() -> None:
    graph = _row().snapshot()
    times = {NodeId(name): NodeRuntime(elapsed_s=seconds) for name, seconds in (("a", 6.0), ("b", 3.0), ("c", 1.0))}
    first = reach_words(graph, times, NodeId("a"))
    assert first == (
        "A change here runs this node and 2 others after it again, for about 10.0 s: high impact, "
        "100 % of the time of all."
    )
    assert reach_words(graph, times, NodeId("c")).endswith("for about 1.0 s: low impact, 10 % of the time of all.")


def test_reach_without_times_is_told_without_them() -> None:
    assert reach_words(_row().snapshot(), {}, NodeId("b")) == "A change here runs this node and 1 other after it again."


def test_reach_of_a_node_out_of_action_is_that_it_is() -> None:
    graph = _row()
    graph.apply(SetState((NodeId("b"),), "bypassed"))
    graph.apply(SetState((NodeId("c"),), "disabled"))
    assert reach_words(graph.snapshot(), {}, NodeId("b")).startswith("Bypassed: it hands on what it is given")
    assert reach_words(graph.snapshot(), {}, NodeId("c")).startswith("Disabled: it does not run")
