"""Images: the picture, its size and type, and the values under the cursor."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from shtairir_ui.quantities import size

from .image_surface import ImageSurface
from .jobs import Workers
from .picture import Picture, describe_pixel, picture_of
from .pixels import AnyArray
from .view import View

_MODES = {1: "grey", 3: "RGB", 4: "RGBA"}


class ImageView(View):
    """Shows an image array."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._array: AnyArray | None = None
        self._picture: Picture | None = None
        self.surface = ImageSurface()
        self.surface.pointed.connect(self._on_pointed)
        self.surface.scale_changed.connect(lambda _scale: self._tell(None))
        self.body.addWidget(self.surface, 1)
        self.add_tool("actual_size", "100 % (1)", self.surface.actual_size)
        self.add_tool("fit", "Fit (0)", self.surface.fit)
        self.add_tool("copy", "Copy the picture", self.copy)

    def show_value(self, value: AnyArray) -> None:
        """Show an image; the one before stays until this one is converted."""
        self.jobs.forget()
        self._array = value
        channels = 1 if value.ndim == 2 else value.shape[2]
        self.info.setText(
            f"{value.shape[1]} × {value.shape[0]}  {_MODES[channels]}  {value.dtype}  {size(value.nbytes)}"
        )
        self.jobs.submit(lambda: picture_of(value), self._show)

    def clear(self) -> None:
        """Let the image go."""
        super().clear()
        self._array = self._picture = None
        self.surface.show_picture(None)

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if self._picture is not None:
            QGuiApplication.clipboard().setImage(self._picture.levels[0])

    def _show(self, picture: Picture) -> None:
        self._picture = picture
        self.surface.show_picture(picture)
        self._tell(None)

    def _on_pointed(self, x: int, y: int) -> None:
        self._tell((x, y) if x >= 0 else None)

    def _tell(self, pixel: tuple[int, int] | None) -> None:
        array = self._array
        if array is None:
            self.say("")
        elif pixel is not None and pixel[0] < array.shape[1] and pixel[1] < array.shape[0]:
            self.say(describe_pixel(array, *pixel))
        else:
            fitted = ", fitted" if self.surface.is_fitting else ""
            self.say(f"{self.surface.scale * 100:.0f} %{fitted}")
