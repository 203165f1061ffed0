"""What a run is best shown by, as long as nobody chose a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor

_PICTURES = ("image", "figure")


def headline(editor: Editor) -> NodeId | None:
    """Return a node that failed, else one whose result nobody reads, a picture before all others.

    None while a run goes on, and where nothing has run.
    """
    if editor.is_running:
        return None
    failed = [node for node, state in editor.runtime.items() if state.failure is not None]
    read = {link.source for link in editor.graph.links.values()}
    final = [ref.node for ref in editor.results if ref not in read]
    pictures = [node for node in final if _makes_a_picture(editor, node)]
    return next((nodes[-1] for nodes in (failed, pictures, final) if nodes), None)


def _makes_a_picture(editor: Editor, node: NodeId) -> bool:
    state = editor.runtime.get(node)
    return state is not None and any(summary.kind in _PICTURES for summary in state.summaries.values())
