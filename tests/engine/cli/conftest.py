"""Graph files and blocks to try the command line on, and two ways to call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shtairir.block.registry import default_registry
from shtairir.cli.entry import run_command_line

TRIAL_BLOCKS = '''
import os
import time
from pathlib import Path
from typing import Annotated, Literal

from shtairir.block import Context, Param, block


@block(category="Trial", pure=False)
def sleep(context: Context, seconds: float = 30.0) -> float:
    """Wait, and listen for a cancel while waiting."""
    context.log("asleep")
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        context.check_cancelled()
        time.sleep(0.01)
    return seconds


@block(category="Trial")
def fail(x: float = 1.0) -> float:
    """Divide by zero."""
    return x / 0


@block(category="Trial", pure=False)
def shout(word: str = "hello") -> str:
    """Print to standard output, from Python and from below it."""
    print("printed by a block")
    os.write(1, b"written below Python\\n")
    return word


@block(category="Trial")
def double(x: Annotated[float, Param(ge=0, le=100)] = 1.0) -> float:
    """Return twice the number."""
    return 2 * x


@block(category="Trial")
def all_kinds(
    flag: bool = False,
    text: str = "",
    mode: Literal["fast", "slow"] = "fast",
    numbers: list[float] = [],
    file: Path = Path("nothing"),
) -> str:
    """Return what came in, as text."""
    return repr((flag, text, mode, numbers, str(file)))
'''


@dataclass(frozen=True)
class Called:
    """What a call of the command line left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


Call = Callable[..., Called]
WriteGraph = Callable[..., Path]


@pytest.fixture
def trial_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the trial blocks into the user's folder, for this process and those it starts."""
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "trial.py").write_text(TRIAL_BLOCKS, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setenv("SHTAIRIR_BLOCKS_PATH", str(folder))
        default_registry().reload_user_blocks()
        yield folder
    default_registry().reload_user_blocks()


@pytest.fixture
def write_graph(tmp_path: Path) -> WriteGraph:
    """Return a function that writes a graph file: nodes as ``{id: (block, values)}``, links as pairs."""

    def write(
        nodes: Mapping[str, tuple[str, Mapping[str, Any]]],
        links: Sequence[tuple[str, str]] = (),
        name: str = "trial",
        **more: Any,
    ) -> Path:
        document = {
            "format": "shtairir-graph",
            "version": 1,
            "name": name,
            "nodes": [
                {"id": node, "block": block, "block_version": 1, "values": dict(values), "position": [0, 0]}
                for node, (block, values) in nodes.items()
            ],
            "links": [{"from": source, "to": target} for source, target in links],
            **more,
        }
        file = tmp_path / f"{name}.shtairir"
        file.write_text(json.dumps(document, indent=2), encoding="utf-8")
        return file

    return write


@pytest.fixture
def sum_graph(write_graph: WriteGraph) -> Path:
    """Return a file of three nodes that adds two numbers."""
    return write_graph(
        {
            "three": ("math.number", {"value": 3}),
            "four": ("math.number", {"value": 4}),
            "total": ("math.add", {}),
        },
        [("three.out", "total.a"), ("four.out", "total.b")],
        name="sum",
    )


@pytest.fixture
def failing_graph(write_graph: WriteGraph, trial_blocks: Path) -> Path:
    """Return a file in which one node fails and one depends on it."""
    return write_graph(
        {
            "start": ("math.number", {"value": 3}),
            "broken": ("trial.fail", {}),
            "after": ("trial.double", {}),
            "aside": ("trial.double", {"x": 5}),
        },
        [("start.out", "broken.x"), ("broken.out", "after.x")],
        name="failing",
    )


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command in this process."""

    def run(*arguments: object) -> Called:
        capfd.readouterr()
        status = run_command_line([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Called(status, out, err)

    return run


@pytest.fixture
def start_process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a command in a process of its own; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "shtairir.cli", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", **environment},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def call_process(start_process: Callable[..., subprocess.Popen[str]]) -> Call:
    """Return a function that runs a command in a process of its own to its end."""

    def run(*arguments: object, **environment: str) -> Called:
        process = start_process(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return Called(process.returncode, out, err)

    return run
