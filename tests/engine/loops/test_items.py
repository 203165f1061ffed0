"""What a loop goes through: tables, folders, arrays; and results put together into tables and arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest

import shtairir
from shtairir.block import Array, Image, Table, block
from tests.engine.loops.builders import body, mapped


@block(category="Test")
def people() -> Table:
    """Return a table."""
    return polars.DataFrame({"name": ["a", "b", "c", "d"], "age": [3, 5, 7, 9], "town": ["x", "y", "x", "y"]})


@block(category="Test")
def total_age(table: Table) -> float:
    """Return the sum of a column."""
    return float(table["age"].sum())


@block(category="Test")
def age_of(row: Any) -> float:
    """Return the age of a row."""
    return float(row["age"])


@block(category="Test")
def shape_of(array: Array) -> str:
    """Return the shape of an array as a text."""
    return str(array.shape)


def fed(graph: shtairir.Graph, source: Any, **values: Any) -> shtairir.RunResult:
    """Run a graph with the items from a block."""
    graph.link(graph.add(source, **values)["out"], "loop.x")
    return shtairir.run(graph)


def mapped_over(block: Any, kind: str, out: str, **loop: Any) -> shtairir.Graph:
    """Return a graph with a loop over a block whose only input is called as it is."""
    graph = shtairir.Graph("mapped")
    made = body(graph, "body", {"x": kind}, {"y": out})
    name = block.__shtairir_block__.inputs[0].name
    made.returns(y=made.add(block, id="node", values={}, **{name: made["x"]})["out"])
    graph.add("flow.for_each", id="loop", values={"body": "body", **loop})
    return graph


def test_the_rows_of_a_table_are_dictionaries() -> None:
    assert fed(mapped_over(age_of, "any", "float"), people)["loop.y"] == [3.0, 5.0, 7.0, 9.0]


def test_the_rows_of_a_table_are_tables_for_a_body_that_takes_tables() -> None:
    assert fed(mapped_over(total_age, "table", "float"), people)["loop.y"] == [3.0, 5.0, 7.0, 9.0]


def test_groups_keep_the_order_of_their_first_rows() -> None:
    graph = mapped_over(total_age, "table", "float", items="groups", by="town")
    assert fed(graph, people)["loop.y"] == [10.0, 14.0]


def test_a_column_to_group_by_that_is_not_there_is_named() -> None:
    graph = mapped_over(total_age, "table", "float", items="groups", by="city")
    failure = fed(graph, people).nodes["loop"].error
    assert failure is not None
    assert failure.message == "The table cannot be grouped: there is no column 'city'."
    assert failure.hint == "It has: name, age, town."


def test_rows_beyond_the_first_thousand_come_in_order() -> None:
    @block(category="Test")
    def long() -> Table:
        """Return a long table."""
        return polars.DataFrame({"age": range(5000)})

    result = fed(mapped_over(age_of, "any", "float"), long)
    assert result["loop.y"] == [float(number) for number in range(5000)]


def test_the_files_of_a_folder_come_by_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.png", ".hidden.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "d.txt").mkdir()

    @block(category="Test")
    def read(path: Path) -> str:
        """Return what a file holds."""
        return path.read_text()

    graph = mapped_over(read, "path", "text", x=str(tmp_path), pattern="*.txt")
    assert shtairir.run(graph)["loop.y"] == ["a.txt", "b.txt"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    graph = mapped_over(age_of, "any", "float", x=str(tmp_path / "none"), items="files")
    failure = shtairir.run(graph).nodes["loop"].error
    assert failure is not None
    assert "There is no folder" in failure.message


def test_an_array_is_gone_through_along_an_axis() -> None:
    graph = mapped_over(shape_of, "array", "text", axis=1)
    assert fed(graph, "array.zeros", shape=[4, 2, 3])["loop.y"] == ["(4, 3)", "(4, 3)"]
    graph.set("loop.axis", 3)
    failure = shtairir.run(graph).nodes["loop"].error
    assert failure is not None
    assert failure.message == "The array has 3 axes, so there is no axis 3 to go along."


def test_the_numbers_of_an_array_are_pythons_own() -> None:
    @block(category="Test")
    def kind(x: float) -> str:
        """Return the name of the type of a number."""
        return type(x).__name__

    graph = mapped_over(kind, "float", "text")
    assert fed(graph, "array.linspace", start=0.0, stop=1.0, num=2)["loop.y"] == ["float", "float"]


def test_slices_become_images_as_arrays_do() -> None:
    @block(category="Test")
    def stack() -> Array:
        """Return a stack of pictures, of whole numbers."""
        return np.full((2, 4, 5), 255, np.uint8)

    @block(category="Test")
    def brightest(image: Image) -> float:
        """Return the largest number of a picture."""
        return float(image.max())

    assert fed(mapped_over(brightest, "image", "float"), stack)["loop.y"] == [1.0, 1.0]


def test_what_cannot_be_gone_through_is_refused_in_words() -> None:
    @block(category="Test")
    def three() -> Any:
        """Return 3."""
        return 3

    failure = fed(mapped_over(age_of, "any", "float"), three).nodes["loop"].error
    assert failure is not None
    assert failure.message == (
        "The input 'x' cannot take what arrives: expected list | table | array | path, got the number 3."
    )


# --- put together -------------------------------------------------------------------------------------------------


def test_arrays_are_put_together_along_their_first_axis() -> None:
    graph = mapped_over(as_rows, "float", "array", x=[1.0, 2.0], gather="concat")
    np.testing.assert_array_equal(shtairir.run(graph)["loop.y"], [[1, 1], [2, 2], [2, 2]])


@block(category="Test")
def as_rows(x: float) -> Array:
    """Return as many rows as a number says."""
    return np.full((int(x), 2), x)


def test_tables_are_put_together_row_by_row() -> None:
    @block(category="Test")
    def one_row(x: float) -> Table:
        """Return a table of one row."""
        return polars.DataFrame({"x": [int(x)] if x == 1 else [x]})

    graph = mapped_over(one_row, "float", "table", x=[1.0, 2.5], gather="concat")
    assert shtairir.run(graph)["loop.y"].to_dict(as_series=False) == {"x": [1.0, 2.5]}


@pytest.mark.parametrize(("kind", "empty"), [("table", (0, 0)), ("array", (0,)), ("image", (0, 0))])
def test_of_no_items_there_is_an_empty_table_or_array(kind: str, empty: tuple[int, ...]) -> None:
    @block(category="Test")
    def never(x: float) -> Any:
        """Not called."""
        raise AssertionError

    assert shtairir.run(mapped(never, out=kind, x=[], gather="concat"))["loop.y"].shape == empty


def test_arrays_that_do_not_fit_together_are_refused_in_words() -> None:
    @block(category="Test")
    def wide(x: float) -> Array:
        """Return a row as wide as a number says."""
        return np.ones((1, int(x)))

    graph = mapped_over(wide, "float", "array", x=[2.0, 3.0], gather="concat")
    failure = shtairir.run(graph).nodes["loop"].error
    assert failure is not None
    assert "the first has the shape (1, 2), number 1 has (1, 3)" in failure.message


def test_tables_that_do_not_fit_together_are_refused_in_words() -> None:
    @block(category="Test")
    def odd(x: float) -> Table:
        """Return a table whose column depends on a number."""
        return polars.DataFrame({f"x{x:g}": [x]})

    graph = mapped_over(odd, "float", "table", x=[1.0, 2.0], gather="concat")
    failure = shtairir.run(graph).nodes["loop"].error
    assert failure is not None
    assert "The tables of the items cannot be put together" in failure.message
