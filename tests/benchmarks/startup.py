"""Whole processes: from the start of the interpreter to its end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import shtairir
from tests.benchmarks.contest import Contest, Contestant, Figure, Target

_TEN = {
    "dask": """
import dask.threaded
add = lambda a, b: a + b
tasks = {"n0": (add, 1, 2)} | {f"n{i}": (add, f"n{i - 1}", 1) for i in range(1, 10)}
print(dask.threaded.get(tasks, "n9", num_workers=2))
""",
    "joblib": """
from joblib import Parallel, delayed
add = lambda a, b: a + b
value = 1
for _ in range(10):
    [value] = Parallel(n_jobs=2, prefer="threads")([delayed(add)(value, 1)])
print(value)
""",
    "pipefunc": """
from pipefunc import PipeFunc, Pipeline
space = {}
for i in range(10):
    exec(f"def n{i}({'x' if not i else f'n{i - 1}'}):\\n    return {'x' if not i else f'n{i - 1}'} + 1", space)
print(Pipeline([PipeFunc(space[f"n{i}"], output_name=f"n{i}") for i in range(10)]).run("n9", kwargs={"x": 1}))
""",
    "hamilton": """
import sys, types
from hamilton import base, driver
module = types.ModuleType("ten")
sys.modules["ten"] = module
for i in range(10):
    before = "x" if not i else f"n{i - 1}"
    exec(f"def n{i}({before}: int) -> int:\\n    return {before} + 1", module.__dict__)
for value in list(vars(module).values()):
    if isinstance(value, types.FunctionType):
        value.__module__ = "ten"
made = driver.Builder().with_modules(module).with_adapters(base.DictResult()).build()
print(made.execute(["n9"], inputs={"x": 1}))
""",
}


def script(text: str) -> Callable[[], object]:
    """Return a process that runs a text."""
    return lambda: subprocess.run([sys.executable, "-c", text], check=True, stdout=subprocess.DEVNULL)


def command() -> Callable[[], object]:
    """Return ``shtairir run`` of ten nodes in a row."""
    folder = tempfile.mkdtemp(prefix="shtairir-ten-")
    path = Path(folder, "ten.shtairir")
    graph = shtairir.Graph("ten")
    last = graph.add("math.add", a=1.0, b=2.0)["out"]
    for _ in range(9):
        last = graph.add("math.add", a=last, b=1.0)["out"]
    shtairir.save(graph, path)
    line = [sys.executable, "-m", "shtairir.cli", "run", str(path)]
    quiet = subprocess.DEVNULL
    return lambda: subprocess.run(line, check=True, stdout=quiet, stderr=quiet)


def contests(scale: float) -> list[Contest]:
    """Return both."""
    figures = (Figure("elapsed_s", "ms", 1e3, 0),)
    peers = ("dask", "joblib", "pipefunc", "hamilton", "networkx", "numba")
    imports = Contest(
        name="import",
        title="A process that only imports",
        contestants=(
            Contestant("bare Python", lambda: script("pass")),
            Contestant("shtairir", lambda: script("import shtairir")),
            *(_importer(name) for name in peers),
        ),
        figures=figures,
        against="bare Python",
        targets=(Target("shtairir", "elapsed_s", 0.025, of="bare Python", over=True),),
        rounds=11,
    )
    ten = Contest(
        name="ten_nodes",
        title="A process that runs ten trivial nodes",
        contestants=(
            Contestant("shtairir run", command),
            *(_ten(name) for name in _TEN),
        ),
        figures=figures,
        against="shtairir run",
        targets=(Target("shtairir run", "elapsed_s", 0.200),),
        rounds=9,
    )
    return [imports, ten]


def _importer(name: str) -> Contestant:
    module = "dask.threaded" if name == "dask" else "hamilton.driver" if name == "hamilton" else name
    return Contestant(module, lambda: script(f"import {module}"), (name,))


def _ten(name: str) -> Contestant:
    return Contestant(name, lambda: script(_TEN[name]), (name,))
