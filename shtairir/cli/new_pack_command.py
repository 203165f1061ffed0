"""``shtairir new-pack``: a small installable package of blocks to begin with."""

from __future__ import annotations

import keyword
import re
import shlex
from pathlib import Path

from shtairir.cli.files import shown_path
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.pack_template import PackNames, pack_files
from shtairir.cli.terminal import columns

RESERVED = ("subgraph", "code", "file", "graph", "shtairir")
"""Families that mean something else to the program."""
_FAMILY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 40


def make_pack(name: str, directory: Path) -> Outcome:
    """Write the files of a new pack.

    Raises
    ------
    CommandError
        When the name cannot be a family or is taken, or the folder is there already.
    """
    names = PackNames(_checked(name))
    folder = directory / names.distribution
    if folder.exists():
        raise CommandError(f"{folder} is there already.", hint="Choose another name, or another --directory.")
    files = pack_files(names)
    try:
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(f"The pack cannot be written to {folder}: {reason}.", status=ExitStatus.FAILED) from error
    return Outcome(
        text=_told(names, folder),
        document={"status": "made", "folder": str(folder), "family": names.family, "files": sorted(files)},
    )


def _told(names: PackNames, folder: Path) -> str:
    shown = shlex.quote(shown_path(folder))
    rows = [
        (f"pip install -e {shown}", "its blocks appear, in a window that is open too"),
        (f"python -m pytest {shown}", "runs its test"),
        (f"shtairir blocks --check {names.family}", "verifies it before others install it"),
    ]
    made = f"made {shown}: the family '{names.family}' with one block, a test, an example and a README"
    return f"{made}\n\n{columns(rows, indent=2)}"


def _checked(name: str) -> str:
    if not _FAMILY.fullmatch(name) or len(name) > _LONGEST:
        raise CommandError(f"“{name}” cannot be the name of a pack.", hint=_hint(name))
    if keyword.iskeyword(name):
        raise CommandError(
            f"“{name}” is a word of Python and cannot be the name of a pack.", hint="Choose another name."
        )
    taken = _taken_by(name)
    if taken:
        raise CommandError(f"The family “{name}” is taken: {taken}.", hint="Choose another name.")
    return name


def _hint(name: str) -> str:
    rule = f"Use lower case letters, digits and _, at most {_LONGEST}, a letter first: astro"
    near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:_LONGEST].strip("_")
    return f"{rule}. Or did you mean {near}?" if near and near != name else f"{rule}."


def _taken_by(name: str) -> str:
    from importlib.util import find_spec

    from shtairir.block.registry import default_registry

    if name in RESERVED:
        return "the program uses it itself"
    registry = default_registry()
    pack = registry.pack_of(name)
    if pack is not None:
        return f"{pack.title} brings it"
    if find_spec(PackNames(name).package) is not None:
        return f"a package {PackNames(name).package} is installed"
    return ""
