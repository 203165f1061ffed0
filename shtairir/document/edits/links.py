"""Edits of links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shtairir.document.edits.base import DeltaEdit, node_in
from shtairir.document.jsonable import to_point
from shtairir.document.model import Link, Point
from shtairir.document.state import Delta, Placed, PlacedLink, State
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortRef


@dataclass(frozen=True, slots=True)
class AddLinks(DeltaEdit):
    """Link outputs to inputs; a link that an input had before is replaced."""

    links: tuple[Link, ...]

    @property
    def label(self) -> str:
        return f"link {self.links[0]}" if len(self.links) == 1 else f"add {len(self.links)} links"

    def delta(self, state: State) -> Delta:
        return Delta(links=new_links(state, self.links, {}))


@dataclass(frozen=True, slots=True)
class RemoveLinks(DeltaEdit):
    """Take the links out of inputs."""

    targets: tuple[PortRef, ...]

    @property
    def label(self) -> str:
        one = len(self.targets) == 1
        return f"unlink {self.targets[0]}" if one else f"remove {len(self.targets)} links"

    def delta(self, state: State) -> Delta:
        for target in self.targets:
            if state.link_into(target) is None:
                raise EditError(f"Nothing is linked to {target}.")
        return Delta(links=dict.fromkeys(self.targets))


@dataclass(frozen=True, slots=True)
class SetVia(DeltaEdit):
    """Lead the link into an input over dots; none: straight."""

    target: PortRef
    points: tuple[Point, ...]

    @property
    def label(self) -> str:
        return f"{'bend' if self.points else 'straighten'} the link into {self.target}"

    def delta(self, state: State) -> Delta:
        link = state.link_into(self.target)
        if link is None:
            raise EditError(f"Nothing is linked to {self.target}.")
        via = tuple(map(to_point, self.points))
        return Delta(links={self.target: (replace(link, via=via), None)}) if via != link.via else Delta()


def new_links(state: State, links: Iterable[Link], added: Mapping[NodeId, Placed]) -> dict[PortRef, PlacedLink]:
    """Return what adding links changes; ``added`` are nodes that are added along with them."""
    result: dict[PortRef, PlacedLink] = {}
    for link in links:
        for end in (link.source, link.target):
            if end.node not in added:
                node_in(state, end.node)
        if link.target in result:
            raise EditError(f"Two links cannot both feed {link.target}.", hint="An input has one link.")
        old = state.link_into(link.target)
        if old is None or old.source != link.source:
            result[link.target] = (link, None)
    return result
