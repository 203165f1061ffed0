"""The source of a code block, edited where its values are: ports follow what is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from shtairir.block.code import source_problems
from shtairir.document.references import CODE
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.inspector.codefield import CodeField

DELAY_MS = 250


class CodePage(QWidget):
    """The field, what is wrong below it, and the way into the library of one's own blocks."""

    saved = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("codePage")
        self._editor = editor
        self._name: str | None = None
        self.field = CodeField()
        self.verdict = QLabel()
        self.verdict.setObjectName("codeVerdict")
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.save_button = QPushButton("Save as a block…")
        self.save_button.setObjectName("saveAsBlock")
        self.save_button.setToolTip("Put it into your own block folder, where every graph can use it")
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self._store)
        self._lay_out()
        self.field.textChanged.connect(self._timer.start)
        self.save_button.clicked.connect(lambda _checked=False: self._save())
        theme.changed.connect(self._check)

    def show_node(self, node: NodeId) -> None:
        """Show the source behind a node; what is being typed stays as it is."""
        placed = self._editor.graph.nodes.get(node)
        name = placed.block[len(CODE) :] if placed is not None and placed.block.startswith(CODE) else None
        if name != self._name:
            self.finish()
            self._name = name
        code = self._editor.root.code.get(name) if name is not None else None
        if code is not None and code.source != self.field.toPlainText() and not self._timer.isActive():
            cursor = self.field.textCursor()
            place = cursor.position()
            self.field.blockSignals(True)
            self.field.setPlainText(code.source)
            self.field.blockSignals(False)
            cursor.setPosition(min(place, len(code.source)))
            self.field.setTextCursor(cursor)
        self._check()

    def finish(self) -> None:
        """Keep what was typed a moment ago."""
        if self._timer.isActive():
            self._timer.stop()
            self._store()

    def focus(self) -> None:
        """Put the keyboard into the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _store(self) -> None:
        if self._name is not None and self._name in self._editor.root.code:
            self._editor.set_code(self._name, self.field.toPlainText())
        self._check()

    def _check(self, _cause: object = None) -> None:
        if self._name is None:
            return
        problems = source_problems(self.field.toPlainText(), self._name)
        self.field.show_problems(problems)
        tokens = theme.current()
        if problems:
            worst = next((one for one in problems if one.severity == "error"), problems[0])
            color = tokens.css("error" if worst.severity == "error" else "warning")
            more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
            self.verdict.setText(f"Line {worst.line}: {worst.message}{more}")
        else:
            color = tokens.css("text_dim")
            self.verdict.setText("Ports follow the function's arguments and result.")
        self.verdict.setStyleSheet(f"color: {color};")
        self.save_button.setEnabled(all(problem.severity != "error" for problem in problems))

    def _save(self) -> None:
        self.finish()
        if self._name is not None:
            path = self._editor.save_code_as_block(self._name)
            if path is not None:
                self.saved.emit(str(path))

    def _lay_out(self) -> None:
        tokens = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.field, 1)
        below = QHBoxLayout()
        below.setContentsMargins(tokens.s3, tokens.s2, tokens.s3, tokens.s2)
        below.setSpacing(tokens.s3)
        below.addWidget(self.verdict, 1)
        below.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(below)
