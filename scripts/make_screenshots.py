"""Draw the pictures of the guides anew, by the command that anybody can use: ``shtairir edit --screenshot``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
COINS = ROOT / "assets" / "shtairir_assets" / "examples" / "coins.shtairir"
PICTURES = {
    "editor.png": ["--theme", "dark"],
    "editor-light.png": ["--theme", "light"],
}


def main() -> None:
    """Draw each picture, with the graph run."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, options in PICTURES.items():
        command = [sys.executable, "-m", "shtairir.cli", "edit", str(COINS), "--run", *options]
        subprocess.run([*command, "--screenshot", str(IMAGES / name)], check=True)


main()
