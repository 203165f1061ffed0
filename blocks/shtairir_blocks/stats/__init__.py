"""Statistics: what samples are like, whether they differ, and what explains them."""

from shtairir_blocks.stats.comparisons import (
    chi2_contingency,
    compare_groups,
    mannwhitneyu,
    ttest_ind,
    ttest_rel,
)
from shtairir_blocks.stats.models import fit_distribution, linear_regression
from shtairir_blocks.stats.summary import bootstrap, correlation, describe, gaussian_kde, moving, outliers

__all__ = [
    "bootstrap",
    "chi2_contingency",
    "compare_groups",
    "correlation",
    "describe",
    "fit_distribution",
    "gaussian_kde",
    "linear_regression",
    "mannwhitneyu",
    "moving",
    "outliers",
    "ttest_ind",
    "ttest_rel",
]
