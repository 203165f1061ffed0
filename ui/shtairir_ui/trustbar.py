"""Asks before code that came with a file may run: what it would run is shown, and the answer holds for just that."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from shtairir.document.trust import Carried, carried
from shtairir.validation.trust import UNTRUSTED
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.highlight import CodeHighlighter
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.quantities import count

_PROGRAM = Qt.ItemDataRole.UserRole


class TrustBar(QFrame):
    """Shown as long as the file carries code that may not run."""

    trusted = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trustBar")
        self._editor = editor
        self._icon = IconLabel(size=20)
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("trustText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.show_button = QPushButton("Show what would run…")
        self.show_button.setObjectName("showPrograms")
        self.show_button.clicked.connect(lambda _checked=False: self.show_programs())
        self._lay_out()
        theme.changed.connect(self._dress)
        editor.problems_changed.connect(self._refresh)
        editor.graph_replaced.connect(self._refresh)
        self._refresh()

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._text.text()

    def show_programs(self) -> QDialog:
        """Show the programs, and take the answer."""
        dialog = TrustDialog(self._programs(), self._editor.title, self)
        dialog.accepted.connect(self._trust)
        dialog.open()
        return dialog

    def _trust(self) -> None:
        self._editor.trust()
        self._refresh()
        self.trusted.emit()

    def _refresh(self, _cause: object = None) -> None:
        programs = self._programs()
        self.setVisible(bool(programs))
        if programs:
            number = count(len(programs), "program")
            self._text.setText(
                f"This file carries {number} of its own. Nothing of it has run, and nothing will until you allow it."
            )
            self._dress()

    def _programs(self) -> list[Carried]:
        """What would run if it were trusted; nothing where the check has found all trusted."""
        # The check has asked already: to ask here reads the list of trusted files and hashes the whole graph.
        root = self._editor.root
        if all(problem.code != UNTRUSTED for problem in self._editor.problems) or root.trusted:
            return []
        return carried(root.snapshot(), self._editor.registry)

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s4, tokens.s2, tokens.s4, tokens.s2)
        row.setSpacing(tokens.s3)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.show_button)

    def _dress(self, _tokens: object = None) -> None:
        tokens = theme.current()
        ground, line = tokens.tint(tokens.warning, 0.16), tokens.tint(tokens.warning, 0.45)
        self.setStyleSheet(
            f"#trustBar {{ background: {ground.name()}; border: none; border-bottom: 1px solid {line.name()}; }}"
            f"#trustText {{ color: {tokens.css('text')}; background: transparent; }}"
        )
        self._icon.show_icon("warning", "warning")


class TrustDialog(QDialog):
    """Each program with its text, and the question; the answer that does nothing is the default."""

    def __init__(self, programs: list[Carried], title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trustDialog")
        self.setWindowTitle(f"What {title} would run")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tokens = theme.current()
        self.list = QListWidget()
        self.list.setObjectName("trustPrograms")
        self.list.setAccessibleName("Programs in the file")
        self.text = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setObjectName("trustSource")
        self.text.setFont(theme.mono_font(tokens.size_label))
        self._highlighter = CodeHighlighter(self.text.document(), "python")
        for program in programs:
            item = QListWidgetItem(theme.icon("code" if program.source is not None else "process"), program.name)
            item.setData(_PROGRAM, program)
            item.setToolTip(str(program))
            self.list.addItem(item)
        self.list.currentItemChanged.connect(self._show)
        explained = QLabel(
            "A program in a graph runs with all your rights: it can read, change and send your files. "
            "Trust the file only if you know where it comes from, or have read what it does. "
            "Whatever anybody else changes in it later asks again.",
            wordWrap=True,
        )
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.list)
        both.addWidget(self.text)
        both.setSizes([180, 520])
        both.setChildrenCollapsible(False)
        buttons = QDialogButtonBox()
        self.refuse = buttons.addButton("Do not trust it", QDialogButtonBox.ButtonRole.RejectRole)
        self.accept_button = buttons.addButton("Trust this file", QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("trustFile")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s3)
        column.addWidget(explained)
        column.addWidget(both, 1)
        column.addWidget(buttons)
        letter = QFontMetricsF(self.font()).averageCharWidth()
        self.resize(round(letter * 110), round(letter * 62))
        self.list.setCurrentRow(0)
        self.accept_button.setAutoDefault(False)
        self.refuse.setDefault(True)  # once it is in the dialog, which would choose the other

    def _show(self, item: QListWidgetItem | None, _before: object = None) -> None:
        program: Carried | None = item.data(_PROGRAM) if item is not None else None
        self.text.setPlainText(_text(program) if program is not None else "")


def _text(program: Carried) -> str:
    """What there is to read of a program: its source, or the block with what it is given."""
    if program.source is not None:
        used = f"# run by {', '.join(program.used_by)}\n" if program.used_by else "# no node runs it\n"
        return used + program.source
    lines = [f"# {program.name}: {program.block}"]
    lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in (program.values or {}).items()]
    lines += [f"{name} = …  # comes from {source}" for name, source in (program.linked or {}).items()]
    return "\n".join(lines)
