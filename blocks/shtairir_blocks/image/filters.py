"""Blurring, sharpening and finding edges."""

from typing import Annotated, Literal

from shtairir.block import Context, Image, Param, block
from shtairir_blocks.shapes import images


def _rough_blur(image: Image, sigma: float = 1.0) -> Image:
    from shtairir_blocks.kernels import image_filters as kernels
    from shtairir_blocks.kernels.image_rough import roughly

    return roughly(image, lambda pixels, step: kernels.gaussian_blur(pixels, sigma / step))


@block(
    category="Image/Filter",
    tags=("smooth", "soften"),
    requires=("scipy",),
    extra="image",
    infer=images.same,
    preview=_rough_blur,
)
def gaussian_blur(image: Image, sigma: Annotated[float, Param(ge=0, le=50, step=0.1, unit="px")] = 1.0) -> Image:
    """Blur an image with a Gaussian kernel.

    Parameters
    ----------
    image
        The image.
    sigma
        Width of the blur: the standard deviation of the kernel. 0 leaves the image as it is.

    Returns
    -------
    out
        The blurred image.
    """
    from shtairir_blocks.kernels import image_filters as kernels

    return kernels.gaussian_blur(image, sigma)


def _rough_median(ctx: Context, image: Image, size: int = 3) -> Image:
    from shtairir_blocks.kernels import image_filters as kernels
    from shtairir_blocks.kernels.image_rough import roughly

    return roughly(image, lambda pixels, step: kernels.median(pixels, max(1, round(size / step)), ctx.progress))


@block(
    category="Image/Filter",
    name="Median filter",
    tags=("denoise", "specks"),
    requires=("scipy",),
    extra="image",
    infer=images.same,
    preview=_rough_median,
)
def median(ctx: Context, image: Image, size: Annotated[int, Param(ge=1, le=51, step=2, unit="px")] = 3) -> Image:
    """Take away specks and keep edges: each pixel becomes the median of its neighbourhood.

    Parameters
    ----------
    image
        The image.
    size
        Width and height of the neighbourhood.

    Returns
    -------
    out
        The cleaned image.
    """
    from shtairir_blocks.kernels import image_filters as kernels

    def report(fraction: float) -> None:
        ctx.check_cancelled()
        ctx.progress(fraction)

    return kernels.median(image, size, report)


@block(category="Image/Filter", tags=("unsharp mask", "detail"), requires=("scipy",), extra="image", infer=images.same)
def sharpen(
    image: Image,
    radius: Annotated[float, Param(ge=0.1, le=50, step=0.1, unit="px")] = 1.5,
    amount: Annotated[float, Param(ge=0, le=10, step=0.1)] = 1.0,
    threshold: Annotated[float, Param(ge=0, le=1, step=0.01, advanced=True)] = 0.0,
) -> Image:
    """Sharpen an image by unsharp masking.

    Parameters
    ----------
    image
        The image.
    radius
        Size of the details that are brought out.
    amount
        How strongly. 0 leaves the image as it is.
    threshold
        Leave details weaker than this alone, so that noise is not sharpened.

    Returns
    -------
    out
        The sharpened image.
    """
    from shtairir_blocks.kernels import image_filters as kernels

    return kernels.sharpen(image, radius, amount, threshold)


@block(
    category="Image/Filter",
    tags=("lighting", "shading", "flatten"),
    requires=("scipy",),
    extra="image",
    infer=images.gray,
)
def remove_background(
    image: Image,
    radius: Annotated[float, Param(ge=1, le=500, step=1, unit="px")] = 30.0,
    objects: Literal["bright", "dark"] = "bright",
) -> Image:
    """Take away uneven lighting: objects become bright on a black background.

    Parameters
    ----------
    image
        The image.
    radius
        Larger than the largest object's half width.
    objects
        Whether the objects are brighter or darker than what is behind them.

    Returns
    -------
    out
        A grey image of what stands out from the background.
    """
    from shtairir_blocks.kernels import image_filters as kernels

    return kernels.remove_background(image, radius, objects)


@block(
    category="Image/Filter",
    name="Edges",
    tags=("sobel", "canny", "contour"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.gray,
)
def edges(
    image: Image,
    method: Literal["sobel", "scharr", "canny"] = "sobel",
    sigma: Annotated[float, Param(ge=0, le=20, step=0.1, unit="px")] = 1.0,
    low: Annotated[float, Param(ge=0, le=1, step=0.01, advanced=True)] = 0.1,
    high: Annotated[float, Param(ge=0, le=1, step=0.01, advanced=True)] = 0.2,
) -> Image:
    """Find where brightness changes.

    Parameters
    ----------
    image
        The image.
    method
        Sobel and Scharr show how steep each edge is, Canny draws thin lines.
    sigma
        Blur before, to leave out small edges.
    low
        Canny continues a line as long as the edge is steeper than this.
    high
        Canny begins a line where the edge is steeper than this.

    Returns
    -------
    out
        A grey image, bright at edges.
    """
    from shtairir_blocks.kernels import image_filters as kernels

    return kernels.edges(image, method, sigma, low, high)
