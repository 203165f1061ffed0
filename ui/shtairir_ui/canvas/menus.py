"""The menus of the right button for the ground and for a node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from shtairir.block import InputPort, OutputPort
from shtairir.document.model import BYPASSED, DISABLED, NodeState
from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.canvas.face import PortFace, is_always_port
from shtairir_ui.canvas.node_item import NodeItem
from shtairir_ui.canvas.pinning import pinned_entries
from shtairir_ui.freezing import all_before, freezing, is_frozen
from shtairir_ui.naming import published_name
from shtairir_ui.rehearsing import REHEARSALS

if TYPE_CHECKING:
    from shtairir_ui.canvas.canvas import GraphCanvas


def ground_menu(canvas: GraphCanvas, at: QPointF) -> QMenu:
    """The menu of the ground; `at` is the place on the canvas."""
    menu = QMenu(canvas)
    has_nodes = bool(canvas.editor.graph.nodes)
    add_entry(menu, "Add block…", lambda: canvas.search_blocks(at), "Tab", "add")
    add_entry(menu, "Paste here", lambda: canvas.paste(at), "Ctrl+V", "paste")
    add_entry(menu, "Paste in place", canvas.editor.paste_in_place, "Ctrl+Shift+V")
    menu.addSeparator()
    add_entry(menu, "Add note here", lambda: canvas.framing.add_note(at), "Ctrl+Alt+N", "note")
    add_entry(
        menu,
        "Frame the selection" if canvas.editor.selection else "Add frame",
        canvas.framing.frame_selection,
        "Ctrl+Alt+J",
        "frame",
    )
    menu.addSeparator()
    add_entry(menu, "Select all", canvas.editor.select_all, "Ctrl+A", enabled=has_nodes)
    add_entry(menu, "Show all", canvas.fit, "Home", "fit", enabled=has_nodes)
    return menu


def node_menu(canvas: GraphCanvas, item: NodeItem) -> QMenu:
    """The menu of a node, for all selected nodes where that makes sense."""
    menu = QMenu(canvas)
    editor, node = canvas.editor, item.node
    _add_running(canvas, menu, node)
    menu.addSeparator()
    add_entry(menu, "Rename", lambda: canvas.rename(node), "F2", "rename")
    add_entry(menu, "Duplicate", editor.duplicate, "Ctrl+D", "duplicate")
    add_entry(menu, "Replace by…", canvas.surgery.ask_replacement, "Ctrl+R", "swap")
    menu.addSeparator()
    _add_states(canvas, menu, node)
    _add_rewiring(canvas, menu)
    for extend in canvas.node_menu_parts:
        extend(menu)
    menu.addSeparator()
    _add_subgraph_entries(canvas, menu, node)
    menu.addSeparator()
    add_entry(menu, "Cut", editor.cut, "Ctrl+X", "cut")
    add_entry(menu, "Copy", editor.copy, "Ctrl+C", "copy")
    add_entry(menu, "Delete", canvas.delete, "Del", "delete")
    menu.addSeparator()
    pinned_entries(canvas, menu, node)
    _add_exposure(canvas, menu, item)
    add_publishing(canvas, menu, node)
    return menu


def _add_states(canvas: GraphCanvas, menu: QMenu, node: NodeId) -> None:
    """Put the selected nodes out of action, or back; and make them small."""
    placed, surgery = canvas.editor.graph.nodes[node], canvas.surgery
    states: tuple[tuple[NodeState, str, str], ...] = ((BYPASSED, "Bypass", "B"), (DISABLED, "Disable", "M"))
    for state, text, keys in states:
        entry = add_entry(menu, text, partial(surgery.toggle_state, state), keys)
        entry.setCheckable(True)
        entry.setChecked(placed.state == state)
    entry = add_entry(menu, "Collapse", surgery.toggle_collapsed, "H")
    entry.setCheckable(True)
    entry.setChecked(placed.collapsed)


def _add_rewiring(canvas: GraphCanvas, menu: QMenu) -> None:
    """What can be done to the links of the selected nodes."""
    editor, surgery = canvas.editor, canvas.surgery
    linked = any(canvas.board.links_at(node) for node in editor.selection)
    submenu = menu.addMenu(theme.icon("unlink"), "Links")
    several = len(editor.selection) > 1
    add_entry(submenu, "Connect in order", surgery.connect_in_order, "F", enabled=several)
    add_entry(submenu, "Swap inputs", surgery.swap, "S", enabled=linked)
    add_entry(submenu, "Pull out, and join what was around", surgery.pull_out, "X", enabled=linked)
    add_entry(submenu, "Detach", surgery.detach, "Ctrl+Shift+D", enabled=linked)


def _add_running(canvas: GraphCanvas, menu: QMenu, node: NodeId) -> None:
    """What can be run from here, where a run is to be held, and what may be made to go wrong to see what happens."""
    editor = canvas.editor
    idle, several = not editor.is_running, len(editor.selection) > 1
    state = editor.runtime.get(node)
    if state is not None and state.status is NodeStatus.PAUSED and editor.is_running:
        add_entry(menu, "Let it go on", lambda: editor.let_go(node), "", "run")
    add_entry(menu, "Run to here", lambda: editor.run_to(node), "Ctrl+F10", "run_to", enabled=idle)
    add_entry(menu, "Run from here", lambda: editor.run_from(node), "Ctrl+F5", "run_from", enabled=idle)
    if several:
        add_entry(menu, "Run selected", editor.run_selected, "Ctrl+Shift+F5", "run", enabled=idle)
    chosen = editor.selection if several else (node,)
    stops = all(one in editor.stops_here for one in chosen)
    add_entry(menu, stop_text(stops), lambda: editor.toggle_stop(*chosen), "F9", "breakpoint")
    _add_freezing(canvas, menu, chosen)
    rehearsals = menu.addMenu(theme.icon("rehearse"), "Rehearse a failure")
    rehearsals.setToolTipsVisible(True)
    rehearsals.setEnabled(idle)
    for kind, (text, tip) in REHEARSALS.items():
        add_entry(rehearsals, text, partial(editor.rehearse, node, kind)).setToolTip(tip)


def _add_freezing(canvas: GraphCanvas, menu: QMenu, chosen: Sequence[NodeId]) -> None:
    """Keep what nodes made last, whatever changes before them."""
    editor = canvas.editor
    before = all_before(editor.graph, chosen)
    for nodes, where, keys, icon in (
        (chosen, "", "Ctrl+Alt+F", "freeze"),
        (before, " what is before it", "Ctrl+Alt+Shift+F", ""),
    ):
        thaws = is_frozen(editor.graph, nodes)
        edit = freezing(editor.graph, nodes)
        text = f"{'Unfreeze' if thaws else 'Freeze'}{where}"
        add_entry(menu, text, partial(editor.apply, edit), keys, icon, enabled=bool(nodes))


def stop_text(stops: bool) -> str:
    return "Remove the breakpoint" if stops else "Set a breakpoint"


def add_publishing(canvas: GraphCanvas, menu: QMenu, node: NodeId, only: PortFace | None = None) -> None:
    """Which inputs and outputs have a name outside of the graph; of one port or of all."""
    definition = canvas.editor.definition(node)
    submenu = menu.addMenu("Publish")
    submenu.setEnabled(False)
    if definition is None or canvas.editor.place.path:
        return
    graph = canvas.editor.graph
    free = [port for port in definition.inputs if port.editable and PortRef(node, port.name) not in graph.links]
    ports: list[InputPort | OutputPort] = [*free, *definition.outputs]
    for declared in ports:
        side = "out" if isinstance(declared, OutputPort) else "in"
        if only is not None and (only.side, only.name) != (side, declared.name):
            continue
        ref = PortRef(node, declared.name)
        name = published_name(graph, ref)
        kind = "result" if side == "out" else "parameter"
        text = f"{declared.label or declared.name} as a {kind}…" if name is None else f"Publish {name} no longer"
        action = submenu.addAction(text)
        action.triggered.connect(partial(_publish, canvas, ref, declared, name))
        submenu.setEnabled(True)


def _publish(
    canvas: GraphCanvas, ref: PortRef, declared: InputPort | OutputPort, name: str | None, _checked: bool = False
) -> None:
    if name is None:
        canvas.publish_wanted.emit(ref, declared)
    else:
        canvas.editor.unpublish(name)


def _add_subgraph_entries(canvas: GraphCanvas, menu: QMenu, node: NodeId) -> None:
    """What can be done with definitions: made of the selection, gone into, copied, put back."""
    editor = canvas.editor
    if editor.can_enter(node):
        add_entry(menu, "Go into", lambda: editor.enter(node), "Ctrl+Down", "chevron_down")
    if editor.selected_instances():
        add_entry(menu, "Make unique", editor.make_unique, enabled=len(editor.selected_instances()) == 1)
        add_entry(menu, "Expand", editor.expand_subgraphs, "Ctrl+Shift+G")
    add_entry(menu, "Frame", canvas.framing.frame_selection, "Ctrl+Alt+J", "frame")
    add_entry(menu, "Make subgraph", editor.make_subgraph, "Ctrl+G", "subgraphs", enabled=bool(editor.selection))


def _add_exposure(canvas: GraphCanvas, menu: QMenu, item: NodeItem) -> None:
    """Which inputs with a default are shown as ports."""
    definition = canvas.editor.definition(item.node)
    node = canvas.editor.graph.nodes[item.node]
    optional = [port for port in definition.inputs if not is_always_port(port)] if definition else []
    submenu = menu.addMenu("Inputs as ports")
    submenu.setEnabled(bool(optional))
    linked = {port.name for port in item.face.inputs if port.linked}
    for port in optional:
        action = submenu.addAction(port.label)
        action.setCheckable(True)
        action.setChecked(port.name in node.exposed or port.name in linked)
        # A linked input is shown anyway: hiding it would hide the link.
        action.setEnabled(port.name not in linked)
        action.toggled.connect(lambda shown, name=port.name: canvas.editor.expose(item.node, name, shown))


def add_entry(
    menu: QMenu,
    text: str,
    do: Callable[[], object],
    keys: str = "",
    icon: str = "",
    *,
    enabled: bool = True,
) -> QAction:
    """Put an entry into a menu; the keys are shown as a reminder only."""
    action = menu.addAction(text)
    if keys:
        # Shown as a reminder; the canvas itself listens to the key.
        action.setShortcut(QKeySequence(keys))
    if icon:
        action.setIcon(theme.icon(icon))
    action.setEnabled(enabled)
    action.triggered.connect(lambda: do())
    return action
