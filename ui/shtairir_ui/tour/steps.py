"""The steps of the tour: what is said, what is pointed at, and how it is known that it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shtairir.document import Graph
from shtairir.events import NodeStatus, RunStatus
from shtairir.ids import NodeId, PortName
from shtairir_assets.examples import FOLDER

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from shtairir.results import RunResult
    from shtairir_ui.window import MainWindow

LAST = NodeId("clean")
WRONG = NodeId("threshold")
PICTURE = FOLDER / "data" / "coins.png"


@dataclass
class Facts:
    """What happened since a step began, and the values of the nodes then."""

    before: Mapping[NodeId, Mapping[str, object]] = field(default_factory=dict)
    result: RunResult | None = None
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    begin
        Makes ready for it.
    is_done
        Whether the person has done it, by what the window shows and what has happened since.
    points_at
        A widget, or a node by its id.
    """

    title: str
    text: str
    is_done: Callable[[MainWindow, Facts], bool]
    points_at: Callable[[MainWindow], QWidget | NodeId | None] = lambda _window: None
    begin: Callable[[MainWindow], None] = lambda _window: None
    praise: Callable[[Facts], str] = lambda _facts: "Well done."


def tour_graph() -> Graph:
    """Return the graph that the tour is taken on: four nodes that find coins in a photograph."""
    graph = Graph("Tour")
    load = graph.add("io.read_image", id="load", title="Photograph", path=PICTURE.as_posix(), position=(0, 0))
    blur = graph.add("image.gaussian_blur", id="blur", image=load["out"], values={"sigma": 1.5}, position=(240, 0))
    mask = graph.add("image.threshold", id=WRONG, title="Coins or ground", image=blur["out"], position=(480, 0))
    graph.set(f"{WRONG}.method", "otsu")
    graph.add(
        "image.remove_small_objects",
        id=LAST,
        title="Drop specks",
        mask=mask["mask"],
        values={"smallest": 400},
        position=(720, 0),
    )
    graph.begin_history()
    return graph


def _ran(_window: MainWindow, facts: Facts) -> bool:
    return facts.result is not None and facts.result.status is RunStatus.DONE


def _cached(facts: Facts) -> int:
    nodes = facts.result.nodes.values() if facts.result is not None else ()
    return sum(node.status is NodeStatus.CACHED for node in nodes)


def _changed_and_ran(window: MainWindow, facts: Facts) -> bool:
    nodes = window.editor.root.nodes
    changed = any(node in nodes and dict(nodes[node].values) != values for node, values in facts.before.items())
    return changed and _ran(window, facts)


def _what_was_spared(facts: Facts) -> str:
    cached = _cached(facts)
    return f"{cached} cached: only what had changed ran." if cached else "It ran with the new value."


def _linked_something_new(window: MainWindow, facts: Facts) -> bool:
    links = window.editor.root.links.values()
    return any(link.source.node == LAST and link.target.node not in facts.before for link in links)


def _mended(window: MainWindow, _facts: Facts) -> bool:
    node = window.editor.root.nodes.get(WRONG)
    return node is None or node.values.get("method") != "otzu"


def _break(window: MainWindow) -> None:
    """Spell a choice wrong, as one step that can be undone."""
    if WRONG in window.editor.root.nodes:
        window.editor.set_value(WRONG, PortName("method"), "otzu")
    window.panels.show_problems()


def _run_button(window: MainWindow) -> QWidget:
    return window.top_bar.run_bar.run_button


def _select_last(window: MainWindow) -> None:
    window.editor.select((LAST,))


def _wrote_code(window: MainWindow, _facts: Facts) -> bool:
    return bool(window.editor.root.code)


STEPS = (
    Step(
        "Run the graph",
        "Four blocks find the coins in a photograph. Press Run, or F5: each node shows when it works, "
        "and a small picture of what it made.",
        _ran,
        _run_button,
        praise=lambda _facts: "Each node shows what it made. Click one to see it large.",
    ),
    Step(
        "Change a value",
        "“Drop specks” is selected. Change its value smallest in the form at the right, and run again: "
        "only what depends on it runs.",
        _changed_and_ran,
        lambda _window: LAST,
        _select_last,
        _what_was_spared,
    ),
    Step(
        "Drop a link",
        "Drag from the output “out” of “Drop specks” and let go on the empty canvas. "
        "A menu lists the blocks that fit; type “touching”, and press Enter.",
        _linked_something_new,
        lambda _window: LAST,
        praise=lambda _facts: "It is placed and linked in one step; Ctrl+Z takes it back.",
    ),
    Step(
        "Mend an error",
        "The tour has just spelled a choice of “Coins or ground” wrong. The problem is listed below with what "
        "to do: press Fix there, or choose the method again at the right.",
        _mended,
        lambda _window: WRONG,
        _break,
        lambda _facts: "Problems are found while you edit, before anything runs.",
    ),
    Step(
        "Write a block",
        "Press Ctrl+Shift+B. A block of your own appears, with its code at the right: a Python function, whose "
        "arguments are its inputs.",
        _wrote_code,
        praise=lambda _facts: "The code is kept in the file, and asks before it runs on another machine.",
    ),
    Step(
        "Take it to the shell",
        "The same file runs without the window. Choose Run > Copy the command line.",
        lambda _window, facts: facts.copied,
        praise=lambda _facts: "Paste it into a terminal once the graph is saved.",
    ),
)
