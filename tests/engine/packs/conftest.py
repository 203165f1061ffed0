"""Packs made on the spot: a folder on the path, and a memory of what did harm that belongs to one test."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from shtairir.block import aside
from shtairir.block.quarantine import Quarantine

MakePack = Callable[[str, str], Path]

FINE = '''
from shtairir.block import block


@block(category="{family}")
def {name}(x: float = 1.0) -> float:
    """Do it."""
    return x
'''


def fine(family: str, name: str = "fine") -> str:
    """Return the source of a module with one block."""
    return FINE.format(family=family.capitalize(), name=name)


@pytest.fixture
def make_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePack:
    """Write a module that can be imported."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def make(name: str, source: str) -> Path:
        file = folder / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        return file

    return make


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    """A memory of its own."""
    return Quarantine(tmp_path / "state")


@pytest.fixture(autouse=True)
def _quick_and_quiet(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(aside, "PATIENCE_S", 1.0)
