"""Fakes for tests of blocks, packs and observers: no threads, no real time, graphs drawn as text.

Examples
--------
>>> from shtairir.testing import EventRecorder, graph_of, run_inline
>>> seen = EventRecorder()
>>> run_inline(graph_of("a -> b -> d", "a -> c -> d"), instruments=[seen])["d"]
5.0
>>> seen.names("b")
['NodeStarted', 'NodeFinished', 'ValueReleased']
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from shtairir.block import BlockDefinition, block, definition_of
from shtairir.document import Graph
from shtairir.events import Instrument
from shtairir.execute.cancel import CancelToken
from shtairir.execute.options import RunOptions
from shtairir.execute.workers import InlineWorkers, ThreadWorkers, Workers
from shtairir.ids import PortRef
from shtairir.monitor.recorder import EventRecorder
from shtairir.planning import ExecutionPlan
from shtairir.results.result import RunResult
from shtairir.session import plan, start_plan, wait_for

__all__ = [
    "EventRecorder",
    "FakeClock",
    "InlineWorkers",
    "ThreadWorkers",
    "arrows",
    "graph_of",
    "run_inline",
    "sum_of_inputs",
]


class FakeClock:
    """A clock that goes on when it is told to.

    Examples
    --------
    >>> clock = FakeClock()
    >>> clock.advance(2.5)
    >>> clock()
    2.5
    """

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


def arrows(*lines: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the nodes, in order of appearance, and the links of a drawing.

    Examples
    --------
    >>> arrows("a -> b -> d", "a -> c -> d", "e")
    (['a', 'b', 'd', 'c', 'e'], [('a', 'b'), ('b', 'd'), ('a', 'c'), ('c', 'd')])
    """
    nodes: dict[str, None] = {}
    links: dict[tuple[str, str], None] = {}
    for line in "\n".join(lines).splitlines():
        row = [name.strip() for name in line.split("->") if name.strip()]
        nodes.update(dict.fromkeys(row))
        links.update(dict.fromkeys(pairwise(row)))
    return list(nodes), list(links)


@block(id="testing.sum_of_inputs", category="Testing")
def sum_of_inputs(
    a: float = 0.0,
    b: float = 0.0,
    c: float = 0.0,
    d: float = 0.0,
    e: float = 0.0,
    f: float = 0.0,
    g: float = 0.0,
    h: float = 0.0,
    plus: float = 1.0,
) -> float:
    """Add up to eight numbers, and one more."""
    return a + b + c + d + e + f + g + h + plus


def graph_of(
    *lines: str,
    blocks: Mapping[str, Callable[..., Any] | BlockDefinition] | None = None,
    values: Mapping[str, Mapping[str, object]] | None = None,
    name: str = "drawing",
) -> Graph:
    """Return the graph of a drawing.

    Parameters
    ----------
    lines
        ``"a -> b -> d", "a -> c -> d"``. The links of a node feed its inputs in order, from outputs in order: the
        first link out of a node comes from its first output unless it says otherwise, ``"split.high -> b"``.
    blocks
        The block of each node; `sum_of_inputs` where none is named.
    values
        Values for the inputs of nodes.
    """
    ends, links = arrows(*lines)
    graph = Graph(name)
    handles = {}
    for node in dict.fromkeys(end.partition(".")[0] for end in ends):
        chosen = (blocks or {}).get(node, sum_of_inputs)
        handles[node] = graph.add(chosen, id=node, values=dict((values or {}).get(node, {})))
    definitions = {node: definition_of((blocks or {}).get(node, sum_of_inputs)) for node in handles}
    fed: dict[str, int] = dict.fromkeys(handles, 0)
    for source, target in links:
        node, _, port = source.partition(".")
        output = port or definitions[node].outputs[0].name
        reader, _, input_name = target.partition(".")
        if not input_name:
            input_name = definitions[reader].inputs[fed[reader]].name
            fed[reader] += 1
        graph.link(PortRef.parse(f"{node}.{output}"), PortRef.parse(f"{reader}.{input_name}"))
    return graph


def run_inline(
    graph_or_plan: Graph | ExecutionPlan,
    *,
    instruments: Sequence[Instrument] = (),
    keep: Iterable[str] | None = (),
    clock: Callable[[], float] = time.perf_counter,
    workers: Workers | None = None,
    cancel: CancelToken | None = None,
    **planning: Any,
) -> RunResult:
    """Run a graph with one worker and no threads of workers, so that every run takes the same course.

    Parameters
    ----------
    keep
        Outputs to keep besides the results; ``None`` keeps all.
    clock
        A `FakeClock` goes on by itself when there is nothing to do until later, before another attempt for instance.
    planning
        What `shtairir.plan` takes: ``level="none"``.
    """
    ready = graph_or_plan if isinstance(graph_or_plan, ExecutionPlan) else plan(graph_or_plan, **planning)
    options = RunOptions(
        keep=None if keep is None else [PortRef.parse(port) for port in keep],
        instruments=instruments,
        clock=clock,
        wait=clock.advance if isinstance(clock, FakeClock) else None,
        workers=workers if workers is not None else InlineWorkers(),
        cancel=cancel if cancel is not None else CancelToken(),
    )
    return wait_for(start_plan(ready, options))
