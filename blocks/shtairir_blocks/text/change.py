"""Blocks that change texts."""

from typing import Annotated, Literal

from shtairir.block import Param, block


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


@block(name="Pad text", category="Text/Change", tags=("fill", "align", "width", "zeros", "column"))
def pad(
    text: str,
    width: Annotated[int, Param(ge=0, le=10_000)] = 10,
    align: Literal["left", "centre", "right"] = "left",
    fill: str = " ",
) -> str:
    """Make a text as wide as wanted by filling it up; a longer text stays as it is.

    Parameters
    ----------
    text
        The text to fill up.
    width
        How many characters it shall have at least.
    align
        Where the text stands in the room: right with the fill 0 makes 007 of 7.
    fill
        The character to fill up with.
    """
    if len(fill) != 1:
        raise ValueError(f"One character fills a text up, and {fill!r} has {len(fill)}. Give a single one.")
    return {"left": text.ljust, "centre": text.center, "right": text.rjust}[align](width, fill)
