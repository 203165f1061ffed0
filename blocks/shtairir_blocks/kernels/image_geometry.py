"""Changes of size, shape and position.

Resampling is Pillow's, channel by channel in its 32-bit float mode: it widens the filter when it shrinks, so
that small results do not alias, and takes a few milliseconds for a megapixel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image, on_premultiplied, require_pixels, size_text, within_unit

MAX_PIXELS = 400_000_000

_PAD_MODES = {"color": "constant", "edge": "edge", "mirror": "reflect", "wrap": "wrap"}


def resize(image: NDArray[Any], width: int, height: int, method: str) -> Pixels:
    """Resample to exactly `width` × `height` pixels; values stay within 0..1.

    `method` is one of Pillow's: nearest, box, bilinear, bicubic, lanczos.
    """
    from PIL import Image as pillow

    require_pixels(image)
    check_size(width, height)
    resample = pillow.Resampling[method.upper()]

    def change(pixels: Pixels) -> Pixels:
        return _by_plane(pixels, lambda plane: np.asarray(plane.resize((width, height), resample)))

    if as_image(image).shape[:2] == (height, width):
        return as_image(image)
    if method == "nearest":
        return change(as_image(image))
    return within_unit(on_premultiplied(image, change))


def target_size(
    image: NDArray[Any], width: int | None, height: int | None, scale: float, keep_ratio: bool
) -> tuple[int, int]:
    """The (width, height) that a resize asks for.

    Without width and height it is `scale` times the size; with one of them, the other follows; with both and
    `keep_ratio` the largest size that fits inside.
    """
    require_pixels(image)
    old_height, old_width = image.shape[:2]
    factors = [new / old for new, old in ((width, old_width), (height, old_height)) if new is not None]
    if len(factors) == 2 and not keep_ratio:
        return int(width or 1), int(height or 1)
    factor = min(factors) if factors else scale
    if factor <= 0:
        raise ValueError(f"An image cannot be scaled by {factor:g}. Give a scale above 0.")
    return max(1, round(old_width * factor)), max(1, round(old_height * factor))


def check_size(width: int, height: int) -> None:
    """Refuse sizes that are empty, or so large that they can only be a slip of the hand."""
    if width < 1 or height < 1:
        raise ValueError(f"An image of {width} × {height} pixels cannot be made. Both must be at least 1.")
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"An image of {width} × {height} pixels is larger than {MAX_PIXELS:,} pixels. Choose a smaller size."
        )


def crop(image: NDArray[Any], left: int, top: int, width: int | None, height: int | None) -> Pixels:
    """A view of a rectangle; what reaches beyond the image is cut off.

    A missing width or height reaches to the edge. Negative `left` and `top` count from the right and bottom.
    """
    pixels = as_image(image)
    rows, columns = pixels.shape[:2]
    first_column = left + columns if left < 0 else left
    first_row = top + rows if top < 0 else top
    part = pixels[
        max(first_row, 0) : None if height is None else max(first_row + height, 0),
        max(first_column, 0) : None if width is None else max(first_column + width, 0),
    ]
    if part.size == 0:
        raise ValueError(
            f"Nothing is left: the rectangle at ({left}, {top}) lies outside the image of {size_text(pixels)} "
            "pixels, or is empty."
        )
    return part


def rotate(image: NDArray[Any], angle: float, expand: bool, fill: tuple[float, float, float, float]) -> Pixels:
    """Rotate counter-clockwise by `angle` degrees about the centre.

    Quarter turns are exact, and the canvas turns with the image. Else values are interpolated bicubically;
    with `expand` the canvas grows until all of the image is seen. Uncovered corners get `fill`.
    """
    pixels = as_image(image)
    require_pixels(pixels)
    if angle % 90 == 0 and (expand or angle % 180 == 0):
        return np.rot90(pixels, int(angle // 90) % 4)
    from PIL import Image as pillow

    def turn(plane: Any) -> NDArray[Any]:
        return np.asarray(plane.rotate(angle, pillow.Resampling.BICUBIC, expand=expand, fillcolor=0))

    def change(premultiplied: Pixels) -> Pixels:
        turned = _by_plane(premultiplied, turn)
        covered = _by_plane(np.ones(pixels.shape[:2], np.float32), turn)
        background = fill_values(fill, pixels)
        if turned.ndim == 3:
            covered = covered[:, :, np.newaxis]
            if turned.shape[2] == 4:
                background = np.append(background[:3] * background[3], background[3])
        return turned + background * (1 - covered)

    return within_unit(on_premultiplied(pixels, change))


def flip(image: NDArray[Any], direction: str) -> Pixels:
    """A mirrored view: ``horizontal`` swaps left and right, ``vertical`` top and bottom, ``both`` does both."""
    pixels = as_image(image)
    if direction == "horizontal":
        return pixels[:, ::-1]
    return pixels[::-1] if direction == "vertical" else pixels[::-1, ::-1]


def pad(
    image: NDArray[Any], left: int, right: int, top: int, bottom: int, mode: str, fill: tuple[float, ...]
) -> Pixels:
    """Add a border: of one colour, or continued by the edge pixel, mirrored or wrapped round."""
    pixels = as_image(image)
    check_size(pixels.shape[1] + left + right, pixels.shape[0] + top + bottom)
    border = [(top, bottom), (left, right)] + [(0, 0)] * (pixels.ndim - 2)
    if mode != "color":
        require_pixels(pixels)
        return np.pad(pixels, border, mode=_PAD_MODES[mode])  # type: ignore[call-overload, no-any-return]
    shape = (pixels.shape[0] + top + bottom, pixels.shape[1] + left + right, *pixels.shape[2:])
    result = np.empty(shape, np.float32)
    result[...] = fill_values(fill, pixels)
    result[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return result


def fill_values(fill: tuple[float, ...], image: Pixels) -> NDArray[np.float32]:
    """A colour as the values of one pixel of `image`: its luma for a grey image."""
    color = np.asarray(fill, np.float32)
    if image.ndim == 2:
        return np.asarray(as_gray_value(fill), np.float32)
    return color[: image.shape[2]]


def as_gray_value(fill: tuple[float, ...]) -> float:
    """The luma of a colour."""
    return 0.2126 * fill[0] + 0.7152 * fill[1] + 0.0722 * fill[2]


def _by_plane(pixels: Pixels, change: Callable[[Any], NDArray[Any]]) -> Pixels:
    """Apply a change of a Pillow float image to each channel."""
    from PIL import Image as pillow

    planes = [pixels] if pixels.ndim == 2 else [pixels[:, :, channel] for channel in range(pixels.shape[2])]
    changed = [change(pillow.fromarray(np.ascontiguousarray(plane, np.float32))) for plane in planes]
    return changed[0] if pixels.ndim == 2 else np.stack(changed, axis=2)
