"""Whatever arrives, a block of numerics gives a result or says in a sentence why it cannot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from shtairir.block import BlockDefinition, InputPort
from shtairir.block.registry import ENTRY_POINT_GROUP, Registry
from shtairir.block.standalone import StandaloneContext

FAMILIES = ("stats", "linalg", "interpolate", "optimise", "random", "learn")
REGIONS = ("image.regions", "image.registration", "image.restoration")
PACKS = {
    point.name: point.value
    for point in entry_points(group=ENTRY_POINT_GROUP)
    if point.name in (*FAMILIES, "image") and point.value.startswith("shtairir_blocks")
}
ARRAYS = (
    np.empty(0),
    np.array(3.0),
    np.array([1.0]),
    np.full(4, np.nan),
    np.array([np.inf, 1, 2, 3.0]),
    np.array(["a", "b"]),
    np.zeros((0, 3)),
    np.zeros((3, 3)),
    np.ones((2, 3, 4)),
    np.array([1 + 2j, 3]),
    np.arange(6) == 2,
    np.array([1, 2, 3], np.uint8),
    np.array(["2024-01-01", "NaT"], "M8[D]"),
    np.arange(5.0),
    np.zeros((9, 9), np.float32),
    np.zeros((9, 9, 4), np.float32),
    np.full((9, 9), np.nan, np.float32),
)
TABLES = (
    pl.DataFrame(),
    pl.DataFrame({"a": []}),
    pl.DataFrame({"a": [1.0], "b": ["x"]}),
    pl.DataFrame({"a": [None, None, None], "b": ["x", "y", None]}),
    pl.DataFrame({"a": [1.0, np.nan, np.inf], "b": ["x", "y", "x"]}),
    pl.DataFrame({"a": [[1], [2]], "b": ["x", "y"]}),
    pl.DataFrame({"a": range(6), "b": list("xyxyxy"), "c": [1.5] * 6}),
)


def is_meant(definition: BlockDefinition) -> bool:
    """Whether a block is one of numerics that needs no model."""
    if any(port.required and "Model" in port.type.name for port in definition.inputs):
        return False
    return definition.family in FAMILIES or definition.function.__module__.endswith(REGIONS)


BLOCKS = sorted(filter(is_meant, Registry(packs=PACKS, folders=()).all()), key=lambda definition: definition.id)


def odd_values(port: InputPort) -> list[Any]:
    """Values of the port's types that nobody would wish for."""
    name = port.type.name
    found = [
        value
        for kind, values in (("array", ARRAYS), ("image", ARRAYS), ("table", TABLES))
        if kind in name
        for value in values
    ]
    return found or (["a", "b", "zz"] if name == "text" else [[1.0, 2.0], []])


def odd_calls(definition: BlockDefinition) -> Iterator[dict[str, Any]]:
    """Calls with every pair of odd values, or with several of three and more."""
    ports = [port for port in definition.inputs if port.required]
    choices = [odd_values(port) for port in ports]
    if len(ports) > 2:
        choices = [values[:6] for values in choices]
    for values in itertools.islice(itertools.product(*choices), 300):
        yield dict(zip((port.name for port in ports), values, strict=True))


@pytest.mark.parametrize("definition", BLOCKS, ids=[definition.id for definition in BLOCKS])
def test_a_block_answers_or_says_why_it_cannot(definition: BlockDefinition) -> None:
    context = {definition.context_argument: StandaloneContext(Path("."))} if definition.context_argument else {}
    for arguments in odd_calls(definition):
        try:
            definition.function(**arguments, **context)
        except ValueError as error:
            message = str(error)
            assert message.endswith("."), message
            assert message[0].isupper() or not message[0].isalpha(), message
