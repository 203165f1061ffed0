"""What the fault suite shares: nothing that a test leaves behind goes unseen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shtairir.control.remains import Remains, left_since


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that temporary and spilled files go to, and nothing else."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("SHTAIRIR_SPILL_PATH", str(folder))
    return folder


@pytest.fixture
def nothing_left(own_folders: Path) -> Iterator[None]:
    """Fail a test that leaves threads of runs, processes, held resources or files."""
    before = Remains.now()
    yield
    assert left_since(before) == ()
    assert sorted(path.name for path in own_folders.iterdir()) == []
