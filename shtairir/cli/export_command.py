"""``shtairir export``: a graph as a Python program, a flowchart or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shtairir.block.registry import default_registry
from shtairir.cli.files import open_current_graph, shown_path, writable_file
from shtairir.cli.outcome import CommandError, Outcome
from shtairir.document import Snapshot

_STANDARD_OUTPUT = Path("-")
_ENDINGS = {"python": ".py", "mermaid": ".mmd", "svg": ".svg", "png": ".png"}


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write where; ``-`` is standard output."""

    python: Path | None = None
    mermaid: Path | None = None
    svg: Path | None = None
    png: Path | None = None
    scale: float = 2.0
    dark: bool = False
    force: bool = False
    carry: bool = True


def export_graph(path: Path, options: ExportOptions) -> Outcome:
    """Write a graph file in other forms.

    Raises
    ------
    CommandError
        When nothing is asked for, or when what is asked for cannot be written there.
    """
    graph = open_current_graph(path)
    snapshot = graph.snapshot()
    targets = {"python": options.python, "mermaid": options.mermaid, "svg": options.svg, "png": options.png}
    wanted = {form: target for form, target in targets.items() if target is not None}
    if not wanted:
        raise CommandError(
            "Nothing to export to is named.", hint=f"For example: shtairir export {path} --python {path.stem}.py"
        )
    _check_targets(wanted, options)
    made = {form: _made(snapshot, form, target, options) for form, target in wanted.items()}
    lines = [_put(target, made[form]) for form, target in wanted.items()]
    written = {form: str(target) for form, target in wanted.items()}
    return Outcome(text="\n".join(lines), document={"status": "exported", "file": str(path), "written": written})


def _check_targets(targets: dict[str, Path], options: ExportOptions) -> None:
    from shtairir.export.program import MARK

    printed = [form for form, target in targets.items() if target == _STANDARD_OUTPUT]
    if len(printed) > 1:
        raise CommandError(f"Only one of {' and '.join(printed)} can go to standard output.")
    if "png" in printed:
        raise CommandError("A PNG cannot go to standard output.", hint="Name a file.")
    for target in targets.values():
        if target != _STANDARD_OUTPUT:
            writable_file(target)
    program = targets.get("python", _STANDARD_OUTPUT)
    if program.is_file() and not options.force and MARK not in program.read_text(encoding="utf-8", errors="replace"):
        raise CommandError(
            f"{program} exists and was not made by `shtairir export`.", hint="Name another file, or add --force."
        )


def _put(target: Path, data: bytes) -> str:
    from shtairir.document.disk import write_atomically

    if target == _STANDARD_OUTPUT:
        return data.decode("utf-8").rstrip("\n")
    write_atomically(target, data)
    return f"Wrote {shown_path(target)}."


def _made(snapshot: Snapshot, form: str, target: Path, options: ExportOptions) -> bytes:
    from shtairir.export.files import exported

    folder = target.resolve().parent if target != _STANDARD_OUTPUT else Path.cwd()
    return exported(
        snapshot,
        default_registry(),
        _ENDINGS[form],
        folder,
        dark=options.dark,
        scale=options.scale,
        carry=options.carry,
    )
