"""The file names the packs that its nodes need, so that who has not got them knows what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from shtairir.block.packs import InstalledPack
from shtairir.block.registry import Registry
from shtairir.document import Graph, load, save
from shtairir.document.packs import named_packs
from shtairir.ids import NodeId
from shtairir.validation import validate


class WithAstro(Registry):
    """A registry in which another's pack is installed."""

    def pack_of(self, family: str) -> InstalledPack | None:
        """Know one pack more."""
        if family == "astro":
            return InstalledPack("astro", "astro_blocks.photometry", "astro-blocks")
        return super().pack_of(family)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A graph saved where the pack is there."""
    graph = Graph("stars")
    graph.add("math.number", value=3)
    graph.add("astro.sharpen", id="sharpen")
    return save(graph, tmp_path / "stars.shtairir", registry=WithAstro(folders=()))


def test_only_packs_that_do_not_come_with_the_program_are_named(file: Path) -> None:
    assert named_packs(load(file)) == {"astro": "astro-blocks"}


def test_who_has_not_got_it_is_told_what_to_install(file: Path) -> None:
    (problem,) = validate(load(file), Registry(folders=()))
    assert problem.code == "missing_block"
    assert problem.fix == "Install the pack that brings it: pip install astro-blocks. The node is kept as it is."


def test_no_block_of_another_pack_is_offered_in_its_place() -> None:
    graph = Graph()
    graph.add("acme.count", id="chance")
    graph.add("mth.number", id="typo")
    problems = {
        problem.node: problem for problem in validate(graph, Registry(folders=())) if problem.severity == "error"
    }
    assert problems[NodeId("chance")].edit is None
    assert "Install the pack" in (problems[NodeId("chance")].fix or "")
    assert problems[NodeId("typo")].fix == "Did you mean 'math.number'?"


def test_who_saves_it_without_the_pack_keeps_its_name_and_the_node(file: Path) -> None:
    graph = load(file)
    graph.set("number.value", 4)
    save(graph, registry=Registry(folders=()))
    assert named_packs(load(file)) == {"astro": "astro-blocks"}
    graph.remove("sharpen")
    save(graph, registry=Registry(folders=()))
    assert named_packs(load(file)) == {}
    assert b"packs" not in file.read_bytes()


def test_a_file_that_nobody_changed_is_saved_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    save(load(file), registry=Registry(folders=()))
    assert file.read_bytes() == before


def test_what_is_no_name_of_a_pack_is_not_shown(file: Path) -> None:
    text = file.read_text().replace("astro-blocks", "x; rm -rf ~")
    file.write_text(text)
    assert named_packs(load(file)) == {}
