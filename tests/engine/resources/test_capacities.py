"""What the program has of its resources: said in Python or in the shell, and looked at by the plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import shtairir
from shtairir.block import block
from shtairir.cli.entry import run_command_line as main
from shtairir.errors import PlanningError, ResourceError
from shtairir.planning import ResourceLimits
from shtairir.planning.resources import held_names, required
from shtairir.resources import Rate, ResourceManager, parse_capacity, shared
from shtairir.testing import graph_of


@pytest.fixture(autouse=True)
def own_manager(monkeypatch: pytest.MonkeyPatch) -> ResourceManager:
    """The program's resources are new for each test."""
    made = ResourceManager()
    monkeypatch.setattr(shared, "shared_resources", lambda: made)
    monkeypatch.setattr(shtairir.resources, "shared_resources", lambda: made)
    return made


def wanting(*resources: str) -> shtairir.Graph:
    @block(id=f"test.wants_{'_'.join(resources)}", resources=resources, pure=False)
    def wants(x: float = 0.0) -> float:
        return x

    return graph_of("n", blocks={"n": wants})


@pytest.mark.parametrize(
    ("text", "capacity"),
    [
        ("4", 4),
        ("0", 0),
        (" 12 ", 12),
        ("5/s", Rate(5)),
        ("5 / S", Rate(5)),
        ("100/min", Rate(100, 60.0)),
        ("1000/h", Rate(1000, 3600.0)),
        ("2/10s", Rate(2, 10.0)),
        ("3/0.5s", Rate(3, 0.5)),
    ],
)
def test_capacities_are_read_as_people_write_them(text: str, capacity: int | Rate) -> None:
    assert parse_capacity(text) == capacity


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "5/", "5/0s", "0/s", "5/y", "/s", "5//s", "1e3", "5 s"])
def test_what_is_no_capacity_is_refused(text: str) -> None:
    with pytest.raises(ResourceError, match="no capacity"):
        parse_capacity(text)


class TestInThePlan:
    @pytest.mark.parametrize(
        ("resources", "capacities", "words"),
        [
            (("gpu", "gpu"), {}, "'n' can never run. It needs 2 GPUs, and the limit is 1"),
            (("gpu",) * 3, {"gpu": 2}, "needs 3 GPUs, and the limit is 2"),
            (("camera", "camera"), {}, "needs 2 of 'camera', and the limit is 1"),
            (("camera",) * 4, {"camera": 3}, "needs 4 of 'camera', and the limit is 3"),
            (("camera",), {"camera": 0}, "needs 1 of 'camera', and the limit is 0"),
            (("api",) * 6, {"api": "5/s"}, "needs 6 of 'api' at a time, and the limit is 5 per second"),
            (("cpu",) * 3, {"cpu": 2}, "needs 3 processors, and the limit is 2"),
        ],
    )
    def test_what_can_never_be_had_is_refused_with_the_numbers(
        self, resources: tuple[str, ...], capacities: dict[str, int | str], words: str
    ) -> None:
        with pytest.raises(PlanningError, match=words) as caught:
            shtairir.plan(wanting(*resources), capacities=capacities)
        assert "--capacity NAME=N" in caught.value.hint

    @pytest.mark.parametrize(
        ("resources", "capacities"),
        [
            (("gpu", "gpu"), {"gpu": 2}),
            (("camera",) * 3, {"camera": 3}),
            (("api",) * 5, {"api": "5/s"}),
            (("api",) * 5, {"api": Rate(5, 60.0)}),
            (("cpu",) * 64, {}),
        ],
    )
    def test_what_there_is_can_be_had(
        self, resources: tuple[str, ...], capacities: dict[str, int | str | Rate]
    ) -> None:
        shtairir.run(wanting(*resources), capacities=capacities).raise_for_status()

    def test_a_plan_made_before_is_made_anew_when_there_is_less(self) -> None:
        graph = wanting("camera", "camera")
        shtairir.run(graph, capacities={"camera": 2}).raise_for_status()
        with pytest.raises(PlanningError, match="needs 2 of 'camera', and the limit is 1"):
            shtairir.run(graph, capacities={"camera": 1})

    def test_a_plan_in_hand_fails_at_the_node_when_there_is_less(self) -> None:
        plan = shtairir.plan(wanting("camera", "camera"), capacities={"camera": 2})
        failure = shtairir.run(plan, capacities={"camera": 1}).nodes["n"].error
        assert failure is not None
        assert "'n' needs 2 of 'camera', and there is 1" in failure.message

    def test_limits_of_the_run_go_before_what_the_program_has(self) -> None:
        limits = ResourceLimits(named={"camera": 2}, shared={"camera": 1})
        assert limits.refusal(required(traits(wanting("camera", "camera")))) is None
        assert limits.capacity() == {"camera": 2}

    def test_processors_are_counted_when_the_program_has_few(self) -> None:
        needs = required(traits(wanting("cpu", "cpu")))
        assert held_names([needs], ResourceLimits()) == [()]
        assert held_names([needs], ResourceLimits(shared={"cpu": 4})) == [("cpu", "cpu")]

    def test_nodes_that_only_share_a_rate_are_planned_side_by_side(self) -> None:
        @block(id="test.rated", resources=("api",), pure=False)
        def rated(x: float = 0.0) -> float:
            return x

        graph = graph_of(*"abcd", blocks=dict.fromkeys("abcd", rated))
        assert len(shtairir.plan(graph, level="basic", workers=4, capacities={"api": "2/s"}).stages) == 1
        assert len(shtairir.plan(graph, level="basic", workers=4, capacities={"api": 2}).stages) == 2


def traits(graph: shtairir.Graph) -> shtairir.block.Traits:
    (task,) = shtairir.plan(graph, limits=ResourceLimits(named={"camera": 9})).tasks
    return task.definition.traits


class TestInTheShell:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        graph = shtairir.Graph("small")
        graph.add("math.number", id="n", value=3)
        path = tmp_path / "small.shtairir"
        shtairir.save(graph, path)
        return path

    @pytest.mark.parametrize("option", ["--capacity", "-c"])
    def test_it_is_said_by_name(
        self, file: Path, option: str, own_manager: ResourceManager, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["run", str(file), option, "camera=2", option, "api=5/s", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == "done"
        assert own_manager.given() == {"camera": 2, "api": Rate(5)}

    @pytest.mark.parametrize("said", ["camera", "camera=", "=2", "camera=many", "api=5/week"])
    def test_what_says_no_capacity_is_refused(self, file: Path, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", str(file), "--capacity", said]) == 2
        assert "no capacity" in capsys.readouterr().err
