"""``shtairir plan``: how a graph would run, without running it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shtairir.cli.assignments import assign
from shtairir.cli.files import open_current_graph, shown_path, writable_file
from shtairir.cli.forecast_text import forecast_text
from shtairir.cli.outcome import CommandError, Outcome
from shtairir.cli.plan_document import PlanDocument
from shtairir.cli.plan_text import plan_text

if TYPE_CHECKING:
    from shtairir.session.wishes import WorkerCount


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of ``shtairir plan``, as typed; ``output`` is a file for the drawing."""

    assignments: tuple[str, ...] = ()
    level: str = "balanced"
    workers: WorkerCount = None
    mermaid: bool = False
    svg: bool = False
    dark: bool = False
    output: Path | None = None
    as_json: bool = False

    @property
    def form(self) -> Literal["text", "mermaid", "svg"]:
        """What is asked for.

        Raises
        ------
        CommandError
            When it is two things at once.
        """
        if self.mermaid and self.svg:
            raise CommandError("A plan is drawn with --mermaid or with --svg, not with both.")
        if not (self.mermaid or self.svg):
            ending = self.output.suffix if self.output is not None else ""
            if self.output is not None and ending not in (".svg", ".mmd") and not self.as_json:
                raise CommandError(
                    f"What to write to {self.output} is not said.",
                    hint="Add --svg or --mermaid, or end it in .svg; with --json it is what is told in JSON.",
                )
            return "svg" if ending == ".svg" else "mermaid" if ending == ".mmd" else "text"
        return "svg" if self.svg else "mermaid"


def plan_graph(path: Path, options: PlanOptions) -> Outcome:
    """Plan a graph file and show the plan."""
    from shtairir.block.registry import default_registry
    from shtairir.session import forecast, plan

    form = options.form
    output = writable_file(options.output) if options.output is not None else None
    graph = open_current_graph(path)
    registry = default_registry()
    inner = assign(graph, options.assignments, registry)
    again = partial(plan, graph, workers=options.workers, parameters=inner, registry=registry)
    execution_plan = again(level=options.level)
    document = PlanDocument(execution_plan, lambda level: again(level=level))
    facts: dict[str, Any] = {"status": "planned", "file": str(path)}
    if options.as_json:  # the plans at the other levels take as long as this one
        facts["plan"] = document.facts()
    if form == "text":
        plain, smart = forecast(execution_plan, cache="off"), forecast(execution_plan, cache="smart")
        facts |= {"forecast": plain.to_dict(), "smart_forecast": smart.to_dict()}
        if output is not None:
            told = _written(output, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
            return Outcome(text=told, document={"status": "planned", "file": str(path), "written": str(output)})
        text = plan_text(execution_plan, sys.stdout).rstrip("\n")
        return Outcome(text=f"{text}\n\n{forecast_text(plain, smart)}", document=facts)
    drawing = document.svg(dark=options.dark) if form == "svg" else execution_plan.to_mermaid()
    if output is None:
        return Outcome(text=drawing.rstrip("\n"), document={**facts, form: drawing})
    return Outcome(text=_written(output, drawing), document={**facts, "written": str(output)})


def _written(output: Path, drawing: str) -> str:
    from shtairir.document.disk import write_atomically

    try:
        write_atomically(output, drawing.encode())
    except OSError as error:
        raise CommandError(f"The plan cannot be written to {output}: {error.strerror or error}.") from error
    return f"Wrote {shown_path(output)}."
