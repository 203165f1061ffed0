"""What a crash would take is kept beside the file while one edits, and offered again afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from shtairir.errors import ShtairirError
from shtairir.recovery.drafts import Draft, abandoned, discard
from shtairir_ui.askbar import AskBar, Choice
from shtairir_ui.autosave import Autosave
from shtairir_ui.commands import Command
from shtairir_ui.history.words import when
from shtairir_ui.quantities import count
from shtairir_ui.questions import ask_discard
from shtairir_ui.recoverdialog import RecoverDialog

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow


class Recovery(QObject):
    """Keeps the draft of a window's graph, and offers those that programs left that were cut off."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._editor = window.editor
        self._asked = 0
        self.autosave = Autosave(window.editor, parent=self)
        self.bar = AskBar("recoverBar", "history")
        self.bar.later_button.setToolTip("Not now: it is offered again when the file is opened, and at the next start")
        window.add_bar(self.bar)
        window.closed.connect(self.autosave.give_up)
        self.autosave.failed.connect(lambda text: window.notice.say(text, "warning"))
        self._editor.document_opened.connect(self.refresh)
        self._editor.graph_changed.connect(self._on_changed)
        window.files.recovering.connect(self.take)
        window.actions_.on("recover", self.show_all)
        self.refresh()

    def refresh(self) -> None:
        """Look for unsaved changes of this file; at the start, of any."""
        self.bar.take_back()
        self._asked += 1
        asked = self._asked
        self._editor.background.submit(abandoned, lambda drafts: self._offer(asked, drafts))

    def take(self, draft: Draft) -> None:
        """Show the graph of a draft here."""
        try:
            self.autosave.recover(draft)
        except (ShtairirError, OSError) as error:
            self._window.notice.say(f"“{draft.title}” could not be recovered. {error}")
            return
        self.bar.take_back()
        self._window.status_line.say(f"Recovered “{draft.title}”. Save it to keep it.")

    def show_all(self) -> None:
        """List all that can be recovered."""
        dialog = RecoverDialog(self._window)
        dialog.chosen.connect(self._window.files.recover)
        dialog.discarded.connect(lambda: self.refresh())
        dialog.open()

    def _on_changed(self, _change: object) -> None:
        """Who begins with something else has seen the offer; it comes again at the next start."""
        if self.bar.isVisible() and self._editor.path is None:
            self.bar.take_back()

    def _offer(self, asked: int, drafts: list[Draft]) -> None:
        if asked != self._asked:
            return
        wanted = [draft for draft in drafts if self._editor.path is None or self._is_ours(draft)]
        if not wanted or (self._editor.path is None and not self._editor.is_untouched):
            return
        if len(wanted) > 1:
            text = f"{len(wanted)} graphs have changes that were not saved when the program was cut off."
            self.bar.ask(text, (Choice("recoverShow", "Show them…", "Choose what to recover", self.show_all),))
            return
        draft = wanted[0]
        self.bar.ask(
            f"{in_words(draft)} The program was cut off before they were saved.",
            (
                Choice(
                    "recoverTake",
                    "Recover",
                    "Show them; nothing is saved by that",
                    lambda: self._window.files.recover(draft),
                ),
                Choice("recoverDiscard", "Discard", "Throw them away for good", lambda: self._discard(draft)),
            ),
        )

    def _is_ours(self, draft: Draft) -> bool:
        path = self._editor.path
        return path is not None and draft.path is not None and draft.path.resolve() == path.resolve()

    def _discard(self, draft: Draft) -> None:
        if not ask_discard(self._window, draft.title, count(draft.nodes, "node")):
            return
        self.bar.take_back()
        self._editor.background.submit(lambda: discard(draft), lambda _nothing: self.refresh())


def in_words(draft: Draft) -> str:
    """What there is to recover, in a sentence."""
    moment = when(draft.saved_at.astimezone(), datetime.now().astimezone())
    return f"“{draft.title}” ({count(draft.nodes, 'node')}) has changes of {moment}."


def attach(window: MainWindow) -> None:
    """Keep the drafts of a window's graph."""
    Recovery(window)


COMMANDS = (
    Command("recover", "Recover &unsaved changes…", (), "history", "What was edited when the program was cut off"),
)
