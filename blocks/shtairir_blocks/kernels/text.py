"""Text."""

import re
import string
from collections.abc import Mapping

from . import patterns

# A field's format may ask for any width; more than this is a slip or an attack on the memory.
_MAX_WIDTH = 1000
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?(?P<width>\d*)[,_]?(?:\.(?P<precision>\d+))?[bcdeEfFgGnosxX%]?")


def contains(text: str, part: str, regex: bool, match_case: bool) -> bool:
    """Whether `part`, as it is written or as a regular expression, occurs in `text`."""
    if regex:
        return patterns.search(patterns.compiled(part, match_case), text) is not None
    return part in text if match_case else re.search(re.escape(part), text, re.IGNORECASE) is not None


def split(text: str, separator: str, drop_empty: bool) -> list[str]:
    """Return the parts of `text` between separators, without blanks round them; no separator means any blank."""
    parts = [part.strip() for part in text.split(separator)] if separator else text.split()
    return [part for part in parts if part] if drop_empty else parts


def replace(text: str, find: str, replacement: str, regex: bool, match_case: bool) -> str:
    """Return `text` with each occurrence of `find` replaced; in a regex ``\\1`` stands for its first group."""
    if not find:
        return text
    if regex:
        return patterns.replaced(patterns.compiled(find, match_case), replacement, text)
    if match_case:
        return text.replace(find, replacement)
    return re.sub(re.escape(find), lambda _: replacement, text, flags=re.IGNORECASE)


def cased(text: str, case: str) -> str:
    """Return `text` in ``lower``, ``upper``, ``title`` or ``sentence`` case."""
    if case == "title":
        # str.title would make "don't" into "Don'T".
        return re.sub(r"\S+", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)
    if case == "sentence":
        return re.sub(r"(^|[.!?]\s+)(\w)", lambda start: start[1] + start[2].upper(), text.lower())
    return text.upper() if case == "upper" else text.lower()


def number_in(text: str, decimal: str) -> float:
    """Return the number that `text` writes, with blanks or the other sign between the thousands.

    >>> number_in("1.234,5", ",")
    1234.5
    """
    other = "," if decimal == "." else "."
    plain = re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(
        rf"[-+]?(\d{{1,3}}({re.escape(other)}\d{{3}})+|\d*)({re.escape(decimal)}\d*)?([eE][-+]?\d+)?", plain
    ) or not any(sign.isdigit() for sign in plain):
        raise ValueError(
            f"{text!r} is not a number with {decimal!r} as the decimal sign. Correct it, or set a fallback."
        )
    return float(plain.replace(other, "").replace(decimal, "."))


def formatted(template: str, values: Mapping[str, object], missing: str | None = None) -> str:
    """Return `template` with ``{a}`` or ``{a:.2f}`` replaced by values; ``{{`` stands for a brace.

    `missing` is written where a value is not there; without it that is an error. Only plain names are filled in:
    ``{a.__class__}`` or ``{a[0]}`` would look into the values.
    """
    pieces = []
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"The template {template!r} does not read: {error}. Write {{{{ for a brace.") from None
    for literal, name, spec, change in fields:
        pieces.append(literal)
        if name is not None:
            absent = missing is not None and values.get(name) is None
            pieces.append(str(missing) if absent else _field(name, spec or "", change, values))
    return "".join(pieces)


def _field(name: str, spec: str, change: str | None, values: Mapping[str, object]) -> str:
    if name not in values or values[name] is None:
        known = ", ".join(f"{{{key}}}" for key, value in values.items() if value is not None)
        raise ValueError(f"The template asks for {{{name}}}, which has no value. There are: {known or 'none'}.")
    shape = _SPEC.fullmatch(spec)
    if shape is None or change or max(int(shape["width"] or 0), int(shape["precision"] or 0)) > _MAX_WIDTH:
        raise ValueError(f"{spec!r} is no format for {{{name}}}. Write for example .2f, or 8 for a width.")
    value = values[name]
    try:
        return format(value, spec)
    except (ValueError, TypeError):
        raise ValueError(f"The format {spec!r} does not fit {{{name}}}, which is {value!r}.") from None
