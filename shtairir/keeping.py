"""Where the program keeps what outlives it: journals of runs, their history."""

from __future__ import annotations

import functools
import os
from pathlib import Path

VARIABLE = "SHTAIRIR_STATE_PATH"


def state_folder() -> Path | None:
    """Return the folder for journals and history, or ``None`` when nothing is to be kept.

    ``SHTAIRIR_STATE_PATH`` names another folder than the user's own, and switches all keeping off when it is empty.
    The folder need not exist yet.
    """
    return _folder(os.environ.get(VARIABLE), os.environ.get("XDG_STATE_HOME"))


@functools.lru_cache(16)  # each run asks, and to find out takes as long as a small run
def _folder(setting: str | None, users: str | None) -> Path | None:
    if setting == "":
        return None
    if setting is not None:
        return Path(setting)
    import platformdirs

    return Path(platformdirs.user_state_dir("shtairir", appauthor=False))
