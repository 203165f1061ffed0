"""Statistics, against slow references and published figures."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import shtairir_blocks.stats as stats

RNG = np.random.default_rng(3)
NAN = np.nan
# Student's own data (1908): hours of sleep gained by ten patients with two soporifics.
FIRST = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
# Fisher's plant growth, as in R's PlantGrowth.
GROWTH = pl.DataFrame(
    {
        "weight": [
            *(4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14),
            *(4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69),
            *(6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26),
        ],
        "group": ["ctrl"] * 10 + ["trt1"] * 10 + ["trt2"] * 10,
    }
)


def test_a_sample_is_described_by_its_moments_and_missing_values_are_left_out() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    found = stats.describe(np.append(values, NAN))
    away = values - 4
    assert found[:5] == (4, 1.0, 9.0, 4.0, pytest.approx((away**2).sum() / 3))
    deviation = math.sqrt((away**2).mean())
    assert found.skewness == pytest.approx((away**3).mean() / deviation**3)
    assert found.kurtosis == pytest.approx((away**4).mean() / deviation**4 - 3)
    assert stats.describe(np.full(5, 2.0))[4:] == (0, 0, 0)


def test_student_published_the_t_of_the_two_soporifics() -> None:
    paired = stats.ttest_rel(FIRST, SECOND)
    assert (paired.statistic, paired.pvalue, paired.df) == (
        pytest.approx(-4.0621, abs=1e-4),
        pytest.approx(0.002833, abs=1e-6),
        9,
    )
    assert (paired.low, paired.difference, paired.high) == (
        pytest.approx(-2.4598858),
        pytest.approx(-1.58),
        pytest.approx(-0.7001142),
    )
    apart = stats.ttest_ind(FIRST, SECOND)
    assert (apart.statistic, apart.df, apart.pvalue) == (
        pytest.approx(-1.8608, abs=1e-4),
        pytest.approx(17.776, abs=1e-3),
        pytest.approx(0.07939, abs=1e-5),
    )
    assert stats.ttest_ind(FIRST, SECOND, equal_var=True).df == 18
    assert stats.ttest_ind(FIRST, SECOND, alternative="less").pvalue == pytest.approx(apart.pvalue / 2)


def test_a_pair_of_which_one_is_missing_is_left_out() -> None:
    with_gap = stats.ttest_rel(np.append(FIRST, NAN), np.append(SECOND, 7.0))
    assert with_gap == stats.ttest_rel(FIRST, SECOND)


def test_the_rank_test_counts_who_wins_each_pair() -> None:
    x, y = RNG.normal(0.5, 1, 7), RNG.normal(0, 1, 8)
    found = stats.mannwhitneyu(x, y)
    wins = sum(a > b for a in x for b in y)
    assert found.statistic == wins
    assert found.superiority == pytest.approx(wins / 56)
    everything = np.concatenate([x, y])
    splits = [
        sum(a > b for a in everything[list(chosen)] for b in np.delete(everything, chosen))
        for chosen in combinations(range(15), 7)
    ]
    extreme = np.abs(np.array(splits) - 28) >= abs(wins - 28)
    assert found.pvalue == pytest.approx(extreme.mean())


def test_chi_squared_adds_up_squared_distances_from_what_is_expected() -> None:
    counts = np.array([[762.0, 327, 468], [484, 239, 477]])
    found = stats.chi2_contingency(counts)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    assert_allclose(found.expected_freq, expected)
    assert (found.statistic, found.dof) == (pytest.approx(30.07, abs=0.005), 2)
    assert found.pvalue == pytest.approx(math.exp(-found.statistic / 2))
    assert found.strength == pytest.approx(math.sqrt(found.statistic / counts.sum()))


def test_two_columns_of_a_table_are_counted_first() -> None:
    table = pl.DataFrame({"a": ["x", "x", "y", "y", "y", None], "b": [1, 2, 2, 2, 1, 1]})
    found = stats.chi2_contingency(table, "a", "b", correction=False)
    assert found.statistic == pytest.approx(stats.chi2_contingency(np.array([[1, 1], [1, 2]]), correction=False)[0])
    with pytest.raises(ValueError, match="Choose two columns"):
        stats.chi2_contingency(table, "a", "a")


def test_the_analysis_of_variance_of_plant_growth_is_the_published_one() -> None:
    found = stats.compare_groups(GROWTH, "weight", "group")
    assert (found.statistic, found.pvalue) == (pytest.approx(4.846, abs=1e-3), pytest.approx(0.01591, abs=1e-5))
    assert found.explained == pytest.approx(3.76634 / (3.76634 + 10.49209), abs=1e-5)
    assert found.groups["mean"].to_list() == pytest.approx([5.032, 4.661, 5.526])
    ranks = stats.compare_groups(GROWTH, "weight", "group", "kruskal")
    assert (ranks.statistic, ranks.pvalue) == (pytest.approx(7.9882, abs=1e-4), pytest.approx(0.01842, abs=1e-5))


def test_groups_need_two_values_each() -> None:
    with pytest.raises(ValueError, match="'b' has fewer than 2 values"):
        stats.compare_groups(pl.DataFrame({"g": ["a", "a", "b"], "v": [1, 2, 3]}), "v", "g")
    with pytest.raises(ValueError, match="a comparison needs two"):
        stats.compare_groups(pl.DataFrame({"g": ["a", "a"], "v": [1, 2]}), "v", "g")


def test_correlations_by_size_and_by_rank() -> None:
    x = np.arange(1.0, 9.0)
    table = pl.DataFrame({"x": x, "cubed": x**3, "down": -x, "name": list("abcdefgh"), "flat": [1] * 8})
    found = stats.correlation(table)
    assert found.table["column"].to_list() == ["x", "cubed", "down", "flat"]
    assert found.matrix[0, 1] == pytest.approx(np.corrcoef(x, x**3)[0, 1])
    assert found.matrix[0, 2] == pytest.approx(-1)
    assert np.isnan(found.matrix[3, 0])
    assert_allclose(
        stats.correlation(table, ["x", "cubed", "down"], "spearman").matrix, [[1, 1, -1], [1, 1, -1], [-1, -1, 1]]
    )
    pairs = [(a, b) for a, b in combinations(range(8), 2)]
    noisy = table.with_columns(noise=pl.Series(RNG.normal(size=8)))
    values = noisy["noise"].to_numpy()
    tau = sum(np.sign(values[b] - values[a]) for a, b in pairs) / len(pairs)
    assert stats.correlation(noisy, ["x", "noise"], "kendall").matrix[0, 1] == pytest.approx(tau)


def test_correlations_use_the_rows_in_which_neither_is_missing() -> None:
    table = pl.DataFrame({"a": [1.0, 2.0, 3.0, None, 5.0], "b": [2.0, NAN, 6.0, 8.0, 9.0]})
    assert stats.correlation(table).matrix[0, 1] == pytest.approx(np.corrcoef([1, 3, 5], [2, 6, 9])[0, 1])


@pytest.mark.parametrize("statistic", ["mean", "median", "std"])
def test_a_bootstrap_interval_is_about_two_standard_errors_wide(statistic: Any) -> None:
    data = RNG.normal(10, 2, 400)
    found = stats.bootstrap(data, statistic)
    assert found.low < found.estimate < found.high
    assert found.high - found.low == pytest.approx(3.92 * found.standard_error, rel=0.15)
    assert len(found.distribution) == 2000
    again = stats.bootstrap(data, statistic)
    assert again.distribution.tobytes() == found.distribution.tobytes()
    assert stats.bootstrap(data, statistic, seed=1).low != found.low
    assert stats.bootstrap(np.ones(5), statistic)[3] == 0


def test_a_density_encloses_an_area_of_one_and_follows_the_kernels() -> None:
    values = RNG.normal(size=50)
    found = stats.gaussian_kde(values, num=400)
    assert np.trapezoid(found.density, found.x) == pytest.approx(1, abs=0.005)
    place = found.x[137]
    kernel = np.exp(-(((place - values) / found.bandwidth) ** 2) / 2) / (found.bandwidth * math.sqrt(2 * math.pi))
    assert found.density[137] == pytest.approx(kernel.mean())
    assert stats.gaussian_kde(values, bandwidth=0.5).bandwidth == pytest.approx(found.bandwidth / 2)


def test_outliers_do_not_hide_themselves_from_the_median() -> None:
    values = np.array([10.0, 11, 9, 10, 12, 8, 10, 500, 480, NAN])
    robust = stats.outliers(values)
    assert_array_equal(np.flatnonzero(robust.mask), [7, 8])
    assert np.isnan(robust.score[9])
    assert stats.outliers(values, "zscore", 3.0).number == 0
    quartiles = stats.outliers(values, "iqr", 0.05)
    low, high = np.percentile(values[:9], [25, 75])
    assert (quartiles.low, quartiles.high) == (low - 0.05 * (high - low), high + 0.05 * (high - low))
    assert_array_equal(quartiles.score[(values >= low) & (values <= high)], 0)


def test_z_scores_are_distances_from_the_mean_in_deviations() -> None:
    values = RNG.normal(5, 3, (6, 7))
    found = stats.outliers(values, "zscore", 1.5)
    assert_allclose(found.score, (values - values.mean()) / values.std(ddof=1))
    assert found.mask.shape == (6, 7)
    assert not stats.outliers(np.full(4, 2.0), "mad").mask.any()


@pytest.mark.parametrize("statistic", ["mean", "median", "sum", "std", "min", "max"])
@pytest.mark.parametrize("center", [False, True])
def test_a_moving_statistic_sees_only_its_window(statistic: Any, center: bool) -> None:
    values = RNG.normal(size=30)
    values[[4, 5, 17]] = NAN
    found = stats.moving(values, 5, statistic, center, 2)
    reduce = {"std": lambda part: np.std(part, ddof=1)}.get(statistic) or getattr(np, statistic)
    for place in range(30):
        first = place - 2 if center else place - 4
        part = values[max(first, 0) : max(first + 5, 0)]
        part = part[~np.isnan(part)]
        expected = reduce(part) if len(part) >= 2 else NAN
        assert found[place] == pytest.approx(expected, nan_ok=True), place


def test_a_regression_agrees_with_the_normal_equations() -> None:
    table = pl.DataFrame({"x": RNG.normal(size=40), "z": RNG.normal(size=40)})
    table = table.with_columns(y=1 + 2 * pl.col("x") - pl.col("z") + pl.Series(RNG.normal(0, 0.1, 40)))
    found = stats.linear_regression(table, "y")
    design = np.column_stack([np.ones(40), table["x"], table["z"]])
    y = table["y"].to_numpy()
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ y
    rest = y - design @ estimate
    errors = np.sqrt(np.diag(inverse) * (rest @ rest) / 37)
    assert found.coefficients["term"].to_list() == ["intercept", "x", "z"]
    assert_allclose(found.coefficients["estimate"], estimate)
    assert_allclose(found.coefficients["std_error"], errors)
    assert_allclose(found.residuals, rest, atol=1e-12)
    assert found.r_squared == pytest.approx(1 - rest.var() / y.var())
    assert "y, explained by 2 terms from 40 rows" in found.report


def test_categories_become_terms_and_incomplete_rows_are_left_out() -> None:
    rows = GROWTH.vstack(pl.DataFrame({"weight": [None, 5.0], "group": ["ctrl", None]}))
    found = stats.linear_regression(rows, "weight", ["group"])
    assert found.coefficients["term"].to_list() == ["intercept", "group = trt1", "group = trt2"]
    assert found.coefficients["estimate"].to_list() == pytest.approx([5.032, -0.371, 0.494])
    assert found.coefficients["p"].to_list()[1:] == pytest.approx([0.1944, 0.0877], abs=1e-4)
    assert np.isnan(found.fitted[30:]).all()
    assert not np.isnan(found.fitted[:30]).any()


def test_a_term_that_says_nothing_new_is_named() -> None:
    table = pl.DataFrame({"y": [1.0, 2, 4, 3], "x": [1.0, 2, 3, 5], "twice": [2.0, 4, 6, 10]})
    with pytest.raises(ValueError, match="'twice' says nothing"):
        stats.linear_regression(table, "y")
    with pytest.raises(ValueError, match="need more than 3 complete rows"):
        stats.linear_regression(table.head(3), "y")


@pytest.mark.parametrize(
    ("dist", "draw", "expected"),
    [
        ("norm", lambda r: r.normal(5, 2, 4000), {"loc": 5, "scale": 2}),
        ("lognorm", lambda r: r.lognormal(1, 0.5, 4000), {"s": 0.5, "loc": 0, "scale": math.e}),
        ("expon", lambda r: r.exponential(3, 4000), {"loc": 0, "scale": 3}),
        ("gamma", lambda r: r.gamma(2.5, 2, 4000), {"a": 2.5, "loc": 0, "scale": 2}),
        ("weibull_min", lambda r: 4 * r.weibull(1.5, 4000), {"c": 1.5, "loc": 0, "scale": 4}),
    ],
)
def test_the_parameters_of_a_distribution_are_found_again(dist: Any, draw: Any, expected: dict[str, float]) -> None:
    sample = draw(np.random.default_rng(1))
    found = stats.fit_distribution(sample, dist, [0.1, 0.5])
    assert dict(found.parameters.rows()) == pytest.approx(expected, rel=0.06, abs=1e-9)
    assert found.pvalue > 0.05
    assert_allclose(found.quantiles, np.quantile(sample, [0.1, 0.5]), rtol=0.06)


def test_the_criterion_prefers_the_distribution_that_made_the_sample() -> None:
    sample = np.random.default_rng(2).gamma(2, 3, 1000)
    criteria = {dist: stats.fit_distribution(sample, dist).aic for dist in ("norm", "expon", "gamma")}
    assert min(criteria, key=criteria.get) == "gamma"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.describe(np.array([NAN])), "0 values that are not missing; 2 are needed"),
        (lambda: stats.ttest_ind(np.ones(3), np.ones(3)), "no chance to compare with"),
        (lambda: stats.ttest_rel(np.ones(3), np.ones(4)), "in pairs"),
        (lambda: stats.describe(np.array([1.0, np.inf])), "infinite values"),
        (lambda: stats.chi2_contingency(np.array([[1, 0], [3, 0]])), "no counts at all"),
        (lambda: stats.correlation(pl.DataFrame({"a": [1.0]})), "Two columns"),
        (lambda: stats.fit_distribution(np.array([-1.0, 1, 2]), "gamma"), "numbers above 0"),
        (lambda: stats.gaussian_kde(np.ones(5)), "single spike"),
        (lambda: stats.moving(np.ones((2, 2))), "Take a column first"),
    ],
)
def test_what_cannot_be_weighed_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
