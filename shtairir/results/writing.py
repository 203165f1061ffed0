"""Values to files, each kind in the format that other programs read.

| value | file |
|---|---|
| image, figure | ``.png`` |
| table | ``.csv`` |
| array | ``.npy`` |
| audio | ``.wav`` |
| text | ``.txt`` |
| list of such | a folder of them |
| anything else | ``.json`` |

A file is written beside its place under another name and then renamed, so that nobody ever reads half of one.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from shtairir.block.values import Audio, loaded_class
from shtairir.results.report import jsonable

Write: TypeAlias = Callable[[Any, BinaryIO], None]

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_STEM = 100


def write_all(values: Mapping[str, object], families: Mapping[str, str | None], directory: Path) -> list[Path]:
    """Write values by their ``node.port`` names; ``None`` is nothing to write."""
    taken: set[str] = set()
    paths = []
    for name, value in values.items():
        if value is not None:
            stem = _free(safe_stem(name.removesuffix(".out")), taken)
            paths.append(write_value(value, directory, stem, family=families.get(name)))
    return paths


def safe_stem(name: str) -> str:
    """Return a name that every file system takes.

    Examples
    --------
    >>> safe_stem("a/b: c?"), safe_stem("con"), safe_stem("...")
    ('a_b_ c_', '_con', '_')
    """
    stem = _UNSAFE.sub("_", name)[:_LONGEST_STEM].strip(" .")
    return f"_{stem}" if not stem or _RESERVED.match(stem) else stem


def _free(stem: str, taken: set[str]) -> str:
    """Return the stem, numbered if it is taken; some file systems do not tell upper from lower case."""
    free, number = stem, 2
    while free.casefold() in taken:
        free, number = f"{stem}_{number}", number + 1
    taken.add(free.casefold())
    return free


def write_value(value: object, directory: Path | str, stem: str, *, family: str | None = None) -> Path:
    """Write a value into a folder and return the file, or the folder in which the items of a list are.

    Parameters
    ----------
    stem
        The file's name without its ending.
    family
        The family of the port's type: tells an image from other arrays, which looks decide when it is not known.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(value, list) and value and all(_format(item, None)[0] not in (".json", ".txt") for item in value):
        digits = len(str(len(value)))
        for number, item in enumerate(value, 1):
            write_value(item, folder / stem, f"{stem}_{number:0{digits}}")
        return folder / stem
    ending, write = _format(value, family)
    return _atomically(folder / f"{stem}{ending}", lambda file: write(value, file))


def _format(value: object, family: str | None) -> tuple[str, Write]:
    if isinstance(value, str):
        return ".txt", _write_text
    if isinstance(value, Audio):
        return ".wav", _write_audio
    if isinstance(value, loaded_class("numpy", "ndarray")) and value.dtype.kind != "O":
        is_image = family == "image" or (family in (None, "any", "list") and _looks_like_image(value))
        return (".png", _write_image) if is_image else (".npy", _write_array)
    if isinstance(value, loaded_class("polars", "DataFrame")):
        return ".csv", _write_table
    if type(value).__name__ == "Figure" and hasattr(value, "savefig"):
        return ".png", _write_figure
    return ".json", _write_json


def _looks_like_image(array: Any) -> bool:
    return bool(array.ndim == 3 and array.shape[2] in (3, 4) and array.dtype == "float32" and min(array.shape[:2]) > 1)


def _write_text(value: str, file: BinaryIO) -> None:
    file.write(value.encode("utf-8", "surrogatepass"))


def _write_json(value: object, file: BinaryIO) -> None:
    text = json.dumps(jsonable(value), indent=2, ensure_ascii=False, allow_nan=False)
    # Half of a surrogate pair, as in a file name that is no text, becomes an escape, which JSON knows.
    file.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _write_array(value: Any, file: BinaryIO) -> None:
    import numpy as np

    np.save(file, value, allow_pickle=False)


def _write_image(value: Any, file: BinaryIO) -> None:
    import numpy as np
    from PIL import Image

    levels = np.rint(np.clip(np.nan_to_num(value.astype(np.float32)), 0, 1) * 255).astype(np.uint8)
    if levels.ndim == 3 and levels.shape[2] == 1:
        levels = levels[:, :, 0]
    Image.fromarray(levels).save(file, "PNG")


_FIGURE_DPI = 150
"""Sharp on a dense screen and in print: a figure of 960 × 600 points is written 1,440 × 900 pixels large."""


def _write_figure(value: Any, file: BinaryIO) -> None:
    from PIL import Image

    from shtairir.block.figures import paint

    Image.fromarray(paint(value, dpi=_FIGURE_DPI)).save(file, "PNG")


def _write_table(value: Any, file: BinaryIO) -> None:
    nested = [name for name, kind in value.schema.items() if kind.is_nested()]
    if nested:  # a CSV cell cannot hold a list: write it as text
        import polars as pl

        value = value.with_columns(
            pl.Series(name, [json.dumps(jsonable(item)) for item in value[name].to_list()]) for name in nested
        )
    value.write_csv(file)


def _write_audio(value: Audio, file: BinaryIO) -> None:
    import soundfile  # type: ignore[import-untyped]  # it has no stubs

    soundfile.write(file, value.samples, value.rate_hz, format="WAV", subtype="PCM_16")


def _atomically(path: Path, write: Callable[[BinaryIO], None]) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        # mkstemp makes files for the owner only; results are for whoever may read the folder.
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
