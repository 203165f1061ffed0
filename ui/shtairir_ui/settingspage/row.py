"""One preference: what it is, its value to be changed, and the way back to the default."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.inspector.fields.base import strong_focus
from shtairir_ui.preferences import Preference
from shtairir_ui.settings import Settings

CONTROL_WIDTH = 200
Control = QCheckBox | QComboBox | QSpinBox | QDoubleSpinBox | QLineEdit


class PreferenceRow(QWidget):
    """Shows a preference; what is changed here holds at once."""

    def __init__(self, preference: Preference, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preference = preference
        self._settings = settings
        self.control = _control(preference)
        self.control.setObjectName(f"preference_{preference.key.replace('/', '_')}")
        self.control.setAccessibleName(preference.title)
        self.control.setAccessibleDescription(preference.help)
        self._reset = QToolButton(autoRaise=True)
        self._reset.setToolTip("Back to the default")
        self._reset.setAccessibleName(f"Reset {preference.title}")
        theme.bind_icon(self._reset, "undo")
        self._reset.clicked.connect(lambda: settings.set_value(preference, preference.default))
        self._lay_out()
        self._connect()
        settings.changed.connect(self._follow)
        self._show()

    def matches(self, words: list[str]) -> bool:
        """Whether every word is in the title, the help or the section."""
        one = self.preference
        text = f"{one.section} {one.title} {one.help} {' '.join(words for _, words in one.choices)}".lower()
        return all(word in text for word in words)

    def _lay_out(self) -> None:
        tokens = theme.current()
        said = QVBoxLayout()
        said.setSpacing(2)
        title = QLabel(self.preference.title)
        title.setBuddy(self.control)
        said.addWidget(title)
        if self.preference.help:
            about = QLabel(self.preference.help, wordWrap=True)
            about.setProperty("role", "dim")
            said.addWidget(about)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, tokens.s2, 0, tokens.s2)
        row.setSpacing(tokens.s3)
        row.addLayout(said, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(self._reset, 0, middle)
        row.addWidget(self.control, 0, middle)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)

    def _connect(self) -> None:
        control = self.control
        if isinstance(control, QCheckBox):
            control.toggled.connect(self._set)
        elif isinstance(control, QComboBox):
            control.currentIndexChanged.connect(lambda: self._set(control.currentData()))
        elif isinstance(control, QLineEdit):
            control.editingFinished.connect(lambda: self._set(control.text()))
        else:
            control.valueChanged.connect(self._set)

    def _set(self, value: bool | int | float | str) -> None:
        self._settings.set_value(self.preference, value)

    def _follow(self, key: str) -> None:
        if key == self.preference.key:
            self._show()

    def _show(self) -> None:
        value, control = self._settings.value(self.preference), self.control
        with QSignalBlocker(control):
            if isinstance(control, QCheckBox):
                control.setChecked(bool(value))
            elif isinstance(control, QComboBox):
                control.setCurrentIndex(control.findData(value))
            elif isinstance(control, QSpinBox):
                control.setValue(int(value))
            elif isinstance(control, QDoubleSpinBox):
                control.setValue(float(value))
            elif control.text() != str(value):
                control.setText(str(value))
        self._reset.setVisible(value != self.preference.default)


def _control(preference: Preference) -> Control:
    if isinstance(preference.default, bool):
        return QCheckBox()
    if preference.choices:
        box = QComboBox()
        for value, words in preference.choices:
            box.addItem(words, value)
        control: Control = box
    elif isinstance(preference.default, str):
        control = QLineEdit()
    else:
        control = _number(preference)
    control.setFixedWidth(CONTROL_WIDTH)
    strong_focus(control)
    return control


def _number(preference: Preference) -> QSpinBox | QDoubleSpinBox:
    low, high = preference.range or (0.0, 1e6)
    suffix = f" {preference.unit}" if preference.unit else ""
    box: QSpinBox | QDoubleSpinBox
    if isinstance(preference.default, int):
        box = QSpinBox(minimum=int(low), maximum=int(high), suffix=suffix)
    else:
        box = QDoubleSpinBox(minimum=low, maximum=high, suffix=suffix)
        box.setSingleStep((high - low) / 20)
    box.setKeyboardTracking(False)
    theme.pad_spin_box(box)
    return box
