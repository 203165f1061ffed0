"""Images: the picture, the values under the cursor, levels, single channels, and two of them side by side."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PySide6.QtGui import QActionGroup, QGuiApplication, QImageWriter
from PySide6.QtWidgets import QMenu, QWidget

from shtairir.ids import PortRef
from shtairir_ui.quantities import size

from .compare_surface import CompareSurface
from .jobs import Workers
from .kinds import Kind, is_array, kind_of
from .levels import CHANNELS, Histogram, Range, Shade, histogram_of, nominal
from .levels_bar import LevelsBar
from .picture import Picture, describe_pixel, picture_of, values_at
from .pixels import AnyArray
from .view import Neighbour, Saving, View

_MOST_PIXELS = 80_000_000
_MODES = {1: "grey", 3: "RGB", 4: "RGBA"}


class ImageView(View):
    """Shows an image array."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._array: AnyArray | None = None
        self._picture: Picture | None = None
        self._histogram: Histogram | None = None
        self._shade = Shade()
        self._step = 1
        self._other: Neighbour | None = None
        self.surface = CompareSurface()
        self.surface.pointed.connect(self._on_pointed)
        self.surface.scale_changed.connect(lambda _scale: self._tell(None))
        self.levels = LevelsBar()
        self.levels.changed.connect(self._on_levels)
        self.levels.hide()
        self.body.addWidget(self.surface, 1)
        self.body.addWidget(self.levels)
        self.channels = self.add_choice("channels", "Channels", self._fill_channels)
        self.levels_switch = self.add_switch("levels", "Histogram and levels (H)", self._on_levels_shown)
        self.comparing = self.add_choice("compare", "Compare with another picture", self._fill_others)
        self.add_tool("actual_size", "100 % (1)", self.surface.actual_size)
        self.add_tool("fit", "Fit (0)", self.surface.fit)
        self.setFocusProxy(self.surface)
        self.listen("H", self.levels_switch.toggle)
        self.listen("Ctrl+C", self.copy)

    # -- the value -----------------------------------------------------------------------------

    def show_value(self, value: AnyArray) -> None:
        """Show an image; the one before stays until this one is converted."""
        self.jobs.forget()
        channels = 1 if value.ndim == 2 else value.shape[2]
        if self._shade.channel is not None and self._shade.channel >= channels:
            self._shade = Shade(self._shade.span)
        self._array, self._histogram = value, None
        self.channels.setVisible(channels > 1)
        self.info.setText(
            f"{value.shape[1]} × {value.shape[0]}  {_MODES[channels]}  {value.dtype}  {size(value.nbytes)}"
        )
        self._draw()
        self._count()
        self._follow_other()

    def clear(self) -> None:
        """Let the image go."""
        super().clear()
        self._array = self._picture = self._histogram = None
        self._shade = Shade()
        self.compare_with(None)
        self.surface.show_picture(None)

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if self._picture is not None:
            QGuiApplication.clipboard().setImage(self._picture.levels[0])

    def savings(self) -> tuple[Saving, ...]:
        """As a picture, as it is seen; or the values."""
        picture, array = self._picture, self._array
        if picture is None or array is None:
            return ()
        return (
            Saving("PNG picture", ".png", lambda path: write_picture(picture, path)),
            Saving("JPEG picture", ".jpg", lambda path: write_picture(picture, path)),
            Saving("Values as a NumPy array", ".npy", lambda path: np.save(path, array, allow_pickle=False)),
        )

    def _draw(self) -> None:
        array, shade = self._array, self._shade
        if array is not None:
            step = self._step = _step_for(array)
            self.jobs.latest("picture", lambda _ticket: picture_of(array[::step, ::step], shade), self._show)

    def _show(self, picture: Picture) -> None:
        self._picture = picture
        self.surface.show_picture(picture)
        self._tell(None)

    # -- levels --------------------------------------------------------------------------------

    def show_channel(self, channel: int | None) -> None:
        """Show one channel as grey, or all of them."""
        self._shade = Shade(self._shade.span, channel)
        self._draw()
        self._count()
        self._show_other()

    def _fill_channels(self, menu: QMenu) -> None:
        array = self._array
        if array is None or array.ndim != 3:
            return
        group = QActionGroup(menu)
        for number, name in ((None, "All"), *enumerate(CHANNELS[: array.shape[2]])):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(number == self._shade.channel)
            action.triggered.connect(lambda _checked=False, number=number: self.show_channel(number))
            group.addAction(action)

    def _on_levels_shown(self, shown: bool) -> None:
        self.levels.setVisible(shown)
        self._count()

    def _on_levels(self, span: Range | None) -> None:
        self._shade = Shade(span, self._shade.channel)
        self._draw()
        self._show_other()

    def _count(self) -> None:
        """Work out the histogram, while it is wanted."""
        array = self._array
        if array is None or not self.levels.isVisibleTo(self):
            return
        normal, channel = nominal(array), self._shade.channel
        counted = array[:, :, channel] if channel is not None and array.ndim == 3 else array
        self.levels.show_histogram(self._histogram, normal, self._shade.span)
        self.jobs.latest("histogram", lambda ticket: histogram_of(counted, ticket, normal), self._show_histogram)

    def _show_histogram(self, histogram: Histogram) -> None:
        if self._array is not None:
            self._histogram = histogram
            self.levels.show_histogram(histogram, nominal(self._array), self._shade.span)
            self._tell(None)

    # -- another one beside it -------------------------------------------------------------------

    def compare_with(self, other: Neighbour | None) -> None:
        """Show another image on the right of a divider; None shows this one alone."""
        self._other = other
        self._show_other()

    def _show_other(self) -> None:
        other, shade = self._other, self._shade
        if other is None:
            self.jobs.drop("other")
            self.surface.show_other(None)
            self._tell(None)
            return
        shade = shade if shade.channel is None or other.value.ndim == 3 else Shade(shade.span)
        self.jobs.latest(
            "other",
            lambda _ticket: picture_of(other.value[:: _step_for(other.value), :: _step_for(other.value)], shade),
            lambda picture: self.surface.show_other(picture, self.caption or "this", other.label),
        )

    def _follow_other(self) -> None:
        """The other one may have been made anew as well, or be gone."""
        if self._other is not None:
            ref = self._other.ref
            self.compare_with(next((one for one in self._others() if one.ref == ref), None))

    def _others(self) -> list[Neighbour]:
        return [one for one in self.neighbours() if kind_of(one.value) is Kind.IMAGE or _is_like(one.value)]

    def _fill_others(self, menu: QMenu) -> None:
        others = self._others()
        menu.addSection("Compare with")
        group = QActionGroup(menu)
        for one in (None, *others):
            action = menu.addAction("Nothing" if one is None else one.label)
            action.setCheckable(True)
            action.setChecked(_ref(one) == _ref(self._other))
            action.triggered.connect(lambda _checked=False, one=one: self.compare_with(one))
            group.addAction(action)
        if not others:
            menu.addAction("No other result is a picture").setEnabled(False)

    # -- words -----------------------------------------------------------------------------------

    def _on_pointed(self, x: int, y: int) -> None:
        self._tell((x * self._step, y * self._step) if x >= 0 else None)

    def _tell(self, pixel: tuple[int, int] | None) -> None:
        array = self._array
        if array is None:
            self.say("")
        elif pixel is not None and pixel[0] < array.shape[1] and pixel[1] < array.shape[0]:
            self.say(describe_pixel(array, *pixel) + self._beside(pixel, array))
        else:
            fitted = ", fitted" if self.surface.is_fitting else ""
            self.say(f"{self.surface.scale * 100:.0f} %{fitted}{self._warning()}")

    def _beside(self, pixel: tuple[int, int], array: AnyArray) -> str:
        if self._other is None:
            return ""
        other = self._other.value
        x, y = pixel[0] * other.shape[1] // array.shape[1], pixel[1] * other.shape[0] // array.shape[0]
        return "    │    " + values_at(other, x, y)

    def _warning(self) -> str:
        histogram = self._histogram
        words = f"   every {_ordinal(self._step)} pixel is shown" if self._step > 1 else ""
        if histogram is not None and histogram.strange:
            words += f"   {histogram.strange:,} values are no numbers"
        if histogram is not None and histogram.clipped > 0 and self._shade.span is None:
            words += f"   {histogram.clipped * 100:.3g} % lie outside of black and white"
        return words


def _step_for(array: AnyArray) -> int:
    """Which pixels of a huge image are shown: of so many, every second or third."""
    return max(math.ceil(math.sqrt(array.shape[0] * array.shape[1] / _MOST_PIXELS)), 1)


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def write_picture(picture: Picture, path: Path) -> None:
    """Write a picture at its full size; the suffix says in which format."""
    writer = QImageWriter(str(path))
    if not writer.write(picture.levels[0]):
        raise OSError(writer.errorString())


def _is_like(value: object) -> bool:
    """Whether an array that may be anything has the type that images have."""
    return is_array(value) and value.ndim in (2, 3) and kind_of(value, "image") is Kind.IMAGE


def _ref(one: Neighbour | None) -> PortRef | None:
    return one.ref if one is not None else None
