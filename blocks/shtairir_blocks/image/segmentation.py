"""From images to masks and numbered objects.

A mask is true inside objects. Labels hold 0 for the background and 1, 2, 3... inside the objects.
"""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Context, DType, Image, Param, Shape, Table, block
from shtairir_blocks.shapes import images

Mask = Annotated[Array, DType("bool"), Shape("height", "width")]
Labels = Annotated[Array, DType("int32"), Shape("height", "width")]


class Threshold(NamedTuple):
    """A mask and how it was found.

    Attributes
    ----------
    mask
        True inside objects.
    level
        The brightness that separates objects from background.
    """

    mask: Mask
    level: float


@block(
    category="Image/Segment",
    tags=("otsu", "binary", "mask"),
    requires=("skimage",),
    extra="image",
    infer=images.thresholded,
)
def threshold(
    image: Image,
    method: Literal["otsu", "li", "triangle", "yen", "isodata", "mean", "manual"] = "otsu",
    level: Annotated[float, Param(ge=0, le=1, step=0.01)] = 0.5,
    objects: Literal["bright", "dark"] = "bright",
) -> Threshold:
    """Separate bright from dark by one level of brightness.

    Parameters
    ----------
    image
        The image; colours count by their brightness.
    method
        How the level is chosen; manual takes the one below.
    level
        The level of the manual method.
    objects
        Whether the objects are brighter or darker than the background.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    chosen = kernels.threshold_level(image, method, level)
    return Threshold(kernels.threshold(image, chosen, objects), chosen)


@block(
    category="Image/Segment",
    tags=("local", "binary", "mask", "document"),
    requires=("scipy",),
    extra="image",
    infer=images.mask_of_image,
)
def adaptive_threshold(
    image: Image,
    size: Annotated[int, Param(ge=3, le=999, step=2, unit="px")] = 35,
    offset: Annotated[float, Param(ge=-1, le=1, step=0.01)] = 0.03,
    method: Literal["gaussian", "mean"] = "gaussian",
    objects: Literal["bright", "dark"] = "bright",
) -> Mask:
    """Separate objects from an unevenly lit background: compare each pixel with those around it.

    Parameters
    ----------
    image
        The image; colours count by their brightness.
    size
        Width of the neighbourhood.
    offset
        How much brighter (or darker) than its neighbourhood a pixel must be.
    method
        How the neighbourhood is averaged.
    objects
        Whether the objects are brighter or darker than the background.

    Returns
    -------
    out
        The mask, true inside objects.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return kernels.adaptive_threshold(image, size, offset, method, objects)


@block(
    category="Image/Mask",
    tags=("erode", "dilate", "open", "close"),
    requires=("scipy",),
    extra="image",
    infer=images.mask,
)
def morphology(
    mask: Array,
    operation: Literal["erode", "dilate", "open", "close"] = "open",
    radius: Annotated[float, Param(ge=0, le=200, step=1, unit="px")] = 2.0,
    shape: Literal["disk", "square"] = "disk",
) -> Mask:
    """Shrink, grow or smooth the objects of a mask.

    Parameters
    ----------
    mask
        The mask.
    operation
        Erode shrinks, dilate grows, open removes thin parts, close fills gaps.
    radius
        How far.
    shape
        Form of the brush.

    Returns
    -------
    out
        The changed mask.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return kernels.morphology(mask, operation, radius, shape)


@block(category="Image/Mask", tags=("close",), requires=("scipy",), extra="image", infer=images.mask)
def fill_holes(mask: Array, largest: Annotated[int | None, Param(ge=1, unit="px²")] = None) -> Mask:
    """Fill holes inside the objects of a mask.

    Parameters
    ----------
    mask
        The mask.
    largest
        Leave holes with more pixels than this; unset to fill all.

    Returns
    -------
    out
        The filled mask.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return kernels.fill_holes(mask, largest)


@block(category="Image/Mask", tags=("clean", "specks", "area"), requires=("scipy",), extra="image", infer=images.mask)
def remove_small_objects(mask: Array, smallest: Annotated[int, Param(ge=1, unit="px²")] = 64) -> Mask:
    """Drop objects of a mask that have too few pixels.

    Parameters
    ----------
    mask
        The mask.
    smallest
        Objects with at least this many pixels stay.

    Returns
    -------
    out
        The cleaned mask.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return kernels.remove_small(mask, smallest)


@block(category="Image/Mask", tags=("edge", "cut off"), requires=("scipy",), extra="image", infer=images.mask)
def clear_border(mask: Array) -> Mask:
    """Drop objects of a mask that the edge of the image cuts off.

    Parameters
    ----------
    mask
        The mask.

    Returns
    -------
    out
        The mask without these objects.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return kernels.clear_border(mask)


class Objects(NamedTuple):
    """Numbered objects.

    Attributes
    ----------
    labels
        The number of the object at each pixel, 0 for the background.
    count
        How many objects there are.
    """

    labels: Labels
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here


@block(
    category="Image/Segment",
    tags=("count", "components", "objects"),
    requires=("scipy",),
    extra="image",
    infer=images.labelled,
)
def label(mask: Array, neighbors: Literal[4, 8] = 8) -> Objects:
    """Number the separate objects of a mask and count them.

    Parameters
    ----------
    mask
        The mask.
    neighbors
        With 8, pixels that touch at a corner belong together.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return Objects(*kernels.label(mask, neighbors))


@block(
    category="Image/Segment",
    tags=("watershed", "count", "separate"),
    requires=("skimage", "scipy"),
    extra="image",
    infer=images.labelled,
)
def split_touching(
    mask: Array,
    min_distance: Annotated[int, Param(ge=1, le=500, unit="px")] = 10,
    smoothing: Annotated[float, Param(ge=0, le=20, step=0.1, unit="px")] = 1.0,
) -> Objects:
    """Number roundish objects, and cut those that touch at their waists.

    Parameters
    ----------
    mask
        The mask.
    min_distance
        Least distance between the middles of two objects.
    smoothing
        Evens out ragged outlines, which would be cut too often.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return Objects(*kernels.split_touching(mask, min_distance, smoothing))


@block(
    category="Image/Segment",
    tags=("filter", "size", "area"),
    requires=("scipy",),
    extra="image",
    infer=images.selected,
)
def select_objects(
    labels: Array,
    smallest: Annotated[int, Param(ge=1, unit="px²")] = 1,
    largest: Annotated[int | None, Param(ge=1, unit="px²")] = None,
) -> Objects:
    """Keep the objects of a certain size, numbered anew.

    Parameters
    ----------
    labels
        The numbered objects.
    smallest
        Least number of pixels.
    largest
        Greatest number of pixels; unset for no limit.
    """
    from shtairir_blocks.kernels import image_segments as kernels

    return Objects(*kernels.select_objects(labels, smallest, largest))


@block(
    category="Image/Measure", tags=("area", "regionprops", "statistics"), requires=("polars", "scipy"), extra="image"
)
def measure(
    ctx: Context,
    labels: Array,
    image: Image | None = None,
    pixel_size: Annotated[float, Param(gt=0, step=0.1)] = 1.0,
) -> Table:
    """Measure each object: position, size, shape and, with an image, brightness.

    Parameters
    ----------
    labels
        The numbered objects; a mask is numbered first.
    image
        Where brightness is measured.
    pixel_size
        Width of a pixel in the unit that sizes are wanted in. Positions stay in pixels.

    Returns
    -------
    out
        A row for each object: label, centre x and y, area, diameter of the circle of that area, bounding box (left,
        top, width, height), perimeter, circularity, axes, eccentricity and angle of the ellipse; with an image the
        mean, standard deviation, least and greatest brightness.
    """
    import polars as pl

    from shtairir_blocks.kernels import image_measurements as kernels

    columns = kernels.measure(labels, image)
    ctx.check_cancelled()
    return pl.DataFrame(kernels.scaled(columns, pixel_size))
