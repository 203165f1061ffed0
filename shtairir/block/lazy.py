"""Blocks that hand on one of several inputs, of which only the chosen one is computed.

A block declares it with ``@block(lazy=Lazy(("then", "otherwise"), decide))``. The planner makes two tasks of such a
node: one decides, as soon as the other inputs are there; one hands the chosen value on, when that is there. Whatever
only leads to inputs that were not chosen does not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Decide: TypeAlias = Callable[[Mapping[str, Any], frozenset[str]], str]
"""From all inputs that are not lazy, and the names of those lazy ones that have a link or a value, to the chosen one.

What it raises is the failure of the node.
"""


@dataclass(frozen=True, slots=True)
class Lazy:
    """Which inputs are lazy, and how one of them is chosen.

    Attributes
    ----------
    inputs
        The lazy ones. The block's first output is the value of the chosen one.
    decide
        ``None`` for a block that tries: the first is chosen unless it fails, and the second instead of it. Its further
        outputs are whether the first one failed, and why.
    """

    inputs: tuple[str, ...]
    decide: Decide | None = None
