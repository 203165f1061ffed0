"""The function that undoes what a block has done: ``@block(pure=False, compensate=give_back)``.

It is called with what it names of: the block's inputs, as the block got them; ``result``, what the block returned; and
the `Context`, in an argument that is annotated so. It may be called again after an attempt that failed, so what it does
must not do harm twice.

Examples
--------
>>> def give_back(account: str, result: str) -> None:
...     print(f"cancel booking {result} of {account}")
>>> Compensation.of(give_back).names
('account', 'result')
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from shtairir.block.context import Context
from shtairir.block.past import MakeError

RESULT = "result"
"""The argument that receives what the block returned: one value, or a tuple of its outputs."""


class Compensation(NamedTuple):
    """What a compensation is called with.

    Attributes
    ----------
    names
        Inputs of the block, and ``result``; what is neither has a default of its own and is not given.
    context_argument
        The argument that takes the context, if there is one.
    """

    names: tuple[str, ...]
    context_argument: str | None = None

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Compensation:
        """Return what a function asks for."""
        names = []
        context = None
        hints = _hints(function)
        for name, parameter in inspect.signature(function).parameters.items():
            if hints.get(name) is Context:
                context = name
            elif parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                names.append(name)
        return cls(tuple(names), context)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return {}


def check_compensate(error: MakeError, function: Any, inputs: Collection[str], *, pure: bool) -> None:
    """Refuse a compensation that cannot be called with what there is.

    Parameters
    ----------
    error
        Takes a sentence, an argument and a hint, and names the block.
    inputs
        The names of the block's inputs.
    """
    if function is None:
        return
    if not callable(function):
        raise error("compensate is not a function.", hint="Give the function that undoes what the block does.")
    if pure:
        raise error("it has a compensation, but is pure: there would be nothing to undo.", hint="Add pure=False.")
    if RESULT in inputs:
        raise error(
            f"it has an input '{RESULT}', which its compensation could not tell from what the block returned.",
            argument=RESULT,
            hint="Rename the input.",
        )
    taken = Compensation.of(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if name == taken.context_argument or parameter.default is not parameter.empty:
            continue
        if name not in taken.names:
            raise error(f"compensate takes '{parameter}', which has no name.", hint="Name what it needs.")
        if name != RESULT and name not in inputs:
            listed = ", ".join(f"'{one}'" for one in (*inputs, RESULT))
            raise error(f"compensate asks for '{name}', which there is not.", hint=f"It may ask for {listed}.")
