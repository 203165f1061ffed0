"""Tables on disk: CSV and Parquet, by way of polars."""

import codecs
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from .io_atomic import existing, replacing
from .io_text import decoded
from .io_types import typed
from .table_columns import columns_named

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_START_BYTES = 1 << 16
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def read_csv(
    path: Path,
    *,
    separator: str = "auto",
    header: bool = True,
    missing: Sequence[str] = (),
    decimal_comma: bool = False,
    encoding: str = "auto",
    skip_rows: int = 0,
) -> pl.DataFrame:
    """Return the table in a text file; `separator` is a key of `SEPARATORS` or ``auto``.

    The types of the columns come from all rows. A field that is empty or one of the words in
    `missing` is missing.
    """
    source, shown = _csv_source(existing(path), encoding)
    mark = SEPARATORS.get(separator) or _guessed(shown, skip_rows, decimal_comma)
    if decimal_comma and mark == ",":
        raise ValueError(
            "The comma cannot both part the columns and be the decimal sign. Choose another separator, "
            "or switch decimal_comma off."
        )
    try:
        texts = pl.read_csv(
            source,
            separator=mark,
            has_header=header,
            null_values=["", *missing],
            skip_rows=skip_rows,
            infer_schema=False,
            glob=False,
        )
    except pl.exceptions.NoDataError:
        raise ValueError(f"{path.name} holds no rows. Choose another file or skip fewer rows.") from None
    except pl.exceptions.PolarsError as error:
        if isinstance(source, Path):
            decoded(source.read_bytes(), "utf-8", path.name)
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            f"{path.name} does not read as a table with {mark!r} between the columns ({reason}). "
            "Check the separator and the rows to skip."
        ) from None
    return typed(texts, decimal_comma)


def _csv_source(path: Path, encoding: str) -> tuple[Path | io.BytesIO, str]:
    """Return what polars is to read, and the text at its beginning.

    UTF-8 is left to polars, which maps the file; anything else is recoded first.
    """
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    if encoding in ("auto", "utf-8") and not start.startswith(_WIDE_MARKS):
        return path, start.decode("utf-8", "replace")
    text = decoded(path.read_bytes(), encoding, path.name).removeprefix("\ufeff")
    return io.BytesIO(text.encode()), text[:_START_BYTES]


def guessed_separator(text: str, signs: Iterable[str] = tuple(SEPARATORS.values())) -> str:
    """Return the sign that parts most of the first lines into as many columns as the first line.

    Signs inside quotes do not count. Where none occurs in the first line, it is the comma.
    """
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    best, best_agreeing = ",", 0
    for sign in signs if lines else ():
        counts = [_outside_quotes(line, sign) for line in lines]
        agreeing = counts.count(counts[0]) if counts[0] else 0
        if agreeing > best_agreeing:
            best, best_agreeing = sign, agreeing
    return best


def _guessed(text: str, skip_rows: int, decimal_comma: bool) -> str:
    shown = text.split("\n", skip_rows)[-1] if skip_rows else text
    return guessed_separator(shown, [sign for sign in SEPARATORS.values() if not (decimal_comma and sign == ",")])


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


def write_csv(table: pl.DataFrame, path: Path, separator: str) -> Path:
    """Write UTF-8 text with a header and return the path."""
    nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
    if nested:
        raise ValueError(f"A CSV file cannot hold lists: drop the column {nested[0]!r} or write a Parquet file.")
    with replacing(path) as temporary:
        table.write_csv(temporary, separator=SEPARATORS[separator])
    return path


def read_parquet(path: Path, columns: list[str]) -> pl.DataFrame:
    """Return the table in a Parquet file, or only some of its columns."""
    found = existing(path)
    try:
        wanted = columns_named(list(pl.read_parquet_schema(found)), columns) if columns else None
        return pl.read_parquet(found, columns=wanted)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            f"{path.name} is not a Parquet file, or it is damaged ({reason}). Choose another file."
        ) from None


def write_parquet(table: pl.DataFrame, path: Path, compression: str) -> Path:
    """Write a Parquet file and return the path; `compression` is zstd, snappy, lz4 or none."""
    with replacing(path) as temporary:
        if compression == "snappy":
            table.write_parquet(temporary, compression="snappy")
        elif compression == "lz4":
            table.write_parquet(temporary, compression="lz4")
        elif compression == "none":
            table.write_parquet(temporary, compression="uncompressed")
        else:
            table.write_parquet(temporary, compression="zstd")
    return path
