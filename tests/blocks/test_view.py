"""Looking at values on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import shtairir_blocks.view as view
from shtairir.block import definition_of

BLACK, WHITE = np.zeros((10, 20), np.float32), np.ones((10, 20, 3), np.float32)


def test_show_previews_a_value_and_passes_it_on(ctx: Any) -> None:
    value = np.arange(3)
    assert view.show(ctx, value) is value
    assert ctx.previewed == [value] or ctx.previewed[0] is value
    assert ctx.logged == []
    view.show(ctx, value, "numbers")
    assert ctx.logged[0][1].startswith("numbers: array, 3 int64")
    assert not definition_of(view.show).traits.pure


def test_images_are_compared_in_three_ways() -> None:
    beside = view.compare(BLACK, WHITE)
    assert beside.shape == (10, 48, 3)
    assert beside[:, :20].max() == 0
    assert beside[:, 28:].min() == 1
    split = view.compare(BLACK, WHITE, "split", 0.25)
    assert split[:, :5].max() == 0
    assert split[:, 5:].min() == 1
    assert_allclose(view.compare(BLACK, WHITE * np.float32(0.3), "difference"), 0.3, rtol=1e-6)


def test_images_of_other_sizes_stand_side_by_side_at_one_height() -> None:
    assert view.compare(BLACK, np.ones((20, 20), np.float32)).shape == (10, 38, 3)
    with pytest.raises(ValueError, match="differ in size"):
        view.compare(BLACK, WHITE[:5], "difference")
    with pytest.raises(ValueError, match="differ in size"):
        view.compare(BLACK, WHITE[:5], "split")


def test_statistics_leave_missing_values_out() -> None:
    facts = dict(view.statistics(np.array([[1.0, 2, 3], [4, np.nan, np.inf]])).iter_rows())
    assert facts["shape"] == "2 × 3"
    assert facts["type"] == "float64"
    assert facts["not finite"] == "2"
    assert (facts["minimum"], facts["median"], facts["maximum"], facts["mean"]) == ("1", "2.5", "4", "2.5")
    assert float(facts["standard deviation"]) == pytest.approx(1.118, abs=1e-3)


@pytest.mark.parametrize("values", [[], [np.nan], 3.0, [True], ["text"], [1 + 1j]])
def test_statistics_of_unusual_arrays(values: Any) -> None:
    facts = dict(view.statistics(np.array(values)).iter_rows())
    assert facts["values"] == str(np.size(values))
