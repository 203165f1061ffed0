"""The list of blocks is what their definitions say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_list_of_blocks_is_up_to_date() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import make_block_docs as make; sys.stdout.write(make.page())"
    command = [sys.executable, "-X", "utf8", "-c", code, str(ROOT / "scripts")]
    made = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=60).stdout
    stored = (ROOT / "docs" / "blocks.md").read_text(encoding="utf-8")
    assert stored == made, "run scripts/make_block_docs.py"
