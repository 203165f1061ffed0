"""JSON: read, written, searched, changed and made into tables."""

import json as standard

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shtairir_blocks.json as blocks
from shtairir_blocks.kernels import json_path

ORDERS = {"orders": [{"id": 1, "customer": {"name": "Ada"}}, {"id": 2, "customer": {"name": "Bo", "city": "Riga"}}]}
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(PLAIN)
def test_what_is_written_is_read_again(value):
    assert blocks.parse(blocks.to_text(value)) == value
    assert blocks.parse(blocks.to_text(value, 0, True)) == value


def test_a_text_that_is_not_json_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"The text is not JSON: .* in line 2, column 1"):
        blocks.parse("[1,\n}")
    with pytest.raises(ValueError, match="JSON has no NaN"):
        blocks.parse("[NaN]")
    with pytest.raises(ValueError, match="The text is not JSON: Exceeds the limit"):
        blocks.parse("1" * 5000)
    with pytest.raises(ValueError, match="nested too deeply"):
        blocks.parse("[" * 200_000)
    with pytest.raises(ValueError, match="nested more than 200 levels deep"):
        blocks.parse("[" * 300 + "]" * 300)
    assert blocks.parse("[" * 200 + "]" * 200)
    assert len(blocks.parse("[" + "[1], " * 999 + "{}]")) == 1000


def test_arrays_and_tables_are_written_as_lists():
    assert standard.loads(blocks.to_text(np.arange(3))) == [0, 1, 2]
    assert standard.loads(blocks.to_text(pl.DataFrame({"a": [1]}))) == [{"a": 1}]


def test_a_value_that_holds_itself_is_refused():
    ring: list[object] = []
    ring.append(ring)
    with pytest.raises(ValueError, match="holds itself"):
        blocks.to_text(ring)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.orders[0].customer.name", ["Ada"]),
        ("$..name", ["Ada", "Bo"]),
        ("$.orders[?@.id > 1].customer.city", ["Riga"]),
        ("$.orders[-1].id", [2]),
        ("$.orders[?match(@.customer.name, 'A.*')].id", [1]),
        ("$.orders[?search(@.customer.name, 'o')].id", [2]),
        ("$.nowhere", []),
        ("$", [ORDERS]),
    ],
)
def test_a_path_finds_what_the_standard_says(path, found):
    assert blocks.find(ORDERS, path) == found


def test_the_first_is_taken_or_the_fallback():
    assert blocks.get(ORDERS, "$..name") == "Ada"
    assert blocks.get(ORDERS, "$.nothing", 7) == 7
    assert blocks.get({"a": None}, "$.a", 7) is None


def test_a_path_that_leads_nowhere_is_told_how_far_it_goes():
    with pytest.raises(LookupError, match=r"At \$\.orders\[0\]\.customer there is name"):
        blocks.get(ORDERS, "$.orders[0].customer.city")
    with pytest.raises(LookupError, match=r"At \$\.orders there is a list of 2 items"):
        blocks.get(ORDERS, "$.orders[5].id")


@pytest.mark.parametrize("path", ["orders", "$.orders[", "$.orders[?]", "$" + ".a" * 3 + "[?"])
def test_what_is_no_path_is_refused_in_words(path):
    with pytest.raises(ValueError, match="is not a JSONPath"):
        blocks.find(ORDERS, path)


def test_a_pattern_in_a_path_that_would_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr("shtairir_blocks.kernels.patterns.TIME_LIMIT_S", 0.2)
    value = [{"a": "a" * 40 + "!"}]
    with pytest.raises(TimeoutError, match="had not come to an end"):
        blocks.find(value, "$[?match(@.a, '(a|aa)+')]")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.a", {"a": 9, "l": [1, {"b": 2}]}),
        ("$.l[1].b", {"a": 1, "l": [1, {"b": 9}]}),
        ("$.new.inner", {"a": 1, "l": [1, {"b": 2}], "new": {"inner": 9}}),
        ("$.l[2]", {"a": 1, "l": [1, {"b": 2}, 9]}),
        ("$.l[-1]", {"a": 1, "l": [1, 9]}),
        ("$['a b'][0]", {"a": 1, "l": [1, {"b": 2}], "a b": [9]}),
        ("$", 9),
    ],
)
def test_a_place_is_set_in_a_copy(path, expected):
    value = {"a": 1, "l": [1, {"b": 2}]}
    assert blocks.set_(value, path, 9) == expected
    assert value == {"a": 1, "l": [1, {"b": 2}]}


def test_all_places_of_a_path_are_set():
    changed = blocks.set_(ORDERS, "$.orders[*].id", 0)
    assert [order["id"] for order in changed["orders"]] == [0, 0]
    with pytest.raises(LookupError, match="leads nowhere"):
        blocks.set_(ORDERS, "$.orders[*].nothing", 0)
    with pytest.raises(LookupError, match="no place for"):
        blocks.set_({"a": 1}, "$.a.b", 0)


def test_what_is_not_changed_is_not_copied_when_it_is_large():
    array = np.zeros(3)
    assert blocks.set_({"x": array, "y": 1}, "$.y", 2)["x"] is array


@given(st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True) | st.integers(0, 9), max_size=6))
def test_a_simple_path_is_read_as_its_steps(steps):
    path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    assert json_path.simple_steps(path) == steps


def test_records_become_a_table_with_their_inner_records_as_columns():
    table = blocks.to_table(ORDERS["orders"])
    assert table.columns == ["id", "customer.name", "customer.city"]
    assert table["customer.city"].to_list() == [None, "Riga"]
    assert blocks.to_table({"a": {"b": {"c": 1}}}, depth=1).to_dicts() == [{"a.b": '{"c": 1}'}]
    assert blocks.to_table([{"tags": ["x", "y"]}])["tags"][0] == '["x", "y"]'
    with pytest.raises(ValueError, match="Item 1 of the list is a int"):
        blocks.to_table([{}, 3])


def test_lines_are_written_and_read(tmp_path):
    path = tmp_path / "deep" / "orders.jsonl"
    values = [{"a": 1}, [2], "drei ☃", None]
    assert blocks.write_lines(values, path) == path
    assert blocks.read_lines(path) == values
    blocks.write_lines(pl.DataFrame({"a": [1, 2]}), path)
    assert blocks.read_lines(path) == [{"a": 1}, {"a": 2}]


def test_a_broken_line_is_named_or_left_out(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"a": 1}\n\nnot json\n{"a": 2}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"Line 3 of log\.jsonl is not JSON: .* in column 1"):
        blocks.read_lines(path)
    assert blocks.read_lines(path, skip_broken=True) == [{"a": 1}, {"a": 2}]
    with pytest.raises(ValueError, match="more than 1 lines"):
        blocks.read_lines(path, skip_broken=True, limit=1)
    path.write_bytes(b'"\xff"\n')
    with pytest.raises(ValueError, match="not UTF-8"):
        blocks.read_lines(path)
