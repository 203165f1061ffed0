"""Links without a mouse: choose a port of the selected node, then what it is to be linked with, by typing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shtairir.block import BlockDefinition
from shtairir.block.compatibility import compatibility
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.finder import Finder, Row
from shtairir_ui.linking import feeds

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.window import MainWindow

_IN, _OUT = "in ", "out "


def connect_by_search(window: MainWindow) -> None:
    """Ask for a port of the node selected last, then for its partner, and link them."""
    editor = window.editor
    node = editor.selection[-1]
    ports = list(port_rows(editor, node))
    if not ports:
        editor.message.emit(f"The ports of '{node}' are not known: its block is not installed.")
        return

    def chosen(key: str) -> None:
        partners = list(partner_rows(editor, key))
        if not partners:
            editor.message.emit(f"Nothing in the graph fits {key.partition(' ')[2]}. Tab adds a block.")
            return
        prompt = f"Link {key.partition(' ')[2]} {'to' if key.startswith(_OUT) else 'from'}"
        Finder(window, "partnerFinder", prompt, partners, lambda other: _link(editor, key, other)).open_over(window)

    Finder(window, "portFinder", f"A port of {node}", ports, chosen).open_over(window)


def port_rows(editor: Editor, node: NodeId) -> Iterator[Row]:
    """Yield the ports of a node: what it gives, then what it takes."""
    definition = editor.definition(node)
    if definition is None:
        return
    for output in definition.outputs:
        ref = PortRef(node, output.name)
        number = sum(link.source == ref for link in editor.graph.links.values())
        more = f"{output.type.name}, feeds {number}" if number else output.type.name
        yield Row(f"{_OUT}{ref}", f"{output.label or output.name} →", more, "output")
    for entry in definition.inputs:
        ref = PortRef(node, entry.name)
        link = editor.graph.links.get(ref)
        more = f"{entry.type.name}, fed by {link.source}" if link is not None else entry.type.name
        yield Row(f"{_IN}{ref}", f"→ {entry.label or entry.name}", more, "input")


def partner_rows(editor: Editor, key: str) -> Iterator[Row]:
    """Yield the ports that may be linked with a port: the right type, and no circle."""
    side, _, name = key.partition(" ")
    start = PortRef.parse(name)
    own = editor.definition(start.node)
    if own is None:
        return
    for node in editor.graph.nodes:
        definition = editor.definition(node)
        ends = (start.node, node) if side == "out" else (node, start.node)
        if definition is None or node == start.node or feeds(editor.graph.links, ends[1], ends[0]):
            continue
        for port, kind in _fitting(own, start, definition, side):
            ref = PortRef(node, port)
            icon = theme.category_icon(definition.category)
            yield Row(str(ref), f"{_title(editor, node)} · {port}", kind, node, icon)


def _fitting(own: BlockDefinition, start: PortRef, other: BlockDefinition, side: str) -> Iterator[tuple[PortName, str]]:
    given, taken = own.output(start.port), own.input(start.port)
    if side == "out" and given is not None:
        fitting = [one for one in other.inputs if compatibility(given.type, one.type).ok]
        yield from ((one.name, one.type.name) for one in fitting)
    elif taken is not None:
        giving = [one for one in other.outputs if compatibility(one.type, taken.type).ok]
        yield from ((one.name, one.type.name) for one in giving)


def _title(editor: Editor, node: NodeId) -> str:
    definition = editor.definition(node)
    return editor.graph.nodes[node].title or (definition.name if definition is not None else node)


def _link(editor: Editor, key: str, other: str) -> None:
    start, end = PortRef.parse(key.partition(" ")[2]), PortRef.parse(other)
    source, target = (start, end) if key.startswith(_OUT) else (end, start)
    if editor.link(source, target) is None:
        editor.message.emit(f"{source} feeds {target} now.")
