"""How nodes and graphs are to be run: said, taken back, kept in the file, copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shtairir.block import block
from shtairir.document import Graph, dumps, load, loads, save
from shtairir.document.change import Change
from shtairir.errors import EditError


@block(id="policies.work", category="Test")
def work(x: float = 0.0) -> float:
    """Work."""
    return x


@pytest.fixture
def graph() -> Graph:
    graph = Graph("demo")
    graph.add("math.number", id="three", value=3)
    graph.add("math.add", id="sum", a=graph.add("math.number", id="two", value=2)["out"], b=1)
    return graph


def test_what_is_said_of_a_node_holds_for_it(graph: Graph) -> None:
    graph.set_policy("sum", retries=5, backoff_s=0.5)
    graph.set_policy("sum", timeout_s=None)
    policy = graph.policy("sum")
    assert (policy.retries, policy.backoff.first_s, policy.timeout_s) == (5, 0.5, None)
    assert graph.policy("three").retries == 3


def test_what_is_said_of_the_graph_holds_for_nodes_that_say_nothing(graph: Graph) -> None:
    graph.set_policy(None, timeout_s=60, node={"retries": 1})
    graph.set_policy(None, checkpoints="all", node={"timeout_s": 7})
    assert (graph.policy().timeout_s, graph.policy().checkpoints) == (60, "all")
    assert (graph.policy("sum").retries, graph.policy("sum").timeout_s) == (1, 7)


def test_every_word_of_it_can_be_taken_back(graph: Graph) -> None:
    before = dumps(graph)
    graph.set_policy("sum", retries=5)
    graph.set_policy(None, node={"retries": 1})
    graph.unset_policy("sum", "retries")
    assert graph.undo() == "change how sum runs"
    assert graph.undo() == "change how the graph runs"
    assert graph.undo() == "change how sum runs"
    assert dumps(graph) == before
    assert graph.redo() is not None
    assert graph.policy("sum").retries == 5


def test_a_setting_that_is_taken_out_leaves_nothing_behind(graph: Graph) -> None:
    before = dumps(graph)
    graph.set_policy("sum", retries=5, timeout_s=3)
    graph.unset_policy("sum", "retries", "timeout_s", "priority")
    graph.set_policy(None, timeout_s=5, node={"retries": 1})
    graph.unset_policy(None, "node.retries", "timeout_s")
    assert dumps(graph) == before
    graph.set_policy("sum", retries=5, timeout_s=3)
    graph.unset_policy("sum")
    graph.set_policy(None, timeout_s=5)
    graph.unset_policy(None)
    assert dumps(graph) == before


def test_the_file_holds_only_what_was_said_in_one_order(graph: Graph) -> None:
    graph.set_policy("sum", on_failure="continue", retries=5)
    graph.set_policy("three", retries=5, on_failure="continue")
    graph.set_policy(None, checkpoints="none", node={"jitter": 0, "retries": 2})
    text = dumps(graph).decode()
    assert text.count('"policy": {"retries": 5, "on_failure": "continue"}') == 2
    data = json.loads(text)
    assert data["policy"] == {"node": {"retries": 2, "jitter": 0}, "checkpoints": "none"}
    assert list(data)[:5] == ["format", "version", "name", "description", "policy"]


def test_one_setting_is_one_line_of_difference(graph: Graph) -> None:
    before = dumps(graph).decode().splitlines()
    graph.set_policy("sum", retries=5)
    assert len(set(dumps(graph).decode().splitlines()) - set(before)) == 1
    before = dumps(graph).decode().splitlines()
    graph.set_policy(None, timeout_s=60)
    assert len(set(dumps(graph).decode().splitlines()) - set(before)) == 1


def test_a_file_says_what_was_said(graph: Graph, tmp_path: Path) -> None:
    graph.set_policy("sum", timeout_s=None, fallback={"out": 3}, on_failure="fallback", depends_on=("api",))
    graph.set_policy(None, timeout_s=None, node={"retries": 0})
    save(graph, tmp_path / "demo.shtairir")
    again = load(tmp_path / "demo.shtairir")
    assert again.policy("sum") == graph.policy("sum")
    assert again.policy() == graph.policy()
    assert dumps(again) == dumps(graph)


def test_what_this_program_does_not_know_of_a_policy_is_kept() -> None:
    file = {
        "format": "shtairir-graph",
        "version": 1,
        "policy": {"node": {"mood": "calm"}, "weather": "dry"},
        "nodes": [{"id": "a", "block": "math.number", "policy": {"mood": "brave"}}],
    }
    graph = loads(json.dumps(file).encode())
    graph.set_policy("a", retries=1)
    graph.set_policy(None, timeout_s=5)
    data = json.loads(dumps(graph))
    assert data["policy"] == {"node": {"mood": "calm"}, "timeout_s": 5, "weather": "dry"}
    assert data["nodes"][0]["policy"] == {"retries": 1, "mood": "brave"}


@pytest.mark.parametrize(
    ("node", "settings", "sentence"),
    [
        ("sum", {"retires": 3}, "The policy of 'sum': there is no setting 'retires'. Did you mean 'retries'?"),
        ("sum", {"retries": "many"}, "'retries' cannot be the text 'many'. Write a whole number from 0 to 1000."),
        ("some", {"retries": 3}, "'some'"),
        (None, {"retries": 3}, "The policy of the graph: there is no setting 'retries'."),
        (None, {"node": {"condition": "x > 0"}}, "'condition' names inputs or outputs"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    graph: Graph, node: str | None, settings: dict[str, object], sentence: str
) -> None:
    before = dumps(graph)
    with pytest.raises(EditError) as caught:
        graph.set_policy(node, **settings)
    assert sentence in str(caught.value)
    assert dumps(graph) == before


def test_an_instance_is_not_given_what_only_one_node_can_have(graph: Graph) -> None:
    step = graph.make_subgraph(["sum"], "step")
    with pytest.raises(EditError, match="Set it on a node in it"):
        graph.set_policy(step, condition="a > 1")
    graph.set_policy(step, retries=1)


def test_a_definition_has_no_policy_of_its_own(graph: Graph) -> None:
    graph.make_subgraph(["sum"], "step")
    inner = graph.subgraphs["step"]
    inner.set_policy("sum", retries=1)
    assert inner.policy("sum").retries == 1
    with pytest.raises(EditError, match="A definition has no policy of its own"):
        inner.set_policy(None, timeout_s=3)
    with pytest.raises(EditError, match="A definition has no policy of its own"):
        inner.unset_policy(None)
    graph.set_policy(None, node={"timeout_s": 8})
    assert inner.policy("sum").timeout_s == 8


def test_a_copy_is_run_as_the_original_is(graph: Graph) -> None:
    graph.set_policy("sum", retries=5)
    (pasted,) = graph.paste_text(graph.copy_text(["sum"]))
    (doubled,) = graph.duplicate(["sum"])
    assert graph.node(pasted).policy == graph.node(doubled).policy == {"retries": 5}


def test_who_listens_is_told_that_the_result_may_be_another(graph: Graph) -> None:
    seen: list[Change] = []
    stop = graph.subscribe(seen.append)
    graph.set_policy(None, node={"retries": 1})
    graph.set_policy("sum", retries=2)
    graph.name = "other"
    stop()
    assert [(each.policy_changed, each.meta_changed, each.affects_result) for each in seen] == [
        (True, True, True),
        (False, False, True),
        (False, True, False),
    ]


def test_a_fingerprint_tells_policies_apart_but_not_the_order_of_their_settings(graph: Graph) -> None:
    plain = graph.fingerprint()
    graph.set_policy(None, node={"retries": 1}, timeout_s=3)
    first = graph.fingerprint()
    assert first != plain
    graph.undo()
    assert graph.fingerprint() == plain
    graph.set_policy(None, timeout_s=3)
    graph.set_policy(None, node={"retries": 1})
    assert graph.fingerprint() == first


def test_a_plan_follows_what_is_said(graph: Graph) -> None:
    import shtairir

    assert shtairir.plan(graph).policy.timeout_s == 7200
    graph.set_policy(None, timeout_s=5, node={"retries": 1})
    plan = shtairir.plan(graph)
    assert plan.policy.timeout_s == 5
    assert {task.policy.retries for task in plan.tasks} == {1}
    graph.set_policy("sum", priority="high")
    graph.unset_policy(None)
    task = shtairir.plan(graph).task("sum")
    assert task is not None
    assert (task.policy.priority, task.policy.retries) == ("high", 3)
