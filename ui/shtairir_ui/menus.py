"""The menu bar, with what fills itself: recent files, examples, themes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from shtairir_ui.dialogs import show_about, show_keys
from shtairir_ui.features import FEATURES
from shtairir_ui.settings import ThemeChoice

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

THEMES: tuple[tuple[ThemeChoice, str], ...] = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)


class Menus(QObject):
    """File, Edit, View, Run and Help."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.recent = QMenu("Open &Recent", window)
        self.examples = QMenu("Open &Example", window)
        self.themes = QMenu("&Theme", window)
        self._make_file_menu()
        fill, bar = window.actions_.fill, window.menuBar()
        fill(
            bar.addMenu("&Edit"),
            *("undo", "redo", "", "cut", "copy", "paste", "duplicate", "delete", "", "select_all", "find_block"),
        )
        fill(
            bar.addMenu("&Graph"),
            *("new_code", "", "make_subgraph", "make_unique", "expand_subgraph", "", "enter", "leave", ""),
            *("next_tab", "previous_tab", "close_tab"),
        )
        bar.addMenu("&Arrange")
        self._make_view_menu()
        fill(
            bar.addMenu("&Run"),
            *("run", "run_fresh", "pause", "step", "stop", "extend", "", "run_to", "run_from", "run_selected", ""),
            *("breakpoint", "watch", "clear_breakpoints", ""),
            *("show_history", "show_watch", "show_profiler", "show_health", "", "release_memory"),
        )
        self._make_help_menu()
        self._add_features()
        window.files.recents_changed.connect(self._fill_recent)

    def _add_features(self) -> None:
        """Put the commands of features behind those of the core."""
        menus = {action.text().replace("&", ""): action.menu() for action in self._window.menuBar().actions()}
        for feature in FEATURES:
            menu = menus[feature.menu]
            if isinstance(menu, QMenu) and feature.commands:
                self._window.actions_.fill(menu, "", *(command.name for command in feature.commands))
        file = menus["File"]
        if isinstance(file, QMenu):
            self._window.actions_.fill(file, "", "quit")

    def _make_file_menu(self) -> None:
        window = self._window
        menu = window.menuBar().addMenu("&File")
        window.actions_.fill(menu, "new", "open")
        menu.addMenu(self.recent)
        menu.addMenu(self.examples)
        window.actions_.fill(menu, "", "save", "save_as", "", "export")
        self._fill_recent()
        self._fill_examples()

    def _make_view_menu(self) -> None:
        window = self._window
        menu = window.menuBar().addMenu("&View")
        window.actions_.fill(menu, "fit", "as_app", "", "show_palette", "show_bottom", "show_right", "")
        menu.addMenu(self.themes)
        group = QActionGroup(self)
        for choice, title in THEMES:
            action = self.themes.addAction(title)
            action.setCheckable(True)
            action.setChecked(choice == window.theme_control.choice)
            action.setObjectName(f"theme_{choice}")
            action.triggered.connect(lambda _checked=False, choice=choice: window.theme_control.choose(choice))
            group.addAction(action)

    def _make_help_menu(self) -> None:
        window = self._window
        window.actions_.fill(window.menuBar().addMenu("&Help"), "keys", "about")
        window.actions_.on("keys", lambda: show_keys(window, window.actions_))
        window.actions_.on("about", lambda: show_about(window))

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self._window.settings.recent:
            self._add_file(self.recent, path, path.name, str(path), self._window.files.open_path)
        self.recent.setEnabled(not self.recent.isEmpty())
        if not self.recent.isEmpty():
            self.recent.addSeparator()
            self.recent.addAction("Clear this list").triggered.connect(lambda _checked=False: self._forget())

    def _fill_examples(self) -> None:
        from shtairir_assets.examples import list_examples

        files = self._window.files
        for example in list_examples():
            self._add_file(self.examples, example.path, example.title, example.summary, files.open_example)
        self.examples.setToolTipsVisible(True)
        self.examples.setEnabled(not self.examples.isEmpty())

    def _forget(self) -> None:
        self._window.settings.forget_files()
        self._fill_recent()

    def _add_file(self, menu: QMenu, path: Path, title: str, tip: str, open_: Callable[[Path], object]) -> QAction:
        action = menu.addAction(title.replace("&", "&&"))
        action.setToolTip(tip)
        action.setStatusTip(tip)
        action.triggered.connect(lambda _checked=False: open_(path))
        return action
