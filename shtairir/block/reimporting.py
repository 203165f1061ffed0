"""Importing a package again whose files have changed, while what was imported before is still in use."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def import_again(module: str) -> ModuleType:
    """Import a module with all of its package as if for the first time.

    Whoever holds functions of the old modules keeps them. When the new ones cannot be imported, the old ones stay in
    their places, since annotations of running blocks are looked up there.
    """
    package = module.partition(".")[0]
    before = _modules_of(package)
    for name in before:
        del sys.modules[name]
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except BaseException:
        for name in _modules_of(package):
            del sys.modules[name]
        sys.modules.update(before)
        raise


def _modules_of(package: str) -> dict[str, ModuleType]:
    return {name: one for name, one in sys.modules.items() if name == package or name.startswith(f"{package}.")}
