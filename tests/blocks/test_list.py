"""Lists: what blocks make of them, and what they refuse."""

import numpy as np
import pytest

import shtairir_blocks.list as lists
from shtairir.errors import ExpressionError, RunCancelledError


def test_a_list_is_made_of_what_is_there():
    assert lists.make(1, None, "c") == [1, "c"]
    assert lists.make([1]) == [[1]]


@pytest.mark.parametrize(
    ("start", "stop", "step", "expected"), [(0, 4, 1, [0, 1, 2, 3]), (10, 0, -5, [10, 5]), (3, 3, 1, []), (5, 1, 1, [])]
)
def test_counting_goes_up_and_down(start, stop, step, expected):
    assert lists.range_(start, stop, step) == expected


def test_a_count_without_end_or_too_long_is_refused():
    with pytest.raises(ValueError, match="never end"):
        lists.range_(0, 5, 0)
    with pytest.raises(ValueError, match="1,000,000,000,000 numbers"):
        lists.range_(0, 10**12)


def test_an_array_becomes_a_list_of_pythons_own_numbers():
    assert lists.from_array(np.array([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]
    assert lists.from_array(np.float32(2.5)) == [2.5]
    assert type(lists.from_array(np.arange(3))[0]) is int


def test_an_item_is_taken_from_either_end():
    assert lists.get(["a", "b", "c"], 0) == "a"
    assert lists.get(["a", "b", "c"], -1) == "c"
    with pytest.raises(IndexError, match="no item 3: the list has 3 items, counted from 0"):
        lists.get(["a", "b", "c"], 3)
    with pytest.raises(IndexError, match="the list is empty"):
        lists.get([], 0)


def test_what_is_in_a_list_is_found_whatever_it_is():
    assert lists.contains([1, "a", [2]], [2])
    assert lists.contains([np.arange(3)], np.arange(3))
    assert not lists.contains([1, 2], 3)


def test_slices_are_pythons():
    items = list(range(10))
    assert lists.slice_(items, 2, 5) == [2, 3, 4]
    assert lists.slice_(items, None, None, -1) == items[::-1]
    assert lists.slice_(items, -3) == [7, 8, 9]
    with pytest.raises(ValueError, match="step of 0"):
        lists.slice_(items, step=0)


def test_items_are_put_at_either_end_of_a_new_list():
    items = [1, 2]
    assert lists.append(items, 3) == [1, 2, 3]
    assert lists.append(items, 3, first=True) == [3, 1, 2]
    assert items == [1, 2]


def test_sorting_keeps_the_order_of_equals_both_ways():
    words = ["pear", "fig", "plum", "kiwi", "date"]
    assert lists.sort(words) == sorted(words)
    assert lists.sort(words, by="len(item)") == ["fig", "pear", "plum", "kiwi", "date"]
    assert lists.sort(words, by="len(item)", descending=True) == ["pear", "plum", "kiwi", "date", "fig"]


def test_records_are_sorted_by_an_entry():
    people = [{"name": "Bo", "age": 30}, {"name": "Ada", "age": 36}]
    assert lists.sort(people, by='item["name"]') == people[::-1]


def test_items_without_an_order_are_refused_in_words():
    with pytest.raises(TypeError, match="no common order: int, str"):
        lists.sort([1, "a"])


def test_each_item_is_kept_once_where_it_comes_first():
    assert lists.unique([3, 1, 3, 2, 1]) == [3, 1, 2]
    assert lists.unique([[1], [2], [1]]) == [[1], [2]]
    found = lists.unique([1, True, 1.0, "1"])
    assert [type(item) for item in found] == [int, bool, float, str]
    arrays = lists.unique([np.arange(2), np.arange(3), np.arange(2)])
    assert [len(array) for array in arrays] == [2, 3]


def test_lists_are_filtered_and_changed_by_expressions(ctx):
    assert lists.filter_(ctx, [5, -1, 3, 0], "item > 0") == [5, 3]
    assert lists.filter_(ctx, ["a", "b", "c"], "index != 1") == ["a", "c"]
    assert lists.map_(ctx, [1, 2, 3], "item * item + index") == [1, 5, 11]
    assert lists.map_(ctx, [{"a": 1}], 'item["a"]') == [1]


@pytest.mark.parametrize("expression", ["item.__class__", "__import__('os')", "[x for x in item]", "item +"])
def test_an_expression_that_is_more_is_refused(ctx, expression):
    with pytest.raises(ExpressionError):
        lists.map_(ctx, [1], expression)


def test_the_item_at_which_an_expression_fails_is_named(ctx):
    people = [{"age": 3}, {"age": 4}, {"name": "Bo"}]
    for use in (lambda: lists.map_(ctx, people, 'item["age"]'), lambda: lists.sort(people, 'item["age"]')):
        with pytest.raises(ValueError, match=r"Item 2 of the list: .*age"):
            use()
    with pytest.raises(ValueError, match="Item 1 of the list: "):
        lists.filter_(ctx, [1, "a"], "item > 0")


def test_a_long_list_ends_when_the_run_does(ctx):
    ctx.cancel_after = 0
    with pytest.raises(RunCancelledError):
        lists.map_(ctx, list(range(5000)), "item")
    with pytest.raises(RunCancelledError):
        lists.filter_(ctx, list(range(5000)), "item > 1")


def test_lists_are_joined_zipped_and_flattened():
    assert lists.concat([1], [2, 3]) == [1, 2, 3]
    assert lists.zip_([1, 2], ["a", "b"], [True, False]) == [[1, "a", True], [2, "b", False]]
    assert lists.zip_([1, 2], ["a"], fill=True) == [[1, "a"], [2, None]]
    assert lists.flatten([[1, [2]], 3], depth=1) == [1, [2], 3]
    assert lists.flatten([[1, [2]], 3], depth=5) == [1, 2, 3]
    assert lists.flatten(["ab"]) == ["ab"]


def test_zipping_lists_of_unequal_length_is_refused_unless_filled():
    with pytest.raises(ValueError, match="have 2 and 1 items"):
        lists.zip_([1, 2], [1])
