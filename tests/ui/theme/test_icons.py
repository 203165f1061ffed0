"""Every icon draws something, in the colour asked for, at the pixel ratio asked for."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage

import shtairir_assets
from shtairir_ui import theme
from shtairir_ui.theme.tokens import CATEGORY_TYPES

pytestmark = pytest.mark.usefixtures("qapp")

# fmt: off
PROMISED = [
    "new", "open", "save", "undo", "redo", "run", "stop", "fit", "theme", "add", "delete", "copy",
    "search", "warning", "error", "info", "ok", "close", "chevron", "image", "table", "chart",
    "array", "text", "audio", "number", "signal", "io", "logic", "view", "math", "custom",
]
# fmt: on
LINE_ICONS = [name for name in shtairir_assets.icon_names() if name != "app"]


@pytest.mark.parametrize("name", PROMISED)
def test_promised_icons_are_there(name: str):
    assert not theme.icon(name).isNull()


@pytest.mark.parametrize("name", LINE_ICONS)
def test_an_icon_is_drawn_inside_its_grid_in_the_colour_of_the_text(name: str):
    root = ElementTree.fromstring(shtairir_assets.icon_svg(name))
    assert root.attrib["viewBox"] == "0 0 20 20"
    assert root.attrib["stroke"] == "currentColor"
    image = theme.icon_pixmap(name, 60, QColor("#ff0000")).toImage()
    inked = [(x, y) for x in range(60) for y in range(60) if image.pixelColor(x, y).alpha() > 200]
    assert len(inked) > 40
    assert all(1 < x < 58 and 1 < y < 58 for x, y in inked), "clipped at the edge"
    assert {image.pixelColor(x, y).green() for x, y in inked} == {0}


@pytest.mark.parametrize("category", [name for name in CATEGORY_TYPES if name != "custom"])
def test_each_category_has_an_icon_of_its_own(category: str):
    own = theme.category_icon(f"{category.title()}/Part", tinted=False).pixmap(40, 40).toImage()
    other = theme.category_icon("Nothing", tinted=False).pixmap(40, 40).toImage()
    assert own != other


def test_a_high_density_display_gets_a_bitmap_of_its_own():
    pixmap = theme.icon("save").pixmap(QSize(20, 20), 2.0)
    assert pixmap.size() == QSize(40, 40)
    assert pixmap.devicePixelRatio() == 2.0
    assert theme.icon_pixmap("save", 20, ratio=1.5).size() == QSize(30, 30)


def test_a_disabled_icon_is_quieter():
    enabled = theme.icon("undo").pixmap(QSize(20, 20), 1.0, QIcon.Mode.Normal).toImage()
    disabled = theme.icon("undo").pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled).toImage()
    assert _mean_ink(enabled) != _mean_ink(disabled)


def test_an_unknown_icon_is_refused_with_the_nearest_names():
    with pytest.raises(KeyError, match=r"no icon 'zoom'.*zoom_in"):
        theme.icon("zoom")


def test_the_application_icon_has_every_size():
    sizes = {size.width() for size in theme.app_icon().availableSizes()}
    assert {16, 32, 64, 256} <= sizes


def _mean_ink(image: QImage) -> int:
    return sum(image.pixelColor(x, y).lightness() for x in range(20) for y in range(20))
