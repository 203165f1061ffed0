"""To freeze nodes: what they made last is kept and used, whatever changes before them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from shtairir.ids import NodeId
from shtairir_ui.commands import Command, Feature
from shtairir_ui.freezing import all_before, freezing, is_frozen

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.window import MainWindow

TIP = "Keep what the selected nodes made last, whatever changes before them; or let them go on with what is there now"
BRANCH_TIP = "Freeze all that the selected nodes depend on, so that only they run; or let it all go on"
WORDS = {
    "freeze": ("&Freeze", "Un&freeze"),
    "freeze_branch": ("Freeze what is before it", "Unfreeze what is before it"),
}


def attach(window: MainWindow) -> None:
    """Bind the commands, and have their words say which way they go."""
    editor, actions = window.editor, window.actions_
    actions.on("freeze", lambda: _toggle(editor, editor.selection))
    actions.on("freeze_branch", lambda: _toggle(editor, _before(editor)))

    def name(_cause: object = None) -> None:
        actions["freeze"].setText(WORDS["freeze"][is_frozen(editor.graph, editor.selection)])
        actions["freeze_branch"].setText(WORDS["freeze_branch"][is_frozen(editor.graph, _before(editor))])

    for signal in (editor.selection_changed, editor.graph_changed, editor.graph_replaced, editor.place_changed):
        signal.connect(name)


def _toggle(editor: Editor, nodes: Collection[NodeId]) -> None:
    if nodes:
        editor.apply(freezing(editor.graph, nodes))


def _before(editor: Editor) -> tuple[NodeId, ...]:
    return all_before(editor.graph, editor.selection)


def _is_some(editor: Editor) -> bool:
    return editor.past is None and bool(editor.selection)


FEATURE = Feature(
    "Run",
    (
        Command("freeze", WORDS["freeze"][0], ("Ctrl+Alt+F",), "freeze", TIP, usable=_is_some),
        Command(
            "freeze_branch",
            WORDS["freeze_branch"][0],
            ("Ctrl+Alt+Shift+F",),
            "",
            BRANCH_TIP,
            usable=lambda editor: _is_some(editor) and bool(_before(editor)),
        ),
    ),
    attach,
)
