"""Any program can be cut off anywhere and gone on with: the result is the same, and no effect happens twice."""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shtairir
from shtairir.errors import UndecidedError
from shtairir.recovery.account import account_of
from shtairir.recovery.listing import runs
from shtairir.results import RunResult
from shtairir.session import resume
from tests.engine.flow import lazily
from tests.engine.properties.outcome import bits
from tests.engine.properties.programs import programs

LEVELS = ("none", "basic", "balanced", "aggressive")
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.timeout(300)]


@contextmanager
def kept() -> Iterator[None]:
    """Have runs kept in a folder of their own, which goes before a history could be written there."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        patch.dict(os.environ, {"SHTAIRIR_STATE_PATH": str(Path(folder) / "state")}),
        patch("shtairir.session.started.chronicle_of", return_value=None),
    ):
        yield


def cut_off(chance: random.Random) -> None:
    """Leave the journal of the last run as it would be if the program had been killed at some moment."""
    journal = runs()[0].folder.journal
    data = journal.read_bytes()
    first = data.index(b"\n") + 1
    journal.write_bytes(data[: chance.randint(first, len(data))])


@SLOW
@given(programs(), st.integers(0, 1 << 30))
def test_any_program_comes_to_the_same_end(program: shtairir.Graph, seed: int) -> None:
    chance = random.Random(seed)
    program.set_policy(None, checkpoints="all", node={"retries": 0})
    for level in LEVELS:
        with kept():
            whole = shtairir.run(program, level=level, workers=2)
            cut_off(chance)
            result = resume(graph=program)
            assert result.status == whole.status
            assert {name: bits(value) for name, value in result.results.items()} == {
                name: bits(value) for name, value in whole.results.items()
            }


def _gone_on_with(graph: shtairir.Graph) -> tuple[RunResult, set[str]]:
    """Have everything run again that is asked about; what that changes may lead to more questions."""
    asked: set[str] = set()
    while True:
        try:
            return resume(graph=graph, rerun=asked), asked
        except UndecidedError as error:
            questions = set(error.nodes)
        assert not lazily.calls
        assert questions - asked
        asked |= questions


@SLOW
@given(lazily.programs(), st.integers(0, 1 << 30))
def test_no_effect_happens_twice(steps: list[lazily.Step], seed: int) -> None:
    chance = random.Random(seed)
    graph = lazily.graph_of(steps, seed)
    graph.set_policy(None, checkpoints="all", node={"retries": 0})
    for level in LEVELS:
        with kept():
            lazily.calls.clear()
            whole = shtairir.run(graph, level=level, workers=2)
            called = Counter(lazily.calls)
            cut_off(chance)
            done = set(account_of(runs()[0].folder).done)
            lazily.calls.clear()
            result, asked = _gone_on_with(graph)
            assert result.status == whole.status
            assert {name: bits(value) for name, value in result.results.items()} == {
                name: bits(value) for name, value in whole.results.items()
            }
            again = Counter(lazily.calls)
            assert not (done - asked) & set(again)
            assert set(again) <= set(called)
            assert max(again.values(), default=1) == 1
