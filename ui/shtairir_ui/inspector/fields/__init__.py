"""One kind of field for each kind of value; `make_field` chooses."""

from shtairir_ui.inspector.fields.base import Field, FieldContext
from shtairir_ui.inspector.fields.choose import make_field

__all__ = ["Field", "FieldContext", "make_field"]
