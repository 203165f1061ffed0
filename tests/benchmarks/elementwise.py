"""Twenty elementwise nodes over ten million numbers: a stem of six, two branches of six, and three that join them.

The input is there already and is not counted. *Peak* is the most resident memory of the whole process during a
turn, above what it had with the input and all libraries loaded: intermediate values, the result and whatever the
engine keeps from turn to turn, as the system sees it (`VmHWM`). Compilation falls in the first turn.

numba runs twice: given the lines of NumPy (``njit(parallel=True)``), and given one loop over the elements with all
steps in it, which is no longer the graph but a program written for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shtairir
from shtairir.block import Array, block
from tests.benchmarks.contest import WORKERS, Contest, Contestant, Figure, Target

Run = Callable[[], object]
Step = tuple[str, str, str, "str | float | None"]
LEVELS = ("none", "basic", "balanced", "aggressive")

STEPS: list[Step] = [
    # stem
    ("a1", "multiply", "x", 2.0),
    ("a2", "add", "a1", 1.0),
    ("a3", "multiply", "a2", "a2"),
    ("a4", "subtract", "a3", 0.5),
    ("a5", "absolute", "a4", None),
    ("a6", "sqrt", "a5", None),
    # one branch
    ("b1", "multiply", "a6", 0.5),
    ("b2", "add", "b1", 3.0),
    ("b3", "minimum", "b2", 10.0),
    ("b4", "multiply", "b3", "b3"),
    ("b5", "subtract", "b4", 1.0),
    ("b6", "negative", "b5", None),
    # the other
    ("c1", "add", "a6", 0.25),
    ("c2", "multiply", "c1", 1.5),
    ("c3", "maximum", "c2", 0.5),
    ("c4", "subtract", "c3", 2.0),
    ("c5", "square", "c4", None),
    # joined
    ("d1", "add", "b6", "c5"),
    ("d2", "multiply", "d1", 0.1),
    ("d3", "add", "d2", 1.0),
]
"""Each the name of its value, a function of NumPy's, and its one or two operands."""

_SYMBOLS = {"multiply": "{} * {}", "add": "{} + {}", "subtract": "{} - {}", "negative": "-{}", "square": "{0} * {0}"}


def given(count: int) -> Any:
    """Return the input."""
    import numpy as np

    return np.random.default_rng(7).uniform(-3, 3, count)


def warmed(way: Callable[[int], Run], count: int) -> Run:
    """Return a way for so many numbers, after it has gone through a few, so that all libraries are loaded."""
    way(1000)()
    return way(count)


def operands(step: Step) -> list[str | float]:
    """Return the operands of a step, one or two."""
    return [operand for operand in step[2:] if operand is not None]


def last_reader(steps: list[Step]) -> dict[str, str]:
    """Return for each value the step that reads it last."""
    return {operand: step[0] for step in steps for operand in operands(step) if isinstance(operand, str)}


def as_source(step: Step, call: str) -> str:
    """Return a step as an expression; ``call`` says how a function is written: ``"np.{}"``."""
    symbol = _SYMBOLS.get(step[1])
    names = [str(operand) for operand in operands(step)]
    return symbol.format(*names) if symbol else f"{call.format(step[1])}({', '.join(names)})"


# --- ours -----------------------------------------------------------------------------------------------------


def by_level(count: int, level: str, steps: list[Step] = STEPS) -> Run:
    """Return a run of our plan of blocks of the library."""
    x = given(count)

    @block(id="bench.given", category="Benchmark", pure=False)
    def source() -> Array:
        """The input."""
        return x

    graph = shtairir.Graph("elementwise")
    ports: dict[str, Any] = {"x": graph.add(source, id="x")["out"]}
    for step in steps:
        names = ("x1", "x2") if len(operands(step)) == 2 else ("x",)
        values = [ports[operand] if isinstance(operand, str) else operand for operand in operands(step)]
        ports[step[0]] = graph.add(f"array.{step[1]}", id=step[0], **dict(zip(names, values, strict=True)))["out"]
    plan = shtairir.plan(graph, level=level, workers=WORKERS)
    wanted = f"{steps[-1][0]}.out"
    return lambda: shtairir.run(plan).raise_for_status()[wanted]


# --- NumPy by hand --------------------------------------------------------------------------------------------


def by_numpy(count: int, keep: bool = False, steps: list[Step] = STEPS) -> Run:
    """Return NumPy, a line a step, either freeing each value after its last reader or keeping all."""
    import numpy as np

    x = given(count)
    last = last_reader(steps)

    def run() -> Any:
        values: dict[str, Any] = {"x": x}
        for step in steps:
            values[step[0]] = getattr(np, step[1])(*(values.get(each, each) for each in operands(step)))
            if not keep:
                for operand in {each for each in operands(step) if last.get(str(each)) == step[0]}:
                    del values[str(operand)]
        return values[steps[-1][0]]

    return run


def _with_buffers(steps: list[Step]) -> tuple[list[tuple[str, list[str | float], int]], int]:
    """Return the steps with the number of the buffer that each writes into, and how many buffers that takes."""
    last = last_reader(steps)
    idle: list[int] = []
    buffer_of: dict[str, int] = {}
    program: list[tuple[str, list[str | float], int]] = []
    for step in steps:
        name, function = step[:2]
        done = {str(each) for each in operands(step) if last.get(str(each)) == name and each != "x"}
        idle += [buffer_of[each] for each in done]
        target = idle.pop() if idle else len(set(buffer_of.values()))
        buffer_of[name] = target
        program.append((function, operands(step), target))
    return program, max(buffer_of.values()) + 1


def _evaluator(steps: list[Step]) -> tuple[Callable[..., None], int]:
    """Return a function that evaluates all steps on a piece with ``out=``, the last into a place of its own."""
    import numpy as np

    program, buffers = _with_buffers(steps)
    names = [step[0] for step in steps]

    def evaluate(x: Any, out: Any, scratch: list[Any]) -> None:
        values: dict[str | float, Any] = {"x": x}
        for number, (function, inputs, target) in enumerate(program):
            place = out if number == len(program) - 1 else scratch[target]
            getattr(np, function)(*(values.get(each, each) for each in inputs), out=place)
            values[names[number]] = place

    return evaluate, buffers


def by_out(count: int, steps: list[Step] = STEPS) -> Run:
    """Return NumPy with ``out=`` into arrays that are kept for the next turn."""
    import numpy as np

    x = given(count)
    evaluate, buffers = _evaluator(steps)
    scratch = [np.empty_like(x) for _ in range(buffers)]

    def run() -> Any:
        out = np.empty_like(x)
        evaluate(x, out, scratch)
        return out

    return run


def by_tiles(count: int, steps: list[Step] = STEPS, tile: int = 1 << 16) -> Run:
    """Return NumPy on pieces that stay in the cache, on two threads."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    x = given(count)
    evaluate, buffers = _evaluator(steps)

    def part(out: Any, first: int, last: int) -> None:
        scratch = [np.empty(tile) for _ in range(buffers)]
        for begin in range(first, last, tile):
            end = min(begin + tile, last)
            evaluate(x[begin:end], out[begin:end], [piece[: end - begin] for piece in scratch])

    def run() -> Any:
        out = np.empty_like(x)
        bounds = [count * each // WORKERS for each in range(WORKERS + 1)]
        with ThreadPoolExecutor(WORKERS) as pool:
            for each in [pool.submit(part, out, bounds[i], bounds[i + 1]) for i in range(WORKERS)]:
                each.result()
        return out

    return run


# --- peers ----------------------------------------------------------------------------------------------------


def by_numexpr(count: int, steps: list[Step] = STEPS) -> Run:
    """Return numexpr, all steps in one expression."""
    import numexpr

    numexpr.set_num_threads(WORKERS)
    x = given(count)
    texts: dict[str, str] = {"x": "x"}
    # It has no minimum of two, and sees the repeated parts of an expression by itself.
    special = {
        "absolute": "abs({})",
        "sqrt": "sqrt({})",
        "minimum": "where({0} < {1}, {0}, {1})",
        "maximum": "where({0} > {1}, {0}, {1})",
    }
    for step in steps:
        inputs = [texts[each] if isinstance(each, str) else str(each) for each in operands(step)]
        texts[step[0]] = "(" + (_SYMBOLS.get(step[1]) or special[step[1]]).format(*inputs) + ")"
    text = texts[steps[-1][0]]
    return lambda: numexpr.evaluate(text, local_dict={"x": x})


def by_numba(count: int, steps: list[Step] = STEPS) -> Run:
    """Return numba: the lines of NumPy as they are, made parallel and compiled in the first turn."""
    import numba
    import numpy as np

    numba.set_num_threads(WORKERS)
    x = given(count)
    body = "\n".join(f"    {step[0]} = np.{step[1]}({', '.join(map(str, operands(step)))})" for step in steps)
    space: dict[str, Any] = {"np": np}
    exec(f"def lines(x):\n{body}\n    return {steps[-1][0]}\n", space)
    compiled = numba.njit(parallel=True)(space["lines"])
    return lambda: compiled(x)


def by_numba_loop(count: int, steps: list[Step] = STEPS) -> Run:
    """Return numba: everything in one parallel loop, as one would write it by hand in C."""
    import numba
    import numpy as np

    numba.set_num_threads(WORKERS)
    x = given(count)
    body = "\n".join(f"        {step[0]} = {as_source(step, 'np.{}')}" for step in steps)
    head = "def loop(x_, out):\n    for i in prange(x_.size):\n        x = x_[i]"
    source = f"{head}\n{body}\n        out[i] = {steps[-1][0]}\n"
    space: dict[str, Any] = {"np": np, "prange": numba.prange}
    exec(source, space)
    compiled = numba.njit(parallel=True)(space["loop"])

    def run() -> Any:
        out = np.empty_like(x)
        compiled(x, out)
        return out

    return run


def by_dask_array(count: int, steps: list[Step] = STEPS) -> Run:
    """Return dask.array, in chunks of a million; the expression is built in each turn, which takes it little."""
    import dask.array as da

    x = given(count)

    def run() -> Any:
        values: dict[str, Any] = {"x": da.from_array(x, chunks=min(1_000_000, count), name=False)}
        for step in steps:
            values[step[0]] = getattr(da, step[1])(*(values.get(each, each) for each in operands(step)))
        return values[steps[-1][0]].compute(scheduler="threads", num_workers=WORKERS)

    return run


def by_dask_threaded(count: int, steps: list[Step] = STEPS) -> Run:
    """Return dask's threaded scheduler, a task a step."""
    import dask.threaded
    import numpy as np

    x = given(count)
    tasks: dict[str, Any] = {"x": (lambda: x,)}
    tasks |= {step[0]: (getattr(np, step[1]), *operands(step)) for step in steps}
    return lambda: dask.threaded.get(tasks, steps[-1][0], num_workers=WORKERS)


def by_graphlib(count: int, steps: list[Step] = STEPS) -> Run:
    """Return the standard library: a sorter, a pool of threads, and values dropped after their last reader."""
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
    from graphlib import TopologicalSorter

    import numpy as np

    x = given(count)
    by_name = {step[0]: step for step in steps}
    before = {step[0]: {each for each in operands(step) if isinstance(each, str) and each != "x"} for step in steps}

    def run() -> Any:
        values: dict[Any, Any] = {"x": x}
        readers = {name: sum(name in others for others in before.values()) for name in before}
        sorter = TopologicalSorter(before)
        sorter.prepare()
        with ThreadPoolExecutor(WORKERS) as pool:
            running: dict[Any, str] = {}
            while sorter.is_active():
                for name in sorter.get_ready():
                    step = by_name[name]
                    inputs = (values.get(each, each) for each in operands(step))
                    running[pool.submit(getattr(np, step[1]), *inputs)] = name
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    values[name] = future.result()
                    for other in before[name]:
                        readers[other] -= 1
                        if not readers[other]:
                            del values[other]
                    sorter.done(name)
        return values[steps[-1][0]]

    return run


def by_joblib(count: int, steps: list[Step] = STEPS) -> Run:
    """Return joblib's idiom: the array in twenty pieces, each worked through on a thread."""
    import numpy as np
    from joblib import Parallel, delayed

    x = given(count)

    def piece(part: Any, out: Any) -> None:
        values: dict[Any, Any] = {"x": part}
        for step in steps:
            values[step[0]] = getattr(np, step[1])(*(values.get(each, each) for each in operands(step)))
        out[:] = values[steps[-1][0]]

    def run() -> Any:
        out = np.empty_like(x)
        parts = zip(np.array_split(x, 20), np.array_split(out, 20), strict=True)
        Parallel(n_jobs=WORKERS, prefer="threads")(delayed(piece)(part, place) for part, place in parts)
        return out

    return run


def _step_functions(steps: list[Step]) -> str:
    """Return a function for each step, named as its value, its arguments named as their sources."""
    lines = []
    for step in steps:
        arguments = dict.fromkeys(str(each) for each in operands(step) if isinstance(each, str))
        signature = ", ".join(f"{each}: np.ndarray" for each in arguments)
        inputs = ", ".join(map(str, operands(step)))
        lines.append(f"def {step[0]}({signature}) -> np.ndarray:\n    return np.{step[1]}({inputs})\n")
    return "\n".join(lines)


def by_hamilton(count: int, steps: list[Step] = STEPS) -> Run:
    """Return Hamilton, a function a step."""
    import numpy as np

    from tests.benchmarks.peers import hamilton_driver

    x = given(count)
    driver = hamilton_driver(_step_functions(steps), {"np": np})
    return lambda: driver.execute([steps[-1][0]], inputs={"x": x})[steps[-1][0]]


def by_pipefunc(count: int, steps: list[Step] = STEPS) -> Run:
    """Return pipefunc, a function a step."""
    import numpy as np

    from tests.benchmarks.peers import pipefunc_pipeline

    x = given(count)
    space: dict[str, Any] = {"np": np}
    exec(_step_functions(steps), space)
    pipeline = pipefunc_pipeline([(step[0], space[step[0]]) for step in steps])
    return lambda: pipeline.run(steps[-1][0], kwargs={"x": x})


def contests(scale: float) -> list[Contest]:
    """Return the contest."""
    count = max(int(10_000_000 * scale), 1000)

    def entry(name: str, way: Callable[..., Run], *more: Any, needs: tuple[str, ...] = ()) -> Contestant:
        return Contestant(name, lambda: warmed(lambda size: way(size, *more), count), needs)

    return [
        Contest(
            name="elementwise",
            title=f"20 elementwise nodes with two branches that join, {count:,} float64",
            contestants=(
                *(entry(f"shtairir {level}", by_level, level) for level in LEVELS),
                entry("NumPy by tiles on two threads", by_tiles),
                entry("NumPy with out=, arrays kept", by_out),
                entry("plain NumPy, freed at once", by_numpy),
                entry("plain NumPy, all kept", by_numpy, True),
                entry("numba parallel", by_numba, needs=("numba",)),
                entry("numba, one loop by hand", by_numba_loop, needs=("numba",)),
                entry("numexpr", by_numexpr, needs=("numexpr",)),
                entry("dask.array", by_dask_array, needs=("dask",)),
                entry("dask.threaded", by_dask_threaded, needs=("dask",)),
                entry("graphlib + ThreadPoolExecutor", by_graphlib),
                entry("joblib, pieces on threads", by_joblib, needs=("joblib",)),
                entry("Hamilton", by_hamilton, needs=("hamilton",)),
                entry("pipefunc", by_pipefunc, needs=("pipefunc",)),
            ),
            figures=(
                Figure("elapsed_s", "ms", 1e3, 1),
                Figure("cpu_s", "of processors, ms", 1e3, 0),
                Figure("first_s", "first turn, ms", 1e3, 0),
                Figure("peak_bytes", "peak, MB", 1e-6, 0),
            ),
            against="plain NumPy, freed at once",
            targets=(
                Target("shtairir aggressive", "elapsed_s", 1.0, of="numba parallel"),
                Target("shtairir balanced", "elapsed_s", 0.7, of="plain NumPy, freed at once"),
                Target("shtairir aggressive", "peak_bytes", 90e6 * count / 10_000_000),
                Target("shtairir balanced", "peak_bytes", 400e6 * count / 10_000_000),
            ),
            rounds=7,
        )
    ]
