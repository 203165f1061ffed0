"""A pack that raises, hangs or ends the program harms nobody else, and is named."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from shtairir.block import aside
from shtairir.block.packs import InstalledPack
from shtairir.block.quarantine import Quarantine
from shtairir.block.registry import Registry
from shtairir.ids import BlockId
from tests.engine.packs.conftest import MakePack, fine

ENDLESS = "while True:\n    pass\n"
ASLEEP = "import time\ntime.sleep(3600)\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException('all')", "BaseException: all"),
        ("import no_such_library_anywhere", "No module named 'no_such_library_anywhere'"),
    ],
)
def test_a_pack_that_raises_is_named_and_the_others_go_on(
    make_pack: MakePack, quarantine: Quarantine, source: str, said: str
) -> None:
    make_pack("pack_raises", source)
    make_pack("pack_goes_on", fine("red"))
    registry = Registry({"bad": "pack_raises", "red": "pack_goes_on"}, folders=(), quarantine=quarantine)
    assert [one.id for one in registry.all()] == ["red.fine"]
    (problem,) = registry.problems
    assert problem.pack == "pack_raises"
    assert said in problem.message
    assert not problem.disabled
    del sys.modules["pack_goes_on"]


@pytest.mark.parametrize("source", [ENDLESS, ASLEEP], ids=["endless loop", "sleep"])
def test_a_pack_that_hangs_is_disabled_and_the_others_go_on(
    make_pack: MakePack, quarantine: Quarantine, source: str
) -> None:
    file = make_pack("pack_hangs", source)
    make_pack("pack_beside", fine("red"))
    packs = {"bad": "pack_hangs", "red": "pack_beside"}
    registry = Registry(packs, folders=(), quarantine=quarantine)
    assert [one.id for one in registry.all()] == ["red.fine"]
    (problem,) = registry.problems
    assert problem.disabled
    assert "did not come to its end within" in problem.message
    assert "shtairir blocks --enable bad" in problem.fix

    (folder := quarantine.folder / "tried").mkdir()
    file.write_text(f"open({str(folder / 'again')!r}, 'w').close()\n{source}", encoding="utf-8")
    quarantine.disable("pack_hangs", "hung", InstalledPack("bad", "pack_hangs").stamp())
    later = Registry(packs, folders=(), quarantine=quarantine)
    assert later.get("bad.block") is None
    assert list(folder.iterdir()) == [], "what is known to hang is not tried again"
    assert [one.disabled for one in later.problems] == [True]
    del sys.modules["pack_beside"]


def test_a_disabled_pack_whose_files_change_is_tried_again(make_pack: MakePack, quarantine: Quarantine) -> None:
    file = make_pack("pack_mended", ENDLESS)
    packs = {"bad": "pack_mended"}
    assert Registry(packs, folders=(), quarantine=quarantine).get("bad.fine") is None
    file.write_text(fine("bad"), encoding="utf-8")
    importlib.invalidate_caches()
    mended = Registry(packs, folders=(), quarantine=quarantine)
    assert mended.get("bad.fine") is not None
    assert mended.problems == []
    del sys.modules["pack_mended"]


def test_an_endless_loop_does_not_go_on_behind_the_program(make_pack: MakePack, quarantine: Quarantine) -> None:
    make_pack("pack_loops", ENDLESS)
    registry = Registry({"bad": "pack_loops"}, folders=(), quarantine=quarantine)
    assert registry.all() == []
    for thread in threading.enumerate():
        if thread.name == "import pack_loops":
            thread.join(20)
            assert not thread.is_alive()


ENDS = """
import sys
from pathlib import Path
from shtairir.block.quarantine import Quarantine
from shtairir.block import aside
from shtairir.block.registry import Registry

sys.path.insert(0, sys.argv[1])
registry = Registry({"bad": "pack_ends", "red": "pack_stays"}, folders=(), quarantine=Quarantine(Path(sys.argv[2])))
print([block.id for block in registry.all()])
print([(problem.pack, problem.message) for problem in registry.problems])
"""


def start(site: Path, state: Path) -> subprocess.CompletedProcess[str]:
    """Start a program that reads all blocks."""
    command = [sys.executable, "-c", ENDS, str(site), str(state)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "source", ["import os\nos._exit(7)\n", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"]
)
def test_a_pack_that_ends_the_program_is_disabled_when_the_next_one_starts(
    make_pack: MakePack, quarantine: Quarantine, source: str
) -> None:
    file = make_pack("pack_ends", source)
    make_pack("pack_stays", fine("red"))
    first = start(file.parent, quarantine.folder)
    assert first.returncode != 0
    assert first.stdout == ""
    second = start(file.parent, quarantine.folder)
    assert second.returncode == 0, second.stderr
    assert "red.fine" in second.stdout
    assert "pack_ends" in second.stdout
    assert "it ended the program while it was being imported" in second.stdout
    quarantine.enable("pack_ends")
    assert start(file.parent, quarantine.folder).returncode != 0, "enabled, it is tried again"


def test_a_program_that_ends_in_good_order_blames_no_pack(make_pack: MakePack, quarantine: Quarantine) -> None:
    site = make_pack("pack_stays", fine("red")).parent
    make_pack("pack_ends", ASLEEP)
    start(site, quarantine.folder)
    assert list(quarantine.folder.glob("importing-*")) == []


def _next_change(registry: Registry) -> list[str]:
    """Look until something is there: on a busy machine, it may take more than one look."""
    ends = time.monotonic() + 60
    while not (changed := registry.refresh()):
        assert time.monotonic() < ends, registry.problems
        time.sleep(0.05)
    return list(changed)


SLOW = "import time\ntime.sleep(1.6)\n" + fine("slow")


def test_a_pack_that_is_only_slow_is_waited_for_once_it_is_enabled(make_pack: MakePack, quarantine: Quarantine) -> None:
    make_pack("pack_slow", SLOW)
    quarantine.enable("pack_slow")
    registry = Registry({"slow": "pack_slow"}, folders=(), quarantine=quarantine)
    assert registry.get("slow.fine") is None
    assert [one.disabled for one in registry.problems] == [False]
    registry.catch_up([BlockId("slow.fine")])
    assert registry.get("slow.fine") is not None
    assert registry.problems == []


def test_what_comes_late_is_found_by_the_next_look(make_pack: MakePack, quarantine: Quarantine) -> None:
    make_pack("pack_late", SLOW)
    quarantine.enable("pack_late")
    registry = Registry({"slow": "pack_late"}, folders=(), quarantine=quarantine)
    assert registry.all() == []
    assert _next_change(registry) == ["slow.fine"]
    assert [one.id for one in registry.all()] == ["slow.fine"]


def test_what_is_left_for_later_is_read_by_the_next_look(
    make_pack: MakePack, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "PATIENCE_S", 5.0)  # the second must come within it, on a busy machine too
    make_pack("pack_first", ASLEEP)
    make_pack("pack_second", "import time\ntime.sleep(0.6)\n" + fine("second"))
    packs = {"first": "pack_first", "second": "pack_second"}
    registry = Registry(packs, folders=(), quarantine=quarantine)
    assert registry.all() == []
    assert [one.disabled for one in registry.problems] == [True, False]
    assert _next_change(registry) == ["second.fine"]
    assert [one.pack for one in registry.problems] == ["pack_first"]
    assert quarantine.why_disabled("pack_second", ()) is None


def test_a_pack_may_look_for_blocks_while_it_is_imported(make_pack: MakePack, quarantine: Quarantine) -> None:
    source = "import shtairir\nexample = shtairir.Graph()\nexample.add('math.number')\nexample.add('other.fine')\n"
    make_pack("pack_asks", source + fine("asks"))
    make_pack("pack_other", fine("other"))
    packs = {"asks": "pack_asks", "other": "pack_other", "math": "shtairir_blocks.math"}
    registry = Registry(packs, folders=(), quarantine=quarantine)
    assert registry.get("asks.fine") is not None
    assert registry.problems == []
