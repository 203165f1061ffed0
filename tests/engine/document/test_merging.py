"""Two changes of one graph become one, and nothing of either is lost without a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shtairir
from shtairir.document import dumps, edits, loads
from shtairir.document.merging import merge
from shtairir.ids import NodeId


def _graph() -> shtairir.Graph:
    graph = shtairir.Graph("demo")
    graph.add("math.number", id="three", value=3)
    graph.add("math.number", id="four", value=4)
    graph.add("math.add", id="total")
    graph.link("three.out", "total.a")
    graph.link("four.out", "total.b")
    return graph


def test_changes_of_both_sides_are_there() -> None:
    ours, theirs = _graph(), _graph()
    ours.set("three.value", 30)
    theirs.set("four.value", 40)
    theirs.add("math.multiply", id="twice", b=2)
    theirs.link("total.out", "twice.a")
    merged = merge(_graph(), ours, theirs)
    assert merged.conflicts == ()
    assert merged.graph.value("three.value") == 30
    assert merged.graph.value("four.value") == 40
    assert shtairir.run(merged.graph)["twice.out"] == 140


@pytest.mark.parametrize("turned", [False, True])
def test_node_that_one_side_calls_otherwise_has_what_the_other_side_changed(turned: bool) -> None:
    ours = loads(dumps(_graph()).replace(b'"three', b'"drei'))
    theirs = _graph()
    theirs.set("three.value", 30)
    merged = merge(_graph(), *((theirs, ours) if turned else (ours, theirs)))
    assert merged.conflicts == ()
    assert "three" not in merged.graph.nodes
    assert merged.graph.value("drei.value") == 30
    assert shtairir.run(merged.graph)["total.out"] == 34


def test_what_both_have_changed_stays_ours_and_is_told() -> None:
    ours, theirs = _graph(), _graph()
    ours.set("three.value", 30)
    theirs.set("three.value", 33)
    merged = merge(_graph(), ours, theirs)
    assert merged.graph.value("three.value") == 30
    assert merged.conflicts == ("'three.value' is 30 here and 33 there; ours was kept.",)


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    ours, theirs = _graph(), _graph()
    ours.set("three.value", 30)
    theirs.set("three.value", 30)
    assert merge(_graph(), ours, theirs).conflicts == ()


def test_node_that_one_side_removed_and_the_other_changed_is_kept() -> None:
    ours, theirs = _graph(), _graph()
    ours.remove(NodeId("three"))
    theirs.set("three.value", 33)
    merged = merge(_graph(), ours, theirs)
    assert merged.graph.value("three.value") == 33
    assert merged.conflicts == ("'three' was removed here and changed there; it was kept.",)


def test_link_to_a_node_that_the_other_side_removed_is_dropped_and_told() -> None:
    ours, theirs = _graph(), _graph()
    ours.remove(NodeId("three"))
    theirs.add("math.multiply", id="twice", b=2)
    theirs.link("three.out", "twice.a")
    merged = merge(_graph(), ours, theirs)
    assert "three" not in merged.graph.nodes
    assert merged.conflicts == ("'twice.a' was linked to three.out, but 'three.out' is gone.",)


def test_two_new_nodes_of_one_name_are_both_there() -> None:
    ours, theirs = _graph(), _graph()
    ours.add("math.multiply", id="new", b=2)
    ours.link("total.out", "new.a")
    theirs.add("math.subtract", id="new", b=1)
    theirs.link("total.out", "new.a")
    merged = merge(_graph(), ours, theirs)
    assert merged.renamed == {"new": "new_2"}
    result = shtairir.run(merged.graph)
    assert (result["new.out"], result["new_2.out"]) == (14, 6)


def test_moves_never_conflict() -> None:
    ours, theirs = _graph(), _graph()
    ours.apply(edits.MoveNodes({NodeId("three"): (10.0, 0.0)}))
    theirs.apply(edits.MoveNodes({NodeId("three"): (20.0, 0.0)}))
    merged = merge(_graph(), ours, theirs)
    assert merged.conflicts == ()
    assert merged.graph.node("three").position == (10.0, 0.0)


def test_definitions_are_merged_inside() -> None:
    base = _graph()
    base.make_subgraph([NodeId("total")], name="sums")
    name = next(iter(base.subgraphs))
    ours, theirs = loads(dumps(base)), loads(dumps(base))
    ours.subgraphs[name].add("math.number", id="a_new", value=1)
    theirs.subgraphs[name].add("math.number", id="b_new", value=2)
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert {"a_new", "b_new", "total"} <= set(merged.graph.subgraphs[name].nodes)


_VALUES = st.dictionaries(st.sampled_from(["three", "four"]), st.integers(0, 9))


@given(_VALUES, _VALUES)
def test_values_of_either_side_and_of_nobody_else(ours_set: dict[str, int], theirs_set: dict[str, int]) -> None:
    sides = []
    for chosen in (ours_set, theirs_set):
        side = _graph()
        for node, value in chosen.items():
            side.set(f"{node}.value", value)
        sides.append(side)
    merged = merge(_graph(), *sides)
    for node, before in (("three", 3), ("four", 4)):
        here, there = (int(str(side.value(f"{node}.value"))) for side in sides)
        expected = here if here != before else there
        assert merged.graph.value(f"{node}.value") == expected
    clashing = [n for n in ours_set.keys() & theirs_set.keys() if ours_set[n] != theirs_set[n]]
    before_values = {"three": 3, "four": 4}
    real = [n for n in clashing if before_values[n] not in (ours_set[n], theirs_set[n])]
    assert len(merged.conflicts) == len(real)


def test_git_merges_graphs_with_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
        return subprocess.run(["git", *identity, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    if git("init").returncode:
        pytest.skip("git is not installed")
    git("config", "merge.shtairir.driver", f'"{sys.executable}" -m shtairir.cli merge %O %A %B')
    (tmp_path / ".gitattributes").write_text("*.shtairir merge=shtairir\n", encoding="utf-8")
    file = tmp_path / "g.shtairir"

    def commit(graph: shtairir.Graph, words: str) -> None:
        file.write_bytes(dumps(graph))
        git("add", ".")
        git("commit", "-m", words)

    commit(_graph(), "base")
    git("checkout", "-b", "side")
    theirs = _graph()
    theirs.set("four.value", 40)
    commit(theirs, "theirs")
    git("checkout", "main")
    ours = _graph()
    ours.set("three.value", 30)
    commit(ours, "ours")
    merged = git("merge", "side", "-m", "both")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert shtairir.run(shtairir.load(file))["total.out"] == 70
    assert git("status", "--porcelain").stdout == ""
