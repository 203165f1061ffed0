"""What the window can do besides what its core does: a module for each, with its commands."""

from shtairir_ui.commands import Feature
from shtairir_ui.features import everything, live, recovery, viewers

FEATURES: tuple[Feature, ...] = (everything.FEATURE, recovery.FEATURE, live.FEATURE, viewers.FEATURE)
"""In the order in which they stand in their menus."""
