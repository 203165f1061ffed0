"""Reads the parts of a numpydoc docstring that the window shows."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_UNDERLINE = re.compile(r"-{3,}")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """A docstring taken apart.

    Attributes
    ----------
    summary
        Its first paragraph, on one line.
    entries
        Section title → name → description, for the sections that list names.
    """

    summary: str = ""
    text: str = ""
    entries: dict[str, dict[str, str]] = field(default_factory=dict)


def read_docstring(raw: str | None) -> Docstring:
    """Take a numpydoc docstring apart.

    Examples
    --------
    >>> doc = read_docstring('''Blur.
    ...
    ... Parameters
    ... ----------
    ... sigma
    ...     Width of the kernel.
    ... ''')
    >>> doc.summary, doc.entries["Parameters"]
    ('Blur.', {'sigma': 'Width of the kernel.'})
    """
    text = inspect.cleandoc(raw or "")
    lines = text.splitlines()
    underlines = [row for row in range(1, len(lines)) if _UNDERLINE.fullmatch(lines[row].strip())]
    entries = {}
    for start, following in zip(underlines, [*underlines[1:], len(lines) + 1], strict=False):
        end = following - 1
        entries[lines[start - 1].strip()] = _entries(lines[start + 1 : end])
    summary = text.partition("\n\n")[0].replace("\n", " ")
    return Docstring(summary, text, entries)


def _entries(lines: list[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[list[str]] = []
    for line in lines:
        heading = None if line[:1].isspace() else _ENTRY.match(line)
        if heading:
            names = [name.strip().lstrip("*") for name in heading["names"].split(",")]
            current = [found.setdefault(name, []) for name in names]
        elif line.strip():
            for description in current:
                description.append(line.strip())
    return {name: " ".join(words) for name, words in found.items()}
