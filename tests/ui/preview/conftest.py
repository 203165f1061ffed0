"""A small stand-in for the editor: what the preview reads of it, and its signals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef
from shtairir_ui import theme
from shtairir_ui.bridge import Background
from shtairir_ui.places import ROOT
from shtairir_ui.preview import PreviewPanel
from shtairir_ui.runtime import NodeRuntime

DONE = NodeRuntime(status=NodeStatus.DONE)


class FakeEditor(QObject):
    """Nodes with outputs and values, put there by the test."""

    selection_changed = Signal(tuple)
    runtime_changed = Signal(object)
    run_finished = Signal(object)
    graph_changed = Signal(object)
    graph_replaced = Signal()
    place_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.selection: tuple[NodeId, ...] = ()
        self.runtime: dict[NodeId, NodeRuntime] = {}
        self.results: dict[PortRef, object] = {}
        self.is_running = False
        self.background = Background(self)
        self.place = ROOT
        self.graph = SimpleNamespace(nodes={}, links={})
        self._definitions: dict[NodeId, Any] = {}

    @property
    def whole_results(self) -> dict[PortRef, object]:
        """All of the values; here there are no places."""
        return self.results

    def definition(self, node: NodeId) -> Any:
        """What the editor says of a node's block."""
        return self._definitions.get(node)

    def put(
        self, name: str, families: dict[str, str], values: dict[str, object], runtime: NodeRuntime | None = DONE
    ) -> None:
        """Add a node with outputs (name: family) and the values of those that have one."""
        node = NodeId(name)
        ports = [
            SimpleNamespace(name=port, label="", type=SimpleNamespace(family=family))
            for port, family in families.items()
        ]
        self._definitions[node] = SimpleNamespace(name=name.title(), outputs=ports)
        self.graph.nodes[node] = SimpleNamespace(title=None)
        if runtime is not None:
            self.runtime[node] = runtime
        self.results |= {PortRef(node, PortName(port)): value for port, value in values.items()}

    def select(self, *names: str) -> None:
        """Select these nodes."""
        self.selection = tuple(NodeId(name) for name in names)
        self.selection_changed.emit(self.selection)


@pytest.fixture
def editor(qapp: QApplication) -> Iterator[FakeEditor]:
    theme.apply(qapp, "dark")
    fake = FakeEditor()
    yield fake
    fake.background.close()
    qapp.setStyleSheet("")


@pytest.fixture
def panel(editor: FakeEditor, qtbot: Any) -> PreviewPanel:
    preview = PreviewPanel(editor)  # type: ignore[arg-type]  # the stand-in has what is read
    qtbot.addWidget(preview)
    preview.resize(360, 320)
    preview.show()
    return preview


@pytest.fixture
def show(editor: FakeEditor, panel: PreviewPanel, qtbot: Any) -> Callable[..., Any]:
    """Show one value and return its view."""

    def put(value: object, family: str = "any", name: str = "node") -> Any:
        editor.put(name, {"out": family}, {"out": value})
        editor.select(name)
        qtbot.waitUntil(lambda: panel.view is not None and not panel.empty.isVisible())
        return panel.view

    return put


@pytest.fixture
def patience(qapp: QApplication) -> Callable[[Callable[[], bool]], float]:
    """Let Qt work until something holds; return the longest time that Qt was held up, in seconds."""

    def wait(holds: Callable[[], bool], limit_s: float = 10) -> float:
        longest, end = 0.0, time.monotonic() + limit_s
        while not holds():
            assert time.monotonic() < end, "it did not happen"
            start = time.perf_counter()
            qapp.processEvents()
            longest = max(longest, time.perf_counter() - start)
            time.sleep(0.001)
        return longest

    return wait
