"""Every example runs without a window, at every level, and finds what is known to be there."""

from __future__ import annotations

import csv
import functools
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import shtairir
from shtairir_assets.examples import FOLDER, list_examples

EXAMPLES = [pytest.param(example.path, id=example.name) for example in list_examples()]
DATA = FOLDER / "data"
SMALLER: dict[str, dict[str, Any]] = {"elementwise": {"count": 200_000}, "log_triage": {"lines": 100_000}}
"""What makes an example that shows speed short enough for a test."""

# Where sleepecg 0.6.0, which works by another method (Pan and Tompkins 1985), finds the beats of data/ecg.npy.
# fmt: off
BEATS = [
    125, 342, 551, 748, 944, 1130, 1316, 1500, 1690, 1879, 2064, 2250, 2431, 2608, 2778, 2955, 3124, 3292, 3456,
    3614, 3776, 3948, 4129, 4310, 4481, 4652, 4812, 4984, 5156, 5323, 5496, 5673, 5855, 6047, 6250, 6452, 6662,
]
# fmt: on


@functools.cache
def run(name: str, **parameters: Any) -> Any:
    """Return the result of an example, run once for all tests that look at it."""
    graph = shtairir.load(FOLDER / f"{name}.shtairir")
    result = shtairir.run(graph, keep="all", parameters=parameters)
    result.raise_for_status()
    return result


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_has_no_problems(path: Path) -> None:
    assert shtairir.validate(shtairir.load(path)) == []


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_is_stored_as_the_program_would_store_it(path: Path, tmp_path: Path) -> None:
    graph = shtairir.load(path)
    node = next(iter(graph.nodes))
    graph.set(f"{node}.extra_for_this_test", 1)
    graph.undo()
    assert graph.to_bytes() == path.read_bytes()


@pytest.mark.parametrize("level", list(shtairir.OptimizationLevel))
@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_runs_at_every_level(path: Path, level: str) -> None:
    result = shtairir.run(shtairir.load(path), level=level, parameters=SMALLER.get(path.stem, {}))
    result.raise_for_status()
    assert result.status == "done"


@pytest.mark.parametrize("sigma", [0.5, 1.5, 4.0])
def test_there_are_24_coins_whatever_the_blur(sigma: float) -> None:
    result = run("coins", sigma=sigma)
    assert result["count.count"] == 24
    assert result["report.out"] == "24 coins"


def test_every_coin_is_measured_where_it_lies() -> None:
    result = run("coins")
    table, labels = result["measure.out"], result["count.labels"]
    assert table["label"].to_list() == list(range(1, 25))
    assert table["area"].to_list() == np.bincount(labels.ravel())[1:].tolist()
    for row in table.iter_rows(named=True):
        assert labels[round(row["y"]), round(row["x"])] == row["label"]
    # Four rows of six, as one can see.
    rows = np.sort(table["y"].to_numpy()).reshape(4, 6)
    assert (rows[1:, 0] - rows[:-1, -1] > 20).all()


def test_the_marked_picture_differs_from_the_photograph_at_coins_only() -> None:
    result = run("coins")
    before, after = result["load.out"], result["numbers.out"]
    changed = np.abs(after - before[..., None]).max(axis=2) > 0.05
    near = np.zeros_like(changed)
    for row in result["measure.out"].iter_rows(named=True):
        left, top = int(row["left"]) - 4, int(row["top"]) - 4
        near[max(top, 0) : top + int(row["height"]) + 9, max(left, 0) : left + int(row["width"]) + 9] = True
    assert changed.any()
    assert not (changed & ~near).any()


def test_333_of_344_penguins_are_complete() -> None:
    result = run("penguins")
    assert result["all_rows.out"] == 344
    assert result["kept_rows.out"] == 333
    assert result["report.out"] == "333 of 344 penguins are complete"


def test_the_means_of_penguins_are_those_of_the_file() -> None:
    masses: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (DATA / "penguins.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if "NA" not in row.values():
                masses[row["species"], row["sex"]].append(float(row["body_mass_g"]))
    found = {
        (row["species"], row["sex"]): row["body_mass_g_mean"]
        for row in run("penguins")["group.out"].iter_rows(named=True)
    }
    assert found == {key: pytest.approx(statistics.fmean(values)) for key, values in masses.items()}
    # As published with the data.
    assert round(found["Gentoo", "male"]) == 5485


def test_the_contact_sheet_shows_every_photograph_in_its_place() -> None:
    result = run("contact_sheet")
    files, sheet = result["files.out"], result["sheet.out"]
    assert [file.name for file in files] == sorted(file.name for file in (DATA / "photos").iterdir())
    assert sheet.shape == (2 * 180 + 3 * 16, 4 * 240 + 5 * 16, 3)
    for number, file in enumerate(files):
        row, column = divmod(number, 4)
        middle_y, middle_x = 16 + row * 196 + 90, 16 + column * 256 + 120
        tile = sheet[middle_y - 20 : middle_y + 20, middle_x - 20 : middle_x + 20].mean(axis=(0, 1))
        assert tile == pytest.approx(_middle_of(file), abs=0.06), file.name


def _middle_of(file: Path) -> Any:
    """Return the mean colour of the part that fills 40 × 40 pixels of a tile."""
    photo = Image.open(file).convert("RGB")
    half = 20 / min(240 / photo.width, 180 / photo.height)
    x, y = photo.width / 2, photo.height / 2
    part = photo.crop((round(x - half), round(y - half), round(x + half), round(y + half)))
    return np.asarray(part).mean(axis=(0, 1)) / 255


def test_the_columns_of_the_contact_sheet_can_be_chosen() -> None:
    assert run("contact_sheet", columns=2)["sheet.out"].shape == (4 * 180 + 5 * 16, 2 * 240 + 3 * 16, 3)


def test_the_beats_are_where_another_method_finds_them() -> None:
    positions = run("ecg")["peaks.positions"]
    assert len(positions) == len(BEATS)
    assert np.abs(positions - np.array(BEATS)).max() <= 18, "a twentieth of a second"


def test_the_heart_rate_is_that_of_the_reference() -> None:
    result = run("ecg")
    assert result["rate.rate"] == pytest.approx(60 * 360 / statistics.median(np.diff(BEATS)), abs=1)
    assert result["report.out"] == "37 beats, 119 a minute"
    assert result["marks.out"] == pytest.approx(result["peaks.table"]["time_s"].to_numpy())


def test_968_of_4304_flights_were_cancelled() -> None:
    with (DATA / "flights" / "flights.csv").open(encoding="utf-8") as file:
        flights = list(csv.DictReader(file))
    cancelled = [row for row in flights if row["delay"] == "NA"]
    result = run("flights")
    assert (len(flights), len(cancelled)) == (4304, 968)
    assert result["report.out"] == "968 of 4304 flights were cancelled"
    assert result["joined.out"].height == 4304
    by_hour = defaultdict(int)
    for row in cancelled:
        by_hour[row["time"]] += 1
    found = {
        row["time"].strftime("%Y-%m-%d %H:%M"): row["cancelled"] for row in result["no_gaps.out"].iter_rows(named=True)
    }
    assert {hour: count for hour, count in found.items() if count} == by_hour


def test_when_the_storm_was_worst_nothing_flew() -> None:
    hours = run("flights")["percent.out"]
    night = hours.filter(hours["cancelled_percent"] == 100)["time"]
    assert str(night.min()) == "2013-02-08 17:00:00"
    assert str(night.max()) <= "2013-02-09 09:00:00"
    assert (
        hours.filter(hours["visibility_mean"] < 2)["cancelled_percent"].mean() > 3 * hours["cancelled_percent"].median()
    )


def test_delays_by_airline_are_those_of_the_file() -> None:
    delays = defaultdict(list)
    with (DATA / "flights" / "flights.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["delay"] != "NA":
                delays[row["carrier"]].append(float(row["delay"]))
    ranked = run("flights")["ranked.out"]
    expected = sorted((statistics.fmean(found) for found in delays.values() if len(found) >= 50), reverse=True)
    assert ranked["delay_mean"].to_list() == pytest.approx(expected)
    assert ranked["airline"][0] == "Endeavor Air Inc."
    assert run("flights")["by_chance.pvalue"] < 1e-6


def test_the_simplest_model_that_is_good_enough_is_chosen() -> None:
    result = run("bake_off")
    scores = {name: result[f"{name}_score.mean"] for name in ("logistic", "forest", "boosting")}
    assert scores["logistic"] > max(scores.values()) - 0.005
    assert result["best.out"] is result["logistic.out"]
    assert result.nodes["trees"].status == "skipped"
    assert result["report.out"].startswith("logistic regression: 9")
    assert result["judge.accuracy"] > 0.9
    assert result["judge.confusion"].drop("truth").to_numpy().sum() == 142
    right = sum(result["judge.confusion"][f"said {name}"][place] for place, name in enumerate(("benign", "malignant")))
    assert right / 142 == pytest.approx(result["judge.accuracy"])


def test_another_model_is_chosen_when_it_is_clearly_better() -> None:
    graph = shtairir.load(FOLDER / "bake_off.shtairir")
    graph.set("logistic.features", ["mean_texture"])
    result = shtairir.run(graph, keep="all")
    result.raise_for_status()
    better = "boosting" if result["boosting_score.mean"] > result["forest_score.mean"] else "forest"
    assert result["best.out"] is result[f"{better}.out"]
    assert {"boosting": "gradient boosting", "forest": "random forest"}[better] in result["report.out"]


def test_bills_get_flatter_with_their_length_among_all_and_deeper_in_each_species() -> None:
    bills: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with (DATA / "penguins.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["bill_length_mm"] != "NA":
                bills[row["species"]].append((float(row["bill_length_mm"]), float(row["bill_depth_mm"])))
    result = run("three_times")
    slopes = {species: np.polyfit(*np.array(found).T, 1)[0] for species, found in bills.items()}
    for species, slope in slopes.items():
        assert result[f"{species.lower()}.slope"] == pytest.approx(slope)
        assert slope > 0
    everything = np.array([pair for found in bills.values() for pair in found])
    assert result["all_slope.out"] == pytest.approx(np.polyfit(*everything.T, 1)[0])
    assert result["report.out"] == "All together -0.09 mm/mm, yet in each species +0.18 or more"


def test_three_instances_of_a_subgraph_share_its_definition() -> None:
    graph = shtairir.load(FOLDER / "three_times.shtairir")
    graph.subgraphs["line_of_species"].set("some.operator", "!=")
    result = shtairir.run(graph, keep="all")
    result.raise_for_status()
    assert all(result[f"{name}.slope"] != run("three_times")[f"{name}.slope"] for name in ("adelie", "gentoo"))


def test_the_sweep_goes_through_all_widths_and_finds_the_coins_that_hold() -> None:
    result = run("parameter_sweep")
    table = result["table.out"]
    assert table["sigma"].to_list() == pytest.approx(np.linspace(1, 24, 24))
    assert len(result.iterations("sweep")) == 24
    assert result["report.out"] == "24 coins with 8 of 24 widths"
    assert table["coins"].is_sorted(descending=True)


@pytest.mark.parametrize("place", [0, 10, 23])
def test_a_turn_of_the_sweep_is_what_its_subgraph_gives_alone(place: int) -> None:
    swept = run("parameter_sweep")["table.out"].row(place, named=True)
    graph = shtairir.load(FOLDER / "parameter_sweep.shtairir")
    graph.add("subgraph.count_coins", id="alone", sigma=swept["sigma"])
    graph.link("load.out", "alone.image")
    result = shtairir.run(graph, keep=["alone.coins", "alone.diameter"])
    result.raise_for_status()
    assert (result["alone.coins"], result["alone.diameter"]) == (swept["coins"], pytest.approx(swept["diameter"]))


def test_the_restoration_is_richardson_and_lucys() -> None:
    from shtairir_blocks.kernels import image_restoration as kernels

    result = run("restoration")
    turns = result["restore.turns"]
    assert 20 < turns < 200
    assert result["restore.change"] < 0.0001
    psf, seen = result["psf.out"], result["seen.out"]
    estimate = seen
    for _ in range(turns):
        correction = kernels.convolve(seen / np.maximum(kernels.convolve(estimate, psf), 1e-6), psf)
        estimate, before = np.clip(estimate * correction, 0, 1), estimate
    assert result["restore.estimate"] == pytest.approx(estimate, abs=1e-3)
    assert np.abs(estimate - before).mean() < 0.0001


def test_the_restored_photograph_is_nearer_to_the_truth() -> None:
    result = run("restoration")
    lost, left = (np.std(result[name] - result["small.out"]) for name in ("seen.out", "restore.estimate"))
    assert left < 0.6 * lost
    assert result["report.out"] == f"{result['restore.turns']} turns won {1 - left / lost:.0%} of the detail back"


def test_the_outage_is_found_among_a_million_lines() -> None:
    result = run("log_triage")
    assert result["log.out"].height == 1_005_000
    assert result["parts.out"].null_count().sum_horizontal()[0] == 0
    minutes = result["unusual.out"]["minute"]
    assert [str(minutes[0]), str(minutes[-1]), len(minutes)] == ["2024-05-31 13:32:00", "2024-05-31 13:49:00", 18]
    assert result["by_service.out"].row(0)[0] == "payment"
    assert result["report.out"].endswith("18 minutes stand out, from 13:32 on, most of them in payment")


def test_lines_are_taken_apart_as_they_were_written() -> None:
    result = run("log_triage")
    pattern = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\w+) (\w+) (\w+ \S+) (\d{3}) in (\d+)")
    lines, parts = result["log.out"]["line"], result["parts.out"]
    for row in [0, 1, 999_999, 1_000_000, 1_004_999]:
        assert pattern.fullmatch(lines[row]).groups() == parts.row(row)
    assert result["error_count.out"] == sum(" ERROR " in line for line in lines)


def test_the_sweep_counts_24_coins_six_times() -> None:
    assert said_by("sweep").count("24 coins") == 6


def by_hand(x: Any) -> Any:
    stem = np.sqrt(np.abs((2 * x + 1) ** 2 - 0.5))
    one = -(np.minimum(stem * 0.5 + 3, 10) ** 2 - 1)
    other = (np.maximum((stem + 0.25) * 1.5, 0.5) - 2) ** 2
    return (one + other) * 0.1 + 1


def test_twenty_steps_of_arithmetic_give_what_numpy_gives_by_hand() -> None:
    result = run("elementwise", count=100_003)
    expected = by_hand(np.linspace(-3, 3, 100_003))
    assert result["d3.out"] == pytest.approx(expected, rel=1e-13)
    assert result["report.out"] == f"The mean is {expected.mean():.6f}"
    assert len([node for node in result.nodes if re.fullmatch(r"[abcd]\d", node)]) == 20


def test_the_levels_are_shown_side_by_side_and_agree() -> None:
    lines = said_by("levels", "50000").splitlines()
    rows = [line.split() for line in lines if line.startswith(tuple(shtairir.OptimizationLevel))]
    assert [row[0] for row in rows] == list(shtairir.OptimizationLevel)
    assert len({tuple(row[-4:]) for row in rows}) == 1, "every level gives the same result"
    assert int(rows[-1][1]) < int(rows[0][1]), "what is evaluated together is one task"


def test_basic_usage_composes_plans_runs_and_accounts_for_memory() -> None:
    said = said_by("basic_usage")
    assert "5 nodes become 3 tasks" in said
    assert "With 5 MB it is refused before it starts" in said
    assert re.search(r"At most \d+\.\d MB were in use", said)
    assert "A view of it is left, so 'blur' still holds 8.4 MB." in said
    assert "1 of 2 requests found a buffer" in said


def test_the_roughness_of_noise_is_what_numpy_says() -> None:
    from shtairir_assets.examples import basic_usage

    graph = basic_usage.compose()
    result = shtairir.run(graph, level="aggressive", keep="all")
    noise = result["noise.out"]
    sums = np.cumsum(noise)
    smooth = np.concatenate([sums[:50], sums[50:] - sums[:-50]]) / 50
    assert result["roughness"] == pytest.approx(np.mean((noise - smooth) ** 2))


def said_by(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"shtairir_assets.examples.{module}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout


def test_examples_are_listed_without_qt_and_without_the_engine() -> None:
    code = "import sys, shtairir_assets.examples as e; e.list_examples(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    loaded = set(done.stdout.split())
    assert not loaded & {"PySide6", "shtairir", "numpy", "shtairir_blocks"}


def test_every_example_says_in_a_line_what_it_shows() -> None:
    assert len(list_examples()) == len(list(FOLDER.glob("*.shtairir")))
    for example in list_examples():
        assert example.title
        assert 40 <= len(example.summary) <= 120
        assert example.summary.endswith(".")


def test_the_origin_of_every_file_is_told_and_every_file_is_small() -> None:
    told = (FOLDER / "DATA.md").read_text(encoding="utf-8")
    for file in (file for file in DATA.rglob("*") if file.is_file()):
        assert f"`{file.relative_to(FOLDER).as_posix()}`" in told
        assert file.stat().st_size < 200_000, file.name
