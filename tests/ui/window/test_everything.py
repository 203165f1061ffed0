"""The command palette, the settings and the keys, by mouse and keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QSpinBox, QToolButton
from shiboken6 import isValid

from shtairir_ui import theme
from shtairir_ui.commandpalette import CommandPalette
from shtairir_ui.features import FEATURES
from shtairir_ui.preferences import FONT_SIZE, REDUCED_MOTION, THEME, Preference
from shtairir_ui.settings import Settings
from shtairir_ui.settingspage import SettingsDialog
from shtairir_ui.settingspage.travelling import SettingsFileError, read_settings, written_settings
from shtairir_ui.window import MainWindow
from tests.ui.gestures import settle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(window: MainWindow) -> CommandPalette:
    window.activateWindow()
    settle()
    QTest.keyClick(window, Qt.Key.Key_P, CTRL | SHIFT)
    return next(one for one in window.findChildren(CommandPalette) if one.isVisible())


@pytest.fixture
def palette(window: MainWindow) -> CommandPalette:
    return opened(window)


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[SettingsDialog]:
    window.activateWindow()
    settle()
    QTest.keyClick(window, Qt.Key.Key_Comma, CTRL)
    found = window.findChild(SettingsDialog)
    assert found is not None
    yield found
    if isValid(found):
        found.close()


def rows(palette: CommandPalette) -> list[str]:
    return [palette.list.item(row).text() for row in range(palette.list.count())]


def test_a_command_is_found_by_some_letters_and_done(window: MainWindow) -> None:
    window.editor.add_block("math.number", 0, 0)
    window.editor.select(())
    palette = opened(window)
    QTest.keyClicks(palette.field, "sel all")
    assert rows(palette)[0] == "Select All"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.editor.selection == ("number",)


def test_what_was_used_last_comes_first(window: MainWindow, palette: CommandPalette) -> None:
    QTest.keyClicks(palette.field, "fit the graph")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert rows(opened(window))[0] == "Fit the graph"


def test_a_command_that_cannot_be_used_now_is_last_and_does_nothing(
    window: MainWindow, palette: CommandPalette
) -> None:
    QTest.keyClicks(palette.field, "stop")
    assert "Stop" in rows(palette)
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_letters_that_match_nothing_are_said_to(palette: CommandPalette) -> None:
    QTest.keyClicks(palette.field, "zzzzqq")
    assert palette.empty.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_every_preference_is_on_the_page_and_has_words(dialog: SettingsDialog) -> None:
    preferences = [one for feature in FEATURES for one in feature.preferences]
    assert len({one.key for one in preferences}) == len(preferences)
    for one in preferences:
        assert one.title
        assert one.section
        assert dialog.findChild(object, f"preference_{one.key.replace('/', '_')}") is not None, one.key


def test_the_theme_holds_as_soon_as_it_is_chosen(window: MainWindow, dialog: SettingsDialog) -> None:
    box = dialog.findChild(QComboBox, "preference_look_theme")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_L)
    assert theme.current().name == "light"
    assert window.settings.theme == "light"
    QTest.keyClick(box, Qt.Key.Key_D)
    assert theme.current().name == "dark"


def test_a_tick_is_kept_and_its_way_back_appears(window: MainWindow, dialog: SettingsDialog) -> None:
    box = dialog.findChild(QCheckBox, "preference_look_reduced_motion")
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert window.settings.value(REDUCED_MOTION) is True
    assert theme.motion.reduced()
    back = next(one for one in dialog.findChildren(QToolButton) if one.accessibleName() == "Reset Less motion")
    assert back.isVisible()
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert window.settings.value(REDUCED_MOTION) is False
    assert not box.isChecked()
    assert not theme.motion.reduced()
    assert not back.isVisible()


def test_a_search_leaves_only_what_matches(dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "size of text")
    assert dialog.findChild(QSpinBox, "preference_look_font_size").isVisible()
    assert not dialog.findChild(QComboBox, "preference_look_theme").isVisible()
    assert not dialog.findChild(object, "keys_run").isVisible()
    dialog.search.clear()
    QTest.keyClicks(dialog.search, "qqqq")
    assert dialog.empty.isVisible()


def test_other_keys_are_listened_to_at_once_and_the_old_ones_no_longer(
    window: MainWindow, dialog: SettingsDialog
) -> None:
    window.editor.add_block("math.number", 0, 0)
    edit = dialog.findChild(object, "keys_select_all")
    QTest.keyClick(edit, Qt.Key.Key_Q, CTRL | SHIFT)
    edit.editingFinished.emit()
    dialog.close()
    window.editor.select(())
    window.activateWindow()
    settle()
    QTest.keyClick(window, Qt.Key.Key_A, CTRL)
    assert window.editor.selection == ()
    QTest.keyClick(window, Qt.Key.Key_Q, CTRL | SHIFT)
    assert window.editor.selection == ("number",)
    assert Settings(Path(window.settings.file)).keys("select_all") == ["Ctrl+Shift+Q"]


def test_keys_of_another_command_are_taken_from_it(window: MainWindow, dialog: SettingsDialog) -> None:
    edit = dialog.findChild(object, "keys_fit")
    QTest.keyClick(edit, Qt.Key.Key_D, CTRL)
    edit.editingFinished.emit()
    assert window.actions_["fit"].shortcut() == QKeySequence("Ctrl+D")
    assert window.actions_["duplicate"].shortcuts() == []
    assert window.actions_["fit"].toolTip().endswith("(Ctrl+D)")


def test_settings_travel_in_a_file(window: MainWindow, tmp_path: Path) -> None:
    names, preferences = window.actions_.names, (THEME, FONT_SIZE, REDUCED_MOTION)
    window.settings.set_value(FONT_SIZE, 16)
    window.settings.set_keys("fit", ["Ctrl+9"])
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(written_settings(window.settings, preferences, names)), encoding="utf-8")
    other = Settings(tmp_path / "other.ini")
    other.set_value(REDUCED_MOTION, True)
    read_settings(file, other, preferences, names)
    assert other.value(FONT_SIZE) == 16
    assert other.value(REDUCED_MOTION) is False
    assert other.keys("fit") == ["Ctrl+9"]
    window.settings.set_value(FONT_SIZE, FONT_SIZE.default)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": "shtairir-settings", "version": 9}', '{"format": 1}'])
def test_a_file_that_holds_no_settings_changes_nothing(tmp_path: Path, text: str) -> None:
    file, settings = tmp_path / "bad.json", Settings(tmp_path / "mine.ini")
    settings.set_value(FONT_SIZE, 15)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsFileError, match=r"bad\.json"):
        read_settings(file, settings, (FONT_SIZE,), [])
    assert settings.value(FONT_SIZE) == 15


@pytest.mark.parametrize(
    ("preference", "stored"),
    [(FONT_SIZE, "200"), (FONT_SIZE, "x"), (THEME, "pink"), (REDUCED_MOTION, "perhaps"), (FONT_SIZE, None)],
)
def test_a_value_that_nobody_can_have_meant_is_the_default(preference: Preference, stored: object) -> None:
    assert preference.read(stored) == preference.default


def test_larger_texts_reach_the_panels(window: MainWindow) -> None:
    before = QApplication.font().pixelSize()
    window.settings.set_value(FONT_SIZE, 18)
    assert QApplication.font().pixelSize() == 18
    window.settings.set_value(FONT_SIZE, FONT_SIZE.default)
    assert QApplication.font().pixelSize() == before


def test_no_two_commands_have_the_same_keys(window: MainWindow) -> None:
    holders: dict[str, list[str]] = {}
    for name in window.actions_.names:
        for keys in window.actions_.command(name).sequences:
            holders.setdefault(keys.toString(), []).append(name)
    assert {keys: names for keys, names in holders.items() if len(names) > 1} == {}
