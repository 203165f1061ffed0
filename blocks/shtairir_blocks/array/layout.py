"""Parts and arrangements of arrays, with NumPy's names."""

from typing import Annotated, NamedTuple

from shtairir.block import Array, Param, block
from shtairir.block.elementwise import Kernel
from shtairir_blocks.array.creation import ElementType
from shtairir_blocks.shapes import arrays


@block(category="Array/Arrange", name="Slice", tags=("range", "crop", "every"), infer=arrays.sliced)
def slice_(
    a: Array,
    start: int | None = None,
    stop: int | None = None,
    step: int = 1,
    axis: int = 0,
) -> Array:
    """Take a range of an array along one axis.

    Parameters
    ----------
    a
        The array.
    start
        First position, counted from 0; negative ones count from the end; unset for the beginning.
    stop
        Position before which to end; unset for the end.
    step
        2 for every second element, -1 to reverse.
    axis
        Axis along which to take, -1 for the last.

    Returns
    -------
    out
        The range, a view without a copy.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.slice_axis(a, start, stop, step, axis)


@block(category="Array/Arrange", name="Take", tags=("index", "element", "pick"), infer=arrays.taken)
def take(a: Array, indices: Array | int = 0, axis: int | None = None) -> Array | float:
    """Take the elements at given positions.

    Parameters
    ----------
    a
        The array.
    indices
        Positions counted from 0; negative ones count from the end.
    axis
        Axis along which to take; unset to count through all elements.

    Returns
    -------
    out
        The elements: one number for one position of a row of numbers.
    """
    from shtairir_blocks.kernels import array_layout as kernels
    from shtairir_blocks.kernels.array_statistics import plain

    return plain(kernels.take(a, indices, axis))


@block(category="Array/Arrange", name="Select by mask", tags=("filter", "boolean", "compress"))
def select(a: Array, condition: Array) -> Array:
    """Keep the elements for which a condition holds.

    Parameters
    ----------
    a
        The array.
    condition
        True or false for each element, or for each row.

    Returns
    -------
    out
        The kept elements in a row, or the kept rows.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.select(a, condition)


@block(category="Array/Arrange", name="Reshape", tags=("rearrange", "dimensions"), infer=arrays.reshaped)
def reshape(a: Array, newshape: Annotated[list[int] | int, Param(label="new shape")] = -1) -> Array:
    """Arrange the same elements in another shape.

    Parameters
    ----------
    a
        The array.
    newshape
        Length of each axis; one of them may be -1 to have it worked out.

    Returns
    -------
    out
        The array in its new shape.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.reshape(a, newshape)


@block(category="Array/Arrange", name="Flatten", tags=("ravel", "1d"), infer=arrays.reshaped)
def flatten(a: Array) -> Array:
    """Put all elements into one row.

    Parameters
    ----------
    a
        The array.

    Returns
    -------
    out
        The elements, one axis, the last axis of the input running fastest.
    """
    return a.reshape(-1)


@block(category="Array/Arrange", name="Transpose", tags=("swap", "rows", "columns"), infer=arrays.transposed)
def transpose(a: Array, axes: list[int] | None = None) -> Array:
    """Swap rows and columns, or put the axes in another order.

    Parameters
    ----------
    a
        The array.
    axes
        The axes in their new order; unset to reverse them.

    Returns
    -------
    out
        The rearranged array, a view without a copy.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.transpose(a, axes or ())


@block(category="Array/Arrange", name="Concatenate", tags=("join", "append"))
def concatenate(arrays: list[Array], axis: int = 0) -> Array:
    """Join arrays along an axis that they have.

    Parameters
    ----------
    arrays
        The arrays; their shapes may differ along the joined axis only.
    axis
        Axis along which to join, -1 for the last.

    Returns
    -------
    out
        The joined array.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.join(arrays, axis, new_axis=False)


@block(category="Array/Arrange", name="Join two", tags=("append", "concatenate"), infer=arrays.joined)
def append(a: Array, b: Array, axis: int = 0) -> Array:
    """Put one array behind another.

    Parameters
    ----------
    a
        The first array.
    b
        The array that follows.
    axis
        Axis along which to join, -1 for the last.

    Returns
    -------
    out
        The joined array.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.join([a, b], axis, new_axis=False)


@block(category="Array/Arrange", name="Stack", tags=("join", "layers"))
def stack(arrays: list[Array], axis: int = 0) -> Array:
    """Lay arrays of one shape beside each other along a new axis.

    Parameters
    ----------
    arrays
        Arrays of the same shape.
    axis
        Where the new axis stands, -1 for last.

    Returns
    -------
    out
        The stacked array, with one axis more.
    """
    from shtairir_blocks.kernels import array_layout as kernels

    return kernels.join(arrays, axis, new_axis=True)


@block(
    category="Array/Arrange",
    name="Convert type",
    tags=("cast", "dtype", "integer", "float"),
    elementwise=True,
    kernel=Kernel("shtairir_blocks.kernels.array_creation", "cast"),
    infer=arrays.converted,
)
def astype(a: Array, dtype: ElementType = "float64") -> Array:
    """Give the elements another type.

    Parameters
    ----------
    a
        The array.
    dtype
        The new type. Whole-number types cut off what follows the point.

    Returns
    -------
    out
        The converted array.
    """
    from shtairir_blocks.kernels import array_creation as kernels

    return kernels.convert(a, dtype)


@block(
    category="Array/Arithmetic",
    name="Matrix product",
    tags=("dot", "multiply", "linear algebra"),
    infer=arrays.multiplied,
)
def matmul(x1: Array, x2: Array) -> Array | float:
    """Multiply two matrices, or take the inner product of two vectors.

    Parameters
    ----------
    x1
        The first matrix or vector.
    x2
        The second: as many rows as the first has columns.

    Returns
    -------
    out
        The product: a number for two vectors.
    """
    from shtairir_blocks.kernels import array_layout as kernels
    from shtairir_blocks.kernels.array_statistics import plain

    return plain(kernels.matmul(x1, x2))


class Shape(NamedTuple):
    """The extent of an array.

    Attributes
    ----------
    shape
        Length of each axis.
    ndim
        Number of axes.
    size
        Number of elements.
    """

    shape: list[int]
    ndim: int
    size: int


@block(category="Array/Arrange", name="Shape", tags=("length", "size", "dimensions"), infer=arrays.extent)
def shape(a: Array) -> Shape:
    """Tell the extent of an array.

    Parameters
    ----------
    a
        The array.
    """
    return Shape(list(a.shape), a.ndim, a.size)
