"""Blocks that take texts apart."""

from shtairir.block import block


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
