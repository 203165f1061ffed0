"""Both themes can be read, and port colours be told apart, also with a colour blindness."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QColor

from shtairir_ui import theme
from shtairir_ui.theme import Tokens

THEMES = ("dark", "light")
ALL = {f"{name}{' strong' * strong}": theme.tokens(name, strong=strong) for name in THEMES for strong in (False, True)}
BOTH = pytest.mark.parametrize("tokens", ALL.values(), ids=ALL.keys())
GROUNDS = ("background", "surface", "raised", "field", "hover", "selection")
# fmt: off
FAMILIES = [
    "bool", "int", "float", "text", "path", "color", "array", "image", "table", "audio", "figure",
    "list", "dict", "enum", "any",
]
# fmt: on

# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def test_contrast_agrees_with_the_published_extremes():
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_stands_out_from_every_ground(tokens: Tokens, ground: str):
    assert theme.contrast(tokens.text, tokens.color(ground)) >= 4.5


@BOTH
@pytest.mark.parametrize("ground", ["background", "surface", "raised", "field", "hover"])
@pytest.mark.parametrize("role", ["text_dim", "ok", "running", "warning", "error", "cached"])
def test_quiet_and_status_text_can_be_read(tokens: Tokens, ground: str, role: str):
    assert theme.contrast(tokens.color(role), tokens.color(ground)) >= 4.5


@BOTH
def test_text_on_the_accent_can_be_read(tokens: Tokens):
    assert theme.contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert theme.contrast(tokens.on_accent, tokens.accent_hover) >= 4.5


@BOTH
@pytest.mark.parametrize("family", FAMILIES)
def test_ports_and_links_stand_out_from_the_canvas(tokens: Tokens, family: str):
    assert theme.contrast(tokens.type_color(family), tokens.background) >= 3


@BOTH
@pytest.mark.parametrize("role", ["focus", "accent", "link", "waiting"])
def test_lines_that_carry_meaning_stand_out_from_the_canvas(tokens: Tokens, role: str):
    assert theme.contrast(tokens.color(role), tokens.background) >= 3
    assert theme.contrast(tokens.color(role), tokens.surface) >= 3


@BOTH
@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_type_colours_look_alike(tokens: Tokens, sight: str):
    seen = {family: _oklab(tokens.type_color(family), SIGHTS[sight]) for family in FAMILIES}
    distances = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in itertools.combinations(FAMILIES, 2)}
    closest = min(distances, key=distances.__getitem__)
    # 0.02 is about the least difference that side by side patches show; links are thin and apart.
    assert distances[closest] >= 0.055, closest


def test_both_themes_have_the_same_scales():
    dark, light = theme.tokens("dark"), theme.tokens("light")
    for name in ("s1", "s2", "s3", "s4", "s5", "s6", "radius", "size_small", "size_body", "size_title"):
        assert getattr(dark, name) == getattr(light, name)
    assert all(step % 4 == 0 for step in (dark.s1, dark.s2, dark.s3, dark.s4, dark.s5, dark.s6))


def test_a_category_takes_the_colour_of_its_first_part():
    tokens = theme.tokens("dark")
    assert tokens.category_color("Image/Filter") == tokens.type_color("image")
    assert tokens.category_color("Something else") == tokens.type_color("any")


def test_a_theme_that_does_not_exist_is_named_in_the_error():
    with pytest.raises(KeyError, match=r"'sepia'.*'dark' or 'light'"):
        theme.tokens("sepia")


def _oklab(color: QColor, sight: np.ndarray) -> np.ndarray:
    srgb = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    red, green, blue = np.clip(sight @ linear, 0, 1)  # what the eye is left with
    lms = np.cbrt(
        [
            0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
            0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
            0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
        ]
    )
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(to_lab) @ lms


@pytest.mark.parametrize("name", THEMES)
def test_with_the_strongest_contrast_text_and_borders_stand_out_more(name: str):
    tokens = theme.tokens(name, strong=True)
    assert theme.contrast(tokens.text, tokens.surface) >= 18
    assert theme.contrast(tokens.text_dim, tokens.raised) >= 10
    assert theme.contrast(tokens.text_disabled, tokens.raised) >= 4.5
    assert theme.contrast(tokens.border, tokens.surface) >= 4.5
    assert theme.contrast(tokens.link, tokens.background) >= 7


def test_the_type_scale_grows_as_a_whole():
    large, plain = theme.tokens("dark", text_size=26), theme.tokens("dark")
    assert (large.size_body, large.size_small, large.size_title) == (26, 22, 30)
    assert large.text == plain.text
    assert theme.tokens("dark", text_size=13) == plain


def test_pictures_without_a_window_have_its_colours() -> None:
    from shtairir.export.picture import CATEGORY_TYPES as drawn_types
    from shtairir.export.picture import COLORS
    from shtairir_ui.theme.tokens import CATEGORY_TYPES

    assert drawn_types == dict(CATEGORY_TYPES)
    for tokens in (theme.tokens("dark"), theme.tokens("light")):
        colors = COLORS[tokens.name]
        assert colors.types == {family: color.name() for family, color in tokens.types.items()}
        ours = (tokens.background, tokens.raised, tokens.border_strong, tokens.text, tokens.text_dim)
        assert (colors.background, colors.body, colors.border, colors.text, colors.dim) == tuple(
            color.name() for color in ours
        )
