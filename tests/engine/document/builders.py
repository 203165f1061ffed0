"""Random edits of a graph, for properties that must hold whatever a person does."""

from __future__ import annotations

from hypothesis import strategies as st

from shtairir.document import (
    Bookmark,
    Frame,
    Graph,
    Note,
    RenameNode,
    SetExposed,
    SetGraphPolicy,
    SetPolicy,
    SetTitle,
    edits,
)
from shtairir.errors import EditError
from shtairir.ids import NodeId, PortName, PortRef

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
_ports = st.sampled_from(["x", "y", "image", "sigma"])
_pick = st.integers(0, 30)

steps = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["math.add", "image.blur"]), _ports, json_values),
    st.tuples(st.just("remove"), st.lists(_pick, min_size=1, max_size=3)),
    st.tuples(st.just("link"), _pick, _pick, _ports),
    st.tuples(st.just("unlink"), _pick),
    st.tuples(st.just("set"), _pick, _ports, json_values, st.sampled_from([None, "drag"])),
    st.tuples(st.just("unset"), _pick, _ports),
    st.tuples(st.just("move"), _pick, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    st.tuples(st.just("title"), _pick, st.text(max_size=4)),
    st.tuples(st.just("rename"), _pick, st.sampled_from(["a", "b", "c"])),
    st.tuples(st.just("expose"), _pick, _ports, st.booleans()),
    st.tuples(st.just("policy"), _pick, st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)),
    st.tuples(st.just("govern"), st.dictionaries(st.sampled_from(["node", "timeout_s", "x"]), json_values, max_size=2)),
    st.tuples(st.just("publish"), st.sampled_from(["p", "q"]), _pick, _ports),
    st.tuples(
        st.just("test"), st.sampled_from(["p", "q"]), st.dictionaries(st.text(max_size=3), json_values, max_size=2)
    ),
    st.tuples(st.just("remove test"), st.sampled_from(["p", "q"])),
    st.tuples(st.just("frame"), st.sampled_from(["f", "g"]), st.text(max_size=4)),
    st.tuples(st.just("note"), st.sampled_from(["f", "g"]), st.text(max_size=4)),
    st.tuples(st.just("remove note"), st.sampled_from(["f", "g"])),
    st.tuples(st.just("bookmark"), st.sampled_from(["m", "n o"]), st.floats(-1e6, 1e6), st.floats(0.01, 4)),
    st.tuples(st.just("rename bookmark"), st.sampled_from(["m", "n o"]), st.sampled_from(["m", "q"])),
    st.tuples(st.just("remove bookmark"), st.sampled_from(["m", "n o"])),
    st.tuples(
        st.just("state"), st.lists(_pick, min_size=1, max_size=3), st.sampled_from(["active", "bypassed", "disabled"])
    ),
    st.tuples(st.just("collapse"), st.lists(_pick, min_size=1, max_size=3), st.booleans()),
    st.tuples(st.just("freeze"), st.lists(_pick, min_size=1, max_size=3), st.booleans()),
    st.tuples(st.just("show"), _pick, st.lists(_ports, max_size=2), st.integers(10, 90)),
    st.tuples(st.just("bend"), _pick, st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(-9, 9)), max_size=2)),
    st.tuples(st.just("describe"), st.text(max_size=6)),
    st.tuples(st.just("paste"), st.lists(_pick, min_size=1, max_size=3)),
    st.tuples(st.just("duplicate"), st.lists(_pick, min_size=1, max_size=3)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)


def _node(graph: Graph, pick: int) -> NodeId:
    nodes = list(graph.nodes)
    return nodes[pick % len(nodes)] if nodes else NodeId("nobody")


def do(graph: Graph, step: tuple) -> None:  # type: ignore[type-arg]
    """Do a step; one that does not fit the graph is refused, and must leave it alone."""
    before = graph.snapshot().to_bytes()
    try:
        _do(graph, *step)
    except EditError:
        assert graph.snapshot().to_bytes() == before


def _do(graph: Graph, verb: str, *facts: object) -> None:
    match verb, *facts:
        case "add", str(block), str(port), value:
            graph.add(block, values={port: value})
        case "remove", list(picks):
            graph.remove(*(_node(graph, pick) for pick in picks))
        case "link", int(one), int(other), str(port):
            graph.link(PortRef(_node(graph, one), PortName("out")), PortRef(_node(graph, other), PortName(port)))
        case "unlink", int(pick):
            targets = list(graph.links)
            if targets:
                graph.unlink(targets[pick % len(targets)])
        case "set", int(pick), str(port), value, merge:
            graph.set(PortRef(_node(graph, pick), PortName(port)), value, merge=merge)
        case "unset", int(pick), str(port):
            graph.unset(PortRef(_node(graph, pick), PortName(port)))
        case "move", int(pick), float(x), float(y):
            graph.apply(edits.MoveNodes({_node(graph, pick): (x, y)}))
        case "title", int(pick), str(title):
            graph.apply(SetTitle(_node(graph, pick), title))
        case "rename", int(pick), str(name):
            graph.apply(RenameNode(_node(graph, pick), NodeId(name)))
        case "expose", int(pick), str(port), bool(shown):
            graph.apply(SetExposed(_node(graph, pick), PortName(port), shown))
        case "policy", int(pick), dict(policy):
            graph.apply(SetPolicy(_node(graph, pick), policy))
        case "govern", dict(policy):
            graph.apply(SetGraphPolicy(policy))
        case "publish", str(name), int(pick), str(port):
            graph.publish(name, PortRef(_node(graph, pick), PortName(port)))
        case "test", str(name), dict(expected):
            graph.put_test(name, expect=expected)
        case "remove test", str(name):
            graph.remove_test(name)
        case "frame", str(frame), str(title):
            graph.apply(edits.PutFrame(Frame(frame, title)))
        case "note", str(note), str(text):
            graph.apply(edits.PutNote(Note(note, text)))
        case "remove note", str(note):
            graph.apply(edits.RemoveNote(note))
        case "bookmark", str(name), float(x), float(zoom):
            graph.apply(edits.PutBookmark(Bookmark(name, (x, -x), zoom)))
        case "rename bookmark", str(name), str(new):
            graph.apply(edits.PutBookmark(Bookmark(new), name))
        case "remove bookmark", str(name):
            graph.apply(edits.RemoveBookmark(name))
        case "state", list(picks), ("active" | "bypassed" | "disabled") as state:
            graph.apply(edits.SetState(tuple(_node(graph, pick) for pick in picks), state))
        case "collapse", list(picks), bool(on):
            graph.apply(edits.SetCollapsed(tuple(_node(graph, pick) for pick in picks), on))
        case "freeze", list(picks), bool(on):
            graph.apply(edits.SetFrozen(tuple(_node(graph, pick) for pick in picks), on))
        case "show", int(pick), list(ports), int(size):
            shown = tuple(map(PortName, ports))
            graph.apply(edits.SetShown(_node(graph, pick), shown, dict.fromkeys(shown[:1], (size, size))))
        case "bend", int(pick), list(points):
            targets = list(graph.links)
            if targets:
                graph.apply(edits.SetVia(targets[pick % len(targets)], tuple(points)))
        case "describe", str(text):
            graph.description = text
        case "paste", list(picks):
            graph.paste_text(graph.copy_text([_node(graph, pick) for pick in picks]))
        case "duplicate", list(picks):
            graph.duplicate([_node(graph, pick) for pick in picks])
        case ("undo",):
            graph.undo()
        case ("redo",):
            graph.redo()
        case _:
            raise AssertionError((verb, facts))
