"""Breakpoints, and the links whose values are watched. They belong to the open file and last as long as it is open."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from shtairir.document import Change, Snapshot
from shtairir.ids import NodeId, PortRef
from shtairir_ui.places import Place


class Marks(QObject):
    """What is marked on nodes and links, by path.

    A breakpoint on a node is known by the node's path, one on a link by the input that the link feeds, and so is a
    link that is watched.

    Attributes
    ----------
    stop_changed, watch_changed
        A breakpoint was set or taken away; a link is watched, or no longer.
    """

    changed = Signal()
    stop_changed = Signal(str, bool)
    watch_changed = Signal(object, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stops: dict[str, None] = {}
        self._watched: dict[PortRef, None] = {}

    @property
    def stops(self) -> tuple[str, ...]:
        """The breakpoints, in the order in which they were set."""
        return tuple(self._stops)

    @property
    def watched(self) -> tuple[PortRef, ...]:
        """The links that are watched, by the inputs that they feed."""
        return tuple(self._watched)

    def set_stops(self, names: Iterable[str], on: bool) -> None:
        """Set breakpoints, or take them away."""
        changed = [name for name in dict.fromkeys(names) if (name in self._stops) is not on]
        for name in changed:
            if on:
                self._stops[name] = None
            else:
                del self._stops[name]
            self.stop_changed.emit(name, on)
        if changed:
            self.changed.emit()

    def toggle_watch(self, link: PortRef) -> bool:
        """Watch a link, or no longer; says whether it is watched now."""
        on = link not in self._watched
        if on:
            self._watched[link] = None
        else:
            del self._watched[link]
        self.watch_changed.emit(link, on)
        self.changed.emit()
        return on

    def clear_stops(self) -> None:
        """Take all breakpoints away."""
        self.set_stops(self.stops, on=False)

    def forget(self) -> None:
        """Another file is open."""
        had = bool(self._stops or self._watched)
        self._stops.clear()
        self._watched.clear()
        if had:
            self.changed.emit()

    def follow(self, change: Change, place: Place) -> None:
        """Drop the marks on nodes and links that are gone."""
        gone = {place.whole(node) for node in change.nodes_removed}
        fed = {link.target for link in change.links_added}
        cut = {_whole(place, link.target) for link in change.links_removed if link.target not in fed}
        if not gone and not cut:
            return
        names = {*gone, *map(str, cut)}
        self.set_stops([name for name in self._stops if name in names], on=False)
        for link in [link for link in self._watched if link in cut or link.node in gone]:
            self.toggle_watch(link)

    def here(self, place: Place) -> tuple[frozenset[str], frozenset[PortRef]]:
        """The breakpoints and the watched links of a place, under the names that they have there."""
        prefix = place.prefix
        stops = frozenset(name[len(prefix) :] for name in self._stops if _is_in(name, prefix))
        watched = {
            PortRef(NodeId(link.node[len(prefix) :]), link.port) for link in self._watched if _is_in(link.node, prefix)
        }
        return stops, frozenset(watched)


def source_of(root: Snapshot, link: PortRef) -> PortRef | None:
    """The output, by path, whose value a link carries; None when there is no such link."""
    container, _, name = link.node.rpartition("/")
    found = root.find(link.node)
    if found is None:
        return None
    fed = found[0].links.get(PortRef(NodeId(name), link.port))
    prefix = f"{container}/" if container else ""
    return PortRef(NodeId(f"{prefix}{fed.source.node}"), fed.source.port) if fed is not None else None


def _whole(place: Place, ref: PortRef) -> PortRef:
    return PortRef(place.whole(ref.node), ref.port)


def _is_in(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and "/" not in name[len(prefix) :]
