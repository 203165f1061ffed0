"""Shows the files that are not where the graph says, and takes where they are now."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from shtairir_ui import theme
from shtairir_ui.editor import Editor
from shtairir_ui.emptystate import EmptyState
from shtairir_ui.missingfiles import Missing, found_below, missing_files, moved_along, relink
from shtairir_ui.quantities import count

_PATH = Qt.ItemDataRole.UserRole


class RelinkDialog(QDialog):
    """One row for each file; who finds one finds those that moved along."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("relinkDialog")
        self.setWindowTitle("Missing files")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editor = editor
        self._missing: list[Missing] = missing_files(editor.present.snapshot(), editor.registry)
        self._places: dict[Path, Path] = {}
        self.words = QLabel(wordWrap=True)
        self.words.setObjectName("relinkWords")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.list = QTreeWidget()
        self.list.setObjectName("relinkList")
        self.list.setAccessibleName("Missing files")
        self.list.setHeaderLabels(["File", "Read by", "Looked for in", "Is now"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.locate_button = QPushButton("Locate…")
        self.locate_button.setObjectName("relinkLocate")
        self.locate_button.setToolTip("Say where the chosen file is; those that moved along are found by it")
        self.search_button = QPushButton("Search a folder…")
        self.search_button.setObjectName("relinkSearch")
        self.search_button.setToolTip("Look for all of them by name, in a folder and the folders in it")
        self.apply_button = QPushButton("Use these")
        self.apply_button.setObjectName("relinkApply")
        self.apply_button.setProperty("role", "primary")
        for button in (self.locate_button, self.search_button):
            button.setAutoDefault(False)
        self.apply_button.setDefault(True)
        self._lay_out()
        self._fill()
        self.list.itemSelectionChanged.connect(self._refresh)
        self.list.itemActivated.connect(lambda _item, _column: self.locate())
        self.locate_button.clicked.connect(lambda _checked=False: self.locate())
        self.search_button.clicked.connect(lambda _checked=False: self.search())
        self.apply_button.clicked.connect(lambda _checked=False: self._apply())

    def locate(self) -> None:
        """Ask where the chosen file is."""
        item = self.list.currentItem()
        if item is None:
            return
        old: Path = item.data(0, _PATH)
        start = str(_nearest(old))
        if any(one.folder for one in self._missing if one.path == old):
            name = QFileDialog.getExistingDirectory(self, f"Where is {old.name}?", start)
        else:
            kind = f"{old.suffix or 'All'} files (*{old.suffix});;All files (*)"
            name, _ = QFileDialog.getOpenFileName(self, f"Where is {old.name}?", start, kind)
        if name:
            self._places[old] = Path(name)
            self._places |= moved_along(self._places, self._paths)
            self._fill()

    def search(self) -> None:
        """Ask for a folder, and look for all files in it, on a worker."""
        name = QFileDialog.getExistingDirectory(self, "Search this folder and those in it", str(Path.home()))
        if not name:
            return
        folder, wanted = Path(name), [path for path in self._paths if path not in self._places]
        self.words.setText(f"Searching {folder}…")
        self.search_button.setEnabled(False)
        self._editor.background.submit(lambda: found_below(folder, wanted), self._take_found)

    def _take_found(self, found: dict[Path, Path]) -> None:
        self._places |= found
        self._fill()

    @property
    def _paths(self) -> list[Path]:
        return list(dict.fromkeys(one.path for one in self._missing))

    def _fill(self) -> None:
        current = self.list.currentItem()
        chosen = self.list.indexOfTopLevelItem(current) if current is not None else 0
        self.list.ensurePolished()  # or rows would be as high as without a style
        self.list.clear()
        tokens = theme.current()
        for path in self._paths:
            users = ", ".join(dict.fromkeys(_user(one) for one in self._missing if one.path == path))
            place = self._places.get(path)
            item = QTreeWidgetItem(
                [path.name, users, str(path.parent), str(place) if place is not None else "not found"]
            )
            item.setData(0, _PATH, path)
            item.setIcon(3, theme.icon(*(("ok", "ok") if place is not None else ("error", "error"))))
            item.setForeground(2, tokens.text_dim)
            for column in range(4):
                item.setToolTip(column, item.text(column))
            self.list.addTopLevelItem(item)
        again = self.list.topLevelItem(max(chosen, 0))
        if again is not None:
            self.list.setCurrentItem(again)
        self._refresh()

    def _refresh(self) -> None:
        found, all_of_them = len(self._places), len(self._paths)
        self._stack.setCurrentIndex(1 if all_of_them else 0)
        text = f"{count(all_of_them, 'file')} that this graph reads {'is' if all_of_them == 1 else 'are'} not there."
        self.words.setText(f"{text} {found} found." if found else text)
        self.words.setVisible(bool(all_of_them))
        self.locate_button.setEnabled(self.list.currentItem() is not None)
        self.search_button.setEnabled(found < all_of_them)
        self.apply_button.setEnabled(found > 0)

    def _apply(self) -> None:
        number = relink(self._editor.present, self._missing, self._places)
        self.accept()
        self._editor.message.emit(f"{count(number, 'path')} set anew.")

    def _lay_out(self) -> None:
        tokens = theme.current()
        header = self.list.header()
        header.setStretchLastSection(False)
        modes = QHeaderView.ResizeMode
        for section, mode in enumerate((modes.ResizeToContents, modes.ResizeToContents, modes.Stretch, modes.Stretch)):
            header.setSectionResizeMode(section, mode)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState("ok", "All files are there", "Every file that this graph reads is in its place.")
        )
        self._stack.addWidget(self.list)
        tools = QHBoxLayout()
        tools.setSpacing(tokens.s2)
        tools.addWidget(self.locate_button)
        tools.addWidget(self.search_button)
        tools.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.apply_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.s5, tokens.s5, tokens.s5, tokens.s4)
        column.setSpacing(tokens.s4)
        column.addWidget(self.words)
        column.addWidget(self._stack, 1)
        column.addLayout(tools)
        column.addWidget(buttons)
        self.resize(760, 380)


def _user(one: Missing) -> str:
    return f"{one.scope}: {one.node}" if one.scope is not None else str(one.node)


def _nearest(path: Path) -> Path:
    """The nearest folder above a path that is there."""
    return next((folder for folder in path.parents if folder.is_dir()), Path.home())
