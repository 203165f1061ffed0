"""A picture as PNG, painted by Pillow at twice the size and brought down, since Pillow draws lines with steps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from shtairir.errors import ExportError
from shtairir.export.picture import Box, Curve, Dot, Picture, Shape, Text

if TYPE_CHECKING:
    from PIL import ImageDraw

MAX_PIXELS = 64_000_000
_FINER = 2
_STEPS = 96


def to_png(picture: Picture, scale: float = 2.0) -> bytes:
    """Return a PNG file.

    Parameters
    ----------
    scale
        Pixels for each point: 2 for a screen of high density. Less is taken where the picture would have more than
        `MAX_PIXELS`.

    Raises
    ------
    ExportError
        When Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ExportError(
            "A PNG is painted by Pillow, which is not installed.",
            hint='Install it with: pip install "shtairir[image]". Or write an SVG.',
        ) from None
    scale = min(scale, (MAX_PIXELS / (picture.width * picture.height)) ** 0.5 / _FINER)
    size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
    image = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), picture.background)
    painter = _Painter(image, scale * _FINER)
    for shape in picture.shapes:
        painter.paint(shape)
    file = io.BytesIO()
    painter.image.resize(size, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


class _Painter:
    def __init__(self, image: Any, scale: float) -> None:
        from PIL import ImageDraw

        self.image = image
        self._scale = scale
        # Colours with an alpha are mixed into what is there.
        self._draw: ImageDraw.ImageDraw = ImageDraw.Draw(image, "RGBA")
        self._fonts: dict[float, Any] = {}

    def paint(self, shape: Shape) -> None:
        scale = self._scale
        match shape:
            case Box(x, y, width, height, fill, stroke, radius, opacity):
                alpha = f"{round(opacity * 255):02x}"
                self._draw.rounded_rectangle(
                    [x * scale, y * scale, (x + width) * scale, (y + height) * scale],
                    radius * scale,
                    fill=fill[:7] + alpha if fill else None,
                    outline=stroke[:7] + alpha if stroke else None,
                    width=max(round(scale), 1),
                )
            case Text(x, y, text, size, color, anchor, bold):
                self._draw.text(
                    (x * scale, y * scale),
                    text,
                    fill=color,
                    font=self._font(size),
                    anchor={"start": "ls", "middle": "ms", "end": "rs"}[anchor],
                    stroke_width=scale * 0.2 if bold else 0,
                )
            case Dot(x, y, radius, fill, stroke):
                reach = (radius + 0.75) * scale
                box = [x * scale - reach, y * scale - reach, x * scale + reach, y * scale + reach]
                self._draw.ellipse(box, fill=fill, outline=stroke, width=round(1.5 * scale))
            case Curve(points, color, width):
                line = [_on_curve(points, step / _STEPS) for step in range(_STEPS + 1)]
                scaled = [(x * scale, y * scale) for x, y in line]
                self._draw.line(scaled, fill=color, width=round(width * scale), joint="curve")

    def _font(self, size: float) -> Any:
        from PIL import ImageFont

        if size not in self._fonts:
            self._fonts[size] = ImageFont.load_default(size * self._scale)
        return self._fonts[size]


def _on_curve(points: tuple[tuple[float, float], ...], t: float) -> tuple[float, float]:
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
    )
