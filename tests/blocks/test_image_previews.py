"""Previews of image blocks: the same shape at once, and much the same picture."""

from __future__ import annotations

import numpy as np
import pytest

import shtairir
from shtairir.block.registry import default_registry


def _picture(size: int = 700) -> np.ndarray:
    y, x = np.mgrid[0:size, 0 : size - 33]
    return (0.5 + 0.5 * np.sin(x / 60.0) * np.cos(y / 80.0)).astype(np.float32)


@pytest.mark.parametrize(
    ("block", "values"),
    [
        ("image.gaussian_blur", {"sigma": 8.0}),
        ("image.median", {"size": 9}),
        ("image.denoise", {"method": "tv", "strength": 0.05}),
    ],
)
def test_preview_is_much_like_the_result_and_of_its_shape(block: str, values: dict[str, object]) -> None:
    definition = default_registry().get(block)
    assert definition is not None
    assert definition.traits.preview is not None
    graph = shtairir.Graph("preview")
    graph.add("array.constant", id="picture", value=0.0)
    graph.add(block, id="work", **values)
    graph.link("picture.out", "work.image")
    given = {"picture.out": _picture()}
    whole, rough = (shtairir.run(graph, given=given, preview=preview)["work.out"] for preview in (False, True))
    assert rough.shape == whole.shape
    assert rough.dtype == whole.dtype
    assert float(np.abs(rough - whole).mean()) < 0.05
    assert not np.array_equal(rough, whole)


def test_small_picture_is_not_made_rougher() -> None:
    graph = shtairir.Graph("small")
    graph.add("array.constant", id="picture", value=0.0)
    graph.add("image.gaussian_blur", id="work", sigma=2.0)
    graph.link("picture.out", "work.image")
    given = {"picture.out": _picture(120)}
    whole, rough = (shtairir.run(graph, given=given, preview=preview)["work.out"] for preview in (False, True))
    assert np.array_equal(whole, rough)
