"""A tour at the canvas itself: what to do is said, the person does it, and the next step comes by itself."""

from shtairir_ui.tour.guide import Guide

__all__ = ["Guide"]
