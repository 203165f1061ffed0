"""Blocks that ask a text for something."""

from typing import Literal

from shtairir.block import block


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

    return kernels.contains(text, part, regex, match_case)


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
