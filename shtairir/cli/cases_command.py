"""``shtairir test``: run the tests that graph files carry."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shtairir.cli.files import open_current_graph, shown_path, writable_file
from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import duration_text, plural, styled
from shtairir.errors import ShtairirError

if TYPE_CHECKING:
    from shtairir.cases import CaseResult
    from shtairir.document import Graph


def run_tests(
    files: Sequence[Path], names: Sequence[str] | None, junit: Path | None, assignments: Sequence[str]
) -> Outcome:
    """Run the tests of graph files, and tell what came of each."""
    from shtairir.cases import run_cases

    if assignments:
        raise CommandError("Tests have values of their own.", hint="Give --set together with --record only.")
    if junit is not None:
        writable_file(junit)
    suites: dict[str, list[CaseResult]] = {}
    for file in files:
        sys.stderr.write(f"{shown_path(file)}\n")
        results = suites[str(file)] = []
        try:
            for result in run_cases(_with_tests(file), names):
                results.append(result)
                sys.stderr.write(f"{_lines(result)}\n")
        except ShtairirError as error:
            if len(files) == 1 and junit is None:
                raise
            # The others are tested all the same, and the report says what became of this one.
            results.append(_broken(error))
            sys.stderr.write(f"{_lines(results[-1])}\n")
    if junit is not None:
        from shtairir.cases.junit import junit_xml

        junit.write_bytes(junit_xml(suites))
    everything = [result for results in suites.values() for result in results]
    failed = sum(not result.passed for result in everything)
    told = f"{plural(len(everything), 'test')}: {len(everything) - failed} passed, {failed} failed"
    return Outcome(
        ExitStatus.FAILED if failed else ExitStatus.DONE,
        told,
        {
            "status": "failed" if failed else "passed",
            "files": {file: [_document(result) for result in results] for file, results in suites.items()},
        },
    )


def _with_tests(file: Path) -> Graph:
    graph = open_current_graph(file)
    if not graph.tests:
        raise CommandError(
            f"{file} carries no tests.",
            hint=f"Make one of what it gives back now: shtairir test {file} --record NAME",
        )
    return graph


def _broken(error: ShtairirError) -> CaseResult:
    from shtairir.cases import CaseResult, Mismatch

    return CaseResult("the file", (Mismatch("the file", str(error)),), (), 0)


def record_test(files: Sequence[Path], name: str, assignments: Sequence[str]) -> Outcome:
    """Give a graph file a test that expects what comes of a run now."""
    if len(files) != 1:
        raise CommandError("A test is recorded for one file.", hint="Name one graph file.")
    file = files[0]
    from shtairir.block.registry import default_registry
    from shtairir.cases import record
    from shtairir.cli.assignments import assign
    from shtairir.document import load, save

    registry = default_registry()
    trial = open_current_graph(file)
    before = {port: trial.value(port) for port in _named(assignments)}
    inner = assign(trial, assignments, registry)
    given = {**{port: trial.value(port) for port in before}, **inner}
    graph = load(trial.path or file)
    test = record(graph, name, parameters=given, registry=registry)
    save(graph)
    return Outcome(
        text=f"wrote test '{name}' into {shown_path(file)}: it expects {', '.join(test.expect) or 'nothing'}",
        document={"status": "recorded", "file": str(file), "test": name, "expect": dict(test.expect)},
    )


def _named(assignments: Sequence[str]) -> list[str]:
    return [name for text in assignments if "/" not in (name := text.partition("=")[0].strip())]


def _lines(result: CaseResult) -> str:
    mark = styled("ok  ", "good", sys.stderr) if result.passed else styled("FAIL", "bad", sys.stderr)
    head = f"  {mark} {result.name}  {duration_text(result.elapsed_s)}"
    return "\n".join([head, *(f"       {mismatch.name}: {mismatch.sentence}" for mismatch in result.mismatches)])


def _document(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "passed": result.passed,
        "elapsed_s": result.elapsed_s,
        "runs_s": list(result.runs_s),
        "peak_bytes": result.peak_bytes,
        "mismatches": [{"name": one.name, "sentence": one.sentence} for one in result.mismatches],
    }
