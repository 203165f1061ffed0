"""Regular expressions that end.

A pattern such as ``(a+)+b`` needs time that doubles with each letter of a text that does not fit. The library `regex`
looks at the clock while it works; so does nothing in the standard library, whose `re` is used where the other is not
installed.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

try:
    import regex
except ImportError:
    regex = None  # type: ignore[assignment]  # it is not installed

TIME_LIMIT_S = 5.0
_LONGEST = 10_000
_ERRORS: tuple[type[Exception], ...] = (re.error,) if regex is None else (re.error, regex.error)
_UNFIT: tuple[type[Exception], ...] = (*_ERRORS, IndexError)

Pattern: TypeAlias = Any
"""A compiled pattern of either library."""


def compiled(pattern: str, match_case: bool = True, lines: bool = False, dot_all: bool = False) -> Pattern:
    """Return a pattern, ready for use.

    Parameters
    ----------
    lines
        Whether ``^`` and ``$`` stand for the ends of each line.
    dot_all
        Whether the dot stands for the end of a line, too.

    Raises
    ------
    ValueError
        With the place where the pattern cannot be read.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"The pattern has {len(pattern):,} characters; {_LONGEST:,} are the most.")
    library: Any = regex if regex is not None else re
    flags = (0 if match_case else library.I) | (library.M if lines else 0) | (library.S if dot_all else 0)
    try:
        return library.compile(pattern, flags)
    except _ERRORS as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {_reason(pattern, error)}.") from None
    except (OverflowError, RecursionError, MemoryError):
        raise ValueError(f"{_short(pattern)} is too large a pattern. Use smaller repetitions.") from None


def search(pattern: Pattern, text: str, whole: bool = False) -> Any:
    """Return the first match, or one of the whole text only; ``None`` when there is none."""
    look = pattern.fullmatch if whole else pattern.search
    return _bounded(lambda limits: look(text, **limits), pattern)


def matches(pattern: Pattern, text: str) -> Iterator[Any]:
    """Return all matches that do not overlap, from the left."""
    found: Iterator[Any] = _bounded(lambda limits: iter(list(pattern.finditer(text, **limits))), pattern)
    return found


def split(pattern: Pattern, text: str) -> list[str]:
    """Return the parts of a text between matches; what groups match is no part."""
    ends = [0, *(place for match in matches(pattern, text) for place in match.span() if match.group()), len(text)]
    return [text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]


def replaced(pattern: Pattern, replacement: str, text: str, count: int = 0) -> str:
    """Return the text with the first ``count`` matches, or all with 0, replaced; ``\\1`` stands for a group."""
    try:
        result: str = _bounded(lambda limits: pattern.sub(replacement, text, count, **limits), pattern)
    except _UNFIT as error:
        raise ValueError(f"The replacement {replacement!r} does not fit the expression: {error}.") from None
    return result


def _bounded(call: Any, pattern: Pattern) -> Any:
    limits = {"timeout": TIME_LIMIT_S, "concurrent": True} if isinstance(pattern, _regex_class()) else {}
    try:
        return call(limits)
    except TimeoutError:
        raise TimeoutError(
            f"The pattern {_short(pattern.pattern)} had not come to an end after {TIME_LIMIT_S:g} seconds. A "
            "repetition inside a repetition does this, such as (a+)+: write it with one of them only."
        ) from None


def _reason(pattern: str, error: Any) -> str:
    """Return what is wrong, and where: in the standard library's words if it sees it too, since these say more."""
    try:
        re.compile(pattern)
    except re.error as better:
        error = better
    return f"{error.msg} at character {error.pos + 1}" if error.pos is not None else str(error.msg)


def _regex_class() -> tuple[type, ...]:
    return (regex.Pattern,) if regex is not None else ()


def _short(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 60 else pattern[:59] + "…")
