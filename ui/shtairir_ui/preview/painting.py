"""Painting on widgets, such that a painter is always ended.

A painter that an error leaves behind is still at work when its widget dies, which ends the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget


@contextmanager
def painting(widget: QWidget) -> Iterator[QPainter]:
    """Give a painter for a widget, and end it whatever happens."""
    painter = QPainter(widget)
    try:
        yield painter
    finally:
        painter.end()
