"""Blocks that tell about files and their paths."""

from pathlib import Path
from typing import Annotated, NamedTuple

from shtairir.block import Param, Table, block


class Info(NamedTuple):
    """What is known of a file or folder.

    Attributes
    ----------
    exists
        Whether there is one.
    is_folder
        Whether it is a folder.
    size
        Its bytes; of a folder 0.
    modified
        When it was last changed, as ISO 8601 text in UTC; empty when there is none.
    """

    exists: bool
    is_folder: bool
    size: int
    modified: str


@block(
    name="File information",
    category="File/Look",
    tags=("exists", "size", "modified", "stat"),
    pure=False,
    idempotent=True,
)
def info(path: Annotated[Path, Param(path="any")]) -> Info:
    """Tell whether a file or folder exists, how large it is and when it was changed.

    Parameters
    ----------
    path
        The file or folder.
    """
    from shtairir_blocks.kernels import file_facts as kernels

    return Info(*kernels.info(path))


@block(
    name="List files as table",
    id="file.list",
    category="File/Look",
    tags=("folder", "directory", "glob", "size"),
    pure=False,
    idempotent=True,
    requires=("polars",),
    extra="table",
)
def list_(folder: Annotated[Path, Param(path="folder")], pattern: str = "*", recursive: bool = False) -> Table:
    """List the files in a folder with their sizes and times; hidden ones are left out.

    Parameters
    ----------
    folder
        Where to look.
    pattern
        Which names: * stands for anything, ? for one letter; several with commas, such as *.png, *.jpg.
    recursive
        Whether to look into the folders inside, too.

    Returns
    -------
    out
        A row for each file: path, folder, name, suffix, size in bytes, and modified in UTC.
    """
    from shtairir_blocks.kernels import table_files as kernels

    return kernels.listed(folder, pattern, recursive)


class Parts(NamedTuple):
    """A path taken apart.

    Attributes
    ----------
    folder
        Where it lies.
    name
        Its name, with the ending.
    stem
        Its name without the ending.
    suffix
        The ending, such as .png.
    """

    folder: Path
    name: str
    stem: str
    suffix: str


@block(name="Parts of path", category="File/Path", tags=("folder", "name", "ending", "suffix", "split"))
def parts(path: Annotated[Path, Param(path="any")]) -> Parts:
    """Take a path apart into its folder, its name and its ending.

    Parameters
    ----------
    path
        The path; it need not exist.
    """
    return Parts(path.parent, path.name, path.stem, path.suffix)


@block(name="Join path", category="File/Path", tags=("folder", "name", "combine", "build"))
def join(folder: Annotated[Path, Param(path="any")], name: str, suffix: str = "") -> Path:
    """Make the path of a file in a folder.

    Parameters
    ----------
    folder
        The folder; it need not exist.
    name
        The name of the file, or a path from the folder on, such as 2024/may.csv.
    suffix
        An ending to put in the place of the one in name, such as .png; empty to leave it.
    """
    from shtairir_blocks.kernels import file_facts as kernels

    return kernels.joined(folder, name, suffix)
