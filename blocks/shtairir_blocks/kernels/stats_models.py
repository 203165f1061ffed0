"""Models of a sample: a straight relation between columns, and a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .stats_samples import Numbers, sample

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Regression:
    """What ordinary least squares found.

    Attributes
    ----------
    coefficients
        A row for each term: term, estimate, std_error, t, p, low, high.
    fitted, residuals
        By row of the table; NaN where something was missing.
    report
        The same as a text for people.
    """

    coefficients: pl.DataFrame
    r_squared: float
    adjusted: float
    fitted: Numbers
    residuals: Numbers
    report: str


def linear_regression(table: pl.DataFrame, target: str, features: Sequence[str], confidence_level: float) -> Regression:
    """Ordinary least squares with an intercept, by QR decomposition (Greene, Econometric Analysis, chapter 3)."""
    import polars as pl
    from scipy import stats

    terms, design, y, present = _design(table, target, features)
    count, freedom = len(y), len(y) - len(terms)
    if freedom < 1:
        raise ValueError(f"{len(terms)} terms need more than {len(terms)} complete rows; there are {count}.")
    q, r = np.linalg.qr(design)
    _require_independent(r, terms)
    estimate = np.linalg.solve(r, q.T @ y)
    fitted = design @ estimate
    rest = y - fitted
    variance = float(rest @ rest) / freedom
    error = np.sqrt(variance * (np.linalg.inv(r) ** 2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / error
    margin = stats.t.ppf((1 + confidence_level) / 2, freedom) * error
    coefficients = pl.DataFrame(
        {
            "term": terms,
            "estimate": estimate,
            "std_error": error,
            "t": t,
            "p": 2 * stats.t.sf(np.abs(t), freedom),
            "low": estimate - margin,
            "high": estimate + margin,
        }
    )
    total = float(((y - y.mean()) ** 2).sum())
    explained = 1 - float(rest @ rest) / total if total else 1.0
    adjusted = 1 - (1 - explained) * (count - 1) / freedom
    facts = _Facts(target, count, freedom, explained, adjusted, float(np.sqrt(variance)), len(terms) - 1)
    return Regression(
        coefficients,
        explained,
        adjusted,
        _spread(fitted, present),
        _spread(rest, present),
        _report(facts, coefficients),
    )


def _design(
    table: pl.DataFrame, target: str, features: Sequence[str]
) -> tuple[list[str], Numbers, Numbers, NDArray[np.bool_]]:
    """The names of the terms, a column for each, what they explain, and which rows are complete."""
    import polars as pl

    from .table_columns import column_named, columns_named, numeric_named

    numeric_named(table, target, "target")
    chosen = [name for name in columns_named(table.columns, features) if name != target]
    chosen = chosen or [name for name, dtype in table.schema.items() if dtype.is_numeric() and name != target]
    if not chosen:
        raise ValueError(f"There is no column that could explain {target!r}.")
    parts = table.select(
        pl.col(name).cast(pl.Float64).fill_nan(None)
        if table.schema[name].is_numeric()
        else pl.col(column_named(table.columns, name))
        for name in (target, *chosen)
    )
    present = parts.select(pl.all_horizontal(pl.all().is_not_null())).to_series().to_numpy()
    complete = parts.filter(pl.Series(present))
    terms, columns = ["intercept"], [np.ones(complete.height)]
    for name in chosen:
        for term, column in _columns_of(complete[name]):
            terms.append(term)
            columns.append(column)
    y = sample(complete[target].to_numpy(), target)
    return terms, np.column_stack(columns), y, present


def _columns_of(column: pl.Series) -> list[tuple[str, Numbers]]:
    """A column of numbers as it is; any other as 0 and 1 for each of its values but the first."""
    if column.dtype.is_numeric():
        return [(column.name, sample(column.to_numpy(), column.name))]
    values = column.unique().sort().to_list()
    if len(values) > 50:
        raise ValueError(f"The column {column.name!r} has {len(values)} different values: too many for a term each.")
    return [(f"{column.name} = {value}", (column == value).to_numpy().astype(np.float64)) for value in values[1:]]


def _require_independent(r: Numbers, terms: Sequence[str]) -> None:
    size = np.abs(np.diag(r))
    dependent = np.flatnonzero(size <= 1e-10 * np.maximum(np.linalg.norm(r, axis=0), 1e-300))
    if len(dependent):
        raise ValueError(
            f"The term {terms[dependent[0]]!r} says nothing that the terms before it do not. Leave it out."
        )


def _spread(values: Numbers, present: NDArray[np.bool_]) -> Numbers:
    result = np.full(len(present), np.nan)
    result[present] = values
    return result


@dataclass(frozen=True, slots=True)
class _Facts:
    target: str
    count: int
    freedom: int
    explained: float
    adjusted: float
    error: float
    terms: int


def _report(facts: _Facts, coefficients: pl.DataFrame) -> str:
    from scipy import stats

    lines = [
        f"{facts.target}, explained by {facts.terms} terms from {facts.count} rows",
        f"R² {facts.explained:.4f}, adjusted {facts.adjusted:.4f}; standard error of the rest {facts.error:.4g}",
    ]
    if facts.terms and facts.explained < 1:
        f = facts.explained / facts.terms / ((1 - facts.explained) / facts.freedom)
        p = float(stats.f.sf(f, facts.terms, facts.freedom))
        lines.append(f"F({facts.terms}, {facts.freedom}) = {f:.4g}, p {_probability(p)}")
    width = max(len(term) for term in coefficients["term"])
    lines += ["", f"{'term':<{width}}  {'estimate':>11}  {'std. error':>11}  {'t':>8}  p"]
    lines += [
        f"{row['term']:<{width}}  {row['estimate']:>11.5g}  {row['std_error']:>11.4g}  {row['t']:>8.3f}  "
        f"{_probability(row['p'])}"
        for row in coefficients.iter_rows(named=True)
    ]
    return "\n".join(lines)


def _probability(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else f"{p:.4f}"


# --- distributions ---------------------------------------------------------------------------------------------

# Distributions of what cannot be below 0 start there: a free start makes their fit arbitrary.
_FROM_ZERO = ("lognorm", "expon", "gamma", "weibull_min", "rayleigh")


def fit_distribution(
    data: Any, dist: str, q: Sequence[float], num: int
) -> tuple[pl.DataFrame, float, float, Numbers, Numbers, Numbers]:
    """Parameters by name, Akaike's criterion, p of the fit, quantiles, and the density as places and heights.

    By greatest likelihood. p is of Kolmogorov & Smirnov's test, which is lenient to a distribution that was fitted
    to the same data.
    """
    import polars as pl
    from scipy import stats

    values = sample(data, "data", 3)
    if np.ptp(values) == 0:
        raise ValueError("All values are the same: there is no distribution to fit.")
    if dist in _FROM_ZERO and values.min() <= 0:
        raise ValueError(f"The distribution '{dist}' is one of numbers above 0; the least is {values.min():g}.")
    if any(not 0 <= share <= 1 for share in q):
        raise ValueError("The shares of the quantiles lie from 0 to 1.")
    family: Any = getattr(stats, dist)
    fitted = family.fit(values, floc=0) if dist in _FROM_ZERO else family.fit(values)
    names = [*(family.shapes.split(", ") if family.shapes else []), "loc", "scale"]
    frozen = family(*fitted)
    free = len(fitted) - (dist in _FROM_ZERO)
    criterion = 2 * free - 2 * float(frozen.logpdf(values).sum())
    places = np.linspace(values.min(), values.max(), num)
    p = float(stats.kstest(values, frozen.cdf).pvalue)
    parameters = pl.DataFrame({"parameter": names, "value": [float(value) for value in fitted]})
    return parameters, criterion, p, np.asarray(frozen.ppf(list(q))), places, np.asarray(frozen.pdf(places))
