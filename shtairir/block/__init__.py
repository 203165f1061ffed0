"""All that a block author imports.

Examples
--------
>>> from typing import Annotated
>>> from shtairir.block import Param, block
>>> @block(category="Math")
... def scale(x: float, factor: Annotated[float, Param(ge=0, le=10, step=0.1)] = 1.0) -> float:
...     '''Multiply a number by a factor.'''
...     return x * factor
"""

import sys
from types import ModuleType
from typing import Any

from shtairir.block.annotations import Array, Audio, Color, DType, Figure, Image, Shape, Table, port_type
from shtairir.block.compatibility import Compatibility, compatibility
from shtairir.block.context import Context
from shtairir.block.conversions import Conversion, conversion
from shtairir.block.declare import block, define
from shtairir.block.definition import BlockDefinition, MissingLibrary, Traits, definition_of
from shtairir.block.ports import MISSING, InputPort, Out, OutputPort, Param
from shtairir.block.types import PortType

__all__ = [
    "MISSING",
    "Array",
    "Audio",
    "BlockDefinition",
    "Color",
    "Compatibility",
    "Context",
    "Conversion",
    "DType",
    "Figure",
    "Image",
    "InputPort",
    "MissingLibrary",
    "Out",
    "OutputPort",
    "Param",
    "PortType",
    "Shape",
    "Table",
    "Traits",
    "block",
    "compatibility",
    "conversion",
    "define",
    "definition_of",
    "port_type",
]


class _BlockPackage(ModuleType):
    """Lets ``shtairir.block`` be both this package and the decorator.

    The public interface re-exports ``block`` beside ``Graph`` and ``run``, but Python binds a package's own
    name to its subpackage once that is imported. So the subpackage can be called.
    """

    def __call__(self, *arguments: Any, **declared: Any) -> Any:
        return block(*arguments, **declared)


sys.modules[__name__].__class__ = _BlockPackage
