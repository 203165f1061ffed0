"""How one image lies on another.

A *matrix* is ``(3, 3) float64`` and tells for a place in the reference, as a column (x, y, 1) in pixels, where the same
thing lies in the moving image.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .image_color import Pixels, as_image, require_pixels, to_gray, within_unit
from .stats_samples import real

Matrix = NDArray[np.float64]


def shift_between(reference: NDArray[Any], moving: NDArray[Any], upsample_factor: int) -> tuple[float, float, float]:
    """How far to the right and down the moving image must go to lie on the reference, and how much then differs.

    Phase correlation, refined by a matrix Fourier transform (Kuglin & Hines 1975; Guizar-Sicairos et al. 2008). The
    difference is 0 for equal images and 1 for unrelated ones.
    """
    from skimage import registration

    first, second = _usable(reference), _usable(moving)
    if first.shape != second.shape:
        raise ValueError(
            f"The images are {first.shape[1]} × {first.shape[0]} and {second.shape[1]} × {second.shape[0]} pixels "
            "large. They must be of one size: crop or pad one of them."
        )
    # A common brightness would look like something that lies in the same place in both.
    centered = [values - values.mean() for values in (first, second)]
    if any(not np.abs(values).max() > 1e-6 for values in centered):
        raise ValueError("One of the images has the same brightness everywhere: nothing in it tells where it lies.")
    shift, _, _ = registration.phase_cross_correlation(  # type: ignore[no-untyped-call]  # not annotated
        *centered, upsample_factor=upsample_factor
    )
    down, right = (float(value) for value in shift)
    return right, down, _difference(first, warp(second, translation(right, down)), right, down)


def _usable(image: NDArray[Any]) -> Pixels:
    """The brightness of an image that has pixels, all of them known."""
    gray = to_gray(image)
    require_pixels(gray)
    if not np.isfinite(gray).all():
        raise ValueError("The image holds missing or infinite values. Fill them first.")
    return gray


def _difference(first: Pixels, second: Pixels, right: float, down: float) -> float:
    """1 less the correlation of two images where both are there."""
    height, width = first.shape
    rows = slice(max(0, int(np.ceil(down))), height + min(0, int(np.floor(down))))
    columns = slice(max(0, int(np.ceil(right))), width + min(0, int(np.floor(right))))
    one, other = first[rows, columns].ravel(), second[rows, columns].ravel()
    if one.size < 2 or not np.ptp(one) > 0 or not np.ptp(other) > 0:
        return 1.0
    return float(1 - np.corrcoef(one, other)[0, 1])


def translation(right: float, down: float) -> Matrix:
    """The matrix of an image that must go to the right and down."""
    return np.array([[1, 0, -right], [0, 1, -down], [0, 0, 1]], np.float64)


def warp(
    image: NDArray[Any],
    matrix: Any,
    size: tuple[int | None, int | None] = (None, None),
    fill: float = 0.0,
) -> Pixels:
    """The image as it looks through a matrix, `size` = (height, width) large; `fill` where it has no pixels."""
    from skimage import transform

    pixels = as_image(image)
    require_pixels(pixels)
    values = real(matrix, "matrix")
    if values.shape not in ((2, 3), (3, 3)) or not np.isfinite(values).all():
        raise ValueError(f"A transformation is a matrix of 3 × 3 numbers; this one has the shape {values.shape}.")
    whole = values if values.shape == (3, 3) else np.vstack([values, [0, 0, 1]])
    if abs(float(np.linalg.det(whole))) < 1e-12:
        raise ValueError("The transformation presses the image flat: its determinant is 0.")
    shape = (size[0] or pixels.shape[0], size[1] or pixels.shape[1])
    # Copies: scikit-image asks for memory that it may write to, which inputs are not.
    places = transform.ProjectiveTransform(whole.copy())  # type: ignore[no-untyped-call]  # not annotated
    result: Any = transform.warp(  # type: ignore[no-untyped-call]  # not annotated
        pixels.copy(), places, output_shape=shape, order=1, cval=fill
    )
    return within_unit(result)


_LEAST = {"euclidean": 2, "similarity": 2, "affine": 3, "projective": 4}


def align(
    reference: NDArray[Any], moving: NDArray[Any], transform: str, features: int, tolerance: float, seed: int
) -> tuple[Pixels, Matrix, int]:
    """The moving image laid on the reference, the matrix, and how many places agree about it.

    Corners are found and described (ORB, Rublee et al. 2011), matched both ways, and the transformation on which most
    pairs agree is kept (RANSAC, Fischler & Bolles 1981).
    """
    from skimage import measure
    from skimage import transform as geometry

    places = _matches(_usable(reference), _usable(moving), features)
    least = _LEAST[transform]
    if len(places[0]) <= least:
        raise ValueError(
            f"Only {len(places[0])} places look alike in both images; {least + 1} are needed. Try more features, or "
            "images with more detail."
        )
    kinds = {
        "euclidean": geometry.EuclideanTransform,
        "similarity": geometry.SimilarityTransform,
        "affine": geometry.AffineTransform,
        "projective": geometry.ProjectiveTransform,
    }
    model, inliers = measure.ransac(  # type: ignore[no-untyped-call]  # not annotated
        places, kinds[transform], min_samples=least, residual_threshold=tolerance, max_trials=2000, rng=seed
    )
    if inliers is None or int(np.sum(inliers)) <= least:
        raise ValueError(
            "The places that look alike do not agree on a transformation. Try another kind, or more features."
        )
    matrix = np.asarray(model.params, np.float64)
    height, width = to_gray(reference).shape
    return warp(moving, matrix, (height, width)), matrix, int(np.sum(inliers))


def _matches(first: Pixels, second: Pixels, features: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The places (x, y) that look alike in both, a row for each pair."""
    from skimage import feature

    found = []
    for values in (first, second):
        detector: Any = feature.ORB(n_keypoints=features, fast_threshold=0.05)  # type: ignore[no-untyped-call]  # not annotated
        try:
            detector.detect_and_extract(values.astype(np.float64))
        except (RuntimeError, ValueError, IndexError):
            raise ValueError("An image has no corners by which it could be recognised.") from None
        found.append(detector)
    pairs: Any = feature.match_descriptors(  # type: ignore[no-untyped-call]  # not annotated
        found[0].descriptors, found[1].descriptors, cross_check=True
    )
    # Keypoints are (row, column), transformations work on (x, y).
    return found[0].keypoints[pairs[:, 0]][:, ::-1], found[1].keypoints[pairs[:, 1]][:, ::-1]
