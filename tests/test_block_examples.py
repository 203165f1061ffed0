"""The stored example graphs are what their sheets make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "scripts"
FOLDER = ROOT / "blocks" / "shtairir_blocks" / "examples"
FAMILIES = sorted(file.stem for file in FOLDER.glob("*.shtairir"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the graphs as the sheets make them now."""
    folder = tmp_path_factory.mktemp("made")
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        "from scripts import make_block_examples as make; make.FOLDER = pathlib.Path(sys.argv[2]); make.main([])"
    )
    subprocess.run([sys.executable, "-c", code, str(ROOT), str(folder)], check=True, timeout=100)
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_an_example_is_what_its_sheet_makes(family: str, made: Path) -> None:
    stored = (FOLDER / f"{family}.shtairir").read_bytes()
    assert (made / f"{family}.shtairir").read_bytes() == stored, f"run scripts/make_block_examples.py {family}"


def test_every_sheet_has_its_graph(made: Path) -> None:
    assert sorted(file.stem for file in made.iterdir()) == FAMILIES
