"""Forecasts learn from runs: each test has a record and a cache of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shtairir.forecasting.record import Track, track
from shtairir.monitor.learned import learned


@pytest.fixture(autouse=True)
def own_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Track]:
    """Keep what is learned, the cache and the history in a folder of the test."""
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", str(tmp_path / "learned.json"))
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", str(tmp_path / "cache"))
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "state"))
    found = track()
    assert found is not None
    assert learned() is not None
    yield found
    found.save()
