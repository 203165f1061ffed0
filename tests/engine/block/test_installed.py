"""What is installed is found as the standard library finds it, and sooner."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from shtairir.block.installed import Announced, announced
from shtairir.block.packs import ENTRY_POINT_GROUP


def install(folder: Path, name: str, points: str, record: str | None = None) -> None:
    info = folder / name
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    if record is not None:
        (info / ("METADATA" if name.endswith("dist-info") else "PKG-INFO")).write_text(record, encoding="utf-8")


def by_library(group: str) -> set[Announced]:
    return {Announced(point.name, point.value, point.dist.name) for point in entry_points(group=group) if point.dist}


@pytest.mark.parametrize("group", [ENTRY_POINT_GROUP, "console_scripts", "pytest11"])
def test_all_that_is_installed_here_is_found(group: str) -> None:
    ours = {(point.name, point.value.replace(" ", "")) for point in announced(group)}
    assert ours == {(point.name, point.value.partition("[")[0].strip()) for point in by_library(group)}
    assert {point.distribution for point in announced(group)} == {point.distribution for point in by_library(group)}


def test_of_two_distributions_of_one_name_the_first_on_the_path_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "one", "My_Stars-1.0.dist-info", "[g]\nstars = first\n", "Version: 1\nName: my.stars\n")
    install(tmp_path / "two", "my_stars-2.0.dist-info", "[g]\nstars = second\n", "Name: my.stars\n")
    moons = "[other]\nx = y\n\n[g]\n# none\nmoons = moon_blocks\n"
    install(tmp_path / "two", "moons.egg-info", moons, "Name: moons\n")
    install(tmp_path / "two", "bare-1.dist-info", "[g]\nbare = bare_blocks:thing\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "one"), str(tmp_path / "two"), str(tmp_path / "nowhere")])
    assert sorted(announced("g")) == [
        ("bare", "bare_blocks:thing", "bare"),
        ("moons", "moon_blocks", "moons"),
        ("stars", "first", "my.stars"),
    ]


def test_what_lies_in_an_archive_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "suns.zip", "w") as archive:
        archive.writestr("suns-1.0.dist-info/entry_points.txt", "[g]\nsuns = sun_blocks\n")
        archive.writestr("suns-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: suns\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "suns.zip")])
    assert announced("g") == [("suns", "sun_blocks", "suns")]
