"""Regular expressions on texts; a pattern that would not come to an end is stopped after five seconds."""

from typing import Annotated, NamedTuple

from shtairir.block import Param, Table, block

MatchCase = Annotated[bool, Param(label="match case")]
Lines = Annotated[bool, Param(advanced=True, label="line by line")]
Dot = Annotated[bool, Param(advanced=True, label="dot spans lines")]


class Found(NamedTuple):
    """The first match of a pattern.

    Attributes
    ----------
    found
        Whether there is one.
    match
        What matches; empty when nothing does.
    groups
        What each group in round brackets matches.
    start
        Where it begins, in characters from 0; -1 when there is none.
    """

    found: bool
    match: str
    groups: list[str]
    start: int


@block(
    id="regex.find",
    name="Find pattern",
    category="Text/Patterns",
    tags=("regex", "regular expression", "search"),
    requires=("regex",),
    extra="text",
)
def find(text: str, pattern: str, match_case: MatchCase = True, lines: Lines = False, dot_all: Dot = False) -> Found:
    """Find the first place in a text that matches a regular expression.

    Parameters
    ----------
    text
        The text to look through.
    pattern
        The regular expression.
    match_case
        Whether capital letters differ from small ones.
    lines
        Whether ^ and $ stand for the ends of each line.
    dot_all
        Whether the dot stands for the end of a line as well.
    """
    from shtairir_blocks.kernels import patterns as kernels

    match = kernels.search(kernels.compiled(pattern, match_case, lines, dot_all), text)
    if match is None:
        return Found(False, "", [], -1)
    return Found(True, match[0], [group or "" for group in match.groups()], match.start())


@block(
    id="regex.find_all",
    name="Find all patterns",
    category="Text/Patterns",
    tags=("regex", "regular expression", "extract", "table", "groups"),
    requires=("regex", "polars"),
    extra="text",
)
def find_all(
    text: str, pattern: str, match_case: MatchCase = True, lines: Lines = False, dot_all: Dot = False
) -> Table:
    """List every place in a text that matches a regular expression, with what its groups match.

    Parameters
    ----------
    text
        The text to look through.
    pattern
        The regular expression; a group (?P<year>...) becomes the column year, one without a name group_1.
    match_case
        Whether capital letters differ from small ones.
    lines
        Whether ^ and $ stand for the ends of each line.
    dot_all
        Whether the dot stands for the end of a line as well.

    Returns
    -------
    out
        A row for each match: start and end in characters from 0, match, and a column for each group.
    """
    from shtairir_blocks.kernels import patterns, table_patterns

    return table_patterns.matches(patterns.compiled(pattern, match_case, lines, dot_all), text)


@block(
    id="regex.replace",
    name="Replace pattern",
    category="Text/Patterns",
    tags=("regex", "regular expression", "substitute"),
    requires=("regex",),
    extra="text",
)
def replace(
    text: str,
    pattern: str,
    replacement: str = "",
    match_case: MatchCase = True,
    count: Annotated[int, Param(ge=0)] = 0,
    lines: Lines = False,
) -> str:
    r"""Replace whatever in a text matches a regular expression.

    Parameters
    ----------
    text
        The text to change.
    pattern
        The regular expression.
    replacement
        What to put in its place; \1 stands for what the first group matches, \g<year> for the group year.
    match_case
        Whether capital letters differ from small ones.
    count
        How many places to replace at most; 0 for all.
    lines
        Whether ^ and $ stand for the ends of each line.
    """
    from shtairir_blocks.kernels import patterns as kernels

    return kernels.replaced(kernels.compiled(pattern, match_case, lines), replacement, text, count)


@block(
    id="regex.split",
    name="Split at pattern",
    category="Text/Patterns",
    tags=("regex", "regular expression", "divide"),
    requires=("regex",),
    extra="text",
)
def split(text: str, pattern: str = r"\s+", match_case: MatchCase = True, drop_empty: bool = False) -> list[str]:
    """Divide a text wherever a regular expression matches.

    Parameters
    ----------
    text
        The text to divide.
    pattern
        The regular expression for what stands between the parts.
    match_case
        Whether capital letters differ from small ones.
    drop_empty
        Whether to leave out parts that are empty.
    """
    from shtairir_blocks.kernels import patterns as kernels

    parts = kernels.split(kernels.compiled(pattern, match_case), text)
    return [part for part in parts if part] if drop_empty else parts


@block(
    id="regex.matches",
    name="Matches pattern",
    category="Text/Patterns",
    tags=("regex", "regular expression", "test", "valid"),
    requires=("regex",),
    extra="text",
)
def matches(text: str, pattern: str, match_case: MatchCase = True, whole: bool = True) -> bool:
    """Tell whether a text matches a regular expression.

    Parameters
    ----------
    text
        The text to test.
    pattern
        The regular expression.
    match_case
        Whether capital letters differ from small ones.
    whole
        Whether the whole text must match, from its first character to its last, or any part of it.
    """
    from shtairir_blocks.kernels import patterns as kernels

    return kernels.search(kernels.compiled(pattern, match_case), text, whole) is not None


@block(
    id="regex.columns",
    name="Columns from pattern",
    category="Text/Patterns",
    tags=("regex", "regular expression", "extract", "parse", "log"),
    requires=("polars",),
    extra="table",
)
def columns(table: Table, column: str, pattern: str, keep: bool = True) -> Table:
    """Take each text in a column apart by a regular expression: a new column for each of its groups.

    Parameters
    ----------
    table
        The table to extend.
    column
        The column of texts.
    pattern
        The regular expression; a group (?P<year>...) becomes the column year, one without a name group_1. It may not
        refer back to groups or look around.
    keep
        Whether the column itself stays in the table.
    """
    from shtairir_blocks.kernels import table_patterns as kernels

    return kernels.extracted(table, column, pattern, keep)
