"""Applying a theme dresses the application and tells those who listen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSpinBox

from shtairir_ui import theme


@pytest.fixture
def app(qapp: QApplication):
    before = theme.current().name
    yield qapp
    theme.apply(qapp, before)
    qapp.setStyleSheet("")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_palette_and_style_sheet_come_from_the_tokens(app: QApplication, name: str):
    tokens = theme.apply(app, name)
    assert theme.current() is tokens
    assert app.palette().color(QPalette.ColorRole.Window) == tokens.surface
    assert app.palette().color(QPalette.ColorRole.Text) == tokens.text
    assert "$" not in app.styleSheet()
    assert tokens.css("accent") in app.styleSheet()


def test_listeners_hear_of_a_change(app: QApplication):
    heard: list[str] = []
    listen = lambda tokens: heard.append(tokens.name)  # noqa: E731 - the same object must be disconnected
    theme.changed.connect(listen)
    theme.apply(app, "light")
    theme.changed.disconnect(listen)
    theme.apply(app, "dark")
    assert heard == ["light"]


def test_the_look_that_it_has_already_is_not_applied_again(app: QApplication):
    theme.apply(app, "light")
    heard: list[str] = []
    listen = lambda tokens: heard.append(tokens.name)  # noqa: E731 - the same object must be disconnected
    theme.changed.connect(listen)
    assert theme.apply(app, "light") is theme.current()
    assert heard == []
    theme.apply(app, "light", strong=True)
    theme.apply(app, "light", strong=True, text_size=16)
    theme.changed.disconnect(listen)
    assert heard == ["light", "light"]


def test_a_primary_button_is_painted_in_the_accent(app: QApplication, qtbot):
    tokens = theme.apply(app, "dark")
    button = QPushButton("Run")
    button.setProperty("role", "primary")
    qtbot.addWidget(button)
    button.resize(80, 28)
    assert button.grab().toImage().pixelColor(8, 14) == tokens.accent


def test_focus_is_shown_by_the_border(app: QApplication, qtbot):
    tokens = theme.apply(app, "light")
    field = QLineEdit()
    qtbot.addWidget(field)
    field.resize(120, 28)
    field.show()
    field.clearFocus()
    assert field.grab().toImage().pixelColor(60, 0) == tokens.border_strong
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert field.grab().toImage().pixelColor(60, 0) == tokens.focus


def test_a_spin_box_keeps_its_number_off_the_edge(app: QApplication, qtbot):
    theme.apply(app, "dark")
    box = QSpinBox()
    qtbot.addWidget(box)
    theme.pad_spin_box(box)
    assert box.lineEdit().textMargins().left() >= 4


def test_the_window_font_is_one_that_is_installed(app: QApplication):
    theme.apply(app, "dark")
    assert app.font().pixelSize() == theme.current().size_body
    assert theme.mono_font(12).pixelSize() == 12


def test_a_bound_icon_follows_the_theme(app: QApplication):
    theme.apply(app, "dark")
    action = QAction("Undo")
    theme.bind_icon(action, "undo")
    assert _ink(action) == theme.current().text
    theme.apply(app, "light")
    assert _ink(action) == theme.tokens("light").text


def _ink(action: QAction) -> QColor:
    image = action.icon().pixmap(60, 60).toImage()
    colours = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return next(colour for colour in colours if colour.alpha() == 255)
