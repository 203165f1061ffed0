"""Asks what of the canvas goes into a picture, how large, and whether the picture carries the graph."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.canvas import GraphCanvas
from shtairir_ui.canvas.picture import picture_size

SCALES = (1, 2, 3, 4)


class PictureDialog(QDialog):
    """What is wished of a picture.

    Attributes
    ----------
    wanted
        The area, the pixels for each unit of it, and whether the graph goes with it.
    """

    wanted = Signal(QRectF, float, bool)

    def __init__(self, canvas: GraphCanvas, *, carry: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictureDialog")
        self.setWindowTitle("Export a picture")
        self._canvas = canvas
        self.area = QComboBox()
        self.area.setObjectName("pictureArea")
        self.area.addItem("The whole graph", "all")
        if canvas.editor.selection:
            self.area.addItem("What is selected", "selection")
        self.area.addItem("What is in sight", "sight")
        self.scale = QComboBox()
        self.scale.setObjectName("pictureScale")
        for scale in SCALES:
            self.scale.addItem(f"{scale} ×", scale)
        self.scale.setCurrentIndex(1)
        self.carry = QCheckBox("The picture carries the graph: a PNG can be opened again")
        self.carry.setObjectName("pictureCarry")
        self.carry.setChecked(carry)
        self.facts = QLabel()
        self.facts.setObjectName("pictureFacts")
        self.facts.setProperty("role", "dim")
        self.area.currentIndexChanged.connect(self._refresh)
        self.scale.currentIndexChanged.connect(self._refresh)
        self._lay_out()
        self._refresh()

    def wished_area(self) -> QRectF:
        """The part of the canvas that is wished."""
        match self.area.currentData():
            case "selection":
                return self._canvas.board.extent(self._canvas.editor.selection)
            case "sight":
                return self._canvas.view.visible_rect()
            case _:
                return self._canvas.board.extent()

    def _refresh(self) -> None:
        size = picture_size(self.wished_area(), self.scale.currentData())
        self.facts.setText(f"{size.width():,} × {size.height():,} pixels")

    def _export(self) -> None:
        self.accept()
        self.wanted.emit(self.wished_area(), float(self.scale.currentData()), self.carry.isChecked())

    def _lay_out(self) -> None:
        tokens = theme.current()
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.s4)
        form.setVerticalSpacing(tokens.s3)
        form.addRow("Picture of", self.area)
        form.addRow("Size", self.scale)
        form.addRow("", self.facts)
        form.addRow("", self.carry)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        export = QPushButton("Export…")
        export.setObjectName("pictureExport")
        export.setProperty("role", "primary")
        export.setDefault(True)
        buttons.addButton(export, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._export)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
        column.setSpacing(tokens.s4)
        column.addLayout(form)
        column.addWidget(buttons)
