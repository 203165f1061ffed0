"""ZIP archives.

What an archive says of itself is not believed: names that would leave the folder are refused before anything is
written, and bytes are counted as they come out, not as they are announced.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from .io_atomic import existing, replacing

_PIECE = 1 << 18
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def packed(paths: Sequence[Path], archive: Path, compression: int, check_cancelled: Callable[[], None]) -> Path:
    """Write an archive of files and folders, and return its path.

    Each file stands under its name, each folder under its name with what is in it. Links are not followed.
    """
    entries = _entries(paths, archive)
    method = zipfile.ZIP_STORED if compression == 0 else zipfile.ZIP_DEFLATED
    with replacing(archive) as temporary, zipfile.ZipFile(temporary, "w", method, compresslevel=compression) as file:
        for name, path in entries.items():
            check_cancelled()
            file.write(path, name)
    return archive


def _entries(paths: Sequence[Path], archive: Path) -> dict[str, Path]:
    if not paths:
        raise ValueError("There is nothing to pack. Give files or folders.")
    found: dict[str, Path] = {}
    own = archive.resolve()
    for given in paths:
        path = given.resolve() if given.is_dir() else existing(given)
        for file in _files(path):
            name = file.relative_to(path.parent).as_posix() if path.is_dir() else file.name
            if file.resolve() == own:
                continue
            if name in found and found[name] != file:
                raise ValueError(f"Two files would be called {name} in the archive: {found[name]} and {file}.")
            found[name] = file
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for root, folders, names in os.walk(path):
        folders.sort()
        yield from (file for name in sorted(names) if not (file := Path(root) / name).is_symlink())


def unpacked(
    archive: Path, folder: Path, overwrite: bool, limit: int, most_files: int, check_cancelled: Callable[[], None]
) -> list[Path]:
    """Unpack an archive into a folder and return the paths of its files.

    Raises
    ------
    ValueError
        When it is no archive, holds more than it may, or a name that leads out of the folder.
    """
    try:
        with zipfile.ZipFile(existing(archive)) as file:
            targets = _targets(file, folder, overwrite, most_files)
            left = limit
            for entry, target in targets.items():
                left = _written(file, entry, target, left, limit, check_cancelled)
            return list(targets.values())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{archive.name} is not a ZIP archive, or is damaged: {error}.") from None
    except (RuntimeError, NotImplementedError) as error:
        raise ValueError(f"{archive.name} cannot be unpacked: {error}.") from None


def _targets(file: zipfile.ZipFile, folder: Path, overwrite: bool, most_files: int) -> dict[zipfile.ZipInfo, Path]:
    entries = [entry for entry in file.infolist() if not entry.is_dir()]
    if len(entries) > most_files:
        raise ValueError(f"The archive holds {len(entries):,} files, more than the {most_files:,} allowed.")
    targets: dict[zipfile.ZipInfo, Path] = {}
    for entry in entries:
        target = folder / _safe(entry)
        if target in targets.values():
            raise ValueError(f"The archive holds {entry.filename!r} twice.")
        if target.exists() and not overwrite:
            raise FileExistsError(f"{target} is there already. Unpack into another folder, or switch overwrite on.")
        targets[entry] = target
    _refuse_links(folder, targets.values())
    return targets


def _safe(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path of an entry, which stays within the folder on every system."""
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    unsafe = (
        path.is_absolute()
        or ".." in path.parts
        or any(":" in part or "\0" in part or _DEVICES.fullmatch(part) for part in path.parts)
        or not path.parts
        or stat.S_ISLNK(entry.external_attr >> 16)
    )
    if unsafe:
        raise ValueError(f"The archive holds {entry.filename!r}, which could be written elsewhere. It is not unpacked.")
    return path


def _refuse_links(folder: Path, targets: Iterable[Path]) -> None:
    """Refuse to write through a link that lies in the folder already and leads out of it."""
    root = folder.resolve()
    for target in targets:
        if not target.parent.resolve().is_relative_to(root):
            raise ValueError(f"{target} leads out of the folder through a link. It is not unpacked.")


def _written(
    file: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    target: Path,
    left: int,
    limit: int,
    check_cancelled: Callable[[], None],
) -> int:
    """Write one file and return how many bytes the others may still have."""
    with replacing(target) as temporary, file.open(entry) as packed_file, temporary.open("wb") as unpacked_file:
        while piece := packed_file.read(_PIECE):
            check_cancelled()
            left -= len(piece)
            if left < 0:
                raise ValueError(
                    f"The archive holds more than {limit >> 20:,} MB. Raise limit if you trust where it comes from."
                )
            unpacked_file.write(piece)
    return left
