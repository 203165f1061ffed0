"""The preview: results of the selected node, shown by kind, and small pictures of them."""

from .glance import Glance, glance
from .panel import PreviewPanel
from .thumbnail import thumbnail

__all__ = ["Glance", "PreviewPanel", "glance", "thumbnail"]
