"""Undoing what a lens, a sensor or a scratch did to an image."""

from typing import Annotated, Literal

from shtairir.block import Array, Context, DType, Image, Param, Shape, block
from shtairir.block.infer import like
from shtairir_blocks.shapes import images

Kernel = Annotated[Array, DType("float64"), Shape("height", "width")]


@block(category="Image/Restore", name="Point spread", tags=("PSF", "kernel", "blur", "motion"))
def point_spread(
    shape: Literal["gaussian", "disk", "motion"] = "gaussian",
    radius: Annotated[float, Param(ge=0, le=100, step=0.1, unit="px")] = 2.0,
    angle: Annotated[float, Param(ge=-180, le=180, step=1, unit="°")] = 0.0,
) -> Kernel:
    """Describe a blur: what becomes of a single bright point.

    Parameters
    ----------
    shape
        gaussian for the haze of air and optics, disk for a lens out of focus, motion for a camera that moved.
    radius
        The standard deviation of a Gaussian, the radius of a disk, half the way of a motion.
    angle
        Direction of the motion, counter-clockwise from the horizontal.

    Returns
    -------
    out
        The kernel; its numbers add up to 1.
    """
    from shtairir_blocks.kernels import image_restoration as kernels

    return kernels.point_spread(shape, radius, angle)


@block(
    category="Image/Restore",
    name="Convolve",
    tags=("kernel", "filter", "blur", "correlate"),
    requires=("scipy",),
    extra="image",
    infer=like("image", "float32"),
)
def convolve(image: Image | Array, kernel: Array) -> Array:
    """Weigh the pixels around each pixel by a kernel and add them up. Borders are mirrored.

    By Fourier transforms, so that a large kernel costs no more than a small one.

    Parameters
    ----------
    image
        The image, or an array of its form.
    kernel
        The weights, such as a point spread; the middle one belongs to the pixel itself.

    Returns
    -------
    out
        The sums, float32; they may lie outside 0..1.
    """
    from shtairir_blocks.kernels import image_restoration as kernels

    return kernels.convolve(image, kernel)


@block(
    category="Image/Restore",
    name="Deblur",
    tags=("deconvolution", "Richardson-Lucy", "sharpen", "restore"),
    requires=("scipy",),
    extra="image",
    infer=images.same,
)
def richardson_lucy(
    ctx: Context,
    image: Image,
    psf: Array,
    num_iter: Annotated[int, Param(ge=1, le=10_000)] = 20,
) -> Image:
    """Sharpen an image whose blur is known, by the method of Richardson (1972) and Lucy (1974).

    Parameters
    ----------
    image
        The blurred image.
    psf
        What the blur makes of a point, see image.point_spread.
    num_iter
        How often to improve the estimate: more shows finer detail, and more of the noise.

    Returns
    -------
    out
        The sharpened image.
    """
    from shtairir_blocks.kernels import image_restoration as kernels

    def report(fraction: float) -> None:
        ctx.check_cancelled()
        ctx.progress(fraction)

    return kernels.richardson_lucy(image, psf, num_iter, report)


@block(
    category="Image/Restore",
    name="Inpaint",
    tags=("repair", "scratch", "remove", "fill", "retouch"),
    requires=("skimage",),
    extra="image",
    infer=images.same,
)
def inpaint(image: Image, mask: Array) -> Image:
    """Cover scratches, dust or writing with what surrounds them.

    The surroundings are continued smoothly, by the biharmonic equation; best for narrow places.

    Parameters
    ----------
    image
        The image.
    mask
        True where the image is to be repaired.

    Returns
    -------
    out
        The repaired image.
    """
    from shtairir_blocks.kernels import image_restoration as kernels

    return kernels.inpaint(image, mask)


def _rough_denoise(image: Image, method: str = "non-local means", strength: float | None = None) -> Image:
    from shtairir_blocks.kernels import image_restoration as kernels
    from shtairir_blocks.kernels.image_rough import roughly

    return roughly(image, lambda pixels, step: kernels.denoise(pixels, method, strength))


@block(
    category="Image/Restore",
    name="Denoise",
    tags=("noise", "total variation", "non-local means", "smooth", "grain"),
    requires=("skimage",),
    extra="image",
    infer=images.same,
    preview=_rough_denoise,
)
def denoise(
    image: Image,
    method: Literal["non-local means", "tv"] = "non-local means",
    strength: Annotated[float | None, Param(ge=0, le=1, step=0.01)] = None,
) -> Image:
    """Take noise out of an image and keep its edges.

    Parameters
    ----------
    image
        The image.
    method
        non-local means averages places that look alike and keeps texture (Buades, Coll & Morel 2005); tv seeks few
        and sharp edges (Rudin, Osher & Fatemi 1992; Chambolle 2004).
    strength
        The standard deviation of the noise; unset to estimate it from the finest details.

    Returns
    -------
    out
        The clean image.
    """
    from shtairir_blocks.kernels import image_restoration as kernels

    return kernels.denoise(image, method, strength)
