"""Why a file is refused: the findings of the schema, as sentences for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shtairir.document.faults import Path, value_at

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_COUNTS = {"position": 2, "rect": 4, "range": 2, "center": 2}
"""Fields that hold a fixed count of numbers."""

_EXPECTED = {
    "missing": "text",  # every required field is one
    "string_type": "text",
    "int_type": "a whole number",
    "dict_type": "an object in braces",
    "model_type": "an object in braces",
    "list_type": "a list in brackets",
    "tuple_type": "a list in brackets",
    "bool_type": "true or false",
    "float_type": "a number",
    "greater_than": "a number greater than 0",
}

_NAMED_IN: dict[Path, str] = {
    ("exposed",): "the name of an input",
    ("shown",): "the name of an output",
    ("via",): "2 numbers in brackets",
}
"""What is expected of each entry of a list."""


class SchemaError(ValueError):
    """A field is wrong; ``path`` leads to it, ``code`` names the kind of trouble for programs."""

    def __init__(self, path: Path, sentence: str, *, code: str = "bad_file", too_large: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.path = path
        self.sentence = sentence
        self.too_large = too_large


def refusal(found: ValidationError, data: object, path: Path = ()) -> SchemaError:
    """Return the first of the wrong fields as an error, with the number of the others; ``path`` leads to ``data``."""
    errors = found.errors(include_url=False)
    paths = [_field_path(error["loc"]) for error in errors]
    others = len(set(paths)) - 1
    sentence = _sentence(errors[0], paths[0], value_at(data, paths[0]))
    if others:
        sentence += f" {others:,} more {'field is' if others == 1 else 'fields are'} wrong."
    too_large = errors[0]["type"] == "too_long" and paths[0][-1] not in _COUNTS
    return SchemaError((*path, *paths[0]), sentence, too_large=too_large)


def _field_path(place: Path) -> Path:
    """A wrong number is told as a wrong pair: that two numbers belong there is what the person must know."""
    if "via" in place:
        return place[: place.index("via") + 2]
    return next((place[: index + 1] for index, step in enumerate(place) if step in _COUNTS), place)


def _sentence(error: ErrorDetails, path: Path, value: Any) -> str:
    kind, field = error["type"], path[-1] if path else 0
    if field in _COUNTS:
        return f"Expected {_COUNTS[str(field)]} numbers in brackets for '{field}', got {_short(value)}."
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "string_too_long":
        return f"The text of '{field}' has {len(value):,} characters; {error['ctx']['max_length']:,} are allowed."
    if kind == "too_long":
        return f"'{field}' has {len(value):,} entries; {error['ctx']['max_length']:,} are allowed."
    if kind == "string_unicode" and isinstance(field, int):
        return f"The name of the field {_short(error['input'])} holds half of a character."
    if kind in ("string_pattern_mismatch", "string_unicode"):
        return f"{_short(value)} is not usable: letters, digits, '_' and '-' are."
    known = error.get("ctx", {}).get("expected") or _EXPECTED.get(kind, "something else")
    expected = _NAMED_IN.get(path[-2:-1], known)
    of_field = f" for '{field}'" if isinstance(field, str) else ""
    return f"Expected {expected}{of_field}, got {'nothing' if kind == 'missing' else kind_of(value)}."


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words.

    Examples
    --------
    >>> kind_of([1]), kind_of(True)
    ('a list', 'true')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {_short(value)}"
    if isinstance(value, int | float):
        return f"the number {_short(value)}"
    return "a list" if isinstance(value, list) else "an object"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
