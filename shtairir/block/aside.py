"""Reads packs of others and the user's files, each on a thread of its own, and says what became of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from shtairir.block.isolation import Import, said_by
from shtairir.block.packs import PackProblem, Stamp
from shtairir.block.quarantine import Disabled, Quarantine

PATIENCE_S = 2.5
"""How long a program waits for packs that do not come back, all of them together."""
LEAST_PATIENCE_S = 0.3
"""How long it waits for one of them all the same."""
SLOW_S = 60.0
"""How long it waits for a pack that a person enabled although it is slow."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A pack, or a file of the user.

    Attributes
    ----------
    key
        What it goes by in `PackProblem.pack`.
    name
        What a person types to mean it.
    """

    key: str
    name: str
    work: Callable[[], ModuleType]
    stamp: Stamp
    file: Path | None = None


class AsideReader:
    """Imports one source after the other, and waits for none of them for long."""

    def __init__(self, quarantine: Quarantine) -> None:
        self.quarantine = quarantine
        self._lost_s = 0.0
        self._late: dict[str, tuple[Source, Import]] = {}

    def be_patient_again(self) -> None:
        """Forget how long others were waited for: what begins now is another matter."""
        self._lost_s = 0.0

    def read(self, source: Source) -> ModuleType | PackProblem:
        """Return the module of a source, or why there is none."""
        disabled = self.quarantine.why_disabled(source.key, source.stamp)
        if disabled is not None:
            return disabled_problem(source, disabled)
        running = Import(source.work, source.key, source.stamp, self.quarantine)
        patience_s = max(LEAST_PATIENCE_S, PATIENCE_S - self._lost_s)
        begun = time.perf_counter()
        if running.wait(patience_s):
            return _outcome(source, running)
        had_its_time = self._lost_s == 0.0
        self._lost_s += time.perf_counter() - begun
        if had_its_time and not self.quarantine.may_be_slow(source.key):
            return self._give_up(source, running, PATIENCE_S)
        # It may be slow because others are, or because a person knows that it is.
        self._late[source.key] = (source, running)
        return PackProblem(
            source.key, "It is still being imported.", "Its blocks appear when that has come to its end."
        )

    @property
    def late(self) -> tuple[str, ...]:
        """What is still being imported and was not waited for."""
        return tuple(self._late)

    def waited_for(self, key: str) -> Iterator[tuple[Source, ModuleType | PackProblem]]:
        """Wait for a source that is still being imported, since it is needed; yield it with what came of it."""
        if key in self._late:
            source, running = self._late.pop(key)
            yield source, _outcome(source, running) if running.wait(SLOW_S) else self._give_up(source, running, SLOW_S)

    def arrived(self) -> list[tuple[Source, ModuleType | PackProblem]]:
        """Return what came late and is there now, each once."""
        come = [self._late.pop(key) for key, (_, running) in list(self._late.items()) if running.wait(0)]
        return [(source, _outcome(source, running)) for source, running in come]

    def _give_up(self, source: Source, running: Import, waited_s: float) -> PackProblem:
        self.quarantine.disable(source.key, "hung", source.stamp, waited_s)
        running.interrupt()
        return disabled_problem(source, Disabled(source.key, "hung", source.stamp, waited_s, ""))


def _outcome(source: Source, done: Import) -> ModuleType | PackProblem:
    if done.module is not None:
        return done.module
    message, line = said_by(done.error or ImportError("nothing came of it"), source.file)
    return PackProblem(source.key, message, line=line)


def disabled_problem(source: Source, disabled: Disabled) -> PackProblem:
    """Return what is told of a pack that is not imported."""
    how = {
        "hung": f"its import did not come to its end within {disabled.waited_s:g} s",
        "ended": "it ended the program while it was being imported",
    }[disabled.how]
    again = "If it only takes long, let it" if disabled.how == "hung" else "To try it once more"
    when = f" on {disabled.at}" if disabled.at else ""
    return PackProblem(
        source.key,
        f"It is disabled, because {how}{when}.",
        f"Mend it, or remove it. {again}: shtairir blocks --enable {source.name}",
        disabled=True,
    )
