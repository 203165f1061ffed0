"""What a person can set: each setting declared once, for the settings page, the file and who obeys it."""

from __future__ import annotations

from dataclasses import dataclass

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Preference:
    """A setting of the user, not of a graph.

    Attributes
    ----------
    key
        Where it is kept: ``canvas/snap_grid``.
    section, title, help
        What the settings page says; its search finds all three.
    default
        Also tells the kind: a tick, a number, or a text.
    choices
        The values that it may have, each with the words for it, if only some are possible.
    range
        The smallest and the largest number.
    unit
        What stands behind the number.
    """

    key: str
    section: str
    title: str
    default: Value
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    range: tuple[float, float] | None = None
    unit: str = ""

    def read(self, stored: object) -> Value:
        """Return a value as it was kept, or the default if nobody can have meant it."""
        try:
            return self._checked(stored)
        except (TypeError, ValueError):
            return self.default

    def _checked(self, stored: object) -> Value:
        text = str(stored)  # an INI file holds texts
        if isinstance(self.default, bool):
            if text.lower() not in ("true", "false"):
                raise ValueError(text)
            return text.lower() == "true"
        if isinstance(self.default, int | float):
            number = type(self.default)(float(text))
            low, high = self.range or (float("-inf"), float("inf"))
            if not low <= number <= high:
                raise ValueError(text)
            return number
        if self.choices and text not in dict(self.choices):
            raise ValueError(text)
        return text


THEME = Preference(
    "look/theme",
    "Look",
    "Theme",
    "system",
    "Light, dark, or as the desktop has it",
    (("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
)
HIGH_CONTRAST = Preference(
    "look/high_contrast", "Look", "High contrast", False, "Text on plain black or white, and borders that stand out"
)
FONT_SIZE = Preference(
    "look/font_size",
    "Look",
    "Size of text",
    13,
    "In panels, menus and dialogs; the canvas has its zoom",
    range=(10, 22),
    unit="px",
)
REDUCED_MOTION = Preference(
    "look/reduced_motion", "Look", "Less motion", False, "Nothing slides, pulses or runs along links"
)
CORE = (THEME, HIGH_CONTRAST, FONT_SIZE, REDUCED_MOTION)
