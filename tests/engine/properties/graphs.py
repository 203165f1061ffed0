"""Random graphs of the blocks of the library, such as a person might draw who knows no fear."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from shtairir.block import Array, Image, block
from shtairir.document import Graph
from tests.engine.properties.inputs import arrays

UNARY = (
    "sqrt", "square", "exp", "log", "log10", "sin", "cos", "tanh", "absolute", "negative", "floor", "ceil",
    "isfinite", "logical_not",
)  # fmt: skip
BINARY = (
    "add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum", "arctan2", "greater",
    "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or",
)  # fmt: skip
REDUCTIONS = ("sum", "prod", "mean", "median", "std", "min", "max", "argmin", "argmax", "any", "all")
SCALARS = (0, 1, -2, 3, 0.0, 0.5, -1.5, 2.0, 1e6)


class Sample(NamedTuple):
    """A graph, and the arrays that it was given."""

    graph: Graph
    given: list[Any]


@dataclass
class _Drawing:
    """A graph in the making, and the outputs in it by what they may feed."""

    draw: st.DrawFn
    graph: Graph
    given: list[Any] = field(default_factory=list)
    arrays: list[Any] = field(default_factory=list)
    numbers: list[Any] = field(default_factory=list)
    truths: list[Any] = field(default_factory=list)
    images: list[Any] = field(default_factory=list)
    tables: list[Any] = field(default_factory=list)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def recent(self, ports: list[Any]) -> Any:
        """Draw an output, more often a late one, so that graphs grow deep as well as wide."""
        return ports[-1] if self.draw(st.booleans()) else self.draw(st.sampled_from(ports))

    def add(self, block_id: str, **values: Any) -> Any:
        return self.graph.add(block_id, **values)

    def operand(self) -> Any:
        choices = [self.one_of(*SCALARS), self.recent(self.arrays), self.recent(self.arrays)]
        if self.numbers:
            choices.append(self.recent(self.numbers))
        return self.draw(st.sampled_from(choices))


def _unary(d: _Drawing) -> None:
    d.arrays.append(d.add(f"array.{d.one_of(*UNARY)}", x=d.recent(d.arrays))["out"])


def _binary(d: _Drawing) -> None:
    one, two = d.recent(d.arrays), d.operand()
    if d.draw(st.booleans()):
        one, two = two, one
    d.arrays.append(d.add(f"array.{d.one_of(*BINARY)}", x1=one, x2=two)["out"])


def _where(d: _Drawing) -> None:
    d.arrays.append(d.add("array.where", condition=d.recent(d.arrays), x=d.operand(), y=d.operand())["out"])


def _clip(d: _Drawing) -> None:
    low, high = d.one_of((None, 1.0), (-1, 2), (0.5, None), (None, None))
    limits = {name: value for name, value in (("a_min", low), ("a_max", high)) if value is not None}
    d.arrays.append(d.add("array.clip", a=d.recent(d.arrays), **limits)["out"])


def _round(d: _Drawing) -> None:
    d.arrays.append(d.add("array.round", a=d.recent(d.arrays), decimals=d.one_of(0, 1, -1))["out"])


def _reduce(d: _Drawing) -> None:
    name = d.one_of(*REDUCTIONS)
    node = d.add(f"array.{name}", a=d.recent(d.arrays), axis=d.one_of(None, None, 0, -1, 1))
    if name in ("sum", "prod", "mean", "median", "min", "max"):
        # An array, if an axis was left; then the number's reader refuses it, in the same way at every level.
        d.numbers.append(node["out"])


def _arrange(d: _Drawing) -> None:
    a = d.recent(d.arrays)
    name, values = d.one_of(
        ("array.slice", {"start": 1}),
        ("array.slice", {"step": 2}),
        ("array.slice", {"step": -1, "axis": -1}),
        ("array.slice", {"stop": 3, "axis": 1}),
        ("array.transpose", {}),
        ("array.reshape", {"newshape": -1}),
        ("array.reshape", {"newshape": [2, -1]}),
        ("array.flatten", {}),
        ("array.astype", {"dtype": d.one_of("float32", "float64", "int32", "uint8", "bool")}),
        ("array.cumsum", {}),
        ("array.sort", {}),
        ("array.sort", {"descending": True}),
    )
    d.arrays.append(d.add(name, a=a, **values)["out"])


def _combine(d: _Drawing) -> None:
    one, two = d.recent(d.arrays), d.recent(d.arrays)
    which = d.one_of("append", "take", "select")
    if which == "append":
        d.arrays.append(d.add("array.append", a=one, b=two)["out"])
    elif which == "take":
        d.add("array.take", a=one, indices=d.one_of(0, -1, 2))
    else:
        d.arrays.append(d.add("array.select", a=one, condition=two)["out"])


def _several(d: _Drawing) -> None:
    which = d.one_of("histogram", "unique", "shape")
    node = d.add(f"array.{which}", a=d.recent(d.arrays))
    if which == "histogram":
        d.arrays += [node["counts"], node["edges"]]


def _create(d: _Drawing) -> None:
    name, values = d.one_of(
        ("array.linspace", {"start": -2.0, "stop": 3.0, "num": 40_000}),
        ("array.arange", {"start": 0, "stop": 7}),
        ("array.zeros", {"shape": [5, 4]}),
        ("array.ones", {"shape": 7, "dtype": "float32"}),
        ("array.full", {"shape": [5, 1], "fill_value": 2.5}),
        ("array.random", {"shape": [300, 40], "seed": 3}),
        ("array.constant", {"value": 1.5}),
    )
    d.arrays.append(d.add(name, **values)["out"])


def _number(d: _Drawing) -> None:
    if not d.numbers or d.draw(st.booleans()):
        d.numbers.append(d.add("math.number", value=d.one_of(0.0, 1.0, 2.5, -3.0))["out"])
        return
    a, b = d.recent(d.numbers), d.recent(d.numbers)
    which = d.one_of("add", "multiply", "divide", "power", "min", "negate", "clamp", "round")
    if which in ("negate", "clamp", "round"):
        node = d.add(f"math.{which}", x=a)
    elif which == "power":
        node = d.add("math.power", base=a, exponent=b)
    else:
        node = d.add(f"math.{which}", a=a, b=b)
    d.numbers.append(node["out"])


def _decide(d: _Drawing) -> None:
    if not d.numbers:
        return _number(d)
    if not d.truths or d.draw(st.booleans()):
        d.truths.append(d.add("logic.compare", a=d.recent(d.numbers), b=d.recent(d.numbers), operator="<")["out"])
        return None
    one, two = d.recent(d.arrays), d.recent(d.arrays)
    d.add("logic.select", condition=d.recent(d.truths), if_true=one, if_false=two)
    d.truths.append(d.add("logic.equal", a=one, b=two)["out"])
    return None


def _table(d: _Drawing) -> None:
    if not d.tables or d.draw(st.booleans()):
        d.tables.append(d.add("table.from_array", array=d.recent(d.arrays))["out"])
        return
    table = d.recent(d.tables)
    which = d.one_of("to_array", "head", "drop_missing", "row_count", "unique")
    node = d.add(f"table.{which}", table=table)
    if which == "to_array":
        d.arrays.append(node["out"])
    elif which != "row_count":
        d.tables.append(node["out"])


def _image(d: _Drawing) -> None:
    if not d.images:
        d.images.append(d.graph.add(picture, seed=d.one_of(1, 2))["out"])
        return
    image = d.recent(d.images)
    name, values = d.one_of(
        ("invert", {}),
        ("to_gray", {}),
        ("adjust", {"brightness": 0.1, "contrast": 1.5}),
        ("gaussian_blur", {"sigma": 1.5}),
        ("flip", {"direction": "both"}),
        ("crop", {"left": 3, "width": 20}),
    )
    d.images.append(d.add(f"image.{name}", image=image, **values)["out"])
    d.arrays.append(d.images[-1])


def _signal(d: _Drawing) -> None:
    name, values = d.one_of(("detrend", {"kind": "constant"}), ("normalize", {"method": "range"}), ("smooth", {}))
    d.arrays.append(d.add(f"signal.{name}", signal=d.recent(d.arrays), **values)["out"])


def _owned(d: _Drawing) -> None:
    node = d.graph.add(d.one_of(doubled, scaled_in_place), x=d.recent(d.arrays))
    d.arrays.append(node["out"])


@block(id="properties.picture", category="Test")
def picture(seed: int = 1) -> Image:
    """A small picture in colour."""
    return np.random.default_rng(seed).random((40, 60, 3), dtype=np.float32)


@block(id="properties.doubled", category="Test", inplace=("x",))
def doubled(x: Array) -> Array:
    """Writes into its input and hands it on."""
    x += x
    return x


@block(id="properties.scaled_in_place", category="Test", inplace=("x",))
def scaled_in_place(x: Array) -> Array:
    """Writes into its input and hands on a view of it."""
    if x.ndim:
        x[: len(x) // 2] *= 2
    return x[::2] if x.ndim else x


MIXED: tuple[Callable[[_Drawing], None], ...] = (
    _unary, _unary, _unary, _binary, _binary, _binary, _binary, _where, _clip, _round, _reduce, _reduce, _arrange,
    _arrange, _combine, _several, _create, _number, _number, _decide, _table, _image, _signal, _owned, _owned,
)  # fmt: skip
ELEMENTWISE: tuple[Callable[[_Drawing], None], ...] = (
    _unary, _unary, _unary, _binary, _binary, _binary, _where, _clip, _round, _reduce,
)  # fmt: skip


@st.composite
def samples(draw: st.DrawFn, steps: tuple[Callable[[_Drawing], None], ...] = MIXED, most: int = 14) -> Sample:
    """Draw a graph that has no problems, though its nodes may fail when it runs."""
    graph = Graph("random")
    drawing = _Drawing(draw, graph)

    @block(id="properties.given", category="Test")
    def given(which: int = 0) -> Array:
        """One of the arrays of the sample."""
        return drawing.given[which]

    for _ in range(draw(st.integers(1, 3))):
        drawing.given.append(draw(arrays()))
        drawing.arrays.append(graph.add(given, which=len(drawing.given) - 1)["out"])
    for step in draw(st.lists(st.sampled_from(steps), min_size=1, max_size=most)):
        step(drawing)
    return Sample(graph, drawing.given)


@st.composite
def crowds(draw: st.DrawFn) -> Sample:
    """Draw a graph of many nodes that each do next to nothing: deep, wide, or both; some of them fail."""
    count = draw(st.sampled_from((40, 150, 400)))
    reach = draw(st.sampled_from((1, 3, 20, 400)))
    failing = draw(st.booleans())
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    graph = Graph("crowd")
    ports: list[Any] = []
    for number in range(count):
        if len(ports) < 2 or random.random() < 0.05:
            ports.append(graph.add("math.number", value=float(random.integers(-3, 4)))["out"])
            continue
        a, b = (ports[int(each)] for each in random.integers(max(0, number - reach), number, 2))
        kind = random.choice(["add", "subtract", "multiply", "max", "negate", "clamp", "given", "divide"])
        if kind == "divide" and not failing:
            kind = "add"
        if kind == "given":
            ports.append(graph.add(sometimes, x=a)["out"])
        elif kind in ("negate", "clamp"):
            ports.append(graph.add(f"math.{kind}", x=a)["out"])
        else:
            ports.append(graph.add(f"math.{kind}", a=a, b=b)["out"])
    return Sample(graph, [])


@block(id="properties.sometimes", category="Test", pure=False)
def sometimes(x: float) -> float:
    """Takes its time for one number in eight."""
    if int(x) % 8 == 3:
        time.sleep(0.0005)
    return x + 1
