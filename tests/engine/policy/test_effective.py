"""What holds for a node: what it says itself, then its graph, then its block."""

from __future__ import annotations

from typing import Any

import pytest

from shtairir.block import block, definition_of
from shtairir.block.registry import default_registry
from shtairir.policy import Backoff, NodePolicy, effective_policy, graph_policy, origin_of, setting
from shtairir.policy.settings import NODE_SETTINGS

NOTHING = graph_policy({})


@block(id="policy.plain", category="Test")
def plain(x: float = 0.0) -> float:
    """Say nothing of how to be run."""
    return x


@block(id="policy.slow", category="Test", timeout_s=900, retries=1, runs_on="process", depends_on=("the sea",))
def slow(x: float = 0.0) -> float:
    """Say all that a block may say."""
    return x


@block(id="policy.write", category="Test", pure=False)
def write(x: float = 0.0) -> float:
    """Have an effect."""
    return x


@block(id="policy.put", category="Test", pure=False, retries=2)
def put(x: float = 0.0) -> float:
    """Have an effect that may as well happen twice."""
    return x


def policy(function: Any, raw: dict[str, Any] | None = None, graph: dict[str, Any] | None = None) -> NodePolicy:
    return effective_policy(definition_of(function), graph_policy(graph or {}), raw or {})


def test_nothing_said_is_three_retries_five_minutes_and_two_hours() -> None:
    found = policy(plain)
    assert (found.retries, found.timeout_s, found.backoff) == (3, 300.0, Backoff(2.0, 2.0, 60.0, 0.5))
    assert (found.on_failure, found.priority, found.criticality, found.worker) == ("finish", "normal", "normal", "auto")
    assert (NOTHING.timeout_s, NOTHING.checkpoints) == (7200.0, "expensive")


def test_the_node_goes_before_the_graph_which_goes_before_the_block() -> None:
    graph = {"node": {"timeout_s": 60, "retries": 7}}
    assert policy(slow).timeout_s == 900
    assert policy(slow, graph=graph).timeout_s == 60
    assert policy(slow, {"timeout_s": 5}, graph).timeout_s == 5
    assert policy(slow, {"timeout_s": None}, graph).timeout_s is None
    assert policy(slow, {"timeout_s": 5}, graph).retries == 7


def test_it_is_known_who_says_what_a_setting_is() -> None:
    graph = graph_policy({"node": {"timeout_s": 60}})
    definition = definition_of(slow)
    assert origin_of("retries", definition, graph, {"retries": 1}) == "node"
    assert origin_of("timeout_s", definition, graph, {}) == "graph"
    assert origin_of("retries", definition, graph, {}) == "block"
    assert origin_of("priority", definition, graph, {}) == "default"
    assert origin_of("retries", definition_of(write), graph, {}) == "block"


def test_a_block_says_on_what_it_runs_and_depends() -> None:
    found = policy(slow)
    assert (found.worker, found.depends_on, found.retries) == ("process", ("the sea",), 1)


def test_an_effect_is_tried_once_unless_its_block_or_node_says_otherwise() -> None:
    everywhere = {"node": {"retries": 5}}
    assert policy(write).retries == 0
    assert policy(write, graph=everywhere).retries == 0
    assert policy(write, {"retries": 2}).retries == 2
    assert policy(put).retries == 2
    assert policy(put, graph=everywhere).retries == 2


def test_a_loop_takes_as_long_as_what_it_repeats() -> None:
    definition = default_registry().get("flow.for_each")
    assert definition is not None
    found = effective_policy(definition, NOTHING, {})
    assert (found.timeout_s, found.retries) == (None, 0)
    assert effective_policy(definition, NOTHING, {"timeout_s": 9}).timeout_s == 9
    whole = graph_policy({"node": {"timeout_s": 60, "retries": 5}})
    found = effective_policy(definition, whole, {})
    assert (found.timeout_s, found.retries) == (None, 0)


def test_the_wait_between_attempts_is_set_piece_by_piece() -> None:
    graph = {"node": {"backoff_s": 1, "jitter": 0}}
    found = policy(plain, {"backoff_factor": 3, "backoff_cap_s": 30}, graph)
    assert found.backoff == Backoff(1.0, 3.0, 30.0, 0.0)
    assert [setting(found, key) for key in ("backoff_s", "backoff_factor", "jitter")] == [1.0, 3.0, 0.0]


def test_a_setting_that_does_not_fit_hides_no_other() -> None:
    found = policy(plain, {"retries": "many", "timeout_s": 8, "nonsense": 1})
    assert (found.retries, found.timeout_s) == (3, 8)


def test_the_graph_says_nothing_of_inputs_and_outputs_of_its_nodes() -> None:
    assert policy(plain, graph={"node": {"condition": "x > 1", "fallback": {"out": 1}}}) == NodePolicy()


def test_nodes_that_say_nothing_share_one_policy() -> None:
    assert policy(plain) is effective_policy(None, NOTHING, {})


@pytest.mark.parametrize("key", NODE_SETTINGS)
def test_every_setting_of_a_file_is_one_of_the_policy(key: str) -> None:
    assert setting(NodePolicy(), key) is not NotImplemented
