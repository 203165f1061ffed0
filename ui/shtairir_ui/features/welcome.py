"""The welcome page: shown at the start without a file, and from the Help menu."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir_ui.commands import Command, Feature
from shtairir_ui.welcome import WelcomePage

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class Welcome(QObject):
    """Shows the page in the place of the panels, until there is something to see in these."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.page: WelcomePage | None = None
        window.actions_.on("welcome", self.show)
        window.welcome_wanted.connect(self.show)
        window.editor.document_opened.connect(self.leave)
        window.editor.graph_changed.connect(self.leave)
        window.editor.run_started.connect(self.leave)

    def show(self) -> None:
        """Show the page."""
        if self.page is None:
            self.page = self._made()
        self.page.refresh()
        self._window.show_page(self.page)
        self.page.new_button.setFocus()

    def leave(self, _change: object = None) -> None:
        """Show the graph."""
        if self.page is not None and self._window.page is self.page:
            self._window.show_page(None)

    def _made(self) -> WelcomePage:
        window, files = self._window, self._window.files
        page = WelcomePage(window.settings, window.editor.registry, window.editor.background)
        page.new_wanted.connect(self._begin)
        page.open_wanted.connect(files.open)
        page.recover_wanted.connect(window.actions_["recover"].trigger)
        page.tour_wanted.connect(window.actions_["tour"].trigger)
        page.example_wanted.connect(files.open_example)
        page.file_wanted.connect(self._open)
        return page

    def _begin(self) -> None:
        """An empty graph that is there already will do."""
        if self._window.editor.is_untouched:
            self.leave()
        else:
            self._window.files.new()

    def _open(self, path: Path) -> None:
        self._window.files.open_path(path)
        if self._window.editor.path is not None and self._window.editor.path.resolve() == path.resolve():
            self.leave()  # it was open already


def attach(window: MainWindow) -> None:
    """Bind the command."""
    Welcome(window)


FEATURE = Feature(
    "Help",
    (Command("welcome", "&Welcome page", (), "app", "Examples, recent files, and what can be recovered"),),
    attach,
)
