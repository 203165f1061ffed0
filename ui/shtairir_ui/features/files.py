"""What the File menu has besides opening and saving: earlier versions, what is on the disk, what a crash left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shtairir_ui.commands import Feature
from shtairir_ui.features import ondisk, picture, recovery, relinking, versions

if TYPE_CHECKING:
    from shtairir_ui.window import MainWindow

PARTS = (picture, versions, ondisk, relinking, recovery)


def attach(window: MainWindow) -> None:
    """Attach each part."""
    for part in PARTS:
        part.attach(window)


FEATURE = Feature("File", tuple(command for part in PARTS for command in part.COMMANDS), attach, (picture.CARRY,))
