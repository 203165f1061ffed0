"""Blocks that make texts."""

from typing import Annotated, Any

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


@block(name="Fill in template", category="Text/Make", tags=("format", "mail merge", "dictionary", "report"))
def template(
    template: Annotated[str, Param(multiline=True)], entries: dict[str, Any], missing: str | None = None
) -> str:
    """Fill the entries of a dictionary into a text.

    Parameters
    ----------
    template
        The text with the names of entries in braces: Dear {name}, you owe {sum:.2f}; {{ stands for a brace.
    entries
        The dictionary.
    missing
        What to write for a name that the dictionary lacks; an error when unset.
    """
    from shtairir_blocks.kernels import text as kernels

    return kernels.formatted(template, entries, missing)
