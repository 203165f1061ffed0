"""Brightness and colour."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Image, Param, block
from shtairir_blocks.shapes import images


@block(category="Image/Colour", name="To grey", tags=("gray", "monochrome", "luminance"), infer=images.to_gray)
def to_gray(image: Image) -> Image:
    """Turn a colour image into a grey one, as bright as it looks.

    Parameters
    ----------
    image
        The image; transparency is dropped.

    Returns
    -------
    out
        The grey image.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.to_gray(image)


@block(category="Image/Colour", name="To RGB", tags=("color", "channels"), infer=images.to_rgb)
def to_rgb(image: Image) -> Image:
    """Give an image three colour channels.

    Parameters
    ----------
    image
        The image; transparency is dropped.

    Returns
    -------
    out
        The image with the channels red, green and blue.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.to_rgb(image)


@block(
    category="Image/Colour",
    name="Adjust",
    tags=("brightness", "contrast", "gamma", "saturation"),
    infer=images.same,
)
def adjust(
    image: Image,
    brightness: Annotated[float, Param(ge=-1, le=1, step=0.01)] = 0.0,
    contrast: Annotated[float, Param(ge=0, le=4, step=0.05)] = 1.0,
    gamma: Annotated[float, Param(ge=0.1, le=5, step=0.05)] = 1.0,
    saturation: Annotated[float, Param(ge=0, le=4, step=0.05)] = 1.0,
) -> Image:
    """Change brightness, contrast, gamma and saturation.

    Parameters
    ----------
    image
        The image.
    brightness
        Added to all values.
    contrast
        Factor about mid-grey; 0 is all grey, 1 leaves it.
    gamma
        Above 1 brightens the mid-tones, below 1 darkens them; black and white stay.
    saturation
        Factor of the colours; 0 is grey, 1 leaves them.

    Returns
    -------
    out
        The adjusted image; what leaves the range is cut off.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.adjust(image, brightness, contrast, gamma, saturation)


@block(category="Image/Colour", name="Stretch contrast", tags=("normalize", "levels", "autolevel"), infer=images.same)
def stretch(
    image: Image,
    low: Annotated[float, Param(ge=0, le=100, step=0.1, unit="%")] = 1.0,
    high: Annotated[float, Param(ge=0, le=100, step=0.1, unit="%")] = 99.0,
) -> Image:
    """Spread the values of an image over the whole range.

    Parameters
    ----------
    image
        The image.
    low
        This share of the values becomes black.
    high
        What lies above this share of the values becomes white.

    Returns
    -------
    out
        The stretched image.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.stretch(image, low, high)


@block(
    category="Image/Colour",
    name="Equalize",
    tags=("histogram", "CLAHE"),
    requires=("skimage",),
    extra="image",
    infer=images.same,
)
def equalize(
    image: Image,
    method: Literal["global", "adaptive"] = "adaptive",
    clip_limit: Annotated[float, Param(ge=0, le=1, step=0.005, advanced=True)] = 0.01,
) -> Image:
    """Even out the brightness, so that all shades are used.

    Parameters
    ----------
    image
        The image.
    method
        Over the whole image at once, or adapted to each place.
    clip_limit
        Limits how far the adaptive method raises contrast.

    Returns
    -------
    out
        The equalized image.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.equalize(image, method, clip_limit)


@block(category="Image/Colour", name="Invert", tags=("negative",), infer=images.same)
def invert(image: Image) -> Image:
    """Turn an image into its negative.

    Parameters
    ----------
    image
        The image.

    Returns
    -------
    out
        The negative; transparency stays.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.invert(image)


class Channels(NamedTuple):
    """The channels of an image, each a grey image.

    Attributes
    ----------
    red, green, blue
        Strength of this colour.
    alpha
        Opacity, 1 where the image has none.
    """

    red: Image
    green: Image
    blue: Image
    alpha: Image


@block(category="Image/Colour", name="Split channels", tags=("rgb", "alpha", "separate"), infer=images.split)
def split_channels(image: Image) -> Channels:
    """Take an image apart into red, green, blue and alpha.

    Parameters
    ----------
    image
        The image.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return Channels(*kernels.split_channels(image))


@block(category="Image/Colour", name="Merge channels", tags=("rgb", "alpha", "combine"), infer=images.merged)
def merge_channels(red: Image, green: Image, blue: Image, alpha: Image | None = None) -> Image:
    """Put grey images together as the channels of a colour image.

    Parameters
    ----------
    red, green, blue
        Strength of this colour, as a grey image.
    alpha
        Opacity, as a grey image; unset for an opaque image.

    Returns
    -------
    out
        The colour image.
    """
    from shtairir_blocks.kernels import image_color as kernels

    return kernels.merge_channels(red, green, blue, alpha)
