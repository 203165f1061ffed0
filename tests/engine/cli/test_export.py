"""``shtairir export``: what is written where, and what is refused."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import shtairir
from shtairir.document import Graph
from tests.engine.cli.conftest import Call


@pytest.fixture
def graph_file(tmp_path: Path) -> Path:
    graph = Graph("four")
    number = graph.add("math.number", id="n", value=4.0)
    graph.add("array.sqrt", id="root", x=number["out"])
    path = tmp_path / "four.shtairir"
    shtairir.save(graph, path)
    return path


def test_a_program_is_written_and_runs(call: Call, graph_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "four.py"
    done = call("export", graph_file, "--python", out)
    assert done.status == 0
    assert done.out.startswith("Wrote ")
    assert runpy.run_path(str(out))["main"]() == {"root.out": 2.0}


def test_several_forms_are_written_at_once(call: Call, graph_file: Path, tmp_path: Path) -> None:
    done = call(
        "export", graph_file, "--svg", tmp_path / "a.svg", "--png", tmp_path / "a.png", "--mermaid", tmp_path / "a.mmd",
        "--json",
    )  # fmt: skip
    assert done.status == 0
    assert set(done.json["written"]) == {"svg", "png", "mermaid"}
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert (tmp_path / "a.mmd").read_text().startswith("flowchart")


def test_a_dash_is_standard_output(call: Call, graph_file: Path) -> None:
    done = call("export", graph_file, "--mermaid", "-")
    assert done.status == 0
    assert done.out.startswith("flowchart LR\n")


def test_nothing_to_write_is_refused_with_an_example(call: Call, graph_file: Path) -> None:
    refused = call("export", graph_file)
    assert refused.status == 2
    assert "--python" in refused.err


def test_a_program_of_somebody_else_is_not_written_over(call: Call, graph_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.py"
    out.write_text("print('mine')\n")
    refused = call("export", graph_file, "--python", out)
    assert refused.status == 2
    assert "--force" in refused.err
    assert out.read_text() == "print('mine')\n"
    assert call("export", graph_file, "--python", out, "--force").status == 0
    assert call("export", graph_file, "--python", out).status == 0  # its own work may be replaced


def test_a_folder_that_is_missing_is_named_before_anything_is_written(
    call: Call, graph_file: Path, tmp_path: Path
) -> None:
    refused = call("export", graph_file, "--svg", tmp_path / "a.svg", "--python", tmp_path / "no" / "a.py")
    assert refused.status == 2
    assert str(tmp_path / "no" / "a.py") in refused.err
    assert not (tmp_path / "a.svg").exists()


def test_a_form_without_a_file_is_printed_wherever_it_stands(call: Call, graph_file: Path) -> None:
    for arguments in (("export", graph_file, "--mermaid"), ("export", "--mermaid", graph_file)):
        done = call(*arguments)
        assert done.status == 0, done.err
        assert done.out.startswith("flowchart LR\n")
    assert call("export", graph_file, "--svg").out.startswith("<svg")


def test_a_picture_without_a_name_gets_that_of_the_graph(
    call: Call, graph_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("export", graph_file, "--png").status == 0
    assert (tmp_path / "four.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_carries_the_graph_and_runs_like_its_file(call: Call, graph_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    picture = tmp_path / "pictures" / "four.png"
    picture.parent.mkdir()
    assert call("export", graph_file, "--png", picture).status == 0
    assert list(shtairir.load(picture).nodes) == ["n", "root"]
    assert call("run", picture, "--json").json["results"]["root.out"] == 2.0


def test_a_picture_without_its_graph_cannot_be_opened(call: Call, graph_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    picture = tmp_path / "four.png"
    assert call("export", graph_file, "--png", picture, "--without-graph").status == 0
    refused = call("run", picture)
    assert refused.status == 2
    assert "The picture carries no graph." in refused.err
