"""The user's own blocks: each ``*.py`` file of their folders, read again when it has changed."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from shtairir.block.packs import Stamp, stamp_of

TEXT = "__shtairir_text__"
"""Where a module that was read from a file says which text that was, and when it was read."""


def files_in(folders: Iterable[Path]) -> dict[Path, Stamp]:
    """Return the files of blocks in some folders, each with its stamp."""
    return {file: stamp_of([file]) for folder in folders for file in sorted(folder.glob("*.py"))}


def import_file(file: Path) -> ModuleType:
    """Import a file by its path, always from its source: a cached compilation may be a second old."""
    import hashlib

    place = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:8]
    name = f"shtairir_user_blocks_{file.stem}_{place}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:
        raise ImportError(f"{file} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        text = file.read_bytes()
        setattr(module, TEXT, (text, time.time()))
        exec(compile(text, file, "exec"), vars(module))
    except BaseException:
        # What was read last still serves nodes that run, and their annotations are looked up by the module's name.
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
        raise
    return module
