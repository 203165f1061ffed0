"""Pictures of the canvas: PNG, which carries the graph unless a person wants it otherwise, and SVG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from shtairir.document.disk import write_atomically
from shtairir.errors import ShtairirError
from shtairir.export.files import carrying
from shtairir_ui.canvas.picture import canvas_image, canvas_svg
from shtairir_ui.commands import Command
from shtairir_ui.files import explain
from shtairir_ui.picturedialog import PictureDialog
from shtairir_ui.preferences import Preference

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

PNG, SVG = "Picture (*.png)", "Drawing (*.svg)"
SCALE = 2.0
CARRY = Preference(
    "export/carry_graph",
    "Files",
    "Pictures carry their graph",
    True,
    "A PNG exported from a graph can be opened again, and dropped on the canvas. "
    "Turn it off if the graph is not for everybody who sees the picture.",
)


class Pictures(QObject):
    """The command of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.actions_.on("export_picture", self.ask)
        window.files.picture_wanted.connect(self.write_all)

    def ask(self) -> None:
        """Ask what goes into the picture, then where it goes."""
        dialog = PictureDialog(self._window.canvas, carry=bool(self._window.settings.value(CARRY)), parent=self._window)
        dialog.wanted.connect(self._ask_where)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_all(self, path: Path) -> None:
        """Write a picture of the whole graph."""
        canvas = self._window.canvas
        self.write(path, canvas.board.extent(), SCALE, carry=bool(self._window.settings.value(CARRY)))

    def write(self, path: Path, area: QRectF, scale: float, *, carry: bool) -> None:
        """Write a picture of a part of the canvas: drawn here, written on a worker."""
        window, editor = self._window, self._window.editor
        snapshot, registry = editor.present.snapshot(), editor.registry
        drawing = canvas_svg(window.canvas, area, editor.title) if path.suffix.lower() == ".svg" else b""
        image = QImage() if drawing else canvas_image(window.canvas, area, scale)

        def write() -> Exception | None:
            try:
                made = drawing or png(image)
                if carry and not drawing:
                    made = carrying(made, snapshot, registry, path.parent)
                write_atomically(path, made, backup=False)
            except (ShtairirError, OSError) as error:
                return error
            return None

        def tell(error: Exception | None) -> None:
            if error is None:
                window.files.succeeded.emit(f"Exported {path.name}.")
            else:
                where = path.absolute().parent
                window.files.failed.emit(f"“{path.name}” in {where} was not written. {explain(error)}")

        editor.background.submit(write, tell)

    def _ask_where(self, area: QRectF, scale: float, carry: bool) -> None:
        files = self._window.files
        proposal = files.folder / f"{self._window.editor.title}.png"
        name, chosen = QFileDialog.getSaveFileName(self._window, "Export a picture", str(proposal), f"{PNG};;{SVG}")
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in (".png", ".svg"):
            path = path.with_name(path.name + (".svg" if chosen == SVG else ".png"))
            if path.exists() and not files.may_replace(path):
                return
        self.write(path, area, scale, carry=carry)


def png(image: QImage) -> bytes:
    """Return a picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes for a name that is a text
    return bytes(buffer.data().data())


def attach(window: MainWindow) -> None:
    """Bind the command."""
    Pictures(window)


COMMANDS = (
    Command(
        "export_picture",
        "Export &picture…",
        ("Ctrl+Shift+E",),
        "image",
        "Write what the canvas shows as PNG or SVG",
        usable=lambda editor: bool(editor.graph.nodes),
    ),
)
