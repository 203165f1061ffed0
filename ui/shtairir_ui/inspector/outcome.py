"""The last result of a node: how long, how large, what came out; or what went wrong and why."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTextBrowser, QWidget

from shtairir.events import NodeFailure, NodeStatus
from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.failures import SCHEME, failure_html, links
from shtairir_ui.inspector.header import STATUS
from shtairir_ui.inspector.prospect import reach_words
from shtairir_ui.quantities import duration, size
from shtairir_ui.runtime import IDLE, NodeRuntime


class OutcomePage(QTextBrowser):
    """Rich text about a node's last run; names of nodes are links."""

    node_wanted = Signal(str)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outcomePage")
        self.setProperty("role", "flat")
        self.setOpenLinks(False)
        self.document().setDocumentMargin(theme.current().s3)
        self._editor = editor
        self.anchorClicked.connect(lambda url: self.node_wanted.emit(url.toString().removeprefix(SCHEME)))

    def show_node(self, node: NodeId) -> None:
        """Show what is known of the node's last run."""
        state = self._editor.runtime.get(node, IDLE)
        skipped = [other for other, its in self._editor.runtime.items() if its.cause == node and other != node]
        html = outcome_html(state, skipped)
        freed = [ref for ref in self._editor.results.freed if ref.node == node]
        if freed:
            html += _freed(freed)
        if self._editor.past is None and node in self._editor.graph.nodes:
            html += _heading("What depends on it")
            html += escape(reach_words(self._editor.graph.snapshot(), self._editor.runtime, node))
        self.setHtml(html)


def outcome_html(state: NodeRuntime, skipped_because: list[NodeId]) -> str:
    """The page as rich text."""
    if state.status is None:
        return _dim("This node has not run yet. Press Run to see its result here.")
    parts = [_facts(state)]
    if state.failure is not None:
        parts.append(failure_card(state.failure, skipped_because))
    elif state.status is NodeStatus.SKIPPED:
        parts.append(_skipped(state))
    if state.summaries:
        parts.append(_outputs(state))
    return "".join(parts)


def failure_card(failure: NodeFailure, skipped_because: list[NodeId]) -> str:
    """Cause, line of code, inputs and where they come from, what to try, and what did not run because of it."""
    tokens = theme.current()
    ground, edge = tokens.tint(tokens.error, 0.12).name(), tokens.css("error")
    return (
        f"<table width='100%' cellpadding='8' style='margin-top:8px; background-color:{ground}'>"
        f"<tr><td style='border-left:3px solid {edge}'>{failure_html(failure, skipped_because)}</td></tr></table>"
    )


def _facts(state: NodeRuntime) -> str:
    _, color, word = STATUS[state.status]
    facts = [f"<b style='color:{theme.current().css(color)}'>{word}</b>"]
    if state.elapsed_s is not None:
        facts.append(escape(duration(state.elapsed_s)))
    if state.output_bytes:
        facts.append(f"{size(state.output_bytes)} out")
    if state.peak_bytes:
        facts.append(f"peak {size(state.peak_bytes)}")
    text = " · ".join(facts)
    if state.stale:
        text += "<br>" + _span("Its inputs have changed since. Run again to bring it up to date.")
    return f"<p style='margin:0'>{text}</p>"


def _skipped(state: NodeRuntime) -> str:
    cause = f" {links((state.cause,))}" if state.cause is not None else ""
    return f"<p style='margin:8px 0 0 0'>{escape(state.reason)}{cause}</p>"


def _outputs(state: NodeRuntime) -> str:
    return _table("Outputs", [(str(port), summary.text) for port, summary in state.summaries.items()])


def _freed(freed: list[PortRef]) -> str:
    names = ", ".join(ref.port for ref in freed)
    return f"<p>{_span(f'{names}: freed to stay within the memory budget. Run again to see it.')}</p>"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    dim = theme.current().css("text_dim")
    lines = "".join(
        f"<tr><td style='color:{dim}; padding:2px 12px 2px 0'>{escape(name)}</td>"
        f"<td style='padding:2px 0'>{escape(text)}</td></tr>"
        for name, text in rows
    )
    return _heading(title) + f"<table cellspacing='0'>{lines}</table>"


def _heading(title: str) -> str:
    return f"<p style='margin:12px 0 4px 0; color:{theme.current().css('text_dim')}'><b>{escape(title)}</b></p>"


def _span(text: str) -> str:
    return f"<span style='color:{theme.current().css('text_dim')}'>{escape(text)}</span>"


def _dim(text: str) -> str:
    return f"<p>{_span(text)}</p>"
