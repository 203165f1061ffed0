"""A command imports what it needs, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.engine.cli.conftest import WriteGraph

HEAVY = {
    "PySide6",
    "NodeGraphQt",
    "Qt",
    "scipy",
    "skimage",
    "PIL",
    "polars",
    "matplotlib",
    "soundfile",
    "networkx",
    "pandas",
    "asyncio",
    "concurrent.futures.process",
    "multiprocessing",
}
PROBE = """
import json, os, sys
from shtairir.cli.entry import run_command_line
sys.stdout = open(os.devnull, "w")
status = run_command_line(json.loads(sys.argv[1]))
sys.__stdout__.write(json.dumps([status, sorted(sys.modules)]))
"""


def modules_imported_by(*arguments: object) -> set[str]:
    """Run a command in a fresh process and return the names of all modules it imported."""
    typed = json.dumps([str(argument) for argument in arguments])
    done = subprocess.run([sys.executable, "-c", PROBE, typed], capture_output=True, text=True, check=True, timeout=60)
    status, modules = json.loads(done.stdout)
    assert status == 0, done.stderr
    return set(modules)


def test_help_imports_neither_the_engine_nor_any_large_library() -> None:
    imported = modules_imported_by("--help")
    assert not imported & (HEAVY | {"numpy", "pydantic", "psutil"})
    assert not {name for name in imported if name.startswith(("shtairir.document", "shtairir.execute", "shtairir_"))}


def test_a_run_of_ten_number_nodes_imports_no_library_it_does_not_use(write_graph: WriteGraph) -> None:
    nodes = {f"n{place}": ("math.add", {"a": 1, "b": 2}) for place in range(10)}
    links = [(f"n{place}.out", f"n{place + 1}.a") for place in range(9)]
    imported = modules_imported_by("run", write_graph(nodes, links))
    assert not imported & (HEAVY | {"rich", "numpy", "psutil"})
    assert "shtairir_blocks.math" in imported
    assert not imported & {"shtairir_blocks.image", "shtairir_blocks.table", "shtairir_ui"}


def test_showing_one_block_reads_only_its_family(tmp_path: Path) -> None:
    imported = modules_imported_by("blocks", "math.add")
    assert not imported & {"shtairir_blocks.image", "shtairir_blocks.table"}


WATCHED = """
import atexit, gc, sys
atexit.register(lambda: sys.stderr.write(f"collects: {gc.isenabled()}, frozen: {gc.get_freeze_count() > 0}"))
from shtairir.cli import main
main()
"""


def test_garbage_of_a_run_is_collected_and_what_was_imported_is_left_alone(write_graph: WriteGraph) -> None:
    line = [sys.executable, "-c", WATCHED, "run", str(write_graph({"sum": ("math.add", {"a": 1, "b": 2})}, []))]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.endswith("collects: True, frozen: True")
