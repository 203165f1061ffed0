"""Expressions that want to do harm run nothing, and each is refused at once and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.hostile.expressions import HOSTILE

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of Linux")

Judged = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def judged() -> Judged:
    """What came of every expression, by kind; see `judge`."""
    pytest.importorskip("polars")
    judge = Path(__file__).with_name("judge.py")
    done = subprocess.run(
        [sys.executable, str(judge), *HOSTILE], capture_output=True, text=True, check=True, timeout=100
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found.setdefault(row["kind"], []).append(row)
    return found


def test_there_are_more_than_two_hundred() -> None:
    written = [text for texts in HOSTILE.values() for text in texts]
    assert len(set(written)) == len(written) > 200


def test_the_judge_sees_what_is_tried(judged: Judged) -> None:
    outcomes = {row["text"]: row["outcome"].partition(":")[0] for row in judged["control"]}
    assert outcomes == {
        "an import is seen": "Harm",
        "an opened file is seen": "Harm",
        "a started program is seen": "Harm",
        "a call of the hostile is seen": "Harm",
        "memory is short": "MemoryError",
        "time is short": "Overtime",
    }


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_every_expression_is_refused_and_runs_nothing(kind: str, judged: Judged) -> None:
    assert len(judged[kind]) == len(HOSTILE[kind])
    assert [row for row in judged[kind] if row["outcome"] != "refused"] == []


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_every_refusal_is_a_sentence_with_a_place(kind: str, judged: Judged) -> None:
    for row in judged[kind]:
        assert row["column"] >= 1, row
        assert row["said"][0].isupper() or row["said"][0] in "'\"", row
        assert row["said"].rstrip().endswith((".", "?")), row
        assert len(row["said"]) < 500, row
        assert "Traceback" not in row["said"], row
