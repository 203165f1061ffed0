"""Wherever blocks are called, in threads or in processes, and at whatever level: the result stays, bit for bit."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given

import shtairir
from shtairir.execute.options import RunOptions
from shtairir.execute.processes import Processes
from shtairir.memory.shared import SharedPool
from shtairir.session import start_plan, wait_for
from tests.engine.properties.graphs import ELEMENTWISE, Sample, crowds, samples
from tests.engine.properties.outcome import bits, outcome
from tests.engine.properties.test_equivalence import compare, rounded_otherwise, run_plainly, thorough

LEVELS = ("none", "basic", "balanced", "aggressive")

pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning"),
]


@thorough(8)
@given(samples())
def test_any_graph_gives_the_same_in_processes(sample: Sample) -> None:
    check(sample)


@thorough(5)
@given(samples(ELEMENTWISE, most=10))
def test_elementwise_graphs_give_the_same_in_processes(sample: Sample) -> None:
    check(sample)


@thorough(3)
@given(crowds())
def test_many_small_nodes_give_the_same_in_processes(sample: Sample) -> None:
    check(sample)


def check(sample: Sample) -> None:
    """Run a sample at every level in processes, from poisoned memory, and hold each outcome against the plainest."""
    graph = sample.graph
    before = [bits(array) for array in sample.given]
    expected = outcome(run_plainly(graph))
    pool = SharedPool(poison=True)
    rounded = rounded_otherwise(graph)
    held = []
    for level in LEVELS:
        plan = shtairir.plan(graph, level=level, workers=2)
        options = RunOptions(keep=None, pool=pool, invoke=Processes("processes").invoke)
        result = wait_for(start_plan(plan, options))
        seen = outcome(result)
        compare(seen, expected, rounded if level == "aggressive" else {})
        held.append((result, seen))
    for result, seen in held:
        assert outcome(result).values == seen.values, "a value was changed while somebody could see it"
    assert [bits(array) for array in sample.given] == before, "an input was written to"
    del result, held, options
    gc.collect()
    assert pool.lent_bytes == 0, "a buffer did not come back, or came back twice"
