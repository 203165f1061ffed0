"""Results as files: each kind in a format that other programs read, under names that every system takes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shtairir
from shtairir.block import Array, Image, Table, block
from shtairir.block.values import Audio, Color
from shtairir.results import write_value, writing
from shtairir.results.writing import safe_stem
from shtairir.testing import graph_of


def test_a_picture_keeps_its_size_and_colours(tmp_path: Path) -> None:
    picture = pytest.importorskip("PIL.Image")
    image = np.zeros((4, 6, 3), np.float32)
    image[1, 2] = (1.0, 0.5, 0.0)
    path = write_value(image, tmp_path, "p", family="image")
    with picture.open(path) as read:
        assert read.size == (6, 4)
        assert read.getpixel((2, 1)) == (255, 128, 0)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_pictures_of_any_depth_are_written_even_with_strange_numbers(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pytest.importorskip("PIL.Image")
    image = np.full(shape, np.nan, np.float32)
    image[0] = 7
    assert write_value(image, tmp_path, "p", family="image").suffix == ".png"


def test_an_array_comes_back_as_it_was(tmp_path: Path) -> None:
    array = np.arange(6).reshape(2, 3)
    assert np.load(write_value(array, tmp_path, "a")).tolist() == array.tolist()


def test_a_table_becomes_csv_with_lists_as_text(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"name": ["a", "b"], "sizes": [[1, 2], []]})
    path = write_value(table, tmp_path, "t")
    assert path.read_text().splitlines() == ["name,sizes", 'a,"[1, 2]"', "b,[]"]


def test_sound_keeps_its_rate_and_length(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    path = write_value(Audio(np.zeros((100, 2), np.float32), 8000), tmp_path, "s")
    info = soundfile.info(path)
    assert (info.frames, info.channels, info.samplerate) == (100, 2, 8000)


def test_a_figure_becomes_a_picture(tmp_path: Path) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    assert write_value(figures.Figure(), tmp_path, "f").read_bytes().startswith(b"\x89PNG")


def test_text_and_everything_else(tmp_path: Path) -> None:
    assert write_value("grüße\n", tmp_path, "t").read_text("utf-8") == "grüße\n"
    value = {"a": [1, float("nan")], "c": Color(1, 0, 0), "p": Path("x"), "d": date(2026, 1, 2), "s": "\udc80"}
    told = json.loads(write_value(value, tmp_path, "j").read_text("utf-8"))
    assert told == {"a": [1, None], "c": "#ff0000", "p": "x", "d": "2026-01-02", "s": "\udc80"}


def test_a_number_too_long_to_write_is_summed_up(tmp_path: Path) -> None:
    assert "huge" in json.loads(write_value(10**6000, tmp_path, "n").read_text())["text"]


def test_a_list_of_arrays_becomes_a_folder(tmp_path: Path) -> None:
    folder = write_value([np.zeros(3)] * 11, tmp_path, "many")
    assert [path.name for path in sorted(folder.iterdir())][:2] == ["many_01.npy", "many_02.npy"]
    assert len(list(folder.iterdir())) == 11


@pytest.mark.parametrize("name", ["a/b", "..", "", "CON", "nul.x", "x" * 500, "a\0b", "trailing. ", "日本語"])
def test_names_are_safe(tmp_path: Path, name: str) -> None:
    path = write_value("x", tmp_path, safe_stem(name))
    assert path.parent == tmp_path
    assert path.exists()


def test_a_failed_write_leaves_no_file_and_no_rest_of_one(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("before")
    with pytest.raises(TypeError):
        writing._atomically(tmp_path / "x.json", lambda file: file.write("no bytes"))  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert (tmp_path / "x.json").read_text() == "before"


def test_files_may_be_read_by_those_who_may_read_the_folder(tmp_path: Path) -> None:
    assert write_value("x", tmp_path, "t").stat().st_mode & 0o044


def test_a_result_writes_each_value_under_its_own_name(tmp_path: Path) -> None:
    pytest.importorskip("polars")

    @block
    def gray() -> Image:
        return np.zeros((4, 4), np.float32)

    @block
    def plain() -> Array:
        return np.zeros((4, 4), np.float32)

    @block
    def table() -> Table:
        import polars

        return polars.DataFrame({"a": [1]})

    @block
    def nothing() -> Any:
        return None

    graph = graph_of("g", "p", "t", "n", "x", blocks={"g": gray, "p": plain, "t": table, "n": nothing})
    graph.add(plain, id="G")
    paths = shtairir.run(graph).write(tmp_path / "new" / "folder")
    assert sorted(path.name for path in paths) == ["G_2.npy", "g.png", "p.npy", "t.csv", "x.json"]
    assert all(path.stat().st_size for path in paths)
