"""Gives an input or an output of a node a name by which the graph is used from outside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from shtairir.block import InputPort, OutputPort
from shtairir.errors import ShtairirError
from shtairir.ids import PortRef
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.naming import plain_name

_NUMBERS = frozenset({"int", "float"})


class PublishDialog(QDialog):
    """Asks for name, title, help and, of a number, a range; what does not fit is said below the fields."""

    def __init__(
        self, editor: Editor, port: PortRef, declared: InputPort | OutputPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("publishDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor = editor
        self._port = port
        self._is_input = isinstance(declared, InputPort)
        kind = "parameter" if self._is_input else "result"
        self.setWindowTitle(f"Publish as a {kind}")
        node = editor.graph.nodes[port.node]
        wish = port.port if port.port not in ("out", "value") else node.title or port.node
        self.name = QLineEdit(self._free(plain_name(wish)))
        self.name.setObjectName("publishName")
        self.title = QLineEdit(placeholderText=declared.label or port.port)
        self.title.setObjectName("publishTitle")
        self.help = QPlainTextEdit(placeholderText=declared.help or "What is it for?", tabChangesFocus=True)
        self.help.setObjectName("publishHelp")
        self.help.setFixedHeight(64)
        self.low, self.high = QLineEdit(placeholderText="from"), QLineEdit(placeholderText="to")
        self.has_range = isinstance(declared, InputPort) and declared.type.family in _NUMBERS
        self.error = QLabel(wordWrap=True)
        self.error.setObjectName("publishError")
        self.error.setProperty("role", "error")
        self.error.hide()
        self._lay_out(kind)
        self.name.selectAll()

    def accept(self) -> None:
        """Publish it, unless something does not fit."""
        try:
            self._publish()
        except (ShtairirError, ValueError) as error:
            self.error.setText(str(error))
            self.error.show()
            return
        super().accept()

    def _publish(self) -> None:
        root = self._editor.root
        port = PortRef(self._editor.place.whole(self._port.node), self._port.port)
        title, help = self.title.text().strip() or None, self.help.toPlainText().strip() or None
        name = self.name.text().strip()
        if self._is_input:
            root.publish(name, port, title=title, help=help, range=self._range())
        else:
            root.publish_result(name, port, title=title, help=help)

    def _range(self) -> tuple[float, float] | None:
        low, high = self.low.text().strip(), self.high.text().strip()
        if not low and not high:
            return None
        try:
            return float(low), float(high)
        except ValueError:
            raise ValueError("A range has two numbers, from and to. Leave both empty for none.") from None

    def _free(self, wish: str) -> str:
        root = self._editor.root
        taken = {one.name for one in root.parameters} | {one.name for one in root.results}
        name, number = wish, 2
        while name in taken:
            name, number = f"{wish}_{number}", number + 1
        return name

    def _lay_out(self, kind: str) -> None:
        tokens = theme.current()
        use = "--set NAME=VALUE" if kind == "parameter" else 'result["NAME"]'
        explained = QLabel(f"Its name is how the graph is used from outside: {use}, and in the form.", wordWrap=True)
        explained.setProperty("role", "dim")
        form = QFormLayout()
        form.setSpacing(tokens.s2)
        form.addRow("Name", self.name)
        form.addRow("Title", self.title)
        form.addRow("Help", self.help)
        if self.has_range:
            row = QHBoxLayout()
            row.addWidget(self.low)
            row.addWidget(self.high)
            form.addRow("Range", row)
        buttons = QDialogButtonBox()
        buttons.addButton("Publish", QDialogButtonBox.ButtonRole.AcceptRole).setObjectName("publishButton")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s3)
        column.addWidget(explained)
        column.addLayout(form)
        column.addWidget(self.error)
        column.addWidget(buttons)
        self.setMinimumWidth(420)
