"""What a loop does with the inputs and outputs of its body: which it iterates, carries, passes on, hands out.

Read from a loop node's values and the body's interface. The definition of the node, its plan and its execution all go
by this one reading.

Glossary
--------
port
    An input of the loop node. It has the name of the body's input that it feeds, unless the loop has a port of its own
    of that name: then it is numbered, ``axis_2``.
iterated
    An input of the body that gets another item in each iteration.
carried
    An input that gets, from the second turn on, what the output of the same name was in the turn before: the state.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shtairir.block.compatibility import compatibility
from shtairir.block.interface import Interface
from shtairir.block.loops import LOOPS, Kind
from shtairir.errors import BlockError

__all__ = ["INDEX", "KEEP", "LOOPS", "STOP", "TURN", "Kind", "LoopShape", "loop_shape"]

INDEX = "index"
"""An input of the body that gets the number of the iteration, unless it is linked or set."""

TURN = "turn"
"""What conditions call the number of turns that were taken."""

KEEP = "keep"
STOP = "stop"


@dataclass(frozen=True, slots=True)
class LoopShape:
    """How a loop and its body are joined.

    Attributes
    ----------
    ports
        The loop's ports by the body's inputs.
    iterated, carried
        Inputs of the body. For ``reduce``, the accumulator is carried, from the body's first output.
    numbered
        Whether the loop gives the number of the iteration.
    outputs
        The body's outputs that the loop hands out, under the same names.
    controls
        The body's outputs that steer the loop: `KEEP` and `STOP`.
    """

    kind: Kind
    body: str
    ports: Mapping[str, str]
    iterated: tuple[str, ...]
    carried: tuple[str, ...]
    numbered: bool
    outputs: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def accumulated(self) -> str:
        """Of a reduction, the output that becomes the accumulator."""
        return self.outputs[0]


def loop_shape(kind: Kind, values: Mapping[str, Any], interface: Interface, own: Collection[str]) -> LoopShape:
    """Return how a loop and its body are joined.

    Parameters
    ----------
    values
        Those of the loop's node.
    own
        Names of the loop's own ports.

    Raises
    ------
    BlockError
        When the body does not suit the loop; the sentence says why.
    """
    names = [port.name for port in interface.inputs]
    produced = [port.name for port in interface.outputs]
    body = str(values.get("body", ""))
    iterated: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    if kind == "for_each":
        iterated, controls = _iterated(values, names, body), (KEEP, STOP)
    elif kind == "reduce":
        iterated, carried = _reduced(interface, body)
    else:
        controls = (STOP,)
        carried = tuple(name for name in names if name in produced and name not in controls)
        for name in carried:
            _check_carried(interface, name, name, body)
    given = {iterated[0]: "items", carried[0]: "initial"} if kind == "reduce" else {}
    return LoopShape(
        kind,
        body,
        given | _numbered([name for name in names if name not in given], [*own, *given.values()]),
        iterated,
        carried,
        INDEX in names and INDEX not in (*iterated, *carried),
        tuple(name for name in produced if name not in controls),
        tuple(name for name in produced if name in controls),
    )


def _iterated(values: Mapping[str, Any], names: list[Any], body: str) -> tuple[str, ...]:
    if not names:
        raise BlockError(f"'{body}' has no input to iterate over.", hint="Give it an input, with graph.input.")
    asked = str(values.get("over") or "").split(",")
    wanted = tuple(dict.fromkeys(name.strip() for name in asked if name.strip()))
    for name in wanted:
        if name not in names:
            raise BlockError(
                f"'over' names '{name}', but '{body}' has no such input.", hint=f"It has: {', '.join(names)}."
            )
    return wanted or (next((name for name in names if name != INDEX), names[0]),)


def _reduced(interface: Interface, body: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(interface.inputs) < 2 or not interface.outputs:
        raise BlockError(
            f"'{body}' cannot reduce: it has {len(interface.inputs)} inputs and {len(interface.outputs)} outputs.",
            hint="The first input takes the result so far, the second the item; the first output is the new result.",
        )
    accumulator, item = interface.inputs[0].name, interface.inputs[1].name
    _check_carried(interface, interface.outputs[0].name, accumulator, body)
    return (item,), (accumulator,)


def _check_carried(interface: Interface, output: str, input: str, body: str) -> None:
    source, target = interface.output(output), interface.input(input)
    assert source is not None  # both were found by their names
    assert target is not None
    found = compatibility(source.type, target.type)
    if not found.ok:
        raise BlockError(f"The output '{output}' of '{body}' cannot be its input in the next turn: {found.reason}")


def _numbered(names: list[Any], own: Collection[str]) -> dict[str, str]:
    """Return the name of the port for each input of the body."""
    taken, ports = set(own), {}
    for name in names:
        port, number = name, 1
        while port in taken:
            number += 1
            port = f"{name}_{number}"
        taken.add(port)
        ports[name] = port
    return ports
