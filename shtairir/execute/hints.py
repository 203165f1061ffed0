"""What to try when a block failed, for the errors that people meet most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

_Rule: TypeAlias = tuple[type[BaseException], str, str]

# The first rule whose class fits and whose words (lower case) are in the message.
_RULES: tuple[_Rule, ...] = (
    (FileNotFoundError, "", "Check the path: relative paths start from the folder of the graph's file."),
    (IsADirectoryError, "", "A file is expected, and this is a folder."),
    (NotADirectoryError, "", "A folder is expected, and this is a file."),
    (PermissionError, "", "The system does not let this program read or write there: choose another place."),
    (ModuleNotFoundError, "", "A library that the block needs is not installed."),
    (
        UnicodeDecodeError,
        "",
        "The file is not text in that encoding: choose another encoding, or another way to read it.",
    ),
    (
        MemoryError,
        "",
        "There is not enough memory: use smaller data, fewer workers, or free the results of other runs.",
    ),
    (RecursionError, "", "The block calls itself without end."),
    (ZeroDivisionError, "", "A divisor is zero: look at the inputs."),
    (
        ValueError,
        "read-only",
        "Inputs are read-only, since other nodes may read them: work on a copy, or declare inplace.",
    ),
    (ValueError, "broadcast", "The shapes of two arrays do not fit together: compare the inputs."),
    (ValueError, "could not convert string to float", "Some of the text is not a number."),
    (ValueError, "aligned", "The shapes of two arrays do not fit together: compare the inputs."),
    (KeyError, "", "There is no such name: compare it with the inputs."),
    (IndexError, "", "A position lies outside of the data: compare it with the lengths of the inputs."),
    (TypeError, "nonetype", "A value is missing: look for an input that is empty."),
    (AttributeError, "nonetype", "A value is missing: look for an input that is empty."),
    (TimeoutError, "", "Something that the block waits for takes too long; try again."),
    (ConnectionError, "", "The other side cannot be reached; try again."),
    (SystemExit, "", "A block must not end the program: return, or raise an error that says what is wrong."),
    (KeyboardInterrupt, "", "A block must not end the program: return, or raise an error that says what is wrong."),
)


def hint_for(error: BaseException, words: Callable[[BaseException], str]) -> str:
    """Return what to try, or an empty text. An error of ours brings its own hint."""
    own = getattr(error, "hint", "")
    if isinstance(own, str) and own:
        return own
    message = words(error).lower()
    for kind, needle, hint in _RULES:
        if isinstance(error, kind) and needle in message:
            return hint
    if type(error).__name__ == "ColumnNotFoundError":
        return "The table has no such column: compare it with the table's columns."
    return ""
