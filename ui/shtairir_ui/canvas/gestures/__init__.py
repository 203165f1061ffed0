"""What a person does with a button held: each gesture is one small object, from press to release.

A gesture shows its effect on the items only, and calls an editor verb when it ends. `cancel` puts the items back.
"""

from shtairir_ui.canvas.gestures.bending import DotGesture, without_dot
from shtairir_ui.canvas.gestures.box import BoxGesture
from shtairir_ui.canvas.gestures.gesture import Gesture, Stage
from shtairir_ui.canvas.gestures.linking import LinkGesture
from shtairir_ui.canvas.gestures.moving import MoveGesture
from shtairir_ui.canvas.gestures.panning import PanGesture
from shtairir_ui.canvas.gestures.resizing import ResizeGesture
from shtairir_ui.canvas.gestures.slicing import SliceGesture

__all__ = [
    "BoxGesture",
    "DotGesture",
    "Gesture",
    "LinkGesture",
    "MoveGesture",
    "PanGesture",
    "ResizeGesture",
    "SliceGesture",
    "Stage",
    "without_dot",
]
