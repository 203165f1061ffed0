"""Files in and out."""

from pathlib import Path
from typing import Annotated, Any, Literal

from shtairir.block import Array, Context, Image, Param, Table, block
from shtairir.block.values import Audio
from shtairir_blocks.shapes import files

Encoding = Literal["auto", "utf-8", "utf-16", "windows-1252", "latin-1"]
Separator = Literal["comma", "semicolon", "tab", "bar"]

_TEXTS = (".txt", ".md", ".log", ".csv", ".json", ".html", ".xml")
_TABLES = (".csv", ".tsv", ".tab", ".txt")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif")
_SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aiff")


@block(category="IO/Read", tags=("load", "open", "file"), infer=files.text)
def read_text(
    path: Annotated[Path, Param(path="open", suffixes=_TEXTS)],
    encoding: Annotated[Encoding, Param(advanced=True)] = "auto",
) -> str:
    """Read a text file.

    Line ends of all kinds come out as one.

    Parameters
    ----------
    path
        The file to read.
    encoding
        How characters are stored; auto follows the file's mark and else expects UTF-8.
    """
    from shtairir_blocks.kernels import io_text as kernels

    return kernels.read_text(path, encoding)


@block(category="IO/Write", tags=("save", "file"), pure=False, idempotent=True)
def write_text(
    text: str,
    path: Annotated[Path, Param(path="save", suffixes=(".txt", ".md", ".csv", ".html"))],
    encoding: Annotated[Literal["utf-8", "utf-16", "windows-1252", "latin-1"], Param(advanced=True)] = "utf-8",
) -> Path:
    """Write a text to a file, in one step: a reader sees the old text or the new one.

    Parameters
    ----------
    text
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    encoding
        How characters are stored.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_text as kernels

    return kernels.write_text(text, path, encoding)


@block(
    name="Read CSV",
    category="IO/Read",
    tags=("load", "open", "table", "tsv"),
    requires=("polars",),
    extra="table",
    infer=files.csv,
)
def read_csv(
    path: Annotated[Path, Param(path="open", suffixes=_TABLES)],
    separator: Literal["auto", "comma", "semicolon", "tab", "bar"] = "auto",
    header: bool = True,
    missing: str = "NA, N/A, NaN, null",
    decimal_comma: Annotated[bool, Param(advanced=True)] = False,
    encoding: Annotated[Encoding, Param(advanced=True)] = "auto",
    skip_rows: Annotated[int, Param(ge=0, le=10_000, advanced=True)] = 0,
) -> Table:
    """Read a table from a text file of values between separators.

    Numbers, dates and times, true and false are recognised; a column that holds anything else is text.

    Parameters
    ----------
    path
        The file to read.
    separator
        What stands between the columns; auto finds out.
    header
        Whether the first line names the columns.
    missing
        Words that stand for a missing value, with commas between them; an empty field is one in any case.
    decimal_comma
        Whether numbers are written as 3,14.
    encoding
        How characters are stored; auto follows the file's mark and else expects UTF-8.
    skip_rows
        How many lines to pass over before the header.
    """
    from shtairir_blocks.kernels import io_table as kernels

    return kernels.read_csv(
        path,
        separator=separator,
        header=header,
        missing=[word.strip() for word in missing.split(",") if word.strip()],
        decimal_comma=decimal_comma,
        encoding=encoding,
        skip_rows=skip_rows,
    )


@block(
    name="Write CSV",
    category="IO/Write",
    tags=("save", "table"),
    pure=False,
    idempotent=True,
    requires=("polars",),
    extra="table",
)
def write_csv(
    table: Table,
    path: Annotated[Path, Param(path="save", suffixes=(".csv", ".tsv", ".txt"))],
    separator: Separator = "comma",
) -> Path:
    """Write a table as text with separators, in UTF-8, with a line of names on top.

    Parameters
    ----------
    table
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    separator
        What stands between the columns.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_table as kernels

    return kernels.write_csv(table, path, separator)


@block(category="IO/Read", tags=("load", "open", "table"), requires=("polars",), extra="table", infer=files.parquet)
def read_parquet(
    path: Annotated[Path, Param(path="open", suffixes=(".parquet",))],
    columns: list[str] | None = None,
) -> Table:
    """Read a table from a Parquet file.

    Parameters
    ----------
    path
        The file to read.
    columns
        The columns to read, all when unset; a star stands for any letters.
    """
    from shtairir_blocks.kernels import io_table as kernels

    return kernels.read_parquet(path, columns or [])


@block(category="IO/Write", tags=("save", "table"), pure=False, idempotent=True, requires=("polars",), extra="table")
def write_parquet(
    table: Table,
    path: Annotated[Path, Param(path="save", suffixes=(".parquet",))],
    compression: Annotated[Literal["zstd", "snappy", "lz4", "none"], Param(advanced=True)] = "zstd",
) -> Path:
    """Write a table to a Parquet file: small, fast, and every column keeps its type.

    Parameters
    ----------
    table
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    compression
        zstd is the smallest; snappy is read by the oldest programs.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_table as kernels

    return kernels.write_parquet(table, path, compression)


@block(name="Read JSON", category="IO/Read", tags=("load", "open", "file"))
def read_json(path: Annotated[Path, Param(path="open", suffixes=(".json", ".geojson"))]) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        The file to read.
    """
    from shtairir_blocks.kernels import io_text as kernels

    return kernels.read_json(path)


@block(name="Write JSON", category="IO/Write", tags=("save", "file"), pure=False, idempotent=True)
def write_json(
    value: Any,
    path: Annotated[Path, Param(path="save", suffixes=(".json",))],
    indent: Annotated[int, Param(ge=0, le=8, advanced=True)] = 2,
) -> Path:
    """Write a value as JSON: arrays as lists, tables as lists of records, NaN and infinity as null.

    Parameters
    ----------
    value
        Numbers, text, lists, arrays, tables, and what is made of them.
    path
        The file; missing folders are made, an old file is replaced.
    indent
        Blanks for each level; 0 writes a single line.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_text as kernels

    return kernels.write_json(value, path, indent)


@block(
    category="IO/Read",
    tags=("load", "open", "picture", "photo", "png", "jpeg"),
    requires=("PIL",),
    extra="image",
    infer=files.picture,
)
def read_image(
    path: Annotated[Path, Param(path="open", suffixes=_PICTURES)],
    stretch: Annotated[bool, Param(advanced=True)] = False,
) -> Image:
    """Read a picture: upright, in sRGB, with values from 0 to 1.

    Grey pictures have no channel axis; those with transparency have four channels. Of a file with several
    pages, the first is read.

    Parameters
    ----------
    path
        The file to read.
    stretch
        Make the darkest value 0 and the brightest 1; for measurements stored as plain numbers.
    """
    from shtairir_blocks.kernels import io_image as kernels

    return kernels.read_image(path, stretch)


@block(
    category="IO/Write",
    tags=("save", "picture", "png", "jpeg"),
    pure=False,
    idempotent=True,
    requires=("PIL",),
    extra="image",
)
def write_image(
    image: Image,
    path: Annotated[Path, Param(path="save", suffixes=(".png", ".jpg", ".webp", ".tif", ".bmp"))],
    quality: Annotated[int, Param(ge=1, le=100)] = 92,
) -> Path:
    """Write a picture; the ending of the name chooses the format.

    Values outside 0 to 1 are clipped. JPEG and BMP have no transparency: there the picture is laid on white.

    Parameters
    ----------
    image
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    quality
        For JPEG and WebP: 100 is the best, 75 is small.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_image as kernels

    return kernels.write_image(image, path, quality)


@block(
    category="IO/Read",
    tags=("load", "open", "sound", "wav"),
    requires=("soundfile",),
    extra="signal",
    infer=files.sound,
)
def read_audio(path: Annotated[Path, Param(path="open", suffixes=_SOUNDS)]) -> Audio:
    """Read a sound file.

    Parameters
    ----------
    path
        The file to read.
    """
    from shtairir_blocks.kernels import io_audio as kernels

    return Audio(*kernels.read_audio(path))


@block(
    category="IO/Write",
    tags=("save", "sound", "wav"),
    pure=False,
    idempotent=True,
    requires=("soundfile",),
    extra="signal",
)
def write_audio(
    audio: Audio,
    path: Annotated[Path, Param(path="save", suffixes=(".wav", ".flac"))],
    depth: Literal["16 bit", "24 bit", "float"] = "16 bit",
) -> Path:
    """Write a sound as WAV or FLAC.

    Parameters
    ----------
    audio
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    depth
        How exactly samples are stored; float alone keeps what is louder than 1.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_audio as kernels

    return kernels.write_audio(audio.samples, audio.rate_hz, path, depth)


@block(category="IO/Read", tags=("load", "open", "numpy", "npy", "npz"), infer=files.stored_array)
def read_array(
    path: Annotated[Path, Param(path="open", suffixes=(".npy", ".npz"))],
    name: str = "",
    limit: Annotated[int, Param(ge=1, le=1_000_000, unit="MB", advanced=True)] = 4096,
) -> Array:
    """Read an array from a NumPy file.

    Parameters
    ----------
    path
        The file to read.
    name
        Which array of an .npz file; not needed when it holds one.
    limit
        The largest array to accept; a small file can stand for a huge one.
    """
    from shtairir_blocks.kernels import io_array as kernels

    return kernels.read_array(path, name, limit * 2**20)


@block(category="IO/Write", tags=("save", "numpy", "npy", "npz"), pure=False, idempotent=True)
def write_array(
    array: Array,
    path: Annotated[Path, Param(path="save", suffixes=(".npy", ".npz"))],
    name: Annotated[str, Param(advanced=True)] = "data",
) -> Path:
    """Write an array to a NumPy file; one that ends in .npz is compressed.

    Parameters
    ----------
    array
        What to write.
    path
        The file; missing folders are made, an old file is replaced.
    name
        What the array is called in an .npz file.

    Returns
    -------
    out
        The path of the written file.
    """
    from shtairir_blocks.kernels import io_array as kernels

    return kernels.write_array(array, path, name)


@block(category="IO/Folder", tags=("files", "glob", "directory"), pure=False, idempotent=True, infer=files.listed)
def list_folder(
    folder: Annotated[Path, Param(path="folder")],
    pattern: str = "*",
    recursive: bool = False,
) -> list[Path]:
    """List the files in a folder, sorted so that img2 comes before img10.

    Hidden files are left out.

    Parameters
    ----------
    folder
        Where to look.
    pattern
        Which names: * stands for anything, ? for one letter; several with commas, such as *.png, *.jpg.
    recursive
        Whether to look into the folders inside, too.
    """
    from shtairir_blocks.kernels import io_folder as kernels

    return kernels.list_files(folder, pattern, recursive)


@block(
    category="IO/Folder",
    tags=("load", "pictures", "photos", "batch"),
    pure=False,
    idempotent=True,
    requires=("PIL",),
    extra="image",
    infer=files.pictures,
)
def read_images(
    paths: Annotated[Path | list[Path], Param(path="folder", label="folder or paths")],
    context: Context,
    pattern: str = "*.png, *.jpg, *.jpeg, *.tif, *.tiff, *.webp, *.bmp",
    limit: Annotated[int, Param(ge=1, le=100_000, advanced=True)] = 1000,
) -> list[Image]:
    """Read all pictures of a folder, or of a list of paths, in order.

    Parameters
    ----------
    paths
        A folder, or the files themselves (from list folder).
    pattern
        Which files of the folder; not used for a list of paths.
    limit
        The most pictures to read; more is an error, since all of them are held in memory.
    """
    from shtairir_blocks.kernels import io_folder, io_image

    files = paths if isinstance(paths, list) else io_folder.list_files(paths, pattern, recursive=False)
    if len(files) > limit:
        raise ValueError(
            f"There are {len(files)} pictures, more than the limit of {limit}. Raise limit, or narrow pattern."
        )
    images = []
    for number, path in enumerate(files):
        context.check_cancelled()
        context.progress(number / len(files), path.name)
        images.append(io_image.read_image(path, stretch=False))
    return images
