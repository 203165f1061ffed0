"""Matrices, against their definitions."""

from __future__ import annotations

from itertools import permutations
from math import prod

import numpy as np
import pytest
from numpy.testing import assert_allclose

import shtairir_blocks.linalg as linalg
from shtairir.block import definition_of
from shtairir.block.infer import spec_of

RNG = np.random.default_rng(11)
SQUARE = RNG.normal(size=(5, 5))
TALL = RNG.normal(size=(7, 3))


def determinant_by_definition(matrix: np.ndarray) -> float:
    """Leibniz's sum over all permutations."""
    size = len(matrix)
    total = 0.0
    for order in permutations(range(size)):
        inversions = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size))
        total += (-1) ** inversions * prod(matrix[i, order[i]] for i in range(size))
    return total


@pytest.mark.parametrize("shape", [(5,), (5, 2)])
def test_a_solution_fulfils_the_equations(shape: tuple[int, ...]) -> None:
    b = RNG.normal(size=shape)
    assert_allclose(SQUARE @ linalg.solve(SQUARE, b), b, atol=1e-12)


def test_an_inverse_undoes_its_matrix_and_whole_numbers_are_taken_too() -> None:
    assert_allclose(linalg.inv(SQUARE) @ SQUARE, np.eye(5), atol=1e-12)
    assert_allclose(linalg.inv(np.array([[2, 0], [0, 4]])), [[0.5, 0], [0, 0.25]])


def test_a_singular_matrix_is_named_with_what_to_use_instead() -> None:
    flat = np.array([[1.0, 2.0], [2.0, 4.0]])
    for call in (lambda: linalg.inv(flat), lambda: linalg.solve(flat, np.ones(2))):
        with pytest.raises(ValueError, match=r"singular.*linalg\.pinv or linalg\.lstsq"):
            call()


def test_a_pseudo_inverse_fulfils_the_four_conditions_of_penrose() -> None:
    deficient = np.outer(RNG.normal(size=4), RNG.normal(size=6))
    for a in (TALL, TALL.T, deficient):
        x = linalg.pinv(a)
        for left, right in [(a @ x @ a, a), (x @ a @ x, x), ((a @ x).T, a @ x), ((x @ a).T, x @ a)]:
            assert_allclose(left, right, atol=1e-10)


def test_least_squares_leave_what_is_at_right_angles_to_the_columns() -> None:
    b = RNG.normal(size=7)
    found = linalg.lstsq(TALL, b)
    rest = TALL @ found.x - b
    assert_allclose(TALL.T @ rest, 0, atol=1e-12)
    assert found.residual == pytest.approx(float(rest @ rest))
    assert (found.rank, len(found.singular_values)) == (3, 3)
    doubled = np.column_stack([TALL[:, 0], TALL[:, 0]])
    shared = linalg.lstsq(doubled, b)
    assert shared.rank == 1
    assert shared.x[0] == pytest.approx(shared.x[1])


def test_eigenvectors_are_only_stretched_and_the_largest_comes_first() -> None:
    for matrix in (SQUARE, SQUARE + SQUARE.T):
        values, vectors = linalg.eig(matrix)
        assert_allclose(matrix @ vectors, vectors * values, atol=1e-10)
        assert (np.diff(np.abs(values)) <= 1e-12).all()
        largest = vectors[np.abs(vectors).argmax(axis=0), range(5)]
        assert (largest.real > 0).all()
    values, vectors = linalg.eig(SQUARE + SQUARE.T)
    assert values.dtype == np.float64
    assert_allclose(vectors.T @ vectors, np.eye(5), atol=1e-12)


def test_a_rotation_has_complex_eigenvalues() -> None:
    values, _ = linalg.eig(np.array([[0.0, -1.0], [1.0, 0.0]]))
    assert sorted(values.imag.tolist()) == [-1.0, 1.0]


@pytest.mark.parametrize("full", [False, True])
def test_singular_values_put_the_matrix_together_again(full: bool) -> None:
    for a in (TALL, TALL.T, TALL.astype(np.float32), TALL + 1j):
        u, s, vh = linalg.svd(a, full)
        assert_allclose(u[:, :3] * s @ vh[:3], a, atol=1e-5)
        assert (np.diff(s) <= 0).all()
        assert u.shape == ((len(a), len(a)) if full else (len(a), 3))
        assert (u[np.abs(u).argmax(axis=0), range(u.shape[1])].real > 0).all()


def test_a_determinant_is_the_sum_over_permutations() -> None:
    assert linalg.det(SQUARE) == pytest.approx(determinant_by_definition(SQUARE))
    assert linalg.det(np.full((200, 200), 0.0) + np.eye(200) * 1e9) == np.inf


@pytest.mark.parametrize(("order", "expected"), [("2", 5), ("1", 7), ("inf", 4), ("-inf", 3)])
def test_lengths_of_vectors(order: str, expected: float) -> None:
    vector = np.array([3.0, -4.0])
    assert linalg.norm(vector, order) == pytest.approx(expected)
    assert_allclose(linalg.norm(np.stack([vector, 2 * vector]), order, 1), [expected, 2 * expected])


def test_sizes_of_matrices() -> None:
    singular = linalg.svd(SQUARE).s
    assert linalg.norm(SQUARE) == pytest.approx(singular[0])
    assert linalg.norm(SQUARE, "1") == pytest.approx(np.abs(SQUARE).sum(axis=0).max())
    assert linalg.norm(SQUARE, "inf") == pytest.approx(np.abs(SQUARE).sum(axis=1).max())
    assert linalg.norm(SQUARE, "fro") == pytest.approx(np.sqrt((SQUARE**2).sum()))
    assert linalg.norm(SQUARE, "nuc") == pytest.approx(singular.sum())
    with pytest.raises(ValueError, match="one of matrices"):
        linalg.norm(SQUARE[0], "fro")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linalg.inv(TALL), "as many rows as columns"),
        (lambda: linalg.det(np.array([[np.nan]])), "missing or infinite"),
        (lambda: linalg.solve(SQUARE, np.ones(4)), "for each of the 5 rows"),
        (lambda: linalg.eig(np.ones(3)), "rows and columns"),
        (lambda: linalg.norm(SQUARE, "2", 2), "no axis 2"),
        (lambda: linalg.norm(np.ones((2, 2, 2))), "give an axis"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_sizes_are_known_before_the_run() -> None:
    for block, arguments in [
        (linalg.solve, {"a": SQUARE, "b": np.ones((5, 2))}),
        (linalg.inv, {"a": SQUARE}),
        (linalg.pinv, {"a": TALL, "rcond": None}),
        (linalg.svd, {"a": TALL, "full_matrices": True}),
    ]:
        told = definition_of(block).traits.infer(
            **{k: spec_of(v) if v is not None and k in "ab" else v for k, v in arguments.items()}
        )
        made = block(**arguments)
        for spec, value in zip(*[(x,) if not isinstance(x, tuple) else x for x in (told, made)], strict=True):
            assert (spec.shape, spec.dtype) == (value.shape, str(value.dtype))
