"""What a node has logged in the runs of this session, and what is inside of it."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from shtairir.events import Event
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.log import LogLine, line_html, log_line

KEPT_LINES = 200
"""Of each node; a row of runs must not fill the memory."""
MOST_NODES = 2000


class NodeLogs(QObject):
    """The last lines of each node, by path."""

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[str, deque[tuple[int, LogLine]]] = {}
        self._number = 0
        editor.events_arrived.connect(self._take)
        editor.document_opened.connect(self._lines.clear)

    def of(self, path: NodeId) -> list[LogLine]:
        """The lines of a node, and of those inside of it, as they came."""
        inside = f"{path}/"
        found = [
            line for node, lines in self._lines.items() if node == path or node.startswith(inside) for line in lines
        ]
        return [line for _, line in sorted(found, key=lambda numbered: numbered[0])]

    def _take(self, events: list[Event]) -> None:
        clock = time.strftime("%H:%M:%S")
        for event in events:
            node: NodeId | None = getattr(event, "node", None)
            line = log_line(event, clock) if node is not None else None
            if node is None or line is None:
                continue
            if node not in self._lines:
                if len(self._lines) >= MOST_NODES:
                    self._lines.pop(next(iter(self._lines)))
                self._lines[node] = deque(maxlen=KEPT_LINES)
            self._number += 1
            self._lines[node].append((self._number, line))


class LogPage(QPlainTextEdit):
    """The lines of the selected node."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("nodeLog")
        self.setAccessibleName("Log of the node")
        self.setReadOnly(True)
        self.setProperty("role", "flat")
        self.setFont(theme.mono_font(theme.current().size_label))
        self.setPlaceholderText("This node has logged nothing in this session.")
        self._editor = editor
        self._logs = NodeLogs(editor, self)
        self._shown: tuple[NodeId, int] | None = None

    def show_node(self, node: NodeId, *, again: bool = False) -> None:
        """Show the lines of a node; `again` also when there are no new ones."""
        path = self._editor.place.whole(node)
        lines = self._logs.of(path)
        if (path, len(lines)) == self._shown and not again and len(lines) < KEPT_LINES:
            return
        self._shown = (path, len(lines))
        self.clear()
        if lines:
            named = any(line.node not in ("", path) for line in lines)
            self.appendHtml("<br>".join(line_html(line, with_node=named) for line in lines))
            self.moveCursor(QTextCursor.MoveOperation.End)
