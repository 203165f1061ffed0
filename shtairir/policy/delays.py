"""How long to wait before each further attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shtairir.policy.model import Backoff


def delays(backoff: Backoff, random: Callable[[], float]) -> Iterator[float]:
    """Yield the waits before the second attempt, the third, and so on, in seconds, without end.

    The wait doubles (or grows by another factor) up to a cap; a share of it is left to chance, so that many that failed
    together do not all come back together ("Exponential Backoff And Jitter", M. Brooker, 2015).

    Parameters
    ----------
    random
        Returns a number from 0 to 1, as `random.random` does.

    Examples
    --------
    >>> waits = delays(Backoff(first_s=2, factor=2, cap_s=10), lambda: 1.0)
    >>> [next(waits) for _ in range(4)]
    [2.0, 4.0, 8.0, 10.0]
    >>> next(delays(Backoff(first_s=2, jitter=0.5), lambda: 0.0))
    1.0
    """
    wait = min(backoff.first_s, backoff.cap_s)
    while True:
        yield float(wait * (1 - backoff.jitter * (1 - random())))
        wait = min(wait * backoff.factor, backoff.cap_s)
