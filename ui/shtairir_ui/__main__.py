"""``python -m shtairir_ui [FILE]`` opens the window."""

from __future__ import annotations

import sys
from pathlib import Path

from shtairir_ui.app import main

if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
