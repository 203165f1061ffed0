"""Random programs with branches, and a slow interpreter that says what must come of them.

The interpreter asks for what is wanted and goes from there to what that needs, as one would by hand: of an If it asks
for the condition first, and then for one of the inputs. It knows no plan, no tasks and no order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from shtairir import Graph, block
from shtairir.flow.branches import gate, if_, switch, try_

Value = float | str
"""A number, or the id of the node for whose failure there is none."""

calls: list[str] = []
"""The impure nodes that were called, in any order."""


@block(id="testing.effect", category="Testing", pure=False)
def effect(name: str, a: float = 0.0, b: float = 0.0) -> float:
    """Take note of the call, and add."""
    calls.append(name)
    return a + b + 1


@block(id="testing.brittle", category="Testing", pure=False)
def brittle(name: str, limit: float, a: float = 0.0, b: float = 0.0) -> float:
    """Fail when the sum is beyond a limit."""
    calls.append(name)
    if a + b > limit:
        raise ValueError(f"{a + b:g} is too much")
    return a + b


@block(id="testing.plus", category="Testing")
def plus(a: float = 0.0, b: float = 0.0, more: float = 0.0) -> float:
    """Add, without any effect: equal ones may be one."""
    return a + b + more


@dataclass(frozen=True)
class Step:
    """One node: its kind, the nodes that it reads, by number, and a number that makes it different from others."""

    kind: str
    reads: tuple[int | None, ...]
    number: int


KINDS = ("effect", "brittle", "plus", "if", "switch", "try", "gate")


@st.composite
def programs(draw: st.DrawFn) -> list[Step]:
    """Draw nodes, each of which may read those before it."""
    steps: list[Step] = []
    for number in range(draw(st.integers(2, 14))):
        kind = draw(st.sampled_from(KINDS if number else KINDS[:3]))
        count = {"if": 3, "switch": 4}.get(kind, 2)
        # Mostly near ones, so that programs get deep.
        earlier = st.integers(max(0, number - 6), max(number - 1, 0)) if number else st.none()
        required = {"if": 3, "switch": 3, "try": 2, "gate": 2}.get(kind, 0)
        reads = [draw(earlier if place < required else st.none() | earlier) for place in range(count)]
        steps.append(Step(kind, tuple(reads), draw(st.integers(0, 3))))
    return steps


@dataclass
class Expected:
    """What must come of a program.

    Attributes
    ----------
    values
        Of the nodes that are asked for: a number or, if it cannot be made, by whose fault.
    failed
        Nodes that fail themselves.
    perhaps
        Nodes that may run as well: a choice that cannot be made would need them in any case.
    """

    values: dict[int, Value] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    perhaps: set[int] = field(default_factory=set)


def interpreted(steps: list[Step]) -> Expected:
    """Return what must come of a program."""
    expected = Expected()
    read = {source for step in steps for source in step.reads}
    for number in range(len(steps)):
        if number not in read:
            _ask(number, steps, expected)
    return expected


def _ask(number: int, steps: list[Step], expected: Expected) -> Value:
    if number not in expected.values:
        expected.values[number] = _made(number, steps, expected)
    return expected.values[number]


def _made(number: int, steps: list[Step], expected: Expected) -> Value:
    step = steps[number]

    def ask(place: int) -> Value | None:
        source = step.reads[place]
        return None if source is None else _ask(source, steps, expected)

    if step.kind == "if":
        condition = ask(0)
        if isinstance(condition, str):
            return _undecided(condition, step.reads[1:], steps, expected)
        return _handed(ask(1 if _holds(condition or 0.0, step) else 2))
    if step.kind == "switch":
        choice = ask(0)
        if isinstance(choice, str):
            return _undecided(choice, step.reads[1:], steps, expected)
        case = min(int(choice or 0.0) % 4, 2)
        if case == 2 and step.reads[3] is None:
            expected.failed.add(number)
            return _undecided(name_of(number), step.reads[1:], steps, expected)
        return _handed(ask(case + 1))
    if step.kind == "try":
        value = ask(0)
        return _handed(ask(1)) if isinstance(value, str) else _handed(value)
    given = [ask(0), ask(1)]  # both are asked for, even if the first is not to be had
    lost = [value for value in given if isinstance(value, str)]
    if lost:
        return lost[0]
    a, b = (value or 0.0 for value in given)
    assert isinstance(a, float)
    assert isinstance(b, float)
    if step.kind == "gate":
        return a
    if step.kind == "plus":
        return a + b + step.number
    expected.called.append(name_of(number))
    if step.kind == "brittle" and a + b > step.number:
        expected.failed.add(number)
        return name_of(number)
    return a + b + (step.kind == "effect")


def _undecided(culprit: str, options: tuple[int | None, ...], steps: list[Step], expected: Expected) -> str:
    """Take note of what every option would need, and return by whose fault none is chosen."""
    needed = []
    for option in options:
        tried = Expected(dict(expected.values), set(expected.failed), [])
        if option is not None:
            _ask(option, steps, tried)
        needed.append(tried.values.keys() - expected.values.keys())
    expected.perhaps |= set.intersection(*map(set, needed))
    return culprit


def _handed(value: Value | None) -> Value:
    return 0.0 if value is None else value


def _holds(condition: float, step: Step) -> bool:
    return condition % 2 < 1 if step.number % 2 else condition > 2


def name_of(number: int) -> str:
    """Return the id of a node; not in the order of the numbers."""
    return f"n{(number * 7 + 3) % 997}"


@block(id="testing.number", category="Testing")
def number_of(value: object = None) -> float:
    """Return a number, 0 for nothing."""
    return 0.0 if value is None else float(value)  # type: ignore[arg-type]


_ADDS: dict[str, Callable[..., float]] = {"effect": effect, "brittle": brittle, "plus": plus}


def graph_of(steps: list[Step], seed: int = 0) -> Graph:
    """Return the graph of a program, its nodes in any order."""
    graph = Graph("random")
    order = list(range(len(steps)))
    random.Random(seed).shuffle(order)
    for number in order:
        step, id = steps[number], name_of(number)
        if step.kind in _ADDS:
            own = {"effect": {"name": id}, "brittle": {"name": id, "limit": step.number}, "plus": {"more": step.number}}
            graph.add(_ADDS[step.kind], id=id, **own[step.kind])
        elif step.kind == "if":
            graph.add(if_, id=id, expression="c % 2 < 1" if step.number % 2 else "c > 2")
        elif step.kind == "switch":
            graph.add(switch, id=id, cases="a, b")
            graph.add(_CHOICE, id=f"{id}_choice")
            graph.link(f"{id}_choice.out", f"{id}.choice")
        else:
            graph.add({"try": try_, "gate": gate}[step.kind], id=id)
    ports = {
        "if": ("c", "then", "otherwise"),
        "switch": ("choice", "a", "b", "default"),
        "try": ("value", "fallback"),
        "gate": ("value", "after"),
    }
    for number in order:
        step, id = steps[number], name_of(number)
        for source, port in zip(step.reads, ports.get(step.kind, ("a", "b")), strict=True):
            if source is not None:
                target = f"{id}_choice.x" if port == "choice" else f"{id}.{port}"
                graph.link(f"{name_of(source)}.out", target)
    return graph


@block(id="testing.choice", category="Testing", pure=False)
def _CHOICE(x: float) -> int:
    """Return the number of a case, or none that there is."""
    return int(x) % 4
