"""Offers to go on with a run that was cut off: when the program starts, and when its file is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from shtairir.errors import ShtairirError, UndecidedError
from shtairir_ui import theme
from shtairir_ui.deciding import DecidingDialog
from shtairir_ui.editor import Editor
from shtairir_ui.history.words import when
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.pastbar import dress_bar
from shtairir_ui.quantities import count

if TYPE_CHECKING:
    from shtairir.recovery.listing import RunInfo


@dataclass(frozen=True, slots=True)
class Offer:
    """A run that can be gone on with.

    Attributes
    ----------
    text
        What became of it, in words.
    path
        The file of its graph, if it has one.
    """

    key: str
    text: str = ""
    path: Path | None = None
    undoing: bool = False


class ResumeBar(QFrame):
    """Shown while there is a run of this file that was cut off; at the start, one of any file."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resumeBar")
        self._editor = editor
        self._asked = 0
        self._offer: Offer | None = None
        self._resuming: Offer | None = None
        self._icon = IconLabel(size=20)
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("resumeText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.resume_button = QPushButton("Resume")
        self.resume_button.setObjectName("resumeRun")
        self.resume_button.setToolTip("Go on with it: what was finished is not run again")
        self.discard_button = QPushButton("Discard")
        self.discard_button.setObjectName("resumeDiscard")
        self.discard_button.setToolTip("Forget what was finished in it; it cannot be gone on with then")
        self.later_button = QToolButton(autoRaise=True)
        self.later_button.setObjectName("resumeLater")
        self.later_button.setToolTip("Not now: it is offered again when the file is opened")
        self.later_button.setAccessibleName("Not now")
        theme.bind_icon(self.later_button, "close")
        self._lay_out()
        self.resume_button.clicked.connect(lambda _checked=False: self.resume())
        self.discard_button.clicked.connect(lambda _checked=False: self._discard())
        self.later_button.clicked.connect(lambda _checked=False: self._take_back())
        editor.document_opened.connect(self.refresh)
        editor.run_started.connect(self._take_back)
        editor.run_refused.connect(self._on_refused)
        editor.run_finished.connect(self._on_finished)
        theme.changed.connect(self._dress)
        self.hide()
        self.refresh()

    @property
    def text(self) -> str:
        """What the bar says."""
        return self._text.text()

    def refresh(self) -> None:
        """Look whether a run of this file was cut off."""
        self._take_back()
        self._asked += 1
        asked, path = self._asked, self._editor.path
        # Nothing is open yet: then a run of any file is worth telling of.
        anywhere = path is None and not self._editor.root.nodes
        self._editor.background.submit(lambda: _offered(path, anywhere), lambda offers: self._show(asked, offers))

    def resume(self) -> None:
        """Go on with the run that is offered."""
        if self._offer is not None:
            self.go_on_with(self._offer)

    def go_on_with(self, offer: Offer) -> None:
        """Go on with a run; its file is opened first where another is."""
        if offer.path is not None and offer.path != self._resolved():
            try:
                self._editor.open(offer.path)
            except (ShtairirError, OSError) as error:
                self._editor.message.emit(f"{offer.path.name} was not opened. {error}")
                return
        self._resuming = offer
        self._editor.resume_run(offer.key, undo=offer.undoing)

    def _on_refused(self, error: Exception) -> None:
        """Nobody knows what became of an effect: ask. Any other refusal leaves the offer as it was."""
        offer, self._resuming = self._resuming, None
        if offer is None:
            return
        if not isinstance(error, UndecidedError):
            self.refresh()
            return
        dialog = DecidingDialog(error.nodes, self)
        dialog.accepted.connect(lambda: self._decided(offer, dialog))
        dialog.rejected.connect(self.refresh)
        dialog.open()

    def _decided(self, offer: Offer, dialog: DecidingDialog) -> None:
        self._resuming = offer
        self._editor.resume_run(offer.key, rerun=dialog.rerun, done=dialog.happened)

    def _on_finished(self, _result: object) -> None:
        self._resuming = None

    # -- inside ----------------------------------------------------------------------------------

    def _resolved(self) -> Path | None:
        return self._editor.path.resolve() if self._editor.path is not None else None

    def _show(self, asked: int, offers: list[Offer]) -> None:
        if asked != self._asked or not offers or self._editor.is_running:
            return
        offer = self._offer = offers[0]
        self._text.setText(offer.text)
        self.resume_button.setText("Undo the rest" if offer.undoing else "Resume")
        self._dress()
        self.show()

    def _take_back(self) -> None:
        self._asked += 1
        self._offer = None
        self.hide()

    def _discard(self) -> None:
        offer = self._offer
        self._take_back()
        if offer is not None:
            self._editor.background.submit(lambda: _remove(offer.key), lambda _nothing: self.refresh())

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.s4, tokens.s2, tokens.s2, tokens.s2)
        row.setSpacing(tokens.s3)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        for button in (self.resume_button, self.discard_button, self.later_button):
            row.addWidget(button)

    def _dress(self, _tokens: object = None) -> None:
        dress_bar(self, "resumeBar", "resumeText", "warning")
        self._icon.show_icon("history", "warning")


def _offered(path: Path | None, anywhere: bool) -> list[Offer]:
    """The runs that were cut off, the latest first: those of a file, or of any."""
    from shtairir.recovery.listing import interrupted

    wanted = path.resolve() if path is not None else None
    found = [info for info in interrupted() if anywhere or (wanted is not None and _file_of(info) == wanted)]
    return [_offer(info) for info in found[:5]]


def _offer(info: RunInfo) -> Offer:
    from shtairir.recovery.account import account_of

    facts = info.facts
    began = when(datetime.fromisoformat(facts.started_at).astimezone(), datetime.now().astimezone())
    account = account_of(info.folder)
    undoing = info.state == "half_undone"
    far = f"after {len(account.done):,} of {count(facts.nodes, 'node')}"
    what = "was cut off while what it had done was being undone" if undoing else f"was cut off {far}"
    text = f"The run of “{facts.graph_name}” that began {began} {what}."
    return Offer(str(info.key), text, _file_of(info), undoing)


def _file_of(info: RunInfo) -> Path | None:
    path = info.facts.graph_path
    return Path(path).resolve() if path else None


def _remove(key: str) -> None:
    from shtairir.recovery.folder import folder_of

    folder = folder_of(key)
    if folder is not None:
        folder.remove()
