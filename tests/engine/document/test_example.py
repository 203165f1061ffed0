"""The examples that packs bring: found beside their module, cut down to one block, usable anywhere."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import shtairir
from shtairir.block.registry import Registry
from shtairir.document import Graph, dumps
from shtairir.document.example import example_file, example_of
from shtairir.errors import DocumentError

PACK = '''
from pathlib import Path
from typing import Annotated
from shtairir.block import Param, block

@block(category="Stars/Read")
def read(path: Annotated[Path, Param(path="open")], others: Annotated[list[Path], Param(path="open")] = []) -> str:
    """Read a star."""
    return path.read_text()

@block(category="Stars")
def bright(star: str) -> bool:
    """Tell whether a star is bright."""
    return len(star) > 3

@block(category="Stars")
def keep(star: str, path: Annotated[Path, Param(path="save")]) -> None:
    """Write a star."""

@block(category="Stars")
def clean(star: str) -> str:
    """Take blanks off a star."""
    return star.strip()

@block(category="Stars")
def alone() -> int:
    """Not shown in any example."""
    return 1
'''


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry with the pack ``star_blocks``, which is installed in a folder of its own."""
    package = tmp_path / "site" / "star_blocks"
    (package / "examples" / "data").mkdir(parents=True)
    (package / "__init__.py").write_text(PACK)
    (package / "examples" / "data" / "vega.txt").write_text("Vega")
    monkeypatch.syspath_prepend(package.parent)
    importlib.invalidate_caches()
    yield Registry(packs={"stars": "star_blocks", "graph": "shtairir.flow.interface"}, folders=())
    sys.modules.pop("star_blocks", None)


@pytest.fixture
def example(registry: Registry, tmp_path: Path) -> Path:
    """The graph of the family: a star is read, asked about, cleaned by a definition and written."""
    graph = Graph("Stars")
    graph.add("stars.bright", id="lonely", title="Not linked", star="Sol")
    read = graph.add("stars.read", position=(100, 200), path="data/vega.txt", others=["data/vega.txt", "data/none.txt"])
    graph.add("stars.bright", position=(400, 150), star=read["out"])
    for name in ("cleaned", "unused"):
        body = graph.add_subgraph(name)
        item = body.add("graph.input", values={"name": "star", "type": "text"})
        stripped = body.add("stars.clean", id="strip", star=item["out"])
        body.add("graph.output", values={"name": "star", "type": "text"})
        body.link(stripped["out"], "output.value")
    cleaned = graph.add("subgraph.cleaned", position=(250, 300), star=read["out"])
    graph.add("stars.keep", position=(400, 300), star=cleaned["star"], path="out/star.txt")
    graph.publish("star", "read.path")
    file = tmp_path / "site" / "star_blocks" / "examples" / "stars.shtairir"
    file.write_bytes(dumps(graph))
    return file


def test_the_example_of_a_pack_lies_beside_its_module(registry: Registry, example: Path) -> None:
    definition = registry.get("stars.read")
    assert definition is not None
    assert example_file(definition) == example


def test_a_block_is_shown_with_all_that_feeds_it_and_nothing_else(registry: Registry, example: Path) -> None:
    graph = example_of("stars.keep", registry)
    assert graph is not None
    assert set(graph.nodes) == {"read", "cleaned", "keep"}
    assert {str(link) for link in graph.links.values()} == {"read.out → cleaned.star", "cleaned.star → keep.star"}
    assert (graph.name, graph.description) == ("Keep", "Write a star.")
    assert graph.parameters == ()
    assert min(node.position for node in graph.nodes.values()) == (0, 0)


def test_the_first_node_of_a_block_is_its_example(registry: Registry, example: Path) -> None:
    graph = example_of("stars.bright", registry)
    assert graph is not None
    assert list(graph.nodes) == ["lonely"]


def test_files_that_are_read_are_named_in_full_and_those_written_are_not(registry: Registry, example: Path) -> None:
    graph = example_of("stars.keep", registry)
    assert graph is not None
    there = (example.parent / "data" / "vega.txt").as_posix()
    assert graph.value("read.path") == there
    assert graph.value("read.others") == [there, "data/none.txt"]
    assert graph.value("keep.path") == "out/star.txt"
    graph.unset("read.others")
    assert shtairir.run(graph, registry=registry, targets=["cleaned"])["cleaned"] == "Vega"


def test_only_definitions_that_are_needed_come_along(registry: Registry, example: Path) -> None:
    keeping, reading = example_of("stars.keep", registry), example_of("stars.read", registry)
    assert keeping is not None
    assert reading is not None
    assert set(keeping.subgraphs) == {"cleaned"}
    assert set(keeping.subgraphs["cleaned"].nodes) == {"input", "strip", "output"}
    assert set(reading.subgraphs) == set()


def test_what_has_no_example_has_none(registry: Registry, tmp_path: Path) -> None:
    assert example_of("stars.read", registry) is None, "the pack brings no graph yet"
    assert example_of("nobody.knows", registry) is None


def test_a_block_that_the_graph_does_not_show_has_none(registry: Registry, example: Path) -> None:
    assert example_of("stars.alone", registry) is None


def test_a_damaged_example_is_told(registry: Registry, example: Path) -> None:
    example.write_text("{")
    with pytest.raises(DocumentError):
        example_of("stars.read", registry)


def test_an_example_is_a_graph_of_its_own(registry: Registry, example: Path) -> None:
    before = example.read_bytes()
    graph = example_of("stars.read", registry)
    assert graph is not None
    graph.set("read.path", "elsewhere.txt")
    assert graph.undo() is not None
    assert graph.path is None
    assert example.read_bytes() == before
