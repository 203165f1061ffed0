"""What is wrong with a policy, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shtairir.block.definition import BlockDefinition
from shtairir.block.ports import OutputPort
from shtairir.block.values import describe
from shtairir.errors import ExpressionError
from shtairir.policy.settings import NODE_SETTINGS, OF_ONE_NODE, RUN_SETTINGS, Check

_LONGEST_SHOWN = 80
_INSTEAD_OF_VALUE = "Choose 'continue', or lead the output through a Try block with something to take instead."


class Fault(NamedTuple):
    """A setting that cannot be as it is.

    Attributes
    ----------
    key
        The setting: ``retries``; of the defaults of a graph's nodes ``node.retries``.
    message
        What is wrong, as the second half of a sentence.
    fix
        What to do, as a sentence.
    """

    key: str
    message: str
    fix: str


def node_faults(raw: Mapping[str, object], definition: BlockDefinition | None = None) -> list[Fault]:
    """Return what is wrong with the policy of a node.

    Parameters
    ----------
    definition
        The node's block, to hold what names inputs or outputs against; without it these are only read.

    Examples
    --------
    >>> for fault in node_faults({"retries": -1, "time_out": 3}):
    ...     print(fault.key, fault.message, fault.fix)
    retries 'retries' cannot be the number -1. Write a whole number from 0 to 1000.
    time_out there is no setting 'time_out'. Did you mean 'timeout_s'?
    """
    faults = list(_misfits(raw, NODE_SETTINGS))
    wrong = {fault.key for fault in faults}
    if definition is not None and only_hands_on(definition):
        return faults + list(_of_passive(raw))
    if "condition" in raw and "condition" not in wrong:
        faults += _of_condition(raw["condition"], definition)
    if definition is not None and not wrong & {"fallback", "on_failure"}:
        faults += _of_fallback(raw, definition)
    if definition is not None and "worker" not in wrong:
        faults += _of_worker(raw, definition)
    return faults


def _of_passive(raw: Mapping[str, object]) -> Iterator[Fault]:
    fix = "Set it on the node that makes the value."
    for key, value in raw.items():
        if value and (key in OF_ONE_NODE or value == "fallback"):
            yield Fault(key, f"'{key}' has no effect on a node that only hands on.", fix)


def only_hands_on(definition: BlockDefinition) -> bool:
    """Whether a block makes nothing of its own: it chooses among its inputs, or is an input or output of a graph."""
    return definition.traits.lazy is not None or definition.id in ("graph.input", "graph.output")


def instance_faults(raw: Mapping[str, object]) -> list[Fault]:
    """Return what is wrong with the policy of an instance, whose settings are those of the nodes in it."""
    faults = list(_misfits(raw, NODE_SETTINGS))
    return faults + list(_of_many(raw, "in it", "Set it on a node in it."))


def graph_faults(raw: Mapping[str, object]) -> list[Fault]:
    """Return what is wrong with the policy of a graph.

    Examples
    --------
    >>> [fault.key for fault in graph_faults({"timeout_s": 0, "node": {"retries": 2, "condition": "x > 0"}})]
    ['timeout_s', 'node.condition']
    """
    faults = list(_misfits({key: value for key, value in raw.items() if key != "node"}, RUN_SETTINGS, ("node",)))
    nodes = raw.get("node", {})
    if not isinstance(nodes, Mapping):
        fix = 'Write settings, such as {"retries": 1}.'
        return [*faults, Fault("node", f"'node' cannot be {describe(nodes)}.", fix)]
    inner = [*_misfits(nodes, NODE_SETTINGS), *_of_many(nodes, "of the graph", "Set it on one node.")]
    return faults + [fault._replace(key=f"node.{fault.key}") for fault in inner]


def _misfits(raw: Mapping[str, object], checks: Mapping[str, Check], beside: tuple[str, ...] = ()) -> Iterator[Fault]:
    for key, value in raw.items():
        check = checks.get(key)
        if check is None:
            yield Fault(key, f"there is no setting '{key}'.", _meant(key, (*checks, *beside)))
        elif wanted := check(value):
            yield Fault(key, f"'{key}' cannot be {describe(value)}.", f"Write {wanted}.")


def _meant(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # only where something is wrong

    match = get_close_matches(key, known, n=1)
    return f"Did you mean '{match[0]}'?" if match else f"Remove it; there are {', '.join(known)}."


def _of_many(raw: Mapping[str, object], where: str, fix: str) -> Iterator[Fault]:
    """Yield what has no meaning for many nodes at once."""
    for key in raw:
        if key in OF_ONE_NODE:
            yield Fault(key, f"'{key}' names inputs or outputs, which differ among the nodes {where}.", fix)
    if raw.get("on_failure") == "fallback":
        yield Fault("on_failure", f"'on_failure' is 'fallback', but nodes {where} have different outputs.", fix)


def _of_condition(condition: object, definition: BlockDefinition | None) -> Iterator[Fault]:
    from shtairir.block.expression import compile_expression  # of most graphs no node has one

    if condition is None:
        return
    try:
        expression = compile_expression(str(condition))
    except ExpressionError as error:
        where = f" (at character {error.column})" if error.column else ""
        text = str(condition)
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        yield Fault("condition", f"the condition '{shown}' cannot be read{where}: {error.message}", error.hint)
        return
    inputs = [str(port.name) for port in definition.inputs] if definition is not None else expression.names
    for name in expression.names:
        if name not in inputs:
            listed = ", ".join(inputs)
            fix = f"Its inputs are: {listed}." if listed else "The block has none: choose with an If block instead."
            yield Fault("condition", f"the condition '{condition}' names '{name}', which is no input.", fix)


def _of_fallback(raw: Mapping[str, object], definition: BlockDefinition) -> Iterator[Fault]:
    given = raw.get("fallback", {})
    assert isinstance(given, Mapping)  # it was looked at
    names = [str(port.name) for port in definition.outputs]
    for name in given:
        if name not in names:
            fix = f"Its outputs are: {', '.join(names)}." if names else "Remove it: the block has no outputs."
            yield Fault("fallback", f"there is a fallback value for '{name}', which is no output.", fix)
    for port in definition.outputs:
        if port.name in given and (why := _refusal(port, given[port.name])):
            yield Fault("fallback", f"the fallback value of '{port.name}' does not fit: {why}", "Set another value.")
    if raw.get("on_failure") != "fallback":
        return
    if not names:
        yield Fault("on_failure", "'on_failure' is 'fallback', but the block has no outputs.", "Choose 'continue'.")
    for port in definition.outputs:
        if port.name not in given:
            kind = port.type.name
            fix = f"Set one, of type {kind}." if _can_be_written(port) else _INSTEAD_OF_VALUE
            yield Fault("fallback", f"there is no fallback value for the output '{port.name}'.", fix)


def _refusal(port: OutputPort, value: object) -> str:
    try:
        port.type.parse(value)
    except Exception as error:  # noqa: BLE001 - a pack's own type may raise anything; validation never does
        return str(error) or type(error).__name__
    return ""


def _can_be_written(port: OutputPort) -> bool:
    return port.type.editable or port.type.family == "any"


def _of_worker(raw: Mapping[str, object], definition: BlockDefinition) -> Iterator[Fault]:
    worker, kind = raw.get("worker", "auto"), definition.traits.runs_on
    if worker == "async" and kind != "async":
        yield Fault("worker", "'worker' is 'async', but the function of the block is not.", "Choose another worker.")
    if worker in ("thread", "process") and kind == "async":
        yield Fault("worker", f"'worker' is '{worker}', but the block is an async function.", "Choose 'auto'.")
