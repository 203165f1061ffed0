"""The card beside a node that failed: the cause, the line of code, its inputs, where they come from, what to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from shtairir.events import NodeFailure
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.failures import failure_html, failure_text
from shtairir_ui.guard import guarded
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.replaying import open_script
from shtairir_ui.runtime import IDLE

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas
    from shtairir_ui.canvas.node_item import NodeItem
    from shtairir_ui.editor import Editor

WIDTH = 340
DELAY_MS, GRACE_MS = 400, 350
"""How long the mouse rests on a node until its card comes, and how long it may be elsewhere until that goes."""
_GAP = 14


class ErrorCard(QFrame):
    """The card itself. Its buttons are reached by Tab, like all buttons."""

    node_wanted = Signal(str)
    again_wanted = Signal()
    script_wanted = Signal()
    details_wanted = Signal()
    closed = Signal()
    entered = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.setObjectName("errorCard")
        self.setAccessibleName("What went wrong")
        self.setFixedWidth(WIDTH)
        self._failure: NodeFailure | None = None
        self._skipped: list[NodeId] = []
        self._title = QLabel()
        self._title.setObjectName("errorTitle")
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self._text.setObjectName("errorText")
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self._text.linkActivated.connect(lambda link: self.node_wanted.emit(link.removeprefix("node:")))
        self.again = _button("Run again", "errorRunAgain", "run", "Run this node once more, and what it needs")
        self.details = _button("Details", "errorDetails", "", "Show all of it in the inspector")
        self.script = _button("As script", "errorScript", "", "Open a program that calls this block with these inputs")
        self._copy = _button("Copy", "errorCopy", "copy", "Copy the error with its traceback")
        self._close = QToolButton(autoRaise=True)
        self._close.setToolTip("Hide this card")
        self._close.setAccessibleName("Hide this card")
        theme.bind_icon(self._close, "close", "text_dim")
        self._lay_out()
        self.again.clicked.connect(lambda _checked=False: self.again_wanted.emit())
        self.details.clicked.connect(lambda _checked=False: self.details_wanted.emit())
        self.script.clicked.connect(lambda _checked=False: self.script_wanted.emit())
        self._copy.clicked.connect(lambda _checked=False: self._put_on_clipboard())
        self._close.clicked.connect(lambda _checked=False: self.closed.emit())
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def text(self) -> str:
        """What is written on it, for tests and the clipboard."""
        return failure_text(self._failure) if self._failure is not None else ""

    def show_failure(self, title: str, failure: NodeFailure, skipped: list[NodeId], *, has_script: bool) -> None:
        """Say what went wrong."""
        self._failure = failure
        self._title.setText(title)
        self.setAccessibleDescription(failure_text(failure))
        self._skipped = skipped
        self.script.setVisible(has_script)
        self._write()

    def _write(self) -> None:
        if self._failure is not None:
            self._text.setText(failure_html(self._failure, self._skipped))
            self.setFixedHeight(self.heightForWidth(WIDTH))  # not that of the column, which knows of no border

    def _put_on_clipboard(self) -> None:
        if self._failure is not None:
            QGuiApplication.clipboard().setText(failure_text(self._failure, whole=True))

    def _lay_out(self) -> None:
        tokens = theme.current()
        top = QHBoxLayout()
        top.setSpacing(tokens.s2)
        top.addWidget(IconLabel("error", color="error"))
        top.addWidget(self._title, 1)
        top.addWidget(self._close)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.s1)
        for button in (self.again, self.details, self.script, self._copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s3, tokens.s2, tokens.s2, tokens.s3)
        column.setSpacing(tokens.s2)
        column.addLayout(top)
        column.addWidget(self._text)
        column.addLayout(buttons)

    def _dress(self, _tokens: object = None) -> None:
        tokens = theme.current()
        self.setStyleSheet(
            f"QFrame#errorCard {{ background: {tokens.css('surface')}; border: 1px solid {tokens.css('error')};"
            f" border-radius: {tokens.radius_large}px; }}"
            f" QLabel#errorTitle {{ font-weight: 600; }} QLabel#errorText {{ font-size: {tokens.size_label}px; }}"
            f" QPushButton {{ padding: 3px 8px; font-size: {tokens.size_label}px; }}"
        )
        self._write()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Only now its fonts are those of the theme, and its height is known."""
        super().showEvent(event)
        self._write()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives the keyboard back to the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    @guarded
    def enterEvent(self, event: QEnterEvent) -> None:
        """It stays as long as the mouse is on it."""
        super().enterEvent(event)
        self.entered.emit(True)

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        """The mouse went on."""
        super().leaveEvent(event)
        self.entered.emit(False)


class ErrorCards(QObject):
    """Shows the card of the node that is selected, or that the mouse rests on."""

    node_wanted = Signal(str)
    details_wanted = Signal()

    def __init__(self, canvas: GraphCanvas, editor: Editor) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._editor = editor
        self.card = ErrorCard(canvas.view)
        self._shown: NodeId | None = None
        self._hovered: NodeId | None = None
        self._dismissed: set[NodeId] = set()
        self._coming = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._going = QTimer(self, singleShot=True, interval=GRACE_MS)
        self._coming.timeout.connect(self.refresh)
        self._going.timeout.connect(self._let_go)
        self._connect()

    def _connect(self) -> None:
        editor, card, view = self._editor, self.card, self._canvas.view
        editor.selection_changed.connect(self.refresh)
        editor.runtime_changed.connect(self.refresh)
        editor.run_finished.connect(self.refresh)
        editor.graph_changed.connect(self.refresh)
        editor.run_started.connect(self._begin_anew)
        editor.graph_replaced.connect(self._begin_anew)
        editor.place_changed.connect(self._begin_anew)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._follow)
            bar.rangeChanged.connect(self._follow)
        card.closed.connect(self._dismiss)
        card.entered.connect(self._on_entered)
        card.again_wanted.connect(lambda: self._with_shown(editor.run_to))
        card.script_wanted.connect(lambda: self._with_shown(lambda node: open_script(editor, node)))
        card.node_wanted.connect(self.node_wanted)
        card.details_wanted.connect(lambda: self._with_shown(self._show_details))

    def go_to_next(self) -> None:
        """Select the next node that failed, after the one that is selected, with the keyboard on its card."""
        runtime = self._editor.runtime
        failed = [node for node in self._editor.graph.nodes if runtime.get(node, IDLE).failure is not None]
        if not failed:
            self._editor.message.emit("No node has failed.")
            return
        chosen = self._editor.selection
        place = failed.index(chosen[-1]) + 1 if chosen and chosen[-1] in failed else 0
        node = failed[place % len(failed)]
        self._dismissed.discard(node)
        self._canvas.focus_node(node)
        self.refresh()
        if self.card.isVisible():
            self.card.details.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def hover(self, item: NodeItem | None) -> None:
        """The mouse is over this node, or over none."""
        node = item.node if item is not None and _has_failed(item) else None
        if node is not None:
            self._hovered = node
            self._going.stop()
            if node != self._shown:
                self._coming.start()
        elif self._hovered is not None:
            self._coming.stop()
            self._going.start()

    def is_shown_for(self, item: NodeItem | None) -> bool:
        """Whether the card tells of this node already."""
        return item is not None and self.card.isVisible() and item.node == self._shown

    def refresh(self, _cause: object = None) -> None:
        """Show the card of the right node, or none."""
        node = self._right_one()
        item = self._canvas.board.nodes.get(node) if node is not None else None
        if item is None or item.runtime.failure is None:
            self._shown = None
            self.card.hide()
            return
        self._shown = item.node
        editor = self._editor
        skipped = [other for other, its in editor.runtime.items() if its.cause == node and other != node]
        self.card.show_failure(
            f"'{item.node}' failed", item.runtime.failure, skipped, has_script=editor.run_key is not None
        )
        self.card.again.setEnabled(not editor.is_running and editor.past is None)
        self._follow()

    # -- inside ----------------------------------------------------------------------------------

    def _right_one(self) -> NodeId | None:
        if self._hovered is not None and not self._coming.isActive():
            return self._hovered
        chosen = self._editor.selection
        if len(chosen) != 1 or chosen[0] in self._dismissed or self._editor.is_running:
            return None
        state = self._editor.runtime.get(chosen[0], IDLE)
        return chosen[0] if state.failure is not None and not state.stale else None

    def _with_shown(self, verb: Callable[[NodeId], object]) -> None:
        if self._shown is not None:
            verb(self._shown)

    def _show_details(self, node: NodeId) -> None:
        self._editor.select((node,))
        self.details_wanted.emit()

    def _on_entered(self, inside: bool) -> None:
        if inside:
            self._going.stop()
        elif self._hovered is not None:
            self._going.start()

    def _let_go(self) -> None:
        self._hovered = None
        self.refresh()

    def _dismiss(self) -> None:
        if self._shown is not None:
            self._dismissed.add(self._shown)
        self._let_go()

    def _begin_anew(self, _cause: object = None) -> None:
        self._dismissed.clear()
        self._coming.stop()
        self._let_go()

    def _follow(self, *_cause: object) -> None:
        """Stay beside the node: at its right, else at its left, else below it; gone where the node is out of sight."""
        item = self._canvas.board.nodes.get(self._shown) if self._shown is not None else None
        if item is None:
            return
        view = self._canvas.view
        outline = item.outline
        node = QRect(view.to_viewport(outline.topLeft()), view.to_viewport(outline.bottomRight()))
        room = view.viewport().rect()
        if not room.intersects(node):
            self.card.hide()
            return
        self.card.show()
        self.card.raise_()
        self.card.move(placed(node, self.card.width(), self.card.height(), room))


def placed(node: QRect, width: int, height: int, room: QRect) -> QPoint:
    """Where a card of that size lies beside a node: where it covers least of it, first at the right and at the left."""
    spots = (
        QPoint(node.right() + _GAP, node.top()),
        QPoint(node.left() - _GAP - width, node.top()),
        QPoint(node.left(), node.bottom() + _GAP),
        QPoint(node.left(), node.top() - _GAP - height),
    )
    kept = [_kept_in(spot, width, height, room.adjusted(4, 4, -4, -4)) for spot in spots]
    return min(kept, key=lambda spot: _area(QRect(spot.x(), spot.y(), width, height) & node))


def _kept_in(spot: QPoint, width: int, height: int, room: QRect) -> QPoint:
    x = max(min(spot.x(), room.right() - width), room.left())
    return QPoint(x, max(min(spot.y(), room.bottom() - height), room.top()))


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0


def _has_failed(item: NodeItem) -> bool:
    return item.runtime.failure is not None and not item.runtime.stale


def _button(text: str, name: str, icon: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    if icon:
        theme.bind_icon(button, icon)
    return button
