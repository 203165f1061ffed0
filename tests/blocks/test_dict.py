"""Dictionaries: what blocks make of them, and what they refuse."""

import datetime

import polars as pl
import pytest

import shtairir_blocks.dict as dicts
from shtairir_blocks.kernels import table_records

TABLE = pl.DataFrame({"name": ["Ada", "Bo"], "age": [36, 30]})


def test_values_are_put_under_names():
    assert dicts.make(["a", "b"], 1, "x") == {"a": 1, "b": "x"}
    with pytest.raises(ValueError, match="1 names for 2 values"):
        dicts.make(["a"], 1, 2)
    with pytest.raises(ValueError, match="same name"):
        dicts.make(["a", "a"], 1, 2)


def test_a_name_that_is_not_there_is_told_with_the_nearest():
    assert dicts.get({"width": 3}, "width") == 3
    assert dicts.get({"width": 3}, "depth", 0) == 0
    assert dicts.get({"width": None}, "width") is None
    with pytest.raises(LookupError, match=r"no 'widht'\. Did you mean 'width'"):
        dicts.get({"width": 3}, "widht")
    with pytest.raises(LookupError, match="the dictionary is empty"):
        dicts.get({}, "width")


def test_an_entry_is_set_in_a_new_dictionary():
    before = {"a": 1}
    assert dicts.set_(before, "a", 2) == {"a": 2}
    assert dicts.set_(before, "b", 2) == {"a": 1, "b": 2}
    assert before == {"a": 1}


def test_merging_goes_deep_only_when_asked():
    first, second = {"a": {"x": 1, "y": 1}, "b": 1}, {"a": {"y": 2}, "c": 3}
    assert dicts.merge(first, second) == {"a": {"y": 2}, "b": 1, "c": 3}
    assert dicts.merge(first, second, deep=True) == {"a": {"x": 1, "y": 2}, "b": 1, "c": 3}
    assert first == {"a": {"x": 1, "y": 1}, "b": 1}


def test_a_dictionary_is_taken_apart_in_its_order():
    assert dicts.entries_({"b": 1, "a": 2}) == (["b", "a"], [1, 2])


def test_a_row_is_a_dictionary():
    assert dicts.from_row(TABLE, -1) == {"name": "Bo", "age": 30}
    with pytest.raises(IndexError, match="no row 2: the table has 2 rows"):
        dicts.from_row(TABLE, 2)


def test_dictionaries_are_rows_of_a_table():
    table = dicts.to_table([{"a": 1}, {"b": "x", "a": 2.5}])
    assert table.columns == ["a", "b"]
    assert table.to_dicts() == [{"a": 1.0, "b": None}, {"a": 2.5, "b": "x"}]
    assert dicts.to_table(TABLE.to_dicts()).equals(TABLE)
    assert dicts.to_table([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, None, 3], pl.Int64),
        ([1, 2.5], pl.Float64),
        ([1, "x"], pl.String),
        ([True, False], pl.Boolean),
        ([datetime.date(2024, 5, 31), None], pl.Date),
        ([[1], [2, 3]], pl.List(pl.Int64)),
    ],
)
def test_a_column_has_the_kind_that_all_its_values_have(values, dtype):
    assert table_records.table_of_columns({"x": values}).schema["x"] == dtype
