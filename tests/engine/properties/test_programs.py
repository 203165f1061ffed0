"""Programs with nested subgraphs, branches and loops give what a plain reading of them gives, however they are run.

``SHTAIRIR_PROPERTIES=deep`` looks at many more of them, other ones each time.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, note

import shtairir
from shtairir.execute.options import RunOptions
from shtairir.ids import PortRef
from shtairir.memory import MemoryPool
from shtairir.planning import ResourceLimits
from shtairir.session import start_plan, wait_for
from tests.engine.properties.outcome import bits
from tests.engine.properties.programs import programs
from tests.engine.properties.reference import Failed, Reference
from tests.engine.properties.test_equivalence import DEEP, thorough

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.timeout(0 if DEEP else 600)]


@dataclass(frozen=True)
class Way:
    """One way to run a program."""

    level: str
    workers: int
    keep: str = "results"
    limit_bytes: int | None = None
    turns: int = 1


WAYS = (
    Way("none", 1),
    Way("basic", 4),
    Way("balanced", 1, keep="all"),
    Way("balanced", 4, turns=2),
    Way("balanced", 4, limit_bytes=20_000_000),
    Way("aggressive", 1),
    Way("aggressive", 4, turns=2),
)


@thorough(60)
@given(programs())
def test_any_program_gives_what_a_plain_reading_gives(program: shtairir.Graph) -> None:
    expected = Reference(program.snapshot(), {}).results()
    pool = MemoryPool(poison=True)
    for way in WAYS:
        note(str(way))
        for result in ways_results(program, way, pool):
            compare(result, expected)
            del result
    gc.collect()
    assert pool.lent_bytes == 0, "a buffer did not come back"


def ways_results(program: shtairir.Graph, way: Way, pool: MemoryPool) -> list[shtairir.RunResult]:
    """Return the results of one way to run a program."""
    limits = ResourceLimits(memory_bytes=way.limit_bytes)
    plan = shtairir.plan(program, level=way.level, workers=way.workers, limits=limits)
    options = RunOptions(keep=None if way.keep == "all" else (), pool=pool, memory_limit=way.limit_bytes)
    return [wait_for(start_plan(plan, options)) for _ in range(way.turns)]


def compare(result: shtairir.RunResult, expected: dict[str, Any]) -> None:
    """Hold a result against what was expected: the same values, and failures where there are none."""
    for name, value in expected.items():
        made = str(result.plan.aliases.get(PortRef.parse(name), name))
        if isinstance(value, Failed):
            assert made not in result, (name, str(value))
        elif name.endswith(".error"):
            assert bool(result[made]) == bool(value), name  # in words of its own
        else:
            assert made in result, (name, value, result.failures)
            assert bits(_plain(name, result[made])) == bits(value), name
    names = {str(result.plan.aliases.get(PortRef.parse(name), name)) for name in expected}
    if result.plan.level != "balanced":  # keeps more than the results
        assert set(result.results) <= names | set(expected)  # by its own name, or the instance's
    failed = any(isinstance(value, Failed) for value in expected.values())
    assert result.status == ("failed" if failed else "done"), (result.failures, expected)


def _plain(name: str, value: Any) -> Any:
    """Return what is compared of a value: of collected errors, which items they are of."""
    return [error["index"] for error in value] if name.endswith(".errors") else value
