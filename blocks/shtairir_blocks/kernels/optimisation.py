"""Searching for the numbers that fit, balance, cost least or are worth most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .formula import formula
from .linalg import as_matrix
from .stats_samples import Numbers, pairs, real

if TYPE_CHECKING:
    import polars as pl


def bounds(low: Sequence[float] | None, high: Sequence[float] | None, count: int) -> tuple[Numbers, Numbers]:
    """Lower and upper limits, one for each unknown; a single one counts for all, none is infinite."""
    sides = []
    for given, name, nothing in ((low, "low", -np.inf), (high, "high", np.inf)):
        values = np.asarray([nothing] if given is None or len(given) == 0 else given, np.float64)
        if len(values) not in (1, count):
            raise ValueError(f"'{name}' holds {len(values)} limits for {count} unknowns. Give one for each, or one.")
        sides.append(np.broadcast_to(values, count).copy())
    if (sides[0] > sides[1]).any():
        raise ValueError("A lower limit lies above the upper one. Swap them.")
    return sides[0], sides[1]


def _starts(given: Sequence[float] | None, names: Sequence[str], low: Numbers, high: Numbers, other: float) -> Numbers:
    """Where the search starts: as told, else `other`, moved between the limits."""
    if given is not None and len(given) != len(names):
        raise ValueError(
            f"{len(given)} starting values for {len(names)} unknowns: give one for each of {', '.join(names)}."
        )
    starts = np.full(len(names), other) if given is None else np.asarray(given, np.float64)
    return np.asarray(np.clip(starts, low, high))


# --- fits ------------------------------------------------------------------------------------------------------


def curve_fit(
    f: str,
    names: Sequence[str],
    xdata: Any,
    ydata: Any,
    p0: Sequence[float] | None,
    limits: tuple[Sequence[float] | None, Sequence[float] | None],
) -> tuple[pl.DataFrame, Numbers, Numbers, Numbers, float]:
    """Parameters with errors, their values alone, fitted values, residuals and R².

    Levenberg & Marquardt (Moré 1978), or a trust region (Branch, Coleman & Li 1999) with limits. `names` are those
    of the parameters; the variable is ``x``.
    """
    import polars as pl
    from scipy import optimize

    x, y = pairs(xdata, ydata, ("xdata", "ydata"), len(names))
    low, high = bounds(*limits, len(names))
    start = _starts(p0, names, low, high, 1.0)
    compute = formula(f)

    def model(places: Numbers, *parameters: float) -> Numbers:
        result = compute({"x": places, **dict(zip(names, parameters, strict=True))})
        return np.broadcast_to(result, places.shape)

    if not np.isfinite(model(x, *start)).all():
        raise ValueError("At the starting values the formula is not defined for all of the data. Choose others in p0.")
    free = not np.isfinite([*low, *high]).any()

    def misses(parameters: Numbers) -> Numbers:
        return model(x, *parameters) - y

    try:
        found = optimize.least_squares(
            misses,
            start,
            bounds=(low, high),
            method="lm" if free else "trf",
            x_scale="jac",
            max_nfev=20_000,
        )
    except ValueError:
        raise ValueError("On the way the formula is not defined for all of the data. Give limits, or p0.") from None
    if found.status <= 0:
        raise ValueError(f"No fit was found in {found.nfev} steps. Start closer, with other values in p0.")
    fitted = np.asarray(model(numbers_in(xdata), *found.x))
    rest = 2 * float(found.cost)
    total = float(((y - y.mean()) ** 2).sum())
    error = _errors(np.asarray(found.jac), rest)
    table = pl.DataFrame({"parameter": list(names), "value": found.x, "std_error": error})
    return table, np.asarray(found.x), fitted, numbers_in(ydata) - fitted, 1 - rest / total if total else 1.0


def numbers_in(values: Any) -> Numbers:
    """Return all numbers in one row, missing ones too."""
    return real(values, "data").ravel()


def _errors(slopes: Numbers, rest: float) -> Numbers:
    """Standard errors of parameters, from the slopes at the fit; infinite for those that the data do not tell."""
    count, free = slopes.shape[0], slopes.shape[0] - slopes.shape[1]
    _, weights, directions = np.linalg.svd(slopes, full_matrices=False)
    told = weights > np.finfo(float).eps * count * weights.max(initial=0)
    if free <= 0 or not told.all():
        return np.full(slopes.shape[1], np.inf)
    return np.asarray(np.sqrt(((directions / weights[:, np.newaxis]) ** 2).sum(axis=0) * rest / free))


def polyfit(x: Any, y: Any, deg: int) -> tuple[Numbers, Numbers, float]:
    """Coefficients, the highest power first, fitted values and R²; by least squares on a scaled Vandermonde matrix."""
    first, second = pairs(x, y, least=deg + 1)
    if len(np.unique(first)) <= deg:
        raise ValueError(f"A polynomial of degree {deg} needs {deg + 1} different places along x.")
    polynomial = np.polynomial.Polynomial.fit(first, second, deg)
    total = float(((second - second.mean()) ** 2).sum())
    rest = second - polynomial(first)
    coefficients = np.zeros(deg + 1)
    plain = polynomial.convert().coef
    coefficients[: len(plain)] = plain
    fitted = np.asarray(polynomial(real(x, "x")))
    return coefficients[::-1], fitted, 1 - float(rest @ rest) / total if total else 1.0


def polyval(p: Any, x: Any) -> Numbers:
    """The polynomial with the coefficients `p`, that of the highest power first, at each x; by Horner's scheme."""
    coefficients = real(p, "p")
    if coefficients.ndim != 1 or len(coefficients) == 0:
        raise ValueError(f"'p' must be a row of coefficients; its shape is {coefficients.shape}.")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.polyval(coefficients, real(x, "x")))


def lsq_linear(
    a: Any, b: Any, low: Sequence[float] | None, high: Sequence[float] | None
) -> tuple[Numbers, float, Numbers]:
    """The x between limits with the least ``|A x - b|²``, that sum, and what remains (Stark & Parker 1995)."""
    from scipy import optimize

    matrix = as_matrix(a, "A").astype(np.float64)
    right = real(b, "b").ravel()
    if len(right) != len(matrix):
        raise ValueError(f"'b' holds {len(right)} values for {len(matrix)} rows of 'A'.")
    result = optimize.lsq_linear(matrix, right, bounds(low, high, matrix.shape[1]), method="bvls")
    if not result.success:
        raise ValueError(f"No answer was found: {result.message}")
    rest = matrix @ result.x - right
    return np.asarray(result.x), float(rest @ rest), rest


# --- formulas --------------------------------------------------------------------------------------------------


def find_root(f: str, name: str, given: dict[str, float], low: float, high: float) -> tuple[float, int]:
    """Where a formula is 0 between two places of different sign, and after how many steps (Brent 1973)."""
    from scipy import optimize

    compute = formula(f)

    def value(place: float) -> float:
        return float(compute({**given, name: place}))

    ends = value(low), value(high)
    if not np.isfinite(ends).all():
        raise ValueError(f"The formula is not defined at {low:g} or at {high:g}. Move the limits.")
    if ends[0] * ends[1] > 0:
        raise ValueError(
            f"The formula is {ends[0]:.4g} at {name} = {low:g} and {ends[1]:.4g} at {high:g}: one must be above 0 and "
            "one below, so that a root lies between them."
        )
    root, facts = optimize.brentq(value, low, high, xtol=1e-13, rtol=1e-13, maxiter=500, full_output=True)
    return float(root), int(facts.iterations)


def minimize(
    f: str,
    names: Sequence[str],
    given: dict[str, float],
    x0: Sequence[float] | None,
    limits: tuple[Sequence[float] | None, Sequence[float] | None],
    method: str,
    seed: int,
) -> tuple[Numbers, float, int]:
    """The values of the unknowns for which a formula is least, that least value, and how often it was worked out.

    ``local`` goes downhill (BFGS with limits, Byrd et al. 1995), ``simplex`` does so without slopes (Nelder & Mead
    1965), ``global`` looks everywhere between the limits (differential evolution, Storn & Price 1997).
    """
    from scipy import optimize

    compute = formula(f)
    low, high = bounds(*limits, len(names))

    def value(place: Numbers) -> float:
        result = float(compute({**given, **dict(zip(names, place, strict=True))}))
        # What is not defined is no minimum.
        return result if result == result else np.inf

    if method == "global":
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise ValueError("To look everywhere, 'low' and 'high' must say where that is.")
        result: Any = optimize.differential_evolution(value, optimize.Bounds(low, high), rng=seed, tol=1e-10)
    else:
        start = _starts(x0, names, low, high, 0.0)
        if not np.isfinite(value(start)):
            raise ValueError("The formula is not defined where the search starts. Choose other values in x0.")
        solver, options = _SOLVERS[method]
        box = optimize.Bounds(low, high)
        # Beside a pole, slopes are infinite: the search turns away, and nobody needs to hear of it.
        with np.errstate(all="ignore"):
            solve: Any = optimize.minimize  # its stubs want the options of each method apart
            result = solve(value, start, method=solver, bounds=box, options=options)
    if not np.isfinite(result.fun):
        raise ValueError("The formula falls without end. Give limits in 'low' and 'high'.")
    if not result.success and result.nfev >= 10_000:
        raise ValueError(f"No minimum was found in {result.nfev} steps. Give limits, or start elsewhere.")
    return np.asarray(result.x), float(result.fun), int(result.nfev)


_SOLVERS: dict[str, tuple[Any, dict[str, float]]] = {
    "local": ("L-BFGS-B", {"ftol": 1e-14, "gtol": 1e-9, "maxfun": 20_000, "maxiter": 10_000}),
    "simplex": ("Nelder-Mead", {"xatol": 1e-10, "fatol": 1e-12, "maxfev": 20_000, "maxiter": 20_000}),
}


# --- programs --------------------------------------------------------------------------------------------------


def linprog(
    c: Any,
    at_most: tuple[Any, Any],
    exactly: tuple[Any, Any],
    limits: tuple[Sequence[float] | None, Sequence[float] | None],
    integer: bool,
    maximize: bool,
) -> tuple[Numbers, float, Numbers]:
    """The best x, its worth, and what is left of each upper limit; by HiGHS (Huangfu & Hall 2018)."""
    from scipy import optimize

    weights = real(c, "c").ravel()
    if len(weights) == 0 or not np.isfinite(weights).all():
        raise ValueError("'c' must say what one of each is worth: a number for each, none of them missing or infinite.")
    low, high = bounds(*limits, len(weights))
    upper = _rows(*at_most, len(weights), "A_ub", "b_ub")
    equal = _rows(*exactly, len(weights), "A_eq", "b_eq")
    solve: Any = optimize.linprog  # its stubs know no matrix that may be missing
    result = solve(
        -weights if maximize else weights,
        A_ub=upper[0],
        b_ub=upper[1],
        A_eq=equal[0],
        b_eq=equal[1],
        bounds=np.column_stack([low, high]),
        integrality=np.full(len(weights), int(integer)),
        method="highs",
    )
    if not result.success:
        raise ValueError(_REASONS.get(result.status, f"No answer was found: {result.message}"))
    left = np.empty(0) if upper[0] is None else upper[1] - upper[0] @ result.x
    return np.asarray(result.x), float(weights @ result.x), left


_REASONS = {
    2: "The conditions contradict one another: nothing fulfils all of them.",
    3: "The answer is infinite: the conditions do not hold it back. Give more of them, or limits.",
}


def _rows(matrix: Any, right: Any, count: int, name: str, side: str) -> tuple[Any, Any]:
    if (matrix is None) != (right is None):
        raise ValueError(f"'{name}' and '{side}' belong together: give both or neither.")
    if matrix is None:
        return None, None
    rows, limits = as_matrix(np.atleast_2d(matrix), name), real(right, side).ravel()
    if rows.shape != (len(limits), count):
        raise ValueError(
            f"'{name}' must have {len(limits)} rows, one for each of '{side}', and {count} columns, one for each of "
            f"'c'; its shape is {rows.shape}."
        )
    return rows, limits


def extrema(a: Any, prominence: float | None, distance: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the tops and of the bottoms of a curve that stand out by `prominence` at least.

    Unset, it is a twentieth of the range. Missing values part the curve: none of them is a top.
    """
    from scipy import signal

    values = real(a, "a")
    if values.ndim != 1:
        raise ValueError(f"A row of values is needed, not an array of shape {values.shape}. Take a column first.")
    if len(values) < 3 or np.isnan(values).all():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    least = float(np.nanmax(values) - np.nanmin(values)) / 20 if prominence is None else prominence
    tops, bottoms = (
        signal.find_peaks(np.nan_to_num(side, nan=-np.inf), prominence=least, distance=distance)[0]
        for side in (values, -values)
    )
    return np.asarray(tops, np.int64), np.asarray(bottoms, np.int64)
