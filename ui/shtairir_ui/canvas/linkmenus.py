"""The menus of the right button for a link, a dot on it, and a port."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from shtairir.ids import PortRef
from shtairir_ui.canvas.dot_item import DotItem
from shtairir_ui.canvas.face import PortFace, is_always_port
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.menus import add_entry, add_publishing, stop_text
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.canvas.pinning import pinned_entries
from shtairir_ui.canvas.surgery import partners_to_swap

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas


def link_menu(canvas: GraphCanvas, item: LinkItem, dot: DotItem | None, at: QPointF) -> QMenu:
    """The menu of a link, or of a dot on it; `at` is the place on the canvas."""
    menu = QMenu(canvas)
    editor, link, surgery = canvas.editor, item.link, canvas.surgery
    watching = link.target in editor.watched_here
    stops = str(link.target) in editor.stops_here
    text = "Watch no longer" if watching else "Watch the value"
    add_entry(menu, text, lambda: editor.toggle_watch(link.target), "Shift+F9", "eye")
    add_entry(menu, stop_text(stops), lambda: editor.toggle_stop(link.target), "F9", "breakpoint")
    menu.addSeparator()
    add_entry(menu, "Insert a block…", lambda: canvas.placing.insert(link, at), "", "add")
    if dot is not None:
        add_entry(menu, "Remove the dot", lambda: surgery.remove_dot(link.target, dot.index), "Del")
    else:
        add_entry(menu, "Add a dot here", lambda: surgery.add_dot(item, at), "R")
    if link.via:
        add_entry(menu, "Remove all dots", lambda: surgery.straighten(link.target))
    menu.addSeparator()
    add_entry(menu, "Remove link", lambda: canvas.unlink([item]), "" if dot is not None else "Del", "unlink")
    menu.addSeparator()
    add_entry(menu, f"Go to {link.source.node}", lambda: canvas.focus_node(link.source.node))
    add_entry(menu, f"Go to {link.target.node}", lambda: canvas.focus_node(link.target.node))
    return menu


def port_menu(canvas: GraphCanvas, item: NodeItem, port: PortFace) -> QMenu:
    """The menu of a port."""
    menu = QMenu(canvas)
    ref, links = item.ref(port), _links_at(canvas, item.ref(port), port)
    at = item.anchor(port.side, port.name) + QPointF(-24 if port.side == "in" else 24, 0)
    what = "Feed it from a new block…" if port.side == "in" else "Link a new block to it…"
    known = port.type is not None
    add_entry(menu, what, lambda: canvas.placing.offer_partner(at, ref, port.side), "", "add", enabled=known)
    text = "Remove its link" if len(links) < 2 else f"Remove its {len(links)} links"
    add_entry(menu, text, lambda: canvas.unlink(links), "", "unlink", enabled=bool(links))
    if port.side == "in":
        _add_swaps(canvas, menu, ref)
        _add_hiding(canvas, menu, item, port)
    else:
        pinned_entries(canvas, menu, item.node, port.name)
    menu.addSeparator()
    add_publishing(canvas, menu, item.node, port)
    return menu


def _links_at(canvas: GraphCanvas, ref: PortRef, port: PortFace) -> list[LinkItem]:
    links = canvas.board.links_at(ref.node)
    return [one for one in links if (one.link.target if port.side == "in" else one.link.source) == ref]


def _add_swaps(canvas: GraphCanvas, menu: QMenu, ref: PortRef) -> None:
    partners = partners_to_swap(canvas, ref.node, ref.port)
    if partners:
        submenu = menu.addMenu("Swap links with")
        for other in partners:
            add_entry(submenu, other.port, partial(canvas.surgery.swap, ref, other))


def _add_hiding(canvas: GraphCanvas, menu: QMenu, item: NodeItem, port: PortFace) -> None:
    definition = canvas.editor.definition(item.node)
    declared = definition.input(port.name) if definition is not None else None
    if declared is not None and not is_always_port(declared) and not port.linked:
        add_entry(menu, "Hide this input", lambda: canvas.editor.expose(item.node, port.name, False))
