"""Whether samples differ by more than chance. Missing values (NaN) are left out."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Param, Table, block
from shtairir_blocks.stats.summary import Level

Alternative = Annotated[Literal["two-sided", "less", "greater"], Param(advanced=True)]


class MeanTest(NamedTuple):
    """Two means, compared.

    Attributes
    ----------
    statistic
        Student's t.
    pvalue
        How likely such a difference is by chance alone.
    df
        Degrees of freedom.
    difference
        The mean of a less that of b.
    low
        Lower limit of the confidence interval of the difference.
    high
        Upper limit of the confidence interval of the difference.
    """

    statistic: float
    pvalue: float
    df: float
    difference: float
    low: float
    high: float


@block(
    category="Stats/Compare",
    name="T-test",
    tags=("student", "welch", "mean", "significance", "difference"),
    requires=("scipy",),
    extra="stats",
)
def ttest_ind(
    a: Array,
    b: Array,
    equal_var: bool = False,
    alternative: Alternative = "two-sided",
    confidence_level: Annotated[Level, Param(advanced=True)] = 0.95,
) -> MeanTest:
    """Tell whether two samples have different means.

    Welch's test (1947); Student's (1908) with equal variances.

    Parameters
    ----------
    a
        The first sample.
    b
        The second sample.
    equal_var
        Take both to vary alike.
    alternative
        What is looked for: any difference, or that a has the lesser or the greater mean.
    confidence_level
        How often the interval shall hold the true difference.
    """
    from shtairir_blocks.kernels import stats_tests as kernels

    return MeanTest(*kernels.ttest_ind(a, b, equal_var, alternative, confidence_level))


@block(
    category="Stats/Compare",
    name="Paired t-test",
    tags=("student", "before and after", "mean", "significance"),
    requires=("scipy",),
    extra="stats",
)
def ttest_rel(
    a: Array,
    b: Array,
    alternative: Alternative = "two-sided",
    confidence_level: Annotated[Level, Param(advanced=True)] = 0.95,
) -> MeanTest:
    """Tell whether values that were measured twice have changed, by Student's test on their differences.

    Parameters
    ----------
    a
        The first measurement of each.
    b
        The second, in the same order.
    alternative
        What is looked for: any change, or that a has the lesser or the greater mean.
    confidence_level
        How often the interval shall hold the true difference.
    """
    from shtairir_blocks.kernels import stats_tests as kernels

    return MeanTest(*kernels.ttest_rel(a, b, alternative, confidence_level))


class RankTest(NamedTuple):
    """Two samples, compared by ranks.

    Attributes
    ----------
    statistic
        Mann and Whitney's U of the first.
    pvalue
        How likely such ranks are by chance alone.
    superiority
        How likely a value of x is above one of y; 0.5 when neither has the better of it.
    """

    statistic: float
    pvalue: float
    superiority: float


@block(
    category="Stats/Compare",
    name="Mann-Whitney test",
    tags=("wilcoxon", "rank sum", "nonparametric", "significance"),
    requires=("scipy",),
    extra="stats",
)
def mannwhitneyu(x: Array, y: Array, alternative: Alternative = "two-sided") -> RankTest:
    """Tell whether values of one sample tend to lie above those of another, whatever their distribution.

    The rank sum test of Wilcoxon (1945), and Mann and Whitney (1947).

    Parameters
    ----------
    x
        The first sample.
    y
        The second sample.
    alternative
        What is looked for: any difference, or that x lies lower or higher.
    """
    from shtairir_blocks.kernels import stats_tests as kernels

    return RankTest(*kernels.mannwhitneyu(x, y, alternative))


class Independence(NamedTuple):
    """Counts, compared with what independence would let expect.

    Attributes
    ----------
    statistic
        Pearson's chi-squared.
    pvalue
        How likely such counts are by chance alone.
    dof
        Degrees of freedom.
    strength
        Cramér's V: 0 for no relation, 1 when one tells the other.
    expected_freq
        The counts to expect if the two had nothing to do with each other.
    """

    statistic: float
    pvalue: float
    dof: int
    strength: float
    expected_freq: Array


@block(
    category="Stats/Compare",
    name="Chi-squared test",
    tags=("contingency", "independence", "categories", "cross table", "significance"),
    requires=("scipy", "polars"),
    extra="stats",
)
def chi2_contingency(
    observed: Array | Table, rows: str | None = None, columns: str | None = None, correction: bool = True
) -> Independence:
    """Tell whether two kinds of categories have to do with each other.

    Pearson's test (1900).

    Parameters
    ----------
    observed
        Counts in rows and columns; or a table, of which two columns are counted.
    rows
        One column of the table.
    columns
        The other column of the table.
    correction
        Yates's correction, for two rows and two columns.
    """
    import polars as pl

    from shtairir_blocks.kernels import stats_tests as kernels

    counts = observed
    if isinstance(observed, pl.DataFrame):
        counts = kernels.cross_table(observed, rows or "", columns or "")
    return Independence(*kernels.chi2_contingency(counts, correction))


class Groups(NamedTuple):
    """Several groups, compared.

    Attributes
    ----------
    statistic
        F of the analysis of variance, or H of Kruskal and Wallis.
    pvalue
        How likely such differences are by chance alone.
    explained
        Which share of the variance the groups explain: eta squared.
    groups
        Number, mean, deviation and median of each group.
    """

    statistic: float
    pvalue: float
    explained: float
    groups: Table


@block(
    category="Stats/Compare",
    name="Compare groups",
    tags=("ANOVA", "analysis of variance", "kruskal", "significance", "f test"),
    requires=("scipy", "polars"),
    extra="stats",
)
def compare_groups(table: Table, value: str, group: str, method: Literal["anova", "kruskal"] = "anova") -> Groups:
    """Tell whether the groups of a table differ in a value.

    Parameters
    ----------
    table
        The table; rows in which the value or the group is missing are left out.
    value
        The column of values.
    group
        The column that says to which group a row belongs.
    method
        The analysis of variance (Fisher 1925) compares means; Kruskal and Wallis (1952) ranks, whatever the
        distribution.
    """
    from shtairir_blocks.kernels import stats_tests as kernels

    return Groups(*kernels.compare_groups(table, value, group, method))
