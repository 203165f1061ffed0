"""Values as Python would write them."""

from __future__ import annotations

import math
import os
from enum import Enum
from pathlib import Path

from shtairir.block.values import Color
from shtairir.errors import ExportError
from shtairir.export.imports import Imports
from shtairir.export.text import quoted


class Literals:
    """Writes the values of inputs.

    Parameters
    ----------
    base_dir
        The folder that the graph's relative paths start from.
    folder
        What this folder is called in the program.
    """

    def __init__(self, imports: Imports, base_dir: Path, folder: str) -> None:
        self._imports = imports
        self._base_dir = base_dir
        self.folder = folder
        self.uses_folder = False

    def write(self, value: object) -> str:
        """Return the expression that makes a value.

        Raises
        ------
        ExportError
            When there is none.
        """
        match value:
            case Enum():
                return (
                    f"{self._imports.name(type(value).__module__, type(value).__qualname__)}({self.write(value.value)})"
                )
            case str():
                return quoted(value)
            case bool() | int() | None:
                return repr(value)
            case float():
                return repr(value) if math.isfinite(value) else f'float("{value}")'
            case os.PathLike():
                return self._path(Path(value))
            case Color():
                return f'{self._imports.name("shtairir.block.values", "Color")}.parse("{value.hex}")'
            case list():
                return f"[{', '.join(map(self.write, value))}]"
            case tuple():
                return f"({', '.join(map(self.write, value))}{',' if len(value) == 1 else ''})"
            case dict():
                return "{" + ", ".join(f"{self.write(key)}: {self.write(item)}" for key, item in value.items()) + "}"
        raise ExportError(f"A value of the type {type(value).__name__} cannot be written as Python.")

    def _path(self, path: Path) -> str:
        self.uses_folder = True
        if path.is_absolute():
            try:
                path = path.relative_to(self._base_dir)
            except ValueError:
                return f"{self._imports.name('pathlib', 'Path')}({quoted(path.as_posix())})"
        return self.folder if path == Path() else f"{self.folder} / {quoted(path.as_posix())}"
