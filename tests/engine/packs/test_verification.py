"""``shtairir blocks --check``: what is wrong with a pack is found, and what is right passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shtairir.block.registry import Registry
from shtairir.cli.entry import run_command_line
from shtairir.errors import BlockError
from shtairir.verification import Report, behaviour, verify

Verify = Callable[[str], Report]

HEAD = """
from typing import Annotated, NamedTuple
import shtairir
from shtairir.block import Array, Param, block
from shtairir.block.infer import array
"""

GOOD = (
    HEAD
    + '''
@block(category="Mine")
def scale(x: float, factor: float = 2.0) -> float:
    """Scale a number.

    Parameters
    ----------
    x
        The number.
    factor
        What it is multiplied by.
    """
    return x * factor
'''
)


@pytest.fixture
def check(tmp_path: Path) -> Verify:
    """Write a file of blocks and check it."""

    def check(source: str) -> Report:
        file = tmp_path / "mine.py"
        file.write_text(HEAD + source if not source.startswith(HEAD) else source, encoding="utf-8")
        return verify(str(file), Registry(folders=()))

    return check


def failures(report: Report) -> list[tuple[str, str]]:
    return [(finding.check, finding.message) for finding in report.findings if finding.severity == "failure"]


def test_a_good_file_passes(check: Verify) -> None:
    report = check(GOOD)
    assert report.passed
    assert report.blocks == ("mine.scale",)
    assert report.verdict(report.blocks[0], "pure") == "ok"
    assert report.verdict(report.blocks[0], "outputs") == "ok"


def body(code: str, signature: str = "x: float", returns: str = "float", declared: str = "") -> str:
    names = [part.split(":")[0].strip() for part in signature.split(",")]
    described = "\n".join(f"    {name}\n        What it is." for name in names)
    lines = "\n".join(f"    {line}" for line in code.splitlines())
    return (
        f'\n@block(category="Mine"{declared})\ndef tried({signature}) -> {returns}:\n'
        f'    """Try it.\n\n    Parameters\n    ----------\n{described}\n    """\n{lines}\n'
    )


@pytest.mark.parametrize(
    ("source", "check_name", "said"),
    [
        (body("import random\nreturn random.random()"), "pure", "it gives two results"),
        (body("import time\nreturn x + time.perf_counter()"), "pure", "it gives two results"),
        (body("STATE.append(x)\nreturn float(len(STATE))") + "\nSTATE = []", "pure", "it gives two results"),
        (body("numbers.append(1.0)\nreturn 1.0", "numbers: list[float]"), "pure", "it changes its input 'numbers'"),
        (body("values[0] = 1\nreturn values", "values: Array", "Array"), "pure", "it writes into its input"),
        (body("import numpy\nreturn numpy.random.rand(3)", returns="Array"), "pure", "it gives two results"),
        (body("return 'text'"), "outputs", "the output 'out' is not what it declares: expected float"),
        (
            body("import numpy\nreturn numpy.array([x, 'a', None], object)", returns="Array"),
            "outputs",
            "an array of Python objects, which only a pickle could hold",
        ),
        (body("return x", declared=", infer=lambda y: None"), "declared", "infer does not take the block's arguments"),
        (body("return x", declared=", cost=lambda: 1.0"), "declared", "cost does not take the block's arguments"),
        ('\n@block(category="Mine")\ndef tried(x: float) -> float:\n    return x\n', "documented", "no description"),
        (
            '\n@block(category="Mine")\ndef tried(x: float) -> float:\n    """Try it."""\n    return x\n',
            "documented",
            "the input 'x' has no description",
        ),
        (
            body("return x").replace("    x\n", "    y\n"),
            "documented",
            "its docstring describes 'y', which is no argument",
        ),
        ("import pickle\n" + body("return x"), "pack", "pickle is imported"),
        ("from shelve import open as keep\n" + body("return x"), "pack", "shelve is imported"),
        (body("import numpy as np\nnp.load('x', allow_pickle=True)\nreturn x"), "pack", "allow_pickle=True is used"),
        ("def broken(:\n", "pack", "SyntaxError"),
        ("x = 3\n", "pack", "It has no blocks"),
    ],
)
def test_what_is_wrong_is_found(check: Verify, source: str, check_name: str, said: str) -> None:
    report = check(source)
    assert not report.passed
    found = failures(report)
    assert any(name == check_name and said in message for name, message in found), found


def test_randomness_that_is_declared_passes(check: Verify) -> None:
    for declared in (", pure=False", ", deterministic=False"):
        assert check(body("import random\nreturn random.random()", declared=declared)).passed


def test_a_block_that_does_not_come_back_is_told_and_the_others_are_checked(
    check: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaviour, "DEADLINE_S", 0.2)
    report = check(body("import time\ntime.sleep(60)\nreturn x") + GOOD.removeprefix(HEAD))
    assert report.passed
    assert [finding.message for finding in report.findings if "did not come back" in finding.message]
    assert report.verdict(report.blocks[1], "pure") == "ok"


def test_a_block_that_refuses_all_samples_is_told_and_does_not_fail(check: Verify) -> None:
    report = check(body("raise ValueError('only prime numbers')"))
    assert report.passed
    assert report.verdict(report.blocks[0], "pure") == "-"
    assert any("only prime numbers" in finding.message for finding in report.findings)


def test_an_alias_that_is_another_blocks_id_is_found(check: Verify) -> None:
    report = check(GOOD + body("return x", declared=", aliases=('mine.scale',)"))
    assert any("is the id of another block" in message for _, message in failures(report))


def test_a_pack_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BlockError, match="There is no pack “nonsense”"):
        verify("nonsense", Registry({}, folders=()))
    with pytest.raises(BlockError, match="announces no family"):
        verify(str(tmp_path), Registry({}, folders=()))


def test_the_command_tells_a_table_and_ends_with_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(GOOD, encoding="utf-8")
    assert run_command_line(["blocks", "--check", str(file)]) == 0
    told = capsys.readouterr().out
    assert "block       declared  documented  example  pure  outputs" in told
    assert "mine.scale  ok        ok          -        ok    ok" in told
    file.write_text(GOOD + "\nimport pickle\n", encoding="utf-8")
    assert run_command_line(["blocks", "--check", str(file), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "failed"
    assert document["blocks"]["mine.scale"]["pure"] == "ok"
    assert [finding["check"] for finding in document["findings"] if finding["severity"] == "failure"] == ["pack"]
    assert run_command_line(["blocks", "--check", "nonsense"]) == 2
