"""Which results no longer match the graph: a comparison of two states, so undo makes them fresh again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shtairir.document import Link, Node, Snapshot
from shtairir.document.references import CODE, references_of
from shtairir.ids import BlockId, NodeId, PortRef


def stale_paths(then: Snapshot, now: Snapshot, rewritten: Collection[BlockId] = ()) -> frozenset[NodeId]:
    """The nodes, by path, whose results no longer match: also inside the definitions that nodes stand for.

    A definition that is another makes its instances stale; an instance whose inputs are others makes all in it so.
    """
    code = (BlockId(f"{CODE}{name}") for name in _changed_code(then, now))
    return frozenset(_stale_in(then, now, {*rewritten, *code, *_changed_definitions(then, now)}))


def _changed_definitions(then: Snapshot, now: Snapshot) -> set[str]:
    names = {*then.subgraphs, *now.subgraphs}
    changed = {name for name in names if _content(then.subgraphs.get(name)) != _content(now.subgraphs.get(name))}
    before = -1
    while len(changed) != before:  # what contains one that changed has changed too
        before = len(changed)
        changed |= {
            name
            for name, scope in now.subgraphs.items()
            if any(not changed.isdisjoint(references_of(node)) for node in scope.nodes.values())
        }
    return changed


def _content(scope: Snapshot | None) -> object:
    if scope is None:
        return None
    nodes = {id: (node.block, node.values, node.policy, node.state) for id, node in scope.nodes.items()}
    return nodes, dict(scope.links)


def _changed_code(then: Snapshot, now: Snapshot) -> set[str]:
    return {name for name in {*then.code, *now.code} if then.code.get(name) != now.code.get(name)}


def _stale_in(
    then: Snapshot, now: Snapshot, rewritten: Collection[str], prefix: str = "", inside: tuple[str, ...] = ()
) -> Iterable[NodeId]:
    stale = stale_nodes(then, now, rewritten)
    yield from (NodeId(f"{prefix}{node}") for node in stale)
    for id, node in now.nodes.items():
        for name in references_of(node):
            scope = now.subgraphs.get(name)
            if scope is None or name in inside:
                continue
            way = f"{prefix}{id}/"
            if id in stale and name not in rewritten:
                yield from _all_in(scope, way, (*inside, name))
            else:
                yield from _stale_in(then.subgraphs.get(name, scope), scope, rewritten, way, (*inside, name))


def _all_in(scope: Snapshot, prefix: str, inside: tuple[str, ...]) -> Iterable[NodeId]:
    for id, node in scope.nodes.items():
        yield NodeId(f"{prefix}{id}")
        for name in references_of(node):
            if name in scope.subgraphs and name not in inside:
                yield from _all_in(scope.subgraphs[name], f"{prefix}{id}/", (*inside, name))


def stale_nodes(then: Snapshot, now: Snapshot, rewritten: Collection[str] = ()) -> frozenset[NodeId]:
    """The nodes of one graph whose inputs or code differ between two states of it, and all that they feed.

    `rewritten` names the blocks whose code, and the definitions whose content, has changed since. What is frozen holds,
    whatever changed before it; once it is not frozen any more, nobody knows of what its result was made.
    """
    touched = {
        node.id
        for node in now.nodes.values()
        if _names(node, rewritten) or _computes_differently(then.nodes.get(node.id), node)
    }
    touched.update(link.target.node for link in _difference(then.links, now.links))
    held = {node.id for node in now.nodes.values() if node.frozen and node.id in then.nodes}
    if not held:
        return frozenset(downstream(touched, now.links.values()))
    passing = (link for link in now.links.values() if link.target.node not in held)
    return frozenset(downstream(touched - held, passing))


def _names(node: Node, rewritten: Collection[str]) -> bool:
    return bool(rewritten) and (node.block in rewritten or any(name in rewritten for name in references_of(node)))


def _computes_differently(then: Node | None, now: Node) -> bool:
    if then is now:
        return False
    if then is None or (then.frozen and not now.frozen):
        return True
    return (then.block, then.values, then.policy, then.state) != (now.block, now.values, now.policy, now.state)


def _difference(then: Mapping[PortRef, Link], now: Mapping[PortRef, Link]) -> Iterable[Link]:
    yield from (link for target, link in now.items() if then.get(target) != link)
    yield from (link for target, link in then.items() if target not in now)


def downstream(start: Iterable[NodeId], links: Iterable[Link]) -> set[NodeId]:
    """These nodes, and all that they feed."""
    readers: dict[NodeId, list[NodeId]] = {}
    for link in links:
        readers.setdefault(link.source.node, []).append(link.target.node)
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in reached:
                reached.add(reader)
                waiting.append(reader)
    return reached
