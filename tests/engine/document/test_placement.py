"""A graph is arranged as a whole or in part, in one step that undo takes back exactly."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shtairir.document import Frame, Graph, Link, Note, PutFrame, PutNote, SetVia, dumps
from shtairir.document.arranging import Box
from shtairir.document.placement import Scene, arrangement, guessed_boxes, has_no_places, members
from shtairir.ids import NodeId, PortRef

Rect = tuple[float, float, float, float]


def _scene(graph: Graph) -> Scene:
    return Scene(graph.nodes, graph.links, graph.frames, graph.notes)


def _boxes(graph: Graph) -> dict[NodeId, Box]:
    return guessed_boxes(_scene(graph), graph.definition)


def _rects(graph: Graph) -> dict[str, Rect]:
    boxes = _boxes(graph)
    return {key: (*node.position, boxes[key].width, boxes[key].height) for key, node in graph.nodes.items()}


def _overlap(one: Rect, other: Rect) -> bool:
    x, y, w, h = one
    u, v, s, t = other
    return x < u + s and u < x + w and y < v + t and v < y + h


def _covered(graph: Graph) -> list[tuple[str, str]]:
    rects = list(_rects(graph).items())
    return [
        (one, other)
        for index, (one, rect) in enumerate(rects)
        for other, another in rects[index + 1 :]
        if _overlap(rect, another)
    ]


def _chain(count: int) -> Graph:
    """number → negate → negate → …, all on one place, as made in Python."""
    graph = Graph("chain")
    before = graph.add("math.number")
    for _ in range(count - 1):
        before = graph.add("math.negate", x=before["out"])
    return graph


def test_arranging_is_one_step_that_undo_takes_back() -> None:
    graph = _chain(6)
    before = dumps(graph)
    graph.arrange()
    assert graph.undo_label == "arrange 6 nodes"
    places = [node.position for node in graph.nodes.values()]
    assert places == sorted(places)
    assert _covered(graph) == []
    graph.undo()
    assert dumps(graph) == before


def test_what_is_arranged_already_stays_and_makes_no_step() -> None:
    graph = _chain(6)
    graph.arrange()
    revision = graph.revision
    graph.arrange()
    assert graph.revision == revision


def test_an_empty_graph_is_arranged_at_no_cost() -> None:
    graph = Graph()
    graph.arrange()
    assert not graph.can_undo


def test_a_graph_made_in_python_has_no_places() -> None:
    graph = _chain(3)
    assert has_no_places(graph.nodes.values())
    graph.arrange()
    assert not has_no_places(graph.nodes.values())
    assert not has_no_places(Graph().nodes.values())


def test_frames_stay_around_their_nodes_and_hold_no_others() -> None:
    """Two of six nodes in a frame; the chain goes through it."""
    graph = _chain(6)
    graph.arrange()
    inside = list(graph.nodes)[2:4]
    x, y = graph.nodes[inside[0]].position
    graph.apply(PutFrame(Frame("clean", "Clean", rect=(x - 24, y - 40, 640, 400))))
    graph.arrange()
    (frame,) = graph.frames
    assert members(frame, graph.nodes, _boxes(graph)) == inside
    assert [key for key, rect in _rects(graph).items() if _overlap(rect, frame.rect)] == inside
    assert _covered(graph) == []


def test_a_frame_in_a_frame_stays_in_it() -> None:
    graph = _chain(4)
    graph.arrange()
    third, fourth = (graph.nodes[key].position for key in list(graph.nodes)[2:])
    graph.apply(PutFrame(Frame("outer", rect=(third[0] - 60, third[1] - 100, fourth[0] - third[0] + 400, 400))))
    graph.apply(PutFrame(Frame("inner", rect=(fourth[0] - 24, fourth[1] - 40, 260, 220))))
    graph.arrange()
    outer, inner = (frame.rect for frame in graph.frames)
    assert outer[0] <= inner[0]
    assert outer[1] <= inner[1]
    assert outer[0] + outer[2] >= inner[0] + inner[2]
    assert outer[1] + outer[3] >= inner[1] + inner[3]


def test_a_note_goes_along_with_the_node_that_it_stands_at() -> None:
    graph = _chain(3)
    graph.arrange()
    last = list(graph.nodes)[2]
    x, y = graph.nodes[last].position
    graph.apply(PutNote(Note("why", "**Why**", (x + 20, y - 90, 160, 70))))
    other = graph.add("math.number", position=(x + 600, 0))
    graph.link(other["out"], PortRef(last, "y"))  # type: ignore[arg-type]  # any link will do
    graph.arrange()
    (note,) = graph.notes
    assert abs(note.rect[0] - graph.nodes[last].position[0]) < 2
    assert note.rect[1] + note.rect[3] <= graph.nodes[last].position[1]
    assert not any(_overlap(rect, note.rect) for rect in _rects(graph).values())


def test_a_note_far_from_all_nodes_covers_none_afterwards() -> None:
    graph = _chain(3)
    graph.apply(PutNote(Note("title", "# All", (4000, 4000, 300, 80))))
    graph.arrange()
    assert not any(_overlap(rect, graph.notes[0].rect) for rect in _rects(graph).values())


def test_only_the_chosen_nodes_move_and_they_cover_none_that_stay() -> None:
    graph = _chain(8)
    for number, key in enumerate(list(graph.nodes)):
        graph.apply(_moved(graph, key, (number % 2 * 100.0, number * 200.0)))
    chosen = list(graph.nodes)[2:6]
    others = {key: node.position for key, node in graph.nodes.items() if key not in chosen}
    graph.arrange(chosen)
    assert {key: graph.nodes[key].position for key in others} == others
    assert _covered(graph) == []
    assert graph.undo_label == "arrange 4 nodes"


def test_dots_that_a_link_was_led_over_are_taken_away() -> None:
    graph = _chain(3)
    target = next(iter(graph.links))
    graph.apply(SetVia(target, ((500.0, 900.0),)))
    graph.arrange()
    assert graph.links[target].via == ()
    graph.undo()
    assert graph.links[target].via == ((500.0, 900.0),)


def _moved(graph: Graph, key: NodeId, to: tuple[float, float]):  # type: ignore[no-untyped-def]  # an edit
    from shtairir.document import MoveNodes

    assert key in graph.nodes
    return MoveNodes({key: to})


@given(st.integers(2, 9), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=14), st.data())
def test_nothing_covers_anything_whatever_is_chosen_and_framed(
    count: int, pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    place = st.tuples(st.integers(-400, 400), st.integers(-400, 400))
    graph = Graph()
    boxes: dict[NodeId, Box] = {}
    for number in range(count):
        node = graph.add("some.block", position=data.draw(place))
        boxes[NodeId(node.id)] = Box(100.0, 40.0 + 20 * number)
    keys = list(graph.nodes)
    for number, (a, b) in enumerate(pairs):
        if a < count and b < count and a != b:
            graph.link(PortRef(keys[a], "out"), PortRef(keys[b], f"x{number}"))  # type: ignore[arg-type]
    for number in range(data.draw(st.integers(0, 2))):
        x, y = data.draw(place)
        graph.apply(PutFrame(Frame(f"f{number}", rect=(x, y, 500.0, 300.0))))
    scene = _scene(graph)
    edit = arrangement(scene, boxes)
    before = dumps(graph)
    if edit is not None:
        graph.apply(edit)
    rects = [(*graph.nodes[key].position, boxes[key].width, boxes[key].height) for key in keys]
    assert not any(_overlap(one, other) for index, one in enumerate(rects) for other in rects[index + 1 :])
    if edit is not None:
        graph.undo()
    assert dumps(graph) == before


def test_links_to_nodes_that_are_not_there_do_no_harm() -> None:
    graph = _chain(2)
    scene = _scene(graph)
    lost = Link(PortRef(NodeId("gone"), "out"), PortRef(NodeId("number"), "value"))  # type: ignore[arg-type]
    odd = replace(scene, links={**scene.links, lost.target: lost})
    assert arrangement(odd, _boxes(graph)) is not None


def test_a_link_that_would_be_hidden_is_led_over_dots_past_the_nodes() -> None:
    """n1 → … → n6, and n1 feeds n6 as well: straight on it would run behind all between."""
    graph = _chain(6)
    first, *_, last = graph.nodes
    graph.link(PortRef(first, "out"), PortRef(last, "y"))  # type: ignore[arg-type]  # any link will do
    before = dumps(graph)
    graph.arrange()
    dots = graph.links[PortRef(last, "y")].via  # type: ignore[arg-type]
    assert len(dots) == 2
    rects = _rects(graph)
    assert not any(x <= a <= x + w and y <= b <= y + h for a, b in dots for x, y, w, h in rects.values())
    assert [link.via for target, link in graph.links.items() if target.port != "y"] == [()] * 5
    revision = graph.revision
    graph.arrange()
    assert graph.revision == revision
    graph.undo()
    assert dumps(graph) == before


def test_dots_go_when_nothing_is_in_the_way_any_more() -> None:
    graph = _chain(6)
    first, *between, last = graph.nodes
    target = PortRef(last, "y")  # type: ignore[arg-type]
    graph.link(PortRef(first, "out"), target)  # type: ignore[arg-type]
    graph.arrange()
    graph.remove(*between)
    graph.arrange()
    assert graph.links[target].via == ()


def test_a_frame_is_copied_with_all_its_nodes_and_the_notes_in_it() -> None:
    graph = Graph()
    graph.add("math.number", position=(0, 0))
    graph.add("math.number", position=(0, 200))
    graph.add("math.number", position=(900, 0))
    graph.apply(PutFrame(Frame("pair", "A pair", "#3f7fe0", (-20, -60, 300, 400))))
    graph.apply(PutNote(Note("why", "Why", (0, -50, 100, 40))))
    text = graph.copy_text(["number", "number_2"])
    graph.paste_text(text, at=(1000, 500))
    assert graph.undo_label == "paste 2 nodes"
    copy = graph.frames[1]
    assert (copy.id, copy.title, copy.color, copy.rect) == ("pair_2", "A pair", "#3f7fe0", (980, 440, 300, 400))
    assert (graph.notes[1].id, graph.notes[1].rect) == ("why_2", (1000, 450, 100, 40))
    graph.undo()
    assert (len(graph.frames), len(graph.notes)) == (1, 1)
    graph.paste_text(graph.copy_text(["number"]))
    assert len(graph.frames) == 1


def test_a_graph_file_that_is_pasted_brings_its_frames_and_notes() -> None:
    made = _chain(2)
    made.arrange()
    made.apply(PutFrame(Frame("f", rect=(-20, -60, 900, 400))))
    made.apply(PutNote(Note("n", "Hello", (0, 600, 100, 40))))
    graph = Graph()
    graph.paste_text(dumps(made).decode())
    assert (len(graph.frames), len(graph.notes), len(graph.nodes)) == (1, 1, 2)


def test_notes_in_a_frame_go_into_a_definition_and_come_back() -> None:
    graph = _chain(3)
    graph.arrange()
    x, y = graph.nodes[NodeId("negate")].position
    graph.apply(PutFrame(Frame("f", "Middle", rect=(x - 20, y - 120, 300, 400))))
    graph.apply(PutNote(Note("why", "Why", (x, y - 100, 120, 40))))
    made = graph.make_subgraph(["negate"])
    assert (len(graph.frames), len(graph.notes)) == (0, 0)
    inner = next(iter(graph.subgraphs.values()))
    assert (len(inner.frames), len(inner.notes)) == (1, 1)
    graph.expand(made)
    assert [frame.title for frame in graph.frames] == ["Middle"]
    assert [note.text for note in graph.notes] == ["Why"]
    graph.undo()
    graph.undo()
    assert graph.notes[0].rect == (x, y - 100, 120, 40)


def test_what_is_arranged_with_frames_and_notes_stays_when_it_is_arranged_again() -> None:
    graph = _chain(5)
    graph.arrange()
    x, y = graph.nodes[NodeId("number")].position
    graph.apply(PutFrame(Frame("f", "First", rect=(x - 20, y - 60, 500, 300))))
    graph.apply(PutNote(Note("why", "Why", (x, y - 260, 120, 60))))
    graph.arrange()
    revision = graph.revision
    graph.arrange()
    assert graph.revision == revision
