"""Edits of what is on the canvas beside nodes and links: frames, notes, bookmarks. None of it changes a result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from shtairir.document.edits.base import DeltaEdit
from shtairir.document.edits.header import header_delta
from shtairir.document.model import Bookmark, Frame, Note
from shtairir.document.naming import did_you_mean, is_name
from shtairir.document.state import Delta, State
from shtairir.errors import EditError


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_WithId)


@dataclass(frozen=True, slots=True)
class PutFrame(DeltaEdit):
    """Add a frame, or replace the one of the same id."""

    frame: Frame

    @property
    def label(self) -> str:
        return f"change frame {self.frame.title or self.frame.id}"

    def delta(self, state: State) -> Delta:
        return header_delta(state, frames=_put(state.header.frames, self.frame, "frame"))


@dataclass(frozen=True, slots=True)
class RemoveFrame(DeltaEdit):
    """Remove a frame; the nodes in it stay."""

    frame: str

    @property
    def label(self) -> str:
        return "remove frame"

    def delta(self, state: State) -> Delta:
        return header_delta(state, frames=_without(state.header.frames, self.frame, "frame"))


@dataclass(frozen=True, slots=True)
class PutNote(DeltaEdit):
    """Add a note, or replace the one of the same id."""

    note: Note

    @property
    def label(self) -> str:
        return "change note"

    def delta(self, state: State) -> Delta:
        return header_delta(state, notes=_put(state.header.notes, self.note, "note"))


@dataclass(frozen=True, slots=True)
class RemoveNote(DeltaEdit):
    """Remove a note."""

    note: str

    @property
    def label(self) -> str:
        return "remove note"

    def delta(self, state: State) -> Delta:
        return header_delta(state, notes=_without(state.header.notes, self.note, "note"))


@dataclass(frozen=True, slots=True)
class PutBookmark(DeltaEdit):
    """Add a bookmark, or replace the one of the same name, or the one called ``old``, which is renamed so."""

    bookmark: Bookmark
    old: str | None = None

    @property
    def label(self) -> str:
        return f"bookmark {self.bookmark.name}" if self.old is None else f"rename bookmark {self.old}"

    def delta(self, state: State) -> Delta:
        name = self.bookmark.name
        if not name or not self.bookmark.zoom > 0:
            raise EditError("A bookmark has a name, and a zoom greater than 0.")
        marks = {one.name: one for one in state.header.bookmarks}
        if self.old is not None and self.old != name:
            _known(marks, self.old, "bookmark")
            if name in marks:
                raise EditError(f"There is already a bookmark '{name}'.", hint="Choose another name.")
        replaced = name if self.old is None else self.old
        kept = [self.bookmark if key == replaced else one for key, one in marks.items()]
        return header_delta(state, bookmarks=tuple(kept if replaced in marks else [*kept, self.bookmark]))


@dataclass(frozen=True, slots=True)
class RemoveBookmark(DeltaEdit):
    """Remove a bookmark."""

    name: str

    @property
    def label(self) -> str:
        return f"remove bookmark {self.name}"

    def delta(self, state: State) -> Delta:
        marks = {one.name: one for one in state.header.bookmarks}
        _known(marks, self.name, "bookmark")
        return header_delta(state, bookmarks=tuple(one for key, one in marks.items() if key != self.name))


def _put(items: Iterable[_Item], item: _Item, noun: str) -> tuple[_Item, ...]:
    if not is_name(item.id):
        raise EditError(f"'{item.id}' cannot be the id of a {noun}.", hint="Use letters, digits, '_' and '-'.")
    return tuple({**{one.id: one for one in items}, item.id: item}.values())


def _without(items: Iterable[_Item], id: str, noun: str) -> tuple[_Item, ...]:
    found = {one.id: one for one in items}
    _known(found, id, noun)
    return tuple(one for key, one in found.items() if key != id)


def _known(found: Iterable[str], name: str, noun: str) -> None:
    names = list(found)
    if name not in names:
        raise EditError(f"There is no {noun} '{name}' in the graph.", hint=did_you_mean(name, names))
