"""The measures and colours of a plan's document, and the small pieces that all its parts are drawn of."""

from __future__ import annotations

from dataclasses import dataclass

from shtairir.export.picture import CATEGORY_TYPES, COLORS, Box, Colors, Shape, Text, ThemeName, elided, text_width

MARGIN = 40.0
LEAST_WIDTH = 1200.0
SECTION_GAP = 36.0
HEADING = 34.0
BODY, SMALL, LARGE = 13.0, 11.0, 24.0
_SLACK = 1.12
"""How much wider than estimated a text may be: nobody knows in which font it is read."""

ACCENTS = {"light": "#1d4ed8", "dark": "#7aa2ff"}
BAD = {"light": "#c1272d", "dark": "#f87171"}
TRACKS = {"light": "#e0e4ea", "dark": "#20242a"}


@dataclass(frozen=True, slots=True)
class Ink:
    """What to draw with."""

    colors: Colors
    accent: str
    track: str
    card: str
    bad: str

    @classmethod
    def of(cls, theme: ThemeName) -> Ink:
        """Return that of a theme."""
        return cls(COLORS[theme], ACCENTS[theme], TRACKS[theme], COLORS[theme].body, BAD[theme])

    def tone(self, category: str) -> str:
        """Return the colour of a category."""
        family = category.partition("/")[0].lower()
        return self.colors.types[CATEGORY_TYPES.get(family, "any")]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document, as high and as wide as it needs to be; its upper left corner is the origin."""

    shapes: tuple[Shape, ...]
    width: float
    height: float


def line(x: float, y: float, width: float, height: float, color: str) -> Box:
    """Return a straight line: across or down."""
    return Box(x, y, width, height, color)


def heading(ink: Ink, title: str, note: str, width: float) -> list[Shape]:
    """Return a heading, with a few words behind it."""
    begin = text_width(title, 15, bold=True) * _SLACK + 16
    return [
        Text(0, 16, title, 15, ink.colors.text, bold=True),
        Text(begin, 16, elided(note, BODY, width - begin), BODY, ink.colors.dim),
    ]


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Return a text in lines that fit, the last one cut if there are more than so many."""
    lines: list[str] = []
    room /= _SLACK
    words = text.split()
    while words and len(lines) < most:
        count = 1
        while count < len(words) and text_width(" ".join(words[: count + 1]), size) <= room:
            count += 1
        is_last = len(lines) == most - 1
        lines.append(elided(" ".join(words if is_last else words[:count]), size, room))
        words = words[count:]
    return lines
