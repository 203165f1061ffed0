"""A rough result at once: the work is done on few of the pixels, and each of these stands for its neighbours.

For what is shown while a person drags a slider. The shape is that of the whole image, so what follows works as always.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image

_LONGEST = 256
"""Pixels along the longer side that are worked on."""


def roughly(image: NDArray[Any], work: Callable[[Pixels, int], Pixels]) -> Pixels:
    """Return what `work` makes of every few pixels, in the size of the image.

    Parameters
    ----------
    work
        Takes the fewer pixels, and how many of the image each stands for along a side.
    """
    pixels = as_image(image)
    step = max(1, math.ceil(max(pixels.shape[:2]) / _LONGEST))
    if step == 1:
        return work(pixels, 1)
    done = work(np.ascontiguousarray(pixels[::step, ::step]), step)
    height, width = pixels.shape[:2]
    return np.repeat(np.repeat(done, step, axis=0), step, axis=1)[:height, :width]
