"""What is wrong with a policy is said with its node, its key and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import shtairir
from shtairir.block import Image, block, definition_of
from shtairir.document import SetGraphPolicy, SetPolicy
from shtairir.errors import ExpressionError, PlanningError
from shtairir.ids import NodeId
from shtairir.policy import NodePolicy, fallback_values, holds
from shtairir.policy.faults import graph_faults, node_faults
from shtairir.policy.settings import NODE_SETTINGS
from shtairir.validation import Problem


class Parts(NamedTuple):
    """Two results."""

    whole: int
    place: Path


@block(id="policy.parts", category="Test")
def parts(x: float = 0.0, count: int = 1) -> Parts:
    """Have two outputs."""
    return Parts(count, Path("there"))


@block(id="policy.picture", category="Test")
def picture(image: Image) -> Image:
    """Have an output that nobody can write."""
    return image


@block(id="policy.say", category="Test", pure=False)
def say(text: str = "") -> None:
    """Have no output."""


@block(id="policy.wait", category="Test", runs_on="async")
async def wait(x: float = 0.0) -> float:
    """Run on the event loop."""
    return x


def problems(function: object, **policy: object) -> list[Problem]:
    graph = shtairir.Graph("test")
    node = graph.add(function, id="node")  # type: ignore[arg-type]
    graph.apply(SetPolicy(node.id, policy))
    return [problem for problem in shtairir.validate(graph) if problem.code == "bad_policy"]


def said(function: object, **policy: object) -> str:
    (problem,) = problems(function, **policy)
    return str(problem)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("retries", -1),
        ("retries", True),
        ("retries", 2.0),
        ("retries", None),
        ("backoff_s", "2 s"),
        ("backoff_factor", 0.5),
        ("backoff_cap_s", -1),
        ("jitter", 1.5),
        ("retry_on", "ValueError"),
        ("never_retry_on", [""]),
        ("timeout_s", 0),
        ("timeout_s", "5 min"),
        ("condition", 3),
        ("condition", " "),
        ("on_failure", "carry on"),
        ("fallback", [1]),
        ("priority", 1),
        ("criticality", "vital"),
        ("worker", "gpu"),
        ("depends_on", "api"),
    ],
)
def test_what_does_not_fit_is_told_with_its_node_its_key_and_what_would(key: str, value: object) -> None:
    sentence = said(parts, **{key: value})
    assert sentence.startswith(f"error: The policy of 'node': '{key}' cannot be ")
    assert " Write " in sentence


@pytest.mark.parametrize("key", NODE_SETTINGS)
def test_every_setting_refuses_what_it_cannot_be(key: str) -> None:
    assert NODE_SETTINGS[key](object())


def test_a_key_that_nobody_knows_is_told_with_the_one_that_was_meant() -> None:
    assert "there is no setting 'retires'. Did you mean 'retries'?" in said(parts, retires=3)


def test_the_offered_edit_takes_out_what_is_wrong_and_nothing_else() -> None:
    (problem,) = problems(parts, retires=3, timeout_s=5)
    graph = shtairir.Graph("test")
    graph.add(parts, id="node")
    graph.apply(SetPolicy(NodeId("node"), {"retires": 3, "timeout_s": 5}))
    assert problem.edit is not None
    graph.apply(problem.edit)
    assert graph.node("node").policy == {"timeout_s": 5}


def test_a_condition_must_be_an_expression_over_the_inputs() -> None:
    assert "the condition 'count >' cannot be read" in said(parts, condition="count >")
    sentence = said(parts, condition="total > 3")
    assert "names 'total', which is no input. Its inputs are: x, count." in sentence
    assert not problems(parts, condition="count > 3 and x < 1")


def test_a_fallback_value_must_fit_its_output() -> None:
    assert "there is no fallback value for the output 'place'" in said(
        parts, on_failure="fallback", fallback={"whole": 1}
    )
    assert "the fallback value of 'whole' does not fit" in said(
        parts, on_failure="fallback", fallback={"whole": "many", "place": "x"}
    )
    assert "'total', which is no output. Its outputs are: whole, place." in said(parts, fallback={"total": 1})
    assert not problems(parts, on_failure="fallback", fallback={"whole": 1, "place": "x"})


def test_an_output_that_cannot_be_written_has_no_fallback_value_and_the_sentence_says_what_else_to_do() -> None:
    sentence = said(picture, on_failure="fallback")
    assert "Try block" in sentence
    assert "has no outputs" in said(say, on_failure="fallback")


def test_a_worker_must_be_able_to_run_the_block() -> None:
    assert "is not" in said(parts, worker="async")
    assert "async function" in said(wait, worker="process")
    assert not problems(wait, worker="async")
    assert not problems(parts, worker="process")


def test_a_graph_is_told_of_its_own_policy() -> None:
    graph = shtairir.Graph("test")
    policy = {"timeout_s": -5, "checkpoint": "all", "node": {"retries": 2.5, "fallback": {}, "on_failure": "fallback"}}
    graph.apply(SetGraphPolicy(policy))
    found = [problem for problem in shtairir.validate(graph) if problem.code == "bad_policy"]
    assert [problem.node for problem in found] == [None] * 5
    assert "Did you mean 'checkpoints'?" in " ".join(map(str, found))
    for problem in found:
        assert problem.edit is not None
        graph.apply(problem.edit)
    assert {fault.key for fault in graph_faults({"node": 3})} == {"node"}


def test_an_instance_cannot_name_the_ports_of_what_is_in_it() -> None:
    graph = shtairir.Graph("test")
    one = graph.add("math.number", value=3)
    two = graph.add("math.add", a=one["out"], b=1)
    step = graph.make_subgraph([two.id], "step")
    graph.apply(SetPolicy(step.id, {"condition": "a > 1", "retries": 2}))
    (problem,) = [each for each in shtairir.validate(graph) if each.code == "bad_policy"]
    assert "differ among the nodes in it. Set it on a node in it." in str(problem)


def test_a_node_that_only_hands_on_has_no_condition() -> None:
    assert "only hands on. Set it on the node that makes the value." in said("flow.if", condition="condition")
    assert not problems("flow.if", priority="high")


def test_a_graph_with_a_bad_policy_is_not_planned() -> None:
    graph = shtairir.Graph("test")
    node = graph.add(parts)
    graph.apply(SetPolicy(node.id, {"retries": "many"}))
    with pytest.raises(PlanningError) as caught:
        shtairir.plan(graph)
    assert [problem.code for problem in caught.value.problems] == ["bad_policy"]


def test_a_fault_is_found_without_the_block_too() -> None:
    assert [fault.key for fault in node_faults({"retries": "many", "condition": "a b"})] == ["retries", "condition"]


def test_a_condition_is_worked_out_with_the_arguments() -> None:
    policy = NodePolicy(condition="count > 2")
    assert holds(policy, {"count": 3, "other": object()})
    assert not holds(policy, {"count": 2})
    assert holds(NodePolicy(), {})
    with pytest.raises(ExpressionError):
        holds(policy, {"count": "three"})


def test_fallback_values_are_of_the_outputs_in_their_order(tmp_path: Path) -> None:
    definition = definition_of(parts)
    policy = NodePolicy(fallback={"place": "out.txt", "whole": 3})
    assert fallback_values(policy, definition, tmp_path) == (3, tmp_path / "out.txt")
    assert fallback_values(NodePolicy(), definition) == (None, None)


def test_a_long_condition_is_not_repeated_in_full() -> None:
    (fault,) = node_faults({"condition": "(" * 5000})
    assert len(fault.message) < 300
