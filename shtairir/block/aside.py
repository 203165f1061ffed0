"""Reads packs of others and the user's files, each on a thread of its own, and says what became of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from shtairir.block.isolation import Import, said_by
from shtairir.block.packs import PackProblem, Stamp
from shtairir.block.quarantine import Disabled, Quarantine

PATIENCE_S = 2.0
"""How long a program waits for packs that do not come back, all of them together."""
LEAST_PATIENCE_S = 0.3
"""How long it waits for one of them all the same."""
SLOW_S = 60.0
"""How long it waits for a pack that a person enabled although it is slow."""

_UNTROUBLED_S = 0.2
_SWITCH_S = 0.0002
"""How soon a thread in Python code lets another go on: at Python's 5 ms, the window starts ten times as slowly."""


@dataclass(frozen=True, slots=True)
class Source:
    """A pack, or a file of the user.

    Attributes
    ----------
    key
        What it goes by in `PackProblem.pack`.
    name
        What a person types to mean it.
    file
        The file, if it is one of the user's.
    places
        The folders and files of its code, to tell the line where it failed.
    """

    key: str
    name: str
    work: Callable[[], ModuleType]
    stamp: Stamp
    file: Path | None = None
    places: tuple[Path, ...] = ()


class AsideReader:
    """Imports one source after the other, and waits for none of them for long.

    One that hangs is given up, and disabled. Once that has cost a program its patience, others that do not come at
    once are left for later: they may be slow only because the first was. One that a person lets be slow goes on.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self.quarantine = quarantine
        self._lost_s = 0.0
        self._slow: dict[str, tuple[Source, Import]] = {}
        self._put_off: dict[str, Source] = {}

    def be_patient_again(self) -> None:
        """Forget how long others were waited for: what begins now is another matter."""
        self._lost_s = 0.0

    def read(self, source: Source) -> ModuleType | PackProblem:
        """Return the module of a source, or why there is none."""
        self._put_off.pop(source.key, None)
        disabled = self.quarantine.why_disabled(source.key, source.stamp)
        if disabled is not None:
            return disabled_problem(source, disabled)
        running = Import(source.work, source.key, source.stamp, self.quarantine)
        had_its_time = self._lost_s == 0.0
        begun = time.perf_counter()
        if _has_come(running, max(LEAST_PATIENCE_S, PATIENCE_S - self._lost_s)):
            return _outcome(source, running)
        self._lost_s += time.perf_counter() - begun
        if self.quarantine.may_be_slow(source.key):
            self._slow[source.key] = (source, running)
            return PackProblem(source.key, "It is still being imported.", "Its blocks appear when that is done.")
        if had_its_time:
            return self._give_up(source, running, PATIENCE_S)
        running.interrupt()
        self._put_off[source.key] = source
        return PackProblem(source.key, "It was left for later, since others took too long.", "It is tried again.")

    @property
    def slow(self) -> tuple[str, ...]:
        """What is still being imported, since a person lets it be slow."""
        return tuple(self._slow)

    @property
    def pending(self) -> tuple[str, ...]:
        """What has not been read to its end, and has not been given up."""
        return (*self._slow, *self._put_off)

    def waited_for(self, key: str) -> Iterator[tuple[Source, ModuleType | PackProblem]]:
        """Read a pending source to its end, since it is needed; yield it with what came of it."""
        if key in self._slow:
            source, running = self._slow.pop(key)
            yield source, _outcome(source, running) if running.wait(SLOW_S) else self._give_up(source, running, SLOW_S)
        elif key in self._put_off:
            self.be_patient_again()
            source = self._put_off[key]
            yield source, self.read(source)

    def arrived(self) -> Iterator[tuple[Source, ModuleType | PackProblem]]:
        """Yield what came late and is there now, each once; and read one of those that were put off."""
        for key, (_, running) in list(self._slow.items()):
            if running.wait(0):
                yield from self.waited_for(key)
        for key in list(self._put_off)[:1]:
            yield from self.waited_for(key)

    def _give_up(self, source: Source, running: Import, waited_s: float) -> PackProblem:
        self.quarantine.disable(source.key, "hung", source.stamp, waited_s)
        running.interrupt()
        return disabled_problem(source, Disabled(source.key, "hung", source.stamp, waited_s, ""))


def _has_come(running: Import, patience_s: float) -> bool:
    """Wait for an import. One that takes long may be a loop, which must not hold up the threads that go on."""
    if running.wait(min(_UNTROUBLED_S, patience_s)):
        return True
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(_SWITCH_S, before))
    try:
        return running.wait(patience_s - _UNTROUBLED_S)
    finally:
        sys.setswitchinterval(before)


def _outcome(source: Source, done: Import) -> ModuleType | PackProblem:
    if done.module is not None:
        return done.module
    message, line = said_by(done.error or ImportError("nothing came of it"), source.places)
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
