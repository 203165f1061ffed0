"""Models of samples. Missing values are left out."""

from typing import Annotated, Literal, NamedTuple

from shtairir.block import Array, Param, Table, block
from shtairir_blocks.stats.summary import Level, Row

Shares = list[float]


class Regression(NamedTuple):
    """What explains a value, and how much of it.

    Attributes
    ----------
    coefficients
        A row for each term: estimate, standard error, t, p, and the limits of the confidence interval.
    r_squared
        Which share of the variance is explained.
    adjusted
        The same, less what more terms explain by chance.
    fitted
        What the model says for each row; missing where a term is.
    residuals
        What remains: the value less what the model says.
    report
        All of it as a text.
    """

    coefficients: Table
    r_squared: float
    adjusted: float
    fitted: Row
    residuals: Row
    report: str


@block(
    category="Stats/Model",
    name="Linear regression",
    tags=("OLS", "least squares", "explain", "coefficients", "trend"),
    requires=("scipy", "polars"),
    extra="stats",
)
def linear_regression(
    table: Table,
    target: str,
    features: list[str] | None = None,
    confidence_level: Annotated[Level, Param(advanced=True)] = 0.95,
) -> Regression:
    """Explain a column by others, with the usual report: coefficients, errors, p, R².

    Ordinary least squares with an intercept, by QR decomposition.

    Parameters
    ----------
    table
        The table; rows in which something is missing are left out.
    target
        The column to explain.
    features
        The columns that explain it, all other columns of numbers when unset; of a column of categories, each value
        but the first is a term.
    confidence_level
        How often the intervals shall hold the true coefficients.
    """
    from shtairir_blocks.kernels import stats_models as kernels

    found = kernels.linear_regression(table, target, features or [], confidence_level)
    return Regression(found.coefficients, found.r_squared, found.adjusted, found.fitted, found.residuals, found.report)


class Distribution(NamedTuple):
    """A distribution that fits a sample.

    Attributes
    ----------
    parameters
        The name and the value of each parameter.
    aic
        Akaike's criterion: of several distributions, that with the least fits best.
    pvalue
        How likely a sample as far off is, by Kolmogorov and Smirnov; lenient, since the fit saw the sample.
    quantiles
        The values below which the shares lie.
    x
        Places from the least to the greatest value.
    density
        The density of the distribution at each.
    """

    parameters: Table
    aic: float
    pvalue: float
    quantiles: Row
    x: Row
    density: Row


@block(
    category="Stats/Model",
    name="Fit distribution",
    tags=("normal", "lognormal", "weibull", "quantile", "maximum likelihood"),
    requires=("scipy", "polars"),
    extra="stats",
)
def fit_distribution(
    data: Array,
    dist: Literal[
        "norm", "lognorm", "expon", "gamma", "weibull_min", "rayleigh", "uniform", "t", "gumbel_r", "logistic"
    ] = "norm",
    q: Annotated[Shares, Param(ge=0, le=1)] = [0.05, 0.5, 0.95],  # noqa: B006  # read only
    num: Annotated[int, Param(ge=2, le=1_000_000, advanced=True)] = 200,
) -> Distribution:
    """Fit a distribution to a sample by greatest likelihood, and tell how well it fits.

    Parameters
    ----------
    data
        The sample.
    dist
        The kind of distribution, by SciPy's name.
    q
        Shares, from 0 to 1, whose quantiles are wanted.
    num
        At how many places the density is worked out.
    """
    from shtairir_blocks.kernels import stats_models as kernels

    return Distribution(*kernels.fit_distribution(data, dist, q, num))
