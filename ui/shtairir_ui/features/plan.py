"""The plan panel, and the ring on the canvas around what is pointed at in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.ids import NodeId
from shtairir_ui.canvas.spotlight import Spotlight
from shtairir_ui.commands import Command, Feature
from shtairir_ui.planpanel import PlanPanel

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def attach(window: MainWindow) -> None:
    """Add the panel below the canvas."""
    canvas, editor = window.canvas, window.editor
    panel = PlanPanel(editor, window.panels.profiler.recording)
    spotlight = Spotlight(canvas.board, canvas.view, canvas)
    window.panels.add_below(panel, "Plan")
    panel.node_hovered.connect(lambda path: spotlight.show(editor.place.local(path) if path else None))
    panel.node_shown.connect(canvas.center_on)
    panel.node_chosen.connect(lambda path: go_to(window, path))
    panel.message.connect(window.status_line.say)
    window.actions_.on("show_plan", lambda: show(window, panel))


def show(window: MainWindow, panel: PlanPanel) -> None:
    """Bring the plan to the front, with the keyboard in it."""
    window.panels.show_below(panel)
    panel.before.setFocus()


def go_to(window: MainWindow, path: str) -> None:
    """Show a node, wherever in the file it is, and give the canvas the keyboard."""
    node = window.editor.show_node(NodeId(path))
    if node is not None:
        window.canvas.focus_node(node)


FEATURE = Feature(
    "Run",
    (Command("show_plan", "P&lan", ("Ctrl+Alt+P",), "flow", "Show what a run would do, beside what the last one did"),),
    attach,
)
