"""Text."""

from typing import Annotated, Any, Literal

from shtairir.block import Param, block


@block(name="Text", category="Text/Make", tags=("string", "value"))
def constant(value: Annotated[str, Param(multiline=True)] = "") -> str:
    """A text to feed into other nodes.

    Parameters
    ----------
    value
        The text.
    """
    return value


@block(name="Join texts", category="Text/Make", tags=("concatenate", "list"))
def join(parts: list[str], separator: str = ", ") -> str:
    """Make one text of a list of texts.

    Parameters
    ----------
    parts
        The texts, in order.
    separator
        What stands between them.
    """
    return separator.join(parts)


@block(name="Add texts", category="Text/Make", tags=("concatenate", "append", "join"))
def concat(first: str, second: str, separator: str = "") -> str:
    """Put one text behind another.

    Parameters
    ----------
    first, second
        The texts, in order.
    separator
        What stands between them.
    """
    return f"{first}{separator}{second}"


@block(name="Format text", category="Text/Make", tags=("template", "fill in", "f-string"))
def format_(
    template: Annotated[str, Param(multiline=True)] = "{a}",
    a: Any = None,
    b: Any = None,
    c: Any = None,
    d: Any = None,
) -> str:
    """Fill values into a template.

    Parameters
    ----------
    template
        The text with {a} to {d} where values go; {a:.2f} writes two decimals, {a:,} parts thousands,
        {{ stands for a brace.
    a, b, c, d
        What to fill in.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.formatted(template, {"a": a, "b": b, "c": c, "d": d})


@block(category="Text/Parts", tags=("divide", "list"))
def split(text: str, separator: str = ",", drop_empty: bool = False) -> list[str]:
    """Divide a text into a list of its parts, without blanks round them.

    Parameters
    ----------
    text
        The text to divide.
    separator
        What stands between the parts; when empty, any blanks do.
    drop_empty
        Whether to leave out parts that are empty.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.split(text, separator, drop_empty)


@block(category="Text/Parts", tags=("split", "rows"))
def lines(text: str, drop_empty: bool = False) -> list[str]:
    """Divide a text into its lines.

    Parameters
    ----------
    text
        The text to divide.
    drop_empty
        Whether to leave out lines that are blank.
    """
    return [line for line in text.splitlines() if line.strip() or not drop_empty]


@block(name="Slice text", category="Text/Parts", tags=("substring", "cut"))
def slice_(text: str, start: int = 0, stop: int | None = None) -> str:
    """Take a part of a text by counting characters.

    Parameters
    ----------
    text
        The text to take from.
    start
        The first character to take; 0 is the first of all, -1 the last.
    stop
        The first character not to take; unset takes all to the end.
    """
    return text[start:stop]


@block(name="Replace text", category="Text/Change", tags=("substitute", "regex", "regular expression"))
def replace(text: str, find: str, replacement: str = "", regex: bool = False, match_case: bool = True) -> str:
    r"""Replace each occurrence of something in a text.

    Parameters
    ----------
    text
        The text to change.
    find
        What to look for.
    replacement
        What to put in its place; in a regular expression \1 stands for its first group.
    regex
        Whether find is a regular expression.
    match_case
        Whether capital letters differ from small ones.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.replace(text, find, replacement, regex, match_case)


@block(name="Change case", category="Text/Change", tags=("upper", "lower", "title", "capital"))
def case(text: str, to: Literal["lower", "upper", "title", "sentence"] = "lower") -> str:
    """Write a text in capital or small letters.

    Parameters
    ----------
    text
        The text to change.
    to
        All small, all capital, Each Word, or the first letter of each sentence.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.cased(text, to)


@block(name="Strip text", category="Text/Change", tags=("trim", "blanks", "whitespace"))
def strip(text: str, characters: str = "", side: Literal["both", "start", "end"] = "both") -> str:
    """Take blanks, or other characters, off the ends of a text.

    Parameters
    ----------
    text
        The text to change.
    characters
        Which characters to take off; blanks when empty.
    side
        At which end.
    """
    if side == "start":
        return text.lstrip(characters or None)
    return text.rstrip(characters or None) if side == "end" else text.strip(characters or None)


@block(name="Text length", category="Text/Facts", tags=("count", "characters"))
def length(text: str) -> int:
    """Count the characters of a text.

    Parameters
    ----------
    text
        The text to count.
    """
    return len(text)


@block(name="Text contains", category="Text/Facts", tags=("find", "search", "regex"))
def contains(text: str, part: str, regex: bool = False, match_case: bool = True) -> bool:
    """Tell whether something occurs in a text.

    Parameters
    ----------
    text
        The text to look into.
    part
        What to look for.
    regex
        Whether part is a regular expression.
    match_case
        Whether capital letters differ from small ones.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.pattern_of(part, regex, match_case).search(text) is not None


@block(name="Text to number", category="Text/Facts", tags=("parse", "float", "convert"))
def to_number(text: str, decimal: Literal[".", ","] = ".", fallback: float | None = None) -> float:
    """Read the number that a text writes.

    Parameters
    ----------
    text
        The text, such as 1,234.5 or 2e-3.
    decimal
        The decimal sign; the other one may part the thousands.
    fallback
        What to give when the text is no number; an error when unset.
    """
    from shtairir_blocks.kernels import text as kernels

    try:
        return kernels.number_in(text, decimal)
    except ValueError:
        if fallback is None:
            raise
        return fallback
