"""If, Switch, Try and Gate: which part of a graph runs, and after what.

If, Switch and Try are lazy (see `shtairir.block.lazy`): what leads only to the inputs that were not chosen does not
run. The functions below say what the blocks do with values that are all there; in a run, the executor hands the chosen
value on by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from shtairir.block import MISSING, BlockDefinition, InputPort, Param, block, definition_of
from shtairir.block.expression import compile_expression
from shtairir.block.infer import Spec
from shtairir.block.interface import Scope
from shtairir.block.lazy import Lazy
from shtairir.block.types import ANY, ScalarType
from shtairir.block.values import describe
from shtairir.errors import BlockError, ExecutionError
from shtairir.ids import PortName

THEN, OTHERWISE = "then", "otherwise"
DEFAULT = "default"
_CASE = re.compile(r"[^\W\d]\w*")
_BOOL = ScalarType("bool")
_COST_S = 5e-6
"""What it takes to hand something on."""


def _same(**arguments: Any) -> Any:
    """Return what is known of both branches, where that is the same; the value takes no memory of its own."""
    then, otherwise = (arguments.get(name) for name in (THEN, OTHERWISE))
    return replace(then, view_of=THEN) if isinstance(then, Spec) and then == otherwise else None


# --- If -----------------------------------------------------------------------------------------------------------


def _if_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    """Return the definition of If with an input for each name in the expression."""
    base = definition_of(if_)
    text = values.get("expression", "condition")
    if text == "condition" or not isinstance(text, str):
        return base
    names = compile_expression(text).names
    _, *branches, expression = base.inputs
    _refuse_taken(names, [port.name for port in (*branches, expression)], "The expression names")
    # A single name is a switch that can be set by hand; in a formula, the names may stand for anything.
    kind = _BOOL if text.strip() in names else ANY
    conditions = [
        InputPort(PortName(name), kind, True, MISSING, help=f"The value of '{name}' in the expression.", label=name)
        for name in names
    ]
    return replace(base, inputs=(*conditions, *branches, expression))


def _refuse_taken(names: Collection[str], taken: Collection[str], what: str) -> None:
    for name in names:
        if name in taken:
            raise BlockError(f"{what} '{name}', which is an input of the block's own.", hint="Choose another name.")


def _holds(arguments: Mapping[str, Any], offered: frozenset[str]) -> str:
    return THEN if compile_expression(arguments["expression"]).holds(arguments) else OTHERWISE


@block(
    id="flow.if",
    category="Flow",
    name="If",
    tags=("condition", "branch", "else", "switch"),
    adapt=_if_ports,
    lazy=Lazy((THEN, OTHERWISE), _holds),
    infer=_same,
    cost=_COST_S,
)
def if_(
    condition: bool,
    then: Any,
    otherwise: Any = None,
    expression: Annotated[str, Param(widget="expression")] = "condition",
) -> Any:
    """Hand on one of two values, and compute only that one.

    What leads only to the other one does not run.

    Parameters
    ----------
    condition
        Which value to hand on. The inputs follow the names in the expression.
    then
        Handed on if the condition holds.
    otherwise
        Handed on if it does not; nothing, if nothing is linked.
    expression
        The condition: ``area > 100 and not empty``. Each name in it is an input.

    Returns
    -------
    out
        The value that was chosen.
    """
    return then if _holds({"condition": condition, "expression": expression}, frozenset()) == THEN else otherwise


# --- Switch -------------------------------------------------------------------------------------------------------


def _cases(text: object) -> list[str]:
    return [case.strip() for case in text.split(",") if case.strip()] if isinstance(text, str) else []


def _switch_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    """Return the definition of Switch with an input for each case."""
    base = definition_of(switch)
    cases = _cases(values.get("cases", "a, b"))
    choice, default, listed = base.inputs
    _refuse_taken(cases, [port.name for port in base.inputs], "The cases name")
    for case in cases:
        if not _CASE.fullmatch(case):
            raise BlockError(
                f"'{case}' cannot be the name of a case.",
                hint="A name begins with a letter and has letters, digits and underscores.",
            )
        if cases.count(case) > 1:
            raise BlockError(f"There are two cases '{case}'.", hint="Give each a name of its own.")
    inputs = [InputPort(PortName(case), ANY, False, None, help=f"Handed on in the case '{case}'.") for case in cases]
    lazy = Lazy((*cases, DEFAULT), _matching)
    return replace(base, inputs=(choice, *inputs, default, listed), traits=replace(base.traits, lazy=lazy))


def _whole(number: Any) -> int | None:
    """Return a number as an integer, if it is one."""
    try:
        whole = int(number)
    except (TypeError, ValueError, OverflowError):
        return None
    return whole if whole == number else None


def _matching(arguments: Mapping[str, Any], offered: frozenset[str]) -> str:
    choice, cases = arguments["choice"], _cases(arguments["cases"])
    place = None if isinstance(choice, str) else _whole(choice)
    if place is not None and 0 <= place < len(cases):
        return cases[place]
    if isinstance(choice, str) and choice in cases:
        return str(choice)
    if DEFAULT in offered:
        return DEFAULT
    raise ExecutionError(
        f"There is no case for {describe(choice)}; there are: {', '.join(cases) or 'none'}.",
        hint="Link 'default', or add a case.",
    )


@block(
    id="flow.switch",
    category="Flow",
    name="Switch",
    tags=("choice", "case", "select", "branch"),
    adapt=_switch_ports,
    lazy=Lazy((DEFAULT,), _matching),
    cost=_COST_S,
)
def switch(
    choice: str | int | float | bool,
    default: Any = None,
    cases: str = "a, b",
) -> Any:
    """Hand on the value of one of several cases, and compute only that one.

    What leads only to the others does not run.

    Parameters
    ----------
    choice
        The name of the case, or its number, from 0; true stands for 1, false for 0.
    default
        Handed on if there is no such case. If nothing is linked, the block fails then.
    cases
        The names of the cases, separated by commas. Each is an input.

    Returns
    -------
    out
        The value that was chosen.
    """
    _matching({"choice": choice, "cases": ""}, frozenset({DEFAULT}))
    return default


# --- Try ----------------------------------------------------------------------------------------------------------


class Tried(NamedTuple):
    """What a Try hands on.

    Attributes
    ----------
    out
        The value, or the fallback if there is none.
    failed
        Whether the value could not be made.
    error
        Why not; empty if it could.
    """

    out: Any
    failed: bool
    error: str


@block(
    id="flow.try",
    category="Flow",
    name="Try",
    tags=("error", "fallback", "catch"),
    lazy=Lazy(("value", "fallback")),
    cost=_COST_S,
)
def try_(value: Any, fallback: Any = None) -> Tried:
    """Hand on a value or, if it cannot be made, a fallback.

    A failure on the way to the value is no failure of the run. What leads only to the fallback runs only if it is
    needed.

    Parameters
    ----------
    value
        What is wanted.
    fallback
        What to hand on instead; nothing, if nothing is linked.
    """
    return Tried(value, False, "")


# --- Gate ---------------------------------------------------------------------------------------------------------


def _through(value: Any, after: Any = None) -> Any:
    return replace(value, view_of="value") if isinstance(value, Spec) else value


@block(id="flow.gate", category="Flow", name="Gate", tags=("order", "wait", "after"), infer=_through)
def gate(value: Any, after: Any) -> Any:
    """Hand on a value once something else is done.

    For order without data: what reads the result runs after whatever leads to ``after``.

    Parameters
    ----------
    value
        Handed on as it is.
    after
        What to wait for; its value is not looked at.

    Returns
    -------
    out
        The value.
    """
    return value
