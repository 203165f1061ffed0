"""What a policy is edited of: some nodes, the graph for its nodes, or the run."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shtairir.block import BlockDefinition
from shtairir.document import Node, edits
from shtairir.document.governing import in_order
from shtairir.document.references import is_instance
from shtairir.ids import NodeId
from shtairir.policy import GraphPolicy, effective_policy, graph_policy, origin_of, setting
from shtairir.policy.faults import Fault, graph_faults, instance_faults, node_faults, only_hands_on
from shtairir.policy.settings import NODE_SETTINGS, OF_ONE_NODE, RUN_SETTINGS
from shtairir_ui.editor import Editor

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as it is shown.

    Attributes
    ----------
    value
        What holds, as a file would say it.
    inherited
        What holds if it is not set here.
    origin
        Who says so: ``node``, ``graph``, ``block``, ``default``; ``mixed`` if different ones do.
    is_set
        Whether it is set here.
    same
        Whether it is the same in all that are edited.
    """

    value: object
    inherited: object
    origin: str
    is_set: bool
    same: bool = True


class Subject(Protocol):
    """Whose settings a section shows and changes."""

    keys: tuple[str, ...]

    def shown(self, key: str) -> Shown:
        """Return a setting as it is now."""

    def set(self, key: str, value: object, merge: Hashable | None = None) -> None:
        """Change a setting; edits with the same key for merging become one step of undo."""

    def unset(self, key: str) -> None:
        """Let hold again what is said elsewhere."""

    def fault(self, key: str, value: object) -> Fault | None:
        """Return what is wrong with a value, if anything."""

    def note(self, key: str) -> str:
        """Return what is to be said of a setting here, whatever its value; mostly nothing."""

    def definition(self) -> BlockDefinition | None:
        """Return the block that all that are edited are of; None if they are of different ones."""

    @property
    def form(self) -> Hashable:
        """What is equal for subjects whose settings are edited in the same fields."""


class NodesSubject:
    """One node, or several at once."""

    def __init__(self, editor: Editor, nodes: tuple[NodeId, ...]) -> None:
        self._editor = editor
        self.nodes = nodes
        self._seen: tuple[int, list[Node]] | None = None
        definition = self.definition()
        names_ports = definition is not None and not is_instance(definition.id) and not only_hands_on(definition)
        self.keys = tuple(key for key in NODE_SETTINGS if names_ports or key not in OF_ONE_NODE)

    def definition(self) -> BlockDefinition | None:
        found = {node.block for node in self._different()}
        return self._editor.definition(self.nodes[0]) if len(found) == 1 else None

    @property
    def form(self) -> Hashable:
        definition = self.definition()
        outputs = definition.outputs if definition is not None else ()
        runs_on = definition.traits.runs_on if definition is not None else ""
        return self.keys, tuple((port.name, port.type) for port in outputs), runs_on

    def shown(self, key: str) -> Shown:
        each = [self._of(node, key) for node in self._different()]
        first = each[0]
        return Shown(
            first.value,
            first.inherited,
            first.origin if all(one.origin == first.origin for one in each) else "mixed",
            any(one.is_set for one in each),
            all(one.value == first.value for one in each),
        )

    def _of(self, node: Node, key: str) -> Shown:
        graph, definition = self._graph_policy(), self._editor.definition(node.id)
        without = {name: value for name, value in node.policy.items() if name != key}
        return Shown(
            plain(setting(effective_policy(definition, graph, node.policy), key)),
            plain(setting(effective_policy(definition, graph, without), key)),
            origin_of(key, definition, graph, node.policy),
            key in node.policy,
        )

    def set(self, key: str, value: object, merge: Hashable | None = None) -> None:
        # What holds anyway is not written: a difference in the file stays small.
        unneeded = {kind(node) for node in self._different() if value == self._of(node, key).inherited}
        self._apply(
            {
                node.id: _without(node.policy, key) if kind(node) in unneeded else in_order({**node.policy, key: value})
                for node in self._placed()
            },
            merge,
        )

    def unset(self, key: str) -> None:
        self._apply({node.id: _without(node.policy, key) for node in self._placed()}, None)

    def note(self, key: str) -> str:
        definition = self.definition()
        if definition is None:
            return ""
        traits = definition.traits
        if key == "condition":
            names = [str(port.name) for port in definition.inputs]
            more = ", ..." if len(names) > _NAMED else ""
            return f"Over: {', '.join(names[:_NAMED])}{more}" if names else "The block has no inputs to look at."
        if key == "retries" and not traits.repeatable and traits.retries is None and not self.shown(key).is_set:
            return "The block has an effect, which is not to happen twice."
        return ""

    def fault(self, key: str, value: object) -> Fault | None:
        if is_instance(self._editor.graph.nodes[self.nodes[0]].block):
            return _first(instance_faults({key: value}), key)
        # A fallback value that is missing is told by the check of the graph: here it may be on its way.
        return _first(node_faults({key: value}, self.definition() if key != "on_failure" else None), key)

    def _apply(self, policies: Mapping[NodeId, Mapping[str, Any]], merge: Hashable | None) -> None:
        (first, policy), *others = policies.items()
        self._editor.apply(edits.SetPolicies(policies) if others else edits.SetPolicy(first, policy), merge)

    def _placed(self) -> list[Node]:
        return [self._editor.graph.nodes[node] for node in self.nodes]

    def _different(self) -> list[Node]:
        """Return a node of each kind: most nodes say nothing, so of many thousands only a few are different."""
        revision = self._editor.graph.revision
        if self._seen is None or self._seen[0] != revision:
            self._seen = revision, list({kind(node): node for node in self._placed()}.values())
        return self._seen[1]

    def _graph_policy(self) -> GraphPolicy:
        return graph_policy(self._editor.root.raw_policy)


def kind(node: Node) -> Hashable:
    """Return what is equal for nodes of which the same holds."""
    return node.block, repr(node.policy)


class GraphNodesSubject:
    """What the graph says of all its nodes."""

    keys = tuple(key for key in NODE_SETTINGS if key not in OF_ONE_NODE and key != "depends_on")

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def definition(self) -> BlockDefinition | None:
        return None

    @property
    def form(self) -> Hashable:
        return self.keys

    def shown(self, key: str) -> Shown:
        nodes = self._nodes()
        return Shown(
            plain(setting(graph_policy({"node": nodes}).node, key)),
            plain(setting(graph_policy({}).node, key)),
            "graph" if key in nodes else "default",
            key in nodes,
        )

    def set(self, key: str, value: object, merge: Hashable | None = None) -> None:
        same = value == self.shown(key).inherited
        self._apply(_without(self._nodes(), key) if same else in_order({**self._nodes(), key: value}), merge)

    def unset(self, key: str) -> None:
        self._apply(_without(self._nodes(), key), None)

    def fault(self, key: str, value: object) -> Fault | None:
        return _first(graph_faults({"node": {key: value}}), f"node.{key}")

    def note(self, key: str) -> str:
        return ""

    def _nodes(self) -> Mapping[str, Any]:
        nodes = self._editor.root.raw_policy.get("node")
        return nodes if isinstance(nodes, Mapping) else {}

    def _apply(self, nodes: Mapping[str, Any], merge: Hashable | None) -> None:
        policy = {**({"node": nodes} if nodes else {}), **_without(self._editor.root.raw_policy, "node")}
        self._editor.apply(edits.SetGraphPolicy(policy), merge)


class RunSubject:
    """What holds for a run of the graph as a whole."""

    keys = tuple(RUN_SETTINGS)

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def definition(self) -> BlockDefinition | None:
        return None

    @property
    def form(self) -> Hashable:
        return self.keys

    def shown(self, key: str) -> Shown:
        policy = self._editor.root.raw_policy
        is_set = key in policy
        value, inherited = getattr(graph_policy(policy), key), getattr(graph_policy({}), key)
        return Shown(value, inherited, "graph" if is_set else "default", is_set)

    def set(self, key: str, value: object, merge: Hashable | None = None) -> None:
        policy = _without(self._editor.root.raw_policy, key)
        if value != self.shown(key).inherited:
            policy = {**policy, key: value}
        known = {name: policy[name] for name in ("node", *RUN_SETTINGS) if name in policy}
        self._editor.apply(edits.SetGraphPolicy(known | policy), merge)

    def unset(self, key: str) -> None:
        self._editor.apply(edits.SetGraphPolicy(_without(self._editor.root.raw_policy, key)))

    def fault(self, key: str, value: object) -> Fault | None:
        return _first(graph_faults({key: value}), key)

    def note(self, key: str) -> str:
        return ""


def plain(value: object) -> object:
    """Return a setting as a file holds it."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _without(policy: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if name != key}


def _first(faults: Iterable[Fault], key: str) -> Fault | None:
    return next((fault for fault in faults if fault.key == key), None)
