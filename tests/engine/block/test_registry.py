"""Blocks are found in packs, in the user's folder and in the program; a broken pack harms nobody else."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from shtairir.block import block, definition_of
from shtairir.block.registry import Registry
from shtairir.block.types import ScalarType
from shtairir.errors import BlockDefinitionError

_BLOCK = '''
from shtairir.block import block

@block(category="{category}", tags=("{tag}",))
def {name}(x: float = {default}) -> float:
    """{doc}"""
    return x
'''


def _write(folder: Path, file: str, name: str, *, category: str = "Mine", tag: str = "t", **rest: object) -> Path:
    path = folder / file
    text = _BLOCK.format(
        name=name, category=category, tag=tag, default=rest.get("default", 1.0), doc=rest.get("doc", "Do it.")
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def pack_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_only_the_family_asked_for_is_imported(pack_folder: Path) -> None:
    _write(pack_folder, "pack_red.py", "rose", category="Red")
    _write(pack_folder, "pack_blue.py", "sky", category="Blue")
    registry = Registry({"red": "pack_red", "blue": "pack_blue"}, folders=())
    found = registry.get("red.rose")
    assert found is not None
    assert found.name == "Rose"
    assert "pack_blue" not in sys.modules
    assert [one.id for one in registry.all()] == ["blue.sky", "red.rose"]


def test_unknown_block_is_none() -> None:
    assert Registry({}, folders=()).get("no.such") is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("def f(:", "SyntaxError"),
        ("from shtairir.block import block\n@block\ndef f(x): ...", "argument 'x' has no type"),
    ],
)
def test_broken_file_is_named_and_the_rest_goes_on(
    tmp_path: Path, code: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    (tmp_path / "broken.py").write_text(code, encoding="utf-8")
    _write(tmp_path, "fine.py", "fine")
    registry = Registry({}, folders=[tmp_path])
    assert [one.id for one in registry.all()] == ["mine.fine"]
    (problem,) = registry.problems
    assert problem.pack.endswith("broken.py")
    assert said in problem.message


def test_saved_change_in_the_users_folder_is_read_again(tmp_path: Path) -> None:
    file = _write(tmp_path, "mine.py", "first")
    registry = Registry({}, folders=[tmp_path])
    old = registry.get("mine.first")
    assert old is not None
    assert registry.reload_user_blocks() == []
    assert old.pack == str(file), "the name of its module is made up"
    assert registry.get("mine.first") is old

    _write(tmp_path, "mine.py", "first", default=2.5)
    os.utime(file, ns=(1, 1))
    assert registry.reload_user_blocks() == ["mine.first"]
    new = registry.get("mine.first")
    assert new is not None
    assert new.inputs[0].default == 2.5

    file.unlink()
    assert registry.reload_user_blocks() == ["mine.first"]
    assert registry.get("mine.first") is None


def test_users_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "mine.py", "here")
    monkeypatch.setenv("SHTAIRIR_BLOCKS_PATH", str(tmp_path))
    assert Registry({}).get("mine.here") is not None


def test_two_blocks_of_one_id_are_refused() -> None:
    @block(id="custom.same")
    def one(x: float) -> float:
        """One."""
        return x

    @block(id="custom.same")
    def other(x: float) -> float:
        """Other."""
        return x

    registry = Registry({}, folders=())
    registry.add(one)
    registry.add(one)
    with pytest.raises(BlockDefinitionError, match=r"custom\.same is defined twice"):
        registry.add(other)


@pytest.fixture
def library() -> Registry:
    registry = Registry({}, folders=())

    @block(category="Image/Filter", tags=("smooth",))
    def gaussian_blur(width: float) -> float:
        """Soften a picture."""
        return width

    @block(category="Image/Filter")
    def median_blur(width: float) -> float:
        """Remove specks."""
        return width

    @block(category="Text")
    def upper(text: str) -> str:
        """Write a text about blur in capitals."""
        return text

    for function in (gaussian_blur, median_blur, upper):
        registry.add(function)
    return registry


def test_search_looks_at_name_tag_and_description_in_that_order(library: Registry) -> None:
    assert [one.id for one in library.search("blur")] == ["image.gaussian_blur", "image.median_blur", "text.upper"]
    assert [one.id for one in library.search("smooth")] == ["image.gaussian_blur"]
    assert [one.id for one in library.search("median image")] == ["image.median_blur"]
    assert library.search("nothing") == []


def test_search_can_ask_for_an_input_of_a_type(library: Registry) -> None:
    assert [one.id for one in library.search("", accepts=ScalarType("path"))] == ["text.upper"]


def test_definition_of_a_registered_block_shows_its_source() -> None:
    @block
    def shown(x: float) -> float:
        """Show."""
        return x + 41

    assert "x + 41" in definition_of(shown).source()
