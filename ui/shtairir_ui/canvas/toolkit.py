"""NodeGraphQt, and the only place that imports it.

From NodeGraphQt the canvas takes its graphics view, its scene, and its items for nodes, pipes and the slicer,
all by subclassing. Its controller half (`NodeGraph`, node and port models, undo, sessions) stays out: the
document is the model here, and a second one would have to be kept equal.

NodeGraphQt 0.6.44 has no types and imports `distutils`, which Python 3.12 no longer has. `distutils` is stood
in for while the import lasts; nothing of that remains in `sys.modules` afterwards. To the type checker the
classes are shown as what they are: Qt classes with a few more names.
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsScene,
    QGraphicsView,
    QRubberBand,
    QWidget,
)

Z_LINK, Z_NODE, Z_NODE_RAISED, Z_MARK, Z_LIVE = -1, 1, 2, 3, 5


class _Version:
    """Stands in for `distutils.version.LooseVersion`: NodeGraphQt only asks whether Qt is at least 5.10."""

    def __init__(self, text: str) -> None:
        self._parts = [int(part) for part in text.split(".") if part.isdigit()]

    def __ge__(self, other: _Version) -> bool:
        return self._parts >= other._parts


@contextmanager
def _distutils() -> Iterator[None]:
    """Put the stand-in where the import system finds it, and put back what was there."""
    package, module = types.ModuleType("distutils"), types.ModuleType("distutils.version")
    module.LooseVersion = _Version  # type: ignore[attr-defined]  # a module made by hand
    package.version = module  # type: ignore[attr-defined]  # a module made by hand
    stand_ins = {"distutils": package, "distutils.version": module}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                del sys.modules[name]
            else:
                sys.modules[name] = old


if TYPE_CHECKING:

    class NodeViewer(QGraphicsView):
        """The graphics view."""

        _rubber_band: QRubberBand
        _SLICER_PIPE: SlicerPipeItem
        _search_widget: QWidget

        def __init__(self, parent: QWidget | None = None, undo_stack: Any = None) -> None: ...
        def all_nodes(self) -> list[Any]: ...
        def all_pipes(self) -> list[Any]: ...

    class NodeScene(QGraphicsScene):
        """The scene."""

        def __init__(self, parent: QObject | None = None) -> None: ...

    class AbstractNodeItem(QGraphicsItem):
        """A node."""

        id: str

        def __init__(self, name: str = "node", parent: QGraphicsItem | None = None) -> None: ...
        def delete(self) -> None: ...

    class PipeItem(QGraphicsPathItem):
        """A pipe: what is called a link here."""

    class SlicerPipeItem(QGraphicsPathItem):
        """The line that cuts links."""

        def draw_path(self, p1: QPointF, p2: QPointF) -> None: ...

else:
    with _distutils(), warnings.catch_warnings():
        # Its sources hold escapes that newer compilers warn of; nothing here can mend them.
        warnings.simplefilter("ignore")
        from NodeGraphQt.qgraphics.node_abstract import AbstractNodeItem
        from NodeGraphQt.qgraphics.pipe import PipeItem
        from NodeGraphQt.qgraphics.slicer import SlicerPipeItem
        from NodeGraphQt.widgets.scene import NodeScene
        from NodeGraphQt.widgets.viewer import NodeViewer

__all__ = [
    "Z_LINK",
    "Z_LIVE",
    "Z_MARK",
    "Z_NODE",
    "Z_NODE_RAISED",
    "AbstractNodeItem",
    "NodeScene",
    "NodeViewer",
    "PipeItem",
    "SlicerPipeItem",
]
