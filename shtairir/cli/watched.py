"""What is watched of a run because somebody asked for its profile, its trace, or its plan beside how it went."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.cli.files import shown_path
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome

if TYPE_CHECKING:
    from shtairir.cli.plan_document import PlanDocument
    from shtairir.events import Instrument
    from shtairir.results import RunResult


class Watched:
    """Sees a run, and tells what it saw, however the run ended.

    Parameters
    ----------
    profile
        Whether the profile is to be printed.
    trace
        Where the trace goes.
    document
        The document of the plan, beside which the run is kept.
    """

    def __init__(self, *, profile: bool, trace: Path | None, document: PlanDocument | None) -> None:
        self._profile = profile
        self._trace = trace
        self._document = document
        self.instruments: tuple[Instrument, ...] = ()
        if profile or trace is not None or document is not None:
            from shtairir.memory.lifetimes import Lifetimes
            from shtairir.memory.profiler import MemoryProfiler

            self._profiler, self._lifetimes = MemoryProfiler(), Lifetimes()
            self.instruments = self._profiler, self._lifetimes

    def told(self, outcome: Outcome, result: RunResult, folder: Path | None) -> Outcome:
        """Return what a command says, with what was seen; write what is to be written."""
        if self._document is not None:
            outcome = self._with_plan(outcome, result, self._document, folder)
        if self._profile:
            outcome = self._with_profile(outcome, result)
        return self._with_trace(outcome, result, self._trace) if self._trace is not None else outcome

    def _with_profile(self, outcome: Outcome, result: RunResult) -> Outcome:
        from shtairir.cli.profile_text import profile_text
        from shtairir.monitor.profile import profile_dict

        profile = self._profiler.profile()
        sys.stderr.write(f"\n{profile_text(profile, result.plan, sys.stderr)}\n")
        return Outcome(
            outcome.status, outcome.text, {**outcome.document, "profile": profile_dict(profile, result.plan)}
        )

    def _with_trace(self, outcome: Outcome, result: RunResult, trace: Path) -> Outcome:
        from shtairir.monitor.trace import write_trace

        try:
            write_trace(trace, self._profiler.profile(), result.plan, self._lifetimes.found)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                f"The trace cannot be written to {trace}: {reason}.", status=ExitStatus.FAILED
            ) from error
        return _more(outcome, f"wrote {shown_path(trace)}; ui.perfetto.dev shows it", trace=str(trace))

    def _with_plan(self, outcome: Outcome, result: RunResult, document: PlanDocument, folder: Path | None) -> Outcome:
        """Write the plan, and how it went, where the results are and where the run is kept."""
        from shtairir.monitor.observed import observed

        truth = observed(self._profiler.profile(), self._lifetimes.found, result.plan)
        folders = [place for place in (folder, _kept(result)) if place is not None]
        written = [document.write(place, truth)[0] for place in folders]
        if written:
            text = "\n".join(f"wrote {shown_path(file)}, with plan.mmd and plan.json" for file in written)
        else:
            text = "the plan is not kept, as nothing is of so short a run; --output DIR keeps it"
        return _more(outcome, text, plan_files=[str(file.parent) for file in written])


def _more(outcome: Outcome, text: str, **facts: object) -> Outcome:
    told = f"{outcome.text}\n{text}" if outcome.text else text
    return Outcome(outcome.status, told, {**outcome.document, **facts})


def _kept(result: RunResult) -> Path | None:
    """Return the folder that the run is kept in, if it is."""
    from shtairir.recovery.folder import folder_of

    found = folder_of(result.key) if result.key is not None else None
    return found.path if found is not None and found.exists else None
