"""Blocks that put files and folders elsewhere, and away."""

from pathlib import Path
from typing import Annotated, Literal

from shtairir.block import Param, block

Place = Annotated[Path, Param(path="any")]
Target = Annotated[Path, Param(path="save")]


@block(name="Copy file", category="File/Change", tags=("duplicate", "folder", "backup"), pure=False)
def copy(source: Place, target: Target, overwrite: bool = False) -> Path:
    """Copy a file, or a folder with all that is in it.

    Parameters
    ----------
    source
        The file or folder to copy.
    target
        What the copy shall be called; missing folders are made.
    overwrite
        Whether a file that has this name already is replaced; a folder never is.

    Returns
    -------
    out
        The path of the copy.
    """
    from shtairir_blocks.kernels import file_places as kernels

    return kernels.copied(source, target, overwrite)


@block(name="Move file", category="File/Change", tags=("rename", "folder"), pure=False)
def move(source: Place, target: Target, overwrite: bool = False) -> Path:
    """Move or rename a file or folder.

    Parameters
    ----------
    source
        The file or folder to move.
    target
        What it shall be called then; missing folders are made.
    overwrite
        Whether a file that has this name already is replaced; a folder never is.

    Returns
    -------
    out
        The new path.
    """
    from shtairir_blocks.kernels import file_places as kernels

    return kernels.moved(source, target, overwrite)


@block(
    name="Delete file",
    category="File/Change",
    tags=("remove", "trash", "recycle", "erase", "folder"),
    pure=False,
    requires=("send2trash",),
    extra="file",
)
def delete(
    path: Place,
    how: Literal["to the trash", "for good"] = "to the trash",
    whole_folder: bool = False,
    missing_is_fine: bool = False,
) -> bool:
    """Delete a file or a folder.

    Parameters
    ----------
    path
        The file or folder.
    how
        Into the trash of this computer, from where it can be brought back, or for good.
    whole_folder
        Whether a folder that is not empty may be deleted, with all that is in it.
    missing_is_fine
        Whether it is fine when there is no such file; otherwise that is an error.

    Returns
    -------
    out
        Whether something was deleted.
    """
    from shtairir_blocks.kernels import file_places as kernels

    return kernels.deleted(path, how == "to the trash", whole_folder, missing_is_fine)


@block(name="Make folder", category="File/Change", tags=("directory", "create", "new"), pure=False)
def make_folder(path: Target) -> Path:
    """Make a folder, and those above it that are missing; one that is there stays as it is.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    out
        The path of the folder.
    """
    from shtairir_blocks.kernels import file_places as kernels

    return kernels.made_folder(path)


@block(name="Temporary folder", category="File/Change", tags=("scratch", "new", "directory"), pure=False)
def temporary(prefix: str = "shtairir") -> Path:
    """Make a new empty folder for files that are needed for a while; it is deleted when the program ends.

    Parameters
    ----------
    prefix
        What its name begins with.
    """
    from shtairir_blocks.kernels import file_places as kernels

    return kernels.temporary_folder(prefix)
