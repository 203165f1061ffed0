"""The canvas: nodes and links, drawn from the document and edited by gestures.

Read in the order of the flow: `face` (what a node shows) → `layout` (where) → `node_painter` (how) → `board`
(document to items) → `view` and `hand` (events to gestures) → `gestures` (gestures to editor verbs) → `canvas`.
"""

from shtairir_ui.canvas.canvas import BLOCK_MIME, GraphCanvas

__all__ = ["BLOCK_MIME", "GraphCanvas"]
