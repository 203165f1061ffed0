"""An inspector over a small graph of blocks made for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pytestqt.qtbot import QtBot

from shtairir.block import Array, Color, Image, Param, block
from shtairir.block.registry import Registry
from shtairir.block.values import Color as ColorValue
from shtairir_ui.editor import Editor
from shtairir_ui.inspector import InspectorPanel

RED = ColorValue(1, 0, 0)


class Mode(Enum):
    """A choice."""

    FAST = "fast"
    EXACT = "exact"


@block(category="Sample", id="sample.everything")
def everything(
    image: Image,
    sigma: Annotated[float, Param(ge=0, le=50, step=0.1, unit="px")] = 1.0,
    count: int = 3,
    factor: Array | float = 2.0,
    limit: float | None = None,
    flag: bool = False,
    kind: Literal["circle", "square"] = "circle",
    mode: Mode = Mode.FAST,
    file: Annotated[Path, Param(path="open", suffixes=(".png",))] = Path("a.png"),
    colour: Color = RED,
    name: str = "coins",
    note: Annotated[str, Param(multiline=True)] = "",
    code: Annotated[str, Param(language="python")] = "x = 1",
    sizes: list[float] = [1.0, 2.0],  # noqa: B006 - a block's default, never written to
    words: list[str] = [],  # noqa: B006 - as above
    entries: dict[str, Any] | None = None,
    deep: Annotated[float, Param(advanced=True)] = 0.5,
) -> float:
    """Take one of everything.

    Parameters
    ----------
    sigma
        Width of the kernel.

    Notes
    -----
    Uses `<b>` nowhere.
    """
    return sigma


@block(category="Sample", id="sample.source")
def source(start: float = 0.0) -> Image:
    """Make a picture."""
    raise NotImplementedError(start)


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[Editor]:
    """An editor whose registry holds the sample blocks, with one node selected."""
    registry = Registry(packs={}, folders=())
    registry.add(everything)
    registry.add(source)
    editor = Editor(registry=registry)
    editor.add_block("sample.everything", 0, 0)
    yield editor
    editor.close()


@pytest.fixture
def panel(editor: Editor, qtbot: QtBot) -> InspectorPanel:
    """The inspector of that editor, shown."""
    panel = InspectorPanel(editor)
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    panel.show()
    qtbot.waitExposed(panel)
    return panel
