"""Blocks for ZIP archives."""

from pathlib import Path
from typing import Annotated

from shtairir.block import Context, Param, block


@block(name="Zip files", id="file.zip", category="File/Archive", tags=("compress", "pack", "archive"), pure=False)
def zip_(
    context: Context,
    paths: Annotated[Path | list[Path], Param(path="any")],
    archive: Annotated[Path, Param(path="save", suffixes=(".zip",))],
    compression: Annotated[int, Param(ge=0, le=9)] = 6,
) -> Path:
    """Pack files and folders into a ZIP archive.

    Parameters
    ----------
    paths
        A file, a folder, or a list of them; a folder is packed with all that is in it.
    archive
        The archive to write; an old one is replaced.
    compression
        0 only stores, 9 takes the longest and packs the closest.

    Returns
    -------
    out
        The path of the archive.
    """
    from shtairir_blocks.kernels import archives as kernels

    chosen = paths if isinstance(paths, list) else [paths]
    return kernels.packed(chosen, archive, compression, context.check_cancelled)


@block(name="Unzip archive", category="File/Archive", tags=("extract", "unpack", "decompress"), pure=False)
def unzip(
    context: Context,
    archive: Annotated[Path, Param(path="open", suffixes=(".zip",))],
    folder: Annotated[Path, Param(path="save")],
    overwrite: bool = False,
    limit: Annotated[int, Param(ge=1, le=1_000_000, unit="MB")] = 1024,
    most_files: Annotated[int, Param(ge=1, le=1_000_000, advanced=True)] = 10_000,
) -> list[Path]:
    """Unpack a ZIP archive into a folder; nothing in it can be written anywhere else.

    Parameters
    ----------
    archive
        The archive.
    folder
        Where to put the files; it is made when it is not there.
    overwrite
        Whether files that are there already are replaced.
    limit
        The most that the files may hold together: a small archive can stand for a huge file.
    most_files
        The most files it may hold.

    Returns
    -------
    out
        The paths of the files.
    """
    from shtairir_blocks.kernels import archives as kernels

    return kernels.unpacked(archive, folder, overwrite, limit * 2**20, most_files, context.check_cancelled)
