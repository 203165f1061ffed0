"""Several images made into one: blending, outlines, text and sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image, on_colors, size_text, to_rgb, to_rgba, within_unit
from .image_geometry import check_size, resize, target_size
from .image_segments import as_labels, as_mask

Rgba = tuple[float, float, float, float]

_GOLDEN_SECTION = 0.6180339887498949


def blend(base: NDArray[Any], top: NDArray[Any], mode: str, opacity: float) -> Pixels:
    """Lay `top` over `base`, after the blend modes of the W3C's Compositing and Blending Level 1.

    Both must have the same size. The alpha of `top` takes part; the result is RGBA if either image is, grey
    if both are.
    """
    first, second = as_image(base), as_image(top)
    require_same_size(first, second)
    if not any(image.ndim == 3 and image.shape[2] == 4 for image in (first, second)):
        if first.ndim != second.ndim:
            first, second = to_rgb(first), to_rgb(second)
        return first + (within_unit(_BLEND_MODES[mode](first, second)) - first) * np.float32(opacity)
    below, above = to_rgba(first), to_rgba(second)
    mixed = within_unit(_BLEND_MODES[mode](below[:, :, :3], above[:, :, :3]))
    source_alpha = above[:, :, 3:] * np.float32(opacity)
    base_alpha = below[:, :, 3:]
    source = (1 - base_alpha) * above[:, :, :3] + base_alpha * mixed
    alpha = source_alpha + base_alpha * (1 - source_alpha)
    colors = source_alpha * source + (1 - source_alpha) * base_alpha * below[:, :, :3]
    np.divide(colors, alpha, out=colors, where=alpha > 1e-6)
    return np.concatenate([colors, alpha], axis=2)


_BLEND_MODES: dict[str, Callable[[Pixels, Pixels], Any]] = {
    "normal": lambda base, top: top,
    "multiply": lambda base, top: base * top,
    "screen": lambda base, top: base + top - base * top,
    "overlay": lambda base, top: np.where(base <= 0.5, 2 * base * top, 1 - 2 * (1 - base) * (1 - top)),
    "add": lambda base, top: base + top,
    "difference": lambda base, top: np.abs(base - top),
    "darken": np.minimum,
    "lighten": np.maximum,
}


def apply_mask(image: NDArray[Any], mask: NDArray[Any], fill: Rgba) -> Pixels:
    """Keep the image where the mask holds, and put one colour elsewhere.

    The result is RGBA if the colour is not opaque or the image has alpha.
    """
    pixels, inside = as_image(image), as_mask(mask)
    require_same_size(pixels, inside)
    has_alpha = pixels.ndim == 3 and pixels.shape[2] == 4
    result = to_rgba(pixels) if has_alpha or fill[3] < 1 else to_rgb(pixels)
    color = np.asarray(fill[: result.shape[2]], np.float32)
    return np.where(inside[:, :, np.newaxis], result, color)


def outline(image: NDArray[Any], labels: NDArray[Any], color: Rgba, thickness: int, fill: float) -> Pixels:
    """Draw the inner border of each object in a colour, and tint its inside with opacity `fill`."""
    from scipy import ndimage

    pixels = to_rgb(as_image(image))
    numbers = np.asarray(labels)
    if numbers.dtype.kind == "f":
        numbers = as_mask(numbers).astype(np.int32)
    if numbers.ndim != 2:
        raise ValueError(f"Outlines need a mask or labels (height, width), not the shape {numbers.shape}.")
    require_same_size(pixels, numbers)
    if pixels.size == 0:
        return pixels
    numbers = numbers.astype(np.int32, copy=False)
    window = 2 * thickness + 1
    highest = ndimage.maximum_filter(numbers, size=window)
    lowest = ndimage.minimum_filter(numbers, size=window)
    inside = numbers != 0
    opacity = np.where(inside & (highest != lowest), color[3], np.where(inside, fill * color[3], 0))
    weight = opacity.astype(np.float32)[:, :, np.newaxis]
    return (pixels * (1 - weight) + np.asarray(color[:3], np.float32) * weight).astype(np.float32, copy=False)


def color_labels(labels: NDArray[Any], seed: int) -> Pixels:
    """A colour for each object, hues a golden section apart so that neighbours in number differ; background black."""
    numbers = as_labels(labels)
    index = np.arange(int(numbers.max(initial=0)) + 1, dtype=np.float64)
    hue = (index * _GOLDEN_SECTION + seed * 0.1234) % 1
    parts = np.abs((hue[:, np.newaxis] * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    palette = (0.35 + 0.65 * np.clip(parts, 0, 1)) * (0.75 + 0.25 * (index[:, np.newaxis] % 2))
    palette[0] = 0
    return np.asarray(palette.astype(np.float32)[numbers])


def texts_of(table: dict[str, list[Any]], column: str, decimals: int) -> list[tuple[float, float, str]]:
    """Position and text of each row that has both; numbers get `decimals` digits after the point."""
    for name in ("x", "y", column):
        if name not in table:
            raise ValueError(f"The table has no column '{name}'. It has: {', '.join(table) or 'none'}.")
    rows = zip(table["x"], table["y"], table[column], strict=True)
    return [
        (float(x), float(y), f"{value:.{decimals}f}" if isinstance(value, float) else str(value))
        for x, y, value in rows
        if x is not None and y is not None and value is not None
    ]


def draw_texts(
    image: NDArray[Any],
    texts: Iterable[tuple[float, float, str]],
    size: float,
    color: Rgba,
    *,
    anchor: str,
    outlined: bool,
) -> Pixels:
    """Draw texts at positions (x, y) in pixels; `outlined` ones have a dark or light edge to stand out by.

    `anchor` is Pillow's two letters: ``mm`` puts the text's middle there, ``la`` its top left corner.
    """
    from PIL import Image as pillow
    from PIL import ImageDraw

    pixels = as_image(image)
    drawn = to_rgb(pixels) if pixels.ndim == 2 else pixels
    letters, halo = (pillow.new("L", (drawn.shape[1], drawn.shape[0])) for _ in range(2))
    on_letters, on_halo = ImageDraw.Draw(letters), ImageDraw.Draw(halo)
    edge = max(1, round(size / 10))
    font = _font(size)
    for x, y, text in texts:
        place = (x, y)
        on_letters.text(place, text, fill=255, font=font, anchor=anchor)
        if outlined:
            on_halo.text(place, text, fill=255, font=font, anchor=anchor, stroke_width=edge)
    bright = 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2] > 0.4
    opacity = color[3]

    def change(colors: Pixels) -> Pixels:
        shaded = _paint(colors, halo, 0.0 if bright else 1.0, 0.75 * opacity) if outlined else colors
        return _paint(shaded, letters, np.asarray(color[:3], np.float32), opacity)

    return on_colors(drawn, change)


def contact_sheet(
    images: Sequence[NDArray[Any]],
    captions: Sequence[str],
    columns: int,
    tile: tuple[int, int],
    gap: int,
    background: Rgba,
    report: Callable[[float], None],
) -> Pixels:
    """Fit images into tiles of (width, height) pixels, in rows, each with its caption below.

    `report` is called with the fraction that is done after each image; it may raise to stop.
    """
    if not images:
        raise ValueError("There are no images for a sheet: the list is empty. Check what feeds this node.")
    if captions and len(captions) != len(images):
        raise ValueError(f"There are {len(captions)} captions for {len(images)} images. Give one for each, or none.")
    width, height = tile
    line = max(12, round(height / 12))
    caption_height = round(1.6 * line) if captions else 0
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    step = (width + gap, height + caption_height + gap)
    check_size(columns * step[0] + gap, rows * step[1] + gap)
    sheet = np.empty((rows * step[1] + gap, columns * step[0] + gap, 3), np.float32)
    sheet[...] = np.asarray(background[:3], np.float32)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        _place(sheet, image, gap + column * step[0], gap + row * step[1], tile)
        report((index + 1) / len(images))
    if not captions:
        return sheet
    places = [
        (
            gap + (index % columns) * step[0] + width / 2,
            gap + (index // columns) * step[1] + height + caption_height / 2,
            shorten(text, line, width),
        )
        for index, text in enumerate(captions)
    ]
    luma = 0.2126 * background[0] + 0.7152 * background[1] + 0.0722 * background[2]
    ink = (0.95, 0.95, 0.95, 1.0) if luma < 0.5 else (0.1, 0.1, 0.1, 1.0)
    return draw_texts(sheet, places, line, ink, anchor="mm", outlined=False)


def side_by_side(left: NDArray[Any], right: NDArray[Any], gap: int) -> Pixels:
    """Two images next to each other in RGB, the second scaled to the height of the first."""
    first, second = to_rgb(left), to_rgb(right)
    width, height = target_size(second, None, first.shape[0], 1.0, True)
    second = resize(second, width, height, "bicubic")
    bar = np.ones((first.shape[0], gap, 3), np.float32)
    return np.concatenate([first, bar, second], axis=1)


def difference(left: NDArray[Any], right: NDArray[Any]) -> Pixels:
    """How far two images of the same size differ in each colour, RGB."""
    first, second = to_rgb(left), to_rgb(right)
    require_same_size(first, second)
    return np.asarray(np.abs(first - second))


def split_view(left: NDArray[Any], right: NDArray[Any], position: float) -> Pixels:
    """The left part of one image joined to the right part of another of the same size, cut at `position` 0..1."""
    first, second = to_rgb(left), to_rgb(right)
    require_same_size(first, second)
    column = round(position * first.shape[1])
    return np.concatenate([first[:, :column], second[:, column:]], axis=1)


def shorten(text: str, size: float, width: float) -> str:
    """Cut the middle out of a text that is wider than `width` pixels."""
    font = _font(size)
    if font.getlength(text) <= width:
        return text
    for keep in range(len(text) - 1, 1, -1):
        short = f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
        if font.getlength(short) <= width:
            return short
    return text[:1]


def require_same_size(first: NDArray[Any], second: NDArray[Any]) -> None:
    """Raise a ValueError that names both sizes if they differ."""
    if first.shape[:2] != second.shape[:2]:
        raise ValueError(
            f"The two pictures differ in size: {size_text(first)} and {size_text(second)} pixels. "
            "Resize or crop one of them first."
        )


def _place(sheet: Pixels, image: NDArray[Any], x: int, y: int, tile: tuple[int, int]) -> None:
    """Shrink an image to fit its tile, never enlarge it, and put it in the tile's middle."""
    pixels = as_image(image)
    width, height = target_size(pixels, *tile, 1.0, True)
    if width > pixels.shape[1]:
        width, height = pixels.shape[1], pixels.shape[0]
    small = to_rgba(resize(pixels, width, height, "lanczos"))
    left, top = x + (tile[0] - width) // 2, y + (tile[1] - height) // 2
    spot = sheet[top : top + height, left : left + width]
    spot[...] = spot * (1 - small[:, :, 3:]) + small[:, :, :3] * small[:, :, 3:]


def _paint(colors: Pixels, coverage: Any, paint: Any, opacity: float) -> Pixels:
    weight = np.asarray(coverage, np.float32)[:, :, np.newaxis] * np.float32(opacity / 255)
    return np.asarray(colors * (1 - weight) + paint * weight, np.float32)


@lru_cache(maxsize=16)
def _font(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
