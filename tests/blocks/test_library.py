"""What every block of the library must keep to, whoever wrote it."""

import inspect
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from shtairir.block import MISSING, BlockDefinition, Param
from shtairir.block.registry import ENTRY_POINT_GROUP, Registry

FAMILIES = {
    point.name: point.value
    for point in entry_points(group=ENTRY_POINT_GROUP)
    if point.value.startswith("shtairir_blocks")
}
REGISTRY = Registry(packs=FAMILIES, folders=())
BLOCKS = sorted(REGISTRY.all(), key=lambda definition: definition.id)
# What a body may import, but no module of blocks: each of these costs more than all blocks together.
HEAVY = (
    "numpy",
    "scipy",
    "polars",
    "matplotlib",
    "PIL",
    "skimage",
    "sklearn",
    "soundfile",
    "httpx",
    "duckdb",
    "jsonpath",
)
DISTRIBUTIONS = {"PIL": "pillow", "skimage": "scikit-image", "sklearn": "scikit-learn", "jsonpath": "python-jsonpath"}

every_block = pytest.mark.parametrize("definition", BLOCKS, ids=[definition.id for definition in BLOCKS])


def test_every_family_has_blocks_and_no_problem():
    assert REGISTRY.problems == []
    assert {definition.family for definition in BLOCKS} == set(FAMILIES)


def test_there_are_at_least_three_hundred_blocks():
    assert len(BLOCKS) >= 300


@every_block
def test_the_id_names_the_family_that_is_asked_for_it(definition: BlockDefinition):
    family = FAMILIES[definition.family]
    assert definition.function.__module__ in (family, *(f"{family}.{part}" for part in _parts_of(definition)))
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", definition.id)
    assert Registry(packs=FAMILIES, folders=()).get(definition.id).function is definition.function


def _parts_of(definition):
    return [definition.function.__module__.rpartition(".")[2]]


@every_block
def test_the_name_and_the_category_are_for_people(definition):
    assert re.fullmatch(r"[A-Z][\w ,&()+−×÷/√<>=≠≤≥'-]*", definition.name), definition.name
    assert "_" not in definition.name
    assert len(definition.name) <= 30
    assert all(part[:1].isupper() for part in definition.category.split("/"))


def test_no_two_blocks_of_a_family_have_the_same_name():
    names = [(definition.family, definition.name) for definition in BLOCKS]
    assert [name for name in names if names.count(name) > 1] == []


@every_block
def test_the_summary_is_a_sentence(definition):
    assert 10 <= len(definition.summary) <= 120, definition.summary
    assert definition.summary[0].isupper()
    assert definition.summary.endswith(".")


@every_block
def test_every_input_has_a_help_text(definition):
    without = [port.name for port in definition.inputs if len(port.help) < 5 or not port.help.endswith(".")]
    assert without == []


@every_block
def test_the_docstring_names_no_argument_that_is_not_there(definition):
    documented = re.search(r"Parameters\n-+\n(.*?)(?:\n\n\w+\n-+\n|\Z)", definition.doc, re.DOTALL)
    heads = re.findall(r"^(\w[\w, ]*)(?: :.*)?$", documented[1], re.MULTILINE) if documented else []
    named = {name.strip() for head in heads for name in head.split(",")}
    known = {port.name for port in definition.inputs} | {definition.context_argument}
    assert named <= known


@every_block
def test_several_outputs_have_help_texts(definition):
    if len(definition.outputs) > 1:
        assert [port.name for port in definition.outputs if not port.help] == []


@every_block
def test_defaults_are_of_their_type_and_within_range(definition):
    for port in definition.inputs:
        if port.default is not MISSING:
            stored = port.type.dump(port.default)
            assert port.check_range(stored) is None, port.name
            assert port.type.check(port.default) is None, port.name


@every_block
def test_a_default_survives_the_graph_file(definition):
    for port in definition.inputs:
        if port.default is not MISSING and port.default is not None and port.editable:
            parsed = port.parse(port.type.dump(port.default))
            assert parsed == port.default, port.name


@every_block
def test_paths_say_what_they_are_for(definition):
    for port in definition.inputs:
        if port.type.family == "path":
            assert port.param.path in ("open", "save", "folder", "any"), port.name
            assert all(suffix.startswith(".") for suffix in port.param.suffixes)


@every_block
def test_a_block_that_writes_a_file_is_not_pure(definition):
    if any(port.param.path == "save" for port in definition.inputs):
        assert not definition.traits.pure


@cache
def declared_extras():
    """Return the names of the distributions that each extra of this checkout brings."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        extra: [re.match(r"[\w.-]+", line)[0].lower() for line in lines]
        for extra, lines in project["optional-dependencies"].items()
    }


@every_block
def test_the_extra_brings_what_the_block_requires(definition):
    brought = declared_extras().get(definition.extra or "", [])
    for library in definition.requires:
        assert DISTRIBUTIONS.get(library, library) in brought, f"{definition.extra} does not bring {library}"
    body = inspect.getsource(definition.function)
    assert not re.search(rf"^import ({'|'.join(HEAVY)})", body, re.MULTILINE)


@every_block
def test_a_block_fits_on_a_screen(definition):
    body = inspect.getsource(definition.function).partition('"""')[2].rpartition('"""')[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 25


def test_ranges_are_not_empty():
    for definition in BLOCKS:
        for port in definition.inputs:
            low, high = _bounds(port.param)
            assert low is None or high is None or low < high, (definition.id, port.name)


def _bounds(param: Param):
    low = param.ge if param.ge is not None else param.gt
    return low, param.le if param.le is not None else param.lt


def test_reading_all_blocks_imports_nothing_heavy():
    code = f"""
import importlib, sys
for module in {sorted(FAMILIES.values())!r}:
    importlib.import_module(module)
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    assert not loaded, (module, loaded)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_block_module_starts_a_family_it_was_not_asked_for():
    code = f"""
import sys
from shtairir.block.registry import Registry
registry = Registry(packs={FAMILIES!r}, folders=())
assert registry.get("text.constant") is not None
others = [name for name in sys.modules if name.startswith("shtairir_blocks.") and "text" not in name]
assert not others, others
"""
    subprocess.run([sys.executable, "-c", code], check=True)
