"""Copying, moving and deleting, so that nothing is lost that nobody wanted to lose."""

import atexit
import contextlib
import functools
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .io_atomic import replacing


def copied(source: Path, target: Path, overwrite: bool) -> Path:
    """Copy a file or folder, and return the path of the copy, which is whole or not there at all."""
    _check(source, target, overwrite)
    if source.is_dir():
        with _beside(target) as temporary:
            shutil.copytree(source, temporary, symlinks=True)
            os.rename(temporary, target)
    else:
        with replacing(target) as temporary:
            shutil.copy2(source, temporary)
    return target


def moved(source: Path, target: Path, overwrite: bool) -> Path:
    """Move a file or folder, and return its new path; on another disk it is copied whole before the old one goes."""
    _check(source, target, overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(source, target)
    except OSError:
        copied(source, target, overwrite)
        shutil.rmtree(source) if source.is_dir() and not source.is_symlink() else source.unlink()
    return target


def _check(source: Path, target: Path, overwrite: bool) -> None:
    _chosen(source, "to copy or move")
    _chosen(target, "to make")
    if not os.path.lexists(source):
        raise FileNotFoundError(f"Cannot find {source}. Choose the file or folder again.")
    here, there = source.resolve(), target.resolve()
    if here == there:
        raise ValueError(f"{source} would be put upon itself. Give another target.")
    if source.is_dir() and here in there.parents:
        raise ValueError(f"{target} lies inside {source}: a folder cannot be put into itself.")
    if target.is_dir():
        raise FileExistsError(f"{target} is a folder. Give the name that the file shall have in it.")
    if target.exists() and (not overwrite or source.is_dir()):
        raise FileExistsError(f"{target} is there already. Give another name, or switch overwrite on for a file.")


def _chosen(path: Path, what: str) -> None:
    if path == Path():
        raise ValueError(f"No file or folder {what} is chosen. Set its path.")


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(6)}")
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def deleted(path: Path, to_trash: bool, whole_folder: bool, missing_is_fine: bool) -> bool:
    """Delete a file or folder and return whether there was one.

    A folder that is not empty needs ``whole_folder``; the roots of disks, the person's own folder, the working folder
    and those above them are never deleted.
    """
    _chosen(path, "to delete")
    if not os.path.lexists(path):
        if missing_is_fine:
            return False
        raise FileNotFoundError(f"Cannot find {path}, so it cannot be deleted. Choose it again.")
    is_folder = path.is_dir() and not path.is_symlink()
    if is_folder:
        _refuse_precious(path)
        if not whole_folder and any(path.iterdir()):
            raise PermissionError(
                f"The folder {path} is not empty. Switch whole folder on to delete all that is in it."
            )
    if to_trash:
        _trash(path)
    elif is_folder:
        shutil.rmtree(path)
    else:
        path.unlink()
    return True


def _refuse_precious(folder: Path) -> None:
    real = folder.resolve()
    for precious in (Path.home().resolve(), Path.cwd().resolve()):
        if real == precious or real in precious.parents:
            raise PermissionError(f"{folder} holds {precious}, and is not deleted.")


def _trash(path: Path) -> None:
    from send2trash import send2trash

    try:
        send2trash(str(path.parent.resolve() / path.name))
    except OSError as error:
        raise OSError(f"{path} cannot be put into the trash ({error}). Delete it for good, or leave it.") from None


def made_folder(path: Path) -> Path:
    """Make a folder with those above it, and return its path."""
    _chosen(path, "to make")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise FileExistsError(
            f"{path} cannot be a folder: there is a file of that name. Choose another name."
        ) from None
    return path


def temporary_folder(prefix: str) -> Path:
    """Return a new empty folder that is deleted when the program ends."""
    plain = re.sub(r"[^\w-]", "_", prefix)[:40] or "shtairir"
    folder = Path(tempfile.mkdtemp(prefix=f"{plain}-"))
    # Not weakref.finalize: there is no object whose end could stand for the last use of a path.
    atexit.register(functools.partial(shutil.rmtree, folder, ignore_errors=True))
    return folder
