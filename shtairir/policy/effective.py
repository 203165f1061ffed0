"""What holds for a node, from what the node, the graph and the block say, in this order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from shtairir.block.definition import BlockDefinition
from shtairir.block.loops import LOOPS
from shtairir.policy.model import GraphPolicy, NodePolicy
from shtairir.policy.settings import BACKOFF, NODE_SETTINGS, OF_ONE_NODE, RUN_SETTINGS, fitting

Origin: TypeAlias = Literal["node", "graph", "block", "default"]
"""Who says what a setting is."""

DEFAULT = NodePolicy()
DEFAULT_OF_GRAPH = GraphPolicy(DEFAULT)


def graph_policy(raw: Mapping[str, object]) -> GraphPolicy:
    """Return the policy of a graph, from what its file holds.

    Examples
    --------
    >>> policy = graph_policy({"node": {"retries": 1}, "timeout_s": None})
    >>> policy.node.retries, policy.node.timeout_s, policy.timeout_s
    (1, 300.0, None)
    """
    if not raw:
        return DEFAULT_OF_GRAPH
    given = {key: value for key, value in fitting(raw.get("node"), NODE_SETTINGS).items() if key not in OF_ONE_NODE}
    run: dict[str, Any] = fitting(raw, RUN_SETTINGS)
    return GraphPolicy(made(DEFAULT, given), given=given, **run)


def effective_policy(definition: BlockDefinition | None, graph: GraphPolicy, raw: Mapping[str, object]) -> NodePolicy:
    """Return the policy that holds for a node; nodes that say nothing share one.

    Parameters
    ----------
    definition
        The node's block, if it is known.
    raw
        What the node says itself, as the file holds it.

    Examples
    --------
    >>> effective_policy(None, graph_policy({"node": {"retries": 1}}), {"timeout_s": 2}).retries
    1
    """
    policy = graph.node
    declared = dict(_declared(definition, graph)) if definition is not None else {}
    if declared:
        policy = made(policy, declared)
    own = fitting(raw, NODE_SETTINGS) if raw else None
    return made(policy, own) if own else policy


def origin_of(key: str, definition: BlockDefinition | None, graph: GraphPolicy, raw: Mapping[str, object]) -> Origin:
    """Return who says what a setting of a node is.

    Examples
    --------
    >>> origin_of("retries", None, graph_policy({"node": {"retries": 1}}), {"timeout_s": 2})
    'graph'
    """
    if key in fitting(raw, NODE_SETTINGS):
        return "node"
    if definition is not None and key in dict(_declared(definition, graph)):
        return "block"
    return "graph" if key in graph.given else "default"


def _declared(definition: BlockDefinition, graph: GraphPolicy) -> Iterator[tuple[str, object]]:
    """Yield what holds for all nodes of a block and is not what holds for all nodes of the graph."""
    traits, given = definition.traits, graph.given
    is_loop = definition.id in LOOPS
    if is_loop:
        # It takes as long as all that it repeats, each of which has a limit of its own, or that of the graph.
        yield "timeout_s", None
    elif traits.timeout_s is not None and "timeout_s" not in given:
        yield "timeout_s", traits.timeout_s
    if traits.retries is not None:
        if "retries" not in given or not traits.repeatable:
            yield "retries", traits.retries
    elif not traits.repeatable or is_loop:
        # An effect happens twice only if somebody says so of this very block or node. What a loop repeats is retried.
        yield "retries", 0
    if traits.runs_on != "thread" and "worker" not in given:
        yield "worker", traits.runs_on
    if traits.depends_on and "depends_on" not in given:
        yield "depends_on", traits.depends_on


def made(policy: NodePolicy, settings: Mapping[str, Any]) -> NodePolicy:
    """Return a policy with some settings as a file holds them."""
    changes: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in settings.items() if key not in BACKOFF
    }
    waits = {BACKOFF[key]: float(value) for key, value in settings.items() if key in BACKOFF}
    if waits:
        changes["backoff"] = replace(policy.backoff, **waits)
    return replace(policy, **changes)


def difference(policy: NodePolicy, other: NodePolicy) -> dict[str, object]:
    """Return the settings in which a policy is not like another, as a file would hold them.

    Examples
    --------
    >>> difference(NodePolicy(retries=1, retry_on=("OSError",)), NodePolicy())
    {'retries': 1, 'retry_on': ['OSError']}
    """
    if policy is other:
        return {}
    pairs = ((key, setting(policy, key)) for key in NODE_SETTINGS if setting(policy, key) != setting(other, key))
    return {key: list(value) if isinstance(value, tuple) else value for key, value in pairs}


def setting(policy: NodePolicy, key: str) -> object:
    """Return a setting of a policy by its key in the file.

    Examples
    --------
    >>> setting(NodePolicy(), "backoff_s")
    2.0
    """
    if key in BACKOFF:
        return getattr(policy.backoff, BACKOFF[key])
    return getattr(policy, key)
