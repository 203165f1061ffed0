"""What an instance says of the nodes in it.

In a run there are no instances, only what is in them. So the policy of an instance is that of all nodes in it that say
nothing else themselves; and a graph file that is used as a block brings along what it says of its nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shtairir.block.definition import BlockDefinition
from shtairir.policy.settings import NODE_SETTINGS, OF_ONE_NODE, fitting


def said_by_instance(own: Mapping[str, object], file: Mapping[str, object]) -> dict[str, object]:
    """Return what holds for the nodes in an instance.

    Parameters
    ----------
    own
        The policy of the instance itself.
    file
        That of the graph file which it stands for, if it does.

    Examples
    --------
    >>> said_by_instance({"retries": 1, "condition": "x > 0"}, {"node": {"retries": 5, "timeout_s": 2}})
    {'retries': 1, 'timeout_s': 2}
    """
    said = {**fitting(file.get("node"), NODE_SETTINGS), **fitting(own, NODE_SETTINGS)}
    return {key: said[key] for key in NODE_SETTINGS if key in said and key not in OF_ONE_NODE}


def handed_in(own: Mapping[str, Any], said: Mapping[str, Any], definition: BlockDefinition) -> dict[str, Any]:
    """Return the policy of a node in an instance.

    An effect happens twice only if somebody says so of this very node or block, so retries are not handed in to it.
    """
    if not definition.traits.repeatable:
        said = {key: value for key, value in said.items() if key != "retries"}
    return {**said, **own}
