"""Every block is shown in its family's example graph, and does there what it is for."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import shtairir
from shtairir.block import BlockDefinition
from shtairir.block.registry import ENTRY_POINT_GROUP, Registry
from shtairir.document import Graph
from shtairir.document.example import example_file, example_of
from shtairir.events import NodeStatus

PACKS = {
    point.name: point.value
    for point in entry_points(group=ENTRY_POINT_GROUP)
    if point.value.startswith(("shtairir_blocks", "shtairir."))
}
REGISTRY = Registry(packs=PACKS, folders=())
BLOCKS = sorted(REGISTRY.all(), key=lambda definition: definition.id)
FOLDERS = [
    Path(importlib.util.find_spec(package).submodule_search_locations[0]) / "examples"
    for package in ("shtairir_blocks", "shtairir")
]

every_family = pytest.mark.parametrize("family", sorted(PACKS))
every_block = pytest.mark.parametrize("definition", BLOCKS, ids=[definition.id for definition in BLOCKS])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The examples where they may write beside themselves."""
    for source in FOLDERS:
        shutil.copytree(source, tmp_path / "examples", dirs_exist_ok=True)
    return tmp_path / "examples"


def errors_of(graph: Graph) -> list[str]:
    return [problem.message for problem in shtairir.validate(graph) if problem.severity != "info"]


def trusted(graph: Graph) -> Graph:
    graph.trust()
    return graph


@every_family
def test_the_example_of_a_family_shows_each_of_its_blocks(family: str, folder: Path) -> None:
    graph = trusted(shtairir.load(folder / f"{family}.shtairir"))
    shown = {node.block for node in graph.nodes.values()}
    assert {definition.id for definition in BLOCKS if definition.family == family} - shown == set()
    assert errors_of(graph) == []


@every_family
def test_every_node_of_an_example_is_done(family: str, folder: Path, site: str) -> None:
    graph = trusted(shtairir.load(folder / f"{family}.shtairir"))
    if family == "web":
        graph.set("site.value", site)
    result = shtairir.run(graph, keep="all")
    result.raise_for_status()
    # Of a graph of branches, the others show what is not chosen, and what fails.
    looked_at = [node.id for node in graph.nodes.values() if family != "flow" or node.block.startswith("flow.")]
    assert {node: result.nodes[node].status for node in looked_at} == dict.fromkeys(looked_at, NodeStatus.DONE)


@every_block
def test_the_example_of_a_block_ends_in_it_and_can_be_inserted_anywhere(definition: BlockDefinition) -> None:
    graph = example_of(definition.id, REGISTRY)
    assert graph is not None
    assert graph.path is None
    assert [node.block for node in graph.nodes.values()].count(definition.id) >= 1
    assert errors_of(trusted(graph)) == []
    (last,) = set(graph.nodes) - {link.source.node for link in graph.links.values()}
    assert graph.node(last).block == definition.id
    assert Graph("another").paste_text(graph.copy_text(graph.nodes))


@every_block
def test_files_that_an_example_reads_are_there(definition: BlockDefinition) -> None:
    graph = example_of(definition.id, REGISTRY)
    for node in graph.nodes.values():
        read = [port.name for port in REGISTRY.get(node.block).inputs if port.param.path in ("open", "folder", "any")]
        for path in (Path(node.values[name]) for name in read if isinstance(node.values.get(name), str)):
            assert path.exists() or not path.is_absolute(), path


def test_a_block_that_is_nowhere_has_no_example() -> None:
    assert example_of("nobody.knows", REGISTRY) is None


def test_a_block_of_a_persons_own_folder_has_no_example() -> None:
    assert example_file(replace(BLOCKS[0], pack="/home/ada/blocks/mine.py")) is None
