"""Shtairir: graphs of typed blocks, planned, run and explained.

The names below are the public Python interface. Each is imported when it is first used, so that
``import shtairir`` costs almost nothing.

Examples
--------
>>> import shtairir
>>> graph = shtairir.Graph("demo")
>>> three = graph.add("math.number", value=3)
>>> total = graph.add("math.add", b=4)
>>> graph.link(three["out"], total["a"])
>>> result = shtairir.run(graph)
>>> str(result.status), result["add.out"]
('done', 7.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shtairir.block import Context, Param, block
    from shtairir.block.registry import Registry, default_registry
    from shtairir.control.controller import ExecutionController
    from shtairir.control.rehearsal import rehearse
    from shtairir.document import Graph, load, save
    from shtairir.document.trust import trust
    from shtairir.errors import ShtairirError
    from shtairir.events import Instrument, NodeStatus, RunStatus
    from shtairir.ids import PortRef
    from shtairir.monitor.history import history
    from shtairir.planning import ExecutionPlan, OptimizationLevel
    from shtairir.resources import Rate, breakers, shared_resources
    from shtairir.results import RunResult
    from shtairir.session import RunHandle, forecast, plan, resume, run, start, start_again
    from shtairir.validation import Problem, validate

__version__ = "0.1.0"

_HOMES = {
    "Context": "shtairir.block",
    "ExecutionController": "shtairir.control.controller",
    "ExecutionPlan": "shtairir.planning",
    "Graph": "shtairir.document",
    "Instrument": "shtairir.events",
    "NodeStatus": "shtairir.events",
    "OptimizationLevel": "shtairir.planning",
    "Param": "shtairir.block",
    "PortRef": "shtairir.ids",
    "Problem": "shtairir.validation",
    "Rate": "shtairir.resources",
    "Registry": "shtairir.block.registry",
    "RunHandle": "shtairir.session",
    "RunResult": "shtairir.results",
    "RunStatus": "shtairir.events",
    "ShtairirError": "shtairir.errors",
    "breakers": "shtairir.resources",
    "default_registry": "shtairir.block.registry",
    "forecast": "shtairir.session",
    "history": "shtairir.monitor.history",
    "load": "shtairir.document",
    "plan": "shtairir.session",
    "rehearse": "shtairir.control.rehearsal",
    "resume": "shtairir.session",
    "run": "shtairir.session",
    "save": "shtairir.document",
    "shared_resources": "shtairir.resources",
    "start": "shtairir.session",
    "start_again": "shtairir.session",
    "trust": "shtairir.document.trust",
    "validate": "shtairir.validation",
}

__all__ = [
    "Context",
    "ExecutionController",
    "ExecutionPlan",
    "Graph",
    "Instrument",
    "NodeStatus",
    "OptimizationLevel",
    "Param",
    "PortRef",
    "Problem",
    "Rate",
    "Registry",
    "RunHandle",
    "RunResult",
    "RunStatus",
    "ShtairirError",
    "block",
    "breakers",
    "default_registry",
    "forecast",
    "history",
    "load",
    "plan",
    "rehearse",
    "resume",
    "run",
    "save",
    "shared_resources",
    "start",
    "start_again",
    "trust",
    "validate",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name == "block":  # the package, which is the decorator too
        return importlib.import_module("shtairir.block")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'shtairir' has no attribute '{name}'")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
