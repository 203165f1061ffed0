"""Running the tests of a graph, and writing down what they shall expect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

from shtairir.cases.expected import difference, facts_of
from shtairir.document import Graph, GraphTest
from shtairir.errors import DocumentError, ShtairirError
from shtairir.memory.sizes import in_words
from shtairir.results.result import RunResult
from shtairir.session import run

if TYPE_CHECKING:
    from shtairir.block.registry import Registry

MOST_RUNS = 5
"""How often a graph is run that seems to take too long: one slow run may be the machine's fault."""

_BUDGETS = ("seconds", "peak_bytes")
_LARGEST_LIST = 100

Run: TypeAlias = Callable[..., RunResult]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as expected: of a result, of the ``run``, or of its budget of ``seconds``."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one test.

    Attributes
    ----------
    mismatches
        What is not as expected; empty when it passed.
    runs_s
        The time of each run.
    """

    name: str
    mismatches: tuple[Mismatch, ...]
    runs_s: tuple[float, ...]
    peak_bytes: int

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.mismatches

    @property
    def elapsed_s(self) -> float:
        """The time of a run, the middle one of several."""
        return median(self.runs_s) if self.runs_s else 0.0


def run_cases(
    graph: Graph, names: Iterable[str] | None = None, *, registry: Registry | None = None, run: Run = run
) -> Iterator[CaseResult]:
    """Run the tests of a graph, and yield what became of each as soon as that is known.

    Parameters
    ----------
    names
        The tests to run; by default all.

    Raises
    ------
    DocumentError
        When the graph has no test of such a name.
    """
    tests = {test.name: test for test in graph.tests}
    for name in tests if names is None else names:
        if name not in tests:
            raise DocumentError(
                f"The graph has no test '{name}'.", hint=f"It has: {', '.join(tests) or 'none'}.", path=graph.path
            )
        yield _case(graph, tests[name], registry, run)


def _case(graph: Graph, test: GraphTest, registry: Registry | None, run: Run) -> CaseResult:
    expected = {name: wanted for name, wanted in test.expect.items() if _error_in(wanted) is None}
    keep = [name for name in expected if "." in name]

    def once() -> RunResult:
        return run(graph, parameters=dict(test.parameters), keep=keep, registry=registry)

    try:
        result = once()
    except ShtairirError as error:
        return CaseResult(test.name, (Mismatch("run", str(error)),), (), 0)
    mismatches = [*_failures(result, test), *_values(graph, result, expected)]
    runs_s = [result.elapsed_s]
    if not mismatches:
        mismatches += _over_budget(test, result, once, runs_s)
    return CaseResult(test.name, tuple(mismatches), tuple(runs_s), result.memory.peak_bytes)


def _error_in(wanted: object) -> str | None:
    """Return the words that an error is expected to have."""
    return str(wanted["error"]) if isinstance(wanted, Mapping) and "error" in wanted else None


def _failures(result: RunResult, test: GraphTest) -> Iterator[Mismatch]:
    """Yield nodes that failed and should not have, and the other way round."""
    wanted = {name: words for name, value in test.expect.items() if (words := _error_in(value)) is not None}
    failed = {str(failure.node): failure.message for failure in result.failures}
    for name, words in wanted.items():
        if name not in failed:
            yield Mismatch(name, "it was expected to fail, and did not.")
        elif words.casefold() not in failed[name].casefold():
            yield Mismatch(name, f"it failed as expected, but not with “{words}”: {failed[name]}")
    for name, message in failed.items():
        if name not in wanted:
            yield Mismatch(name, f"it failed: {message}")


def _values(graph: Graph, result: RunResult, expected: Mapping[str, Any]) -> Iterator[Mismatch]:
    for name, wanted in expected.items():
        try:
            why = difference(wanted, result[name], graph.base_dir)
        except (KeyError, ShtairirError) as error:
            yield Mismatch(name, str(error.args[0] if isinstance(error, KeyError) else error))
        else:
            if why is not None:
                yield Mismatch(name, f"{why}.")


def _over_budget(
    test: GraphTest, result: RunResult, once: Callable[[], RunResult], runs_s: list[float]
) -> Iterator[Mismatch]:
    """Yield what took more than it may. Time is measured again before it is found to be too long."""
    unknown = [name for name in test.budget if name not in _BUDGETS]
    if unknown:
        yield Mismatch("budget", f"there is no budget of '{unknown[0]}'; there are {' and '.join(_BUDGETS)}.")
        return
    limits = {name: float(value) for name, value in test.budget.items() if isinstance(value, int | float)}
    peak = limits.get("peak_bytes")
    if peak is not None and result.memory.peak_bytes > peak:
        took = in_words(result.memory.peak_bytes)
        yield Mismatch("peak_bytes", f"its values took {took} at most at a time, and may take {in_words(int(peak))}.")
    limit_s = limits.get("seconds")
    if limit_s is None:
        return
    while min(runs_s) > limit_s and len(runs_s) < MOST_RUNS:
        runs_s.append(once().elapsed_s)
    if min(runs_s) > limit_s:
        # That all of n runs of a graph whose usual time is within its budget exceed it has a chance of one in 2ⁿ.
        sure = 100 * (1 - 0.5 ** len(runs_s))
        times = f"{len(runs_s)} runs took {min(runs_s):.3g} to {max(runs_s):.3g} s"
        yield Mismatch("seconds", f"it may take {limit_s:g} s, and {times} ({sure:.0f} % sure).")


def record(
    graph: Graph,
    name: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    run: Run = run,
) -> GraphTest:
    """Run a graph, and give it a test that expects what came of it: values, or facts of those that are large.

    A test of that name is replaced, but for its budget.

    Raises
    ------
    ExecutionError
        When the run does not end well.
    """
    result = run(graph, parameters=dict(parameters or {}), registry=registry).raise_for_status()
    names = {str(result.plan.shown_as.get(port, port)): name for name, port in result.plan.named.items()}
    expect = {names.get(port, port): _expectation(value) for port, value in result.results.items()}
    known = {test.name: test for test in graph.tests}
    before = known.get(name, GraphTest(name))
    wanted = {port: value for port, value in expect.items() if value is not None}
    graph.put_test(name, parameters=parameters, expect=wanted, budget=before.budget)
    return replace(before, parameters=dict(parameters or {}), expect=wanted)


def _expectation(value: Any) -> Any:
    """Return what a test may expect of a value; ``None`` if there is nothing to say."""
    if isinstance(value, bool | int | float | str):
        return value
    plain = isinstance(value, list) and all(isinstance(item, int | float | str) for item in value)
    if plain and len(value) <= _LARGEST_LIST:
        return value
    facts = facts_of(value)
    if "mean" in facts and "float" in str(facts.get("dtype")):
        facts["tolerance"] = 1e-6 * max(1.0, abs(facts["minimum"]), abs(facts["maximum"]))
    return facts or None
