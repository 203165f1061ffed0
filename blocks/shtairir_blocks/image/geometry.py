"""Size, shape and position of images."""

from typing import Annotated, Literal

from shtairir.block import Color, Image, Param, block
from shtairir.block.values import Color as Paint
from shtairir_blocks.shapes import images

BLACK = Paint(0, 0, 0)


@block(
    category="Image/Geometry",
    name="Resize",
    tags=("scale", "size"),
    requires=("PIL",),
    extra="image",
    infer=images.resized,
)
def resize(
    image: Image,
    width: Annotated[int | None, Param(ge=1, le=65536, unit="px")] = None,
    height: Annotated[int | None, Param(ge=1, le=65536, unit="px")] = None,
    scale: Annotated[float, Param(gt=0, le=100, step=0.1)] = 1.0,
    keep_ratio: bool = True,
    method: Literal["nearest", "box", "bilinear", "bicubic", "lanczos"] = "bicubic",
) -> Image:
    """Change the number of pixels of an image.

    Parameters
    ----------
    image
        The image.
    width
        New width; unset to follow from the height.
    height
        New height; unset to follow from the width.
    scale
        Factor that is used when neither width nor height is set.
    keep_ratio
        With both width and height set: fit inside them, rather than stretch to them.
    method
        How new pixels are found: nearest keeps hard edges, lanczos is the sharpest.

    Returns
    -------
    out
        The resized image.
    """
    from shtairir_blocks.kernels import image_geometry as kernels

    size = kernels.target_size(image, width, height, scale, keep_ratio)
    return kernels.resize(image, *size, method)


@block(category="Image/Geometry", name="Crop", tags=("cut", "region"), infer=images.cropped)
def crop(
    image: Image,
    left: Annotated[int, Param(unit="px")] = 0,
    top: Annotated[int, Param(unit="px")] = 0,
    width: Annotated[int | None, Param(ge=1, unit="px")] = None,
    height: Annotated[int | None, Param(ge=1, unit="px")] = None,
) -> Image:
    """Cut a rectangle out of an image.

    Parameters
    ----------
    image
        The image.
    left
        First column; below 0 to count from the right.
    top
        First row; below 0 to count from the bottom.
    width
        Width of the rectangle; unset to reach to the right edge.
    height
        Height of the rectangle; unset to reach to the bottom edge.

    Returns
    -------
    out
        The rectangle, as far as it lies inside the image.
    """
    from shtairir_blocks.kernels import image_geometry as kernels

    return kernels.crop(image, left, top, width, height)


@block(
    category="Image/Geometry",
    name="Rotate",
    tags=("turn", "straighten"),
    requires=("PIL",),
    extra="image",
    infer=images.rotated,
)
def rotate(
    image: Image,
    angle: Annotated[float, Param(ge=-360, le=360, step=1, unit="°")] = 90.0,
    expand: bool = True,
    fill: Color = BLACK,
) -> Image:
    """Turn an image about its centre.

    Parameters
    ----------
    image
        The image.
    angle
        Degrees counter-clockwise.
    expand
        Let the canvas grow so that nothing is cut off.
    fill
        Colour of the corners that the image does not cover.

    Returns
    -------
    out
        The turned image; quarter turns are exact.
    """
    from shtairir_blocks.kernels import image_geometry as kernels

    return kernels.rotate(image, angle, expand, (fill.r, fill.g, fill.b, fill.a))


@block(category="Image/Geometry", name="Flip", tags=("mirror",), infer=images.flipped)
def flip(image: Image, direction: Literal["horizontal", "vertical", "both"] = "horizontal") -> Image:
    """Mirror an image.

    Parameters
    ----------
    image
        The image.
    direction
        Horizontal swaps left and right, vertical top and bottom.

    Returns
    -------
    out
        The mirrored image.
    """
    from shtairir_blocks.kernels import image_geometry as kernels

    return kernels.flip(image, direction)


@block(category="Image/Geometry", name="Pad", tags=("border", "frame", "margin"), infer=images.padded)
def pad(
    image: Image,
    left: Annotated[int, Param(ge=0, unit="px")] = 10,
    right: Annotated[int, Param(ge=0, unit="px")] = 10,
    top: Annotated[int, Param(ge=0, unit="px")] = 10,
    bottom: Annotated[int, Param(ge=0, unit="px")] = 10,
    mode: Literal["color", "edge", "mirror", "wrap"] = "color",
    fill: Color = BLACK,
) -> Image:
    """Add a border around an image.

    Parameters
    ----------
    image
        The image.
    left, right, top, bottom
        Width of the border on this side.
    mode
        Fill it with a colour, or continue the image by its edge pixels, mirrored or repeated.
    fill
        The colour.

    Returns
    -------
    out
        The larger image.
    """
    from shtairir_blocks.kernels import image_geometry as kernels

    return kernels.pad(image, left, right, top, bottom, mode, (fill.r, fill.g, fill.b, fill.a))
