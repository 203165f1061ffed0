"""The wish that a run should end, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable


class CancelToken:
    """Cancels runs that were started with it.

    `cancel` may be called from any thread and from a signal handler: it takes no lock. Blocks see only whether
    it was cancelled, through their context.

    Examples
    --------
    >>> token = CancelToken()
    >>> token.cancel()
    >>> token.cancelled
    True
    """

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: tuple[Callable[[], None], ...] = ()
        self._insisting: tuple[Callable[[], None], ...] = ()

    @property
    def cancelled(self) -> bool:
        """Whether somebody wished for the end."""
        return self._cancelled

    def cancel(self) -> None:
        """Wish for the end; again only gives up what is being undone."""
        if self._cancelled:
            for callback in self._insisting:
                callback()
            return
        self._cancelled = True
        for callback in self._callbacks:
            callback()

    def on_insist(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when cancelled again; the function returned takes it back."""
        self._insisting = (*self._insisting, callback)

        def forget() -> None:
            self._insisting = tuple(other for other in self._insisting if other is not callback)

        return forget

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when cancelled, at once if it is; the function returned takes it back.

        It may be called twice when both happen at the same time.
        """
        self._callbacks = (*self._callbacks, callback)
        if self._cancelled:
            callback()

        def forget() -> None:
            self._callbacks = tuple(other for other in self._callbacks if other is not callback)

        return forget
