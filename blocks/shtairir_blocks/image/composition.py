"""Several images made into one; drawing on images."""

from typing import Annotated, Literal

from shtairir.block import Array, Color, Context, Image, Param, Table, block
from shtairir.block.values import Color as Paint
from shtairir_blocks.shapes import images

CLEAR = Paint(0, 0, 0, 0)
ORANGE = Paint.parse("#ff8800")
WHITE = Paint(1, 1, 1)
PAPER = Paint.parse("#202124")


@block(category="Image/Compose", name="Blend", tags=("mix", "multiply", "screen", "overlay"), infer=images.blended)
def blend(
    base: Image,
    top: Image,
    mode: Literal["normal", "multiply", "screen", "overlay", "add", "difference", "darken", "lighten"] = "normal",
    opacity: Annotated[float, Param(ge=0, le=1, step=0.01)] = 0.5,
) -> Image:
    """Lay one image over another of the same size.

    Parameters
    ----------
    base
        The image below.
    top
        The image above; where it is transparent, the one below is seen.
    mode
        How the colours mix.
    opacity
        How strongly the upper image counts.

    Returns
    -------
    out
        The blended image.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    return kernels.blend(base, top, mode, opacity)


@block(category="Image/Compose", name="Apply mask", tags=("cut out", "transparent"), infer=images.masked)
def apply_mask(image: Image, mask: Array, fill: Color = CLEAR) -> Image:
    """Keep an image inside a mask and put a colour elsewhere.

    Parameters
    ----------
    image
        The image.
    mask
        True where the image stays.
    fill
        What is put elsewhere; transparent unless set.

    Returns
    -------
    out
        The cut-out image.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    return kernels.apply_mask(image, mask, (fill.r, fill.g, fill.b, fill.a))


@block(
    category="Image/Compose",
    name="Draw outlines",
    tags=("overlay", "mask", "labels"),
    requires=("scipy",),
    extra="image",
    infer=images.colored,
)
def outline(
    image: Image,
    labels: Array,
    color: Color = ORANGE,
    thickness: Annotated[int, Param(ge=1, le=50, unit="px")] = 2,
    fill: Annotated[float, Param(ge=0, le=1, step=0.05)] = 0.15,
) -> Image:
    """Draw the outlines of objects on an image.

    Parameters
    ----------
    image
        The image.
    labels
        The mask, or the numbered objects, of the same size.
    color
        Colour of the lines.
    thickness
        Thickness of the lines.
    fill
        How strongly the inside is tinted.

    Returns
    -------
    out
        The image in colour, with the outlines.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    return kernels.outline(image, labels, (color.r, color.g, color.b, color.a), thickness, fill)


@block(
    category="Image/Compose",
    name="Colour labels",
    tags=("segments", "false colour"),
    requires=("scipy",),
    extra="image",
    infer=images.colored_labels,
)
def color_labels(labels: Array, seed: Annotated[int, Param(ge=0, advanced=True)] = 0) -> Image:
    """Give each numbered object a colour of its own.

    Parameters
    ----------
    labels
        The numbered objects.
    seed
        Another number gives other colours.

    Returns
    -------
    out
        A colour image, black for the background.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    return kernels.color_labels(labels, seed)


@block(
    category="Image/Compose",
    name="Annotate",
    tags=("text", "numbers", "labels"),
    requires=("PIL",),
    extra="image",
    infer=images.drawn_on,
)
def annotate(
    image: Image,
    table: Table,
    column: str = "label",
    size: Annotated[float, Param(ge=4, le=500, step=1, unit="px")] = 16.0,
    color: Color = WHITE,
    decimals: Annotated[int, Param(ge=0, le=10)] = 0,
) -> Image:
    """Write the values of a table's column at the positions in its columns x and y.

    Parameters
    ----------
    image
        The image.
    table
        A row for each text, with the columns x and y in pixels; such as image.measure gives.
    column
        The column with the texts or numbers.
    size
        Height of the letters.
    color
        Colour of the letters.
    decimals
        Digits after the point of numbers.

    Returns
    -------
    out
        The image with the texts, each centred on its position.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    texts = kernels.texts_of(table.to_dict(as_series=False), column, decimals)
    return kernels.draw_texts(image, texts, size, (color.r, color.g, color.b, color.a), anchor="mm", outlined=True)


@block(
    category="Image/Compose",
    name="Draw text",
    tags=("caption", "title", "label"),
    requires=("PIL",),
    extra="image",
    infer=images.drawn_on,
)
def draw_text(
    image: Image,
    text: Annotated[str, Param(multiline=True)] = "Text",
    x: Annotated[float, Param(unit="px")] = 10.0,
    y: Annotated[float, Param(unit="px")] = 10.0,
    size: Annotated[float, Param(ge=4, le=500, step=1, unit="px")] = 24.0,
    color: Color = WHITE,
    outlined: bool = False,
) -> Image:
    """Write a text on an image.

    Parameters
    ----------
    image
        The image.
    text
        What to write.
    x
        Left end of the text.
    y
        Top of the text.
    size
        Height of the letters.
    color
        Colour of the letters.
    outlined
        Give the letters a dark or light edge, to stand out from a photograph.

    Returns
    -------
    out
        The image with the text.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    paint = (color.r, color.g, color.b, color.a)
    return kernels.draw_texts(image, [(x, y, text)], size, paint, anchor="la", outlined=outlined)


@block(
    category="Image/Compose",
    name="Contact sheet",
    tags=("grid", "gallery", "montage"),
    requires=("PIL",),
    extra="image",
    infer=images.sheet,
)
def contact_sheet(
    ctx: Context,
    images: list[Image],
    captions: list[str] | None = None,
    columns: Annotated[int, Param(ge=1, le=100)] = 4,
    size: Annotated[int, Param(ge=16, le=4096, unit="px")] = 240,
    gap: Annotated[int, Param(ge=0, le=500, unit="px")] = 16,
    background: Color = PAPER,
) -> Image:
    """Arrange images on a sheet, each shrunk to fit, with its caption below.

    Parameters
    ----------
    images
        The images.
    captions
        A text for each image; unset for none.
    columns
        How many images stand in a row.
    size
        Width of the space for one image; its height is three quarters of that.
    gap
        Distance between images.
    background
        Colour of the sheet.

    Returns
    -------
    out
        The sheet.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    def report(fraction: float) -> None:
        ctx.check_cancelled()
        ctx.progress(fraction)

    tile = (size, size * 3 // 4)
    paint = (background.r, background.g, background.b, background.a)
    return kernels.contact_sheet(images, captions or [], columns, tile, gap, paint, report)
