"""What the window can do besides what its core does: a module for each, with its commands."""

from shtairir_ui.commands import Feature
from shtairir_ui.features import (
    areas,
    arrange,
    bookmarks,
    editing,
    everything,
    feedback,
    files,
    freezing,
    live,
    minimap,
    outline,
    overlays,
    plan,
    snapping,
    steps,
    tabs,
    viewers,
)

FEATURES: tuple[Feature, ...] = (
    editing.FEATURE,
    everything.FEATURE,
    arrange.FEATURE,
    areas.FEATURE,
    snapping.FEATURE,
    outline.FEATURE,
    steps.FEATURE,
    minimap.FEATURE,
    bookmarks.FEATURE,
    files.FEATURE,
    tabs.FEATURE,
    live.FEATURE,
    freezing.FEATURE,
    overlays.FEATURE,
    feedback.FEATURE,
    plan.FEATURE,
    viewers.FEATURE,
)
"""In the order in which they stand in their menus."""
