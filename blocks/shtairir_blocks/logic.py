"""Logic blocks: true and false, comparison and choice."""

from typing import Annotated, Any, Literal

from shtairir.block import Param, block

Condition = Annotated[bool, Param(port=True)]
Operand = Annotated[float, Param(port=True)]


@block(category="Logic", name="True or false", tags=("constant", "boolean", "switch", "checkbox"))
def boolean(value: bool = False) -> bool:
    """Give true or false.

    Parameters
    ----------
    value
        Which of the two.

    Returns
    -------
    out
        The same value.
    """
    return value


@block(category="Logic", name="And", tags=("both", "all"))
def and_(a: Condition = False, b: Condition = False) -> bool:
    """Tell whether both are true.

    Parameters
    ----------
    a
        First value.
    b
        Second value.

    Returns
    -------
    out
        True if both are.
    """
    return a and b


@block(category="Logic", name="Or", tags=("either", "any"))
def or_(a: Condition = False, b: Condition = False) -> bool:
    """Tell whether at least one is true.

    Parameters
    ----------
    a
        First value.
    b
        Second value.

    Returns
    -------
    out
        True if one or both are.
    """
    return a or b


@block(category="Logic", name="Not", tags=("invert", "negate"))
def not_(value: Condition = False) -> bool:
    """Turn true into false and false into true.

    Parameters
    ----------
    value
        The value.

    Returns
    -------
    out
        The opposite.
    """
    return not value


@block(category="Logic", name="Compare", tags=("greater", "less", "equal", "if"))
def compare(
    a: Operand = 0.0,
    b: Operand = 0.0,
    operator: Literal["<", "<=", "==", "!=", ">=", ">"] = ">",
    tolerance: float = 0.0,
) -> bool:
    """Compare two numbers.

    Parameters
    ----------
    a
        First number.
    b
        Second number.
    operator
        How a shall relate to b.
    tolerance
        Numbers that differ by no more than this count as equal.

    Returns
    -------
    out
        Whether it is so. A missing value (NaN) relates to nothing; it differs from everything.
    """
    equal = a == b or abs(a - b) <= tolerance
    less, greater = a < b and not equal, a > b and not equal
    return {
        "<": less,
        "<=": less or equal,
        "==": equal,
        "!=": not equal,
        ">=": greater or equal,
        ">": greater,
    }[operator]


@block(category="Logic", name="Equal", tags=("same", "compare"))
def equal(a: Any, b: Any) -> bool:
    """Tell whether two values of any kind are the same.

    Parameters
    ----------
    a
        First value.
    b
        Second value: arrays, tables and lists are compared element by element.

    Returns
    -------
    out
        Whether they are.
    """
    from shtairir_blocks.kernels import logic as kernels

    return kernels.same(a, b)


@block(category="Logic", name="Is empty", tags=("nothing", "missing", "none"))
def is_empty(value: Any) -> bool:
    """Tell whether there is nothing in a value.

    Parameters
    ----------
    value
        A list, text, array, table or anything else.

    Returns
    -------
    out
        True for nothing at all, no item, no letter, no element and no row.
    """
    from shtairir_blocks.kernels import logic as kernels

    return kernels.is_empty(value)


@block(category="Logic", name="Choose", tags=("if", "else", "switch", "condition"))
def select(condition: bool, if_true: Any, if_false: Any) -> Any:
    """Pass on one of two values. Both are worked out first.

    Parameters
    ----------
    condition
        Which one.
    if_true
        Passed on when the condition is true.
    if_false
        Passed on when it is false.

    Returns
    -------
    out
        The chosen value.
    """
    return if_true if condition else if_false
