"""Dividing whole images into regions, and the inner form of masks."""

from typing import Annotated

from shtairir.block import Array, DType, Image, Param, Shape, block
from shtairir_blocks.image.segmentation import Mask, Objects
from shtairir_blocks.shapes import images


@block(
    category="Image/Segment",
    tags=("flood", "basins", "regions", "markers"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.divided,
)
def watershed(
    image: Image,
    markers: Array,
    mask: Array | None = None,
    compactness: Annotated[float, Param(ge=0, le=100, step=0.01, advanced=True)] = 0.0,
) -> Objects:
    """Grow numbered markers until they meet where the image is brightest, as water fills valleys.

    The watershed of Beucher and Lantuéjoul (1979). Flooding the edges of an image divides it along them.

    Parameters
    ----------
    image
        The relief: dark is deep. Often the edges of a picture, or the negative of a distance.
    markers
        Where each region begins, numbered; see image.label.
    mask
        Flood here only.
    compactness
        Above 0 regions become rounder.
    """
    from shtairir_blocks.kernels import image_regions as kernels

    return Objects(*kernels.watershed(image, markers, mask, compactness))


@block(
    category="Image/Segment",
    name="Superpixels",
    tags=("SLIC", "pieces", "regions", "cluster"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.divided,
)
def slic(
    image: Image,
    n_segments: Annotated[int, Param(ge=1, le=1_000_000)] = 200,
    compactness: Annotated[float, Param(gt=0, le=1000, step=1)] = 10.0,
    sigma: Annotated[float, Param(ge=0, le=20, step=0.1, unit="px")] = 1.0,
) -> Objects:
    """Divide an image into small pieces of one colour, which keep to its edges.

    SLIC (Achanta et al. 2012).

    Parameters
    ----------
    image
        The image.
    n_segments
        About how many pieces.
    compactness
        Less follows colours more closely, more gives squarer pieces.
    sigma
        Blur before, to follow the larger forms.
    """
    from shtairir_blocks.kernels import image_regions as kernels

    return Objects(*kernels.slic(image, n_segments, compactness, sigma))


@block(
    category="Image/Segment",
    name="Random walker",
    tags=("scribble", "markers", "foreground", "background"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.divided,
)
def random_walker(
    image: Image, labels: Array, beta: Annotated[float, Param(gt=0, le=100_000, step=10)] = 130.0
) -> Objects:
    """Divide an image among a few marked places, even where edges are weak or have gaps.

    Each pixel goes to the marker that a random walker who shuns edges reaches first (Grady 2006).

    Parameters
    ----------
    image
        The image.
    labels
        Markers, numbered from 1; 0 where the walker decides.
    beta
        How much the walker shuns edges.
    """
    from shtairir_blocks.kernels import image_regions as kernels

    return Objects(*kernels.random_walker(image, labels, beta))


@block(
    category="Image/Mask",
    tags=("thin", "centre line", "branches"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.mask,
)
def skeletonize(mask: Array) -> Mask:
    """Thin objects down to lines in their middle, by the method of Zhang and Suen (1984).

    Parameters
    ----------
    mask
        The mask.

    Returns
    -------
    out
        The lines, one pixel wide.
    """
    from shtairir_blocks.kernels import image_regions as kernels

    return kernels.skeletonize(mask)


@block(
    category="Image/Mask",
    name="Distance inside",
    tags=("distance transform", "thickness", "depth"),
    requires=("scipy",),
    extra="image",
    infer=images.distances,
)
def distance_transform(mask: Array) -> Annotated[Array, DType("float32"), Shape("height", "width")]:
    """Measure how far each pixel of an object lies from the background.

    Parameters
    ----------
    mask
        The mask.

    Returns
    -------
    out
        The distances in pixels, 0 outside of objects.
    """
    from shtairir_blocks.kernels import image_regions as kernels

    return kernels.distance_transform(mask)
