"""The plan as a file: its picture, its drawing in Mermaid, or all that is known of it in JSON. Made on a worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shtairir.block.registry import Registry
from shtairir.document import Snapshot
from shtairir.document.disk import write_atomically
from shtairir.errors import ShtairirError
from shtairir_ui.planpanel.courses import LEVELS

if TYPE_CHECKING:
    from shtairir.planning import ExecutionPlan
    from shtairir.planning.schedule import Schedule

FILTER = "Pictures (*.svg);;Mermaid (*.mmd);;JSON (*.json)"


def write_plan(
    path: Path, plan: ExecutionPlan, truth: Schedule | None, snapshot: Snapshot, registry: Registry, *, dark: bool
) -> None:
    """Write the plan in the form that the file's ending says; a picture if it says none.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    import shtairir
    from shtairir.export import to_svg
    from shtairir.export.plans import plan_picture, sheet_dict, sheet_of

    others = []
    for level in LEVELS:
        try:
            others.append(shtairir.plan(snapshot, registry=registry, level=level))
        except ShtairirError:  # it does not fit at that level
            continue
    sheet = sheet_of(plan, truth=truth, others=others)
    forms: dict[str, Callable[[], str]] = {
        ".mmd": plan.to_mermaid,
        ".json": lambda: json.dumps({**plan.to_dict(), **sheet_dict(sheet)}, indent=1, default=str) + "\n",
    }
    text = forms.get(path.suffix, lambda: to_svg(plan_picture(sheet, "dark" if dark else "light")))()
    write_atomically(path, text.encode())
