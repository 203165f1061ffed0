"""Prove that ``pip install .`` alone is a working engine: run by the Python of an environment with nothing else.

A graph of numbers is built, saved, and run by the API and by the command line; a block whose library is
missing is still known, says which extra brings it, and does not keep a graph from being opened.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import shtairir

ABSENT = ("PySide6", "NodeGraphQt", "scipy", "skimage", "polars", "matplotlib", "soundfile")


def expect(what: str, found: object, wanted: object) -> None:
    """Leave with a sentence unless the two are equal."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted!r}, found {found!r}")


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command line with ``--json``; return its exit status and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "shtairir.cli", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        sys.exit(f"shtairir {' '.join(arguments)} printed no JSON:\n{done.stdout}\n{done.stderr}")


def main() -> None:
    """Run the proof."""
    expect("libraries that a bare install must not bring", [name for name in ABSENT if find_spec(name)], [])
    graph = shtairir.Graph("numbers")
    three, total = graph.add("math.number", value=3), graph.add("math.add", b=4)
    graph.link(three["out"], total["a"])
    expect("shtairir.run", shtairir.run(graph)["add.out"], 7)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "numbers.shtairir"
        shtairir.save(graph, file)
        status, ran = command("run", str(file), "--set", "add.b=39")
        expect("exit status of shtairir run", (status, ran["status"]), (0, "done"))
        graph.add("image.gaussian_blur")
        shtairir.save(graph, file)
        status, checked = command("validate", str(file))
        codes = {problem["code"] for problem in checked["problems"] if problem["node"] == "gaussian_blur"}
        expect("a node whose library is missing", (status, "block_unavailable" in codes), (2, True))
    _, shown = command("blocks", "image.gaussian_blur")
    expect(
        "availability and extra of image.gaussian_blur",
        (shown["block"]["available"], shown["block"]["extra"]),
        (False, "image"),
    )
    sys.stdout.write(f"{Path(shtairir.__file__).parent}: a graph ran with nothing but the core installed\n")


main()
