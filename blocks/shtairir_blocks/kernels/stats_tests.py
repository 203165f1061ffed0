"""Tests of hypotheses: how surprising is what was measured, if in truth there were no difference?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .stats_samples import Numbers, pairs, real, sample, samples_by_group

if TYPE_CHECKING:
    import polars as pl

Alternative = Literal["two-sided", "less", "greater"]
MeanTest = tuple[float, float, float, float, float, float]


def ttest_ind(a: Any, b: Any, equal_var: bool, alternative: Alternative, confidence_level: float) -> MeanTest:
    """Statistic, p, degrees of freedom, and the difference of the means with its confidence interval.

    Welch's test (Welch 1947), or Student's (1908) where the variances are taken to be equal.
    """
    first, second = sample(a, "a", 2), sample(b, "b", 2)
    _require_spread(first, second)
    sizes = np.array([len(first), len(second)])
    variances = np.array([first.var(ddof=1), second.var(ddof=1)])
    if equal_var:
        freedom = float(sizes.sum() - 2)
        error = float(np.sqrt(variances @ (sizes - 1) / freedom * (1 / sizes).sum()))
    else:
        shares = variances / sizes
        error = float(np.sqrt(shares.sum()))
        freedom = float(shares.sum() ** 2 / (shares**2 / (sizes - 1)).sum())
    return _mean_test(float(first.mean() - second.mean()), error, freedom, alternative, confidence_level)


def ttest_rel(a: Any, b: Any, alternative: Alternative, confidence_level: float) -> MeanTest:
    """The same for values that belong together in pairs: Student's test on their differences."""
    first, second = pairs(a, b, ("a", "b"))
    gained = first - second
    _require_spread(gained)
    error = float(gained.std(ddof=1) / np.sqrt(len(gained)))
    return _mean_test(float(gained.mean()), error, len(gained) - 1, alternative, confidence_level)


def _require_spread(*samples: Numbers) -> None:
    # With no spread at all the statistic is infinite or 0 / 0: nothing that a test could weigh.
    if all(np.ptp(values) == 0 for values in samples):
        raise ValueError("The values do not differ among themselves, so there is no chance to compare with.")


def _mean_test(difference: float, error: float, freedom: float, alternative: Alternative, level: float) -> MeanTest:
    """A difference of means, weighed by Student's distribution; one-sided, its interval has one end only."""
    from scipy import stats

    t = difference / error
    if alternative == "two-sided":
        p, margin = 2 * stats.t.sf(abs(t), freedom), error * stats.t.ppf((1 + level) / 2, freedom)
        return t, float(p), freedom, difference, float(difference - margin), float(difference + margin)
    margin = error * stats.t.ppf(level, freedom)
    if alternative == "less":
        return t, float(stats.t.cdf(t, freedom)), freedom, difference, -np.inf, float(difference + margin)
    return t, float(stats.t.sf(t, freedom)), freedom, difference, float(difference - margin), np.inf


def mannwhitneyu(x: Any, y: Any, alternative: Alternative) -> tuple[float, float, float]:
    """U of the first sample, p, and how likely a value of the first is above one of the second.

    Mann & Whitney 1947, with the correction for ties; exact for up to 8 values without ties.
    """
    from scipy import stats

    first, second = sample(x, "x"), sample(y, "y")
    result = stats.mannwhitneyu(first, second, alternative=alternative)
    return float(result.statistic), float(result.pvalue), float(result.statistic) / (len(first) * len(second))


def cross_table(table: pl.DataFrame, rows: str, columns: str) -> NDArray[np.float64]:
    """Count how often each value of one column comes with each of another."""
    import polars as pl

    from .table_columns import column_named

    keys = [column_named(table.columns, rows, "column of rows"), column_named(table.columns, columns, "column")]
    if keys[0] == keys[1]:
        raise ValueError(f"Rows and columns are both {rows!r}. Choose two columns.")
    counted = table.drop_nulls(keys).group_by(keys).agg(pl.len().alias("__count")).sort(keys)
    wide = counted.pivot(keys[1], index=keys[0], values="__count", sort_columns=True).sort(keys[0])
    return wide.drop(keys[0]).fill_null(0).to_numpy().astype(np.float64)


def chi2_contingency(observed: Any, correction: bool) -> tuple[float, float, int, float, NDArray[np.float64]]:
    """Statistic, p, degrees of freedom, Cramér's V, and the counts that independence would let expect.

    Pearson's chi-squared test (1900), with Yates's correction for a table of 2 × 2.
    """
    from scipy import stats

    counts = real(observed, "observed")
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError(f"Counts in at least two rows and two columns are needed; the shape is {counts.shape}.")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError("Counts cannot be negative or missing.")
    if not (counts.sum(axis=0) > 0).all() or not (counts.sum(axis=1) > 0).all():
        raise ValueError("A row or a column holds no counts at all. Leave it out.")
    result: Any = stats.chi2_contingency(counts, correction=correction)
    plain = float(stats.chi2_contingency(counts, correction=False)[0])
    strength = np.sqrt(plain / counts.sum() / (min(counts.shape) - 1))
    return float(result[0]), float(result[1]), int(result[2]), float(strength), np.asarray(result[3])


def compare_groups(
    table: pl.DataFrame, value: str, group: str, method: str
) -> tuple[float, float, float, pl.DataFrame]:
    """Statistic, p, the share of the variance that the groups explain (eta²), and what each group is like.

    The analysis of variance (Fisher 1925) compares means, Kruskal & Wallis (1952) ranks.
    """
    import polars as pl
    from scipy import stats

    names, samples = samples_by_group(table, value, group)
    tests: dict[str, Callable[..., Any]] = {"anova": stats.f_oneway, "kruskal": stats.kruskal}
    _require_spread(*(np.concatenate(samples),) if method == "kruskal" else samples)
    result = tests[method](*samples)
    everything = np.concatenate(samples)
    between = sum(len(values) * (values.mean() - everything.mean()) ** 2 for values in samples)
    total = float(((everything - everything.mean()) ** 2).sum())
    figures = pl.DataFrame(
        {
            "group": names,
            "count": [len(values) for values in samples],
            "mean": [float(values.mean()) for values in samples],
            "std": [float(values.std(ddof=1)) for values in samples],
            "median": [float(np.median(values)) for values in samples],
        }
    )
    return float(result.statistic), float(result.pvalue), float(between / total) if total else 0.0, figures
