"""The section about what happens when things go wrong: a line at first, all settings when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from shtairir_ui import theme
from shtairir_ui.inspector.policy.row import ORIGIN_WIDTH, SettingRow
from shtairir_ui.inspector.policy.subject import Subject
from shtairir_ui.inspector.policy.summary import summary
from shtairir_ui.inspector.policy.words import RUN_TIMEOUT, WORDS

Parts: TypeAlias = tuple[tuple[str, Subject], ...]

LABEL_WIDTH = 96
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("When to run", ("condition",)),
    (
        "Try again",
        (
            "retries",
            "backoff_s",
            "backoff_factor",
            "backoff_cap_s",
            "jitter",
            "retry_on",
            "never_retry_on",
        ),
    ),
    ("Each attempt", ("timeout_s", "worker", "priority", "depends_on", "cache")),
    ("When it fails", ("on_failure", "fallback", "criticality")),
)
"""The settings of nodes under headings."""
_SELDOM = frozenset({"backoff_factor", "backoff_cap_s", "jitter", "retry_on", "never_retry_on"})
"""Settings that are folded away as long as nobody sets them."""


class PolicySection(QWidget):
    """Settings under a title that opens and closes them.

    Parameters
    ----------
    parts
        What is edited, each with a heading.
    """

    toggled = Signal(bool)

    def __init__(self, parts: Parts, *, opened: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("policySection")
        self._parts = parts
        self._forms = [(title, subject.form) for title, subject in parts]
        self.rows: dict[str, SettingRow] = {}
        self.more: QToolButton | None = None
        self._body: QWidget | None = None
        self.button = QToolButton()
        self.button.setObjectName("policyButton")
        self.button.setText("When things go wrong")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.summary = QLabel(wordWrap=True)
        self.summary.setObjectName("policySummary")
        self.summary.setProperty("role", "small")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.current().s1)
        self._column.addWidget(self.button)
        self._column.addWidget(self.summary)
        self.button.setChecked(opened)
        self._show(opened)
        self._laid_out = QTimer(self, singleShot=True, interval=0)
        self._laid_out.timeout.connect(self._bring_up)
        self.button.toggled.connect(self._show)
        self.button.toggled.connect(self._laid_out.start)
        self.button.toggled.connect(self.toggled)

    def take(self, parts: Parts) -> bool:
        """Show and edit the settings of something else, if it has the same; to make all fields anew takes long."""
        if [(title, subject.form) for title, subject in parts] != self._forms:
            return False
        self._parts = parts
        for row in self.rows.values():
            row.take(parts[row.part][1])
        self.refresh()
        return True

    def refresh(self) -> None:
        """Show what holds now."""
        lines = [f"{title}: {summary(subject)}" if title else summary(subject) for title, subject in self._parts]
        self.summary.setText("\n".join(lines))
        for row in self.rows.values():
            row.refresh()
        self._show_fitting()

    def _show(self, opened: bool) -> None:
        theme.bind_icon(self.button, "chevron_down" if opened else "chevron_right", "text_dim")
        if opened and self._body is None:
            self._body = self._made()
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(opened)
        self.summary.setVisible(not opened)
        self.refresh()

    def _bring_up(self) -> None:
        """Scroll to the section that was opened: below the parameters little of it is in sight."""
        area = self.parent()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parent()
        within = area.widget() if area is not None else None
        if area is not None and within is not None and self.button.isChecked():
            area.verticalScrollBar().setValue(self.mapTo(within, QPoint(0, 0)).y())

    def _made(self) -> QWidget:
        tokens = theme.current()
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.s2)
        grid.setVerticalSpacing(tokens.s1)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnMinimumWidth(2, ORIGIN_WIDTH)
        grid.setColumnStretch(1, 1)
        for part, (title, subject) in enumerate(self._parts):
            for heading, keys in _grouped(title, subject):
                self._add_heading(heading, grid)
                for key in keys:
                    self._add_row(part, key, body, grid)
                if _SELDOM.intersection(keys):
                    self._add_more(grid)
        return body

    def _add_more(self, grid: QGridLayout) -> None:
        """Few people change more than the first two things about retries."""
        self.more = QToolButton()
        self.more.setObjectName("moreButton")
        self.more.setText("More")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._show_fitting)
        grid.addWidget(self.more, grid.rowCount(), 0, 1, 2)

    def _add_heading(self, heading: str, grid: QGridLayout) -> None:
        label = QLabel(heading)
        label.setProperty("role", "heading")
        label.setContentsMargins(0, theme.current().s2, 0, 0)
        grid.addWidget(label, grid.rowCount(), 0, 1, 3)

    def _add_row(self, part: int, key: str, body: QWidget, grid: QGridLayout) -> None:
        subject = self._parts[part][1]
        of_run = "checkpoints" in subject.keys
        row = SettingRow(subject, key, RUN_TIMEOUT if of_run and key == "timeout_s" else WORDS[key], body)
        row.part = part
        row.label.setFixedWidth(LABEL_WIDTH)
        row.place(grid)
        self.rows[f"run.{key}" if of_run else key] = row

    def _show_fitting(self) -> None:
        """Fallback values are there where they are taken, and what is seldom set where it is, or is asked for."""
        row = self.rows.get("fallback")
        if row is not None:
            row.set_visible(self._parts[-1][1].shown("on_failure").value == "fallback")
        if self.more is None:
            return
        for key in _SELDOM & self.rows.keys():
            self.rows[key].set_visible(self.more.isChecked() or self.rows[key].is_set)
        theme.bind_icon(self.more, "chevron_down" if self.more.isChecked() else "chevron_right", "text_dim")


def _grouped(title: str, subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield headings with the settings below them."""
    if "checkpoints" in subject.keys:
        yield title, subject.keys
        return
    for heading, keys in _GROUPS:
        there = tuple(key for key in keys if key in subject.keys)
        if there:
            yield f"{title}: {heading.lower()}" if title else heading, there
