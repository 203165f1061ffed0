"""Shapes of random numbers."""

from typing import Any

from shtairir.block.infer import Spec, array, broadcast, spec_of
from shtairir_blocks.shapes.arrays import lengths


def two_parameters(size: Any, seed: Any, **parameters: Any) -> Spec:
    """As many numbers as are asked for, or as the parameters have together."""
    return array(_extent(size, *parameters.values()), "float64")


def counts(lam: Any, size: Any, **_: Any) -> Spec:
    """As many counts as are asked for, or as are expected."""
    return array(_extent(size, lam), "int64")


def whole(size: Any, **_: Any) -> Spec:
    """As many whole numbers as are asked for."""
    return array(lengths(size), "int64")


def _extent(size: Any, *parameters: Any) -> tuple[int, ...]:
    return lengths(size) if size is not None else broadcast([_shape(parameter) for parameter in parameters])


def _shape(parameter: Any) -> tuple[int, ...]:
    if isinstance(parameter, int | float):
        return ()
    spec = spec_of(parameter)
    if spec.shape is None:
        if spec.kind in ("int", "float"):
            return ()
        raise ValueError("The shape is not known.")
    return spec.shape
