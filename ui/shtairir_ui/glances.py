"""What results are at a glance, for the previews that are pinned to the canvas; made on a worker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer, Signal

from shtairir.ids import NodeId, PortRef
from shtairir_ui import theme

if TYPE_CHECKING:
    from shtairir_ui.editor import Editor
    from shtairir_ui.preview import Glance

_FINEST = 2048


@dataclass(slots=True)
class _Held:
    """What was made of a value, and how large; `asked` is the size that is on its way."""

    value: object
    glance: Glance | None
    size: QSize
    asked: QSize | None


class Glances(QObject):
    """Hands out what is ready and has the rest made; what was made before is shown until the new one is there."""

    ready = Signal(object)
    """The output of which there is something new to see."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._held: dict[PortRef, _Held] = {}
        self._wanted: dict[PortRef, QSize] = {}
        # Asked for while the canvas paints: the work is given away once that is over.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._make)
        for signal in (editor.graph_replaced, editor.place_changed):
            signal.connect(self._forget)
        theme.changed.connect(self._forget)
        editor.runtime_changed.connect(self._on_runtime)
        editor.run_finished.connect(lambda _result: self._on_runtime({ref.node for ref in self._held}))

    def glance(self, ref: PortRef, size: QSize) -> Glance | None:
        """Return what there is of an output that is shown here; a better one is made where `size` asks for it."""
        held = self._held.get(ref)
        if ref not in self._editor.results:
            self._held.pop(ref, None)
            return None
        if held is None or held.value is not self._editor.results[ref] or _is_coarse(held, size):
            self._wanted[ref] = QSize(min(size.width(), _FINEST), min(size.height(), _FINEST))
            self._soon.start()
        return held.glance if held is not None else None

    def _make(self) -> None:
        from shtairir_ui.preview import glance

        wanted, self._wanted = self._wanted, {}
        for ref, size in wanted.items():
            value = self._editor.results.get(ref)
            if ref not in self._editor.results:
                continue
            held = self._held.get(ref)
            if held is not None and held.value is value and held.asked == size:
                continue  # it is on its way
            self._held[ref] = _Held(value, held.glance if held else None, held.size if held else QSize(), size)
            self._editor.background.submit(
                partial(glance, value, size, self._family(ref)), partial(self._store, ref, value, size)
            )

    def _store(self, ref: PortRef, value: object, size: QSize, made: Glance) -> None:
        held = self._held.get(ref)
        if held is not None and held.value is value and held.asked == size:
            self._held[ref] = _Held(value, made, size, None)
            self.ready.emit(ref)

    def _family(self, ref: PortRef) -> str | None:
        definition = self._editor.definition(ref.node)
        outputs = definition.outputs if definition is not None else ()
        return next((port.type.family for port in outputs if port.name == ref.port), None)

    def _on_runtime(self, nodes: set[NodeId]) -> None:
        for ref in [ref for ref in self._held if ref.node in nodes]:
            self.ready.emit(ref)

    def _forget(self, _cause: object = None) -> None:
        self._held.clear()
        self._wanted.clear()


def _is_coarse(held: _Held, size: QSize) -> bool:
    """Whether a larger picture than the one that is there would show more."""
    picture = held.glance.picture if held.glance is not None else None
    if picture is None or held.asked is not None:
        return held.glance is None and held.asked is None
    grown = size.width() > held.size.width() * 1.3 or size.height() > held.size.height() * 1.3
    filled = picture.width() >= held.size.width() or picture.height() >= held.size.height()
    return grown and filled
