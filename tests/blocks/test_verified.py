"""The standard library passes what other packs have to pass."""

from __future__ import annotations

import pytest

from shtairir.block.packs import installed_packs
from shtairir.block.registry import default_registry
from shtairir.verification import verify

FAMILIES = sorted(family for family, pack in installed_packs()[0].items() if pack.is_ours)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.filterwarnings("ignore")  # of what blocks say of inputs that are made up
def test_a_family_passes_the_check_of_packs(family: str) -> None:
    report = verify(family, default_registry())
    assert [finding for finding in report.findings if finding.severity == "failure"] == []
    assert report.blocks
