"""Forecasts as text, before a run and after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shtairir.cli.terminal import columns, plural

if TYPE_CHECKING:
    from shtairir.forecasting import Forecast

_LISTED_NODES = 12


def forecast_text(plain: Forecast, smart: Forecast | None = None) -> str:
    """Return what is foreseen of a run, and of one that takes from the cache what it has."""
    lines = [f"forecast: {plain.words}", f"  {_ground(plain)}"]
    lines += [f"  {note}" for note in plain.notes]
    if smart is not None and smart.nodes_cached:
        rows = [("would run", _listed(list(smart.nodes_to_run))), ("is there", _listed(smart.nodes_cached))]
        lines += [f"with --smart: {smart.words}", columns([row for row in rows if row[1]], indent=2)]
    return "\n".join(lines)


def _ground(forecast: Forecast) -> str:
    if forecast.seconds is None:
        return "Too few times are known: the graph has not run here yet, and its blocks declare none."
    if not forecast.runs:
        return "No run of this graph is known yet: it rests on single blocks, and the range is wide."
    return f"It rests on {plural(forecast.runs, 'run')} of this graph; four of five runs end within the range."


def _listed(nodes: Sequence[str]) -> str:
    rest = len(nodes) - _LISTED_NODES
    return ", ".join(nodes[:_LISTED_NODES]) + (f" and {rest} more" if rest > 0 else "")
