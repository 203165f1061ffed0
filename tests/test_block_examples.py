"""The stored example graphs are what their sheets make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "scripts"
FOLDERS = (ROOT / "blocks" / "shtairir_blocks" / "examples", ROOT / "shtairir" / "examples")
FILES = sorted(file for folder in FOLDERS for file in folder.glob("*.shtairir"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the graphs as the sheets make them now."""
    folder = tmp_path_factory.mktemp("made")
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        "from scripts import make_block_examples as make;"
        "make.FOLDER = make.ENGINE_FOLDER = pathlib.Path(sys.argv[2]); make.main([])"
    )
    subprocess.run([sys.executable, "-c", code, str(ROOT), str(folder)], check=True, timeout=100)
    return folder


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_is_what_its_sheet_makes(file: Path, made: Path) -> None:
    assert (made / file.name).read_bytes() == file.read_bytes(), f"run scripts/make_block_examples.py {file.stem}"


def test_every_sheet_has_its_graph(made: Path) -> None:
    assert sorted(file.name for file in made.iterdir()) == sorted(file.name for file in FILES)
