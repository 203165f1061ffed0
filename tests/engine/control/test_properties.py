"""Programs give what a plain reading of them gives, however their runs are held and let go.

``SHTAIRIR_PROPERTIES=deep`` looks at many more of them, other ones each time.
"""

from __future__ import annotations

import gc
import random
import time
from contextlib import suppress

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import shtairir
from shtairir.control.crew import Crew
from shtairir.errors import ExecutionError
from shtairir.execute.handle import RunHandle
from shtairir.execute.options import RunOptions
from shtairir.execute.run import Run
from shtairir.memory import MemoryPool
from tests.engine.properties.programs import programs
from tests.engine.properties.reference import Reference
from tests.engine.properties.test_equivalence import DEEP, thorough
from tests.engine.properties.test_programs import compare

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.timeout(0 if DEEP else 600)]

PATIENCE_S = 60.0


@thorough(20)
@given(programs(), st.sampled_from(["none", "balanced", "aggressive"]), st.integers(0, 1 << 30))
def test_what_is_meddled_with_gives_what_a_plain_reading_gives(program: shtairir.Graph, level: str, seed: int) -> None:
    expected = Reference(program.snapshot(), {}).results()
    pool = MemoryPool(poison=True)
    plan = shtairir.plan(program, level=level, workers=3)
    for _ in range(3):
        chance = random.Random(seed)
        note(f"{level} {seed}")
        handle = begun(Run(plan, RunOptions(pool=pool)), chance, [str(node) for node in plan.nodes])
        while handle.running:
            meddle(handle, chance, [str(node) for node in plan.nodes])
            handle.go_on()
            handle.wait(chance.random() * 0.002)
        result = handle.wait(PATIENCE_S)
        assert result is not None
        compare(result, expected)
        del result, handle
    gc.collect()
    assert pool.lent_bytes == 0, "a buffer did not come back"


@thorough(15)
@given(programs(), st.sampled_from(["basic", "balanced", "aggressive"]))
def test_what_is_walked_node_by_node_gives_what_a_plain_reading_gives(program: shtairir.Graph, level: str) -> None:
    expected = Reference(program.snapshot(), {}).results()
    options = RunOptions()
    handle = RunHandle(Run(shtairir.plan(program, level=level, workers=2), options), options.cancel)
    handle.pause()
    handle.begin()
    end = time.monotonic() + PATIENCE_S
    while handle.running and time.monotonic() < end:
        handle.step()
        handle.wait(0.0005)
    result = handle.wait(1.0)
    assert result is not None, "it did not come to its end"
    compare(result, expected)


@thorough(15)
@given(st.lists(programs(), min_size=2, max_size=4))
def test_programs_that_share_workers_give_what_a_plain_reading_gives(some: list[shtairir.Graph]) -> None:
    crew = Crew(3)
    handles = []
    for program in some:
        plan = shtairir.plan(program, workers=3)
        options = RunOptions(workers=crew.share(plan.workers))
        handles.append((RunHandle(Run(plan, options), options.cancel), Reference(program.snapshot(), {}).results()))
    for handle, _ in handles:
        handle.begin()
    for handle, expected in handles:
        result = handle.wait(PATIENCE_S)
        assert result is not None
        compare(result, expected)
    crew.close()


def begun(run: Run, chance: random.Random, nodes: list[str]) -> RunHandle:
    """Return a run that has begun, meddled with before or not."""
    handle = RunHandle(run, RunOptions().cancel)
    if chance.random() < 0.5:
        meddle(handle, chance, nodes)
    handle.begin()
    return handle


def meddle(handle: RunHandle, chance: random.Random, nodes: list[str]) -> None:
    """Do something to a run."""
    what = chance.randrange(6)
    if what == 0:
        handle.pause()
    elif what == 1:
        handle.resume()
    elif what == 2:
        handle.step()
    elif nodes:
        with suppress(ExecutionError):  # it was known before, or is not needed
            handle.break_at(chance.choice(nodes), on=what > 3)
