"""Evaluation in tiles gives what the steps give one after another, bit for bit, whatever the arrays are like."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shtairir.block.elementwise import Kernel, Reduction, Ufunc
from shtairir.execute import sweep
from shtairir.execute.blocked import Evaluated, evaluate
from shtairir.execute.chain import Chain, Step, UnusualError
from shtairir.execute.sweep import assign

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(5)


class Desk:
    """A workspace with threads of its own, which writes down what it is told."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self.lent: list[tuple[int | None, Array]] = []
        self.fractions: list[float] = []
        self.troubles: list[tuple[int, str]] = []

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any], step: int | None) -> Array:
        array = np.empty(shape, dtype)
        array.view(np.uint8).fill(0xA5) if array.size and array.ndim else None
        self.lent.append((step, array))
        return array

    def together(self, work: Callable[[], None]) -> None:
        helpers = [threading.Thread(target=work) for _ in range(self.threads - 1)]
        for helper in helpers:
            helper.start()
        work()
        for helper in helpers:
            helper.join()

    def advance(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def trouble(self, step: int, kind: str) -> None:
        self.troubles.append((step, kind))


class Drawing:
    """Builds a chain: inputs are letters, results the names of their steps."""

    def __init__(self, *inputs: str) -> None:
        self.registers = {name: number for number, name in enumerate(inputs)}
        self.constants: dict[int, object] = {}
        self.steps: list[Step] = []

    def __call__(self, result: str, kernel: Any, *operands: Any, reduction: Reduction | None = None) -> Drawing:
        places = []
        for operand in operands:
            if isinstance(operand, str):
                places.append(self.registers[operand])
            else:
                places.append(self._place(f"constant {len(self.registers)}"))
                self.constants[places[-1]] = operand
        kernel = Ufunc(kernel) if isinstance(kernel, str) else kernel
        self.steps.append(Step(kernel, tuple(places), self._place(result), reduction))
        return self

    def _place(self, name: str) -> int:
        return self.registers.setdefault(name, len(self.registers))

    def chain(self) -> Chain:
        return Chain(tuple(self.steps), len(self.registers), self.constants)

    def number(self, result: str) -> int:
        return next(n for n, step in enumerate(self.steps) if step.result == self.registers[result])

    def evaluate(self, desk: Desk, wanted: str, overwritable: str = "", **inputs: Any) -> dict[str, Any]:
        done = self.evaluated(desk, wanted, overwritable, **inputs)
        return {name: done.values[self.number(name)] for name in wanted.split()}

    def evaluated(self, desk: Desk, wanted: str, overwritable: str = "", **inputs: Any) -> Evaluated:
        values = {self.registers[name]: value for name, value in inputs.items()}
        numbers = [self.number(name) for name in wanted.split()]
        places = [self.registers[name] for name in overwritable.split()]
        return evaluate(self.chain(), values, numbers, desk, places)

    def one_after_another(self, **inputs: Any) -> dict[str, Any]:
        values = {**self.constants, **{self.registers[name]: value for name, value in inputs.items()}}
        with np.errstate(all="ignore"):
            for step in self.steps:
                values[step.result] = np.asarray(step.kernel(*(values[place] for place in step.operands)))
        return {name: values[place] for name, place in self.registers.items() if place in values}


@pytest.fixture(params=[1, 3])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have many tiles, of uneven sizes, with arrays that a test can afford."""
    monkeypatch.setattr(sweep, "SMALLEST_TILE", 130)
    monkeypatch.setattr(sweep, "LARGEST_TILE", 300)


def same_bits(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


def joined() -> Drawing:
    """
    x ─ a ┬ b ─ c ┐
          └ d ────┴ e
    """
    drawing = Drawing("x")
    drawing("a", "multiply", "x", 1.5)("b", "sqrt", "a")("c", "add", "b", 2)
    return drawing("d", "negative", "a")("e", "maximum", "c", "d")


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "u1", "?", "c16", ">f8"])
def test_branches_that_join_again(desk: Desk, dtype: str) -> None:
    x = (RANDOM.random(5000) * 100).astype(dtype)
    drawing = joined()
    same_bits(drawing.evaluate(desk, "e", x=x)["e"], drawing.one_after_another(x=x)["e"])
    assert max(desk.fractions) == 1.0


def test_only_what_is_wanted_is_written_out(desk: Desk) -> None:
    x = RANDOM.random(5000)
    drawing = joined()
    made = drawing.evaluate(desk, "a e", x=x)
    expected = drawing.one_after_another(x=x)
    same_bits(made["a"], expected["a"])
    same_bits(made["e"], expected["e"])
    in_full = [step for step, array in desk.lent if array.nbytes >= x.nbytes]
    assert sorted(in_full) == [drawing.number("a"), drawing.number("e")]


@pytest.mark.parametrize("size", [0, 1, 2, 129, 300, 301, 4999])
def test_arrays_of_any_length(desk: Desk, size: int) -> None:
    x = RANDOM.random(size)
    drawing = joined()
    same_bits(drawing.evaluate(desk, "e", x=x)["e"], drawing.one_after_another(x=x)["e"])


LAYOUTS: dict[str, Callable[[], Array]] = {
    "rows": lambda: RANDOM.random((70, 33)),
    "Fortran order": lambda: np.asfortranarray(RANDOM.random((70, 33))),
    "transposed": lambda: RANDOM.random((33, 70)).T,
    "every second": lambda: RANDOM.random((140, 66))[::2, ::2],
    "reversed": lambda: RANDOM.random((70, 33))[::-1, ::-1],
    "repeated": lambda: np.broadcast_to(RANDOM.random(33), (70, 33)),
    "read-only": lambda: _read_only(RANDOM.random((70, 33))),
    "long rows": lambda: RANDOM.random((3, 1100)),
    "three axes": lambda: RANDOM.random((5, 20, 13)),
    "no elements": lambda: RANDOM.random((7, 0, 3)),
    "no axes": lambda: np.array(2.5),
    "unaligned": lambda: np.frombuffer(b"?" + RANDOM.random(1000).tobytes(), np.uint8)[1:].view(np.float64),
}


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_of_any_layout(desk: Desk, layout: str) -> None:
    x = LAYOUTS[layout]()
    before = x.tobytes()
    drawing = joined()
    made = drawing.evaluate(desk, "e", x=x)["e"]
    expected = drawing.one_after_another(x=x)["e"]
    same_bits(made, expected)
    assert made.flags.c_contiguous
    assert x.tobytes() == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((40, 50), (50,)),
        ((40, 1), (1, 50)),
        ((40, 50), ()),
        ((1,), (2000,)),
        ((2000,), (1, 2000)),
        ((3, 1, 50), (40, 1)),
        ((0, 5), (5,)),
        ((1, 1), (1,)),
    ],
)
def test_operands_of_different_shapes_are_broadcast(desk: Desk, one: tuple[int, ...], other: tuple[int, ...]) -> None:
    """
    x ─ a ┐
    y ─ b ┴ c ─ d ; d also reads a
    """
    x, y = RANDOM.random(one), RANDOM.random(other)
    drawing = Drawing("x", "y")("a", "sqrt", "x")("b", "exp", "y")("c", "add", "a", "b")("d", "multiply", "c", "a")
    made = drawing.evaluate(desk, "b d", x=x, y=y)
    expected = drawing.one_after_another(x=x, y=y)
    same_bits(made["d"], expected["d"])
    same_bits(made["b"], expected["b"])


def test_python_numbers_are_weak_and_arrays_without_axes_are_not(desk: Desk) -> None:
    x = RANDOM.random(1000).astype(np.float32)
    drawing = Drawing("x", "s")("weak", "add", "x", 1.5)("strong", "add", "x", "s")
    made = drawing.evaluate(desk, "weak strong", x=x, s=np.array(1.5))
    assert made["weak"].dtype == np.float32
    assert made["strong"].dtype == np.float64


def test_types_that_mix_are_promoted_as_numpy_does(desk: Desk) -> None:
    inputs = {
        name: (RANDOM.random(2000) * 50).astype(dtype)
        for name, dtype in zip("abcd", ["u1", "i2", "f4", "?"], strict=True)
    }
    drawing = Drawing(*"abcd")("p", "add", "a", "b")("q", "multiply", "p", "c")("r", "greater", "q", "d")
    drawing("s", "logical_and", "r", "d")("t", "add", "s", "a")
    expected = drawing.one_after_another(**inputs)
    for name, value in drawing.evaluate(desk, "p q r s t", **inputs).items():
        same_bits(value, expected[name])


@pytest.mark.parametrize("size", [1, 7, 128, 129, 1000, 4097, 20_011])
@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i4", "u1", "?", "c16"])
def test_sums_have_the_bits_of_numpy_sum(desk: Desk, size: int, dtype: str) -> None:
    x = (RANDOM.standard_normal(size) * 30).astype(dtype)
    total = Reduction(lambda a: np.add.reduce(a, axis=None), np.add, lambda value, size: np.asarray(value))
    drawing = Drawing("x")("a", "add", "x", x[:1].reshape(()))(
        "sum", lambda a: np.asarray(np.sum(a)), "a", reduction=total
    )
    with np.errstate(all="ignore"):
        done = drawing.evaluated(desk, "sum", x=x)
        same_bits(done.values[1], np.asarray(np.sum(x + x[0])))


def test_a_sum_in_tiles_writes_nothing_out(desk: Desk) -> None:
    x = RANDOM.random(5000)
    total = Reduction(lambda a: np.add.reduce(a, axis=None), np.add, lambda value, size: np.asarray(value))
    drawing = Drawing("x")("a", "add", "x", 1)("sum", np.sum, "a", reduction=total)
    assert drawing.evaluate(desk, "sum", x=x)["sum"] == np.sum(x + 1)
    assert all(step is None for step, _ in desk.lent)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "no elements"])
def test_reductions_of_any_layout(desk: Desk, layout: str) -> None:
    x = LAYOUTS[layout]()
    total = Reduction(lambda a: np.add.reduce(a, axis=None), np.add, lambda value, size: np.asarray(value))
    most = Reduction(np.max, np.maximum, lambda value, size: np.asarray(value), any_order=True)
    drawing = Drawing("x")("a", "sqrt", "x")
    drawing("sum", lambda a: np.asarray(np.sum(a)), "a", reduction=total)
    drawing("most", lambda a: np.asarray(np.max(a)), "a", reduction=most)
    drawing("plain", lambda a: np.asarray(np.sum(a)), "x", reduction=total)
    with np.errstate(all="ignore"):
        root = np.empty(x.shape)
        np.sqrt(x, out=root)  # as a block does: into a buffer in C order
        made = drawing.evaluate(desk, "sum most plain", x=x)
        same_bits(made["sum"], np.asarray(np.sum(root)))
        same_bits(made["most"], np.asarray(np.max(root)))
        same_bits(made["plain"], np.asarray(np.sum(x)))


@pytest.mark.parametrize(
    "value",
    [
        np.array(["a", "b"]),
        np.array([1, None], dtype=object),
        np.zeros(3, dtype=[("x", "f8")]),
        np.array(["2024-01-01"], dtype="M8[D]"),
        np.ma.masked_array([1.0, 2.0], [True, False]),
        [1.0, 2.0],
    ],
)
def test_what_is_no_plain_array_of_numbers_is_left_to_the_blocks(desk: Desk, value: Any) -> None:
    with pytest.raises(UnusualError):
        joined().evaluate(desk, "e", x=value)


def test_a_memory_mapped_array_is_read_as_any_other(desk: Desk, tmp_path: Any) -> None:
    np.save(tmp_path / "x.npy", RANDOM.random(3000))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    same_bits(joined().evaluate(desk, "e", x=mapped)["e"], joined().one_after_another(x=np.asarray(mapped))["e"])


def test_arithmetic_that_goes_wrong_is_told_once_for_each_step(desk: Desk) -> None:
    x = np.linspace(-1, 1, 5000)
    drawing = Drawing("x")("a", "sqrt", "x")("b", "divide", "x", 0)("c", "add", "a", "b")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing.evaluate(desk, "c", x=x)
    assert sorted(desk.troubles) == [(0, "invalid value"), (1, "divide by zero"), (1, "invalid value")] or sorted(
        desk.troubles
    ) == [(0, "invalid value"), (1, "divide by zero")]


def test_what_a_kernel_raises_in_any_thread_ends_the_evaluation(desk: Desk) -> None:
    def picky(a: Any, out: Any = None) -> Any:
        if a.size and a.max() > 0.99:
            raise ValueError("too much")
        return np.add(a, 0, out=out)

    with pytest.raises(ValueError, match="too much"):
        Drawing("x")("a", "add", "x", 0)("b", picky, "a").evaluate(desk, "b", x=np.linspace(0, 1, 9000))


def test_a_kernel_that_makes_an_array_of_its_own_is_found_out(desk: Desk) -> None:
    with pytest.raises(UnusualError):
        Drawing("x")("a", lambda x, out=None: np.sqrt(x), "x").evaluate(desk, "a", x=RANDOM.random(900))


def test_what_the_report_raises_ends_the_evaluation(desk: Desk) -> None:
    class Stopped(Exception):
        pass

    def advance(fraction: float) -> None:
        raise Stopped

    desk.advance = advance  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        joined().evaluate(desk, "e", x=RANDOM.random(100_000))


def test_shapes_that_do_not_fit_are_refused_before_anything_is_written(desk: Desk) -> None:
    drawing = Drawing("x", "y")("a", "add", "x", "y")
    with pytest.raises(ValueError, match="broadcast"):
        drawing.evaluate(desk, "a", x=np.ones(3), y=np.ones(4))
    assert desk.lent == []


class TestOverwriting:
    def test_a_result_takes_the_place_of_an_input_that_nobody_else_needs(self, desk: Desk) -> None:
        x = RANDOM.random(5000)
        expected = joined().one_after_another(x=x)["e"]
        made = joined().evaluate(desk, "e", overwritable="x", x=x)["e"]
        same_bits(made, expected)
        assert made is x

    @pytest.mark.parametrize("why", ["other type", "read after", "read-only", "strided", "kernel that may not"])
    def test_an_input_stays_as_it_is_where_that_would_go_wrong(self, desk: Desk, why: str) -> None:
        x = RANDOM.random(5000)
        drawing = Drawing("x")("a", "sqrt", "x")
        wanted = "a"
        if why == "other type":
            drawing = Drawing("x")("a", "greater", "x", 0.5)
        elif why == "read after":
            drawing("b", "greater", "x", "a")
            wanted = "a b"
        elif why == "read-only":
            x.flags.writeable = False
        elif why == "strided":
            x = x[::2]
        else:
            drawing = Drawing("x")("a", lambda x, out=None: np.sqrt(x, out=out), "x")
        before = x.copy()
        expected = drawing.one_after_another(x=x)
        for name, value in drawing.evaluate(desk, wanted, overwritable="x", x=x).items():
            same_bits(value, expected[name])
        same_bits(np.ascontiguousarray(x), before)


class TestAssignment:
    def test_a_row_of_steps_takes_one_buffer(self) -> None:
        drawing = Drawing("x")("a", "sqrt", "x")("b", "add", "a", 1)("c", "square", "b")("d", "negative", "c")
        places, count = _assigned(drawing, kept="d")
        assert count == 1
        assert set(places.values()) == {0}

    def test_results_that_are_needed_at_a_time_have_buffers_of_their_own(self) -> None:
        drawing = joined()
        places, count = _assigned(drawing, kept="e")
        assert count == 2
        assert places[drawing.registers["c"]] != places[drawing.registers["d"]]

    def test_a_kernel_that_may_not_overwrite_never_gets_its_operand_for_its_result(self) -> None:
        kernel = Kernel("numpy", "sqrt")
        drawing = Drawing("x")("a", "sqrt", "x")("b", kernel, "a")("c", kernel, "b")("d", "negative", "c")
        places, count = _assigned(drawing, kept="d")
        assert count == 2
        for step in drawing.steps[1:3]:
            assert places[step.operands[0]] != places[step.result]


class TestWhereAResultIsGoingToBe:
    def test_a_row_of_steps_lies_where_its_end_will_be_and_takes_no_scratch(self) -> None:
        drawing = Drawing("x")("a", "sqrt", "x")("b", "negative", "a")("c", "add", "b", "b")
        assert _lent(drawing, kept="c") == {"b": "c", "a": "c"}

    def test_what_is_read_again_later_stays_elsewhere(self) -> None:
        """a ┬ b ┬ c
        └───┘
        """
        drawing = Drawing("x")("a", "sqrt", "x")("b", "negative", "a")("c", "add", "a", "b")
        assert _lent(drawing, kept="c") == {"a": "c"}

    def test_a_row_ends_at_a_kernel_that_may_not_overwrite_and_at_what_is_kept(self) -> None:
        drawing = Drawing("x")("a", "sqrt", "x")("b", Kernel("numpy", "sqrt"), "a")("c", "negative", "b")
        assert _lent(drawing, kept="c") == {"b": "c"}
        assert _lent(drawing, kept="b c") == {}

    def test_of_two_branches_one_lies_there(self) -> None:
        drawing = joined()
        found = _lent(drawing, kept="e")
        assert len({"c", "d"} & found.keys()) == 1

    def test_an_input_that_is_written_over_holds_nothing_else_before(self, desk: Desk) -> None:
        drawing = Drawing("x")("a", "sqrt", "x")("b", "add", "a", "x")
        x = RANDOM.random(5000)
        expected = drawing.one_after_another(x=x.copy())["b"]
        made = drawing.evaluate(desk, "b", overwritable="x", x=x)["b"]
        assert made is x
        same_bits(made, expected)


def _lent(drawing: Drawing, kept: str) -> dict[str, str]:
    from shtairir.execute.chain import Form
    from shtairir.execute.sweep import lent

    forms = {step.result: Form((10,), np.dtype(float)) for step in drawing.steps}
    registers = [drawing.registers[name] for name in kept.split()]
    names = {register: name for name, register in drawing.registers.items()}
    return {names[one]: names[other] for one, other in lent(drawing.steps, forms, registers, registers).items()}


def _assigned(drawing: Drawing, kept: str) -> tuple[dict[int, int], int]:
    from shtairir.execute.chain import Form

    forms = {step.result: Form((10,), np.dtype(float)) for step in drawing.steps}
    return assign(drawing.steps, forms, {drawing.registers[name] for name in kept.split()})
