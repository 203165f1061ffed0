"""What the canvas says about a thing when the mouse rests on it."""

from __future__ import annotations

from html import escape

from shtairir.document.model import BYPASSED, DISABLED
from shtairir_ui.canvas.face import PortFace
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.link_mark import LinkMark
from shtairir_ui.canvas.node_item import NodeItem

HELD_HERE = "Breakpoint: a run is held here until you let it go on."
_STATES = {
    BYPASSED: "Bypassed: it hands on what it is given. B lets it work again.",
    DISABLED: "Disabled: it does not run, and neither does what needs it. M lets it work again.",
}


def heading(node: NodeItem | None, port: PortFace | None, link: LinkItem | None) -> str:
    """The name of what is under the mouse, as rich text."""
    if port is not None:
        where = f" of {escape(node.face.title)}" if node is not None else ""
        return f"<b>{escape(port.label or port.name)}</b>{where} &nbsp;{escape(port.type_name)}"
    if link is not None:
        return f"<b>{escape(str(link.link.source))}</b> → <b>{escape(str(link.link.target))}</b>"
    return ""


def about(port: PortFace | None, mark: LinkMark | None) -> str:
    """What is to be known of a port or a link besides its value."""
    lines = [port.help] if port is not None and port.help else []
    if mark is not None and mark.stops:
        lines.append(HELD_HERE)
    return "\n".join(lines)


def tip(item: NodeItem) -> str:
    """What is said of a node, as rich text."""
    concern = item.concern
    return _lines(
        f"<b>{escape(item.face.title)}</b> &nbsp;{escape(item.face.block)}",
        escape(item.face.summary),
        _STATES.get(item.face.state, ""),
        escape(concern.text) if concern else "",
        escape(item.runtime.message) if not concern else "",
        HELD_HERE if item.stops else "",
    )


def _lines(*lines: str) -> str:
    """Rich text wraps, plain text in a tool tip does not."""
    return "<qt>" + "<br>".join(line for line in lines if line) + "</qt>"
