"""What was edited and not saved survives the program, beside the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shtairir.document import Graph, load, save
from shtairir.errors import RecoveryError
from shtairir.recovery.drafts import DRAFT, Draft, DraftKeeper, abandoned, discard, recovered


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """Where drafts are kept."""
    return tmp_path / "drafts"


def graph(value: float = 3) -> Graph:
    """A graph of one number."""
    made = Graph("small")
    made.add("math.number", value=value)
    return made


def left_behind(keeper: DraftKeeper) -> None:
    """Let go of the lock as the system does for a program that dies."""
    assert keeper._lock is not None
    keeper._lock.release()


def test_a_draft_of_a_living_program_is_not_offered(drafts: Path) -> None:
    keeper = DraftKeeper(drafts)
    keeper.write(graph().snapshot(), "small")
    assert abandoned(drafts) == []
    left_behind(keeper)
    (draft,) = abandoned(drafts)
    assert (draft.title, draft.nodes, draft.path) == ("small", 1, None)


def test_what_is_recovered_is_not_saved_and_knows_its_file(drafts: Path, tmp_path: Path) -> None:
    file = save(graph(), tmp_path / "small.shtairir")
    edited = load(file)
    edited.set("number.value", 8)
    keeper = DraftKeeper(drafts)
    keeper.write(edited.snapshot(), "small")
    left_behind(keeper)
    assert load(file).value("number.value") == 3, "the draft goes beside the file"
    again = recovered(abandoned(drafts)[0])
    assert again.value("number.value") == 8
    assert again.is_modified
    assert again.path == file
    save(again, careful=True)
    assert load(file).value("number.value") == 8


def test_paths_of_a_graph_that_was_never_saved_still_start_where_they_did(drafts: Path, tmp_path: Path) -> None:
    unsaved = graph()
    unsaved.start_from(tmp_path / "work")
    keeper = DraftKeeper(drafts)
    keeper.write(unsaved.snapshot(), "small")
    left_behind(keeper)
    assert recovered(abandoned(drafts)[0]).base_dir == tmp_path / "work"


def test_what_was_saved_or_given_up_is_not_offered(drafts: Path, tmp_path: Path) -> None:
    keeper = DraftKeeper(drafts)
    keeper.write(graph().snapshot(), "small")
    keeper.clear()
    left_behind(keeper)
    assert abandoned(drafts) == []
    other = DraftKeeper(drafts)
    other.write(graph().snapshot(), "small")
    other.close()
    other.write(graph().snapshot(), "small")
    assert abandoned(drafts) == []


def test_a_program_that_died_just_after_saving_left_nothing_to_offer(drafts: Path, tmp_path: Path) -> None:
    file = save(graph(), tmp_path / "small.shtairir")
    keeper = DraftKeeper(drafts)
    keeper.write(load(file).snapshot(), "small")
    left_behind(keeper)
    assert abandoned(drafts) == []
    assert list(drafts.iterdir()) == []


def test_who_recovers_goes_on_with_the_draft_until_it_is_saved(drafts: Path) -> None:
    keeper = DraftKeeper(drafts)
    keeper.write(graph().snapshot(), "small")
    left_behind(keeper)
    draft = abandoned(drafts)[0]
    second = DraftKeeper(drafts)
    second.adopt(draft)
    assert abandoned(drafts) == [], "it has an owner again"
    with pytest.raises(RecoveryError, match="Another window"):
        DraftKeeper(drafts).adopt(draft)
    left_behind(second)
    assert len(abandoned(drafts)) == 1, "and is offered again if that one dies too"


def test_another_programs_draft_is_seen_once_it_is_killed(drafts: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from shtairir.document import Graph\n"
        "from shtairir.recovery.drafts import DraftKeeper\n"
        "graph = Graph('theirs')\n"
        "graph.add('math.number', value=5)\n"
        "DraftKeeper(Path(sys.argv[1])).write(graph.snapshot(), 'theirs')\n"
        "print('written', flush=True)\n"
        "time.sleep(600)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(drafts)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    assert abandoned(drafts) == []
    child.kill()
    child.communicate()
    assert recovered(abandoned(drafts)[0]).value("number.value") == 5


@pytest.mark.parametrize("text", [b"", b"{", b"[]\n{}", b'{"path": null}\n{}', b"\xff\xfe\n"])
def test_a_draft_that_cannot_be_read_is_passed_over(drafts: Path, text: bytes) -> None:
    folder = drafts / "damaged"
    folder.mkdir(parents=True)
    (folder / DRAFT).write_bytes(text)
    assert abandoned(drafts) == []


def test_a_draft_can_be_thrown_away(drafts: Path) -> None:
    keeper = DraftKeeper(drafts)
    keeper.write(graph().snapshot(), "small")
    left_behind(keeper)
    draft: Draft = abandoned(drafts)[0]
    discard(draft)
    assert abandoned(drafts) == []
    assert not draft.folder.exists()
