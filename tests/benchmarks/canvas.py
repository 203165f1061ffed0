"""The canvas beside NodeGraphQt as it comes: opening, panning, zooming, an edit, a status, memory.

Nodes lie in columns as high as there are columns; each has two inputs, fed by nodes of the column before. Both draw
into memory, on one thread. *Pan* and *zoom* are a frame with all nodes in sight; *edit* is one value of one node,
applied and painted; *status* is one node's state, painted. Of NodeGraphQt, building the graph is measured: to read its
own files takes it longer. Frames, edits and states are told in time of the processor.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import shtairir
from tests.benchmarks.arena import resident_bytes
from tests.benchmarks.contest import Contest, Contestant, Figure, Measured, Target

_NEEDS = ("PySide6", "NodeGraphQt")
_FRAMES = 12
Wire = tuple[int, int, int]


def shape(count: int) -> tuple[list[tuple[float, float]], list[Wire]]:
    """Return places, and links as source, target and number of the input: about one and a half for each node."""
    chance = random.Random(1)
    rows = max(5, round((count / 1.6) ** 0.5))
    places = [(column * 260.0, row * 160.0) for column, row in (divmod(n, rows) for n in range(count))]
    wires = []
    for target in range(rows, count):
        before = range((target // rows - 1) * rows, target // rows * rows)
        wires += [(chance.choice(before), target, port) for port in range(chance.choice((1, 2)))]
    return places, wires


def _file(count: int) -> Path:
    """Write the graph that ours opens."""
    places, wires = shape(count)
    graph = shtairir.Graph("bench")
    for number, place in enumerate(places):
        graph.add("math.add", id=f"n{number}", position=place)
    for source, target, port in wires:
        graph.link(f"n{source}.out", f"n{target}.{'ab'[port]}")
    path = Path(tempfile.mkdtemp(prefix="shtairir-canvas-")) / "bench.shtairir"
    shtairir.save(graph, path)
    return path


def _application() -> Any:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    qInstallMessageHandler(lambda *_: None)  # each node of NodeGraphQt says something
    return QApplication.instance() or QApplication([])


def _median_s(step: Callable[[int], object], frames: int = _FRAMES) -> float:
    times = []
    for number in range(frames):
        began = time.thread_time()
        step(number)
        times.append(time.thread_time() - began)
    return statistics.median(times)


def ours(count: int, work: str) -> Callable[[], object]:
    """Return a turn of our window."""
    application = _application()
    from shtairir.document.edits import SetValue
    from shtairir.events import NodeStatus
    from shtairir.ids import NodeId, PortName
    from shtairir_ui import theme
    from shtairir_ui.canvas import GraphCanvas
    from shtairir_ui.editor import Editor
    from shtairir_ui.runtime import NodeRuntime

    theme.apply(application, "dark")
    path = _file(count)
    editor = Editor()
    canvas = GraphCanvas(editor)
    canvas.resize(1280, 800)
    canvas.show()
    application.processEvents()
    small = resident_bytes()

    paint = application.processEvents

    def open_it() -> Measured:
        editor.new()
        paint()
        began = time.perf_counter()
        editor.open(path)
        canvas.fit()
        paint()
        return Measured(elapsed_s=time.perf_counter() - began)

    def pan(number: int) -> None:
        canvas.view.pan(6.0 if number % 2 else -6.0, 3.0)
        paint()

    def zoom(number: int) -> None:
        canvas.view.zoom_by(1.1 if number % 2 else 1 / 1.1, canvas.view.rect().toRectF().center())
        paint()

    def edit(number: int) -> None:
        editor.apply(SetValue(NodeId("n7"), PortName("b"), float(number)))
        canvas.view.viewport().update()  # from afar the value is not written, and nothing would be painted
        paint()

    def status(number: int) -> None:
        item = canvas.board.nodes[NodeId("n7")]
        item.show_runtime(NodeRuntime((NodeStatus.RUNNING, NodeStatus.DONE)[number % 2]), None)
        paint()

    if work == "open":
        return open_it
    open_it()
    if work == "memory":
        return lambda: Measured(elapsed_s=(resident_bytes() - small) / count)
    step = {"pan": pan, "zoom": zoom, "edit": edit, "status": status}[work]
    return lambda: Measured(elapsed_s=_median_s(step))


def stock(count: int, work: str) -> Callable[[], object]:
    """Return a turn of NodeGraphQt's own graph."""
    application = _application()
    from NodeGraphQt import BaseNode, NodeGraph  # type: ignore[import-untyped]

    class Add(BaseNode):  # type: ignore[misc]
        __identifier__ = "bench"
        NODE_NAME = "Add"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("a")
            self.add_input("b")
            self.add_output("out")
            self.add_text_input("value", "b")

    places, wires = shape(count)
    small = resident_bytes()
    graph = NodeGraph()
    graph.set_acyclic(False)  # its search for cycles takes exponential time
    graph.register_node(Add)
    graph.widget.resize(1280, 800)
    graph.widget.show()
    view = graph.viewer()
    nodes: list[Any] = []

    paint = application.processEvents

    def build() -> Measured:
        graph.clear_session()
        nodes.clear()
        began = time.perf_counter()
        for number, place in enumerate(places):
            nodes.append(graph.create_node("bench.Add", name=f"n{number}", pos=place, selected=False, push_undo=False))
        for source, target, port in wires:
            nodes[target].set_input(port, nodes[source].output(0))
        graph.clear_selection()
        view.zoom_to_nodes([node.view for node in nodes])
        paint()
        return Measured(elapsed_s=time.perf_counter() - began)

    def pan(number: int) -> None:
        view._set_viewer_pan(6.0 if number % 2 else -6.0, 3.0)
        paint()

    def zoom(number: int) -> None:
        view._set_viewer_zoom(1.0 if number % 2 else -1.0)
        paint()

    def edit(number: int) -> None:
        nodes[7].set_property("value", str(number))
        paint()

    def status(number: int) -> None:
        nodes[7].set_color(80, 80 + number, 80)
        paint()

    if work == "open":
        return build
    build()
    if work == "memory":
        return lambda: Measured(elapsed_s=(resident_bytes() - small) / count)
    step = {"pan": pan, "zoom": zoom, "edit": edit, "status": status}[work]
    return lambda: Measured(elapsed_s=_median_s(step, 4))


def arranging(count: int) -> Callable[[], object]:
    """Return an arrangement of all nodes."""
    graph = shtairir.load(_file(count))

    def arrange() -> None:
        graph.arrange()
        graph.undo()

    return arrange


_WORKS = (
    # work, title, figure, unit's factor, decimals, at most
    ("pan", "a frame of panning with {count:,} nodes in sight", "ms a frame", 1e3, 2, 4e-3),
    ("zoom", "a frame of zooming with {count:,} nodes in sight", "ms a frame", 1e3, 2, 22e-3),
    ("edit", "one value among {count:,} nodes, applied and painted", "ms", 1e3, 2, 16e-3),
    ("status", "one state among {count:,} nodes, painted", "ms", 1e3, 2, None),
    ("memory", "memory of {count:,} nodes on the canvas", "KB a node", 1e-3, 1, 25e3),
)


_MOST_OF_STOCK = 1000
"""With more nodes, NodeGraphQt takes minutes."""


def _contest(name: str, title: str, figure: Figure, count: int, at_most: float | None, *, work: str) -> Contest:
    contestants = [Contestant("shtairir", lambda: ours(count, work), _NEEDS)]
    if count <= _MOST_OF_STOCK:
        contestants.append(Contestant("NodeGraphQt", lambda: stock(count, work), _NEEDS, once=work == "open"))
    return Contest(
        name=name,
        title=title,
        contestants=tuple(contestants),
        figures=(figure,),
        against=contestants[-1].name,
        targets=(Target("shtairir", "elapsed_s", at_most),) if at_most is not None else (),
        rounds=3,
    )


def contests(scale: float) -> list[Contest]:
    """Return the contests."""
    count, many = max(int(1000 * scale), 50), max(int(5000 * scale), 100)
    found = [
        _contest(
            f"canvas-open-{number}",
            f"Opening {number:,} nodes from the file, painted",
            Figure("elapsed_s", "ms", 1e3, 0),
            number,
            at_most,
            work="open",
        )
        for number, at_most in ((count, 0.5), (many, 2.5))
    ]
    found += [
        _contest(
            f"canvas-{work}",
            title.format(count=count)[0].upper() + title.format(count=count)[1:],
            Figure("elapsed_s", unit, factor, decimals),
            count,
            at_most,
            work=work,
        )
        for work, title, unit, factor, decimals, at_most in _WORKS
    ]
    arrange = Contest(
        name="canvas-arrange",
        title=f"Arranging {count:,} nodes in layers",
        contestants=(Contestant("shtairir", lambda: arranging(count)),),
        figures=(Figure("elapsed_s", "ms", 1e3, 0),),
        against="shtairir",
        targets=(Target("shtairir", "elapsed_s", 0.1),),
    )
    return [*found, arrange]
