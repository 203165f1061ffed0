"""``shtairir blocks --check PACK``: whether a pack keeps to what it declares."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from shtairir.cli.outcome import CommandError, ExitStatus, Outcome
from shtairir.cli.terminal import columns, plural, styled

if TYPE_CHECKING:
    from shtairir.verification import Finding, Report

_ROLES = {"ok": "good", "fails": "bad", "-": "dim"}


def check_blocks(name: str) -> Outcome:
    """Check a pack and tell what was found.

    Raises
    ------
    CommandError
        When there is no such pack.
    """
    from shtairir.block.registry import default_registry
    from shtairir.errors import BlockError
    from shtairir.verification import verify

    try:
        report = verify(name, default_registry())
    except BlockError as error:
        raise CommandError(error.message, hint=error.hint) from error
    status = ExitStatus.DONE if report.passed else ExitStatus.FAILED
    return Outcome(status, _text(report), _document(report))


def _text(report: Report) -> str:
    from shtairir.verification import CHECKS

    # The columns are put in order before they are coloured: colours take no room.
    rows = [
        ("block", *CHECKS),
        *((block, *(report.verdict(block, check) for check in CHECKS)) for block in report.blocks),
    ]
    table = columns(rows) if report.blocks else ""
    for word in ("fails", " ok ", " - "):
        table = table.replace(word, styled(word, _ROLES[word.strip()], sys.stdout))
    failures = [finding for finding in report.findings if finding.severity == "failure"]
    remarks = [finding for finding in report.findings if finding.severity == "remark"]
    sections = [table, _section("failures", failures), _section("remarks", _without_twins(remarks)), _summary(report)]
    return "\n\n".join(section for section in sections if section)


def _section(title: str, findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        place = f"{finding.block} ({finding.check}): " if finding.block else ""
        lines.append(f"  {place}{finding.message}")
        if finding.fix:
            lines.append(f"    {styled('→ ' + finding.fix, 'dim', sys.stdout)}")
    return "\n".join([title, *lines]) if lines else ""


def _without_twins(findings: list[Finding]) -> list[Finding]:
    """Leave out what is said of a block once already, for another column."""
    seen: dict[tuple[str | None, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.block, finding.message), finding)
    return list(seen.values())


def _summary(report: Report) -> str:
    failed = {finding.block for finding in report.findings if finding.severity == "failure"}
    if report.passed:
        return styled(f"{report.pack} passes: {plural(len(report.blocks), 'block')}", "good", sys.stdout)
    count = plural(sum(finding.severity == "failure" for finding in report.findings), "failure")
    return styled(f"{report.pack} does not pass: {count}, {plural(len(failed - {None}), 'block')}", "bad", sys.stdout)


def _document(report: Report) -> dict[str, Any]:
    from shtairir.verification import CHECKS

    return {
        "status": "passed" if report.passed else "failed",
        "pack": report.pack,
        "blocks": {block: {check: report.verdict(block, check) for check in CHECKS} for block in report.blocks},
        "findings": [
            {
                "severity": finding.severity,
                "check": finding.check,
                "block": finding.block,
                "message": finding.message,
                "fix": finding.fix,
            }
            for finding in report.findings
        ],
    }
