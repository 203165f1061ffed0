"""What blocks say of their outputs is what their outputs are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image as pillow

import shtairir
import shtairir_blocks.array as array
import shtairir_blocks.file as file
import shtairir_blocks.image as image
import shtairir_blocks.io as io
import shtairir_blocks.signal as signal
from shtairir.block import definition_of
from shtairir.block.infer import Spec, spec_of
from shtairir.block.ports import MISSING
from shtairir.block.values import Audio, Color
from shtairir.document import Graph
from shtairir.testing import run_inline

RANDOM = np.random.default_rng(5)
ROWS = RANDOM.random((6, 8))
WHOLE = RANDOM.integers(0, 9, (6, 8))
GRAY = RANDOM.random((24, 32)).astype(np.float32)
COLORS = RANDOM.random((24, 32, 3)).astype(np.float32)
CLEAR = RANDOM.random((24, 32, 4)).astype(np.float32)
MASK = GRAY > 0.5
LABELS = (np.arange(24 * 32) // 100).reshape(24, 32).astype(np.int32)
WAVE = np.sin(np.arange(4000) / 7)
SOUND = Audio(RANDOM.random((500, 2)).astype(np.float32), 8000)

CALLS: list[tuple[Any, dict[str, Any]]] = [
    (array.zeros, {"shape": [3, 4], "dtype": "float32"}),
    (array.full, {"shape": 5, "fill_value": 3}),
    (array.full, {"shape": [5], "fill_value": 3.0}),
    (array.random, {"shape": [3, 4]}),
    (array.random, {"shape": 7, "distribution": "integers", "high": 9.0}),
    (array.arange, {"start": 3, "stop": 20, "step": 4}),
    (array.arange, {"start": 3.0, "stop": -20.5, "step": -0.5}),
    (array.linspace, {"num": 17}),
    (array.constant, {"value": 3.5}),
    (array.astype, {"a": ROWS, "dtype": "float32"}),
    (array.astype, {"a": ROWS, "dtype": "float64"}),
    (array.slice_, {"a": ROWS, "start": 1, "stop": -1, "step": 2, "axis": -1}),
    (array.take, {"a": ROWS, "indices": 2, "axis": 1}),
    (array.take, {"a": ROWS, "indices": np.array([1, 2, 3]), "axis": 0}),
    (array.take, {"a": ROWS, "indices": 2}),
    (array.reshape, {"a": ROWS, "newshape": [4, -1]}),
    (array.flatten, {"a": ROWS}),
    (array.transpose, {"a": ROWS}),
    (array.append, {"a": ROWS, "b": ROWS, "axis": 1}),
    (array.matmul, {"x1": ROWS, "x2": ROWS.T.copy()}),
    (array.matmul, {"x1": ROWS, "x2": ROWS[0].copy()}),
    (array.shape, {"a": ROWS}),
    (array.sum_, {"a": WHOLE.astype(np.uint8), "axis": 0}),
    (array.sum_, {"a": ROWS}),
    (array.mean, {"a": WHOLE, "axis": 1}),
    (array.std, {"a": GRAY, "axis": 1}),
    (array.median, {"a": GRAY, "axis": 0}),
    (array.max_, {"a": WHOLE, "axis": 0}),
    (array.argmax, {"a": ROWS, "axis": 0}),
    (array.any_, {"a": MASK, "axis": 0}),
    (array.percentile, {"a": ROWS, "axis": -1}),
    (array.cumsum, {"a": WHOLE}),
    (array.cumsum, {"a": MASK, "axis": 0}),
    (array.sort, {"a": ROWS}),
    (array.histogram, {"a": ROWS, "bins": 7}),
    (image.gaussian_blur, {"image": COLORS}),
    (image.sharpen, {"image": GRAY}),
    (image.remove_background, {"image": COLORS}),
    (image.edges, {"image": COLORS}),
    (image.to_gray, {"image": COLORS}),
    (image.to_rgb, {"image": GRAY}),
    (image.to_rgb, {"image": CLEAR}),
    (image.adjust, {"image": CLEAR}),
    (image.stretch, {"image": COLORS}),
    (image.equalize, {"image": GRAY}),
    (image.invert, {"image": GRAY}),
    (image.split_channels, {"image": CLEAR}),
    (image.split_channels, {"image": COLORS}),
    (image.merge_channels, {"red": GRAY, "green": GRAY, "blue": GRAY}),
    (image.resize, {"image": COLORS, "scale": 0.37}),
    (image.resize, {"image": COLORS, "width": 11, "height": 30}),
    (image.resize, {"image": COLORS, "width": 11, "height": 30, "keep_ratio": False}),
    (image.crop, {"image": COLORS, "left": -10, "top": 3, "width": 50, "height": 4}),
    (image.rotate, {"image": COLORS}),
    (image.rotate, {"image": COLORS, "angle": 30.0, "expand": False}),
    (image.flip, {"image": COLORS}),
    (image.pad, {"image": COLORS, "left": 3}),
    (image.blend, {"base": GRAY, "top": COLORS}),
    (image.apply_mask, {"image": COLORS, "mask": MASK}),
    (image.apply_mask, {"image": COLORS, "mask": MASK, "fill": Color(0, 0, 0)}),
    (image.outline, {"image": GRAY, "labels": LABELS}),
    (image.color_labels, {"labels": LABELS}),
    (image.draw_text, {"image": GRAY}),
    (image.threshold, {"image": COLORS}),
    (image.adaptive_threshold, {"image": COLORS}),
    (image.morphology, {"mask": MASK}),
    (image.fill_holes, {"mask": MASK}),
    (image.remove_small_objects, {"mask": MASK}),
    (image.clear_border, {"mask": MASK}),
    (image.label, {"mask": MASK}),
    (image.split_touching, {"mask": MASK}),
    (image.select_objects, {"labels": LABELS}),
    (signal.filter_, {"signal": WAVE}),
    (signal.smooth, {"signal": WAVE.astype(np.float32)}),
    (signal.detrend, {"signal": np.arange(100)}),
    (signal.normalize, {"signal": WAVE}),
    (signal.resample, {"signal": WAVE, "rate_hz": 1000.0, "new_rate_hz": 333.0}),
    (signal.filter_audio, {"audio": SOUND, "high_hz": 2000.0}),
    (signal.to_audio, {"samples": WAVE}),
    (signal.tone, {"duration_s": 0.3}),
]


def said(function: Any, arguments: dict[str, Any]) -> tuple[object, ...]:
    """What a block says of its outputs, given everything as specs that would come over a link."""
    definition = definition_of(function)
    specs: dict[str, object] = {port.name: port.default for port in definition.inputs if port.default is not MISSING}
    for name, value in arguments.items():
        kind = definition.input(name)
        assert kind is not None
        large = isinstance(value, np.ndarray | Audio)
        specs[name] = described(value) if large else value
    assert definition.traits.infer is not None
    answer = definition.traits.infer(**specs)
    return answer if len(definition.outputs) > 1 else (answer,)


def described(value: Any) -> Spec:
    if isinstance(value, Audio):
        return Spec("audio", value.samples.shape, "float32", value.samples.nbytes, len(value.samples))
    return spec_of(value)


def made(function: Any, arguments: dict[str, Any]) -> tuple[Any, ...]:
    outputs = definition_of(function).outputs
    answer = function(**arguments)
    return tuple(answer) if len(outputs) > 1 else (answer,)


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=lambda item: getattr(item, "__name__", ""))
def test_what_a_block_says_of_its_outputs_is_what_it_makes(function: Any, arguments: dict[str, Any]) -> None:
    for spec, value in zip(said(function, arguments), made(function, arguments), strict=True):
        if isinstance(spec, Spec) and isinstance(value, np.ndarray):
            assert (spec.shape, spec.dtype, spec.nbytes) == (value.shape, str(value.dtype), value.nbytes)
            inputs = [item for item in arguments.values() if isinstance(item, np.ndarray)]
            assert (spec.view_of is not None) == any(np.shares_memory(value, item) for item in inputs)
        elif isinstance(spec, Spec) and isinstance(value, Audio):
            assert (spec.shape, spec.nbytes) == (value.samples.shape, value.samples.nbytes)
        elif isinstance(spec, Spec):
            assert spec.kind in ("float", "int")
            assert isinstance(value, int | float)
        else:
            assert spec == value


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    np.save(tmp_path / "numbers.npy", rng.random((30, 4)).astype(np.float32))
    for mode, bands in (("L", 1), ("RGB", 3), ("RGBA", 4)):
        pixels = rng.integers(0, 255, (10, 15, bands), dtype=np.uint8)
        pillow.fromarray(pixels.squeeze()).save(tmp_path / f"{mode}.png")
    turned = pillow.fromarray(rng.integers(0, 255, (10, 15, 3), dtype=np.uint8))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    pl.DataFrame({"a": rng.random(500), "b": ["word"] * 500}).write_csv(tmp_path / "table.csv")
    return tmp_path


@pytest.mark.parametrize("name", ["L.png", "RGB.png", "RGBA.png", "turned.jpg"])
def test_the_size_of_a_picture_is_read_from_the_head_of_its_file(files: Path, name: str) -> None:
    (spec,) = said(io.read_image, {"path": files / name})
    value = io.read_image(files / name)
    assert isinstance(spec, Spec)
    assert (spec.shape, spec.dtype) == (value.shape, str(value.dtype))


def test_shape_and_type_of_an_array_are_read_from_the_head_of_its_file(files: Path) -> None:
    (spec,) = said(io.read_array, {"path": files / "numbers.npy"})
    assert isinstance(spec, Spec)
    assert (spec.shape, spec.dtype, spec.nbytes) == ((30, 4), "float32", 480)


def test_the_size_of_a_table_is_guessed_from_that_of_its_file(files: Path) -> None:
    (spec,) = said(io.read_csv, {"path": files / "table.csv"})
    assert isinstance(spec, Spec)
    assert spec.nbytes is not None
    assert not spec.exact
    assert 0.3 < spec.nbytes / io.read_csv(files / "table.csv").estimated_size() < 3


def test_the_bytes_of_a_file_are_as_many_as_it_has(files: Path) -> None:
    for count in (None, 7):
        call = {"path": files / "table.csv", "start": 3, "count": count}
        (spec,) = said(file.read_bytes, call)
        value = file.read_bytes(**call)
        assert isinstance(spec, Spec)
        assert (spec.shape, spec.dtype) == (value.shape, str(value.dtype))


def test_pictures_of_a_folder_flow_as_a_list_to_their_sheet(files: Path) -> None:
    graph = Graph("sheet")
    graph.add("io.list_folder", id="files", folder=str(files), pattern="*.png")
    graph.add("io.read_images", id="photos")
    graph.add("image.contact_sheet", id="sheet")
    graph.link("files.out", "photos.paths")
    graph.link("photos.out", "sheet.images")
    plan = shtairir.plan(graph)
    result = run_inline(graph)
    for node in ("photos", "sheet"):
        task = plan.task(node)
        assert task is not None
        assert task.estimate.total_bytes == pytest.approx(result.nodes[node].output_bytes, rel=0.01)
