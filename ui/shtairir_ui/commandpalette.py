"""All commands in one place: type a few letters of what is wanted, Enter does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from shtairir_ui import theme
from shtairir_ui.commands import Command, plain, written
from shtairir_ui.finder import Finder, Row

if TYPE_CHECKING:
    from shtairir_ui.actions import Actions


class CommandPalette(Finder):
    """A popup with all commands; those used last come first.

    Parameters
    ----------
    recent
        The names of commands used lately, the latest first.
    chosen
        Is given the name of the command, after the popup has gone.
    """

    def __init__(self, parent: QWidget, actions: Actions, recent: list[str], chosen: Callable[[str], None]) -> None:
        rows = {one.name: _row(actions, menu, one) for menu, group in actions.menus for one in group}
        lately = [rows.pop(name) for name in recent if name in rows]
        super().__init__(parent, "commandPalette", "Type what you want to do", [*lately, *rows.values()], chosen)


def _row(actions: Actions, menu: str, command: Command) -> Row:
    action = actions[command.name]
    icon = theme.icon("check") if action.isCheckable() and action.isChecked() else action.icon()
    more = "    ".join(part for part in (menu, written(action)) if part)
    shown = None if icon.isNull() else icon
    return Row(command.name, plain(action.text()), more, command.tip, shown, action.isEnabled())
