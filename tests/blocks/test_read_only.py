"""Blocks of other people's libraries, on arrays that nobody may write to: that is how a run hands them over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import shtairir_blocks.image as image
import shtairir_blocks.interpolate as interpolate
import shtairir_blocks.learn as learn
import shtairir_blocks.linalg as linalg
import shtairir_blocks.optimise as optimise
import shtairir_blocks.random as random
import shtairir_blocks.stats as stats
from shtairir.block.standalone import StandaloneContext

RNG = np.random.default_rng(6)


def locked(values: Any) -> np.ndarray[Any, Any]:
    """An array as a run hands it over."""
    array = np.asarray(values)
    array.setflags(write=False)
    return array


A, B = locked(RNG.random(40)), locked(RNG.random(40))
SQUARE = locked(RNG.random((4, 4)))
PIXELS = locked(RNG.random((40, 48)).astype(np.float32))
BLOCKS = locked(np.kron(RNG.random((9, 9)), np.ones((16, 16))).astype(np.float32))
COLORS = locked(RNG.random((40, 48, 3)).astype(np.float32))
MASK = locked(PIXELS > 0.3)
MARKERS = locked((np.arange(40 * 48).reshape(40, 48) % 331 == 0).astype(np.int32) * (np.arange(48) % 2 + 1))
KERNEL = locked(np.ones((3, 3)) / 9)
TABLE = pl.DataFrame({"a": A, "b": B, "c": ["x", "y"] * 20})

CALLS: dict[str, Callable[[], Any]] = {
    "align": lambda: image.align(BLOCKS, BLOCKS, "euclidean", features=100),
    "convolve": lambda: image.convolve(COLORS, KERNEL),
    "denoise nlm": lambda: image.denoise(COLORS),
    "denoise tv": lambda: image.denoise(PIXELS, "tv"),
    "distance": lambda: image.distance_transform(MASK),
    "inpaint": lambda: image.inpaint(COLORS, locked(PIXELS > 0.95)),
    "random walker": lambda: image.random_walker(COLORS, MARKERS),
    "shift": lambda: image.phase_cross_correlation(PIXELS, PIXELS),
    "skeleton": lambda: image.skeletonize(MASK),
    "slic": lambda: image.slic(COLORS, 10),
    "warp": lambda: image.warp(PIXELS, SQUARE[:3, :3]),
    "watershed": lambda: image.watershed(PIXELS, MARKERS, MASK),
    "fill gaps": lambda: interpolate.fill_gaps(A),
    "grid": lambda: interpolate.griddata(A, B, A, 5, 5, "cubic"),
    "interpolate": lambda: [interpolate.interp(B, A, B, m) for m in ("linear", "cubic", "pchip", "akima", "nearest")],
    "resample": lambda: interpolate.resample(A, B),
    "spline": lambda: interpolate.smoothing_spline(A, B),
    "cluster": lambda: learn.cluster(TABLE),
    "fit": lambda: learn.cross_validate(StandaloneContext(Path(".")), learn.fit_classifier(TABLE, "c", trees=3), TABLE),
    "pca": lambda: learn.pca(TABLE),
    "eigen": lambda: [linalg.eig(SQUARE), linalg.svd(SQUARE), linalg.inv(SQUARE), linalg.lstsq(SQUARE, A[:4])],
    "curve fit": lambda: optimise.curve_fit(A, B, "p * x + q"),
    "extrema": lambda: optimise.extrema(A),
    "least squares": lambda: optimise.lsq_linear(SQUARE, A[:4]),
    "program": lambda: optimise.linprog(A[:4], SQUARE, B[:4], maximize=True),
    "polynomial": lambda: optimise.polyval(optimise.polyfit(A, B, 3).p, A),
    "shuffle": lambda: [random.shuffle(SQUARE), random.choice(A, 3), random.poisson(A), random.normal(A, B)],
    "bootstrap": lambda: stats.bootstrap(A, n_resamples=50),
    "density": lambda: stats.gaussian_kde(A),
    "distribution": lambda: stats.fit_distribution(A, "gamma"),
    "moving": lambda: [stats.moving(A), stats.outliers(A, "iqr", 1.5), stats.describe(A)],
    "tests": lambda: [stats.ttest_ind(A, B), stats.ttest_rel(A, B), stats.mannwhitneyu(A, B)],
}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_written_to_an_input(name: str) -> None:
    CALLS[name]()
