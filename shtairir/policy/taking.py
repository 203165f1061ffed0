"""What a policy has a run do: look at a condition, take a fallback value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shtairir.block.definition import BlockDefinition
from shtairir.policy.model import NodePolicy


def holds(policy: NodePolicy, arguments: Mapping[str, object]) -> bool:
    """Return whether a node is to be run at all, with the arguments that its block would be called with.

    Raises
    ------
    ExpressionError
        When the condition cannot be worked out with them.

    Examples
    --------
    >>> holds(NodePolicy(condition="count > 2"), {"count": 2})
    False
    """
    if policy.condition is None:
        return True
    from shtairir.block.expression import compile_expression  # few nodes have one

    return compile_expression(policy.condition).holds(arguments)


def fallback_values(policy: NodePolicy, definition: BlockDefinition, base_dir: Path = Path()) -> tuple[object, ...]:
    """Return what takes the place of a node's outputs, in their order; ``None`` for one without a fallback value.

    Raises
    ------
    ValueError
        When a value does not fit its output. A graph that was validated has none of these.
    """
    return tuple(
        _anchored(port.type.parse(policy.fallback[port.name]), base_dir) if port.name in policy.fallback else None
        for port in definition.outputs
    )


def _anchored(value: object, base_dir: Path) -> object:
    return base_dir / value if isinstance(value, Path) else value
