"""The design tokens: every size and colour of the window, for the dark and the light theme.

Both themes are one system: the same names, the same roles, the same steps between surfaces. A widget
never names a colour, it names a role.

Surfaces, from back to front: ``background`` (canvas, gaps) → ``surface`` (panels) → ``raised`` (nodes,
cards, buttons). ``field`` is what one types into.

The fifteen type colours were searched for numerically: hues near those people know from other node
editors, lightness and chroma free, the smallest OKLab distance between any two as large as possible
for normal sight and for protanopia, deuteranopia and tritanopia (Machado et al. 2009). Colour is never
the only cue: `type_shape` gives each family a port shape as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from PySide6.QtGui import QColor

from .contrast import mix

ThemeName = Literal["dark", "light"]
PortShape = Literal["circle", "square", "diamond", "triangle", "ring"]

TYPE_SHAPES: Mapping[str, PortShape] = MappingProxyType(
    {
        "array": "square",
        "image": "square",
        "list": "square",
        "dict": "square",
        "table": "diamond",
        "figure": "diamond",
        "audio": "triangle",
        "any": "ring",
    }
)

# A category speaks with the colour of the type it mostly handles.
CATEGORY_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "io": "path",
        "math": "float",
        "logic": "bool",
        "text": "text",
        "array": "array",
        "image": "image",
        "table": "table",
        "signal": "audio",
        "chart": "figure",
        "view": "list",
        "date": "enum",
        "json": "dict",
        "list": "list",
        "dictionary": "dict",
        "file": "path",
        "web": "color",
        "database": "table",
        "process": "int",
        "flow": "any",
        "subgraphs": "any",
        "stats": "float",
        "linalg": "array",
        "interpolate": "float",
        "optimise": "int",
        "random": "color",
        "learn": "figure",
        "custom": "any",
    }
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one theme. Colours are `QColor`, sizes are device independent pixels."""

    name: ThemeName
    background: QColor
    surface: QColor
    raised: QColor
    field: QColor
    hover: QColor
    pressed: QColor
    border: QColor
    border_strong: QColor
    text: QColor
    text_dim: QColor
    text_disabled: QColor
    accent: QColor
    accent_hover: QColor
    on_accent: QColor
    selection: QColor
    focus: QColor
    grid: QColor
    link: QColor
    ok: QColor
    running: QColor
    warning: QColor
    error: QColor
    cached: QColor
    waiting: QColor
    types: Mapping[str, QColor]
    strong: bool = False

    # One spacing scale in steps of 4 px, one type scale, two radii.
    s1: int = 4
    s2: int = 8
    s3: int = 12
    s4: int = 16
    s5: int = 24
    s6: int = 32
    size_small: int = 11
    size_label: int = 12
    size_body: int = 13
    size_title: int = 15
    size_large: int = 20
    radius: int = 4
    radius_large: int = 8
    control_height: int = 28
    icon_size: int = 20
    font_families: tuple[str, ...] = (
        "Inter",
        "SF Pro Text",
        "Segoe UI",
        "Noto Sans",
        "Cantarell",
        "Ubuntu",
        "DejaVu Sans",
    )
    mono_families: tuple[str, ...] = (
        "JetBrains Mono",
        "SF Mono",
        "Cascadia Mono",
        "Noto Sans Mono",
        "DejaVu Sans Mono",
        "monospace",
    )

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.name == "dark"

    def color(self, role: str) -> QColor:
        """Return the colour of a role by its name, for example ``color("text_dim")``."""
        value = getattr(self, role)
        if not isinstance(value, QColor):
            raise KeyError(f"'{role}' is not a colour of the theme.")
        return QColor(value)

    def css(self, role: str) -> str:
        """Return the colour of a role as ``#rrggbb``, for style sheets and rich text."""
        return self.color(role).name()

    def type_color(self, family: str) -> QColor:
        """Return the colour of ports and links of a type family (`PortType.family`)."""
        return QColor(self.types.get(family, self.types["any"]))

    def type_shape(self, family: str) -> PortShape:
        """Return the port shape of a type family, so that colour is never the only cue."""
        return TYPE_SHAPES.get(family, "circle")

    def category_color(self, category: str) -> QColor:
        """Return the colour of a block category; ``"Image/Filter"`` counts as ``image``."""
        family = category.partition("/")[0].strip().lower()
        return self.type_color(CATEGORY_TYPES.get(family, "any"))

    def status_color(self, status: str | None) -> QColor:
        """Return the colour of a node status (the value of a `NodeStatus`), or of none."""
        return QColor(getattr(self, _STATUS_ROLES.get(status or "", "waiting")))

    def tint(self, color: QColor, share: float) -> QColor:
        """Return `surface` with a share of the colour, for quiet coloured grounds."""
        return mix(self.surface, color, share)


_STATUS_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "running": "running",
        "done": "ok",
        "cached": "cached",
        "failed": "error",
        "timed_out": "error",
        "cancelled": "warning",
        "paused": "warning",
        "compensated": "warning",
    }
)


def _colors(values: Mapping[str, str]) -> Mapping[str, QColor]:
    return MappingProxyType({name: QColor(value) for name, value in values.items()})


DARK = Tokens(
    name="dark",
    background=QColor("#17191d"),
    surface=QColor("#1f2227"),
    raised=QColor("#2a2e35"),
    field=QColor("#191c20"),
    hover=QColor("#323740"),
    pressed=QColor("#3b414b"),
    border=QColor("#353a42"),
    border_strong=QColor("#4a515c"),
    text=QColor("#e7e9ec"),
    text_dim=QColor("#a4abb6"),
    text_disabled=QColor("#6f7681"),
    accent=QColor("#6aa6ff"),
    accent_hover=QColor("#86b7ff"),
    on_accent=QColor("#0c1524"),
    selection=QColor("#2c4468"),
    focus=QColor("#6aa6ff"),
    grid=QColor("#22252b"),
    link=QColor("#8a92a0"),
    ok=QColor("#4cc38a"),
    running=QColor("#6aa6ff"),
    warning=QColor("#f0b44c"),
    error=QColor("#f77f76"),
    cached=QColor("#8fb5c9"),
    waiting=QColor("#8a92a0"),
    types=_colors(
        {
            "bool": "#ee9694",
            "int": "#bdc61f",
            "float": "#3caa56",
            "text": "#e77709",
            "path": "#9b6737",
            "color": "#f5e786",
            "array": "#7ab0ff",
            "image": "#867bea",
            "table": "#92faf1",
            "audio": "#c35ab0",
            "figure": "#febdab",
            "list": "#b5cff5",
            "dict": "#5f51eb",
            "enum": "#bf8cba",
            "any": "#72747c",
        }
    ),
)

LIGHT = Tokens(
    name="light",
    background=QColor("#eceef1"),
    surface=QColor("#f7f8fa"),
    raised=QColor("#ffffff"),
    field=QColor("#ffffff"),
    hover=QColor("#e9ecf0"),
    pressed=QColor("#dde1e7"),
    border=QColor("#d5d9e0"),
    border_strong=QColor("#b3bac5"),
    text=QColor("#1c2026"),
    text_dim=QColor("#565e6a"),
    text_disabled=QColor("#8b929d"),
    accent=QColor("#1d66d1"),
    accent_hover=QColor("#1857b5"),
    on_accent=QColor("#ffffff"),
    selection=QColor("#cfe1fb"),
    focus=QColor("#1d66d1"),
    grid=QColor("#dfe2e7"),
    link=QColor("#6b7380"),
    ok=QColor("#15774a"),
    running=QColor("#1d66d1"),
    warning=QColor("#8f5a00"),
    error=QColor("#c02f2a"),
    cached=QColor("#3b6c84"),
    waiting=QColor("#6b7380"),
    types=_colors(
        {
            "bool": "#75003d",
            "int": "#485503",
            "float": "#049354",
            "text": "#9e5b00",
            "path": "#5d2f0c",
            "color": "#9b7c00",
            "array": "#244ab1",
            "image": "#796ce0",
            "table": "#037588",
            "audio": "#c058b0",
            "figure": "#a8212b",
            "list": "#273e5c",
            "dict": "#38071c",
            "enum": "#792387",
            "any": "#6c6560",
        }
    ),
)

_THEMES: Mapping[str, Tokens] = MappingProxyType({"dark": DARK, "light": LIGHT})


_STRONG: Mapping[ThemeName, Mapping[str, str]] = MappingProxyType(
    {
        "dark": {
            **dict.fromkeys(("background", "surface", "field"), "#000000"),
            **{"raised": "#0b0c0e", "hover": "#26292e", "pressed": "#3a3f47", "grid": "#1a1c20"},
            **{"border": "#8b929d", "border_strong": "#d5d9e0", "text": "#ffffff", "text_dim": "#d9dde3"},
            **{"text_disabled": "#9aa1ac", "link": "#c3c9d2", "waiting": "#c3c9d2"},
            **{"accent": "#8fc0ff", "accent_hover": "#b5d5ff", "focus": "#ffd75e", "on_accent": "#000000"},
        },
        "light": {
            **dict.fromkeys(("background", "surface", "raised", "field"), "#ffffff"),
            **{"hover": "#eceef1", "pressed": "#d5d9e0", "grid": "#eceef1"},
            **{"border": "#5b626d", "border_strong": "#1c2026", "text": "#000000", "text_dim": "#2c3138"},
            **{"text_disabled": "#646b76", "link": "#3d434c", "waiting": "#3d434c"},
            **{"accent": "#0a4aa8", "accent_hover": "#06367d", "focus": "#a83c00", "on_accent": "#ffffff"},
        },
    }
)
"""What is another colour with the strongest contrast: text on plain ground, and borders that can be seen."""

_TYPE_SCALE = ("size_small", "size_label", "size_body", "size_title", "size_large", "control_height")


def tokens(name: str, *, strong: bool = False, text_size: int | None = None) -> Tokens:
    """Return the tokens of the theme ``"dark"`` or ``"light"``.

    Parameters
    ----------
    strong
        With the strongest contrast.
    text_size
        The size of ordinary text, in pixels; the others of the type scale grow with it.
    """
    try:
        found = _THEMES[name]
    except KeyError:
        raise KeyError(f"There is no theme '{name}'. Choose 'dark' or 'light'.") from None
    changed: dict[str, Any] = {}
    if strong:
        changed.update({role: QColor(color) for role, color in _STRONG[found.name].items()}, strong=True)
    if text_size is not None and text_size != found.size_body:
        share = text_size / found.size_body
        changed.update({size: round(getattr(found, size) * share) for size in _TYPE_SCALE})
    return replace(found, **changed) if changed else found
