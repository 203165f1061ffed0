"""What the window can do besides what its core does: a module for each, with its commands."""

from shtairir_ui.commands import Feature

FEATURES: tuple[Feature, ...] = ()
"""In the order in which they stand in their menus."""
