"""The ends of definitions, while a graph is made flat: where their types make a difference, and where not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from shtairir.block.conversions import Conversion
from shtairir.block.definition import BlockDefinition, Traits
from shtairir.block.infer import Spec
from shtairir.block.ports import MISSING, InputPort, OutputPort
from shtairir.block.types import AnyType, ListType, PortType, UnionType
from shtairir.document.model import JsonValue
from shtairir.document.paths import absolute_path
from shtairir.document.references import OUTPUT, OUTPUT_PORT
from shtairir.errors import PlanningError
from shtairir.ids import PortRef
from shtairir.planning.passes.merge import canonical
from shtairir.validation.wiring import fits


class Crossing(NamedTuple):
    """What a link between two types applies, and checks."""

    conversion: Conversion | None
    checked: PortType | None


PLAIN = Crossing(None, None)


def crossing(source: PortType, target: PortType) -> Crossing | None:
    """Return what a link applies and checks, or ``None`` if the types do not fit."""
    found = fits(source, target)
    if not found.ok:
        return None
    uncertain = found.conversion is None and isinstance(source, AnyType | UnionType)
    certain = not uncertain or isinstance(target, AnyType) or source == target
    return Crossing(found.conversion, None if certain else target)


def means_the_same(value: JsonValue, kind: PortType, wanted: PortType) -> bool:
    """Whether a value of a file is the same where a type is wanted as where another one is handed on to it."""
    if kind == wanted:
        return True
    found = crossing(kind, wanted)
    if found is None or found.conversion is not None:
        return False
    try:
        return canonical(kind.parse(value)) == canonical(wanted.parse(value))
    except ValueError:
        return False


def _handed(value: Any) -> Any:
    return value


def identity_of(kind: PortType) -> BlockDefinition:
    """Return the definition of a node that hands on values of a type."""
    return BlockDefinition(
        id=OUTPUT,
        function=_handed,
        name="Output",
        category="",
        summary="Hands out what arrives.",
        doc="",
        inputs=(InputPort(OUTPUT_PORT, kind, True, MISSING),),
        outputs=(OutputPort(OUTPUT_PORT, kind),),
        traits=Traits(infer=_seen_through),
    )


def _seen_through(value: Any) -> Any:
    return replace(value, view_of=OUTPUT_PORT) if isinstance(value, Spec) else value


# --- values -------------------------------------------------------------------------------------------------------


def check_value(port: InputPort, value: JsonValue, target: PortRef) -> None:
    """Refuse a value that an input cannot have.

    Raises
    ------
    PlanningError
        With the name of the input.
    """
    try:
        refusal = port.check_range(port.parse(value))
    except ValueError as error:
        refusal = str(error)
    if refusal is not None:
        raise PlanningError(f"Node '{target.node}', input '{target.port}': {refusal}")


def is_path(kind: PortType) -> bool:
    """Whether values of a type are paths, or lists of them."""
    if isinstance(kind, UnionType):
        return any(map(is_path, kind.members))
    return is_path(kind.item) if isinstance(kind, ListType) else kind.family == "path"


def absolute_value(value: JsonValue, kind: PortType, base_dir: Path) -> JsonValue:
    """Return a value with its relative paths in full, if it is of a type that has any."""
    if not is_path(kind):
        return value
    if isinstance(value, list):
        return [absolute_value(item, kind, base_dir) for item in value]
    return absolute_path(value, base_dir).as_posix() if isinstance(value, str) and value else value
