"""The cheap variant of a block: ``@block(preview=rough_blur)``.

It is called with the arguments that the block gets, and its outputs have the types and shapes of the block's, so that
what follows works with them; they may be rougher, and shall be made in a few milliseconds.

Examples
--------
>>> from shtairir.block import block
>>> def rough(x: float, steps: int = 100) -> float:
...     return x * 2
>>> @block(category="Math", preview=rough)
... def exact(x: float, steps: int = 100) -> float:
...     '''Double a number step by step.'''
...     return sum(x / steps for _ in range(2 * steps))
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.block.past import MakeError

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition


def check_preview(error: MakeError, function: Callable[..., Any], preview: Any, *, pure: bool) -> None:
    """Refuse a preview that cannot be called in the place of the block.

    Parameters
    ----------
    error
        Takes a sentence, an argument and a hint, and names the block.
    function
        The block's own function.
    """
    if preview is None:
        return
    if not callable(preview):
        raise error("preview is not a function.", hint="Give a function that takes the arguments of the block.")
    if not pure:
        raise error("it has a preview, but also effects.", hint="Only a pure block can have a preview.")
    wanted, given = (list(inspect.signature(one).parameters) for one in (function, preview))
    if wanted != given:
        listed = ", ".join(wanted) or "none"
        raise error("preview takes other arguments than the block.", hint=f"Let it take the same, in order: {listed}.")


@functools.lru_cache(maxsize=512)
def previewed_block(definition: BlockDefinition) -> BlockDefinition:
    """Return a block that does what the preview of another does; itself if it has none."""
    preview = definition.traits.preview
    if preview is None:
        return definition
    # What is known of the time and the memory that the block takes does not hold for its preview.
    return replace(definition, function=preview, traits=replace(definition.traits, preview=None, cost=None))
