"""Whatever the planner rearranges, whoever runs it and however little memory there is: the result stays.

``SHTAIRIR_PROPERTIES=deep`` looks at many more graphs, other ones each time.
"""

from __future__ import annotations

import gc
import os
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

import shtairir
from shtairir.errors import MemoryBudgetError, PlanningError
from shtairir.execute.options import RunOptions
from shtairir.ids import PortRef
from shtairir.memory import MemoryPool
from shtairir.planning import ResourceLimits
from shtairir.session import start_plan, wait_for
from shtairir.testing import InlineWorkers
from tests.engine.properties.graphs import ELEMENTWISE, Sample, crowds, samples
from tests.engine.properties.nodewise import APPROXIMATE, ROUNDED, assert_each_node_did_its_work
from tests.engine.properties.outcome import Outcome, bits, outcome

LARGEST_BYTES = 100_000_000
"""All values of a graph together: broadcasting a few times makes billions of a few thousand numbers."""

DEEP = os.environ.get("SHTAIRIR_PROPERTIES") == "deep"


def thorough(examples: int) -> settings:
    """Return settings that look at the same few graphs each time, or at many others when asked to."""
    return settings(
        max_examples=examples * 40 if DEEP else examples,
        derandomize=not DEEP,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


pytestmark = [
    # What arithmetic has to say of zeros and infinities is not the matter here.
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning"),
    pytest.mark.timeout(0 if DEEP else 600),
]


@dataclass(frozen=True)
class Way:
    """One way to run a graph.

    Attributes
    ----------
    memory
        ``""``, no limit; ``"ample"``, enough for all that the graph makes; ``"tight"``, not much more than one
        node needs.
    """

    level: str
    workers: int
    keep: str = "results"
    memory: str = ""
    turns: int = 1


WAYS = (
    Way("none", 1),
    Way("basic", 4, keep="all"),
    Way("balanced", 1),
    Way("balanced", 4, keep="all", memory="ample"),
    Way("balanced", 4, memory="tight"),
    Way("aggressive", 1, turns=2),
    Way("aggressive", 4, turns=2),
    Way("aggressive", 4, keep="all"),
    Way("aggressive", 2, memory="ample"),
    Way("aggressive", 4, memory="tight"),
)


@thorough(60)
@given(samples(), st.sampled_from(["", "some"]))
def test_any_graph_gives_the_same_however_it_is_run(sample: Sample, also: str) -> None:
    check(sample, also)


@thorough(40)
@given(samples(ELEMENTWISE, most=10), st.sampled_from(["", "some"]))
def test_elementwise_graphs_give_the_same_however_they_are_fused(sample: Sample, also: str) -> None:
    check(sample, also)


@thorough(25)
@given(crowds(), st.sampled_from(["", "some"]))
def test_many_small_nodes_give_the_same_however_they_are_put_together(sample: Sample, also: str) -> None:
    check(sample, also)


def check(sample: Sample, also: str) -> None:
    """Run a sample in every way, from poisoned memory, and hold each outcome against the plainest one."""
    graph = sample.graph
    before = [bits(array) for array in sample.given]
    plainest = run_plainly(graph)
    expected = outcome(plainest)
    some = tuple(sorted(expected.values)[::3]) if also else ()
    pool = MemoryPool(poison=True)
    rounded = rounded_otherwise(graph)
    held = []
    for way in WAYS:
        note(str(way))
        loose = rounded if way.level == "aggressive" else {}
        for result in run(graph, way, some, plainest, pool):
            seen = outcome(result)
            if loose and way.keep == "all":
                assert_each_node_did_its_work(result, plainest)
            compare(seen, expected, loose)
            held.append((result, seen))
    for result, seen in held:
        assert outcome(result).values == seen.values, "a value was changed while somebody could see it"
    assert [bits(array) for array in sample.given] == before, "an input was written to"
    del result, held
    gc.collect()
    assert pool.lent_bytes == 0, "a buffer did not come back, or came back twice"


def run_plainly(graph: Any) -> Any:
    """Return the outcome of one node after the other, all values kept; give graphs up that grow without bounds."""
    plan = shtairir.plan(graph, level="none")
    options = RunOptions(keep=None, workers=InlineWorkers(), memory_limit=LARGEST_BYTES)
    result = wait_for(start_plan(plan, options))
    assume(not any(failure.error_type == MemoryBudgetError.__name__ for failure in result.failures))
    return result


def run(graph: Any, way: Way, some: tuple[str, ...], plainest: Any, pool: MemoryPool) -> list[Any]:
    """Return the results of a way; none where memory was too tight, which must be said as such."""
    limit = memory_limit(plainest, way.memory)
    limits = ResourceLimits(memory_bytes=limit)
    keep = some if way.keep == "results" else ()
    kept = None if way.keep == "all" else [PortRef.parse(port) for port in some]
    with suppress(PlanningError) if way.memory == "tight" else nullcontext():
        plan = shtairir.plan(graph, level=way.level, workers=way.workers, keep=keep, limits=limits)
        results = [
            wait_for(start_plan(plan, RunOptions(keep=kept, pool=pool, memory_limit=limit))) for _ in range(way.turns)
        ]
        too_tight = MemoryBudgetError.__name__ if way.memory == "tight" else None
        return [each for each in results if not any(failure.error_type == too_tight for failure in each.failures)]
    return []


def memory_limit(plainest: Any, memory: str) -> int | None:
    """Return the limit in bytes that a word stands for."""
    sizes = [node.output_bytes for node in plainest.nodes.values()]
    # Buffers are a quarter larger than what is asked for at most, and never less than 64 KiB.
    if memory == "ample":
        return 2 * sum(sizes) + len(sizes) * 2**17
    return 4 * max(sizes) + 2**20 if memory == "tight" else None


def rounded_otherwise(graph: Any) -> dict[str, bool]:
    """Return the nodes that may round otherwise when fused, and those behind them.

    True for those whose failures may differ too: behind sums, whose error is not bound to the last place.
    """
    found: dict[str, bool] = {}
    for name, node in graph.nodes.items():  # in the order in which they were added, so each after its sources
        sources = [link.source.node for target, link in graph.links.items() if target.node == name]
        behind = [found[source] for source in sources if source in found]
        if behind or node.block in ROUNDED | APPROXIMATE:
            found[name] = node.block in ROUNDED or any(behind)
    return found


def compare(seen: Outcome, expected: Outcome, loose: dict[str, bool]) -> None:
    """Hold an outcome against the expected one; what may be rounded otherwise, in type and size alone."""
    for name, end in expected.ends.items():
        if not loose.get(name):
            assert seen.ends[name] == end, name
    for name, value in seen.values.items():
        if name.rpartition(".")[0] not in loose:
            assert value == expected.values[name], name
