"""One sweep through memory: steps of one shape, evaluated tile by tile.

Each tile of the inputs is read once, goes through all steps while it is in the cache, and each result that is
wanted is written once. What the steps hand to each other lives in a few scratch buffers, no larger than a tile,
which are assigned as a compiler assigns registers: by a linear scan over the steps, each buffer free again after
the last reader of what is in it (Poletto, Sarkar, 1999).

Several threads may work on a sweep; each takes the next tile that nobody has begun, and has scratch buffers of its
own. There is nothing to wait for among them.

If all operands lie in memory alike, they are taken for rows of numbers whatever their shape, and cut where NumPy's
pairwise summation cuts: so a sum over tiles adds the same numbers in the same order as `numpy.sum`, and has the same
bits. Otherwise, tiles are blocks of the common shape, and operands are broadcast to it.

Glossary
--------
outer
    An operand that is an array and comes from outside of the sweep.
kept
    A result that is written out in full.
scratch
    A result that is never seen but by the steps after it, tile by tile.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from shtairir.block.elementwise import Kernel
from shtairir.execute.chain import Array, Form, Shape, Step, UnusualError

CACHE_BYTES = 5_000_000
"""What the buffers of one thread may take together."""

SMALLEST_TILE, LARGEST_TILE = 1 << 14, 160_000
"""In elements. With fewer, the calls cost more than the work, and threads wait for the interpreter's lock."""

_ALIGNMENT = 64


class Workspace(Protocol):
    """What a sweep needs of its run."""

    def empty(self, shape: Shape, dtype: np.dtype[Any], step: int | None) -> Array:
        """Lend a buffer, for a step's result or, for none, for scratch."""

    def together(self, work: Callable[[], None]) -> None:
        """Call ``work``, and have others call it as well who have nothing to do; return when all are back."""

    def advance(self, fraction: float) -> None:
        """Take note of progress; raises if the run was cancelled."""

    def trouble(self, step: int, kind: str) -> None:
        """Take note that a step's arithmetic went wrong, in the words of `numpy.errstate`."""


class Sweep:
    """Steps of one shape, ready to be evaluated.

    Parameters
    ----------
    numbers
        The steps, by number; reductions too, whose operand is of this shape.
    registers
        The values from outside, by register.
    kept
        The array for each kept result, by register.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        steps: Sequence[Step],
        forms: Sequence[Form | None],
        shape: Shape,
        registers: Sequence[Any],
        kept: Mapping[int, Array],
    ) -> None:
        self._numbers = numbers
        self._steps = [steps[number] for number in numbers]
        self._shape = shape
        self._forms = {steps[number].result: form for number in numbers if (form := forms[number]) is not None}
        outer = {register: registers[register] for step in self._steps for register in step.operands}
        outer = {register: value for register, value in outer.items() if register not in self._forms}
        # The least that a tile took: on others, a thread may have waited for its turn.
        self._seconds = dict.fromkeys(numbers, math.inf)
        self._flat = is_row(outer.values(), shape)
        self._fixed: list[Any] = list(registers)
        self._moving: list[tuple[int, Array]] = []
        for register, value in outer.items():
            if not isinstance(value, np.ndarray):
                continue
            if value.size == 1:
                self._fixed[register] = value.reshape(())
            else:
                self._moving.append((register, value.reshape(-1) if self._flat else np.broadcast_to(value, shape)))
        self._moving += [(register, value.reshape(-1) if self._flat else value) for register, value in kept.items()]
        given_away = {id(value) for value in outer.values()}
        fresh = [register for register, value in kept.items() if id(value) not in given_away]
        self._lent = lent(self._steps, self._forms, kept, fresh)
        self._places, self._scratch_count = assign(self._steps, self._forms, kept.keys() | self._lent.keys())
        self._item_bytes = max((self._forms[register].dtype.itemsize for register in self._places), default=1)
        self._largest = self._tile_size()
        self._tiles = self._cut()
        self._calls = [(number, *_call(step)) for number, step in zip(numbers, self._steps, strict=True)]
        self._partials: dict[int, list[Any]] = {
            number: [None] * len(self._tiles)
            for number, step in zip(numbers, self._steps, strict=True)
            if step.reduction is not None
        }

    def _tile_size(self) -> int:
        row_bytes = sum(value.itemsize for _, value in self._moving) + self._scratch_count * self._item_bytes
        fitting = min(max(CACHE_BYTES // max(row_bytes, 1), SMALLEST_TILE), LARGEST_TILE)
        return max(min(fitting, self.size), 1)

    def _cut(self) -> list[Any]:
        size = math.prod(self._shape)
        if self._flat:
            return [slice(start, start + length) for start, length in halves(0, size, self._largest)]
        return list(_blocks(self._shape, self._largest))

    def times(self) -> dict[int, float]:
        """Return the time of each step over all tiles; nothing is waited for in it."""
        return {number: seconds * len(self._tiles) for number, seconds in self._seconds.items() if self._tiles}

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self._shape)

    def run(self, workspace: Workspace, report: Callable[[float], None]) -> None:
        """Evaluate all of it.

        Parameters
        ----------
        report
            Is told after each tile, in any thread, which fraction is done; what it raises ends the sweep.

        Raises
        ------
        Exception
            What a kernel raises. The kept results are unfinished then.
        """
        crew = _Crew(self, workspace, report)
        if len(self._tiles) > 1:
            workspace.together(crew.work)
        else:
            crew.work()
        if crew.error is not None:
            raise crew.error
        for number, kind in sorted(crew.troubles):
            workspace.trouble(number, kind)

    def reduced(self, number: int, step: Step) -> Any:
        """Return a reduction's result, once the sweep is over."""
        reduction, partials = step.reduction, self._partials[number]
        assert reduction is not None
        # What goes wrong here went wrong for the block as well, which says nothing: the result does.
        with np.errstate(all="ignore"):
            if self._flat:
                pieces = dict(zip((tile.start for tile in self._tiles), partials, strict=True))
                whole = _together(pieces, reduction.combine, 0, self.size, self._largest)
            else:
                whole = _balanced(partials, reduction.combine)
            return reduction.finish(whole, self.size)

    def scratch(self, workspace: Workspace) -> list[Array]:
        """Lend the scratch buffers of one thread."""
        if not self._scratch_count:
            return []
        nbytes = -(-self._largest * self._item_bytes // _ALIGNMENT) * _ALIGNMENT
        block = workspace.empty((nbytes * self._scratch_count,), np.dtype(np.uint8), None)
        return [block[place * nbytes : (place + 1) * nbytes] for place in range(self._scratch_count)]

    def extent(self, tile: Any) -> Shape:
        """Return the shape of a tile."""
        if self._flat:
            return (tile.stop - tile.start,)
        return (*(part.stop - part.start for part in tile), *self._shape[len(tile) :])

    def views(self, scratch: Sequence[Array], shape: Shape) -> list[tuple[int, Array]]:
        """Return the scratch registers for a tile of some shape."""
        size = math.prod(shape)
        return [
            (register, scratch[place].view(self._forms[register].dtype)[:size].reshape(shape))
            for register, place in self._places.items()
        ]


class _Crew:
    """The threads that work on a sweep, and what they have come to."""

    def __init__(self, sweep: Sweep, workspace: Workspace, report: Callable[[float], None]) -> None:
        self.error: BaseException | None = None
        self.troubles: set[tuple[int, str]] = set()
        self._sweep = sweep
        self._workspace = workspace
        self._report = report
        self._left = deque(enumerate(sweep._tiles))

    def work(self) -> None:
        """Take tiles until there are none. Any number of threads may call this; errors are put down."""
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that began the sweep
            self.error = self.error or error
            self._left.clear()

    def _work(self) -> None:
        sweep = self._sweep
        registers = list(sweep._fixed)
        scratch = sweep.scratch(self._workspace)
        current = [0]
        extent: Shape | None = None
        total = len(sweep._tiles)

        def trouble(kind: str, _flag: int) -> None:
            self.troubles.add((current[0], kind))

        with np.errstate(divide="call", over="call", invalid="call", under="ignore", call=trouble):
            while self._left:
                try:
                    number, tile = self._left.popleft()
                except IndexError:
                    return
                for register, value in sweep._moving:
                    registers[register] = value[tile]
                for register, result in sweep._lent.items():
                    registers[register] = registers[result]
                if sweep.extent(tile) != extent:
                    extent = sweep.extent(tile)
                    for register, value in sweep.views(scratch, extent):
                        registers[register] = value
                self._tile(registers, number, current)
                self._report(1 - len(self._left) / total)

    def _tile(self, registers: list[Any], tile: int, current: list[int]) -> None:
        seconds = self._sweep._seconds
        last = perf_counter()
        for number, call, operands, result in self._sweep._calls:
            current[0] = number
            if result is not None:
                out = registers[result]
                if call(*[registers[place] for place in operands], out=out) is not out:
                    raise UnusualError("A kernel has not returned what it was to write into.")
            else:
                self._sweep._partials[number][tile] = call(registers[operands[0]])
            now = perf_counter()
            if now - last < seconds[number]:
                seconds[number] = now - last
            last = now


def lent(
    steps: Sequence[Step], forms: Mapping[int, Form], kept: Collection[int], fresh: Iterable[int]
) -> dict[int, int]:
    """Return the results that may lie where a kept one is going to be, each written over the one before.

    They take no scratch buffer, and the cache holds one tile less.

    Parameters
    ----------
    fresh
        The kept results whose arrays hold nothing yet.
    """
    made = {step.result: step for step in steps if step.result in forms}
    last = {register: position for position, step in enumerate(steps) for register in step.operands}
    position_of = {step.result: position for position, step in enumerate(steps)}
    places: dict[int, int] = {}
    for result in fresh:
        step: Step | None = made.get(result)
        while step is not None and step.may_overwrite:
            position = position_of[step.result]
            ending = [
                register
                for register in step.operands
                if last[register] == position
                and register in made
                and register not in kept
                and register not in places
                and forms[register].dtype == forms[result].dtype
            ]
            step = made[ending[0]] if ending else None
            if step is not None:
                places[step.result] = result
    return places


def assign(steps: Sequence[Step], forms: Mapping[int, Form], kept: Collection[int]) -> tuple[dict[int, int], int]:
    """Return a scratch buffer for each result that is not kept, and how many there are."""
    last: dict[int, int] = {}
    for position, step in enumerate(steps):
        last[step.result] = position
        for register in step.operands:
            last[register] = position
    places: dict[int, int] = {}
    free: list[int] = []
    count = 0
    for position, step in enumerate(steps):
        ending = {places[register] for register in step.operands if last[register] == position and register in places}
        form = forms.get(step.result)
        if form is not None and step.result not in kept:
            reusable = [
                places[register]
                for register in step.operands
                if places.get(register) in ending and forms[register].dtype == form.dtype and step.may_overwrite
            ]
            if reusable:
                place = reusable[0]
                ending.discard(place)
            elif free:
                place = free.pop()
            else:
                place, count = count, count + 1
            places[step.result] = place
            if last[step.result] == position:  # nobody reads it: it is made for its warnings alone
                ending.add(place)
        free += sorted(ending, reverse=True)
    return places, count


def _call(step: Step) -> tuple[Callable[..., Any], tuple[int, ...], int | None]:
    """Return what to call for a tile, the registers of its operands, and that of its result if it fills one."""
    if step.reduction is not None:
        return step.reduction.partial, step.operands, None
    kernel = step.kernel
    return kernel.function if isinstance(kernel, Kernel) else kernel, step.operands, step.result


def is_row(operands: Iterable[Any], shape: Shape) -> bool:
    """Whether operands lie in memory alike, so that they can be taken for rows of numbers of the same length."""
    arrays = [value for value in operands if isinstance(value, np.ndarray) and value.size != 1]
    return all(value.shape == shape and value.flags.c_contiguous for value in arrays)


def halves(start: int, length: int, largest: int) -> Iterator[tuple[int, int]]:
    """Return pieces no longer than ``largest``, as start and length, by cutting in halves as `numpy.sum` does.

    Examples
    --------
    >>> list(halves(0, 1000, 300))
    [(0, 248), (248, 248), (496, 248), (744, 256)]
    """
    if length <= largest:
        yield start, length
        return
    half = _half(length)
    yield from halves(start, half, largest)
    yield from halves(start + half, length - half, largest)


def _half(length: int) -> int:
    half = length // 2
    return half - half % 8


def _together(
    pieces: Mapping[int, Any], combine: Callable[[Any, Any], Any], start: int, length: int, largest: int
) -> Any:
    if length <= largest:
        return pieces[start]
    half = _half(length)
    left = _together(pieces, combine, start, half, largest)
    return combine(left, _together(pieces, combine, start + half, length - half, largest))


def _balanced(pieces: Sequence[Any], combine: Callable[[Any, Any], Any]) -> Any:
    if len(pieces) == 1:
        return pieces[0]
    middle = len(pieces) // 2
    return combine(_balanced(pieces[:middle], combine), _balanced(pieces[middle:], combine))


def _blocks(shape: Shape, largest: int) -> Iterator[tuple[Any, ...]]:
    """Return the tiles of a shape: one position of the leading axes each, and a range of the one that is cut."""
    axis = next(axis for axis in range(len(shape)) if math.prod(shape[axis + 1 :]) <= largest)
    rows = max(largest // max(math.prod(shape[axis + 1 :]), 1), 1)
    for position in itertools.product(*(range(length) for length in shape[:axis])):
        for start in range(0, shape[axis], rows):
            yield *(slice(index, index + 1) for index in position), slice(start, min(start + rows, shape[axis]))
