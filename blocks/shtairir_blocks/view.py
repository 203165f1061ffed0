"""View blocks: look at values on the way."""

from typing import Annotated, Any, Literal

from shtairir.block import Array, Context, Image, Param, Table, block


@block(category="View", name="Show", tags=("preview", "look", "display", "watch"), pure=False, idempotent=True)
def show(ctx: Context, value: Any, title: str = "") -> Any:
    """Show a value on the node, and pass it on as it is.

    Parameters
    ----------
    value
        Anything.
    title
        Written to the log with a description of the value; unset to write nothing.

    Returns
    -------
    out
        The same value.
    """
    ctx.preview(value)
    if title:
        from shtairir.block.values import summarize

        ctx.log(f"{title}: {summarize(value).text}")
    return value


@block(category="View", name="Compare images", tags=("difference", "before", "after"), requires=("PIL",), extra="image")
def compare(
    left: Image,
    right: Image,
    mode: Literal["side by side", "split", "difference"] = "side by side",
    position: Annotated[float, Param(ge=0, le=1, step=0.01)] = 0.5,
) -> Image:
    """Put two images together to see how they differ.

    Parameters
    ----------
    left
        The first image.
    right
        The second image.
    mode
        Next to each other; the left part of one with the right part of the other; or how far they differ.
    position
        Where the split lies: 0 shows only the second, 1 only the first.

    Returns
    -------
    out
        The comparison.
    """
    from shtairir_blocks.kernels import image_composition as kernels

    if mode == "side by side":
        return kernels.side_by_side(left, right, gap=8)
    if mode == "split":
        return kernels.split_view(left, right, position)
    return kernels.difference(left, right)


@block(
    category="View",
    name="Statistics",
    tags=("describe", "summary", "minimum", "maximum", "mean"),
    requires=("polars",),
    extra="table",
)
def statistics(a: Array) -> Table:
    """List the shape, range, mean and spread of an array.

    Parameters
    ----------
    a
        The array.

    Returns
    -------
    out
        A table with the columns name and value; missing and infinite values are counted and left out.
    """
    import polars as pl

    from shtairir_blocks.kernels import array_statistics as kernels

    facts = kernels.summary(a)
    texts = [f"{value:.6g}" if isinstance(value, float) else str(value) for _, value in facts]
    return pl.DataFrame({"name": [name for name, _ in facts], "value": texts})
