"""What the canvas says about a thing when the mouse rests on it."""

from __future__ import annotations

from html import escape

from shtairir_ui.canvas.face import PortFace
from shtairir_ui.canvas.link_item import LinkItem
from shtairir_ui.canvas.link_mark import LinkMark
from shtairir_ui.canvas.node_item import NodeItem

HELD_HERE = "Breakpoint: a run is held here until you let it go on."


def tip(node: NodeItem | None, port: PortFace | None, link: LinkItem | None, mark: LinkMark | None = None) -> str:
    """Return the tool tip, as rich text; empty for the ground."""
    if node is not None and port is not None:
        return _port_tip(node, port)
    if node is not None:
        return _node_tip(node)
    if link is not None:
        return _link_tip(link, mark)
    return ""


def _node_tip(item: NodeItem) -> str:
    concern = item.concern
    return _lines(
        f"<b>{escape(item.face.title)}</b> &nbsp;{escape(item.face.block)}",
        escape(item.face.summary),
        escape(concern.text) if concern else "",
        escape(item.runtime.message) if not concern else "",
        HELD_HERE if item.stops else "",
    )


def _link_tip(link: LinkItem, mark: LinkMark | None) -> str:
    return _lines(
        f"<b>{escape(str(link.link.source))}</b> → <b>{escape(str(link.link.target))}</b>",
        escape(mark.watched.text) if mark is not None and mark.watched is not None else "",
        HELD_HERE if mark is not None and mark.stops else "",
    )


def _port_tip(item: NodeItem, port: PortFace) -> str:
    summary = item.runtime.summaries.get(port.name) if port.side == "out" else None
    must = "required" if port.required and not port.linked and not port.value else ""
    return _lines(
        f"<b>{escape(port.label)}</b> &nbsp;{escape(port.type_name)}",
        escape(port.help),
        must,
        f"Last result: {escape(summary.text)}" if summary is not None else "",
    )


def _lines(*lines: str) -> str:
    """Rich text wraps, plain text in a tool tip does not."""
    return "<qt>" + "<br>".join(line for line in lines if line) + "</qt>"
