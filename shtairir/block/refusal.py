"""Blocks that must not run here: what they do is written in a file that nobody has trusted."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shtairir.block.definition import BlockDefinition
from shtairir.errors import UntrustedCodeError

if TYPE_CHECKING:
    from shtairir.block.interface import Scope


class Refused:
    """Stands for the function of a block, and refuses every call."""

    trusted = False

    def __init__(self, definition: BlockDefinition) -> None:
        functools.update_wrapper(self, definition.function, updated=())
        self.block = definition.id

    def __call__(self, *given: Any, **arguments: Any) -> Any:
        raise UntrustedCodeError(
            f"'{self.block}' runs what its values say, and the graph is not one that you have trusted.",
            hint="Read what it would run, then trust the file: shtairir trust FILE.",
        )


@functools.lru_cache(maxsize=1024)
def refused(definition: BlockDefinition) -> BlockDefinition:
    """Return a block with the same ports that refuses to run; of the same block always the same one."""
    traits = replace(definition.traits, kernel=None, elementwise=False, compensate=None, runs_on="thread")
    adapt = definition.adapt

    def adapted(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
        assert adapt is not None
        return refused(adapt(values, scope))

    return replace(
        definition, function=Refused(definition), traits=traits, adapt=adapted if adapt is not None else None
    )
