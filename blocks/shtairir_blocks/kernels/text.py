"""Text: nothing but the standard library."""

import re
import string
from collections.abc import Mapping

# A field's format may ask for any width; more than this is a slip or an attack on the memory.
_MAX_WIDTH = 1000
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?(?P<width>\d*)[,_]?(?:\.(?P<precision>\d+))?[bcdeEfFgGnosxX%]?")


def pattern_of(part: str, regex: bool, match_case: bool) -> re.Pattern[str]:
    """Return what to look for: `part` as it is written, or as a regular expression."""
    try:
        return re.compile(part if regex else re.escape(part), 0 if match_case else re.IGNORECASE)
    except re.error as error:
        place = f" at character {error.pos + 1}" if error.pos is not None else ""
        raise ValueError(
            f"{part!r} is not a regular expression: {error.msg}{place}. Correct it, or switch regex off."
        ) from None


def split(text: str, separator: str, drop_empty: bool) -> list[str]:
    """Return the parts of `text` between separators, without blanks round them; no separator means any blank."""
    parts = [part.strip() for part in text.split(separator)] if separator else text.split()
    return [part for part in parts if part] if drop_empty else parts


def replace(text: str, find: str, replacement: str, regex: bool, match_case: bool) -> str:
    """Return `text` with each occurrence of `find` replaced; in a regex ``\\1`` stands for its first group."""
    if not find:
        return text
    pattern = pattern_of(find, regex, match_case)
    if not regex:
        return pattern.sub(lambda _: replacement, text)
    try:
        return pattern.sub(replacement, text)
    except (re.error, IndexError) as error:
        raise ValueError(f"The replacement {replacement!r} does not fit the expression: {error}.") from None


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


def formatted(template: str, values: Mapping[str, object]) -> str:
    """Return `template` with ``{a}`` or ``{a:.2f}`` replaced by values; ``{{`` stands for a brace.

    Only plain names are filled in: ``{a.__class__}`` or ``{a[0]}`` would look into the values.
    """
    pieces = []
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"The template {template!r} does not read: {error}. Write {{{{ for a brace.") from None
    for literal, name, spec, change in fields:
        pieces.append(literal)
        if name is not None:
            pieces.append(_field(name, spec or "", change, values))
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
