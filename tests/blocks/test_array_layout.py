"""Parts and arrangements of arrays."""

from __future__ import annotations

import numpy as np
import pytest

import shtairir_blocks.array as array

GRID = np.arange(12).reshape(3, 4)
GRID.setflags(write=False)


def test_slice_takes_a_range_along_an_axis() -> None:
    assert array.slice_(GRID, 1, 3, axis=1).tolist() == GRID[:, 1:3].tolist()
    assert array.slice_(GRID, step=-1).tolist() == GRID[::-1].tolist()
    assert array.slice_(GRID, -2, axis=-1).tolist() == GRID[:, -2:].tolist()
    assert array.slice_(GRID, 10).size == 0
    assert np.shares_memory(array.slice_(GRID, 1), GRID)


def test_slice_explains_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="cannot be 0"):
        array.slice_(GRID, step=0)
    with pytest.raises(ValueError, match=r"no axis 2: an array of shape \(3, 4\) has the axes 0 to 1"):
        array.slice_(GRID, axis=2)
    with pytest.raises(ValueError, match="single number has no axis"):
        array.slice_(np.array(1.0))


def test_take_picks_positions() -> None:
    assert array.take(GRID, 5) == 5
    assert isinstance(array.take(GRID, 5), int)
    assert array.take(GRID, np.array([0, -1]), 0).tolist() == [[0, 1, 2, 3], [8, 9, 10, 11]]
    assert array.take(GRID, np.array([1.0, 2.0])).tolist() == [1, 2]
    assert array.take(GRID, np.array([])).shape == (0,)
    with pytest.raises(ValueError, match="there are 3 elements"):
        array.take(GRID, 3, axis=0)
    with pytest.raises(ValueError, match="whole numbers"):
        array.take(GRID, np.array([0.5]))


def test_select_keeps_elements_or_rows() -> None:
    assert array.select(GRID, GRID > 9).tolist() == [10, 11]
    assert array.select(GRID, np.array([1, 0, 1])).tolist() == [[0, 1, 2, 3], [8, 9, 10, 11]]
    with pytest.raises(ValueError, match="does not fit"):
        array.select(GRID, np.array([True]))
    with pytest.raises(ValueError, match="does not fit"):
        array.select(np.array(1.0), np.array(True))


def test_reshape_works_out_one_open_length() -> None:
    assert array.reshape(GRID, [2, -1]).shape == (2, 6)
    assert array.reshape(GRID, -1).shape == (12,)
    assert array.reshape(np.empty(0), [0, 3]).shape == (0, 3)
    for wrong in ([5, 2], [-1, -1], [-2, 6]):
        with pytest.raises(ValueError, match="shape"):
            array.reshape(GRID, wrong)


def test_transpose_reverses_or_orders_the_axes() -> None:
    cube = np.zeros((2, 3, 4))
    assert array.transpose(cube).shape == (4, 3, 2)
    assert array.transpose(cube, [1, 0, 2]).shape == (3, 2, 4)
    with pytest.raises(ValueError, match="once"):
        array.transpose(cube, [0, 0, 1])


def test_arrays_are_joined_along_old_and_new_axes() -> None:
    assert array.concatenate([GRID, GRID], 1).shape == (3, 8)
    assert array.append(GRID, GRID[:1]).shape == (4, 4)
    assert array.stack([GRID, GRID], -1).shape == (3, 4, 2)
    with pytest.raises(ValueError, match="the list of arrays is empty"):
        array.concatenate([])
    with pytest.raises(ValueError, match=r"their shapes are \(3, 4\), \(4, 3\)"):
        array.concatenate([GRID, GRID.T])
    with pytest.raises(ValueError, match="all the same shape"):
        array.stack([GRID, GRID[:1]])


def test_matrix_product_agrees_with_three_loops() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    product = array.matmul(a, b)
    for i in range(2):
        for j in range(4):
            assert product[i, j] == pytest.approx(sum(a[i, k] * b[k, j] for k in range(3)))
    assert array.matmul(np.array([1, 2]), np.array([3, 4])) == 11
    with pytest.raises(ValueError, match="3 columns, the second 2 rows"):
        array.matmul(a, a)


def test_shape_tells_the_extent() -> None:
    assert array.shape(GRID) == ([3, 4], 2, 12)
    assert array.shape(np.array(1)) == ([], 0, 1)
    assert array.flatten(GRID.T).tolist() == GRID.T.ravel().tolist()
