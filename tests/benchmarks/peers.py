"""What several rows need to set other engines up."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping
from typing import Any


def hamilton_driver(source: str, names: Mapping[str, object]) -> Any:
    """Return Hamilton's driver of a module with this source text."""
    from hamilton import base, driver

    # It walks a graph by recursion, one call for each node of the longest path.
    sys.setrecursionlimit(1_000_000)
    module = types.ModuleType("benchmark_nodes")
    sys.modules[module.__name__] = module
    module.__dict__.update(names)
    exec(compile(source, "benchmark_nodes", "exec"), module.__dict__)
    for name, value in vars(module).items():
        # What is of another module is no node.
        if isinstance(value, types.FunctionType) and name not in names:
            value.__module__ = module.__name__
    return driver.Builder().with_modules(module).with_adapters(base.DictResult()).build()


def pipefunc_pipeline(functions: list[tuple[str, Any]]) -> Any:
    """Return pipefunc's pipeline of functions with the names of their outputs; it keeps no profile and no cache."""
    from pipefunc import PipeFunc, Pipeline

    return Pipeline([PipeFunc(function, output_name=name) for name, function in functions])
