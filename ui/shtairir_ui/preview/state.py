"""What the preview should show: one pure function of the editor's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shtairir.events import NodeStatus
from shtairir.ids import NodeId, PortName, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir_ui.runtime import NodeRuntime


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing to show, and why: a sentence, what to do, and an icon."""

    title: str
    hint: str = ""
    icon: str = "view"
    role: str = "text_dim"


@dataclass(frozen=True, slots=True)
class Output:
    """One output of the node: its value, or why there is none."""

    ref: PortRef
    label: str
    family: str
    value: object = None
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A node and its outputs. `stale` when its inputs changed since the values were made."""

    node: NodeId
    title: str
    outputs: tuple[Output, ...]
    stale: bool = False


class EditorState(Protocol):
    """The part of the editor that is read here; also `Elsewhere`."""

    @property
    def runtime(self) -> Mapping[NodeId, NodeRuntime]: ...
    @property
    def results(self) -> Mapping[PortRef, object]: ...
    @property
    def is_running(self) -> bool: ...
    def definition(self, node: NodeId) -> BlockDefinition | None: ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What there is at one node, wherever in the file it is: the state of its place, and its own values.

    Attributes
    ----------
    block
        The definition of the node.
    """

    runtime: Mapping[NodeId, NodeRuntime]
    results: Mapping[PortRef, object]
    is_running: bool
    block: BlockDefinition | None

    def definition(self, node: NodeId) -> BlockDefinition | None:
        """Return the block of the node."""
        return self.block


NOTHING_SELECTED = Empty("Nothing selected", "Select a node to see its result.")
MANY_SELECTED = Empty("Several nodes are selected", "Select one of them to see its result.")
NOT_RUN = Empty("No result yet", "Run the graph to see this result.", "run")
FREED = Empty("Not kept", "Freed to stay within the memory budget; run again to see it.", "memory")
GONE = Empty("This node is gone", "It comes back when its removal is undone.", "unlink")
OTHER_GRAPH = Empty("Another graph is shown", "This window goes on when its own graph is shown again.", "graph")
NO_OUTPUTS = Empty("This node has no outputs", "It hands nothing on.", "io")


def preview_of(editor: EditorState, node: NodeId, title: str) -> Shown | Empty:
    """Return what there is to show of a node."""
    definition = editor.definition(node)
    runtime = editor.runtime.get(node)
    kept = [ref for ref in editor.results if ref.node == node]
    if definition is None and not kept:
        return Empty("The block is not installed", "Install its pack to run this node.", "warning", "warning")
    ports = _ports(definition, kept)
    if not ports:
        return _without_value(runtime) if runtime is not None and _ended_badly(runtime) else NO_OUTPUTS
    outputs = tuple(
        Output(ref, label, family, editor.results[ref])
        if ref in editor.results
        else Output(ref, label, family, empty=_without_value(runtime, running=editor.is_running))
        for ref, label, family in ((PortRef(node, name), label, family) for name, label, family in ports)
    )
    return Shown(node, title, outputs, stale=bool(runtime is not None and runtime.stale and kept))


def _ports(definition: BlockDefinition | None, kept: list[PortRef]) -> list[tuple[PortName, str, str]]:
    if definition is None:
        return [(ref.port, ref.port, "any") for ref in kept]
    return [
        (PortName(port.name), getattr(port, "label", "") or port.name, port.type.family) for port in definition.outputs
    ]


def _ended_badly(runtime: NodeRuntime) -> bool:
    return runtime.status in (
        NodeStatus.FAILED,
        NodeStatus.TIMED_OUT,
        NodeStatus.CANCELLED,
        NodeStatus.SKIPPED,
    )


def _without_value(runtime: NodeRuntime | None, *, running: bool = False) -> Empty:
    status = runtime.status if runtime is not None else None
    if runtime is None or status is None:
        return NOT_RUN
    match status:
        case NodeStatus.WAITING | NodeStatus.READY | NodeStatus.PAUSED:
            return Empty("Waiting", "The nodes before it come first.", "waiting")
        case NodeStatus.RUNNING:
            return Empty("Running", runtime.message or "The result appears when the run ends.", "running", "running")
        case NodeStatus.FAILED | NodeStatus.TIMED_OUT:
            failure = runtime.failure
            words = (failure.message, failure.hint) if failure is not None else (runtime.message, "")
            return Empty("This node failed", "\n".join(word for word in words if word), "error", "error")
        case NodeStatus.SKIPPED:
            cause = runtime.reason or "A node before it failed."
            return Empty("Not run", cause, "skipped")
        case NodeStatus.CANCELLED:
            return Empty("Stopped", "The run was stopped before this node finished.", "cancelled", "warning")
        case _ if running:
            return Empty("Done", "The result appears when the run ends.", "ok", "ok")
        case _:
            return FREED
