"""Asks what became of effects that a run may have had before it was cut off: nobody but a person can know."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme

AGAIN, HAPPENED = "It did not happen: run it again", "It happened: go on without it"
_UNDECIDED = "Choose…"


class DecidingDialog(QDialog):
    """A question for each node; nothing is chosen before a person chooses.

    Attributes
    ----------
    choices
        The answer to each question, by node.
    """

    def __init__(self, nodes: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decidingDialog")
        self.setWindowTitle("What had happened?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.choices = {node: self._choice(node) for node in nodes}
        self.made = {node: self._field(node) for node in nodes}
        explained = QLabel(
            "The run was cut off while these nodes were at work. What they do reaches beyond the graph, and may have "
            "happened or not. Look, and say which it is.",
            wordWrap=True,
        )
        buttons = QDialogButtonBox()
        self.resume_button = buttons.addButton("Resume", QDialogButtonBox.ButtonRole.AcceptRole)
        self.resume_button.setObjectName("decidedResume")
        buttons.addButton("Not now", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        tokens = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s3)
        column.addWidget(explained)
        column.addWidget(self._questions(nodes), 1)
        column.addWidget(buttons)
        self.resize(620, 320)
        self._refresh()

    @property
    def rerun(self) -> tuple[str, ...]:
        """The nodes that shall run again."""
        return tuple(node for node, choice in self.choices.items() if choice.currentText() == AGAIN)

    @property
    def happened(self) -> dict[str, str]:
        """The nodes that have had their effect, with what they made as it was typed; empty where nothing was."""
        return {
            node: self.made[node].text().strip()
            for node, choice in self.choices.items()
            if choice.currentText() == HAPPENED
        }

    def _choice(self, node: str) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName(f"decide_{node}")
        choice.setAccessibleName(f"What became of {node}")
        choice.addItems([_UNDECIDED, AGAIN, HAPPENED])
        choice.currentIndexChanged.connect(self._refresh)
        return choice

    def _field(self, node: str) -> QLineEdit:
        field = QLineEdit(placeholderText="What it made, if that is needed")
        field.setObjectName(f"made_{node}")
        field.setAccessibleName(f"What {node} made")
        return field

    def _questions(self, nodes: Mapping[str, str]) -> QWidget:
        tokens = theme.current()
        inside = QWidget()
        rows = QGridLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(tokens.s3)
        rows.setColumnStretch(0, 1)
        for row, (node, why) in enumerate(nodes.items()):
            told = QLabel(why, wordWrap=True)
            told.setTextFormat(Qt.TextFormat.PlainText)
            answer = QVBoxLayout()
            answer.setSpacing(tokens.s1)
            answer.addWidget(self.choices[node])
            answer.addWidget(self.made[node])
            answer.addStretch(1)
            rows.addWidget(told, row, 0, Qt.AlignmentFlag.AlignTop)
            rows.addLayout(answer, row, 1)
        rows.setRowStretch(len(nodes), 1)
        scrolled = QScrollArea(widgetResizable=True)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setWidget(inside)
        return scrolled

    def _refresh(self, *_cause: object) -> None:
        for node, choice in self.choices.items():
            self.made[node].setVisible(choice.currentText() == HAPPENED)
        self.resume_button.setEnabled(len(self.rerun) + len(self.happened) == len(self.choices))
