"""Where a run is kept on disk.

| in ``runs/KEY/`` | what |
|---|---|
| ``run.json`` | the facts, written when the folder is made; a folder without it is not there |
| ``graph.shtairir`` | the graph as it was when the run began |
| ``journal`` | what happened, a line for each thing |
| ``values`` | small results, one behind the other |
| ``checkpoints/`` | large results, a file for each |
| ``lock`` | held by the program that the run is going on in |
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shtairir.errors import RecoveryError
from shtairir.ids import RunKey
from shtairir.keeping import state_folder
from shtairir.recovery.facts import RunFacts

RUNS = "runs"
_FACTS = "run.json"
_GONE = ".gone-"


class RunFolder:
    """The folder of one run; it need not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def key(self) -> RunKey:
        """The run's key."""
        return RunKey(self.path.name)

    @property
    def journal(self) -> Path:
        """What happened."""
        return self.path / "journal"

    @property
    def graph(self) -> Path:
        """The graph as it was when the run began."""
        return self.path / "graph.shtairir"

    @property
    def values(self) -> Path:
        """Small results."""
        return self.path / "values"

    @property
    def checkpoints(self) -> Path:
        """The folder of large results."""
        return self.path / "checkpoints"

    @property
    def exists(self) -> bool:
        """Whether there is such a run."""
        return (self.path / _FACTS).is_file()

    def make(self) -> None:
        """Make the folder, which is not there for others before its facts are.

        Raises
        ------
        OSError
            When the disk does not take it, or another run has the folder.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700)

    def facts(self) -> RunFacts:
        """Return what is known of the run.

        Raises
        ------
        RecoveryError
            When there is no such run, or its record is damaged.
        """
        try:
            text = (self.path / _FACTS).read_bytes()
        except OSError as error:
            raise RecoveryError(f"There is no run {self.key}.", hint="'shtairir history' lists the runs.") from error
        return RunFacts.from_json(text)

    def write(self, facts: RunFacts, graph: bytes | None = None) -> None:
        """Write what is known of the run before it begins, or goes on, and a copy of its graph."""
        if graph is not None:
            write_whole(self.graph, graph)
        write_whole(self.path / _FACTS, facts.to_json())

    def sync(self) -> None:
        """Return when the folder itself, and what is known of the run, are on the disk for good."""
        for path in (self.graph, self.path / _FACTS, self.path, self.path.parent):
            if os.name == "nt" and path.is_dir():  # a folder cannot be opened there, and renames are journaled
                continue
            with suppress(FileNotFoundError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def fork(self, other: RunFolder) -> None:
        """Make another folder of what is in this one, to go on there; large results are shared."""
        other.make()
        for file in (self.graph, self.journal, self.values):
            if file.exists():
                shutil.copy2(file, other.path / file.name)
        if self.checkpoints.is_dir():
            other.checkpoints.mkdir()
            for file in self.checkpoints.iterdir():
                try:
                    os.link(file, other.checkpoints / file.name)
                except OSError:  # a file system without hard links
                    shutil.copy2(file, other.checkpoints / file.name)

    def size_bytes(self) -> int:
        """Return what the folder takes on disk."""
        total = 0
        for file in self.path.rglob("*"):
            with suppress(OSError):
                total += file.stat().st_size
        return total

    def drop_results(self) -> None:
        """Remove the results; what happened stays."""
        with suppress(OSError):
            self.values.unlink()
        shutil.rmtree(self.checkpoints, ignore_errors=True)

    def remove(self) -> None:
        """Remove the run. It is gone at once for everybody, also if the program dies meanwhile."""
        aside = self.path.with_name(f"{_GONE}{self.path.name}")
        with suppress(OSError):
            self.path.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)


def runs_folder() -> Path | None:
    """Return the folder that holds those of all runs, or ``None`` when nothing is kept."""
    state = state_folder()
    return None if state is None else state / RUNS


def folder_of(key: str) -> RunFolder | None:
    """Return the folder of a run, whether it exists or not; ``None`` when nothing is kept."""
    runs = runs_folder()
    return None if runs is None else RunFolder(runs / key)


def kept_folders(runs: Path | None = None) -> Iterator[RunFolder]:
    """Yield the folders of the runs that are there, the latest first."""
    home = runs if runs is not None else runs_folder()
    if home is None:
        return
    try:
        names = sorted((entry.name for entry in os.scandir(home) if entry.is_dir()), reverse=True)
    except OSError:
        return
    for name in names:
        folder = RunFolder(home / name)
        if not name.startswith(".") and folder.exists:
            yield folder


def sweep_gone(runs: Path) -> None:
    """Finish what `RunFolder.remove` had begun when its program died."""
    for folder in runs.glob(f"{_GONE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def found(name: str) -> RunFolder:
    """Return the run that a person means: a key, the beginning of one, or ``last``.

    Raises
    ------
    RecoveryError
        When there is none, or more than one.
    """
    folders = list(kept_folders())
    if runs_folder() is None:
        raise RecoveryError("Nothing is kept of runs: SHTAIRIR_STATE_PATH is set to nothing.")
    if name == "last":
        if not folders:
            raise RecoveryError("No run has been kept yet.")
        return folders[0]
    fitting = [folder for folder in folders if folder.key.startswith(name)] if name else []
    exact = [folder for folder in fitting if folder.key == name]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if not fitting:
        raise RecoveryError(f"There is no run '{name}'.", hint="Name one by its key, the beginning of that, or 'last'.")
    listed = ", ".join(folder.key for folder in fitting[:4])
    raise RecoveryError(f"'{name}' may mean {len(fitting)} runs: {listed}.", hint="Write more of the key.")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
