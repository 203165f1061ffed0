"""A function becomes a block, or is refused in a sentence that names block, argument and fix."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pytest

from shtairir.block import MISSING, Array, Context, Image, Out, Param, block, define, definition_of
from shtairir.errors import BlockDefinitionError


class Mode(Enum):
    FAST = "fast"
    EXACT = "exact"


class Split(NamedTuple):
    """Two parts.

    Attributes
    ----------
    mask
        Where it is bright.
    """

    mask: Image
    level: float


def gaussian_blur(
    image: Image,
    context: Context,
    sigma: Annotated[float, Param(ge=0, le=50, step=0.1, unit="px")] = 1.0,
    mode: Mode = Mode.FAST,
    border: Literal["wrap", "reflect"] = "wrap",
) -> Split:
    """Blur an image.

    Parameters
    ----------
    image
        The picture.
    sigma
        Width of the kernel,
        in pixels.

    Returns
    -------
    level
        The level used.
    """
    return Split(image, sigma)


def test_decorated_function_can_still_be_called() -> None:
    @block(category="Math")
    def double(x: float) -> float:
        """Double."""
        return 2 * x

    assert double(4.0) == 8.0
    assert definition_of(double).id == "math.double"


def test_decorator_works_without_parentheses() -> None:
    @block
    def twice(x: float) -> float:
        """Twice."""
        return 2 * x

    assert definition_of(twice).id == "custom.twice"


def test_definition_reads_ports_from_the_signature() -> None:
    definition = define(gaussian_blur, category="Image/Filter", tags=("smooth",))
    assert definition.id == "image.gaussian_blur"
    assert definition.name == "Gaussian blur"
    assert definition.context_argument == "context"
    assert [(port.name, port.type.family, port.required) for port in definition.inputs] == [
        ("image", "image", True),
        ("sigma", "float", False),
        ("mode", "enum", False),
        ("border", "enum", False),
    ]
    assert [(port.name, port.type.family) for port in definition.outputs] == [("mask", "image"), ("level", "float")]
    assert definition.inputs[0].default is MISSING


def test_help_comes_from_the_docstring() -> None:
    definition = define(gaussian_blur, category="Image")
    assert definition.summary == "Blur an image."
    assert definition.inputs[1].help == "Width of the kernel, in pixels."
    assert [port.help for port in definition.outputs] == ["Where it is bright.", "The level used."]


def test_choices_come_from_literals_and_enums() -> None:
    definition = define(gaussian_blur, category="Image")
    mode, border = definition.inputs[2], definition.inputs[3]
    assert tuple(mode.param.choices or ()) == ("fast", "exact")
    assert mode.parse("exact") is Mode.EXACT
    assert border.parse("reflect") == "reflect"
    with pytest.raises(ValueError, match="Expected one of wrap, reflect"):
        border.parse("mirror")


def test_value_out_of_range_says_the_bound_and_the_unit() -> None:
    sigma = define(gaussian_blur, category="Image").inputs[1]
    assert sigma.check_range(3.0) is None
    assert sigma.check_range(51.0) == "51 is out of range: it must be at most 50 px."
    assert sigma.check_range(-1) == "-1 is out of range: it must be at least 0 px."


def test_annotated_tuple_names_its_outputs() -> None:
    def moments(values: Array) -> tuple[Annotated[float, Out("mean")], Annotated[float, Out("spread", help="Width.")]]:
        """Mean and spread."""
        return 0.0, 1.0

    outputs = define(moments).outputs
    assert [(port.name, port.help) for port in outputs] == [("mean", ""), ("spread", "Width.")]


def test_none_as_result_means_no_outputs() -> None:
    def write(path: Path) -> None:
        """Write."""

    assert define(write).outputs == ()


def no_type(x) -> float:  # type: ignore[no-untyped-def]
    return 0.0


def no_result(x: float):  # type: ignore[no-untyped-def]
    return x


def many(*values: float) -> float:
    return sum(values)


def wrong_default(x: float = "one") -> float:  # type: ignore[assignment]
    return 0.0


def default_out_of_range(x: Annotated[float, Param(ge=0)] = -1.0) -> float:
    return x


def none_default(x: float = None) -> float:  # type: ignore[assignment]  # noqa: RUF013
    return x


def unknown_name(x: Nowhere) -> float:  # type: ignore[name-defined]  # noqa: F821
    return 0.0


def tuple_result(x: float) -> tuple[float, float]:
    return x, x


def tuple_argument(x: tuple[float, float]) -> float:
    return x[0]


async def waits(x: float) -> float:
    return x


@pytest.mark.parametrize(
    ("function", "declared", "sentence"),
    [
        (no_type, {}, "Block custom.no_type: argument 'x' has no type. Annotate it, for example x: float."),
        (no_result, {}, "Block custom.no_result: the result has no type. Annotate it"),
        (many, {}, "Block custom.many: argument '*values: 'float'' takes any number of values. A block has a fixed"),
        (wrong_default, {}, "the default of argument 'x' does not fit: expected float, got the text 'one'"),
        (default_out_of_range, {}, "the default of argument 'x' does not fit: -1 is out of range: it must be at least"),
        (none_default, {}, "expected a value, got nothing Write x: ... | None = None, or give a value."),
        (unknown_name, {}, "its annotation names 'Nowhere', which cannot be found. Import it"),
        (tuple_result, {}, "output 0 of the result tuple has no name. Return a NamedTuple"),
        (
            tuple_argument,
            {},
            "the type of argument 'x' does not fit: A tuple cannot be a port's type: write list[...].",
        ),
        (waits, {}, 'it is an async function. Declare runs_on="async".'),
        (gaussian_blur, {"id": "Blur!"}, "'Blur!' is not a block id. Write it as family.name"),
        (gaussian_blur, {"inplace": ("picture",)}, "inplace names 'picture', which is not an argument."),
        (gaussian_blur, {"inplace": "image"}, "'inplace' must be a list of names, not a text."),
        (gaussian_blur, {"runs_on": "gpu"}, "runs_on is 'gpu'. Use one of thread, process, async."),
        (gaussian_blur, {"retries": -1}, "retries is negative."),
        (gaussian_blur, {"colour": "red"}, "@block does not know 'colour'."),
    ],
)
def test_misdeclared_function_is_refused_in_a_sentence(function: Any, declared: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BlockDefinitionError) as caught:
        define(function, **declared)
    assert sentence in str(caught.value)


def test_function_that_is_no_block_is_named() -> None:
    with pytest.raises(BlockDefinitionError, match=r"no_type is not a block\. Decorate"):
        definition_of(no_type)


def test_missing_library_names_the_extra() -> None:
    def needs(x: float) -> float:
        """Need something."""
        return x

    missing = define(needs, requires=("json", "no_such_library"), extra="image").missing()
    assert missing is not None
    assert missing.modules == ("no_such_library",)
    assert 'pip install "shtairir[image]"' in missing.message
    assert define(needs, requires=("json",)).missing() is None


class Only(NamedTuple):
    """One result that has a name."""

    mean: float


def test_a_tuple_with_one_field_names_its_only_output() -> None:
    @block(id="custom.only")
    def only(x: float) -> Only:
        """Name it."""
        return Only(2 * x)

    definition = definition_of(only)
    assert [port.name for port in definition.outputs] == ["mean"]
    assert definition.function(3.0) == 6.0
    assert only(3.0) == Only(6.0)
    assert "return Only(2 * x)" in definition.source()
