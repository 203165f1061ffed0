"""Small pictures of results, made on a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from shtairir.ids import NodeId, PortRef
from shtairir_ui.bridge import Background

SIZE = QSize(192, 128)
"""Twice the size at which nodes show them, so that they stay sharp at 200 %."""
PLAIN = frozenset({"bool", "int", "float", "text", "path", "color", "enum"})
"""Type families whose values have no picture: a thousand numbers need not pass through a worker."""

Shown: TypeAlias = tuple[object, str | None]
"""A value and the type family of its port."""


class Thumbnails(QObject):
    """Hands out what is ready and has the rest made."""

    ready = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._values: dict[NodeId, list[Shown]] = {}
        self._images: dict[NodeId, QImage | None] = {}
        self._generation = 0

    def reset(self, results: Mapping[PortRef, object], family_of: Callable[[PortRef], str | None]) -> None:
        """Forget all pictures; new ones are made from these values when asked for.

        `family_of` names the type family of a port: an image is told from an array by it.
        """
        self._generation += 1
        self._images.clear()
        self._values = {}
        for ref, value in results.items():
            if isinstance(value, bool | int | float | str):
                continue  # whatever its port calls it
            family = family_of(ref)
            if family not in PLAIN:
                self._values.setdefault(ref.node, []).append((value, family))

    def offer(self, node: NodeId, value: object, family: str | None) -> None:
        """A value of a node is there already, in the middle of a run: its picture is made when it is asked for."""
        if family not in PLAIN:
            self._values[node] = [(value, family)]
            self._images.pop(node, None)

    def forget(self, nodes: Iterable[NodeId]) -> None:
        """Show nothing for these nodes."""
        for node in nodes:
            self._values.pop(node, None)
            self._images.pop(node, None)

    def get(self, node: NodeId) -> QImage | None:
        """The picture of a node's first result that has one; None while it is being made."""
        if node in self._images:
            return self._images[node]
        values = self._values.get(node)
        if values is not None:
            self._images[node] = None
            generation = self._generation
            self._background.submit(lambda: _first_picture(values), lambda image: self._store(generation, node, image))
        return None

    def _store(self, generation: int, node: NodeId, image: QImage | None) -> None:
        if generation == self._generation and image is not None:
            self._images[node] = image
            self.ready.emit({node})


def _first_picture(values: list[Shown]) -> QImage | None:
    from shtairir_ui.preview import thumbnail

    for value, family in values:
        image = thumbnail(value, SIZE, family)
        if image is not None:
            return image
    return None
