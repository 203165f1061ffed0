"""A bar across the window that asks something, with a button for each answer; work goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.pastbar import dress_bar


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer.

    Attributes
    ----------
    name
        The button's, for tests and for screen readers of scripts.
    tip
        What follows from it.
    """

    name: str
    text: str
    tip: str
    do: Callable[[], object]


class AskBar(QFrame):
    """Hidden until something is asked; the cross means: not now.

    Parameters
    ----------
    name
        The bar's own, unlike that of any other.
    """

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon_name = icon
        self._icon = IconLabel(size=20)
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName(f"{name}Text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons: dict[str, QPushButton] = {}
        self.later_button = QToolButton(autoRaise=True)
        self.later_button.setObjectName(f"{name}Later")
        self.later_button.setToolTip("Not now")
        self.later_button.setAccessibleName("Not now")
        theme.bind_icon(self.later_button, "close")
        self.later_button.clicked.connect(lambda _checked=False: self.take_back())
        self._lay_out()
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar asks."""
        return self._text.text()

    def button(self, name: str) -> QPushButton:
        """The button of an answer."""
        return self._buttons[name]

    def ask(self, text: str, choices: tuple[Choice, ...]) -> None:
        """Ask something, in the place of what was asked before."""
        self._text.setText(text)
        for button in self._buttons.values():
            button.setParent(None)
            button.deleteLater()
        self._buttons = {choice.name: self._made(choice) for choice in choices}
        for index, button in enumerate(self._buttons.values()):
            self._row.insertWidget(2 + index, button)
        self._dress()
        self.show()

    def take_back(self) -> None:
        """Ask no longer."""
        self.hide()
        self._text.clear()

    def _made(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.text)
        button.setObjectName(choice.name)
        button.setToolTip(choice.tip)
        button.clicked.connect(lambda _checked=False: choice.do())
        return button

    def _lay_out(self) -> None:
        tokens = theme.current()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(tokens.s4, tokens.s2, tokens.s2, tokens.s2)
        self._row.setSpacing(tokens.s3)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self.later_button)

    def _dress(self, _tokens: object = None) -> None:
        dress_bar(self, self.objectName(), self._text.objectName(), "warning")
        self._icon.show_icon(self._icon_name, "warning")
