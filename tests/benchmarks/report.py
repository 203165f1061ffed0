"""Writes the page: how each target stands, and a table for each contest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.benchmarks.contend import Standing
from tests.benchmarks.contest import Contest, Figure, Target

Standings = Mapping[str, Standing]


def page(results: Sequence[tuple[str, Contest, Standings]], machine: Iterable[str], notes: Mapping[str, str]) -> str:
    """Return all of it as Markdown.

    Parameters
    ----------
    results
        The module, the contest and how it went, in the order of the page.
    notes
        What stands above the contests of a module.
    """
    lines = ["# Benchmarks", "", *machine, "", "## Targets", "", _summary(results), "", *_targets(results)]
    section = ""
    for module, contest, standings in results:
        if module != section:
            section = module
            lines += ["", f"## {module.capitalize()}", "", notes[module]]
        lines += ["", f"### {contest.title}", ""]
        if contest.note:
            lines += [contest.note, ""]
        lines += table(contest, standings)
    return "\n".join(lines) + "\n"


def table(contest: Contest, standings: Standings) -> list[str]:
    """Return the table of one contest, in Markdown."""
    main = contest.figures[0]
    rows = [["", *(figure.title for figure in contest.figures), f"times {contest.against}", "spread"]]
    for contestant in contest.contestants:
        standing = standings[contestant.name]
        if standing.absent:
            rows.append([contestant.name, standing.absent, *[""] * (len(contest.figures) + 1)])
            continue
        ratio = standing.ratio(standings[contest.against], main.key)
        cells = [_shown(standing.median(figure.key), figure) for figure in contest.figures]
        shown = "" if ratio is None else f"{ratio:.2f}"
        rows.append([contestant.name, *cells, shown, _spread(standing, main)])
    return _markdown(rows)


def verdict(contest: Contest, standings: Standings, target: Target) -> tuple[float | None, float, str]:
    """Return what was reached, what was wanted, in the same unit, and what is wanted in words."""
    figure = next(figure for figure in contest.figures if figure.key == target.key)
    mine = standings[target.contestant].median(target.key)
    if target.of is None:
        wanted = target.at_most * figure.factor
        return None if mine is None else mine * figure.factor, wanted, f"≤ {_number(wanted)} {figure.title}"
    other = standings[target.of].median(target.key)
    if target.over:
        words = f"≤ {_number(target.at_most * figure.factor)} {figure.title} over {target.of}"
        reached = None if mine is None or other is None else (mine - other) * figure.factor
        return reached, target.at_most * figure.factor, words
    ratio = standings[target.contestant].ratio(standings[target.of], target.key)
    return ratio, target.at_most, f"≤ {target.at_most:g} × {target.of}"


def state(reached: float | None, wanted: float) -> str:
    """Return whether a figure is no more than wanted, to the three digits that are shown."""
    if reached is None:
        return "?"
    return "holds" if float(f"{reached:.3g}") <= wanted else "**missed**"


def _targets(results: Sequence[tuple[str, Contest, Standings]]) -> list[str]:
    rows = [["work", "who", "target", "reached", "", "peers"]]
    for _, contest, standings in results:
        for target in contest.targets:
            reached, wanted, words = verdict(contest, standings, target)
            shown = "not measured" if reached is None else _number(reached)
            peers = _peers(contest, standings, target)
            rows.append([contest.title, target.contestant, words, shown, state(reached, wanted), peers])
    return _markdown(rows)


def _summary(results: Sequence[tuple[str, Contest, Standings]]) -> str:
    """Return how many targets hold."""
    states = [
        state(*verdict(contest, standings, target)[:2])
        for _, contest, standings in results
        for target in contest.targets
    ]
    return f"{states.count('holds')} of {len(states)} hold."


def _peers(contest: Contest, standings: Standings, target: Target) -> str:
    """Return the best two of the others in the same figure, to tell what a target means."""
    figure = next(figure for figure in contest.figures if figure.key == target.key)
    others = [
        (value, each.name)
        for each in contest.contestants
        if not each.name.startswith("shtairir") and (value := standings[each.name].median(target.key)) is not None
    ]
    return " · ".join(f"{name} {_shown(value, figure)}" for value, name in sorted(others)[:3])


def _shown(value: float | None, figure: Figure) -> str:
    return "" if value is None else f"{value * figure.factor:,.{figure.decimals}f}"


def _spread(standing: Standing, figure: Figure) -> str:
    values = [turn[figure.key] * figure.factor for turn in standing.turns if figure.key in turn]
    if len(values) < 2:
        return "one turn" if values else ""
    return f"{min(values):,.{figure.decimals}f} to {max(values):,.{figure.decimals}f}"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _markdown(rows: list[list[str]]) -> list[str]:
    head, *body = rows
    words = {number for number, title in enumerate(head) if not number or title in ("who", "target", "", "peers")}
    line = "|" + "|".join("---" if number in words else "---:" for number in range(len(head))) + "|"
    return ["| " + " | ".join(head) + " |", line, *("| " + " | ".join(row) + " |" for row in body)]
