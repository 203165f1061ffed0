"""Code blocks: what is read of a source without running it, and how it runs when it may."""

from __future__ import annotations

import gc
import linecache
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

from shtairir.block import MISSING
from shtairir.block.code import code_definition, source_problems
from shtairir.block.code_saving import block_file, save_as_block
from shtairir.block.registry import Registry
from shtairir.errors import BlockDefinitionError, UntrustedCodeError

STRETCH = '''
import math


class Stretched(NamedTuple):
    """What comes out.

    Attributes
    ----------
    array
        The stretched numbers.
    factor
        By how much.
    """

    array: Array
    factor: float


def _factor(low: float, high: float) -> float:
    return math.sqrt(high - low)


def stretch(
    a: Array,
    context: Context,
    low: float = 0.0,
    high: Annotated[float, Param(ge=0, le=100, step=0.5, unit="px")] = 1,
    mode: Literal["clip", "wrap"] = "clip",
    names: list[str] | None = None,
    file: Path = Path("data/a.csv"),
) -> Stretched:
    """Stretch numbers.

    Parameters
    ----------
    a
        The numbers.
    low, high
        The new range.
    """
    return Stretched(a, _factor(low, high))
'''


def types_of(source: str) -> dict[str, str]:
    """Return the input types that are read of a source."""
    return {port.name: port.type.name for port in code_definition("block", source).inputs}


def test_ports_follow_the_signature() -> None:
    definition = code_definition("stretch", STRETCH)
    assert definition.function.problems == ()
    assert (definition.id, definition.name, definition.summary) == ("code.stretch", "Stretch", "Stretch numbers.")
    assert types_of(STRETCH) == {
        "a": "array", "low": "float", "high": "float", "mode": "choice", "names": "list[text] | none", "file": "path",
    }  # fmt: skip
    assert [port.default for port in definition.inputs] == [MISSING, 0.0, 1, "clip", None, Path("data/a.csv")]
    assert [(port.name, port.type.name, port.help) for port in definition.outputs] == [
        ("array", "array", "The stretched numbers."),
        ("factor", "float", "By how much."),
    ]
    high = definition.input("high")
    assert high is not None
    assert (high.param.le, high.param.unit, high.help) == (100, "px", "The new range.")
    assert (definition.context_argument, definition.requires) == ("context", ("math",))


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        ("int", "int"), ("bool", "bool"), ("str", "text"), ("Path", "path"), ("Color", "color"), ("Any", "any"),
        ("Image", "image"), ("Table", "table"), ("Audio", "audio"), ("Figure", "figure"), ("object", "any"),
        ("list", "list"), ("list[list[int]]", "list[list[int]]"), ("dict[str, float]", "dict[float]"),
        ("int | str", "int | text"), ("Optional[int]", "int | none"), ("Union[int, None]", "int | none"),
        ("'float'", "float"), ("'list[float] | None'", "list[float] | none"), ("np.ndarray", "array"),
        ("pl.DataFrame", "table"), ("typing.Any", "any"), ("pathlib.Path", "path"), ("block.Image", "image"),
        ("Annotated[Array, DType('float64'), Shape('n', 3)]", "array[float64, (n, 3)]"),
        ("Annotated[float, Param(ge=0)] | None", "float | none"), ("Sequence[int]", "list[int]"),
    ],
)  # fmt: skip
def test_an_annotation_names_a_type(annotation: str, name: str) -> None:
    source = f"def f(x: {annotation}) -> None:\n    pass"
    assert types_of(source) == {"x": name}
    assert source_problems(source) == ()


def test_a_source_runs_when_it_is_called_and_not_before(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = (
        f"with open({str(mark)!r}, 'a') as file:\n    file.write('x')\ndef f(x: float) -> float:\n    return 2 * x\n"
    )
    definition = code_definition("f", source, trusted=True)
    assert (source_problems(source), definition.source(), mark.exists()) == ((), source, False)
    assert definition.function.__code__.co_name == "f"
    assert not mark.exists()
    assert [definition.function(x=value) for value in (1.0, 2.0)] == [2.0, 4.0]
    assert mark.read_text() == "x"
    assert code_definition("f", source, trusted=True) is definition
    assert pickle.loads(pickle.dumps(definition.function)) is definition.function


def test_a_source_that_is_not_trusted_refuses_to_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = f"open({str(mark)!r}, 'w')\ndef f() -> None:\n    pass\n"
    function = code_definition("f", source).function
    for attempt in (function, pickle.loads(pickle.dumps(function))):
        with pytest.raises(UntrustedCodeError, match="'f' belongs to a graph that you have not trusted"):
            attempt()
    assert not hasattr(function, "__code__")
    assert not mark.exists()


def test_a_failure_shows_the_line_of_the_source() -> None:
    definition = code_definition("f", "def f(x: float) -> float:\n    y = 0\n    return x / y  # here\n", trusted=True)
    with pytest.raises(ZeroDivisionError) as caught:
        definition.function(x=1.0)
    said = "".join(traceback.format_exception(caught.value))
    assert f'File "{definition.file}", line 3, in f' in said
    assert "return x / y  # here" in said


def test_the_text_for_tracebacks_goes_with_the_block() -> None:
    definition = code_definition("gone", "def gone() -> int:\n    return 1\n", trusted=True)
    file = definition.file
    definition.function()
    assert linecache.getline(file, 2) == "    return 1\n"
    code_definition.cache_clear()
    del definition
    gc.collect()
    assert linecache.getline(file, 2) == ""


def test_async_functions_decorators_and_names_that_need_no_import() -> None:
    assert code_definition("f", "async def f(x: float) -> float:\n    return x").traits.runs_on == "async"
    source = (
        "import functools\n@functools.cache\n@block(name='My own', pure=False, timeout_s=3, category='X')\n"
        "def f(x: Foo.Bar, p: Path = Path('a')) -> Any:\n    return Color.parse('#ffffff')"
    )
    definition = code_definition("f", source, trusted=True)
    assert (definition.name, definition.traits.pure, definition.traits.timeout_s) == ("My own", False, 3)
    assert definition.function(x=1).hex == "#ffffff"


def test_the_function_that_is_the_block() -> None:
    two = "def first(a: int) -> int:\n    return 1\ndef second(b: int) -> int:\n    return 2\n"
    assert list(types_of(two)) == ["b"]
    assert [port.name for port in code_definition("first", two).inputs] == ["a"]
    assert [problem.message for problem in source_problems(two)] == [
        "'second' is taken as the block. Let the names of others start with _: first."
    ]
    assert source_problems(two.replace("first", "_first")) == ()


@pytest.mark.parametrize(
    ("source", "line", "severity", "said"),
    [
        ("def f(x: float) -> float:\n    retur x", 2, "error", "Invalid syntax"),
        ("def f(x: float", 1, "error", "never closed"),
        ("x = 3", 1, "error", "There is no function"),
        ("", 1, "error", "There is no function"),
        ("def f(*x) -> None: ...", 1, "error", "list[...]"),
        ("def f(**x) -> None: ...", 1, "error", "name each"),
        ("def f(x: int, /) -> None: ...", 1, "error", "remove the '/'"),
        ("def f(x: Fooo) -> None: ...", 1, "warning", "Fooo is not a type"),
        ("def f(x) -> None: ...", 1, "warning", "x: float"),
        ("def f(x: int): ...", 1, "warning", "-> float"),
        ("def f(\n    x: int = g(),\n) -> None: ...", 2, "error", "written out"),
        ("def f(x: int = 'a') -> None: ...", 1, "error", "expected int"),
        ("def f(x: Annotated[int, Param(ge=3)] = 1) -> None: ...", 1, "error", "at least 3"),
        ("def f(x: Annotated[int, Param(ge=g())] = 1) -> None: ...", 1, "error", "written out"),
        ("def f(x: Annotated[int, Param(great=1)] = 1) -> None: ...", 1, "error", "'Param' cannot be read"),
        ("def f(x: Annotated[int, Param(ge='a')] = 1) -> None: ...", 1, "error", "'Param' cannot be read"),
        ("def f(x: Literal[g()]) -> None: ...", 1, "warning", "choices"),
        ("def f() -> tuple[int, int]: ...", 1, "error", "NamedTuple"),
        ("class R(NamedTuple):\n    pass\ndef f() -> R: ...", 1, "error", "no fields"),
        ("@block(pure=g())\ndef f() -> None: ...", 1, "error", "written out"),
        ("@block(pure=3)\ndef f() -> None: ...", 1, "error", "the number 3"),
        ("@block(infer=3)\ndef f() -> None: ...", 1, "warning", "no effect"),
        ("def f(x: int, x: int) -> None: ...", 1, "error", "Duplicate argument"),
        ("def f() -> None:\n    break", 2, "error", "outside loop"),
        ("x = '" + "a" * 200_000 + "'", 1, "error", "at most 200,000"),
        ("def f() -> None: ...\n" + "(" * 500, 2, "error", "nested"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_source_is_told_by_line(source: str, line: int, severity: str, said: str) -> None:
    found = [problem for problem in source_problems(source, "f") if said in problem.message]
    assert found, source_problems(source, "f")
    assert (found[0].line, found[0].severity) == (line, severity)
    assert found[0].column >= 1


def test_a_source_with_an_error_says_so_when_it_is_called() -> None:
    definition = code_definition("f", "def f(x: float) -> float:\n    retur x", trusted=True)
    with pytest.raises(BlockDefinitionError, match="line 2: Invalid syntax"):
        definition.function(x=1.0)


@pytest.mark.parametrize(
    "broken",
    [
        "def f(a: float, b: int = 3) -> float:\n    retur a\n",
        "def f(a: float, b: int = 3) -> float:",
        "def f(a: float, b: int = 3) -> float:\n    x = (1,\n",
        "import\ndef f(a: float, b: int = 3) -> float:\n    return 'a\n",
        "def f(\n    a: float,  # in m)\n    b: int = 3,\n) -> float:\n    for x\n",
    ],
)
def test_while_the_body_is_typed_the_ports_stay(broken: str) -> None:
    assert types_of(broken) == {"a": "float", "b": "int"}
    assert any(problem.severity == "error" for problem in source_problems(broken))


def test_while_the_head_is_typed_the_ports_of_before_stay() -> None:
    before = code_definition("f", "def f(a: float, b: int = 3) -> float:\n    return a\n")
    after = code_definition("f", "def f(a: float, b: int = 3, c: ", previous=before)
    assert [port.name for port in after.inputs] == ["a", "b"]
    assert [port.name for port in after.outputs] == ["out"]


def test_a_name_that_returns_something_else_is_an_error_of_the_call() -> None:
    definition = code_definition("f", "def f() -> None: ...\nf = 3\n", trusted=True)
    with pytest.raises(BlockDefinitionError, match="no function 'f'"):
        definition.function()


# --- as a block of one's own ------------------------------------------------------------------------------------


def test_a_saved_block_appears_with_the_same_ports_and_gives_the_same(tmp_path: Path) -> None:
    file = save_as_block("stretch", STRETCH, folder=tmp_path)
    registry = Registry(packs={}, folders=[tmp_path])
    saved, written = registry.get("my_blocks.stretch"), code_definition("stretch", STRETCH, trusted=True)
    assert (registry.problems, file.name) == ([], "stretch.py")
    assert saved is not None
    assert saved.category == "My blocks"
    for mine, theirs in ((saved.inputs, written.inputs), (saved.outputs, written.outputs)):
        assert [(port.name, port.type, port.help) for port in mine] == [
            (port.name, port.type, port.help) for port in theirs
        ]
    arguments: dict[str, Any] = {"a": 1, "context": None, "high": 9.0}
    assert tuple(saved.function(**arguments)) == tuple(written.function(**arguments)) == (1, 3.0)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, b=3, c='x', d=None):\n    return a",
        "def f(a: Foo, b: float = None) -> Foo:\n    return a",
        '"""Doc."""\nfrom __future__ import annotations\nimport os\ndef f(ä=1,\n      b=2  # )\n      ):\n    return ä',
        "@block(name='Mine')\ndef f(a: int) -> int:\n    return a",
        "@block\ndef f(a: int) -> int:\n    return a",
        "@block()\ndef f(a: int) -> int:\n    return a",
        "import functools\r\n@functools.cache\r\ndef f(a: int) -> int:\r\n    return a\r\n",
        "async def f(a: int) -> int:\n    return a",
    ],
)
def test_what_a_file_of_blocks_needs_is_put_in(source: str, tmp_path: Path) -> None:
    save_as_block("f", source, folder=tmp_path)
    registry = Registry(packs={}, folders=[tmp_path])
    saved, written = registry.get("my_blocks.f"), code_definition("f", source)
    assert registry.problems == []
    assert saved is not None
    assert [(port.name, port.type) for port in saved.inputs] == [(port.name, port.type) for port in written.inputs]


def test_a_broken_source_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(BlockDefinitionError, match="line 1: A block has a fixed set of inputs"):
        save_as_block("f", "def f(*a): ...", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_block_of_that_name_is_not_overwritten_unasked(tmp_path: Path) -> None:
    file = save_as_block("f", "def f() -> int:\n    return 1", folder=tmp_path)
    assert save_as_block("f", "def f() -> int:\n    return 1", folder=tmp_path) == file
    with pytest.raises(BlockDefinitionError, match="another block"):
        save_as_block("f", "def f() -> int:\n    return 2", folder=tmp_path)
    save_as_block("f", "def f() -> int:\n    return 2", folder=tmp_path, overwrite=True)
    assert "return 2" in file.read_text()
    assert block_file("f", "def f() -> int:\n    return 2") == file.read_text()
