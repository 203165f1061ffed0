"""What a sample is like: figures, relations, density, values that stand out, and how all that moves along."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
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
    values = sample(a, "a", ddof + 1)
    away = values - values.mean()
    squares = float((away**2).mean())
    # Of values that are all the same only rounding errors differ, and a shape of those means nothing.
    even = np.ptp(values) == 0
    skewness, kurtosis = (
        (0.0, 0.0) if even else (float((away**3).mean()) / squares**1.5, float((away**4).mean()) / squares**2 - 3)
    )
    variance = 0.0 if even else squares * len(values) / (len(values) - ddof)
    return len(values), float(values.min()), float(values.max()), float(values.mean()), variance, skewness, kurtosis


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
    if method == "kendall":
        result: Any = stats.kendalltau(x, y)
        return float(result.statistic), float(result.pvalue)
    if method == "spearman":
        x, y = stats.rankdata(x), stats.rankdata(y)
    r = min(max(_cosine(x - x.mean(), y - y.mean()), -1.0), 1.0)
    freedom = len(x) - 2
    with np.errstate(divide="ignore"):
        t = abs(r) * np.sqrt(freedom / np.float64(1 - r * r))
    return r, float(2 * stats.t.sf(t, freedom))


def _cosine(x: Numbers, y: Numbers) -> float:
    """The cosine of the angle between two vectors, scaled first so that no square is too large or too small."""
    x, y = x / np.abs(x).max(), y / np.abs(y).max()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def bootstrap(
    data: Any, statistic: str, confidence_level: float, n_resamples: int, method: Interval, seed: int
) -> tuple[float, float, float, float, Numbers]:
    """Estimate, lower and upper limit, standard error, and the statistic of each resample (Efron 1979, 1987)."""
    values = sample(data, "data", 2)
    measure = _MEASURES[statistic]
    estimate = float(measure(values))
    if np.ptp(values) == 0:
        return estimate, estimate, estimate, 0.0, np.full(n_resamples, estimate)
    random = generator(seed)
    # All resamples at once would take n_resamples times the memory of the sample.
    batch = max(1, 4_000_000 // len(values))
    found = np.concatenate(
        [
            measure(values[random.integers(0, len(values), (min(batch, n_resamples - done), len(values)))])
            for done in range(0, n_resamples, batch)
        ]
    )
    tail = (1 - confidence_level) / 2
    shares = _corrected(values, measure, estimate, found, tail) if method == "BCa" else (tail, 1 - tail)
    low, high = (float(limit) for limit in np.quantile(found, shares))
    if method == "basic":
        low, high = 2 * estimate - high, 2 * estimate - low
    return estimate, low, high, float(found.std(ddof=1)), found


def _corrected(values: Numbers, measure: Measure, estimate: float, found: Numbers, tail: float) -> tuple[float, float]:
    """The shares at which the limits lie, corrected for bias and for a spread that changes (Efron 1987)."""
    from scipy import stats

    # A statistic that takes few values, as a median does, is often the estimate itself: half of those count.
    below = float((found < estimate).mean() + (found == estimate).mean() / 2)
    if not 0 < below < 1:
        return tail, 1 - tail
    bias = float(stats.norm.ppf(below))
    away = _left_out(values, measure)
    away = away.mean() - away
    spread = float((away**2).sum()) ** 1.5
    bend = float((away**3).sum()) / (6 * spread) if spread > 0 else 0.0
    ends = [bias + float(stats.norm.ppf(share)) for share in (tail, 1 - tail)]
    low, high = (float(stats.norm.cdf(bias + end / (1 - bend * end))) for end in ends)
    return low, high


_MOST_COPIED = 20_000_000


def _left_out(values: Numbers, measure: Measure) -> Numbers:
    """The statistic of the sample without each of its values; of a large one, without each of several groups."""
    groups = np.array_split(values, min(len(values), max(20, _MOST_COPIED // len(values))))
    starts = np.cumsum([0, *(len(group) for group in groups)])
    return np.array(
        [float(measure(np.concatenate([values[:first], values[last:]]))) for first, last in pairwise(starts)]
    )


def _deviation(values: Numbers) -> Any:
    # One value alone has no deviation: leaving out all but one tells nothing of how it bends.
    return np.std(values, axis=-1, ddof=min(1, values.shape[-1] - 1))


Measure = Callable[[Numbers], Any]
_MEASURES: dict[str, Measure] = {
    "mean": lambda values: np.mean(values, axis=-1),
    "median": lambda values: np.median(values, axis=-1),
    "std": _deviation,
}


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
