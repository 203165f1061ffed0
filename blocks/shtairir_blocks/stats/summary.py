"""What samples are like. Missing values (NaN) are left out everywhere."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, DType, Param, Shape, Table, block
from shtairir.block.infer import Spec, array
from shtairir_blocks.shapes.arrays import NUMBER

Level = Annotated[float, Param(gt=0, lt=1, step=0.01)]
Row = Annotated[Array, DType("float64"), Shape("n")]
Matrix = Annotated[Array, DType("float64"), Shape("n", "n")]


class Description(NamedTuple):
    """A sample in seven figures.

    Attributes
    ----------
    nobs
        How many values there are.
    minimum
        The least.
    maximum
        The greatest.
    mean
        The average.
    variance
        The mean square distance from the average.
    skewness
        0 if both sides are alike, above 0 with a long tail of large values.
    kurtosis
        0 for a normal distribution, more with heavy tails.
    """

    nobs: int
    minimum: float
    maximum: float
    mean: float
    variance: float
    skewness: float
    kurtosis: float


@block(
    category="Stats/Describe",
    name="Describe sample",
    tags=("mean", "variance", "skewness", "kurtosis", "moments"),
    requires=("scipy",),
    extra="stats",
)
def describe(a: Array, ddof: Annotated[int, Param(ge=0, le=10, advanced=True)] = 1) -> Description:
    """Tell number, range, mean, variance, skewness and kurtosis of a sample.

    Parameters
    ----------
    a
        The values.
    ddof
        Taken off the number of values in the variance: 1 for a sample, 0 for all there is.
    """
    from shtairir_blocks.kernels import stats_summary as kernels

    return Description(*kernels.describe(a, ddof))


class Correlation(NamedTuple):
    """How columns go together.

    Attributes
    ----------
    table
        A row and a column for each column, with the coefficients, -1 to 1.
    matrix
        The coefficients alone.
    pvalues
        How likely such a coefficient is by chance.
    """

    table: Table
    matrix: Matrix
    pvalues: Matrix


@block(
    category="Stats/Describe",
    name="Correlation",
    tags=("pearson", "spearman", "kendall", "matrix", "relation"),
    requires=("scipy", "polars"),
    extra="stats",
)
def correlation(
    table: Table,
    columns: list[str] | None = None,
    method: Literal["pearson", "spearman", "kendall"] = "pearson",
) -> Correlation:
    """Measure how each two columns of a table go together.

    Parameters
    ----------
    table
        The table; of each two columns, the rows count in which neither is missing.
    columns
        The columns to compare, all columns of numbers when unset.
    method
        Pearson looks for straight relations; Spearman and Kendall for any that only rise or only fall, by ranks.
    """
    import polars as pl

    from shtairir_blocks.kernels import stats_summary as kernels

    names, matrix, pvalues = kernels.correlation(table, columns or [], method)
    wide = pl.DataFrame({"column": names, **{name: matrix[:, place] for place, name in enumerate(names)}})
    return Correlation(wide, matrix, pvalues)


class Bootstrap(NamedTuple):
    """A figure, and how sure it is.

    Attributes
    ----------
    estimate
        The statistic of the sample itself.
    low
        Lower limit of the confidence interval.
    high
        Upper limit of the confidence interval.
    standard_error
        How much the statistic varies from sample to sample.
    distribution
        The statistic of each resample.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    distribution: Row


@block(
    category="Stats/Describe",
    name="Confidence interval",
    tags=("bootstrap", "resampling", "uncertainty", "error"),
    requires=("scipy",),
    extra="stats",
    infer=lambda n_resamples, **_: (NUMBER, NUMBER, NUMBER, NUMBER, array((n_resamples,), "float64")),
)
def bootstrap(
    data: Array,
    statistic: Literal["mean", "median", "std"] = "mean",
    confidence_level: Level = 0.95,
    n_resamples: Annotated[int, Param(ge=10, le=1_000_000)] = 2000,
    method: Literal["percentile", "basic", "BCa"] = "BCa",
    seed: Annotated[int, Param(ge=0, lt=2**63)] = 0,
) -> Bootstrap:
    """Tell how sure a figure of a sample is, by drawing samples from the sample.

    The bootstrap of Efron (1979); BCa corrects for bias and skewness (Efron 1987).

    Parameters
    ----------
    data
        The sample.
    statistic
        The figure.
    confidence_level
        How often the interval shall hold the true figure.
    n_resamples
        How many samples to draw: more for steadier limits.
    method
        How limits are made of the draws.
    seed
        The same number gives the same draws.
    """
    from shtairir_blocks.kernels import stats_summary as kernels

    return Bootstrap(*kernels.bootstrap(data, statistic, confidence_level, n_resamples, method, seed))


class Density(NamedTuple):
    """Where values lie close together.

    Attributes
    ----------
    x
        Places.
    density
        How close values lie at each; the area below is 1.
    bandwidth
        The width of the kernel, in the unit of the values.
    """

    x: Row
    density: Row
    bandwidth: float


def _density(num: int, **_: object) -> tuple[Spec, Spec, Spec]:
    return array((num,), "float64"), array((num,), "float64"), NUMBER


@block(
    category="Stats/Describe",
    name="Kernel density",
    tags=("KDE", "distribution", "histogram", "smooth"),
    requires=("scipy",),
    extra="stats",
    infer=_density,
)
def gaussian_kde(
    dataset: Array,
    bandwidth: Annotated[float, Param(gt=0, le=20, step=0.1)] = 1.0,
    num: Annotated[int, Param(ge=2, le=1_000_000)] = 200,
) -> Density:
    """Draw how densely values lie as a smooth curve: a histogram without steps.

    Each value becomes a Gaussian (Parzen 1962), as wide as Scott's rule (1992) says.

    Parameters
    ----------
    dataset
        The values.
    bandwidth
        Times the width of Scott's rule: less shows more detail.
    num
        At how many places the curve is worked out.
    """
    from shtairir_blocks.kernels import stats_summary as kernels

    return Density(*kernels.gaussian_kde(dataset, bandwidth, num))


class Outliers(NamedTuple):
    """Values that stand out.

    Attributes
    ----------
    mask
        True where a value stands out.
    score
        How far out each lies, in the unit of the method.
    number
        How many stand out.
    low
        What is usual begins here.
    high
        What is usual ends here.
    """

    mask: Annotated[Array, DType("bool")]
    score: Annotated[Array, DType("float64")]
    number: int
    low: float
    high: float


@block(
    category="Stats/Describe",
    name="Outliers",
    tags=("z-score", "anomaly", "standardise", "MAD", "quartile"),
)
def outliers(
    a: Array,
    method: Literal["zscore", "mad", "iqr"] = "mad",
    limit: Annotated[float, Param(gt=0, le=100, step=0.1)] = 3.5,
) -> Outliers:
    """Find the values that lie unusually far out, and tell how far each does.

    Parameters
    ----------
    a
        The values, of any shape.
    method
        zscore counts standard deviations from the mean; mad does so by medians, which outliers do not pull along
        (Iglewicz & Hoaglin 1993); iqr counts quartile distances beyond the quartiles (Tukey 1977).
    limit
        What lies further out than this stands out: 3 is usual for zscore, 3.5 for mad, 1.5 for iqr.
    """
    from shtairir_blocks.kernels import stats_summary as kernels

    return Outliers(*kernels.outliers(a, method, limit))


@block(
    category="Stats/Describe",
    name="Moving statistic",
    tags=("rolling", "moving average", "window", "smooth"),
    requires=("polars",),
    extra="stats",
    infer=lambda a, **_: array(a.shape, "float64"),
)
def moving(
    a: Array,
    window: Annotated[int, Param(ge=1, le=10**9)] = 7,
    statistic: Literal["mean", "median", "sum", "std", "min", "max"] = "mean",
    center: bool = False,
    least: Annotated[int, Param(ge=1, le=10**9, advanced=True)] = 1,
) -> Row:
    """Work a figure out of the last few values, at each value.

    Parameters
    ----------
    a
        A row of values, in order.
    window
        How many values count.
    statistic
        The figure.
    center
        Take values on both sides instead of those before.
    least
        Give a missing value where fewer than this are there, as at the start.

    Returns
    -------
    out
        The figure at each value.
    """
    from shtairir_blocks.kernels import stats_summary as kernels

    return kernels.moving(a, window, statistic, center, least)
