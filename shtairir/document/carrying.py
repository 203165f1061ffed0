"""Frames and notes that go along when nodes are copied, put into a definition, or put back."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from shtairir.document.edits import Edit, PutFrame, PutNote
from shtairir.document.model import Frame, Header, Node, Note, Point, Rect
from shtairir.document.naming import free_name
from shtairir.ids import NodeId


def carried(
    header: Header, nodes: Mapping[NodeId, Node], chosen: Container[NodeId]
) -> tuple[tuple[Frame, ...], tuple[Note, ...]]:
    """Return the frames all of whose nodes are chosen, and the notes that lie in these frames."""
    frames = tuple(frame for frame in header.frames if _holds_only(frame, nodes, chosen))
    notes = (note for note in header.notes if any(_lies_in(note.rect, frame.rect) for frame in frames))
    return frames, tuple(notes)


def brought(areas: Header, into: Header, offset: Point) -> list[Edit]:
    """Return the edits that add the frames and notes of one scope to another, under ids that are free there."""
    frames = {frame.id for frame in into.frames}
    notes = {note.id for note in into.notes}
    edits: list[Edit] = []
    for frame in areas.frames:
        key = free_name(frame.id, frames)
        frames.add(key)
        edits.append(PutFrame(replace(frame, id=key, rect=_moved(frame.rect, offset))))
    for note in areas.notes:
        key = free_name(note.id, notes)
        notes.add(key)
        edits.append(PutNote(replace(note, id=key, rect=_moved(note.rect, offset))))
    return edits


def _holds_only(frame: Frame, nodes: Mapping[NodeId, Node], chosen: Container[NodeId]) -> bool:
    inside = [key for key, node in nodes.items() if _lies_in((*node.position, 0.0, 0.0), frame.rect)]
    return bool(inside) and all(key in chosen for key in inside)


def _lies_in(rect: Rect, other: Rect) -> bool:
    (x, y, width, height), (left, top, wide, high) = rect, other
    return left <= x and top <= y and x + width <= left + wide and y + height <= top + high


def _moved(rect: Rect, by: Point) -> Rect:
    return (rect[0] + by[0], rect[1] + by[1], rect[2], rect[3])
