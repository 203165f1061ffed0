"""Random programs: subgraphs in subgraphs, branches, loops, and nodes that fail, put together without fear.

Values are numbers, lists of numbers, truths and arrays. In a definition nothing is left unread, not even an input: what
is left over is added up for its output. So what runs follows from what is asked for, and a reference needs no other
rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

import shtairir
from shtairir.block import Array, Context, block
from shtairir.block.expression import compile_expression

NUMBER, LIST, TRUTH, ARRAY = "float", "list[float]", "bool", "array"
KINDS = (NUMBER, NUMBER, NUMBER, LIST, LIST, TRUTH, ARRAY)
CONSTANTS = (0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.5)
CONDITIONS = ("a > 0", "a < b", "a + b >= 1 or a == 2", "not (a > b)", "abs(a) <= 2")
ON_ERROR = ("stop", "stop", "skip", "skip", "collect")


@block(category="Test")
def below_five(x: float) -> float:
    """Return a number that is less than five, and refuse any other."""
    if not x < 5:
        raise ValueError(f"{x} is too large")
    return x


@block(category="Test")
def spread(x: float, y: float) -> list[float]:
    """Return up to four numbers, by two others."""
    return [x + step * y for step in range(int(abs(x) * 7) % 5)]


@block(category="Test")
def longest(items: list[float]) -> float:
    """Return a number that stands for a list."""
    return float(len(items)) + max(items, default=0.5)


@block(category="Test")
def ramp(context: Context, x: float) -> Array:
    """Return an array whose numbers begin with one."""
    array = context.empty(3000)
    array[:] = np.arange(3000.0)
    array += x
    return array


@block(category="Test")
def peak(array: Array) -> float:
    """Return the first number of an array."""
    return float(array[0])


@block(category="Test", inplace=("array",))
def raised(array: Array) -> Array:
    """Add one to an array, in its memory."""
    array += 1
    return array


@dataclass
class Definition:
    """What can be placed, or repeated.

    Attributes
    ----------
    inputs
        Kinds by name.
    outputs
        Kinds by name.
    """

    name: str
    inputs: dict[str, str]
    outputs: dict[str, str]


@dataclass
class _Scope:
    """A graph in the making, and what is in it that has a value."""

    draw: st.DrawFn
    root: shtairir.Graph
    graph: shtairir.Graph
    known: list[Definition]
    ports: dict[str, list[Any]] = field(default_factory=lambda: {kind: [] for kind in set(KINDS)})
    unread: dict[Any, str] = field(default_factory=dict)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def offer(self, port: Any, kind: str) -> None:
        self.ports[kind].append(port)
        self.unread[port] = kind

    def any(self, kind: str) -> Any:
        """Return an output of a kind, more often a late one; make one if there is none."""
        if not self.ports[kind]:
            self.make(kind)
        ports = self.ports[kind]
        port = ports[-1] if self.draw(st.booleans()) else self.draw(st.sampled_from(ports))
        self.unread.pop(port, None)
        return port

    def make(self, kind: str) -> None:
        """Add a node that gives a value of a kind."""
        if kind == NUMBER:
            self.offer(self.graph.add("math.number", value=self.one_of(*CONSTANTS))["out"], NUMBER)
        elif kind == LIST:
            self.offer(self.graph.add(spread, x=self.any(NUMBER), y=self.any(NUMBER))["out"], LIST)
        elif kind == TRUTH:
            operator = self.one_of("<", ">=", "==")
            node = self.graph.add("logic.compare", a=self.any(NUMBER), b=self.any(NUMBER), operator=operator)
            self.offer(node["out"], TRUTH)
        else:
            self.offer(self.graph.add(ramp, x=self.any(NUMBER))["out"], ARRAY)

    # --- nodes ------------------------------------------------------------------------------------------------

    def add_something(self) -> None:
        ways = [self._arithmetic, self._arithmetic, self._fragile, self._array, self._if, self._switch, self._try]
        ways += [self._gate, self._total]
        if self.known:
            ways += [self._instance, self._for_each, self._for_each, self._repeat, self._while, self._reduce]
        self.draw(st.sampled_from(ways))()

    def _arithmetic(self) -> None:
        name = self.one_of("add", "subtract", "multiply", "divide", "min", "max")
        self.offer(self.graph.add(f"math.{name}", a=self.any(NUMBER), b=self.any(NUMBER))["out"], NUMBER)

    def _fragile(self) -> None:
        self.offer(self.graph.add(below_five, x=self.any(NUMBER))["out"], NUMBER)

    def _total(self) -> None:
        self.offer(self.graph.add(longest, items=self.any(LIST))["out"], NUMBER)

    def _array(self) -> None:
        which = self.one_of("make", "add", "multiply", "raise", "peak")
        if which == "make":
            self.make(ARRAY)
        elif which == "peak":
            self.offer(self.graph.add(peak, array=self.any(ARRAY))["out"], NUMBER)
        elif which == "raise":
            self.offer(self.graph.add(raised, array=self.any(ARRAY))["out"], ARRAY)
        else:
            other = self.any(self.one_of(ARRAY, NUMBER))
            self.offer(self.graph.add(f"array.{which}", x1=self.any(ARRAY), x2=other)["out"], ARRAY)

    def _if(self) -> None:
        kind = self.one_of(NUMBER, NUMBER, LIST, ARRAY)
        branches = {"then": self.any(kind), "otherwise": self.any(kind)}
        if self.draw(st.booleans()):
            node = self.graph.add("flow.if", condition=self.any(TRUTH), **branches)
        else:
            condition = self.one_of(*CONDITIONS)
            names = {name: self.any(NUMBER) for name in compile_expression(condition).names}
            node = self.graph.add("flow.if", values={"expression": condition}, **names, **branches)
        self.offer(node["out"], kind)

    def _switch(self) -> None:
        kind = self.one_of(NUMBER, LIST)
        choice = self.one_of("low", "high", "other", 0, 1)
        default = {"default": self.any(kind)} if self.draw(st.booleans()) else {}
        cases = {"low": self.any(kind), "high": self.any(kind)}
        node = self.graph.add("flow.switch", values={"cases": "low, high", "choice": choice}, **cases, **default)
        self.offer(node["out"], kind)

    def _try(self) -> None:
        kind = self.one_of(NUMBER, NUMBER, LIST, ARRAY)
        node = self.graph.add("flow.try", value=self.any(kind), fallback=self.any(kind))
        self.offer(node["out"], kind)
        if self.draw(st.booleans()):
            self.offer(node["failed"], TRUTH)

    def _gate(self) -> None:
        after = self.any(self.one_of(*KINDS))
        self.offer(self.graph.add("flow.gate", value=self.any(NUMBER), after=after)["out"], NUMBER)

    # --- what stands for definitions --------------------------------------------------------------------------

    def _known(self, *wanted: str) -> Definition | None:
        found = [each for each in self.known if each.name.startswith(wanted)]
        return self.draw(st.sampled_from(found)) if found else None

    def _links(self, definition: Definition, but: tuple[str, ...] = ()) -> dict[str, Any]:
        return {name: self.any(kind) for name, kind in definition.inputs.items() if name not in but}

    def _instance(self) -> None:
        definition = self._known("plain")
        if definition is not None:
            node = self.graph.add(f"subgraph.{definition.name}", **self._links(definition))
            self._offer_all(node, definition.outputs)

    def _offer_all(self, node: Any, outputs: dict[str, str]) -> None:
        for name, kind in outputs.items():
            self.offer(node[name], kind)

    def _for_each(self) -> None:
        definition = self._known("plain", "each")
        if definition is None or NUMBER not in definition.inputs.values():
            return
        over = next(name for name, kind in definition.inputs.items() if kind == NUMBER)
        links = {over: self.any(LIST), **self._links(definition, (over, "index"))}
        kinds = definition.outputs.values()
        joined = LIST in kinds and (NUMBER not in kinds or self.draw(st.booleans()))
        values = {
            "body": definition.name,
            "over": over,
            "on_error": self.one_of(*ON_ERROR),
            "gather": "concat" if joined else "list",
            "parallel": self.draw(st.booleans()),
        }
        node = self.graph.add("flow.for_each", values=values, **links)
        for name, kind in definition.outputs.items():
            if kind == NUMBER or (kind == LIST and joined):
                self.offer(node[name], LIST)

    def _repeat(self) -> None:
        definition = self._known("step")
        if definition is not None:
            until = self.one_of("", "s > 3", "turn >= 2", "s == s and turn == 1")
            values = {"body": definition.name, "times": self.one_of(1, 2, 3), "until": until}
            node = self.graph.add("flow.repeat", values=values, **self._links(definition))
            self._offer_all(node, {name: kind for name, kind in definition.outputs.items() if name != "stop"})

    def _while(self) -> None:
        definition = self._known("step")
        if definition is not None:
            condition = self.one_of("turn < 3", "s < 4", "s < 4 and turn < 2", "s > 0 and turn < 3")
            values = {"body": definition.name, "condition": condition, "limit": 4}
            node = self.graph.add("flow.while", values=values, **self._links(definition))
            self.offer(node["s"], NUMBER)
            if definition.inputs.get("t") == ARRAY:
                self.offer(node["t"], ARRAY)

    def _reduce(self) -> None:
        definition = self._known("fold")
        if definition is not None:
            rest = self._links(definition, ("so_far", "item"))
            items, initial = self.any(LIST), self.any(NUMBER)
            node = self.graph.add("flow.reduce", values={"body": definition.name}, items=items, initial=initial, **rest)
            self.offer(node["so_far"], NUMBER)

    # --- the end of a definition ------------------------------------------------------------------------------

    def rest(self) -> Any:
        """Return a number for which everything is needed that nobody reads yet."""
        while True:
            left = list(self.unread.items())
            if len(left) == 1 and left[0][1] == NUMBER:
                return left[0][0]
            if not left:
                return self.any(NUMBER)
            numbers = [self._as_number(port, kind) for port, kind in left]
            total = numbers[0]
            for number in numbers[1:]:
                total = self.graph.add("math.add", a=total, b=number)["out"]
            self.unread.clear()
            self.unread[total] = NUMBER

    def _as_number(self, port: Any, kind: str) -> Any:
        if kind == LIST:
            return self.graph.add(longest, items=port)["out"]
        if kind == ARRAY:
            return self.graph.add(peak, array=port)["out"]
        if kind == TRUTH:
            return self.graph.add("logic.select", condition=port, if_true=1.0, if_false=0.0)["out"]
        return port


def _definition(draw: st.DrawFn, root: shtairir.Graph, known: list[Definition], number: int) -> Definition:
    """Draw a definition of one of the sorts that instances and loops ask for."""
    sort = draw(st.sampled_from(("plain", "plain", "each", "step", "fold")))
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    if sort == "step":
        inputs["s"] = outputs["s"] = NUMBER
        if draw(st.booleans()):
            inputs["t"] = outputs["t"] = ARRAY
        if draw(st.booleans()):
            outputs["stop"] = TRUTH
    elif sort == "fold":
        inputs["so_far"] = inputs["item"] = outputs["so_far"] = NUMBER
    else:
        inputs["x"] = NUMBER
        outputs["y"] = draw(st.sampled_from((NUMBER, NUMBER, LIST))) if sort == "plain" else NUMBER
        if sort == "each":
            outputs["z"] = LIST
            outputs.update(dict.fromkeys(draw(st.sampled_from(((), ("keep",), ("stop",), ("keep", "stop")))), TRUTH))
            if draw(st.booleans()):
                inputs["index"] = NUMBER
    for extra in range(draw(st.integers(0, 2))):
        inputs[f"p{extra}"] = draw(st.sampled_from(KINDS))
    name = f"{sort}{number}"
    scope = _Scope(draw, root, root.add_subgraph(name), list(known))
    for each, kind in inputs.items():
        node = scope.graph.add("graph.input", id=f"in_{each}", values={"name": each, "type": kind})
        scope.offer(node["out"], kind)
    for _ in range(draw(st.integers(1, 5))):
        scope.add_something()
    sources = {each: scope.any(kind) for each, kind in outputs.items()}
    first = next(each for each, kind in outputs.items() if kind in (NUMBER, LIST))
    if scope.unread:
        rest = scope.rest()
        if outputs[first] == LIST:
            sources[first] = scope.graph.add(spread, x=rest, y=longest_of(scope, sources[first]))["out"]
        else:
            sources[first] = scope.graph.add("math.add", a=sources[first], b=rest)["out"]
    for each, kind in outputs.items():
        scope.graph.add("graph.output", id=f"out_{each}", values={"name": each, "type": kind}, value=sources[each])
    return Definition(name, inputs, outputs)


def longest_of(scope: _Scope, port: Any) -> Any:
    """Return a number that stands for a list, in a scope."""
    return scope.graph.add(longest, items=port)["out"]


@st.composite
def programs(draw: st.DrawFn) -> shtairir.Graph:
    """Draw a program."""
    root = shtairir.Graph("program")
    known: list[Definition] = []
    for number in range(draw(st.integers(1, 4))):
        known.append(_definition(draw, root, known, number))
    scope = _Scope(draw, root, root, known)
    for _ in range(draw(st.integers(2, 8))):
        scope.add_something()
    return root
