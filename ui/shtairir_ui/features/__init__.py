"""What the window can do besides what its core does: a module for each, with its commands."""

from shtairir_ui.commands import Feature
from shtairir_ui.features import (
    areas,
    arrange,
    everything,
    files,
    freezing,
    live,
    overlays,
    plan,
    snapping,
    tabs,
    viewers,
)

FEATURES: tuple[Feature, ...] = (
    everything.FEATURE,
    arrange.FEATURE,
    areas.FEATURE,
    snapping.FEATURE,
    files.FEATURE,
    tabs.FEATURE,
    live.FEATURE,
    freezing.FEATURE,
    overlays.FEATURE,
    plan.FEATURE,
    viewers.FEATURE,
)
"""In the order in which they stand in their menus."""
