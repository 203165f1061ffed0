"""Random programs with branches, and a slow interpreter that says what must come of them.

The interpreter asks for what is wanted and goes from there to what that needs, as one would by hand: of an If it asks
for the condition first, and then for one of the inputs. It knows no plan, no tasks and no order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

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


class Interpreter:
    """Says what must come of a program.

    Parameters
    ----------
    unit
        Nodes that are put into an instance. What nobody reads in it is done when any output of it is asked for from
        outside; if none is ever read there, it is wanted for itself.
    """

    def __init__(self, steps: list[Step], unit: Collection[int] = ()) -> None:
        self.steps = steps
        self.unit = unit
        self.expected = Expected()
        readers: list[list[int]] = [[] for _ in steps]
        for number, step in enumerate(steps):
            for source in step.reads:
                if source is not None:
                    readers[source].append(number)
        is_read = any(reader not in unit for number in unit for reader in readers[number])
        sinks = [number for number, found in enumerate(readers) if not found]
        self.besides = [number for number in sinks if number in unit and is_read]
        self.roots = [number for number in sinks if number not in self.besides]

    def run(self) -> Expected:
        """Ask for all that is wanted."""
        for number in self.roots:
            self._ask(number)
        return self.expected

    def _ask(self, number: int, reader: int | None = None) -> Value:
        values = self.expected.values
        if number not in values:
            values[number] = self._made(number)
        if number in self.unit and reader is not None and reader not in self.unit:
            for other in self.besides:
                if other not in values:
                    values[other] = self._made(other)
        return values[number]

    def _made(self, number: int) -> Value:
        step = self.steps[number]
        if step.kind == "if":
            condition = self._read(number, 0)
            if isinstance(condition, str):
                return self._undecided(number, condition)
            return _handed(self._read(number, 1 if _holds(condition or 0.0, step) else 2))
        if step.kind == "switch":
            choice = self._read(number, 0)
            if isinstance(choice, str):
                return self._undecided(number, choice)
            case = min(int(choice or 0.0) % 4, 2)
            if case == 2 and step.reads[3] is None:
                self.expected.failed.add(number)
                return self._undecided(number, name_of(number))
            return _handed(self._read(number, case + 1))
        if step.kind == "try":
            value = self._read(number, 0)
            return _handed(self._read(number, 1)) if isinstance(value, str) else _handed(value)
        return self._called(number, step)

    def _called(self, number: int, step: Step) -> Value:
        given = [self._read(number, 0), self._read(number, 1)]  # both, even if the first is not to be had
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
        self.expected.called.append(name_of(number))
        if step.kind == "brittle" and a + b > step.number:
            self.expected.failed.add(number)
            return name_of(number)
        return a + b + (step.kind == "effect")

    def _read(self, number: int, place: int) -> Value | None:
        source = self.steps[number].reads[place]
        return None if source is None else self._ask(source, number)

    def _undecided(self, number: int, culprit: str) -> str:
        """Take note of what every option would need, and return by whose fault none is chosen."""
        expected, needed = self.expected, []
        for option in self.steps[number].reads[1:]:
            self.expected = Expected(dict(expected.values), set(expected.failed), [])
            if option is not None:
                self._ask(option, number)
            needed.append(self.expected.values.keys() - expected.values.keys())
        self.expected = expected
        expected.perhaps |= set.intersection(*map(set, needed))
        return culprit


def _handed(value: Value | None) -> Value:
    return 0.0 if value is None else value


def _holds(condition: float, step: Step) -> bool:
    return condition % 2 < 1 if step.number % 2 else condition > 2


def name_of(number: int) -> str:
    """Return the id of a node; not in the order of the numbers."""
    return f"n{(number * 7 + 3) % 997}"


@block(id="testing.case", category="Testing", pure=False)
def case_of(x: float) -> int:
    """Return the number of a case, or none that there is."""
    return int(x) % 4


_ADDS: dict[str, Callable[..., float]] = {"effect": effect, "brittle": brittle, "plus": plus}


def graph_of(steps: list[Step], seed: int = 0) -> Graph:
    """Return the graph of a program, its nodes in any order."""
    graph = Graph("random")
    order = list(range(len(steps)))
    random.Random(seed).shuffle(order)
    for number in order:
        step, id = steps[number], name_of(number)
        if step.kind in _ADDS:
            own: dict[str, dict[str, Any]] = {
                "effect": {"name": id},
                "brittle": {"name": id, "limit": step.number},
                "plus": {"more": step.number},
            }
            graph.add(_ADDS[step.kind], id=id, **own[step.kind])
        elif step.kind == "if":
            graph.add(if_, id=id, expression="c % 2 < 1" if step.number % 2 else "c > 2")
        elif step.kind == "switch":
            graph.add(switch, id=id, cases="a, b")
            graph.add(case_of, id=f"{id}_choice")
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


def ids_of(steps: list[Step], numbers: Collection[int]) -> list[str]:
    """Return the ids of all that stands for some steps in the graph of a program."""
    named = [name_of(number) for number in sorted(numbers)]
    return named + [f"{name_of(number)}_choice" for number in sorted(numbers) if steps[number].kind == "switch"]


def closed(steps: list[Step], numbers: Collection[int]) -> set[int]:
    """Return numbers with all that lies on a way between two of them."""
    before: list[set[int]] = []
    for step in steps:
        sources = {source for source in step.reads if source is not None}
        before.append(sources.union(*(before[source] for source in sources)))
    wished = {number for number in numbers if number < len(steps)}
    behind = {number for number in range(len(steps)) if not wished.isdisjoint(before[number])}
    return wished | {number for number in behind if any(number in before[other] for other in wished)}
