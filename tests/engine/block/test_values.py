"""A value is described in a line, quickly, and shown read-only."""

from __future__ import annotations

import sys
import types

import numpy as np
import polars as pl
import pytest

from shtairir.block.values import Audio, Color, describe, loaded_class, nbytes_of, read_only, summarize


def test_array_summary_gives_shape_dtype_and_range() -> None:
    found = summarize(np.array([[1.0, np.nan], [-2.0, 5.0]]))
    assert (found.kind, found.shape, found.dtype) == ("array", (2, 2), "float64")
    assert (found.minimum, found.maximum) == (-2.0, 5.0)
    assert found.text == "array, 2 × 2 float64, -2 to 5"
    assert found.nbytes == 32


@pytest.mark.parametrize("array", [np.zeros((0, 3)), np.full(3, np.nan), np.array(["a"]), np.array([object()])])
def test_array_without_numbers_has_no_range(array: np.ndarray) -> None:  # type: ignore[type-arg]
    found = summarize(array)
    assert (found.minimum, found.maximum) == (None, None)


def test_range_of_a_large_array_comes_from_a_sample_within_its_range() -> None:
    array = np.linspace(0.0, 1.0, 4_000_000).reshape(2000, 2000)
    found = summarize(array)
    assert found.minimum is not None
    assert found.maximum is not None
    assert 0.0 <= found.minimum < 0.01
    assert 0.99 < found.maximum <= 1.0


def test_image_is_told_from_an_array_by_its_port() -> None:
    assert summarize(np.zeros((2, 2), np.float32), "image").kind == "image"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (pl.DataFrame({"a": [1, 2], "b": [3, 4]}), "table", "table, 2 rows × 2 columns"),
        (Audio(np.zeros((4000, 1), np.float32), 8000), "audio", "audio, 0.50 s at 8,000 Hz"),
        ([1, 2, 3], "list", "list of 3 items"),
        ({"a": 1}, "dict", "dict of 1 entries"),
        ("coins", "text", "the text 'coins'"),
        (True, "bool", "true"),
        (3, "int", "the number 3"),
        (2.5, "float", "the number 2.5"),
        (Color(1, 0, 0), "color", "the colour #ff0000"),
        (None, "any", "nothing"),
    ],
)
def test_summary_of_other_values(value: object, kind: str, text: str) -> None:
    found = summarize(value)
    assert (found.kind, found.text) == (kind, text)


def test_long_and_huge_values_are_described_shortly() -> None:
    assert len(describe("x" * 10_000)) < 100
    assert describe(10**100_000) == "a huge number"


def test_size_of_a_list_counts_its_items() -> None:
    assert nbytes_of([np.zeros(100), np.zeros(100)]) > 1600


def test_size_of_a_dictionary_counts_its_entries() -> None:
    assert nbytes_of({"a": np.zeros(100), "b": [np.zeros(100)]}) > 1600


def test_what_holds_itself_or_one_list_many_times_is_counted_once() -> None:
    ring: list[object] = [np.zeros(100)]
    ring += [ring, {"again": ring}]
    assert 800 < nbytes_of(ring) < 2000
    doubled: list[object] = [np.zeros(100)]
    for _ in range(40):
        doubled = [doubled, doubled]
    assert 800 < nbytes_of(doubled) < 10_000
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert nbytes_of(deep) > 0


def test_read_only_view_leaves_the_array_as_it_was() -> None:
    array = np.zeros(3)
    view = read_only(array)
    assert isinstance(view, np.ndarray)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    array[0] = 2
    assert view[0] == 2
    assert read_only("text") == "text"


@pytest.mark.parametrize("text", ["#12345", "red", "", "#gggggg"])
def test_text_that_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a colour"):
        Color.parse(text)


def test_colour_is_read_and_written() -> None:
    assert Color.parse("#f80").hex == "#ff8800"
    assert Color.parse("#ff880080").hex == "#ff880080"


def test_a_library_that_another_thread_is_importing_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "polars"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    assert summarize("text").text == "the text 'text'"
    assert not isinstance(3, loaded_class("numpy", "ndarray"))


def test_painting_a_chart_leaves_it_as_it_was() -> None:
    from matplotlib.figure import Figure

    from shtairir.block.figures import paint

    figure = Figure(figsize=(4, 3), dpi=50)
    figure.add_subplot().plot([1, 2, 3])
    assert paint(figure).shape == (150, 200, 4)
    assert paint(figure, size_inches=(2, 1), dpi=100).shape == (100, 200, 4)
    assert (tuple(figure.get_size_inches()), figure.dpi) == ((4, 3), 50)


def test_chart_is_painted_from_many_threads_alike() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from matplotlib.figure import Figure

    from shtairir.block.figures import paint

    figure = Figure(figsize=(2, 1), dpi=50)
    figure.add_subplot().plot([1, 2, 3])
    expected = paint(figure)
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda _: paint(figure), range(12)))
    assert all(np.array_equal(picture, expected) for picture in pictures)
