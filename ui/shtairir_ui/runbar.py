"""Run, Pause, Step, Stop, more time, and how the run is doing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.foreseeing import Foresight, button_text, tip_lines
from shtairir_ui.guard import guarded
from shtairir_ui.iconlabel import IconLabel
from shtairir_ui.outcome import NOT_RUN, NOTHING, Outcome, Standing, outcome_of, roughly, running_text
from shtairir_ui.preview.view import Elided
from shtairir_ui.quantities import duration

if TYPE_CHECKING:
    from shtairir.results import RunResult
    from shtairir_ui.live import LiveMode

TICK_MS = 200
STEPS = 1000
NARROW = 560
"""With less room than this, in pixels, the buttons beside Run show their icons only, and no bar is shown."""
ROOMY = 620
"""With this much room the forecast stands on the Run button; with less, in its tip."""
LIVE_PATIENCE_S = 0.4
"""A live run that is over sooner does not make the buttons come and go."""
RUN_TIP = "Run the graph (F5)"


class RunBar(QFrame):
    """The run's buttons, its progress and, afterwards, its outcome."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runBar")
        self._editor = editor
        self._began_s = 0.0
        self._stopping = False
        self._make_widgets()
        self._lay_out()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._refresh)
        self._outcome = NOT_RUN
        self._live: LiveMode | None = None
        self.foresight = Foresight(editor, self)
        self._connect()
        self._show_idle()

    @property
    def status_text(self) -> str:
        """What the bar says, for tests and screen readers."""
        return self._status.full_text()

    def stop(self) -> None:
        """Ask the run to end and say so until it does."""
        if self._editor.is_running:
            self._stopping = True
            self._editor.stop()
            self._refresh()

    def pause_or_go_on(self) -> None:
        """Pause the run, or let it go on when it is held."""
        if self._editor.is_held:
            self._editor.go_on()
        else:
            self._editor.pause()

    def follow_live(self, live: LiveMode, action: QAction) -> None:
        """Have live mode switched here too, and be calm while it runs."""
        self._live = live
        self.live_button.setDefaultAction(action)
        self.live_button.show()
        live.switched.connect(self._show_state)
        self._show_state()

    # -- assembly --------------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        self.run_button = _button("Run", "runButton", RUN_TIP)
        self.run_button.setProperty("role", "primary")
        theme.bind_icon(self.run_button, "run", "on_accent")
        self.pause_button = _button("Pause", "pauseButton", "")
        self.step_button = _button("Step", "stepButton", "Start one of the nodes that are held (F10)")
        theme.bind_icon(self.step_button, "step")
        self.stop_button = _button("Stop", "stopButton", "Stop the run (Shift+F5)")
        theme.bind_icon(self.stop_button, "stop")
        self.extend_button = _button("More time", "extendButton", "")
        theme.bind_icon(self.extend_button, "clock", "warning")
        self.live_button = QToolButton(autoRaise=True)
        self.live_button.setObjectName("liveButton")
        self.live_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live_button.hide()
        self._bar = QProgressBar(textVisible=False, maximum=STEPS)
        self._bar.setObjectName("runProgress")
        self._bar.setFixedSize(120, 6)
        self._icon = IconLabel(size=16)
        self._icon.setObjectName("runOutcomeIcon")
        self._status = Elided()
        self._status.setObjectName("runStatus")

    def _lay_out(self) -> None:
        tokens = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.s2)
        for button in (self.run_button, self.pause_button, self.step_button, self.stop_button):
            row.addWidget(button)
        row.addWidget(self.live_button)
        row.addSpacing(tokens.s2)
        row.addWidget(self._bar)
        row.addWidget(self._icon)
        row.addWidget(self._status, 1)
        row.addWidget(self.extend_button)
        row.addSpacing(tokens.s2)

    def _connect(self) -> None:
        editor = self._editor
        self.run_button.clicked.connect(lambda _checked=False: editor.run())
        self.pause_button.clicked.connect(lambda _checked=False: self.pause_or_go_on())
        self.step_button.clicked.connect(lambda _checked=False: editor.step())
        self.stop_button.clicked.connect(lambda _checked=False: self.stop())
        self.extend_button.clicked.connect(lambda _checked=False: self._extend())
        editor.run_started.connect(self._on_started)
        editor.control_changed.connect(self._refresh)
        editor.run_finished.connect(self._on_finished)
        editor.run_refused.connect(self._on_refused)
        editor.document_opened.connect(self._on_opened)
        editor.past_changed.connect(self._show_state)
        self.foresight.changed.connect(self._show_forecast)

    # -- what is shown ---------------------------------------------------------------------------

    def _extend(self) -> None:
        self._editor.extend()
        self._refresh()

    def _on_started(self) -> None:
        self._began_s = time.perf_counter()
        self._stopping = False
        self._tick.start()
        if not self._is_calm:
            self._icon.hide()
        self._refresh()

    def _refresh(self) -> None:
        editor = self._editor
        if not editor.is_running or self._is_calm:
            return
        self._show_buttons()
        progress = editor.run_progress
        standing = Standing(
            elapsed_s=time.perf_counter() - self._began_s if progress is None else progress.elapsed_s,
            stopping=self._stopping,
            paused=editor.is_paused,
            held=len(editor.held_nodes),
        )
        self._bar.setValue(round((progress.share if progress is not None else 0.0) * STEPS))
        self._status.setText(running_text(progress, standing))
        self._offer_time()

    def _offer_time(self) -> None:
        left_s = self._editor.time_left_s
        self.extend_button.setVisible(self._editor.is_time_short and not self._stopping)
        if left_s is not None:
            ends = f"Ends in {roughly(left_s)}"
            self.extend_button.setText(roughly(left_s) if self._is_narrow else f"{ends} · More time")
            more = duration(self._editor.more_time_s)
            self.extend_button.setToolTip(f"{ends}: give the run another {more}")

    def _on_finished(self, result: RunResult) -> None:
        self._outcome = outcome_of(result, self._editor.run_statuses, self._editor.run_review)
        self._show_idle()

    def _on_refused(self, error: Exception) -> None:
        self._outcome = Outcome("error", "error", "Not run: see Problems")
        self._show_idle()

    def _on_opened(self) -> None:
        self._outcome = NOT_RUN
        self._show_idle()

    def _show_state(self, _cause: object = None) -> None:
        if self._editor.is_running:
            self._refresh()
        else:
            self._show_idle()

    def _show_idle(self) -> None:
        self._tick.stop()
        self._bar.setValue(0)
        self.extend_button.hide()
        self._show_buttons()
        # While a run of the past is looked at, how the last one went would be taken for its outcome.
        outcome = self._outcome if self._editor.past is None else NOTHING
        self._icon.setVisible(bool(outcome.icon))
        self._icon.show_icon(outcome.icon, outcome.role)
        self._status.setText(outcome.text)
        if outcome.detail:
            self._status.setToolTip(outcome.detail)

    def _show_buttons(self) -> None:
        editor = self._editor
        running, held = editor.is_running and not self._is_calm, editor.is_held
        self._enable(self.stop_button, running and not self._stopping)
        self._enable(self.run_button, not running and editor.past is None)
        self._enable(self.pause_button, editor.can_hold and not self._stopping)
        self.pause_button.setVisible(running)
        self._label(self.pause_button, "Resume" if held else "Pause")
        self._label(self.step_button, "Step")
        self._label(self.stop_button, "Stop")
        self._bar.setVisible(running and not self._is_narrow)
        self.pause_button.setToolTip(
            "Let the run go on (F5)" if held else "Start no node any more; those that run go on to their end (F6)"
        )
        theme.bind_icon(self.pause_button, "run" if held else "pause", "accent" if held else None)
        self.step_button.setVisible(held)
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if self._is_narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.live_button.setToolButtonStyle(style)
        self._show_forecast()

    def _show_forecast(self) -> None:
        """What the button would do stands on it; while a run goes on, what it did before would only mislead."""
        idle = not self._editor.is_running and self._editor.past is None
        forecast = self.foresight.forecast if idle or self._is_calm else None
        more = button_text(forecast) if self.width() >= ROOMY else ""
        self.run_button.setText(f"Run · {more}" if more else "Run")
        self.run_button.setAccessibleName("Run")
        lines = tip_lines(forecast)
        self.run_button.setAccessibleDescription(" ".join(lines))
        self.run_button.setToolTip("\n".join([RUN_TIP, *lines]))

    @property
    def _is_calm(self) -> bool:
        """Whether a live run goes on that may be over in a moment."""
        live = self._live is not None and self._live.is_running
        return live and time.perf_counter() - self._began_s < LIVE_PATIENCE_S

    @property
    def _is_narrow(self) -> bool:
        return self.width() < NARROW

    def _label(self, button: QPushButton, text: str) -> None:
        """What a button is called; where there is no room for words, its icon says it."""
        button.setText("" if self._is_narrow else text)
        button.setAccessibleName(text)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use words where there is room for them."""
        super().resizeEvent(event)
        self._show_buttons()

    def _enable(self, button: QPushButton, enabled: bool) -> None:
        if not enabled and button.hasFocus():  # else Qt would hand the keyboard to whatever stands next to it
            other = self.stop_button if button is self.run_button else self.run_button
            other.setEnabled(True)
            other.setFocus()
        button.setEnabled(enabled)


def _button(text: str, name: str, tip: str) -> QPushButton:
    """A click leaves the keyboard where it was, most often on the canvas; Tab still reaches the button."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
