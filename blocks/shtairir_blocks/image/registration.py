"""Laying images on one another."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, DType, Image, Param, Shape, block
from shtairir.block.infer import Spec, array
from shtairir_blocks.shapes import images
from shtairir_blocks.shapes.arrays import NUMBER

Matrix = Annotated[Array, DType("float64"), Shape(3, 3)]


class Shift(NamedTuple):
    """How far an image lies off.

    Attributes
    ----------
    aligned
        The moving image, laid on the reference; black where it has no pixels.
    x
        How far it had to go to the right, in pixels.
    y
        How far it had to go down.
    error
        How much still differs: 0 for nothing, 1 for unrelated images.
    """

    aligned: Image
    x: float
    y: float
    error: float


def _shifted(moving_image: Spec, **_: object) -> tuple[Spec, Spec, Spec, Spec]:
    return images.same(moving_image), NUMBER, NUMBER, NUMBER


@block(
    category="Image/Register",
    name="Find shift",
    tags=("phase correlation", "registration", "drift", "stabilise", "align"),
    requires=("skimage",),
    extra="image",
    infer=_shifted,
)
def phase_cross_correlation(
    reference_image: Image, moving_image: Image, upsample_factor: Annotated[int, Param(ge=1, le=1000)] = 10
) -> Shift:
    """Find out how far one image is shifted against another, and move it back.

    Phase correlation (Kuglin & Hines 1975), refined to parts of a pixel (Guizar-Sicairos et al. 2008).

    Parameters
    ----------
    reference_image
        The image that stays.
    moving_image
        The image to lay on it, of the same size.
    upsample_factor
        How exactly: 10 for a tenth of a pixel.
    """
    from shtairir_blocks.kernels import image_registration as kernels

    right, down, error = kernels.shift_between(reference_image, moving_image, upsample_factor)
    return Shift(kernels.warp(moving_image, kernels.translation(right, down)), right, down, error)


class Aligned(NamedTuple):
    """An image laid on another.

    Attributes
    ----------
    aligned
        The moving image as the reference shows it; black where it has no pixels.
    matrix
        Where each place of the reference lies in the moving image, for image.warp.
    matches
        How many places agree about it.
    """

    aligned: Image
    matrix: Matrix
    matches: int


@block(
    category="Image/Register",
    name="Align by features",
    tags=("registration", "ORB", "RANSAC", "panorama", "affine", "homography"),
    requires=("skimage",),
    extra="image",
    infer=lambda reference_image, moving_image, **_: (
        array((*reference_image.shape[:2], *moving_image.shape[2:]), "float32", kind="image"),
        array((3, 3), "float64"),
        images.COUNT,
    ),
)
def align(
    reference_image: Image,
    moving_image: Image,
    transform: Literal["euclidean", "similarity", "affine", "projective"] = "affine",
    features: Annotated[int, Param(ge=10, le=10_000)] = 500,
    tolerance: Annotated[float, Param(gt=0, le=50, step=0.5, unit="px")] = 2.0,
    seed: Annotated[int, Param(ge=0, lt=2**32, advanced=True)] = 0,
) -> Aligned:
    """Lay an image on another that shows the same from elsewhere, by corners that look alike in both.

    Corners are described by ORB (Rublee et al. 2011); RANSAC (Fischler & Bolles 1981) keeps what most agree on.

    Parameters
    ----------
    reference_image
        The image that stays.
    moving_image
        The image to lay on it.
    transform
        What may differ: euclidean place and angle, similarity size too, affine also shear, projective the view.
    features
        How many corners to look for.
    tolerance
        How far a corner may lie off and still agree.
    seed
        The same number tries the same corners.
    """
    from shtairir_blocks.kernels import image_registration as kernels

    return Aligned(*kernels.align(reference_image, moving_image, transform, features, tolerance, seed))


@block(
    category="Image/Register",
    name="Warp",
    tags=("transform", "affine", "perspective", "homography"),
    requires=("skimage",),
    extra="image",
)
def warp(
    image: Image,
    matrix: Array,
    width: Annotated[int | None, Param(ge=1, le=65_536, unit="px")] = None,
    height: Annotated[int | None, Param(ge=1, le=65_536, unit="px")] = None,
    fill: Annotated[float, Param(ge=0, le=1, step=0.05)] = 0.0,
) -> Image:
    """Bend an image as a matrix says, such as one that image.align found.

    Parameters
    ----------
    image
        The image.
    matrix
        Where each place of the result lies in the image: 3 × 3 numbers for places (x, y, 1) in pixels.
    width
        Width of the result; unset for that of the image.
    height
        Height of the result; unset for that of the image.
    fill
        The brightness where the image has no pixels.

    Returns
    -------
    out
        The bent image.
    """
    from shtairir_blocks.kernels import image_registration as kernels

    return kernels.warp(image, matrix, (height, width), fill)
