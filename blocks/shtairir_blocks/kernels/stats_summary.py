"""What a sample is like: figures, relations, density, values that stand out, and how all that moves along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .random_draws import generator
from .stats_samples import Numbers, real, sample

if TYPE_CHECKING:
    import polars as pl

Interval = Literal["percentile", "basic", "BCa"]
_MAD_TO_DEVIATION = 1.4826
"""What the median distance from the median is multiplied by to estimate a normal distribution's deviation."""


def describe(a: Any, ddof: int) -> tuple[int, float, float, float, float, float, float]:
    """Number, least, greatest, mean, variance, skewness and excess kurtosis of the values that are not missing."""
    from scipy import stats

    values = sample(a, "a", ddof + 1)
    if np.ptp(values) == 0:
        return len(values), float(values[0]), float(values[0]), float(values[0]), 0.0, 0.0, 0.0
    found = stats.describe(values, ddof=ddof)
    low, high = found.minmax
    shape = float(found.skewness), float(found.kurtosis)
    return len(values), float(low), float(high), float(found.mean), float(found.variance), *shape


def correlation(table: pl.DataFrame, columns: list[str], method: str) -> tuple[list[str], Numbers, Numbers]:
    """Names, coefficients and p of each pair of columns, from the rows in which neither is missing.

    A column that does not vary is related to nothing: its coefficients are NaN.
    """
    import polars as pl

    from .table_columns import columns_named, numeric_named

    names = [numeric_named(table, name) for name in columns_named(table.columns, columns)]
    names = names or [name for name, dtype in table.schema.items() if dtype.is_numeric()]
    if len(names) < 2:
        raise ValueError("Two columns of numbers at least are needed to see how they go together.")
    data = table.select(pl.col(names).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    size = len(names)
    coefficients, probabilities = np.eye(size), np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            together = data[~np.isnan(data[:, (i, j)]).any(axis=1)]
            found = _related(together[:, i], together[:, j], method)
            coefficients[i, j], probabilities[i, j] = coefficients[j, i], probabilities[j, i] = found
    return names, coefficients, probabilities


def _related(x: Numbers, y: Numbers, method: str) -> tuple[float, float]:
    from scipy import stats

    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan"), float("nan")
    tests: dict[str, Callable[..., Any]] = {
        "pearson": stats.pearsonr,
        "spearman": stats.spearmanr,
        "kendall": stats.kendalltau,
    }
    result = tests[method](x, y)
    return float(result.statistic), float(result.pvalue)


def bootstrap(
    data: Any, statistic: str, confidence_level: float, n_resamples: int, method: Interval, seed: int
) -> tuple[float, float, float, float, Numbers]:
    """Estimate, lower and upper limit, standard error, and the statistic of each resample (Efron 1979, 1987)."""
    from scipy import stats

    values = sample(data, "data", 2)
    measures: dict[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median, "std": _deviation}
    measure = measures[statistic]
    estimate = float(measure(values))
    if np.ptp(values) == 0:
        return estimate, estimate, estimate, 0.0, np.full(n_resamples, estimate)
    result = stats.bootstrap(
        (values,),
        measure,
        confidence_level=confidence_level,
        n_resamples=n_resamples,
        # All resamples at once would take n_resamples times the memory of the sample.
        batch=max(1, 4_000_000 // len(values)),
        method=method,
        rng=generator(seed),
    )
    low, high = result.confidence_interval
    return estimate, float(low), float(high), float(result.standard_error), np.asarray(result.bootstrap_distribution)


def _deviation(values: Numbers, axis: int = -1) -> Any:
    return np.std(values, axis=axis, ddof=1)


def gaussian_kde(dataset: Any, bandwidth: float, num: int) -> tuple[Numbers, Numbers, float]:
    """Places, the density at each, and the width of the kernel (Parzen 1962; Scott's rule, times `bandwidth`).

    The places reach three kernels beyond the data.
    """
    from scipy import stats

    values = sample(dataset, "dataset", 2)
    if np.ptp(values) == 0:
        raise ValueError("All values are the same, so their density is a single spike. Give values that differ.")
    scott = len(values) ** (-1 / 5)
    kernel = stats.gaussian_kde(values, scott * bandwidth)
    width = float(np.sqrt(kernel.covariance[0, 0]))
    places = np.linspace(values.min() - 3 * width, values.max() + 3 * width, num)
    return places, np.asarray(kernel(places)), width


def outliers(a: Any, method: str, limit: float) -> tuple[NDArray[np.bool_], Numbers, int, float, float]:
    """Which values stand out, how far each lies out, how many, and the limits of what is usual.

    ``zscore`` counts standard deviations from the mean; ``mad`` robust deviations from the median (Iglewicz &
    Hoaglin 1993); ``iqr`` quartile distances beyond the quartiles (Tukey 1977), 0 between them. Missing values
    stand out nowhere; their score is NaN.
    """
    numbers = real(a, "a")
    values = sample(numbers, "a", 2)
    if method == "iqr":
        low, high = np.percentile(values, [25, 75])
        spread = high - low
        distance = np.where(numbers < low, numbers - low, np.where(numbers > high, numbers - high, 0 * numbers))
    else:
        center, spread = _center_and_spread(values, method)
        low = high = center
        distance = numbers - center
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(distance == 0, 0.0, distance / spread)
    mask = np.abs(score) > limit
    return mask, score, int(mask.sum()), float(low - limit * spread), float(high + limit * spread)


def _center_and_spread(values: Numbers, method: str) -> tuple[float, float]:
    if method == "zscore":
        return float(values.mean()), float(values.std(ddof=1))
    center = float(np.median(values))
    return center, _MAD_TO_DEVIATION * float(np.median(np.abs(values - center)))


def moving(a: Any, window: int, statistic: str, center: bool, least: int) -> Numbers:
    """A figure of the `window` values up to each (or around it, if `center`); NaN where fewer than `least` are there.

    Missing values are left out of the figure.
    """
    import polars as pl

    numbers = real(a, "a")
    if numbers.ndim != 1:
        raise ValueError(f"A row of values is needed, not an array of shape {numbers.shape}. Take a column first.")
    column = pl.Series(numbers).fill_nan(None)
    options: dict[str, Any] = {"window_size": window, "min_samples": min(least, window), "center": center}
    if statistic == "median":
        result = column.rolling_median(**options)
    else:
        result = getattr(column, f"rolling_{statistic}")(**options)
    return np.asarray(result.fill_null(float("nan")).to_numpy(), np.float64)
