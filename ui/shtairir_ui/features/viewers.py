"""Results in windows of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.ids import NodeId, PortName
from shtairir_ui.canvas.pinning import toggled
from shtairir_ui.commands import Command, Feature
from shtairir_ui.glances import Glances

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.preview.window import Viewers
    from shtairir_ui.window import MainWindow


def _has_outputs(editor: Editor) -> bool:
    """Whether one node is selected that hands something on."""
    if len(editor.selection) != 1:
        return False
    definition = editor.definition(editor.selection[0])
    return definition is not None and bool(definition.outputs)


def attach(window: MainWindow) -> None:
    """Open viewers by the command, and by the button of the preview."""
    from shtairir_ui.preview.window import Viewers

    viewers = Viewers(window.editor, window)
    glances = Glances(window.editor)
    pins = window.canvas.board.pins
    pins.show_from(glances)
    glances.ready.connect(pins.show_value)
    preview, editor = window.panels.preview, window.editor
    window.canvas.viewer_wanted.connect(lambda ref: viewers.open(editor.place.whole(ref.node), ref.port))
    window.actions_.on("pin_preview", lambda: toggle_pins(editor))
    preview.offer_windows(viewers.open)
    window.actions_.on("open_viewer", lambda: open_selected(window.editor, viewers))


def toggle_pins(editor: Editor) -> None:
    """Pin the results of the selected nodes to the canvas, or take them off where all are pinned."""
    nodes = {node: names for node in editor.selection if (names := _outputs(editor, node))}
    edit = toggled(editor.graph, nodes)
    if edit is not None:
        editor.apply(edit)


def _outputs(editor: Editor, node: NodeId) -> tuple[PortName, ...]:
    """The first output of a node: more of them are chosen in its menu."""
    definition = editor.definition(node)
    return tuple(PortName(port.name) for port in definition.outputs[:1]) if definition is not None else ()


def open_selected(editor: Editor, viewers: Viewers) -> None:
    """Open the first output of the selected node that has a value, else its first."""
    if not _has_outputs(editor):
        return
    node = editor.selection[0]
    definition = editor.definition(node)
    assert definition is not None  # it has outputs
    names = [port.name for port in definition.outputs]
    valued = {ref.port for ref in editor.results if ref.node == node}
    viewers.open(editor.place.whole(node), next((name for name in names if name in valued), names[0]))


FEATURE = Feature(
    "View",
    (
        Command(
            "open_viewer",
            "Result in a &window",
            ("Shift+F2",),
            "window",
            "Show the result of the selected node in a window of its own",
            _has_outputs,
        ),
        Command(
            "pin_preview",
            "&Pin result to the canvas",
            ("Ctrl+Alt+O",),
            "pin",
            "Show the results of the selected nodes on the canvas, or no longer",
            lambda editor: any(_outputs(editor, node) for node in editor.selection),
        ),
    ),
    attach,
)
