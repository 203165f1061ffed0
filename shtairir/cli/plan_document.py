"""A plan as a document: printed, or kept beside the run that it was made for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.files import shown_path
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome

if TYPE_CHECKING:
    from shtairir.events import Instrument
    from shtairir.export.plans import PlanSheet
    from shtairir.planning import ExecutionPlan
    from shtairir.planning.schedule import Schedule
    from shtairir.results import RunResult

LEVELS = ("none", "basic", "balanced", "aggressive")


class PlanDocument:
    """The plan of one graph, beside those at the other levels.

    Parameters
    ----------
    again
        Makes the plan of the same graph at another level.
    """

    def __init__(self, plan: ExecutionPlan, again: Callable[[str], ExecutionPlan]) -> None:
        self.plan = plan
        self._again = again

    def sheet(self, truth: Schedule | None = None) -> PlanSheet:
        """Return what the document says."""
        from shtairir.errors import PlanningError
        from shtairir.export.plans import sheet_of

        others = []
        for level in LEVELS:
            if level != self.plan.level:
                try:
                    others.append(self._again(level))
                except PlanningError:  # it does not fit the limits at that level: there is nothing to compare with
                    continue
        return sheet_of(self.plan, truth=truth, others=others)

    def svg(self, sheet: PlanSheet | None = None, *, dark: bool = False) -> str:
        """Return the document as a picture."""
        from shtairir.export import to_svg
        from shtairir.export.plans import plan_picture

        return to_svg(plan_picture(sheet or self.sheet(), "dark" if dark else "light"))

    def facts(self, sheet: PlanSheet | None = None) -> dict[str, Any]:
        """Return the document as JSON can hold it."""
        from shtairir.export.plans import sheet_dict

        return {**self.plan.to_dict(), **sheet_dict(sheet or self.sheet())}

    def shown(self) -> ShownPlan:
        """Return the document of a run of the plan that is about to begin."""
        return ShownPlan(self)

    def write(self, folder: Path, truth: Schedule | None = None) -> list[Path]:
        """Write the document in all its forms into a folder, and return the files.

        Raises
        ------
        CommandError
            When the folder does not take them.
        """
        from shtairir.document.disk import write_atomically

        sheet = self.sheet(truth)
        texts = {
            "plan.svg": self.svg(sheet),
            "plan.mmd": self.plan.to_mermaid(),
            "plan.json": json.dumps(self.facts(sheet), indent=1, default=str) + "\n",
        }
        try:
            for name, text in texts.items():
                write_atomically(folder / name, text.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                f"The plan cannot be written to {folder}: {reason}.", status=ExitStatus.FAILED
            ) from error
        return [folder / name for name in texts]


class ShownPlan:
    """The document of a plan that is run now: how it went is written beside how it was expected to go."""

    def __init__(self, document: PlanDocument) -> None:
        from shtairir.memory.lifetimes import Lifetimes
        from shtairir.memory.profiler import MemoryProfiler

        self._document = document
        self._profiler, self._lifetimes = MemoryProfiler(), Lifetimes()

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What must see the run."""
        return self._profiler, self._lifetimes

    def saved(self, outcome: Outcome, result: RunResult, folder: Path | None) -> Outcome:
        """Write the document where the results are, and where the run is kept; say where."""
        from shtairir.monitor.observed import observed

        truth = observed(self._profiler.profile(), self._lifetimes.found, result.plan)
        folders = [place for place in (folder, _kept(result)) if place is not None]
        written = [self._document.write(place, truth)[0] for place in folders]
        if not written:
            text = "the plan is not kept, as nothing is of so short a run; --output DIR keeps it"
        else:
            text = "\n".join(f"wrote {shown_path(file)}, with plan.mmd and plan.json" for file in written)
        facts = {**outcome.document, "plan_files": [str(file.parent) for file in written]}
        return Outcome(outcome.status, f"{outcome.text}\n{text}" if outcome.text else text, facts)


def _kept(result: RunResult) -> Path | None:
    """Return the folder that the run is kept in, if it is."""
    from shtairir.recovery.folder import folder_of

    found = folder_of(result.key) if result.key is not None else None
    return found.path if found is not None and found.exists else None
