"""The preview: results of the selected node, shown by kind, and small pictures of them."""

from .panel import PreviewPanel
from .thumbnail import thumbnail

__all__ = ["PreviewPanel", "thumbnail"]
