"""What a program imports: how each block is called, and the modules that this takes."""

from __future__ import annotations

import builtins
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from shtairir.block.definition import BlockDefinition
from shtairir.block.registry import Registry
from shtairir.errors import ExportError
from shtairir.export.names import Names


class Imports:
    """Collects imports, and the names by which the rest of the program calls things."""

    def __init__(self, names: Names, registry: Registry) -> None:
        self._names = names
        self._registry = registry
        self._from: dict[str, dict[str, str]] = {}
        self._plain: set[str] = set()
        self._user: dict[str, str] = {}
        self._called: dict[tuple[str, str], str] = {}

    def module(self, name: str) -> str:
        """Import a module by its own name."""
        self._plain.add(name)
        return name

    def name(self, module: str, name: str) -> str:
        """Import a name of a module, and return what it is called here."""
        called = self._called.get((module, name))
        if called is None:
            # A family that is called like a word of Python's own, such as list, is said to be one of blocks.
            wish = f"{name}_blocks" if hasattr(builtins, name) else name
            called = self._called[module, name] = name if name[:1].isupper() else self._names.take(wish)
            self._from.setdefault(module, {})[name] = called
        return called

    def block(self, definition: BlockDefinition) -> str:
        """Return how a block's function is called, for example ``image.gaussian_blur``.

        Raises
        ------
        ExportError
            When the function belongs to no module that another program could import.
        """
        function = definition.function
        if self._registry.get(definition.id) is not None and definition.pack.endswith(".py"):
            return self._from_user_folder(definition)
        home = _home(definition.family, function)
        if home is None:
            raise ExportError(
                f"The block '{definition.id}' is a function of this program, which no other can import.",
                hint="Put it into a module of a pack, or into your block folder.",
            )
        package, _, module = home.rpartition(".")
        if not package:
            return f"{self.module(module)}.{function.__name__}"
        return f"{self.name(package, module)}.{function.__name__}"

    def _from_user_folder(self, definition: BlockDefinition) -> str:
        called = self._user.get(definition.id)
        if called is None:
            self.name("shtairir.block.registry", "default_registry")
            called = self._user[definition.id] = self._names.take(definition.function.__name__)
        return called

    def lines(self) -> list[str]:
        """Return the statements, in the order that people expect."""
        standard = [f"import {name}" for name in sorted(self._plain)]
        ours: list[str] = []
        for module, names in sorted(self._from.items()):
            listed = ", ".join(
                name if name == called else f"{name} as {called}" for name, called in sorted(names.items())
            )
            into = ours if module.partition(".")[0] not in _STANDARD else standard
            into.append(f"from {module} import {listed}")
        folder = self._called.get(("shtairir.block.registry", "default_registry"))
        found = [f'{called} = {folder}().get("{id}").function' for id, called in self._user.items()]
        groups = [group for group in (standard, ours, found) if group]
        return [line for group in groups for line in (*group, "")]


_STANDARD = frozenset({"pathlib", "typing", "collections", "itertools", "functools", "copy", "datetime", "math"})


def _home(family: str, function: Callable[..., Any]) -> str | None:
    """Return the shortest module that shows a function under its name: ``shtairir_blocks.image``."""
    module, name = function.__module__, function.__name__
    if module == "__main__" or "<locals>" in function.__qualname__:
        return None
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        candidate = ".".join(parts[:length])
        try:
            shown = getattr(importlib.import_module(candidate), name, None)
        except ImportError:
            return None
        if shown is function or (shown is not None and inspect.unwrap(shown) is inspect.unwrap(function)):
            return candidate
    return None
