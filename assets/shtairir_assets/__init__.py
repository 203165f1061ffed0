"""Data of Shtairir: icons, the style sheet of the window, example graphs. Imports neither Qt nor the engine."""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def icon_svg(name: str) -> str:
    """Return the text of an icon. Its lines are drawn in ``currentColor`` on a 20 × 20 grid."""
    file = resources.files(__name__).joinpath("icons", f"{name}.svg")
    if not file.is_file():
        raise KeyError(f"There is no icon '{name}'.")
    return file.read_text(encoding="utf-8")


def icon_names() -> list[str]:
    """Return the names of all icons, sorted."""
    folder = resources.files(__name__).joinpath("icons")
    return sorted(f.name.removesuffix(".svg") for f in folder.iterdir() if f.name.endswith(".svg"))


def style_template() -> str:
    """Return the Qt style sheet of the window with ``$token`` placeholders."""
    return resources.files(__name__).joinpath("themes", "window.qss").read_text(encoding="utf-8")
