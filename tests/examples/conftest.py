"""Examples are run headless and in the window; what the windows leave is collected on Qt's thread."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.ui.garbage import collected_afterwards


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Collect once the test is wholly over, its fixtures too."""
    with collected_afterwards(wholly=nextitem is None or nextitem.path != item.path):
        return (yield)
