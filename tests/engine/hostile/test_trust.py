"""Code that a file carries runs only when a person trusted that content."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import shtairir
from shtairir.block.registry import Registry
from shtairir.document import Graph, load, save
from shtairir.document.trust import carried, content_hash
from shtairir.document.trust_store import KEPT_OF_A_FILE, TrustStore, trust_store
from shtairir.errors import DocumentError, UntrustedCodeError

SOURCE = "def scale(x: float, factor: float = 2.0) -> float:\n    return x * factor\n"
RUNNER = '''
from shtairir.block import block, BlockDefinition, definition_of
from dataclasses import replace


def _ports(values, scope):
    base = definition_of(run_template)
    return replace(base, doc=str(values.get("text")))


@block(category="Trial", needs_trust=True, pure=False)
def run(command: str = "true") -> str:
    """Pretend to run a command."""
    return f"ran {command}"


@block(category="Trial", needs_trust=True, pure=False, adapt=_ports)
def run_template(text: str = "true") -> str:
    """Pretend to run a command."""
    return f"ran {text}"
'''


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrustStore:
    """A store that nobody has written to."""
    monkeypatch.setenv("SHTAIRIR_TRUST_PATH", str(tmp_path / "store" / "trust.json"))
    return trust_store()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """The library, with blocks that need trust."""
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "runner.py").write_text(RUNNER)
    return Registry(folders=[folder])


@pytest.fixture
def file(tmp_path: Path, store: TrustStore) -> Path:
    """A graph file with a code block that somebody else wrote."""
    graph = coded()
    path = save(graph, tmp_path / "coded.shtairir")
    store.remove(content_hash(graph.snapshot().content()), path)
    return path


def coded() -> Graph:
    """Return a graph with a code block in use."""
    graph = Graph("coded")
    graph.add_code("scale", SOURCE)
    graph.add("code.scale", x=graph.add("math.number", value=3)["out"])
    return graph


def changed(path: Path, change: Callable[[Any], None]) -> None:
    """Change a file as another program would."""
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


def test_a_graph_that_is_made_in_python_is_trusted(store: TrustStore) -> None:
    assert shtairir.run(coded())["scale.out"] == 6.0
    assert store.entries() == []


def test_a_file_with_code_is_planned_and_checked_but_does_not_run(file: Path) -> None:
    graph = load(file)
    assert not graph.trusted
    (problem,) = shtairir.validate(graph)
    assert (problem.code, problem.severity, problem.node) == ("untrusted_code", "error", "scale")
    assert problem.message == "coded.shtairir carries code that you have not trusted: code block 'scale'."
    assert problem.fix == f"Read it, and if you trust it: shtairir trust {file}"
    plan = shtairir.plan(graph)
    assert [task.node for task in plan.tasks] == ["number", "scale"]
    for attempt in (graph, graph.snapshot(), file, plan):
        with pytest.raises(UntrustedCodeError, match="that you have not trusted: code block 'scale'"):
            shtairir.run(attempt)


def test_who_goes_round_the_check_is_refused_at_the_call(file: Path) -> None:
    plan = replace(shtairir.plan(file), untrusted=())
    result = shtairir.run(plan)
    failure = result.nodes["scale"].error
    assert failure is not None
    assert (str(result.status), failure.error_type) == ("failed", "UntrustedCodeError")


def test_a_file_that_was_trusted_runs(file: Path, store: TrustStore) -> None:
    shtairir.trust(file)
    assert shtairir.run(file)["scale.out"] == 6.0
    assert shtairir.validate(load(file)) == []
    assert [Path(entry.path) for entry in store.entries()] == [file]


def test_an_open_graph_runs_as_soon_as_it_is_trusted(file: Path) -> None:
    graph = load(file)
    assert shtairir.plan(graph).untrusted
    graph.trust()
    assert shtairir.run(graph)["scale.out"] == 6.0
    assert load(file).trusted


def test_trust_that_another_process_gives_counts_at_once(file: Path) -> None:
    graph = load(file)
    assert not graph.trusted
    code = f"import shtairir; shtairir.trust({str(file)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert graph.trusted
    assert shtairir.run(graph)["scale.out"] == 6.0


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["code"]["scale"].update(source=SOURCE + "import os\n"),
        lambda file: file["code"].update(other={"source": SOURCE}),
        lambda file: file["nodes"][1].update(values={"factor": 3}),
        lambda file: file["nodes"][1].update(policy={"retries": 1}),
        lambda file: file["nodes"][0].update(id="other"),
        lambda file: file["nodes"][0].update(block="math.pi"),
        lambda file: file["nodes"].append({"id": "more", "block": "math.number"}),
        lambda file: file["links"].clear(),
        lambda file: file.update(parameters=[{"name": "f", "target": "scale.factor"}]),
        lambda file: file.update(results=[{"name": "r", "source": "scale.out"}]),
        lambda file: file.update(subgraphs={"inner": {"nodes": [{"id": "a", "block": "code.scale"}]}}),
    ],
)
def test_a_change_by_another_program_takes_the_trust_away(file: Path, change: Callable[[Any], None]) -> None:
    shtairir.trust(file)
    changed(file, change)
    graph = load(file)
    assert not graph.trusted
    with pytest.raises((UntrustedCodeError, shtairir.ShtairirError)):
        shtairir.run(graph)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["nodes"][0].update(position=[700, 700]),
        lambda file: file["nodes"][0].update(title="Another title"),
        lambda file: file["nodes"].reverse(),
        lambda file: file.update(name="Another name", description="And what it is for"),
        lambda file: file.update(frames=[{"id": "f", "title": "Frame", "rect": [0, 0, 10, 10]}]),
        lambda file: file.update(nobody_knows={"this": 1}),
    ],
)
def test_where_nodes_lie_and_what_they_are_called_does_not_count(file: Path, change: Callable[[Any], None]) -> None:
    shtairir.trust(file)
    changed(file, change)
    assert load(file).trusted


def test_an_edit_in_the_program_keeps_trust_once_it_is_saved(file: Path) -> None:
    shtairir.trust(file)
    graph = load(file)
    graph.set("scale.factor", 5)
    graph.set_code("scale", SOURCE.replace("x * factor", "x * factor + 1"))
    assert graph.trusted
    assert shtairir.run(graph)["scale.out"] == 16.0
    save(graph)
    assert load(file).trusted
    assert shtairir.run(file)["scale.out"] == 16.0


def test_to_edit_and_save_a_file_does_not_make_it_trusted(file: Path, store: TrustStore) -> None:
    graph = load(file)
    graph.set("scale.factor", 5)
    save(graph)
    assert not graph.trusted
    assert not load(file).trusted
    assert store.entries() == []


def test_only_graphs_that_carry_code_are_written_down(tmp_path: Path, store: TrustStore) -> None:
    graph = Graph("harmless")
    graph.add("math.number")
    save(graph, tmp_path / "harmless.shtairir")
    assert store.entries() == []
    assert shtairir.run(tmp_path / "harmless.shtairir").status == "done"


def test_a_file_of_older_days_stays_trusted_as_it_lies_on_disk(file: Path, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(
        "from shtairir.block import block\n"
        "@block(category='Trial', version=2, migrations={1: lambda values: {'x': values['x'] * 2}})\n"
        "def old(x: float = 1.0) -> float:\n    return x\n"
    )
    registry = Registry(folders=[tmp_path])
    changed(file, lambda document: document["nodes"].append({"id": "o", "block": "trial.old", "values": {"x": 3}}))
    graph = load(file)
    assert shtairir.plan(graph, registry=registry).untrusted
    assert graph.value("o.x") == 6
    graph.trust()
    assert load(file).trusted
    assert shtairir.run(file, registry=registry)["o.out"] == 6.0


def test_to_trust_what_was_edited_does_not_trust_what_lies_on_disk(file: Path) -> None:
    graph = load(file)
    graph.set_code("scale", SOURCE.replace("x * factor", "x"))
    graph.trust()
    assert graph.trusted
    assert not load(file).trusted


# --- blocks that run what their values say ------------------------------------------------------------------------


@pytest.mark.parametrize(("block", "port"), [("trial.run", "command"), ("trial.run_template", "text")])
def test_a_block_that_runs_its_values_needs_trust(
    block: str, port: str, tmp_path: Path, registry: Registry, store: TrustStore
) -> None:
    graph = Graph("runs")
    graph.add(block, id="shell", values={port: "rm -rf /"})
    path = save(graph, tmp_path / "runs.shtairir", registry=registry)
    assert shtairir.run(path, registry=registry)["shell.out"] == "ran rm -rf /"

    changed(path, lambda file: file["nodes"][0]["values"].update({port: "rm -rf /home"}))
    opened = load(path)
    (item,) = carried(opened.snapshot(), registry)
    assert (item.name, item.block, item.values) == ("shell", block, {port: "rm -rf /home"})
    with pytest.raises(UntrustedCodeError, match="'shell'"):
        shtairir.run(opened, registry=registry)
    bypassed = shtairir.run(replace(shtairir.plan(opened, registry=registry), untrusted=()))
    failure = bypassed.nodes["shell"].error
    assert failure is not None
    assert failure.error_type == "UntrustedCodeError"
    opened.trust()
    assert shtairir.run(opened, registry=registry)["shell.out"] == "ran rm -rf /home"


def test_a_block_inside_of_a_definition_needs_trust_too(tmp_path: Path, registry: Registry, store: TrustStore) -> None:
    graph = Graph("deep")
    inner = graph.add_subgraph("inner")
    inner.add("trial.run", id="shell", command="one")
    graph.add("subgraph.inner", id="instance")
    path = save(graph, tmp_path / "deep.shtairir", registry=registry)
    changed(path, lambda file: file["subgraphs"]["inner"]["nodes"][0]["values"].update(command="two"))
    opened = load(path)
    assert [item.name for item in carried(opened.snapshot(), registry)] == ["inner/shell"]
    with pytest.raises(UntrustedCodeError, match="inner/shell"):
        shtairir.run(opened, registry=registry)


def test_a_file_that_is_used_as_a_block_needs_trust_of_its_own(file: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer.shtairir"
    nodes = [{"id": "inner", "block": "file:coded.shtairir"}]
    outer.write_text(json.dumps({"format": "shtairir-graph", "version": 1, "nodes": nodes}))
    shtairir.trust(outer)
    with pytest.raises(UntrustedCodeError, match=r"coded\.shtairir carries code"):
        shtairir.run(outer)
    bypassed = shtairir.run(replace(shtairir.plan(outer), untrusted=()))
    assert str(bypassed.status) == "failed"
    shtairir.trust(file)
    assert str(shtairir.run(outer).status) == "done"


# --- what is written down -----------------------------------------------------------------------------------------


def test_a_store_that_is_damaged_is_set_aside_and_trusts_nothing(
    file: Path, store: TrustStore, caplog: pytest.LogCaptureFixture
) -> None:
    for damage in (
        b"",
        b"{",
        b"[]",
        b'{"format": "shtairir-trust", "version": 1, "trusted": [{"digest": 3}]}',
        b"\xff",
    ):
        shtairir.trust(file)
        store.file.write_bytes(damage)
        with caplog.at_level(logging.WARNING):
            assert not load(file).trusted
        assert "nothing is trusted any more" in caplog.text
        assert not store.file.exists()
        assert damage in [aside.read_bytes() for aside in store.file.parent.glob("*.broken-*")]
        caplog.clear()
    shtairir.trust(file)
    assert load(file).trusted


def test_a_store_that_cannot_be_written_says_so(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in_the_way").write_text("")
    monkeypatch.setenv("SHTAIRIR_TRUST_PATH", str(tmp_path / "in_the_way" / "trust.json"))
    with pytest.raises(DocumentError, match="cannot be written down"):
        shtairir.trust(file)
    assert not load(file).trusted


def test_programs_that_trust_at_the_same_time_lose_nothing_of_each_other(store: TrustStore) -> None:
    code = (
        "import sys; from pathlib import Path; from shtairir.document.trust_store import TrustStore\n"
        "store = TrustStore(Path(sys.argv[1]))\n"
        "for number in range(25): store.add(f'{sys.argv[2]}-{number}', Path(f'/{sys.argv[2]}/{number}'))\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(store.file), name]) for name in ("a", "b", "c")]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    assert {entry.digest for entry in store.entries()} == {f"{name}-{i}" for name in "abc" for i in range(25)}
    assert list(store.file.parent.glob(".*.tmp")) == []


def test_of_each_file_the_last_contents_stay_trusted(store: TrustStore) -> None:
    for number in range(KEPT_OF_A_FILE + 5):
        store.add(f"{number}", Path("/a"))
        store.add(f"other {number}", None)
    kept = {entry.digest for entry in store.entries()}
    assert {str(number) for number in range(5)} & kept == set()
    assert str(KEPT_OF_A_FILE + 4) in kept
    assert "other 0" in kept
    assert store.remove("nothing", Path("/a")) == KEPT_OF_A_FILE
    assert store.trusts("other 0")
