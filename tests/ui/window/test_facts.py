"""The arithmetic behind the window: no widgets here."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from shtairir.document import Graph
from shtairir.events import (
    BreakerChanged,
    Event,
    NodeCompensated,
    NodeFailed,
    NodeFailure,
    NodeFinished,
    NodeHeld,
    NodeProgressed,
    NodeRestored,
    NodeRetrying,
    NodeStarted,
    NodeStatus,
    RunExtended,
    WorkerReplaced,
)
from shtairir.ids import BlockId, NodeId, PortRef, RunId
from shtairir_ui.editor import Editor
from shtairir_ui.happenings import happening
from shtairir_ui.kept import Candidate, KeptValues
from shtairir_ui.linking import feeds
from shtairir_ui.log import log_line
from shtairir_ui.parts import following
from shtairir_ui.places import ROOT
from shtairir_ui.quantities import count, duration, size
from shtairir_ui.runtime import IDLE, advance, tries
from shtairir_ui.staleness import stale_nodes


def ref(name: str) -> PortRef:
    return PortRef.parse(name)


def candidate(name: str, nbytes: int, order: int, final: bool = False) -> Candidate:
    return Candidate(ref(name), name, nbytes, order, final)


class TestKeptValues:
    """What is let go first."""

    def test_all_stay_within_the_budget(self) -> None:
        kept = KeptValues([candidate("a.out", 5, 0), candidate("b.out", 5, 1)], 10)
        assert set(kept) == {ref("a.out"), ref("b.out")}
        assert kept.freed == frozenset()

    def test_the_largest_intermediate_goes_first(self) -> None:
        kept = KeptValues([candidate("a.out", 4, 0), candidate("b.out", 6, 1), candidate("c.out", 2, 2)], 8)
        assert kept.freed == {ref("b.out")}

    def test_among_equals_the_oldest_goes_first(self) -> None:
        kept = KeptValues([candidate("a.out", 4, 1), candidate("b.out", 4, 0)], 4)
        assert kept.freed == {ref("b.out")}

    def test_results_go_last(self) -> None:
        kept = KeptValues([candidate("a.out", 4, 0), candidate("z.out", 9, 1, final=True)], 9)
        assert kept.freed == {ref("a.out")}

    def test_what_takes_no_memory_stays(self) -> None:
        kept = KeptValues([candidate("a.out", 0, 0), candidate("z.out", 9, 1, final=True)], 5)
        assert kept.freed == {ref("z.out")}

    def test_what_a_place_shows_is_found_once_and_again_after_a_change(self) -> None:
        kept = KeptValues([candidate("clean/a.out", 4, 0), candidate("b.out", 4, 1)], 100)
        place = ROOT.into(NodeId("clean"), "clean")
        assert set(kept.at(place)) == {ref("a.out")}
        assert kept.at(place) is kept.at(place)
        kept.forget(NodeId("clean/a"))
        assert set(kept.at(place)) == set()


class TestStaleness:
    """Which results are out of date."""

    def graph(self) -> Graph:
        """``a → b → c`` and ``d`` beside them."""
        graph = Graph()
        a = graph.add("math.number", id="a", value=1)
        b = graph.add("math.add", id="b", x=a["out"])
        graph.add("math.add", id="c", x=b["out"])
        graph.add("math.number", id="d", value=1)
        return graph

    def stale(self, graph: Graph, change: object) -> set[str]:
        before = graph.snapshot()
        change(graph)  # type: ignore[operator]
        return set(stale_nodes(before, graph.snapshot()))

    def test_a_changed_value_and_all_it_feeds(self) -> None:
        assert self.stale(self.graph(), lambda graph: graph.set("a.value", 2)) == {"a", "b", "c"}
        assert self.stale(self.graph(), lambda graph: graph.set("d.value", 2)) == {"d"}

    def test_a_link_that_is_gone(self) -> None:
        assert self.stale(self.graph(), lambda graph: graph.unlink("c.x")) == {"c"}

    def test_a_move_or_a_title_changes_no_result(self) -> None:
        from shtairir.document import MoveNodes, SetTitle

        graph = self.graph()
        assert self.stale(graph, lambda graph: graph.apply(MoveNodes({NodeId("a"): (9, 9)}))) == set()
        assert self.stale(graph, lambda graph: graph.apply(SetTitle(NodeId("a"), "first"))) == set()

    def test_new_code_of_a_block(self) -> None:
        same = self.graph().snapshot()
        assert stale_nodes(same, same, {BlockId("math.add")}) == {"b", "c"}

    def test_undo_makes_it_fresh(self) -> None:
        graph = self.graph()
        before = graph.snapshot()
        graph.set("a.value", 5)
        graph.undo()
        assert not stale_nodes(before, graph.snapshot())


def test_a_circle_is_seen_from_both_ends_of_a_ladder() -> None:
    """Each node is looked at once: a ladder of diamonds has 2**40 paths."""
    graph = Graph()
    for step in range(41):
        graph.add("math.add", id=f"n{step}")
        if step:
            graph.link(f"n{step - 1}.out", f"n{step}.x")
            graph.link(f"n{step - 1}.out", f"n{step}.y")
    assert feeds(graph.links, NodeId("n0"), NodeId("n40"))
    assert not feeds(graph.links, NodeId("n40"), NodeId("n0"))


def test_a_node_that_waits_in_the_middle_of_its_work_goes_on_where_it_was() -> None:
    run, node = RunId(1), NodeId("n")
    state = advance(IDLE, NodeStarted(run, 0.0, node, "worker 1"))
    state = advance(state, NodeHeld(run, 0.1, node, "Waits for 'printer', held by 'other'."))
    assert (state.status, state.held, state.message) == ("waiting", True, "Waits for 'printer', held by 'other'.")
    state = advance(state, NodeProgressed(run, 0.2, node, None, ""))
    assert (state.status, state.held, state.started_s, state.message) == ("running", False, 0.0, "")


def test_a_node_goes_from_started_through_progress_to_done() -> None:
    node, run = NodeId("a"), RunId(1)
    state = advance(IDLE, NodeStarted(run, 0.0, node, "worker 1"))
    state = advance(state, NodeProgressed(run, 0.1, node, 0.4, "reading"))
    assert (state.status, state.progress, state.message) == (NodeStatus.RUNNING, 0.4, "reading")
    state = advance(state, NodeFinished(run, 0.2, node, 0.2, 8, 16, {}))
    assert (state.status, state.elapsed_s, state.output_bytes, state.peak_bytes) == (NodeStatus.DONE, 0.2, 8, 16)
    assert state.message == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00005, "<1 ms"), (0.0124, "12 ms"), (0.5, "0.50 s"), (59.99, "1 min 00 s"), (3725, "1 h 02 min")],
)
def test_times_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("nbytes", "text"), [(0, "0 B"), (999_600, "1.0 MB"), (12_400_000_000, "12 GB")])
def test_sizes_are_written_for_people(nbytes: int, text: str) -> None:
    assert size(nbytes) == text


def test_one_is_not_many() -> None:
    assert (count(1, "node"), count(0, "node"), count(2, "entry", "entries")) == ("1 node", "0 nodes", "2 entries")


class TestRefusals:
    """Why a link may not be made."""

    @pytest.fixture
    def editor(self, qtbot: object) -> Editor:
        editor = Editor()
        for block, name in (("math.number", "number"), ("image.gaussian_blur", "blur"), ("math.add", "add")):
            editor.graph.add(block, id=name)
        return editor

    def test_types_that_do_not_fit_are_named(self, editor: Editor) -> None:
        sentence = editor.link(ref("number.out"), ref("blur.image"))
        assert sentence is not None
        assert "cannot feed image" in sentence
        assert not editor.graph.links

    def test_a_circle_is_named(self, editor: Editor) -> None:
        editor.graph.add("math.add", id="more", a=ref("add.out"))
        sentence = editor.link(ref("more.out"), ref("add.a"))
        assert sentence is not None
        assert "close a circle" in sentence

    def test_a_node_cannot_feed_itself(self, editor: Editor) -> None:
        assert editor.link(ref("add.out"), ref("add.a")) == "'add' cannot feed itself."

    def test_ports_that_are_not_there_are_named(self, editor: Editor) -> None:
        assert editor.link(ref("number.nothing"), ref("add.a")) == "'number' has no output 'nothing'."
        assert editor.link(ref("number.out"), ref("add.nothing")) == "'add' has no input 'nothing'."

    def test_a_missing_block_says_what_to_do(self, editor: Editor) -> None:
        editor.graph.add("gone.away", id="lost")
        sentence = editor.link(ref("lost.out"), ref("add.a"))
        assert sentence is not None
        assert "Install the pack" in sentence

    def test_the_sentence_is_also_a_message(self, editor: Editor) -> None:
        heard: list[str] = []
        editor.message.connect(heard.append)
        editor.link(ref("add.out"), ref("add.a"))
        assert heard == ["'add' cannot feed itself."]


def test_states_cannot_be_changed_by_widgets() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        IDLE.progress = 1.0  # type: ignore[misc]


def test_a_node_tells_what_it_waits_for_and_what_became_of_it() -> None:
    node, run = NodeId("a"), RunId(1)
    failure = NodeFailure(node, BlockId("sample.a"), "ConnectionError", "no answer")
    retrying = advance(IDLE, NodeRetrying(run, 10.0, node, 1, 4, 3.0, failure))
    assert (retrying.status, retrying.due_s, tries(retrying)) == (NodeStatus.WAITING, 13.0, "attempt 2 of 4")
    again = advance(retrying, NodeStarted(run, 13.0, node, "worker 1", 2))
    assert (again.status, again.due_s, tries(again)) == (NodeStatus.RUNNING, None, "attempt 2 of 4")
    held = advance(IDLE, NodeHeld(run, 0.0, node, "Waits for 'gpu'."))
    assert (held.status, held.held, held.reason) == (NodeStatus.WAITING, True, "Waits for 'gpu'.")
    assert advance(IDLE, NodeHeld(run, 0.0, node, "Breakpoint.", paused=True)).status is NodeStatus.PAUSED
    restored = advance(IDLE, NodeRestored(run, 0.0, node, "From the run before.", 8, {}))
    assert (restored.status, restored.message) == (NodeStatus.CACHED, "From the run before.")
    done = advance(again, NodeFinished(run, 14.0, node, 1.0, 8, 8, {}, attempts=2))
    assert tries(done) == "attempt 2"
    assert advance(done, NodeCompensated(run, 15.0, node, 0.1)).status is NodeStatus.COMPENSATED
    stuck = advance(done, NodeCompensated(run, 15.0, node, 0.1, failure))
    assert (stuck.status, stuck.failure) == (NodeStatus.DONE, failure)
    late = replace(failure, error_type="AttemptTimeoutError")
    assert advance(again, NodeFailed(run, 14.0, node, 1.0, late)).status is NodeStatus.TIMED_OUT


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (WorkerReplaced(RunId(1), 0.0, "process-1", "it died: signal 11.", NodeId("a")), "It had 'a' in hand."),
        (BreakerChanged(RunId(1), 0.0, "api", "open"), "nobody asks it for a while"),
        (RunExtended(RunId(1), 0.0, 7200.0), "2 h 00 min"),
        (NodeCompensated(RunId(1), 0.0, NodeId("a"), 0.1), "was undone"),
    ],
)
def test_what_is_out_of_the_ordinary_is_told_in_a_sentence(event: Event, words: str) -> None:
    assert words in happening(event)
    line = log_line(event, "12:00:00")
    assert line is not None
    assert words in line.message


def test_a_part_of_a_graph_is_made_anew_with_all_that_follows() -> None:
    """``a → clean → z``, and in ``clean``: ``in → blur → out``."""
    graph = Graph()
    for name in ("a", "b", "z"):
        graph.add("math.add", id=name)
    graph.link("a.out", "b.a")
    graph.link("b.out", "z.a")
    graph.make_subgraph([NodeId("b")])
    (instance,) = (node for node in graph.nodes if node not in ("a", "z"))
    root = graph.snapshot()
    assert following(root, [NodeId("a")]) == {"a", instance, "z"}
    inner = following(root, [NodeId(f"{instance}/b")])
    assert "z" in inner
    assert f"{instance}/b" in inner
    assert "a" not in inner
    assert instance not in inner
