"""Whatever has no view of its own: what it is, what it says of itself, and what it is made of."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from .jobs import Workers
from .nested import parts_of
from .tree_view import TreeView


class ObjectView(TreeView):
    """Shows any object as a tree of its parts; the object is asked on a worker, for it may answer slowly."""

    def __init__(self, workers: Workers, parent: QWidget | None = None) -> None:
        super().__init__(workers, parent)
        self._object: object = None

    def show_value(self, value: Any) -> None:
        """Show an object."""
        self.jobs.forget()
        self._object = value
        self.jobs.latest("parts", lambda ticket: parts_of(value, ticket), lambda parts: self._show_parts(value, parts))
        self.info.setText(type(value).__name__)

    def _show_parts(self, value: object, parts: dict[str, Any]) -> None:
        if value is self._object:
            super().show_value(parts)
            self.info.setText(str(parts["type"]))
            for number in range(self.tree.topLevelItemCount()):
                item = self.tree.topLevelItem(number)
                if item is not None and item.childCount():
                    item.setExpanded(True)

    def clear(self) -> None:
        """Let the object go."""
        super().clear()
        self._object = None
