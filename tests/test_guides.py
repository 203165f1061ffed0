"""The code in the README and the guides runs, in the order in which it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from shtairir.block.expression import FUNCTIONS

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?://|#)([^)#]+)[^)]*\)")


def python_of(guide: Path) -> list[str]:
    """Return the python code blocks of a page."""
    return _PYTHON.findall(guide.read_text(encoding="utf-8"))


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if python_of(guide)], ids=lambda guide: guide.name)
def test_the_code_of_a_guide_runs(guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is one program: a later block may use what an earlier one defined."""
    examples = ROOT / "assets" / "shtairir_assets" / "examples"
    shutil.copytree(examples, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHTAIRIR_STATE_PATH", str(tmp_path / "state"))
    monkeypatch.setenv("SHTAIRIR_CACHE_PATH", "")  # what a guide sets there ends with it
    monkeypatch.setenv("SHTAIRIR_LEARNED_PATH", str(tmp_path / "learned.json"))
    names: dict[str, object] = {"__name__": "__guide__"}
    for code in python_of(guide):
        exec(compile(code, str(guide), "exec"), names)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_links_of_a_guide_lead_somewhere(guide: Path) -> None:
    lost = [
        target for target in _LINK.findall(guide.read_text(encoding="utf-8")) if not (guide.parent / target).exists()
    ]
    assert lost == []


def test_the_guide_to_expressions_names_every_function() -> None:
    guide = (ROOT / "docs" / "expressions.md").read_text("utf-8")
    assert [name for name in FUNCTIONS if f"`{name}`" not in guide] == []
