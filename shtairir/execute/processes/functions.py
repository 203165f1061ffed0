"""Functions on their way to a worker."""

from __future__ import annotations

import pickle
from typing import IO, Any

import cloudpickle

from shtairir.block.definition import BlockDefinition


class FunctionPickler(cloudpickle.Pickler):  # type: ignore[misc]  # it comes without types
    """Pickles a function, without the definition that ``@block`` has attached to it: a worker needs none."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is BlockDefinition:
            return type(None), ()
        return super().reducer_override(obj)
