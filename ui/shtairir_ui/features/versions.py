"""The earlier versions of a file: each save keeps one, and any of them can be looked at and gone back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir.document import Graph
from shtairir.document.disk import add_backup
from shtairir.errors import ShtairirError
from shtairir_ui.commands import Command
from shtairir_ui.features.comparison import comparing
from shtairir_ui.versionsdialog import VersionsDialog

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


def show_versions(window: MainWindow) -> None:
    """List the earlier versions of the file."""
    path = window.editor.path
    if path is None:
        return
    dialog = VersionsDialog(window.editor, path, window)
    dialog.compare_wanted.connect(
        lambda graph, when: comparing(window).compare(graph.snapshot(), f"the version of {when}")
    )
    dialog.copy_wanted.connect(lambda graph, when: show_copy(window, graph, when))
    dialog.restore_wanted.connect(lambda graph, when: restore(window, graph, when))
    dialog.open()


def show_copy(window: MainWindow, graph: Graph, when: str) -> None:
    """Show an earlier version as a graph without a file, whose relative paths mean what they meant."""
    path = window.editor.path
    assert path is not None  # it has earlier versions
    graph.path = graph.on_disk = None
    graph.start_from(path.resolve().parent)
    graph.mark_unsaved()
    window.files.show_copy(graph, f"{path.name} as it was {when}, as a copy.")


def restore(window: MainWindow, graph: Graph, when: str) -> None:
    """Show an earlier version in the place of what is here; what was not saved becomes an earlier version too."""
    editor, path = window.editor, window.editor.path
    assert path is not None  # it has earlier versions
    try:
        if editor.is_modified:
            add_backup(path, editor.present.to_bytes())
    except ShtairirError as error:
        window.notice.say(f"Nothing was changed, since what is here could not be kept. {error}")
        return
    graph.path, graph.on_disk = path, editor.present.on_disk
    graph.mark_unsaved()
    editor.show_graph(graph)
    window.status_line.say(f"{path.name} as it was {when}. Save it to keep it so.")


def attach(window: MainWindow) -> None:
    """Bind the command."""
    window.actions_.on("versions", lambda: show_versions(window))


COMMANDS = (
    Command(
        "versions",
        "Earlier &versions…",
        (),
        "history",
        "Look at the backups of this file, and go back to one",
        usable=lambda editor: editor.path is not None and editor.past is None,
    ),
)
