"""The settings in a window of their own: applied as they are changed, found by what one would call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.preferences import Preference
from shtairir_ui.settings import Settings
from shtairir_ui.settingspage.keys import KeyRow
from shtairir_ui.settingspage.row import PreferenceRow
from shtairir_ui.settingspage.travelling import SettingsFileError, read_settings, written_settings
from shtairir_ui.shortcuts import Shortcuts

if TYPE_CHECKING:
    from shtairir_ui.actions import Actions

KEYS = "Keys"
_FILTER = "Settings (*.json)"


class SettingsDialog(QDialog):
    """All settings on one long page, its sections at the left, a search above.

    Parameters
    ----------
    preferences
        What can be set; rows stand in this order within their sections.
    """

    def __init__(
        self,
        preferences: tuple[Preference, ...],
        settings: Settings,
        actions: Actions,
        shortcuts: Shortcuts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._preferences = preferences
        self._settings = settings
        self._shortcuts = shortcuts
        self._actions = actions
        self.search = QLineEdit(placeholderText="Search settings and keys")
        self.search.setObjectName("settingsSearch")
        self.search.setAccessibleName("Search settings and keys")
        self.search.setClearButtonEnabled(True)
        self.sections = QListWidget()
        self.sections.setObjectName("settingsSections")
        self.sections.setAccessibleName("Sections")
        self.sections.setFixedWidth(150)
        self.empty = QLabel("No setting matches. Try another word.", alignment=Qt.AlignmentFlag.AlignCenter)
        self._headings: dict[str, QLabel] = {}
        self._rows: dict[str, list[PreferenceRow | KeyRow]] = {}
        self._page = self._make_page()
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.sections.currentTextChanged.connect(self._go_to)
        self.resize(780, 600)
        self.search.setFocus()

    # -- inside --------------------------------------------------------------------------------------

    def _make_page(self) -> QScrollArea:
        tokens = theme.current()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(tokens.s4, 0, tokens.s4, tokens.s4)
        column.setSpacing(0)
        for preference in self._preferences:
            self._rows.setdefault(preference.section, []).append(PreferenceRow(preference, self._settings))
        self._rows[KEYS] = [
            KeyRow(one.name, menu, self._actions, self._shortcuts, self._settings)
            for menu, group in self._actions.menus
            for one in group
        ]
        for section, rows in self._rows.items():
            heading = self._headings[section] = QLabel(section)
            heading.setProperty("role", "heading")
            heading.setContentsMargins(0, tokens.s4, 0, tokens.s1)
            column.addWidget(heading)
            for row in rows:
                column.addWidget(row)
            item = QListWidgetItem(section, self.sections)
            item.setSizeHint(QSize(0, tokens.control_height))
        column.addWidget(self.empty)
        self.empty.hide()
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(page)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _lay_out(self) -> None:
        tokens = theme.current()
        middle = QHBoxLayout()
        middle.setSpacing(tokens.s3)
        middle.addWidget(self.sections)
        middle.addWidget(self._page, 1)
        below = QHBoxLayout()
        for text, do in (
            ("&Import…", self._import),
            ("&Export…", self._export),
            ("&Reset everything…", self._reset),
        ):
            button = QPushButton(text, autoDefault=False)
            button.clicked.connect(do)
            below.addWidget(button)
        below.addStretch(1)
        close = QPushButton("&Close", autoDefault=False)
        close.clicked.connect(self.close)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s3)
        column.addWidget(self.search)
        column.addLayout(middle, 1)
        column.addLayout(below)

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        shown = False
        for section, rows in self._rows.items():
            some = False
            for row in rows:
                fits = row.matches(words)
                row.setVisible(fits)
                some = some or fits
            self._headings[section].setVisible(some)
            shown = shown or some
        self.empty.setVisible(not shown)

    def _go_to(self, section: str) -> None:
        if self.search.text():
            self.search.clear()
        heading = self._headings.get(section)
        if heading is not None:
            self._page.verticalScrollBar().setValue(heading.y())

    def _export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export settings", "shtairir-settings.json", _FILTER)
        if chosen:
            text = json.dumps(written_settings(self._settings, self._preferences, self._actions.names), indent=2)
            try:
                Path(chosen).write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                self._refuse(f"The settings cannot be written: {error.strerror or error}.")

    def _import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Import settings", "", _FILTER)
        if chosen:
            try:
                read_settings(Path(chosen), self._settings, self._preferences, self._actions.names)
            except SettingsFileError as error:
                self._refuse(str(error))

    def _reset(self) -> None:
        question = "Give every setting and every key back what it came with?"
        if QMessageBox.question(self, "Reset everything", question) == QMessageBox.StandardButton.Yes:
            for preference in self._preferences:
                self._settings.set_value(preference, preference.default)
            for name in self._actions.names:
                if self._shortcuts.is_changed(name):
                    self._shortcuts.reset(name)

    def _refuse(self, text: str) -> None:
        QMessageBox.warning(self, "Settings", text)
