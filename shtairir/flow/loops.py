"""Loops: For each, Repeat, While and Reduce. What they repeat is a definition, their *body*.

The ports of a loop are those of its body. The planner plans the body once, and the executor runs it as often as it
takes (see `shtairir.execute.loop`): the functions below only declare the loops' own inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, NoReturn

from shtairir.block import BlockDefinition, Context, InputPort, OutputPort, Param, block, definition_of
from shtairir.block.expression import compile_expression
from shtairir.block.interface import Interface, Scope
from shtairir.block.ports import MISSING
from shtairir.block.types import (
    ANY,
    NONE,
    ArrayType,
    ClassType,
    ImageType,
    ListType,
    PortType,
    ScalarType,
    TableType,
    UnionType,
)
from shtairir.errors import BlockError, ExecutionError, ExpressionError
from shtairir.flow.loop_shape import INDEX, TURN, Kind, LoopShape, loop_shape
from shtairir.ids import PortName

Body = Annotated[str, Param(widget="definition")]

_INT = ScalarType("int")
_SOURCES: Mapping[str, PortType] = {
    "rows": TableType(),
    "groups": TableType(),
    "files": ScalarType("path"),
    "axis": ArrayType(),
}


def _not_planned() -> NoReturn:
    raise ExecutionError("A loop was to be run as if it were a block.", hint="Plan the graph before running it.")


# --- ports --------------------------------------------------------------------------------------------------------


def _adapted(kind: Kind, values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    """Return a loop's definition with the ports of its body."""
    base = definition_of(_BLOCKS[kind])
    body = values.get("body")
    if not isinstance(body, str) or not body:
        return base
    interface = scope.interface(body)
    if interface is None:
        raise BlockError(f"There is no subgraph '{body}' to repeat.", hint="Choose one for 'body'.")
    shape = shape_of(kind, values, interface)
    _check_condition(kind, values, interface, shape)
    inputs = [_input(port, shape, values) for port in interface.inputs]
    if kind == "reduce":
        inputs[:2] = reversed(inputs[:2])  # the items come first, as in every loop over them
    outputs = [port for port in interface.outputs if port.name in shape.outputs]
    return replace(
        base,
        inputs=(*base.inputs, *inputs),
        outputs=_OUTPUTS[kind](outputs, values, interface),
    )


def shape_of(kind: Kind, values: Mapping[str, Any], interface: Interface) -> LoopShape:
    """Return how a loop and its body are joined; see `loop_shape`."""
    base = definition_of(_BLOCKS[kind])
    own = [port.name for port in base.inputs]
    return loop_shape(kind, values, interface, [*own, str(base.context_argument)])


def _check_condition(kind: Kind, values: Mapping[str, Any], interface: Interface, shape: LoopShape) -> None:
    """Refuse a condition that cannot be read, or names what there is not."""
    option = {"repeat": "until", "while": "condition"}.get(kind, "")
    text = values.get(option)
    if not isinstance(text, str) or not text.strip():
        return
    known = [TURN, *(port.name for port in interface.inputs if not (shape.numbered and port.name == INDEX))]
    if kind == "repeat":
        known += [name for name in shape.outputs if name not in known]
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        raise BlockError(f"'{option}' cannot be read: {error.message}", hint=error.hint) from None
    for name in expression.names:
        if name not in known:
            raise BlockError(
                f"'{option}' names '{name}', which '{shape.body}' does not have.",
                hint=f"It may name {', '.join(known)}.",
            )


def _input(port: InputPort, shape: LoopShape, values: Mapping[str, Any]) -> InputPort:
    name = PortName(shape.ports[port.name])
    if port.name in shape.iterated:
        kind = _source(port.type, str(values.get("items", "auto")))
        return InputPort(name, kind, True, MISSING, help=f"What to go through: {port.help or port.name}.", label=name)
    if port.name == INDEX and shape.numbered:
        kind = port.type if port.type == ANY else UnionType((port.type, NONE))
        words = port.help or "The number of the turn, from 0, unless something else is given."
        return InputPort(name, kind, False, None, help=words, label=port.label)
    return replace(port, name=name, label=name.replace("_", " "))


def _source(item: PortType, items: str) -> PortType:
    """Return the type of what items are taken from."""
    if items == "list":
        return ListType(item)
    return _SOURCES.get(items) or UnionType((ListType(item), TableType(), ArrayType(), ScalarType("path")))


def _gathered(outputs: list[OutputPort], values: Mapping[str, Any], _: Interface) -> tuple[OutputPort, ...]:
    """Return the outputs of For each: a list of each of the body's, or all of them in one."""
    concat = values.get("gather") == "concat"
    ports = [replace(port, type=_joined(port.type) if concat else ListType(port.type)) for port in outputs]
    if values.get("on_error") == "collect":
        words = "What went wrong: for each item that failed its index, the node, the error, and the item in brief."
        ports.append(OutputPort(_free("errors", ports), ListType(ANY), words, "errors"))
    return tuple(ports)


def _joined(kind: PortType) -> PortType:
    """Return the type of several values in one; those that cannot be joined stay a list."""
    if isinstance(kind, ArrayType):
        return ArrayType(kind.dtype)
    joins = isinstance(kind, ListType | ImageType) or (isinstance(kind, ClassType) and kind.family == "table")
    return kind if joins else ListType(kind)


def _final(outputs: list[OutputPort], _: Mapping[str, Any], __: Interface) -> tuple[OutputPort, ...]:
    """Return the outputs of Repeat and While: those of the last turn, and how many there were."""
    turns = OutputPort(_free("turns", outputs), _INT, "How many turns were taken.", "turns")
    return (*outputs, turns)


def _accumulated(_: list[OutputPort], __: Mapping[str, Any], interface: Interface) -> tuple[OutputPort, ...]:
    return (replace(interface.outputs[0], help="What is left in the end."),)


def _free(name: str, ports: list[OutputPort]) -> PortName:
    taken = {port.name for port in ports}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return PortName(free)


def _for_each_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    return _adapted("for_each", values, scope)


def _repeat_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    return _adapted("repeat", values, scope)


def _while_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    return _adapted("while", values, scope)


def _reduce_ports(values: Mapping[str, Any], scope: Scope) -> BlockDefinition:
    return _adapted("reduce", values, scope)


# --- blocks -------------------------------------------------------------------------------------------------------


@block(id="flow.for_each", category="Flow/Loops", name="For each", tags=("loop", "map", "list"), adapt=_for_each_ports)
def for_each(
    context: Context,
    body: Body,
    over: str = "",
    items: Literal["auto", "list", "rows", "groups", "files", "axis"] = "auto",
    by: str = "",
    pattern: str = "*",
    axis: int = 0,
    on_error: Literal["stop", "skip", "collect"] = "stop",
    parallel: bool = True,
    gather: Literal["list", "concat"] = "list",
) -> list[Any]:
    """Run a subgraph once for each item of a list, a table, a folder or an array, and gather what comes out.

    The results keep the order of the items, however many run at a time. An output of the body that is called ``keep``
    leaves an item out when it is false; one that is called ``stop`` ends the loop after the item for which it is
    true. An input of the body that is called ``index`` gets the number of the item, from 0.

    Parameters
    ----------
    body
        The subgraph to run for each item.
    over
        The inputs of the subgraph that get another item each time, separated by commas: the first one if nothing is
        given. Several are gone through side by side. All other inputs get the same every time.
    items
        What an item is: an item of a list, a row or a group of a table, a file of a folder, or a slice of an array.
        Found out from what arrives, if nothing is chosen.
    by
        The columns that a group has in common, separated by commas.
    pattern
        Which files of a folder: ``*.png``; ``**/*.png`` looks into the folders inside as well.
    axis
        The axis of an array to go along.
    on_error
        What to do when an item fails: stop the loop, skip the item, or skip it and list the error.
    parallel
        Whether several items may be at work at a time. Turn it off to have effects in the order of the items.
    gather
        Whether the results become a list, or are put together into one list, table or array.

    Returns
    -------
    out
        The results, in the order of the items.
    """
    _not_planned()


@block(id="flow.repeat", category="Flow/Loops", name="Repeat", tags=("loop", "iterate", "times"), adapt=_repeat_ports)
def repeat(
    context: Context,
    body: Body,
    times: Annotated[int, Param(ge=0)] = 10,
    until: Annotated[str, Param(widget="expression")] = "",
) -> Any:
    """Run a subgraph several times, each time on what it made the time before.

    Inputs of the body that are called like an output are carried: they begin with what arrives here, and get from the
    second turn on what the output was in the turn before. An output that is called ``stop`` ends the loop when it is
    true. An input that is called ``index`` gets the number of the turn, from 0.

    Parameters
    ----------
    body
        The subgraph to repeat.
    times
        How many turns to take at most.
    until
        Ends the loop after the turn in which it becomes true: ``change < 0.01``. It may name the outputs of the body
        and the number of the ``turn``, from 1.

    Returns
    -------
    out
        The outputs of the last turn.
    """
    _not_planned()


@block(id="flow.while", category="Flow/Loops", name="While", tags=("loop", "iterate", "condition"), adapt=_while_ports)
def while_(
    context: Context,
    body: Body,
    condition: Annotated[str, Param(widget="expression")],
    limit: Annotated[int, Param(ge=1)] = 1000,
) -> Any:
    """Run a subgraph as long as a condition holds, each time on what it made the time before.

    Inputs of the body that are called like an output are carried, as in Repeat.

    Parameters
    ----------
    body
        The subgraph to repeat.
    condition
        Looked at before each turn: ``error > 0.01``. It may name the inputs of the body, as they are at that moment,
        and the number of turns taken so far, ``turn``.
    limit
        How many turns to take at most. When the condition holds even then, the loop fails.

    Returns
    -------
    out
        The outputs of the last turn.
    """
    _not_planned()


@block(id="flow.reduce", category="Flow/Loops", name="Reduce", tags=("loop", "fold", "accumulate"), adapt=_reduce_ports)
def reduce(context: Context, body: Body) -> Any:
    """Combine the items of a list, a table or an array one after the other into one result.

    The first input of the body takes the result so far, the second one the item; the first output is the new result.

    Parameters
    ----------
    body
        The subgraph that combines.

    Returns
    -------
    out
        The result after the last item.
    """
    _not_planned()


_BLOCKS: Mapping[Kind, Any] = {"for_each": for_each, "repeat": repeat, "while": while_, "reduce": reduce}
_OUTPUTS = {"for_each": _gathered, "repeat": _final, "while": _final, "reduce": _accumulated}
