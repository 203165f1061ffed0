"""A pack that somebody works on is read again when its files change; what runs keeps the old code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shtairir.block import BlockDefinition
from shtairir.block.quarantine import Quarantine
from shtairir.block.registry import Registry

BLOCKS = '''
from shtairir.block import block
from edited_blocks.kernel import FACTOR


@block(category="Edited")
def scaled(x: float = 1.0) -> float:
    """Scale."""
    return FACTOR * x
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two modules, where somebody edits it."""
    folder = tmp_path / "src" / "edited_blocks"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "kernel.py").write_text("FACTOR = 2.0\n", encoding="utf-8")
    (folder / "blocks.py").write_text(BLOCKS, encoding="utf-8")
    importlib.invalidate_caches()
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "edited_blocks"]:
        del sys.modules[name]


@pytest.fixture
def registry(package: Path, quarantine: Quarantine) -> Registry:
    """A registry that has read the package and watches it."""
    registry = Registry({"edited": "edited_blocks.blocks"}, folders=(), quarantine=quarantine)
    assert registry.get("edited.scaled") is not None
    assert registry.refresh() == []
    return registry


def save(file: Path, text: str) -> None:
    """Save a file so that its time is another, however quick the test is."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 2_000_000_000, before + 2_000_000_000))


def scaled(registry: Registry) -> BlockDefinition:
    found = registry.get("edited.scaled")
    assert found is not None
    return found


def test_a_change_in_any_module_is_read(package: Path, registry: Registry) -> None:
    old = scaled(registry)
    save(package / "kernel.py", "FACTOR = 5.0\n")
    assert registry.refresh() == ["edited.scaled"]
    assert scaled(registry).function(2.0) == 10.0
    assert old.function(2.0) == 4.0, "what runs keeps the old code"
    assert registry.refresh() == []


def test_a_package_broken_in_mid_edit_keeps_its_blocks_and_tells_file_and_line(
    package: Path, registry: Registry
) -> None:
    save(package / "kernel.py", "FACTOR = (\n")
    assert registry.refresh() == []
    (problem,) = registry.problems
    assert f"{package / 'kernel.py'}, line 1: SyntaxError" in problem.message
    assert problem.kept == ("edited.scaled",)
    assert registry.problem_of(scaled(registry)) == problem
    assert scaled(registry).function(2.0) == 4.0
    assert sys.modules["edited_blocks.kernel"].FACTOR == 2.0
    save(package / "kernel.py", "FACTOR = 7.0\n")
    assert registry.refresh() == ["edited.scaled"]
    assert registry.problems == []
    assert scaled(registry).function(2.0) == 14.0


def test_a_block_that_is_taken_out_of_a_package_is_gone(package: Path, registry: Registry) -> None:
    save(package / "blocks.py", BLOCKS.replace("def scaled", "def stretched"))
    assert set(registry.refresh()) == {"edited.scaled", "edited.stretched"}
    assert registry.get("edited.scaled") is None
    assert [one.id for one in registry.all()] == ["edited.stretched"]


def test_of_two_blocks_of_one_id_the_second_is_left_out_and_named(
    tmp_path: Path, package: Path, quarantine: Quarantine
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.py").write_text(
        BLOCKS.replace("from edited_blocks.kernel import FACTOR", "FACTOR = 9.0")
        + BLOCKS.partition("\n\n\n")[2].replace("scaled", "another").replace("FACTOR", "3"),
        encoding="utf-8",
    )
    registry = Registry({"edited": "edited_blocks.blocks"}, folders=[folder], quarantine=quarantine)
    assert [one.id for one in registry.all()] == ["edited.another", "edited.scaled"]
    assert scaled(registry).function(1.0) == 2.0
    (problem,) = registry.problems
    assert problem.pack == str(folder / "mine.py")
    assert "edited.scaled is defined twice" in problem.message


def test_a_block_may_move_from_one_file_to_another(tmp_path: Path, quarantine: Quarantine) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    source = BLOCKS.replace("from edited_blocks.kernel import FACTOR", "FACTOR = 9.0")
    (folder / "second.py").write_text(source, encoding="utf-8")
    (folder / "first.py").write_text("", encoding="utf-8")
    registry = Registry({}, folders=[folder], quarantine=quarantine)
    assert scaled(registry).pack == str(folder / "second.py")
    save(folder / "first.py", source)
    save(folder / "second.py", "")
    registry.reload_user_blocks()
    assert scaled(registry).pack == str(folder / "first.py")
    assert registry.problems == []
