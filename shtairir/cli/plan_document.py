"""A plan as a document: printed, or kept beside the run that it was made for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import CommandError, ExitStatus

if TYPE_CHECKING:
    from shtairir.export.plans import PlanSheet
    from shtairir.planning import ExecutionPlan
    from shtairir.planning.schedule import Schedule

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
