"""How long it is waited before the next attempt."""

from __future__ import annotations

import random
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from shtairir.policy import Backoff, delays

backoffs = st.builds(
    Backoff,
    first_s=st.floats(0, 86_400),
    factor=st.floats(1, 100),
    cap_s=st.floats(0, 604_800),
    jitter=st.floats(0, 1),
)


@given(backoffs, st.integers(0, 2**32))
def test_every_wait_lies_within_its_bounds(backoff: Backoff, seed: int) -> None:
    whole = min(backoff.first_s, backoff.cap_s)
    for wait in islice(delays(backoff, random.Random(seed).random), 50):
        assert whole * (1 - backoff.jitter) * 0.999999 <= wait <= whole * 1.000001 <= backoff.cap_s * 1.000002
        whole = min(whole * backoff.factor, backoff.cap_s)


@given(backoffs)
def test_without_chance_no_wait_is_shorter_than_the_one_before(backoff: Backoff) -> None:
    waits = list(islice(delays(backoff, lambda: 1.0), 30))
    assert waits == sorted(waits)


def test_a_wait_never_grows_beyond_all_numbers() -> None:
    assert list(islice(delays(Backoff(1, 100, 60, 0), random.random), 2000))[-1] == 60


def test_many_that_failed_together_do_not_come_back_together() -> None:
    chance = random.Random(5).random
    firsts = {round(next(delays(Backoff(2, 2, 60, 0.5), chance)), 3) for _ in range(200)}
    assert len(firsts) > 100
    assert min(firsts) < 1.1
    assert max(firsts) > 1.9
