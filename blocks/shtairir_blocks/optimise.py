"""Searching for the numbers that fit best, balance, cost least or are worth most.

Formulas are written in the language of conditions: ``a * exp(-x / tau) + c``.
"""

from typing import Annotated, Any, Literal, NamedTuple

from shtairir.block import Array, DType, Param, Shape, Table, block
from shtairir.block.expression import compile_expression
from shtairir.block.infer import like

Row = Annotated[Array, DType("float64"), Shape("n")]
Formula = Annotated[str, Param(widget="expression")]
Limits = list[float] | None
Constants = Annotated[dict[str, Any] | None, Param(port=True)]


def _names(f: str, known: tuple[str, ...] = ()) -> list[str]:
    """The names in a formula that are not known, in the order in which they appear."""
    from shtairir_blocks.kernels.formula import CONSTANTS

    return [name for name in compile_expression(f).names if name not in known and name not in CONSTANTS]


class Fit(NamedTuple):
    """A formula that fits the data.

    Attributes
    ----------
    parameters
        Name, value and standard error of each parameter.
    values
        The values alone, in the order in which the names appear.
    fitted
        What the formula gives at each place.
    residuals
        What remains: the data less the formula.
    r_squared
        Which share of the variance the formula explains.
    """

    parameters: Table
    values: Row
    fitted: Row
    residuals: Row
    r_squared: float


@block(
    category="Optimise/Fit",
    name="Fit curve",
    tags=("least squares", "Levenberg-Marquardt", "regression", "parameters", "model"),
    requires=("scipy", "polars"),
    extra="stats",
)
def curve_fit(
    xdata: Array,
    ydata: Array,
    f: Formula = "a * exp(-x / tau) + c",
    p0: Limits = None,
    low: Annotated[Limits, Param(advanced=True)] = None,
    high: Annotated[Limits, Param(advanced=True)] = None,
) -> Fit:
    """Find the parameters with which a formula of x fits measured points, and their errors.

    By least squares: Levenberg and Marquardt, or within limits a trust region (Branch, Coleman & Li 1999).

    Parameters
    ----------
    xdata
        The places of the points.
    ydata
        The value at each; missing ones are left out.
    f
        The formula. Every name in it but x and pi is a parameter to find.
    p0
        Where the search starts: a value for each parameter, in the order in which the names appear; 1 when unset.
    low, high
        Limits: one for each parameter, or one for all.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    names = _names(f, ("x",))
    if not names or "x" not in compile_expression(f).names:
        raise ValueError(f"The formula '{f}' needs x and at least one other name, to find its value.")
    return Fit(*kernels.curve_fit(f, names, xdata, ydata, p0, (low, high)))


class Polynomial(NamedTuple):
    """A polynomial that fits the data.

    Attributes
    ----------
    p
        The coefficients, that of the highest power first.
    fitted
        What the polynomial gives at each place.
    r_squared
        Which share of the variance it explains.
    """

    p: Row
    fitted: Array
    r_squared: float


@block(category="Optimise/Fit", name="Fit polynomial", tags=("trend", "line", "parabola", "least squares"))
def polyfit(x: Array, y: Array, deg: Annotated[int, Param(ge=0, le=30)] = 1) -> Polynomial:
    """Find the polynomial that passes nearest to points: a line, a parabola, or a higher one.

    By least squares, on places that are scaled to -1 to 1, so that high powers stay exact.

    Parameters
    ----------
    x
        The places of the points.
    y
        The value at each; missing ones are left out.
    deg
        The highest power: 1 for a line, 2 for a parabola.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    return Polynomial(*kernels.polyfit(x, y, deg))


@block(category="Optimise/Fit", name="Evaluate polynomial", tags=("Horner", "trend"), infer=like("x", "float64"))
def polyval(p: Array, x: Array) -> Array:
    """Work out a polynomial at given places, by Horner's scheme.

    Parameters
    ----------
    p
        The coefficients, that of the highest power first.
    x
        The places, of any shape.

    Returns
    -------
    out
        The values, in the shape of x.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    return kernels.polyval(p, x)


class Bounded(NamedTuple):
    """The best answer between limits.

    Attributes
    ----------
    x
        The unknowns.
    residual
        The sum of the squares that remain.
    residuals
        What remains of each equation: A times x, less b.
    """

    x: Row
    residual: float
    residuals: Row


@block(
    category="Optimise/Fit",
    name="Bounded least squares",
    tags=("non-negative", "NNLS", "unmixing", "limits"),
    requires=("scipy",),
    extra="stats",
)
def lsq_linear(A: Array, b: Array, low: Limits = [0.0], high: Limits = None) -> Bounded:  # noqa: B006  # read only
    """Solve more equations than unknowns as well as can be, with unknowns between limits; from 0 on as it stands.

    An active set of bounds (Stark & Parker 1995). Without limits, linalg.lstsq is faster.

    Parameters
    ----------
    A
        The coefficients, a row for each equation.
    b
        The right side: a number for each equation.
    low
        Least value: one for each unknown, or one for all; unset for none.
    high
        Greatest value: one for each unknown, or one for all; unset for none.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    return Bounded(*kernels.lsq_linear(A, b, low, high))


class Root(NamedTuple):
    """Where a formula is 0.

    Attributes
    ----------
    root
        The place.
    iterations
        How many steps it took.
    """

    root: float
    iterations: int


@block(
    category="Optimise/Formula",
    name="Find root",
    tags=("zero", "solve", "equation", "Brent"),
    requires=("scipy",),
    extra="stats",
)
def find_root(f: Formula = "x ** 2 - 2", low: float = 0.0, high: float = 10.0, constants: Constants = None) -> Root:
    """Find the place between two others where a formula is 0, by Brent's method (1973).

    Parameters
    ----------
    f
        The formula, with one unknown of any name.
    low, high
        Where to look: the formula must be above 0 at one end and below at the other.
    constants
        A dictionary of names in the formula that are no unknowns.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    given = constants or {}
    names = _names(f, tuple(given))
    if len(names) != 1:
        raise ValueError(f"The formula '{f}' has {len(names)} unknowns ({', '.join(names) or 'none'}) instead of one.")
    return Root(*kernels.find_root(f, names[0], given, low, high))


class Minimum(NamedTuple):
    """Where a formula is least.

    Attributes
    ----------
    x
        The unknowns, in the order in which their names appear.
    fun
        The value there.
    solution
        Name and value of each unknown.
    evaluations
        How often the formula was worked out.
    """

    x: Row
    fun: float
    solution: Table
    evaluations: int


@block(
    category="Optimise/Formula",
    name="Minimise",
    tags=("minimum", "maximum", "optimum", "BFGS", "Nelder-Mead", "differential evolution"),
    requires=("scipy", "polars"),
    extra="stats",
)
def minimize(
    f: Formula = "(x - 1) ** 2 + (y - 2) ** 2",
    x0: Limits = None,
    low: Limits = None,
    high: Limits = None,
    method: Literal["local", "simplex", "global"] = "local",
    constants: Constants = None,
    seed: Annotated[int, Param(ge=0, lt=2**63, advanced=True)] = 0,
) -> Minimum:
    """Find the values for which a formula is least. For the greatest, put a minus before it.

    Parameters
    ----------
    f
        The formula; every name in it but pi and the constants is an unknown.
    x0
        Where the search starts: a value for each unknown, in the order in which the names appear; 0 when unset.
    low, high
        Limits: one for each unknown, or one for all.
    method
        local goes downhill (L-BFGS-B); simplex does so without slopes, for formulas with corners (Nelder & Mead
        1965); global looks everywhere between the limits (differential evolution, Storn & Price 1997).
    constants
        A dictionary of names in the formula that are no unknowns.
    seed
        The same number gives the same global search.
    """
    import polars as pl

    from shtairir_blocks.kernels import optimisation as kernels

    given = constants or {}
    names = _names(f, tuple(given))
    if not names:
        raise ValueError(f"The formula '{f}' has no unknown.")
    x, least, count = kernels.minimize(f, names, given, x0, (low, high), method, seed)
    return Minimum(x, least, pl.DataFrame({"unknown": names, "value": x}), count)


class Program(NamedTuple):
    """The best of all choices that are allowed.

    Attributes
    ----------
    x
        How much of each.
    fun
        What that costs, or is worth.
    slack
        How much is left of each upper limit in b_ub.
    """

    x: Row
    fun: float
    slack: Row


@block(
    category="Optimise/Plan",
    name="Linear program",
    tags=("linear programming", "mixed integer", "simplex", "resources", "allocation"),
    requires=("scipy",),
    extra="stats",
)
def linprog(
    c: Array | list[float],
    A_ub: Array | None = None,
    b_ub: Array | list[float] | None = None,
    A_eq: Array | None = None,
    b_eq: Array | list[float] | None = None,
    low: Limits = [0.0],  # noqa: B006  # read only
    high: Limits = None,
    integer: bool = False,
    maximize: bool = False,
) -> Program:
    """Find how much of each costs least in all, or is worth most, under limits on what is used up.

    By the dual simplex method and branch and bound of HiGHS (Huangfu & Hall 2018).

    Parameters
    ----------
    c
        What one of each costs, or is worth.
    A_ub
        What one of each uses up: a row for each resource.
    b_ub
        How much there is of each resource.
    A_eq
        A row for each sum that must come out exactly.
    b_eq
        What each of these sums must be.
    low
        Least amount: one for each, or one for all.
    high
        Greatest amount: one for each, or one for all; unset for none.
    integer
        Whole amounts only.
    maximize
        Look for the greatest worth instead of the least cost.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    return Program(*kernels.linprog(c, (A_ub, b_ub), (A_eq, b_eq), (low, high), integer, maximize))


class Extrema(NamedTuple):
    """The tops and bottoms of a curve.

    Attributes
    ----------
    maxima
        Positions of the tops, counted from 0.
    minima
        Positions of the bottoms, counted from 0.
    """

    maxima: Annotated[Array, DType("int64"), Shape("n")]
    minima: Annotated[Array, DType("int64"), Shape("n")]


@block(
    category="Optimise/Search",
    name="Extrema",
    tags=("peaks", "valleys", "maximum", "minimum", "turning points"),
    requires=("scipy",),
    extra="stats",
)
def extrema(
    a: Array,
    prominence: Annotated[float | None, Param(ge=0)] = None,
    distance: Annotated[int, Param(ge=1, le=10**9)] = 1,
) -> Extrema:
    """Find the tops and the bottoms of a curve, but not its ripples.

    Parameters
    ----------
    a
        A row of values.
    prominence
        How far each must stand out from what lies between it and a higher one; unset for a twentieth of the range.
    distance
        How many values must lie between two of a kind at least.
    """
    from shtairir_blocks.kernels import optimisation as kernels

    return Extrema(*kernels.extrema(a, prominence, distance))
