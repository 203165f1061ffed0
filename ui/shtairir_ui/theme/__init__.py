"""The look of the window: tokens, palette, style sheet and icons.

``theme.apply(app, "dark")`` dresses the application, ``theme.current()`` gives the tokens to paint
with, ``theme.changed`` tells when they change.
"""

from . import motion
from .active import apply, changed, current, mono_font, pad_spin_box, ui_font
from .contrast import contrast, mix, with_alpha
from .icons import app_icon, bind_icon, category_icon, icon, icon_names, icon_pixmap
from .tokens import PortShape, ThemeName, Tokens, tokens

__all__ = [
    "PortShape",
    "ThemeName",
    "Tokens",
    "app_icon",
    "apply",
    "bind_icon",
    "category_icon",
    "changed",
    "contrast",
    "current",
    "icon",
    "icon_names",
    "icon_pixmap",
    "mix",
    "mono_font",
    "motion",
    "pad_spin_box",
    "tokens",
    "ui_font",
    "with_alpha",
]
