"""Table blocks, against plain Python over the rows."""

import datetime
import math
import random
import statistics
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest

from shtairir_blocks import table as blocks
from shtairir_blocks.kernels import table_columns, table_values

NAN = float("nan")


def make_animals(count=200, seed=3):
    """Return rows as dictionaries, with gaps, from a seeded generator."""
    chance = random.Random(seed)
    return [
        {
            "name": f"Tier {number}",
            "kind": chance.choice(["cat", "dog", "Vögel", None]),
            "legs": chance.choice([2, 4, None]),
            "mass": chance.choice([None, NAN, round(chance.uniform(0.1, 50), 2)]),
            "tame": chance.choice([True, False]),
            "born": datetime.date(2020, 1, 1) + datetime.timedelta(days=chance.randrange(900)),
        }
        for number in range(count)
    ]


ROWS = make_animals()
ANIMALS = pl.DataFrame(ROWS)
EMPTY = ANIMALS.clear()


def is_gap(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def names(table):
    return table["name"].to_list()


# --- which column is meant -----------------------------------------------------------------------


def test_an_unknown_column_is_answered_with_the_closest_and_all():
    with pytest.raises(ValueError, match=r"no column 'Mas'\. Did you mean 'mass'\? Its columns are: name, kind"):
        blocks.sort(ANIMALS, ["Mas"])
    with pytest.raises(ValueError, match=r"no column 'zzzzzz'\. Its columns are: name"):
        blocks.column(ANIMALS, "zzzzzz")


def test_no_column_chosen_lists_the_choices():
    with pytest.raises(ValueError, match=r"No column is chosen\. Choose one of: name, kind"):
        blocks.count_values(ANIMALS, "")


def test_a_long_list_of_columns_is_cut():
    wide = pl.DataFrame({f"c{number}": [1] for number in range(100)})
    with pytest.raises(ValueError, match=r"c29 and 70 more\."):
        blocks.column(wide, "nothing like it")


def test_a_star_stands_for_letters_unless_a_column_is_called_so():
    assert blocks.select(ANIMALS, ["t*", "m*s", "name", "tame"]).columns == ["tame", "mass", "name"]
    odd = pl.DataFrame({"a*": [1], "ab": [2]})
    assert blocks.select(odd, ["a*"]).columns == ["a*"]
    with pytest.raises(ValueError, match=r"No column fits 'x\*'"):
        blocks.select(ANIMALS, ["x*"])


def test_a_column_of_text_is_told_apart_from_numbers():
    with pytest.raises(ValueError, match=r"'kind' holds text, not numbers\. Columns with numbers: legs, mass"):
        table_columns.numeric_named(ANIMALS, "kind")


# --- rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "operator", "value", "keeps"),
    [
        ("legs", "==", 4, lambda row: row["legs"] == 4),
        ("legs", "==", " 4 ", lambda row: row["legs"] == 4),
        ("legs", "!=", 4, lambda row: row["legs"] != 4),
        ("mass", ">", "20.5", lambda row: not is_gap(row["mass"]) and row["mass"] > 20.5),
        ("mass", "<=", 20, lambda row: not is_gap(row["mass"]) and row["mass"] <= 20),
        ("kind", "==", "Vögel", lambda row: row["kind"] == "Vögel"),
        ("kind", "!=", "cat", lambda row: row["kind"] != "cat"),
        ("kind", "is one of", "cat, Vögel", lambda row: row["kind"] in ("cat", "Vögel")),
        ("kind", "is not one of", "cat, dog", lambda row: row["kind"] not in ("cat", "dog")),
        ("legs", "is one of", "2,3", lambda row: row["legs"] in (2, 3)),
        ("name", "contains", "1", lambda row: "1" in row["name"]),
        ("name", "contains", ".", lambda row: False),
        ("name", "starts with", "Tier 1", lambda row: row["name"].startswith("Tier 1")),
        ("name", "ends with", "7", lambda row: row["name"].endswith("7")),
        ("legs", "contains", "4", lambda row: row["legs"] == 4),
        ("kind", "is missing", "", lambda row: row["kind"] is None),
        ("mass", "is missing", "", lambda row: is_gap(row["mass"])),
        ("mass", "is not missing", "", lambda row: not is_gap(row["mass"])),
        ("tame", "==", "Yes", lambda row: row["tame"]),
        ("born", ">=", "2021-06-01", lambda row: row["born"] >= datetime.date(2021, 6, 1)),
        ("born", "==", "2021-06-01", lambda row: row["born"] == datetime.date(2021, 6, 1)),
    ],
)
def test_filter_keeps_the_rows_that_plain_python_keeps(column, operator, value, keeps):
    expected = [row["name"] for row in ROWS if keeps(row)]
    assert names(blocks.filter_(ANIMALS, column, operator, value)) == expected
    assert blocks.filter_(EMPTY, column, operator, value).height == 0


@pytest.mark.parametrize(
    ("column", "value", "hint"),
    [
        ("legs", "four", "whole numbers: give a number"),
        ("mass", "", "numbers: give a number"),
        ("born", "1.6.2021", "dates: give a date such as 2024-05-31"),
        ("tame", "perhaps", "true or false: give true or false"),
    ],
)
def test_a_value_that_the_column_cannot_hold_is_refused_with_an_example(column, value, hint):
    with pytest.raises(ValueError, match=hint):
        blocks.filter_(ANIMALS, column, "==", value)


def test_filter_compares_times_zones_and_categories():
    moments = pl.DataFrame({"t": ["2024-05-31 12:00", "2024-05-31 15:00"]}).with_columns(
        pl.col("t").str.to_datetime("%Y-%m-%d %H:%M"), pl.Series("c", ["a", "b"], dtype=pl.Categorical)
    )
    assert blocks.filter_(moments, "t", ">", "2024-05-31 13:00").height == 1
    zoned = moments.with_columns(pl.col("t").dt.replace_time_zone("Europe/Rome"))
    assert blocks.filter_(zoned, "t", ">", "2024-05-31 13:00").height == 1
    assert blocks.filter_(zoned, "t", ">", "2024-05-31 13:30+00:00").height == 0
    assert blocks.filter_(moments, "c", "is one of", "b, z").height == 1
    assert blocks.filter_(moments, "c", "<", "b").height == 1


def test_filter_refuses_lists():
    with pytest.raises(ValueError, match="holds lists"):
        blocks.filter_(pl.DataFrame({"a": [[1]]}), "a", "==", "1")


@pytest.mark.parametrize("descending", [False, True])
def test_sort_is_stable_and_puts_gaps_last(descending):
    known = [row for row in ROWS if not is_gap(row["mass"])]
    expected = sorted(known, key=lambda row: row["mass"], reverse=descending)
    expected += [row for row in ROWS if is_gap(row["mass"])]
    assert names(blocks.sort(ANIMALS, ["mass"], descending)) == [row["name"] for row in expected]


def test_sort_by_several_columns():
    rows = blocks.sort(ANIMALS, ["tame", "born"]).select("tame", "born").rows()
    assert rows == sorted(rows)
    with pytest.raises(ValueError, match="at least one column to sort by"):
        blocks.sort(ANIMALS, [])


def test_head_takes_rows_after_those_skipped():
    assert names(blocks.head(ANIMALS, 3, 2)) == ["Tier 2", "Tier 3", "Tier 4"]
    assert blocks.head(ANIMALS, 10**9).height == 200
    assert blocks.head(EMPTY).height == 0


def test_a_sample_is_the_same_for_the_same_seed_and_holds_each_row_once():
    drawn = names(blocks.sample(ANIMALS, 50, seed=7))
    assert drawn == names(blocks.sample(ANIMALS, 50, seed=7))
    assert drawn != names(blocks.sample(ANIMALS, 50, seed=8))
    assert len(set(drawn)) == 50
    assert drawn == [name for name in names(ANIMALS) if name in drawn]
    assert blocks.sample(ANIMALS, 1000).equals(ANIMALS)
    assert blocks.sample(ANIMALS, 0).height == 0


def test_a_sample_draws_every_row_equally_often():
    ten = pl.DataFrame({"a": range(10)})
    counts = Counter(row for seed in range(600) for row in blocks.sample(ten, 3, seed)["a"])
    assert all(140 <= counts[row] <= 220 for row in range(10)), counts


def test_drop_missing_counts_nan_as_missing():
    complete = [row["name"] for row in ROWS if not any(is_gap(value) for value in row.values())]
    assert names(blocks.drop_missing(ANIMALS)) == complete
    with_mass = [row["name"] for row in ROWS if not is_gap(row["mass"])]
    assert names(blocks.drop_missing(ANIMALS, ["mass"])) == with_mass
    assert blocks.drop_missing(pl.DataFrame()).shape == (0, 0)


def test_unique_keeps_first_last_or_none():
    table = pl.DataFrame({"a": [1, 1, 2, None, None], "b": [1, 2, 3, 4, 5]})
    assert blocks.unique(table, ["a"])["b"].to_list() == [1, 3, 4]
    assert blocks.unique(table, ["a"], "last")["b"].to_list() == [2, 3, 5]
    assert blocks.unique(table, ["a"], "none")["b"].to_list() == [3]
    assert blocks.unique(table).height == 5


# --- columns -------------------------------------------------------------------------------------


def test_select_drop_and_rename():
    assert blocks.select(ANIMALS, ["mass", "name", "mass"]).columns == ["mass", "name"]
    assert blocks.drop(ANIMALS, ["mass", "b*", "kind"]).columns == ["name", "legs", "tame"]
    assert blocks.rename(ANIMALS, ["name", "kind"], ["kind", "name"]).columns[:2] == ["kind", "name"]


def test_rename_refuses_pairs_that_do_not_fit():
    with pytest.raises(ValueError, match="1 old names and 2 new"):
        blocks.rename(ANIMALS, ["name"], ["a", "b"])
    with pytest.raises(ValueError, match="Two columns would be called 'mass'"):
        blocks.rename(ANIMALS, ["name"], ["mass"])
    with pytest.raises(ValueError, match="not empty"):
        blocks.rename(ANIMALS, ["name"], [""])


@pytest.mark.parametrize(
    ("operation", "compute"),
    [
        ("+", lambda a, b: a + b),
        ("-", lambda a, b: a - b),
        ("*", lambda a, b: a * b),
        ("/", lambda a, b: a / b),
        ("//", lambda a, b: a // b),
        ("%", lambda a, b: a % b),
        ("min", min),
        ("max", max),
    ],
)
@pytest.mark.parametrize("right", ["b", 3, "2.5"])
def test_derive_computes_row_by_row(operation, compute, right):
    table = pl.DataFrame({"a": [7, -7, 5, 1], "b": [2, 3, -2, 4]})
    result = blocks.derive(table, "c", "a", operation, right)["c"].to_list()
    others = table["b"].to_list() if right == "b" else [float(right)] * 4
    assert result == pytest.approx([compute(a, b) for a, b in zip(table["a"], others, strict=True)])


def test_a_power_may_have_a_fraction_or_be_negative():
    table = pl.DataFrame({"a": [4, 9, 0, -1]})
    assert blocks.derive(table, "c", "a", "**", 0.5)["c"].to_list()[:3] == [2, 3, 0]
    assert blocks.derive(table, "c", "a", "**", -1)["c"].to_list() == [1 / 4, 1 / 9, math.inf, -1]


def test_derive_does_not_wrap_small_and_unsigned_numbers():
    table = pl.DataFrame({"a": [1, 200], "b": [2, 100]}, schema={"a": pl.UInt8, "b": pl.UInt8})
    assert blocks.derive(table, "c", "a", "-", "b")["c"].to_list() == [-1, 100]
    assert blocks.derive(table, "c", "a", "+", "b")["c"].to_list() == [3, 300]


def test_derive_joins_text_and_passes_gaps_on():
    table = pl.DataFrame({"a": ["x", None], "b": ["y", "z"], "n": [1.0, None]})
    assert blocks.derive(table, "c", "a", "+", "b")["c"].to_list() == ["xy", None]
    assert blocks.derive(table, "c", "a", "+", "-ü")["c"].to_list() == ["x-ü", None]
    assert blocks.derive(table, "n", "n", "*", 2)["n"].to_list() == [2.0, None]


def test_derive_says_what_does_not_fit():
    with pytest.raises(ValueError, match="only \\+ is defined"):
        blocks.derive(ANIMALS, "c", "name", "*", 2)
    with pytest.raises(ValueError, match="Did you mean 'legs'"):
        blocks.derive(ANIMALS, "c", "mass", "*", "leg")
    with pytest.raises(ValueError, match="'kind' holds text"):
        blocks.derive(ANIMALS, "c", "mass", "*", "kind")
    with pytest.raises(ValueError, match="a name"):
        blocks.derive(ANIMALS, "", "mass", "*", 2)


GAPS = pl.DataFrame({"i": [1, None, 4], "f": [1.0, NAN, None], "t": ["a", None, "c"], "b": [True, None, False]})


@pytest.mark.parametrize(
    ("how", "columns", "expected"),
    [
        ("mean", ["f"], {"f": [1.0, 1.0, 1.0]}),
        ("median", ["i"], {"i": [1, 2.5, 4]}),
        ("minimum", None, {"i": [1, 1, 4], "f": [1.0, 1.0, 1.0], "t": ["a", None, "c"]}),
        ("maximum", None, {"i": [1, 4, 4]}),
        ("previous", None, {"i": [1, 1, 4], "f": [1.0, 1.0, 1.0], "t": ["a", "a", "c"], "b": [True, True, False]}),
        ("next", ["t", "i"], {"i": [1, 4, 4], "t": ["a", "c", "c"]}),
    ],
)
def test_gaps_are_filled_from_the_column(how, columns, expected):
    filled = blocks.fill_missing(GAPS, columns, how)
    for name, values in expected.items():
        assert filled[name].to_list() == pytest.approx(values), name


def test_gaps_are_filled_with_a_value_where_it_fits():
    numbers = blocks.fill_missing(GAPS, None, "value", 0.0)
    assert numbers["i"].to_list() == [1, 0, 4]
    assert numbers["i"].dtype == pl.Int64
    assert numbers["f"].to_list() == [1.0, 0.0, 0.0]
    assert blocks.fill_missing(GAPS, ["t"], "value", "?")["t"].to_list() == ["a", "?", "c"]
    with pytest.raises(ValueError, match="'\\?' cannot fill 'i', which holds whole numbers"):
        blocks.fill_missing(GAPS, ["i"], "value", "?")
    with pytest.raises(ValueError, match="'t' holds text"):
        blocks.fill_missing(GAPS, ["t"], "mean")


# --- tables from tables --------------------------------------------------------------------------

FIGURES = {
    "mean": statistics.fmean,
    "sum": sum,
    "min": min,
    "max": max,
    "median": statistics.median,
    "std": statistics.stdev,
    "count": len,
    "unique": lambda values: len(set(values)),
}


@pytest.mark.parametrize("function", FIGURES)
def test_group_agrees_with_plain_python(function):
    values, sizes = defaultdict(list), Counter()
    for row in ROWS:
        key = (row["kind"], row["tame"])
        sizes[key] += 1
        if not is_gap(row["mass"]):
            values[key].append(row["mass"])
    grouped = blocks.group(ANIMALS, ["kind", "tame"], ["mass"], function)
    assert grouped.columns == ["kind", "tame", "count", f"mass_{function}"]
    assert grouped.height == len(sizes)
    for kind, tame, count, figure in grouped.rows():
        assert count == sizes[kind, tame]
        assert figure == pytest.approx(FIGURES[function](values[kind, tame]))
    keys = [(kind is None, kind or "", tame) for kind, tame in grouped.select("kind", "tame").rows()]
    assert keys == sorted(keys)


def test_group_takes_all_numbers_when_no_column_is_chosen():
    assert blocks.group(ANIMALS, ["kind"], count=False).columns == ["kind", "legs_mean", "mass_mean"]
    assert blocks.group(EMPTY, ["kind"]).shape == (0, 4)


def test_group_says_what_does_not_fit():
    with pytest.raises(ValueError, match="at least one column to group by"):
        blocks.group(ANIMALS, [])
    with pytest.raises(ValueError, match="'name' holds text, not numbers"):
        blocks.group(ANIMALS, ["kind"], ["name"])
    assert blocks.group(ANIMALS, ["kind"], ["name"], "first").columns == ["kind", "count", "name_first"]


LEFT = pl.DataFrame({"k": [3, 1, 2, None, 3], "v": ["a", "b", "c", "d", "e"]})
RIGHT = pl.DataFrame({"k": [1, 3, 3, 9, None], "v": ["p", "q", "r", "s", "t"]})


@pytest.mark.parametrize("how", ["inner", "left", "right", "full", "semi", "anti"])
def test_join_agrees_with_nested_loops(how):
    def matches(one, other):
        return one[0] is not None and one[0] == other[0]

    left, right = LEFT.rows(), RIGHT.rows()
    pairs = [(*one, other[1]) for one in left for other in right if matches(one, other)]
    lonely_left = [one for one in left if not any(matches(one, other) for other in right)]
    lonely_right = [other for other in right if not any(matches(one, other) for one in left)]
    expected = {
        "inner": pairs,
        "left": pairs + [(*one, None) for one in lonely_left],
        "right": [(one[1], *other) for one in left for other in right if matches(one, other)]
        + [(None, *other) for other in lonely_right],
        "full": pairs + [(*one, None) for one in lonely_left] + [(key, None, value) for key, value in lonely_right],
        "semi": [one for one in left if one not in lonely_left],
        "anti": lonely_left,
    }[how]
    joined = blocks.join(LEFT, RIGHT, ["k"], how)
    assert Counter(joined.rows()) == Counter(expected)


def test_join_keeps_the_order_of_the_left_table():
    assert blocks.join(LEFT, RIGHT, ["k"], "left")["v"].to_list() == ["a", "a", "b", "c", "d", "e", "e"]


def test_cross_join_pairs_every_row():
    assert blocks.join(LEFT, RIGHT, how="cross").height == 25


def test_join_meets_in_the_wider_type():
    floats = pl.DataFrame({"id": [1.0, 2.5], "w": [10, 20]})
    joined = blocks.join(LEFT, floats, ["k"], "inner", ["id"])
    assert joined.rows() == [(1.0, "b", 10)]
    categories = pl.DataFrame({"v": pl.Series(["a", "z"], dtype=pl.Categorical), "w": [1, 2]})
    assert blocks.join(LEFT, categories, ["v"])["w"].to_list() == [1]


def test_join_refuses_keys_that_cannot_meet():
    with pytest.raises(ValueError, match="'k' holds whole numbers and its partner 'v' text"):
        blocks.join(LEFT, RIGHT, ["k"], "inner", ["v"])
    with pytest.raises(ValueError, match="Name the columns to join on"):
        blocks.join(LEFT, RIGHT)
    with pytest.raises(ValueError, match="no column 'key'"):
        blocks.join(LEFT, RIGHT, ["key"])


def test_tables_are_stacked_by_name():
    swapped = pl.DataFrame({"v": ["z"], "k": [7.5]})
    stacked = blocks.concat(LEFT, swapped)
    assert stacked.columns == ["k", "v"]
    assert stacked.rows()[-1] == (7.5, "z")
    gaps = blocks.concat(LEFT, pl.DataFrame({"k": [1], "new": [True]}), "rows, fill gaps")
    assert gaps.rows()[-1] == (1, None, True)
    beside = blocks.concat(LEFT, RIGHT.rename({"k": "k2", "v": "v2"}), "columns")
    assert beside.shape == (5, 4)


def test_tables_that_do_not_stack_say_why():
    with pytest.raises(ValueError, match="first table has no column 'w'"):
        blocks.concat(LEFT, LEFT.with_columns(w=1))
    with pytest.raises(ValueError, match="second table has no column 'v'"):
        blocks.concat(LEFT, LEFT.drop("v"))
    with pytest.raises(ValueError, match="Both tables have a column 'k'"):
        blocks.concat(LEFT, RIGHT, "columns")
    with pytest.raises(ValueError, match="5 and 1 rows"):
        blocks.concat(LEFT, pl.DataFrame({"x": [1]}), "columns")
    with pytest.raises(ValueError, match="'k' holds whole numbers and its partner 'k' text"):
        blocks.concat(LEFT, pl.DataFrame({"k": ["a"], "v": ["b"]}))


def test_pivot_agrees_with_plain_python():
    cells = defaultdict(list)
    for row in ROWS:
        if not is_gap(row["mass"]):
            cells[row["kind"], row["legs"]].append(row["mass"])
    wide = blocks.pivot(ANIMALS, ["kind"], "legs", "mass", "sum")
    assert wide.columns == ["kind", "2", "4", "missing"]
    assert wide["kind"].to_list() == ["Vögel", "cat", "dog", None]
    for row in wide.rows(named=True):
        for head, legs in (("2", 2), ("4", 4), ("missing", None)):
            assert row[head] == pytest.approx(sum(cells[row["kind"], legs]))


def test_pivot_sorts_heads_as_numbers_and_refuses_clashes():
    table = pl.DataFrame({"r": ["a"] * 3, "h": [10, 9, 100], "v": [1, 2, 3]})
    assert blocks.pivot(table, ["r"], "h", "v").columns == ["r", "9", "10", "100"]
    clash = pl.DataFrame({"r": ["a"], "h": ["r"], "v": [1]})
    with pytest.raises(ValueError, match="'r' is a value of 'h' and a column too"):
        blocks.pivot(clash, ["r"], "h", "v")
    with pytest.raises(ValueError, match="different columns"):
        blocks.pivot(table, ["r"], "r", "v")


def test_unpivot_undoes_pivot():
    long = pl.DataFrame({"r": ["a", "a", "b", "b"], "h": ["x", "y", "x", "y"], "v": [1.0, 2.0, 3.0, 4.0]})
    wide = blocks.pivot(long, ["r"], "h", "v")
    again = blocks.unpivot(wide, ["r"], None, "h", "v")
    assert sorted(again.rows()) == sorted(long.rows())
    with pytest.raises(ValueError, match="Name columns of one kind"):
        blocks.unpivot(ANIMALS, ["name"], ["kind", "mass"])


def test_describe_agrees_with_the_standard_library():
    facts = {row["column"]: row for row in blocks.describe(ANIMALS).rows(named=True)}
    masses = [row["mass"] for row in ROWS if not is_gap(row["mass"])]
    quarters = statistics.quantiles(masses, n=4, method="inclusive")
    mass = facts["mass"]
    assert (mass["count"], mass["missing"]) == (len(masses), len(ROWS) - len(masses))
    assert [mass["25%"], mass["median"], mass["75%"]] == pytest.approx(quarters)
    assert mass["mean"] == pytest.approx(statistics.fmean(masses))
    assert mass["std"] == pytest.approx(statistics.stdev(masses))
    assert (mass["min"], mass["max"]) == (min(masses), max(masses))
    assert facts["kind"]["holds"] == "text"
    assert facts["kind"]["unique"] == 3
    assert facts["born"]["holds"] == "dates"
    assert facts["kind"]["mean"] is None


def test_describe_of_nothing():
    assert blocks.describe(EMPTY)["count"].to_list() == [0] * 6
    assert blocks.describe(pl.DataFrame()).shape == (0, 12)


def test_counted_values_agree_with_counter():
    counted = blocks.count_values(ANIMALS, "kind")
    expected = Counter(row["kind"] for row in ROWS)
    assert dict(counted.select("kind", "count").rows()) == expected
    assert counted["count"].to_list() == sorted(expected.values(), reverse=True)
    assert counted["share"].sum() == pytest.approx(1)
    odd = blocks.count_values(pl.DataFrame({"count": [1, 1, 2]}), "count")
    assert odd["count"].to_list() == [1, 2]


def test_rows_are_counted():
    assert blocks.row_count(ANIMALS) == 200
    assert blocks.row_count(EMPTY) == 0


# --- arrays --------------------------------------------------------------------------------------


def test_columns_become_arrays_with_gaps_as_nan_nat_and_empty_text():
    table = pl.DataFrame(
        {
            "i": [1, 2],
            "g": [1, None],
            "b": [True, False],
            "n": [True, None],
            "t": ["ü", None],
            "d": [datetime.date(2024, 5, 31), None],
            "x": [None, None],
        }
    )
    assert blocks.column(table, "i").dtype == np.int64
    np.testing.assert_array_equal(blocks.column(table, "g"), [1, np.nan])
    assert blocks.column(table, "b").dtype == np.bool_
    np.testing.assert_array_equal(blocks.column(table, "n"), [1, np.nan])
    assert blocks.column(table, "t").tolist() == ["ü", ""]
    np.testing.assert_array_equal(blocks.column(table, "d"), np.array(["2024-05-31", "NaT"], "datetime64[D]"))
    np.testing.assert_array_equal(blocks.column(table, "x"), [np.nan, np.nan])
    assert blocks.column(EMPTY, "name").shape == (0,)
    with pytest.raises(ValueError, match="holds lists, which cannot become an array"):
        blocks.column(pl.DataFrame({"a": [[1]]}), "a")


def test_a_table_of_numbers_and_an_array_go_both_ways():
    array = np.random.default_rng(0).random((5, 3))
    table = blocks.from_array(array, ["a"])
    assert table.columns == ["a", "column_2", "column_3"]
    np.testing.assert_array_equal(blocks.to_array(table), array)
    np.testing.assert_array_equal(blocks.to_array(table, ["column_3", "a"]), array[:, [2, 0]])
    assert blocks.to_array(ANIMALS).shape == (200, 2)
    assert blocks.to_array(pl.DataFrame({"t": ["a"]})).shape == (1, 0)
    assert blocks.from_array(np.arange(3)).shape == (3, 1)
    with pytest.raises(ValueError, match="is not a table"):
        blocks.from_array(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="2 names for 1 columns"):
        blocks.from_array(np.zeros(3), ["a", "b"])


def test_columns_make_a_table():
    table = blocks.from_columns(["n", "t", "c"], np.arange(3), ["a", None, "ü"], np.array(7.5))
    assert table.rows() == [(0, "a", 7.5), (1, None, 7.5), (2, "ü", 7.5)]


def test_columns_that_do_not_fit_say_why():
    with pytest.raises(ValueError, match="differ in length: a has 2, b has 3"):
        blocks.from_columns(["a", "b"], [1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="1 columns and 2 names"):
        blocks.from_columns(["a", "b"], [1])
    with pytest.raises(ValueError, match="same name"):
        blocks.from_columns(["a", "a"], [1], [2])
    with pytest.raises(ValueError, match=r"'a' has the shape \(2, 2\)"):
        table_values.from_columns(["a"], [np.zeros((2, 2))])


def test_a_column_is_added_or_replaced():
    assert blocks.add_column(LEFT, "w", np.arange(5.0))["w"].to_list() == [0, 1, 2, 3, 4]
    assert blocks.add_column(LEFT, "v", 3.0)["v"].to_list() == [3.0] * 5
    assert blocks.add_column(pl.DataFrame(), "a", [1, 2]).shape == (2, 1)
    with pytest.raises(ValueError, match="There are 2 values for 5 rows"):
        blocks.add_column(LEFT, "w", [1, 2])


def test_columns_are_turned_into_numbers_text_and_truth() -> None:
    held = pl.DataFrame({"a": [" 1.5", "2", None], "b": [3.0, 4.0, None], "c": ["yes", "FALSE", "1"]})
    assert blocks.convert(held, ["a"])["a"].to_list() == [1.5, 2.0, None]
    assert blocks.convert(held, ["b"], "whole numbers")["b"].to_list() == [3, 4, None]
    assert blocks.convert(held, ["b"], "text")["b"].to_list() == ["3.0", "4.0", None]
    assert blocks.convert(held, ["c"], "true or false")["c"].to_list() == [True, False, True]
    assert blocks.convert(held, ["b"], "true or false")["b"].to_list() == [True, True, None]


def test_what_cannot_be_turned_is_shown_or_becomes_missing() -> None:
    held = pl.DataFrame({"a": ["1", "two", "2.5", "two"], "l": [[1]] * 4})
    with pytest.raises(ValueError, match="2 values of the column 'a' are no numbers, such as 'two'"):
        blocks.convert(held, ["a"])
    assert blocks.convert(held, ["a"], "whole numbers", strict=False)["a"].to_list() == [1, None, None, None]
    with pytest.raises(ValueError, match="holds lists"):
        blocks.convert(held, ["l"])
    with pytest.raises(ValueError, match="at least one column"):
        blocks.convert(held, [])
