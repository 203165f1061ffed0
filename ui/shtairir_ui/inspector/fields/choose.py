"""Which field a port gets."""

from __future__ import annotations

from shtairir.block import InputPort
from shtairir.block.types import NONE, ArrayType, EnumType, ListType, PortType, ScalarType, UnionType
from shtairir_ui.inspector.fields.base import Field, FieldContext
from shtairir_ui.inspector.fields.choice import BoolField, ChoiceField
from shtairir_ui.inspector.fields.color import ColorField
from shtairir_ui.inspector.fields.document import DocumentField, JsonField
from shtairir_ui.inspector.fields.line import list_field, loose_field, numbers_field, text_field
from shtairir_ui.inspector.fields.number import NumberField
from shtairir_ui.inspector.fields.path import PathField

NUMBERS = frozenset({"int", "float"})


def make_field(port: InputPort, context: FieldContext) -> Field:
    """The field for an editable port: what the author asks for, else what the type asks for."""
    param = port.param
    members = editable_members(port.type)
    families = {member.family for member in members}
    if param.choices is not None and "list" not in families:
        return ChoiceField(list(param.choices), optional=port.optional)
    if "dict" in families:
        return JsonField()
    if param.widget == "code" or param.language:
        return DocumentField(param.language or "text")
    if param.multiline or param.widget == "multiline":
        return DocumentField()
    if "path" in families and (families == {"path"} or param.path):
        return PathField(param, context)
    if families and families <= NUMBERS:
        return NumberField(port, integer=families == {"int"})
    if len(members) == 1:
        return _field_of(members[0], port)
    if families <= NUMBERS | {"array", "bool"}:
        return numbers_field(_placeholder(port))
    return loose_field(port.type)


def editable_members(kind: PortType) -> list[PortType]:
    """The kinds of value that a port takes by hand; "nothing" is not one of them."""
    members = kind.members if isinstance(kind, UnionType) else (kind,)
    return [member for member in members if member.editable and member != NONE]


def _field_of(kind: PortType, port: InputPort) -> Field:
    match kind:
        case EnumType():
            return ChoiceField(kind.choices, optional=port.optional)
        case ListType():
            return list_field(kind)
        case ArrayType():
            return numbers_field(_placeholder(port))
        case ScalarType(kind="bool"):
            return ChoiceField((True, False), optional=True) if port.optional else BoolField()
        case ScalarType(kind="color"):
            return ColorField()
        case ScalarType(kind="text"):
            return text_field(_placeholder(port))
        case _:
            return loose_field(kind)


def _placeholder(port: InputPort) -> str:
    return "none" if port.optional else "needs a value" if port.required else ""
