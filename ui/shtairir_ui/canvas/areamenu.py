"""The menu of the right button for frames and notes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu

from shtairir_ui import theme
from shtairir_ui.canvas.area_item import COLORS, AreaKey
from shtairir_ui.canvas.gestures.areas import area_of

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas


def area_menu(canvas: GraphCanvas, key: AreaKey) -> QMenu:
    """The menu of a frame or a note, for all that are chosen where that makes sense."""
    menu, framing = QMenu(canvas), canvas.framing
    keys = framing.chosen if key in framing.chosen else (key,)
    frames = tuple(one for one in keys if one.kind == "frame")
    _add(menu, "Rename" if frames else "Edit", partial(framing.edit, key), "F2", "rename")
    _add_colors(canvas, menu, keys)
    _add(menu, "Shrink to fit" if frames else "Fit to the text", partial(framing.shrink, keys), icon="fit")
    if key.kind == "frame":
        inside = canvas.board.areas.nodes_in(key.id)
        _add(menu, "Select its nodes", partial(framing.select_nodes, key)).setEnabled(bool(inside))
    menu.addSeparator()
    what = ("frames" if len(keys) > 1 else "frame") if frames else ("notes" if len(keys) > 1 else "note")
    _add(menu, f"Delete {what}", partial(framing.remove, keys), "Del", "delete")
    if frames:
        inner = any(canvas.board.areas.nodes_in(one.id) for one in frames)
        both = _add(menu, f"Delete {what} with nodes", partial(framing.remove, keys, with_nodes=True))
        both.setEnabled(inner)
    return menu


def _add_colors(canvas: GraphCanvas, menu: QMenu, keys: tuple[AreaKey, ...]) -> None:
    submenu = menu.addMenu(theme.icon("color"), "Colour")
    now = area_of(canvas.editor.graph, keys[0])
    present = now.color if now is not None else None
    group = QActionGroup(submenu)
    for name, color in (("None", None), *COLORS):
        action = submenu.addAction(swatch(color), name)
        action.setCheckable(True)
        action.setChecked(color == present)
        action.triggered.connect(partial(_recolor, canvas, keys, color))
        group.addAction(action)
    submenu.addSeparator()
    submenu.addAction("Other…").triggered.connect(partial(_ask_color, canvas, keys, present))


def _recolor(canvas: GraphCanvas, keys: tuple[AreaKey, ...], color: str | None, _checked: bool = False) -> None:
    canvas.framing.recolor(keys, color)


def _ask_color(canvas: GraphCanvas, keys: tuple[AreaKey, ...], present: str | None, _checked: bool = False) -> None:
    dialog = QColorDialog(QColor(present or COLORS[0][1]), canvas)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Colour")
    dialog.colorSelected.connect(lambda color: canvas.framing.recolor(keys, color.name()))
    dialog.open()


def swatch(color: str | None) -> QIcon:
    """A patch of a colour; an empty one for none."""
    pixmap = QPixmap(32, 32)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.current().border_strong)
    painter.setBrush(QColor(color) if color else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(2.5, 2.5, 11, 11), 3, 3)
    painter.end()
    return QIcon(pixmap)


def _add(menu: QMenu, text: str, do: partial[None], keys: str = "", icon: str = "") -> QAction:
    action = menu.addAction(text)
    if keys:
        action.setShortcut(QKeySequence(keys))
    if icon:
        action.setIcon(theme.icon(icon))
    action.triggered.connect(lambda _checked=False: do())
    return action
