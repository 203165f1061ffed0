"""Lines of a program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

WIDTH = 116


def indented(lines: Iterable[str], steps: int = 1) -> list[str]:
    """Return lines further in; empty ones stay empty."""
    return [f"{'    ' * steps}{line}" if line else line for line in lines]


def quoted(text: str) -> str:
    """Return a text as Python writes it, in double quotes where that needs no escape.

    Examples
    --------
    >>> print(quoted("a"), quoted('say "a"'))
    "a" 'say "a"'
    """
    plain = repr(text)
    return plain if '"' in plain or plain[0] == '"' or "\\'" in plain else f'"{plain[1:-1]}"'


def docstring(text: str) -> list[str]:
    """Return a text as the lines of a docstring."""
    safe = text.replace("\\", "\\\\").replace('"""', "'''").strip()
    lines = [line for paragraph in safe.splitlines() for line in (textwrap.wrap(paragraph, WIDTH - 10) or [""])]
    if len(lines) == 1 and len(lines[0]) < WIDTH - 10:
        end = " " if lines[0].endswith('"') else ""
        return [f'"""{lines[0]}{end}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


def call(function: str, arguments: list[str], before: str = "") -> list[str]:
    """Return a call, on one line if it fits, else with an argument on each."""
    line = f"{before}{function}({', '.join(arguments)})"
    if len(line) <= WIDTH - 12 or not arguments:
        return [line]
    return [f"{before}{function}(", *(f"    {argument}," for argument in arguments), ")"]
