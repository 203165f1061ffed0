"""Makes a node fail on purpose, shows what its policy makes of it, and reports what held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from shtairir.errors import ShtairirError
from shtairir.events import Event, RunStarted
from shtairir.ids import NodeId
from shtairir_ui import theme
from shtairir_ui.bridge import EventBridge, start_thread
from shtairir_ui.happenings import happening
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.quantities import duration

if TYPE_CHECKING:
    from shtairir.control.rehearsal import RehearsalReport
    from shtairir_ui.editor import Editor

REHEARSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "timeout": ("Takes too long", "The block does not come back before its time is up"),
        "error": ("Raises an error", "The block's call is refused, as a connection that fails is"),
        "crash": ("Crashes", "The worker process dies under the block"),
        "oom": ("Runs out of memory", "The worker process is ended for want of memory"),
        "slow": ("Is slow", "The call begins late"),
    }
)
"""What can be made to go wrong: its name for people, and what it means."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The rehearsal is over."""

    report: RehearsalReport


class RehearsalDialog(QDialog):
    """One rehearsal: what happens, line by line, and then the report."""

    def __init__(self, editor: Editor, node: NodeId, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rehearsalDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor, self._node, self._kind = editor, node, kind
        self.setWindowTitle(f"Rehearsal: {node}")
        self._began_s: float | None = None
        self._bridge = EventBridge(self)
        self._bridge.arrived.connect(self._on_arrived)
        self.finished.connect(lambda _answer: self._bridge.open_run())  # what comes later is dropped
        self._icon = IconLabel("rehearse", size=20)
        self.verdict = QLabel(wordWrap=True)
        self.verdict.setObjectName("rehearsalVerdict")
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self._busy = QProgressBar(textVisible=False)
        self._busy.setRange(0, 0)
        self._busy.setFixedHeight(4)
        self.lines = QPlainTextEdit(readOnly=True)
        self.lines.setObjectName("rehearsalLines")
        self.lines.setAccessibleName("What happens")
        self.lines.setFont(theme.mono_font(theme.current().size_label))
        self.report = QTextBrowser()
        self.report.setObjectName("rehearsalReport")
        self.report.setAccessibleName("Report")
        self.report.setProperty("role", "flat")
        self.effects_button = QPushButton("Rehearse with its effects")
        self.effects_button.setObjectName("rehearseEffects")
        self.effects_button.clicked.connect(lambda _checked=False: self.begin(with_effects=True))
        self.again_button = QPushButton("Rehearse again")
        self.again_button.setObjectName("rehearseAgain")
        self.again_button.clicked.connect(lambda _checked=False: self.begin())
        self._lay_out()

    def begin(self, *, with_effects: bool = False) -> None:
        """Rehearse on a worker; what happens is told as it does."""
        import shtairir

        snapshot, registry = self._editor.root.snapshot(), self._editor.registry
        node, kind = self._node, self._kind
        sink = self._bridge.open_run()
        self._began_s = None
        self.lines.clear()
        self._say("rehearse", "text_dim", f"'{node}' {REHEARSALS[kind][0].lower()}. Waits are shortened.")
        self._set_busy(True)

        def work() -> None:
            try:
                report = shtairir.rehearse(
                    snapshot, {node: kind}, fast=True, with_effects=with_effects, instruments=(sink,), registry=registry
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, the dialog must not wait for ever
                sink.put(error)
            else:
                sink.put(Reported(report))

        # It may take long, and nobody waits for it when the program ends.
        start_thread(work, f"rehearsal-{sink.number}")

    def _refuse(self, error: Exception) -> None:
        self._set_busy(False)
        known = isinstance(error, ShtairirError)
        self._say("error", "error", str(error) if known else f"The rehearsal broke off: {error}")
        self.effects_button.setVisible(known and "has effects" in str(error))

    def _show(self, found: RehearsalReport) -> None:
        self._set_busy(False)
        if found.held:
            self._say("ok", "ok", "Everything went as the policy of the node says.")
        else:
            self._say("warning", "warning", "Not everything went as the policy of the node says.")
        self.report.setHtml(report_html(found))
        self.report.show()

    def _on_arrived(self, items: list[object]) -> None:
        for item in items:
            match item:
                case Reported(report):
                    self._show(report)
                case Exception():
                    self._refuse(item)
                case _:
                    self._tell(item)  # type: ignore[arg-type]  # whatever else a sink carries is an event

    def _tell(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._began_s = event.at_s
            self.lines.clear()
        line = happening(event)
        if line:
            self.lines.appendPlainText(f"{self._clock(event)}  {line}")

    def _clock(self, event: Event) -> str:
        return f"{event.at_s - self._began_s:7.2f} s" if self._began_s is not None else " " * 9

    def _say(self, icon: str, role: str, text: str) -> None:
        self._icon.show_icon(icon, role)
        self.verdict.setText(text)

    def _set_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        self.again_button.setEnabled(not busy)
        self.effects_button.hide()
        if busy:
            self.report.hide()

    def _lay_out(self) -> None:
        tokens = theme.current()
        head = QHBoxLayout()
        head.setSpacing(tokens.s2)
        head.addWidget(self._icon)
        head.addWidget(self.verdict, 1)
        buttons = QDialogButtonBox()
        buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.effects_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.again_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s4, tokens.s4, tokens.s4, tokens.s4)
        column.setSpacing(tokens.s3)
        column.addLayout(head)
        column.addWidget(self._busy)
        column.addWidget(self.lines, 1)
        column.addWidget(self.report, 1)
        column.addWidget(buttons)
        letter = QFontMetricsF(self.font()).averageCharWidth()
        self.resize(round(letter * 100), round(letter * 62))


def report_html(report: RehearsalReport) -> str:
    """The report as rich text."""
    rows = []
    for fault in report.faults:
        rows += [("Expected", fault.expected, ""), ("Happened", fault.happened, "ok" if fault.held else "error")]
    good = report.status in report.expected_status.split(" or ")
    rows.append(("The run", f"{_worded(report.status)}, after {duration(report.elapsed_s)}", "ok" if good else "error"))
    if not good:
        rows.append(("", f"It should have been {_worded(report.expected_status)}.", ""))
    rows.append(_results_row(report))
    if report.undone:
        rows.append(("Undone", ", ".join(report.undone), ""))
    rows += [("Left behind", sentence, "error") for sentence in report.left]
    if not report.left:
        rows.append(("Left behind", "nothing", "ok"))
    return f"<table cellspacing='0'>{''.join(_row(*row) for row in rows)}</table>"


def _results_row(report: RehearsalReport) -> tuple[str, str, str]:
    if report.same_results is None:
        return "Results", f"not compared. {report.not_compared}", ""
    if report.same_results:
        return "Results", "the same as those of an undisturbed run", "ok"
    return "Results", f"other than those of an undisturbed run: {', '.join(report.differing)}", "error"


def _worded(status: str) -> str:
    return status.replace("_", " ").replace("partial", "done in part")


def _row(label: str, text: str, role: str) -> str:
    tokens = theme.current()
    color = tokens.css(role) if role else tokens.css("text")
    mark = {"ok": "✓ ", "error": "✗ "}.get(role, "")
    return (
        f"<tr><td style='color:{tokens.css('text_dim')}; padding:3px 16px 3px 0'>{escape(label)}</td>"
        f"<td style='padding:3px 0'><span style='color:{color}'>{mark}</span>{escape(text)}</td></tr>"
    )
