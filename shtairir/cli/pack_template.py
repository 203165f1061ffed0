"""The files of a new pack, as text with ``@name@`` where its names go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackNames:
    """What the parts of a pack are called.

    Attributes
    ----------
    family
        The first part of the ids of its blocks: ``astro``.
    """

    family: str

    @property
    def package(self) -> str:
        """What is imported: ``astro_blocks``."""
        return f"{self.family}_blocks"

    @property
    def distribution(self) -> str:
        """What pip knows, and the folder's name: ``astro-blocks``."""
        return self.package.replace("_", "-")

    @property
    def category(self) -> str:
        """The place in the palette: ``Astro``."""
        return self.family.replace("_", " ").capitalize()


def pack_files(names: PackNames) -> Mapping[str, str]:
    """Return the text of each file of a new pack, by its path."""
    package = f"src/{names.package}"
    texts = {
        "pyproject.toml": _PROJECT,
        "README.md": _README,
        ".gitignore": _IGNORED,
        f"{package}/__init__.py": _PACKAGE,
        f"{package}/blocks.py": _BLOCKS,
        f"{package}/py.typed": "",
        f"{package}/examples/{names.family}.shtairir": _EXAMPLE,
        "tests/test_blocks.py": _TESTS,
    }
    return {path: _filled(text, names) for path, text in texts.items()}


def _filled(text: str, names: PackNames) -> str:
    for mark in ("family", "package", "distribution", "category"):
        text = text.replace(f"@{mark}@", getattr(names, mark))
    return text


_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "@distribution@"
version = "0.1.0"
description = "Blocks for Shtairir: @family@."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["shtairir"]

[project.optional-dependencies]
test = ["pytest"]

# The family, which begins the id of each block, and the module that defines it.
[project.entry-points."shtairir.blocks"]
@family@ = "@package@.blocks"

[tool.hatch.build.targets.wheel]
packages = ["src/@package@"]

[tool.hatch.build]
dev-mode-dirs = ["src"]
"""

_README = """\
# @distribution@

Blocks for Shtairir, the visual node editor.

| block | what it does |
|---|---|
| `@family@.moving_average` | smooths a series of numbers |

## Work on it

```
pip install -e ".[test]"
pytest
shtairir blocks --check @family@
shtairir run src/@package@/examples/@family@.shtairir
```

Once it is installed, its blocks are in the palette, in a window that is open too, and follow what you change. Each
function with `@block` in `src/@package@/blocks.py` is a block. Large libraries are imported inside the function, so
that the palette opens quickly.

## When a block changes

A graph that somebody saved remembers the version of each block. When values of older nodes mean something else, count
`version` up and say how they are brought up; when a port or the block gets another name, say that, too:

```python
@block(version=2, migrations={1: from_1_to_2}, renamed={"old_port": "new_port"}, aliases=("@family@.old_name",))
```
"""

_IGNORED = """\
__pycache__/
dist/
.pytest_cache/
"""

_PACKAGE = '''\
"""Blocks for Shtairir: @family@."""
'''

_BLOCKS = '''\
"""The blocks of the family ``@family@``."""

from typing import Annotated, Literal

from shtairir.block import Param, block


@block(category="@category@", tags=("smooth", "mean", "series"))
def moving_average(
    numbers: list[float],
    width: Annotated[int, Param(ge=1, le=1001)] = 3,
    ends: Literal["shorten", "drop"] = "shorten",
) -> list[float]:
    """Smooth a series of numbers by the mean of each and its neighbours.

    Parameters
    ----------
    numbers
        The series.
    width
        How many numbers each mean is taken of, as far as there are that many.
    ends
        Where the neighbours are missing: take the mean of those there are, or leave the place out.

    Returns
    -------
    out
        The smoothed series.
    """
    before, after = (width - 1) // 2, width // 2
    windows = [numbers[max(0, place - before) : place + after + 1] for place in range(len(numbers))]
    return [sum(window) / len(window) for window in windows if ends == "shorten" or len(window) == width]
'''

_EXAMPLE = """\
{
  "format": "shtairir-graph",
  "version": 1,
  "name": "@family@",
  "description": "Shows the blocks of the family @family@.",
  "nodes": [
    {
      "id": "moving_average",
      "block": "@family@.moving_average",
      "block_version": 1,
      "values": {"numbers": [1, 5, 3, 8, 2, 9, 4], "width": 3},
      "position": [0, 0]
    }
  ],
  "links": []
}
"""

_TESTS = '''\
"""The blocks do what they say, called and in a graph."""

from pathlib import Path

import @package@
import pytest
import shtairir
from shtairir.testing import graph_of, run_inline
from @package@.blocks import moving_average

EXAMPLE = Path(@package@.__file__).parent / "examples" / "@family@.shtairir"


@pytest.mark.parametrize(
    ("width", "ends", "smooth"),
    [(1, "shorten", [1, 2, 6]), (3, "shorten", [1.5, 3, 4]), (3, "drop", [3]), (5, "drop", [])],
)
def test_each_number_becomes_the_mean_of_its_window(width, ends, smooth):
    assert moving_average([1, 2, 6], width, ends) == smooth


def test_it_runs_in_a_graph():
    graph = graph_of("mean", blocks={"mean": moving_average}, values={"mean": {"numbers": [1, 2, 6]}})
    assert run_inline(graph)["mean"] == [1.5, 3, 4]


def test_the_example_runs():
    graph = shtairir.load(EXAMPLE)
    assert [problem.message for problem in shtairir.validate(graph)] == []
    shtairir.run(graph).raise_for_status()
'''
