"""What all tests share: nothing of the person who runs them is read or written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

import shtairir

_HOME = tempfile.TemporaryDirectory(prefix="shtairir-tests-")
# The caches stay where they are: matplotlib's list of fonts takes long to make.
for _variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[_variable] = _HOME.name
os.environ["SHTAIRIR_BLOCKS_PATH"] = ""
os.environ["SHTAIRIR_LEARNED_PATH"] = ""
os.environ["SHTAIRIR_STATE_PATH"] = ""
os.environ["SHTAIRIR_CACHE_PATH"] = ""
os.environ["SHTAIRIR_TRUST_PATH"] = str(Path(_HOME.name) / "trust.json")
os.environ.pop("SHTAIRIR_DEBUG", None)


def pytest_report_header() -> str:
    """Tell which Shtairir is tested: the checkout, or an installed wheel."""
    return f"shtairir: {shtairir.__version__} in {Path(shtairir.__file__).parent}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the borrowed home."""
    _HOME.cleanup()
