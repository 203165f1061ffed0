"""The verbs that say how nodes, and a whole graph, are to be run when things go wrong."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from shtairir.document import edits
from shtairir.document.building import Building
from shtairir.document.handle import NodeHandle
from shtairir.document.jsonable import to_json
from shtairir.document.model import JsonObject, JsonValue
from shtairir.document.references import is_instance
from shtairir.errors import EditError
from shtairir.ids import NodeId

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition
    from shtairir.block.registry import Registry
    from shtairir.policy import GraphPolicy, NodePolicy
    from shtairir.policy.faults import Fault


class Governing(Building):
    """A scope whose nodes are told how they are to be run."""

    def set_policy(
        self, node: NodeId | str | NodeHandle | None, /, *, merge: Hashable | None = None, **settings: object
    ) -> None:
        """Say how a node is to be run, or with ``None`` the whole graph; settings that are not named stay.

        Parameters
        ----------
        **settings
            Of a node those of `NodePolicy`, with the wait between attempts as ``backoff_s``, ``backoff_factor``,
            ``backoff_cap_s`` and ``jitter``. Of the graph ``timeout_s``, ``checkpoints``, and ``node``, a dictionary of
            settings for all nodes that say nothing else themselves.

        Raises
        ------
        EditError
            When there is no such node or setting, or what is given does not fit.

        Examples
        --------
        >>> from shtairir.document import Graph
        >>> graph = Graph("demo")
        >>> number = graph.add("math.number", value=3)
        >>> graph.set_policy("number", retries=5, timeout_s=None)
        >>> graph.set_policy(None, timeout_s=60, node={"retries": 1})
        >>> graph.nodes["number"].policy, graph.policy("number").retries
        ({'retries': 5, 'timeout_s': None}, 5)
        """
        from shtairir.policy.faults import graph_faults, instance_faults, node_faults

        given = {key: to_json(value) for key, value in settings.items()}
        if node is None:
            self._refuse(graph_faults(given), "the graph")
            self.apply(edits.SetGraphPolicy(self._with_nodes(given)), merge=merge)
            return
        of = self.node(node.id if isinstance(node, NodeHandle) else node)
        faults = instance_faults(given) if is_instance(of.block) else node_faults(given)
        self._refuse(faults, f"'{of.id}'")
        self.apply(edits.SetPolicy(of.id, in_order({**of.policy, **given})), merge=merge)

    def unset_policy(self, node: NodeId | str | NodeHandle | None, /, *settings: str) -> None:
        """Let what is said elsewhere hold again; without names, for all settings of the node, or of the graph.

        Parameters
        ----------
        *settings
            Names of settings; of the graph also ``node.retries``, one of those that are meant for its nodes.
        """
        if node is None:
            self.apply(edits.SetGraphPolicy(_without_all(self.raw_policy, settings)))
            return
        of = self.node(node.id if isinstance(node, NodeHandle) else node)
        self.apply(edits.SetPolicy(of.id, _without_all(of.policy, settings)))

    @overload
    def policy(self, node: None = None, /, *, registry: Registry | None = None) -> GraphPolicy: ...
    @overload
    def policy(self, node: NodeId | str | NodeHandle, /, *, registry: Registry | None = None) -> NodePolicy: ...
    def policy(
        self, node: NodeId | str | NodeHandle | None = None, /, *, registry: Registry | None = None
    ) -> GraphPolicy | NodePolicy:
        """Return what holds for a node, with all that the graph and the block say; or what holds for the graph.

        Parameters
        ----------
        node
            A node of the graph, or of this definition; or one inside of an instance, by its path: ``clean/blur``.
        """
        from shtairir.policy import effective_policy, graph_policy

        whole = graph_policy(self.raw_policy)
        if node is None:
            return whole
        path = NodeId(node.id if isinstance(node, NodeHandle) else node)
        if "/" in path:
            found, own = self._said_inside(path, registry)
            return effective_policy(found, whole, own)
        of = self.node(path)
        return effective_policy(self.snapshot().definition(of, registry), whole, of.policy)

    def _said_inside(self, path: NodeId, registry: Registry | None) -> tuple[BlockDefinition | None, JsonObject]:
        """Return the block of a node inside of instances, and what is said of it there and by these."""
        from shtairir.policy.inside import handed_in, said_by_instance

        said: dict[str, Any] = {}
        steps = path.split("/")
        for count in range(1, len(steps) + 1):
            found = self.snapshot().find("/".join(steps[:count]))
            if found is None:
                raise EditError(f"There is no node '{path}' in the graph.")
            scope, node = found
            definition = scope.definition(node, registry)
            own = handed_in(node.policy, said, definition) if definition is not None else dict(node.policy)
            inside = scope.inside(node)  # a loop says nothing of what it repeats
            file = inside.header.policy if inside is not None and inside.scope is None else {}
            said = said_by_instance(own, file) if inside is not None else {}
        return definition, own

    @property
    def raw_policy(self) -> JsonObject:
        """What the graph says itself of how it is run, as its file holds it; the same in all of its definitions."""
        return self._program.scopes.root.header.policy

    def _with_nodes(self, given: Mapping[str, JsonValue]) -> JsonObject:
        """Return the graph's policy with other settings, those for nodes joined with what there is."""
        there = self.raw_policy
        new = {**there, **given}
        old, more = there.get("node"), given.get("node")
        if isinstance(old, Mapping) and isinstance(more, Mapping):
            new["node"] = in_order({**old, **more})
        return {key: new[key] for key in ("node", "timeout_s", "checkpoints") if key in new} | new

    @staticmethod
    def _refuse(faults: Iterable[Fault], what: str) -> None:
        for fault in faults:
            raise EditError(f"The policy of {what}: {fault.message}", hint=fault.fix)


def in_order(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in the order in which all files have them, and what is not known after them."""
    from shtairir.policy.settings import NODE_SETTINGS

    return {key: policy[key] for key in NODE_SETTINGS if key in policy} | dict(policy)


def _without_all(policy: JsonObject, settings: Iterable[str]) -> JsonObject:
    left = policy if settings else {}
    for name in settings:
        left = without_setting(left, name)
    return left


def without_setting(policy: JsonObject, key: str) -> JsonObject:
    """Return a policy without a setting, which may be one of those for nodes: ``node.retries``.

    Examples
    --------
    >>> without_setting({"node": {"retries": 1}, "timeout_s": 5}, "node.retries")
    {'timeout_s': 5}
    """
    first, _, inner = key.partition(".")
    nodes = policy.get(first)
    if inner and isinstance(nodes, Mapping):
        left = {name: value for name, value in nodes.items() if name != inner}
        return {**policy, first: left} if left else without_setting(policy, first)
    return {name: value for name, value in policy.items() if name != key}
