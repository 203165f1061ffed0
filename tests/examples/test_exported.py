"""Every example, exported as a Python program, gives what the engine gives, and needs nobody's help to run."""

from __future__ import annotations

import dataclasses
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block.figures import paint
from shtairir.block.registry import default_registry
from shtairir.export.program import to_python
from tests.examples.test_headless import EXAMPLES, SMALLER


def exported(path: Path, folder: Path) -> Path:
    """Write the program of a graph file into a folder."""
    program = folder / f"{path.stem}.py"
    program.write_text(to_python(shtairir.load(path).snapshot(), default_registry(), folder), encoding="utf-8")
    return program


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_program_returns_what_the_engine_finds(path: Path, tmp_path: Path) -> None:
    main = runpy.run_path(str(exported(path, tmp_path)))["main"]
    parameters = SMALLER.get(path.stem, {})
    result = shtairir.run(shtairir.load(path), parameters=parameters)
    result.raise_for_status()
    returned = main(**parameters)
    assert sorted(returned) == sorted(result.results)
    for port, value in result.results.items():
        assert_same(returned[port], value, port)


def test_a_program_takes_parameters_from_the_command_line(tmp_path: Path) -> None:
    program = exported(next(Path(str(case.values[0])) for case in EXAMPLES if case.id == "coins"), tmp_path)
    ran = subprocess.run(
        [sys.executable, program, "--smallest", "3000"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "report.out: the text '0 coins'" in ran.stdout or "coins" in ran.stdout
    few = ran.stdout
    ran = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "report.out: the text '24 coins'" in ran.stdout
    assert few != ran.stdout


def assert_same(one: Any, other: Any, where: str) -> None:
    """Compare two results, bit by bit."""
    if hasattr(one, "savefig"):
        assert np.array_equal(paint(one), paint(other)), where
    elif isinstance(one, np.ndarray):
        assert np.asarray(one).dtype == np.asarray(other).dtype, where
        assert np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"), where
    elif hasattr(one, "equals"):
        assert one.equals(other), where
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_same(left, right, f"{where}[{number}]")
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    else:
        assert one == other or (one != one and other != other), where
