"""Once an example has run, the next run's memory is foreseen within a fifth."""

from __future__ import annotations

from pathlib import Path

import pytest

import shtairir
from tests.benchmarks.forecasts import EXAMPLES

SLOW = {"bake_off", "log_triage", "parameter_sweep"}
"""These are left to the experiment itself: python -m tests.benchmarks.forecasts."""


@pytest.mark.parametrize("name", sorted({file.stem for file in EXAMPLES.glob("*.shtairir")} - SLOW))
def test_memory_of_an_example_is_foreseen_within_a_fifth(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", str(tmp_path / "learned.json"))
    file = EXAMPLES / f"{name}.shtairir"
    shtairir.run(file, workers=2)
    review = shtairir.run(file, workers=2).review
    assert review is not None
    assert review.peak_off is not None
    assert abs(review.peak_off) <= 0.2
    assert review.forecast.seconds is not None
