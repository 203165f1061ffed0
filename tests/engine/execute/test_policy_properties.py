"""What must hold for any graph whose nodes have policies: at every level what a few lines of Python say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.block import Context, block
from shtairir.events import NodeFailed, NodeFinished, NodeRetrying, NodeSkipped, NodeStarted
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers
from shtairir.session import start_plan, wait_for
from shtairir.testing import EventRecorder, FakeClock

LEVELS = ["none", "basic", "balanced", "aggressive"]
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

tries: dict[str, int] = {}


@block(id="policies.trying")
def trying(
    context: Context, x: float = 0.0, y: float = 0.0, failures: int = 0, lasting: bool = False, own: str = ""
) -> float:
    """Fail so many times, for a reason that passes or one that lasts. Its own name keeps it from being merged."""
    node = str(context.node)
    tries[node] = tries.get(node, 0) + 1
    assert context.attempt == tries[node]
    if tries[node] <= failures:
        raise ValueError("for good") if lasting else ConnectionError("not now")
    return x + 2 * y + 1


@dataclass
class Node:
    """A node and what is to happen in it."""

    name: str
    feeds: dict[str, int]
    failures: int
    lasting: bool
    policy: dict[str, Any]


@dataclass
class Expected:
    """What the model says of a run."""

    statuses: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    run: str = "done"


@st.composite
def programs(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 8))):
        feeds = {port: draw(st.integers(0, number - 1)) for port in "xy" if number and draw(st.booleans())}
        policy: dict[str, Any] = {"retries": draw(st.integers(0, 2))}
        kind = draw(st.sampled_from(["finish", "finish", "continue", "fallback", "low", "condition", "high"]))
        if kind == "continue":
            policy["on_failure"] = "continue"
        elif kind == "fallback":
            policy |= {"on_failure": "fallback", "fallback": {"out": 100.0}}
        elif kind == "low":
            policy["criticality"] = "low"
        elif kind == "condition":
            policy["condition"] = "x >= 2"
        elif kind == "high":
            policy["priority"] = "high"
        nodes.append(Node(f"n{number}", feeds, draw(st.integers(0, 3)), draw(st.booleans()), policy))
    return nodes


def graph_of(nodes: list[Node]) -> shtairir.Graph:
    graph = shtairir.Graph("policies")
    for node in nodes:
        graph.add(trying, id=node.name, values={"failures": node.failures, "lasting": node.lasting, "own": node.name})
        graph.set_policy(node.name, **node.policy)
        for port, source in node.feeds.items():
            graph.link(f"n{source}.out", f"{node.name}.{port}")
    return graph


def modelled(nodes: list[Node]) -> Expected:
    """Return what is to become of each node, one after the other."""
    expected = Expected()
    missing_by: dict[str, bool] = {}  # whether a failure is accepted
    for node in nodes:
        values = {port: expected.values.get(f"n{source}") for port, source in node.feeds.items()}
        if any(value is None for value in values.values()):
            expected.statuses[node.name] = "skipped"
            continue
        given_values: Mapping[str, float] = {"x": 0.0, "y": 0.0, **{k: v for k, v in values.items() if v is not None}}
        if "condition" in node.policy and not given_values["x"] >= 2:
            expected.statuses[node.name] = "skipped"
            continue
        allowed = 1 if node.lasting else node.policy["retries"] + 1
        expected.attempts[node.name] = min(node.failures + 1, allowed)
        if node.failures < allowed:
            expected.statuses[node.name] = "done"
            expected.values[node.name] = given_values["x"] + 2 * given_values["y"] + 1
        elif "fallback" in node.policy:
            expected.statuses[node.name] = "done"
            expected.values[node.name] = 100.0
        else:
            expected.statuses[node.name] = "failed"
            missing_by[node.name] = node.policy.get("on_failure") == "continue" or "criticality" in node.policy
    if missing_by:
        read = {source for node in nodes for source in node.feeds.values()}
        left = any(node.name in expected.values for number, node in enumerate(nodes) if number not in read)
        expected.run = "partial" if all(missing_by.values()) and left else "failed"
    return expected


def looked_at(nodes: list[Node], level: str, *, threads: bool) -> tuple[shtairir.RunResult, EventRecorder]:
    """Run it, and return what came of it; without threads on a clock that stands still while there is work."""
    tries.clear()
    seen = EventRecorder()
    plan = shtairir.plan(graph_of(nodes), level=level, workers=3)
    if threads:
        options = RunOptions(instruments=[seen], keep=None)
    else:
        clock = FakeClock()
        options = RunOptions(instruments=[seen], keep=None, clock=clock, wait=clock.advance, workers=InlineWorkers())
    return wait_for(start_plan(plan, options)), seen


@SLOW
@given(programs(), st.sampled_from(LEVELS))
def test_every_level_does_what_the_policies_say(nodes: list[Node], level: str) -> None:
    expected = modelled(nodes)
    result, seen = looked_at(nodes, level, threads=False)
    assert {name: str(node.status) for name, node in result.nodes.items()} == expected.statuses
    assert {name.removesuffix(".out"): value for name, value in result.results.items()} == expected.values
    assert dict(tries.items()) == expected.attempts
    assert str(result.status) == expected.run
    for name, count in expected.attempts.items():
        assert result.nodes[name].attempts == count
    told = {
        kind: [event.node for event in seen.events if isinstance(event, kind)]
        for kind in (NodeStarted, NodeFinished, NodeFailed, NodeSkipped, NodeRetrying)
    }
    by_status = {
        status: sorted(name for name, one in expected.statuses.items() if one == status)
        for status in ("done", "failed", "skipped")
    }
    assert sorted(told[NodeFinished]) == by_status["done"]
    assert sorted(told[NodeFailed]) == by_status["failed"]
    assert sorted(told[NodeSkipped]) == by_status["skipped"]
    assert len(told[NodeStarted]) == sum(expected.attempts.values())
    assert len(told[NodeRetrying]) == sum(count - 1 for count in expected.attempts.values())
    assert set(result.missing).isdisjoint(result.results)


@settings(SLOW, max_examples=25)
@given(programs(), st.sampled_from(LEVELS))
def test_threads_come_to_the_same(nodes: list[Node], level: str) -> None:
    for node in nodes:
        node.policy |= {"backoff_s": 0.001, "backoff_cap_s": 0.002}
    expected = modelled(nodes)
    result, _ = looked_at(nodes, level, threads=True)
    assert {name: str(node.status) for name, node in result.nodes.items()} == expected.statuses
    assert {name.removesuffix(".out"): value for name, value in result.results.items()} == expected.values
    assert str(result.status) == expected.run
