"""Write the example graphs of the block library: ``python scripts/make_block_examples.py [FAMILY]...``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.block_examples.sheet import Sheet  # noqa: E402  # the checkout is found first
from shtairir.document import dumps  # noqa: E402

SHEETS = ROOT / "scripts" / "block_examples"
FOLDER = ROOT / "blocks" / "shtairir_blocks" / "examples"
# The blocks of control flow are part of the engine, and their examples lie with it.
ENGINE_FOLDER = ROOT / "shtairir" / "examples"
OF_THE_ENGINE = ("flow", "graph")


def families() -> list[str]:
    """Return the families that have a sheet."""
    return sorted(file.stem.removesuffix("_") for file in SHEETS.glob("*.py") if file.stem not in ("__init__", "sheet"))


def example_bytes(family: str) -> bytes:
    """Return the file of a family's example graph."""
    # A family may have the name of a module of Python; its sheet then ends in an underscore.
    name = family if (SHEETS / f"{family}.py").exists() else f"{family}_"
    module = importlib.import_module(f"scripts.block_examples.{name}")
    sheet = Sheet(module.TITLE, module.DESCRIPTION)
    module.fill(sheet)
    return dumps(sheet.finish())


def main(chosen: list[str]) -> None:
    """Write the graphs of some families, or of all."""
    for family in chosen or families():
        folder = ENGINE_FOLDER if family in OF_THE_ENGINE else FOLDER
        (folder / f"{family}.shtairir").write_bytes(example_bytes(family))


if __name__ == "__main__":
    main(sys.argv[1:])
