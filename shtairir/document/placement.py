"""From a graph to the edit that arranges it: all of it or some nodes, with frames kept together and notes kept near.

`shtairir.document.arranging` knows boxes and links only. Here a frame whose nodes are all to be arranged becomes a box
of its own, with its nodes arranged inside; a note goes along with the node that it stands at. What stays where it is is
never covered: the arranged nodes give way downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shtairir.document.arranging import Box, laid_out
from shtairir.document.edits import Batch, Edit, MoveNodes, PutFrame, PutNote, SetVia, count_of
from shtairir.document.model import Frame, Link, Node, Note, Point, Rect
from shtairir.ids import NodeId, PortRef

if TYPE_CHECKING:
    from shtairir.block.definition import BlockDefinition

FRAME_PAD, FRAME_TITLE = 24.0, 40.0
"""The room between a frame and its nodes, and that above them, with the title."""
_ABOVE = 24.0
"""More room above a frame: from far away its title stands there."""
_NOTE_GAP, _NEAR = 16.0, 60.0
_CLEAR = 28.0
"""How far arranged nodes keep from those that stay."""
_MANY = 20_000
"""With more pairs than that, what is arranged gives way as a whole."""

_WIDTH, _TITLE, _ROW, _FOOT = 216.0, 38.0, 24.0, 46.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies on the canvas of one scope: of a graph as of a snapshot."""

    nodes: Mapping[NodeId, Node]
    links: Mapping[PortRef, Link]
    frames: tuple[Frame, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Group:
    """Boxes that are kept together: a frame with what is in it, a note with its node, or all."""

    frame: Frame | None = None
    note: Note | None = None
    nodes: list[NodeId] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)


@dataclass(slots=True)
class _Places:
    nodes: dict[str, Point] = field(default_factory=dict)
    frames: dict[str, Rect] = field(default_factory=dict)
    notes: dict[str, Rect] = field(default_factory=dict)
    lanes: dict[PortRef, tuple[Point, ...]] = field(default_factory=dict)

    def take(self, inner: _Places, dx: float, dy: float) -> None:
        """Take what was placed inside of a group to where the group is."""
        self.nodes.update({key: (x + dx, y + dy) for key, (x, y) in inner.nodes.items()})
        self.frames.update({key: (x + dx, y + dy, w, h) for key, (x, y, w, h) in inner.frames.items()})
        self.notes.update({key: (x + dx, y + dy, w, h) for key, (x, y, w, h) in inner.notes.items()})
        self.lanes.update({key: tuple((x + dx, y + dy) for x, y in dots) for key, dots in inner.lanes.items()})


def has_no_places(nodes: Iterable[Node]) -> bool:
    """Whether the nodes lie all on one place, as those of a graph do that was made in Python."""
    places = [node.position for node in nodes]
    return len(places) > 1 and len(set(places)) == 1


def members(frame: Frame, nodes: Mapping[NodeId, Node], boxes: Mapping[NodeId, Box]) -> list[NodeId]:
    """Return the nodes that a frame carries: those whose middle lies in it."""
    return [key for key, node in nodes.items() if _holds(frame.rect, _rect(node, boxes[key]))]


def around(rects: Iterable[Rect], *, titled: bool = True) -> Rect:
    """Return the rectangle of a frame around others."""
    x, y, width, height = united(rects)
    top = FRAME_TITLE if titled else FRAME_PAD
    return (x - FRAME_PAD, y - top, width + 2 * FRAME_PAD, height + top + FRAME_PAD)


def united(rects: Iterable[Rect]) -> Rect:
    """Return the least rectangle around others."""
    found = list(rects)
    left, top = min(rect[0] for rect in found), min(rect[1] for rect in found)
    right, bottom = max(rect[0] + rect[2] for rect in found), max(rect[1] + rect[3] for rect in found)
    return (left, top, right - left, bottom - top)


def guessed_box(node: Node, definition: BlockDefinition | None, linked: Collection[str]) -> Box:
    """Return about how large a node is drawn, where there is no canvas to ask."""
    if definition is None:
        return Box(_WIDTH, _TITLE + _FOOT + _ROW)
    shown = [port.name for port in definition.inputs if port.required or port.name in {*linked, *node.exposed}]
    rows = max(len(shown), len(definition.outputs))
    note = _ROW if len(shown) < len(definition.inputs) else 0.0
    inputs: dict[str, float] = {name: _TITLE + (row + 0.5) * _ROW for row, name in enumerate(shown)}
    outputs: dict[str, float] = {port.name: _TITLE + (row + 0.5) * _ROW for row, port in enumerate(definition.outputs)}
    return Box(_WIDTH, _TITLE + rows * _ROW + note + _FOOT, inputs, outputs)


def guessed_boxes(scene: Scene, definition_of: Callable[[Node], BlockDefinition | None]) -> dict[NodeId, Box]:
    """Return about how large the nodes of a scene are drawn."""
    linked: dict[NodeId, set[str]] = {}
    for link in scene.links.values():
        linked.setdefault(link.target.node, set()).add(link.target.port)
    return {key: guessed_box(node, definition_of(node), linked.get(key, ())) for key, node in scene.nodes.items()}


def arrangement(
    scene: Scene, boxes: Mapping[NodeId, Box], nodes: Collection[NodeId] | None = None, words: str = ""
) -> Edit | None:
    """Return the edit that arranges nodes; ``None`` when there is nothing to arrange.

    Parameters
    ----------
    boxes
        How large each node of the scene is.
    nodes
        Those to arrange; all when left out. Where one frame is among what stays, its nodes may leave it.
    """
    chosen = [key for key in scene.nodes if nodes is None or key in nodes]
    if not chosen:
        return None
    notes = scene.notes if nodes is None or len(chosen) == len(scene.nodes) else ()
    group, strays = _grouped(scene, boxes, chosen, notes)
    places, _ = _placed(group, scene, boxes)
    _put_above(strays, places)
    found = _Places()
    found.take(places, *_shift(scene, boxes, chosen, places, strays))
    _follow(scene, boxes, found)
    return _edit(scene, found, words or f"arrange {count_of(len(chosen), 'node')}")


def _grouped(
    scene: Scene, boxes: Mapping[NodeId, Box], chosen: list[NodeId], notes: Iterable[Note]
) -> tuple[_Group, list[Note]]:
    """Say what is kept together, and which notes stand at no node."""
    root, left = _Group(), set(chosen)
    if has_no_places(scene.nodes.values()):
        root.nodes = chosen
        return root, list(notes)
    groups: list[tuple[Frame, _Group]] = []
    # The smallest frame first: a node belongs to the innermost one around it.
    for frame in sorted(scene.frames, key=lambda one: (one.rect[2] * one.rect[3], one.id)):
        inside = members(frame, scene.nodes, boxes)
        if not inside or not set(chosen).issuperset(inside):
            continue
        held = [one for one in root.groups if one.frame is not None and _holds(frame.rect, one.frame.rect)]
        group = _Group(frame, nodes=[key for key in inside if key in left], groups=held)
        if not (group.nodes or held):
            continue  # its nodes belong to others that lie across it
        left.difference_update(inside)
        root.groups = [one for one in root.groups if one not in held] + [group]
        groups.append((frame, group))
    root.nodes = [key for key in chosen if key in left]
    strays = []
    for note in notes:
        home = next((group for frame, group in groups if _holds(frame.rect, note.rect)), root)
        near = _nearest(note, home.nodes, scene.nodes, boxes)
        if near is None:
            strays.append(note)
        else:
            home.nodes.remove(near)
            home.groups.append(_Group(note=note, nodes=[near]))
    return root, strays


def _nearest(
    note: Note, keys: Iterable[NodeId], nodes: Mapping[NodeId, Node], boxes: Mapping[NodeId, Box]
) -> NodeId | None:
    away = [(_distance(note.rect, _rect(nodes[key], boxes[key])), key) for key in keys]
    return min(away)[1] if away and min(away)[0] <= _NEAR else None


def _placed(group: _Group, scene: Scene, boxes: Mapping[NodeId, Box]) -> tuple[_Places, Box]:
    """Arrange what is in a group, and return it with the box that the group makes."""
    inner = {f"group:{number}": _placed(one, scene, boxes) for number, one in enumerate(group.groups)}
    home = {key: name for name, (places, _) in inner.items() for key in places.nodes}
    all_boxes: dict[str, Box] = {key: boxes[key] for key in group.nodes}
    all_boxes.update({name: box for name, (_, box) in inner.items()})
    ends = {one.target: (*_end(one.source, home), *_end(one.target, home)) for one in scene.links.values()}
    layout = laid_out(all_boxes, ends.values())
    corners = layout.places
    places = _Places({key: corners[key] for key in group.nodes})
    led = ((target, layout.lanes.get((source, to))) for target, (source, _, to, _) in ends.items())
    places.lanes = {target: dots for target, dots in led if dots}
    for name, (found, _) in inner.items():
        places.take(found, *corners[name])
    width = max(corners[key][0] + box.width for key, box in all_boxes.items())
    height = max(corners[key][1] + box.height for key, box in all_boxes.items())
    moved = _Places()
    dx, dy, size = _framed(group, places, width, height)
    moved.take(places, dx, dy)
    return moved, Box(*size, *_ports(moved, boxes))


def _end(port: PortRef, home: Mapping[str, str]) -> tuple[str, str]:
    """The box that a link ends at, and the port of that box."""
    return (home[port.node], str(port)) if port.node in home else (port.node, port.port)


def _framed(group: _Group, places: _Places, width: float, height: float) -> tuple[float, float, tuple[float, float]]:
    """Add the frame or the note of a group to what is in it; return how far that moves, and the size of all."""
    if group.frame is not None:
        x, y, wide, high = around([(0.0, 0.0, width, height)])
        places.frames[group.frame.id] = (x, y, wide, high)
        return -x, _ABOVE - y, (wide, high + _ABOVE)
    if group.note is not None:
        _, _, wide, high = group.note.rect
        places.notes[group.note.id] = (0.0, -high - _NOTE_GAP, wide, high)
        return 0.0, high + _NOTE_GAP, (max(width, wide), height + high + _NOTE_GAP)
    return 0.0, 0.0, (width, height)


def _ports(places: _Places, boxes: Mapping[NodeId, Box]) -> tuple[dict[str, float], dict[str, float]]:
    """At which heights of a group the ports of its nodes are."""
    inputs: dict[str, float] = {}
    outputs: dict[str, float] = {}
    for key, (_, y) in places.nodes.items():
        box = boxes[NodeId(key)]
        inputs.update({f"{key}.{port}": y + height for port, height in box.inputs.items()})
        outputs.update({f"{key}.{port}": y + height for port, height in box.outputs.items()})
    return inputs, outputs


def _put_above(notes: Iterable[Note], places: _Places) -> None:
    """Put the notes that stand at no node side by side above all else."""
    tops = [y for _, y in places.nodes.values()] + [rect[1] for rect in places.frames.values()]
    top = min(tops + [rect[1] for rect in places.notes.values()], default=0.0)
    x = min((x for x, _ in places.nodes.values()), default=0.0)
    for note in notes:
        _, _, width, height = note.rect
        places.notes[note.id] = (x, top - height - _CLEAR, width, height)
        x += width + _NOTE_GAP


def _follow(scene: Scene, boxes: Mapping[NodeId, Box], places: _Places) -> None:
    """Put frames that lie across others around their nodes again."""
    if has_no_places(scene.nodes.values()):
        return
    for frame in scene.frames:
        inside = members(frame, scene.nodes, boxes) if frame.id not in places.frames else []
        if inside and all(key in places.nodes for key in inside):
            rects = [(*places.nodes[key], boxes[key].width, boxes[key].height) for key in inside]
            places.frames[frame.id] = around(rects)


def _shift(
    scene: Scene, boxes: Mapping[NodeId, Box], chosen: list[NodeId], places: _Places, strays: list[Note]
) -> Point:
    """How far all is to be moved: to where it was, and below what stays there."""
    far = {note.id for note in strays}
    before = [_rect(scene.nodes[key], boxes[key]) for key in chosen]
    before += [frame.rect for frame in scene.frames if frame.id in places.frames]
    before += [note.rect for note in scene.notes if note.id in places.notes and note.id not in far]
    rects = [(*at, boxes[NodeId(key)].width, boxes[NodeId(key)].height) for key, at in places.nodes.items()]
    rects += [*places.frames.values(), *(rect for key, rect in places.notes.items() if key not in far)]
    (old_left, old_top, _, _), (left, top, _, _) = united(before), united(rects)
    dx, dy = round(old_left - left), round(old_top - top)
    moved = [(x + dx, y + dy, width, height) for x, y, width, height in rects]
    return float(dx), float(dy + round(_way_down(moved, _in_the_way(scene, boxes, places))))


def _in_the_way(scene: Scene, boxes: Mapping[NodeId, Box], places: _Places) -> list[Rect]:
    """What stays where it is and must not be covered: nodes, and with them notes and the frames of others."""
    kept = [_rect(node, boxes[key]) for key, node in scene.nodes.items() if key not in places.nodes]
    if kept:
        kept += [note.rect for note in scene.notes if note.id not in places.notes]
    for frame in scene.frames:
        inside = members(frame, scene.nodes, boxes) if frame.id not in places.frames and kept else []
        if inside and not any(key in places.nodes for key in inside):
            kept.append(frame.rect)
    return kept


def _way_down(moved: list[Rect], kept: list[Rect]) -> float:
    """How far rectangles must go down to lie on none of the others."""
    down = 0.0
    if len(moved) * len(kept) > _MANY:
        moved = [united(moved)]
    while True:
        hit = [
            other[1] + other[3] + _CLEAR - y - down
            for x, y, width, height in moved
            for other in kept
            if _overlap((x, y + down, width, height), other)
        ]
        if not hit:
            return down
        down += max(hit)


def _edit(scene: Scene, places: _Places, words: str) -> Edit | None:
    nodes = {NodeId(key): (float(round(x)), float(round(y))) for key, (x, y) in places.nodes.items()}
    moved = {key: place for key, place in nodes.items() if scene.nodes[key].position != place}
    edits: list[Edit] = [MoveNodes(moved)] if moved else []
    for target, link in scene.links.items():
        dots = tuple((float(round(x)), float(round(y))) for x, y in places.lanes.get(target, ()))
        # Dots that led a link around nodes before would now lead it astray.
        if dots != link.via and (dots or link.source.node in moved or link.target.node in moved):
            edits.append(SetVia(target, dots))
    for frame in scene.frames:
        rect = _whole(places.frames.get(frame.id, frame.rect))
        if rect != frame.rect:
            edits.append(PutFrame(replace(frame, rect=rect)))
    for note in scene.notes:
        rect = _whole(places.notes.get(note.id, note.rect))
        if rect != note.rect:
            edits.append(PutNote(replace(note, rect=rect)))
    return Batch(tuple(edits), words) if edits else None


def _whole(rect: Rect) -> Rect:
    x, y, width, height = rect
    return (float(round(x)), float(round(y)), float(round(width)), float(round(height)))


def _rect(node: Node, box: Box) -> Rect:
    return (*node.position, box.width, box.height)


def _holds(rect: Rect, other: Rect) -> bool:
    """Whether the middle of a rectangle lies in another."""
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return rect[0] <= x <= rect[0] + rect[2] and rect[1] <= y <= rect[1] + rect[3]


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2] + _CLEAR
        and other[0] < one[0] + one[2] + _CLEAR
        and one[1] < other[1] + other[3] + _CLEAR
        and other[1] < one[1] + one[3] + _CLEAR
    )


def _distance(one: Rect, other: Rect) -> float:
    dx = max(other[0] - one[0] - one[2], one[0] - other[0] - other[2], 0.0)
    dy = max(other[1] - one[1] - one[3], one[1] - other[1] - other[3], 0.0)
    return max(dx, dy)
