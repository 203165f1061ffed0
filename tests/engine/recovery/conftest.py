"""A folder of its own for each test in which runs are kept."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which runs are kept for the time of a test."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(folder))
    return folder
