"""Sizes of images, masks and labels."""

from typing import Any

from shtairir.block.infer import Spec, array
from shtairir.block.infer import image as _image
from shtairir_blocks.shapes.arrays import NUMBER

COUNT = Spec("int", nbytes=28)


def same(image: Spec, **_: Any) -> Spec:
    """An image of the same size and channels."""
    return _image(*_extent(image))


def gray(image: Spec, **_: Any) -> Spec:
    """A grey image of the same size."""
    height, width, _channels = _extent(image)
    return _image(height, width, 1)


def to_gray(image: Spec) -> Spec:
    """A grey image: the very same if it was grey."""
    height, width, channels = _extent(image)
    return _image(height, width, 1, view_of="image" if channels == 1 else None)


def to_rgb(image: Spec) -> Spec:
    """A colour image: a view if it had colours."""
    height, width, channels = _extent(image)
    return _image(height, width, 3, view_of="image" if channels > 1 else None)


def colored(image: Spec, **_: Any) -> Spec:
    """A colour image of the same size, without alpha."""
    height, width, _channels = _extent(image)
    return _image(height, width, 3)


def drawn_on(image: Spec, **_: Any) -> Spec:
    """A colour image of the same size; alpha stays."""
    height, width, channels = _extent(image)
    return _image(height, width, max(channels, 3))


def masked(image: Spec, fill: Any, **_: Any) -> Spec:
    """An image with one colour outside of a mask: with alpha if the colour or the image has some."""
    height, width, channels = _extent(image)
    return _image(height, width, 4 if channels == 4 or fill.a < 1 else 3)


def blended(base: Spec, top: Spec, **_: Any) -> Spec:
    """Two images, one over the other."""
    height, width, channels = _extent(base)
    return _image(height, width, max(channels, _extent(top)[2]))


def split(image: Spec) -> tuple[Spec, Spec, Spec, Spec]:
    """Four views of one array of four channels, which is the image itself if it has alpha."""
    height, width, channels = _extent(image)
    plane = _image(height, width, 1, view_of="image" if channels == 4 else None)
    return plane, plane, plane, plane


def merged(red: Spec, alpha: Spec | None, **_: Any) -> Spec:
    """Grey images as the channels of one."""
    height, width, _channels = _extent(red)
    return _image(height, width, 3 if alpha is None else 4)


def resized(image: Spec, width: int | None, height: int | None, scale: float, keep_ratio: bool, **_: Any) -> Spec:
    """An image of another size, worked out as the block does."""
    old_height, old_width, channels = _extent(image)
    factors = [new / old for new, old in ((width, old_width), (height, old_height)) if new is not None]
    if len(factors) == 2 and not keep_ratio:
        return _image(int(height or 1), int(width or 1), channels)
    factor = min(factors) if factors else scale
    size = max(1, round(old_height * factor)), max(1, round(old_width * factor))
    return _image(*size, channels, view_of="image" if size == (old_height, old_width) else None)


def cropped(image: Spec, left: int, top: int, width: int | None, height: int | None) -> Spec:
    """A part of an image, which is a view."""
    rows, columns, channels = _extent(image)
    return _image(_within(rows, top, height), _within(columns, left, width), channels, view_of="image")


def _within(length: int, first: int, count: int | None) -> int:
    start = first + length if first < 0 else first
    return len(range(length)[max(start, 0) : None if count is None else max(start + count, 0)])


def rotated(image: Spec, angle: float, expand: bool, **_: Any) -> Spec:
    """A rotated image, where its size is simple: quarter turns are views."""
    height, width, channels = _extent(image)
    if angle % 90 == 0 and (expand or angle % 180 == 0):
        turned = (height, width) if angle % 180 == 0 else (width, height)
        return _image(*turned, channels, view_of="image")
    if expand:
        raise ValueError("The size is not worked out here.")
    return _image(height, width, channels)


def flipped(image: Spec, **_: Any) -> Spec:
    """A mirrored view."""
    return _image(*_extent(image), view_of="image")


def padded(image: Spec, left: int, right: int, top: int, bottom: int, **_: Any) -> Spec:
    """An image with borders."""
    height, width, channels = _extent(image)
    return _image(height + top + bottom, width + left + right, channels)


def sheet(images: Spec, captions: Any, columns: int, size: int, gap: int, **_: Any) -> Spec:
    """A sheet of so many tiles, each three quarters as high as it is wide."""
    if images.length is None:
        raise ValueError("The number of images is not known.")
    height = size * 3 // 4
    line = max(12, round(height / 12))
    step = height + (round(1.6 * line) if captions else 0) + gap
    across = min(columns, images.length)
    rows = -(-images.length // across)
    return _image(rows * step + gap, across * (size + gap) + gap, 3)


# --- masks and labels -----------------------------------------------------------------------------------------


def thresholded(image: Spec, **_: Any) -> tuple[Spec, Spec]:
    """A mask, and the level."""
    return array(_extent(image)[:2], "bool"), NUMBER


def mask_of_image(image: Spec, **_: Any) -> Spec:
    """A mask of an image's size."""
    return array(_extent(image)[:2], "bool")


def mask(mask: Spec, **_: Any) -> Spec:
    """A mask of the same size."""
    return array(_plane(mask), "bool")


def labelled(mask: Spec, **_: Any) -> tuple[Spec, Spec]:
    """Numbers of objects in a mask, and how many there are."""
    return array(_plane(mask), "int32"), COUNT


def divided(image: Spec, **_: Any) -> tuple[Spec, Spec]:
    """Numbers of regions in an image, and how many there are."""
    return array(_extent(image)[:2], "int32"), COUNT


def distances(mask: Spec, **_: Any) -> Spec:
    """A number for each pixel of a mask."""
    return array(_plane(mask), "float32")


def selected(labels: Spec, **_: Any) -> tuple[Spec, Spec]:
    """Numbers of objects again, and how many there are."""
    return array(_plane(labels), "int32"), COUNT


def colored_labels(labels: Spec, **_: Any) -> Spec:
    """A colour for each object."""
    return _image(*_plane(labels), 3)


def _plane(spec: Spec) -> tuple[int, int]:
    if spec.shape is None or len(spec.shape) < 2:
        raise ValueError("The size is not known.")
    return spec.shape[0], spec.shape[1]


def _extent(spec: Spec) -> tuple[int, int, int]:
    height, width = _plane(spec)
    assert spec.shape is not None
    channels = spec.shape[2] if len(spec.shape) == 3 else 1
    return height, width, channels
