"""Chance that a seed repeats, with the names of NumPy's generator: the same seed always gives the same draws."""

from typing import Annotated, Any

from shtairir.block import Array, Param, Table, block
from shtairir_blocks.shapes import draws

Seed = Annotated[int, Param(ge=0, lt=2**63)]
Count = Annotated[int, Param(ge=0, le=10**9)]
Size = list[int] | int | None


@block(category="Random/Numbers", name="Normal numbers", tags=("gaussian", "noise"), infer=draws.two_parameters)
def normal(loc: Array | float = 0.0, scale: Array | float = 1.0, size: Size = None, seed: Seed = 0) -> Array | float:
    """Draw numbers that lie around a mean, as errors of measurement do.

    Parameters
    ----------
    loc
        The mean; an array has a mean for each number.
    scale
        The standard deviation.
    size
        How many, ``[3, 4]`` for three rows of four; unset for the shape of loc and scale.
    seed
        The same number gives the same draws.

    Returns
    -------
    out
        The numbers.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.normal(loc, scale, size, seed)


@block(category="Random/Numbers", name="Uniform numbers", tags=("noise", "equal"), infer=draws.two_parameters)
def uniform(low: Array | float = 0.0, high: Array | float = 1.0, size: Size = None, seed: Seed = 0) -> Array | float:
    """Draw numbers that are equally likely everywhere between two limits.

    Parameters
    ----------
    low
        The least number; an array has a limit for each.
    high
        The upper limit, which is not reached.
    size
        How many, ``[3, 4]`` for three rows of four; unset for the shape of low and high.
    seed
        The same number gives the same draws.

    Returns
    -------
    out
        The numbers.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.uniform(low, high, size, seed)


@block(category="Random/Numbers", name="Whole numbers", tags=("integers", "dice"), infer=draws.whole)
def integers(low: int = 0, high: int = 10, size: list[int] | int = 10, seed: Seed = 0, endpoint: bool = False) -> Array:
    """Draw whole numbers, each equally likely.

    Parameters
    ----------
    low
        The least number.
    high
        The upper limit, which does not come itself.
    size
        How many, ``[3, 4]`` for three rows of four.
    seed
        The same number gives the same draws.
    endpoint
        Let the upper limit come, too: a dice is 1 to 6 with this.

    Returns
    -------
    out
        The numbers, int64.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.integers(low, high, size, seed, endpoint)


@block(category="Random/Numbers", name="Poisson counts", tags=("events", "photons", "noise"), infer=draws.counts)
def poisson(lam: Array | float = 1.0, size: Size = None, seed: Seed = 0) -> Array | float:
    """Draw how many of some rare events happen, such as photons that reach a pixel.

    Parameters
    ----------
    lam
        How many are expected; an array has an expectation for each.
    size
        How many draws, ``[3, 4]`` for three rows of four; unset for the shape of lam.
    seed
        The same number gives the same draws.

    Returns
    -------
    out
        The counts, int64.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.poisson(lam, size, seed)


@block(category="Random/Items", name="Random choice", tags=("draw", "lottery", "resample"))
def choice(
    a: Array | list[Any],
    size: Count = 1,
    replace: bool = True,
    p: Array | list[float] | None = None,
    seed: Seed = 0,
) -> Any:
    """Draw items of a list or an array.

    Parameters
    ----------
    a
        What to draw from; of an array with rows, rows are drawn.
    size
        How many to draw.
    replace
        Whether an item may come again.
    p
        A weight for each item; unset when all are equally likely.
    seed
        The same number gives the same draws.

    Returns
    -------
    out
        The drawn items: a list of a list, an array of an array.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.choice(a, size, replace, p, seed)


@block(category="Random/Items", name="Shuffle", tags=("permutation", "order", "mix"))
def shuffle(a: Array | list[Any], axis: int = 0, seed: Seed = 0) -> Any:
    """Put the items of a list, or the rows of an array, in an order of chance.

    Parameters
    ----------
    a
        What to shuffle.
    axis
        Along which axis of an array: 0 shuffles rows, 1 columns, each as a whole.
    seed
        The same number gives the same order.

    Returns
    -------
    out
        The same items: a list of a list, an array of an array.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.shuffled(a, axis, seed)


@block(
    category="Random/Items",
    name="Draw rows",
    tags=("table", "resample", "weights"),
    requires=("polars",),
    extra="stats",
)
def rows(
    table: Table,
    size: Annotated[int | None, Param(ge=0, le=10**9)] = None,
    fraction: Annotated[float, Param(ge=0, le=100, step=0.1)] = 1.0,
    replace: bool = False,
    weights: str | None = None,
    seed: Seed = 0,
) -> Table:
    """Draw rows of a table, with weights or with replacement; as it stands, the rows are shuffled.

    Parameters
    ----------
    table
        The table to draw from.
    size
        How many rows; unset to go by the fraction.
    fraction
        Which share of the rows.
    replace
        Whether a row may come again, as a bootstrap wants it.
    weights
        A column that says how likely each row is; unset when all are equally likely.
    seed
        The same number gives the same rows.

    Returns
    -------
    out
        The rows in the order in which they were drawn.
    """
    from shtairir_blocks.kernels import random_draws as kernels

    return kernels.rows(table, size, fraction, replace, weights, seed)
