"""Files: looked at, copied, moved, deleted, packed and unpacked; and what is refused before anything is lost."""

import datetime as dt
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

import shtairir_blocks.file as file
from shtairir.errors import RunCancelledError

posix_only = pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes(b"hello\n")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "inner").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "inner" / "b.txt").write_text("bb")
    return root


def test_what_is_known_of_a_file_is_told(note, tmp_path):
    info = file.info(note)
    assert (info.exists, info.is_folder, info.size) == (True, False, 6)
    changed = dt.datetime.fromisoformat(info.modified)
    assert abs((changed - dt.datetime.now(dt.UTC)).total_seconds()) < 60
    assert file.info(tmp_path)[:3] == (True, True, 0)
    assert file.info(tmp_path / "none") == (False, False, 0, "")
    assert file.info(note / "below a file") == (False, False, 0, "")


def test_the_files_of_a_folder_are_rows(tree):
    table = file.list_(tree, "*.txt", recursive=True)
    assert table["name"].to_list() == ["a.txt", "b.txt"]
    assert table["size"].to_list() == [1, 2]
    assert table["folder"].to_list() == [str(tree), str(tree / "inner")]
    assert file.list_(tree, "*.png").shape == (0, 6)


def test_a_path_is_taken_apart_and_put_together():
    path = Path("data") / "may.tar.gz"
    assert file.parts(path) == (Path("data"), "may.tar.gz", "may.tar", ".gz")
    assert file.join(Path("out"), "plots/may.txt", "png") == Path("out/plots/may.png")
    for name in ("/etc/passwd", "", "  ", "a\0b"):
        with pytest.raises(ValueError, match=r"name"):
            file.join(Path("out"), name)
    with pytest.raises(ValueError, match="not an ending"):
        file.join(Path("out"), "a", "x/y")


def test_bytes_are_read_and_written(tmp_path):
    path = tmp_path / "new" / "raw.bin"
    content = np.arange(256, dtype=np.int64)
    assert file.write_bytes(content, path) == path
    assert path.read_bytes() == bytes(range(256))
    assert file.read_bytes(path).tolist() == content.tolist()
    assert file.read_bytes(path, start=250, count=3).tolist() == [250, 251, 252]
    assert file.read_bytes(path, start=1000).size == 0
    for wrong in (np.array([256]), np.array([-1]), np.array([0.5])):
        with pytest.raises(ValueError, match="A byte"):
            file.write_bytes(wrong, path)
    assert path.stat().st_size == 256


def test_more_bytes_than_allowed_are_refused(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * (2**20 + 1))
    with pytest.raises(ValueError, match="more than 1 MB"):
        file.read_bytes(path, limit=1)
    assert file.read_bytes(path, count=5, limit=1).size == 5


def test_text_is_appended(tmp_path):
    path = tmp_path / "logs" / "diary.log"
    file.append_text("one", path)
    file.append_text("zwei ü", path, new_line=False)
    assert path.read_text("utf-8") == "one\nzwei ü"


@pytest.mark.parametrize(("method", "expected"), [("md5", "b1946ac92492d2347c6235b4d2611184"), ("crc32", "363a3020")])
def test_the_fingerprint_of_a_file(note, ctx, method, expected):
    assert file.hash_(note, ctx, method) == expected
    assert ctx.fractions == [1.0]


def test_a_fingerprint_ends_when_the_run_does(tmp_path, ctx):
    large = tmp_path / "large"
    large.write_bytes(b"x" * 3_000_000)
    ctx.cancel_after = 1
    with pytest.raises(RunCancelledError):
        file.hash_(large, ctx)
    with pytest.raises(FileNotFoundError, match="no such file"):
        file.hash_(tmp_path / "none", ctx)


def test_files_and_folders_are_copied(note, tree, tmp_path):
    copy = tmp_path / "deep" / "copy.txt"
    assert file.copy(note, copy) == copy
    assert copy.read_bytes() == note.read_bytes()
    twin = file.copy(tree, tmp_path / "twin")
    assert sorted(path.name for path in twin.rglob("*")) == ["a.txt", "b.txt", "inner"]
    assert not list(tmp_path.rglob(".*"))


def test_files_and_folders_are_moved(note, tree, tmp_path):
    moved = file.move(note, tmp_path / "deep" / "moved.txt")
    assert moved.read_bytes() == b"hello\n"
    assert not note.exists()
    file.move(tree, tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "inner" / "b.txt").exists()
    assert not tree.exists()


@pytest.mark.parametrize("act", [file.copy, file.move])
def test_nothing_is_overwritten_unless_asked_for(act, note, tree, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("precious")
    with pytest.raises(FileExistsError, match="is there already"):
        act(note, other)
    assert other.read_text() == "precious"
    with pytest.raises(FileExistsError, match="is a folder"):
        act(note, tree, overwrite=True)
    with pytest.raises(FileExistsError, match="is there already"):
        act(tree, other, overwrite=True)
    assert other.read_text() == "precious"
    act(note, other, overwrite=True)
    assert other.read_text() == "hello\n"


@pytest.mark.parametrize("act", [file.copy, file.move])
def test_a_folder_is_not_put_into_itself_nor_upon_itself(act, tree, tmp_path):
    with pytest.raises(ValueError, match="into itself"):
        act(tree, tree / "inner" / "again")
    with pytest.raises(ValueError, match="upon itself"):
        act(tree / "a.txt", tree / "a.txt", overwrite=True)
    with pytest.raises(FileNotFoundError, match="Cannot find"):
        act(tmp_path / "none", tmp_path / "new")
    with pytest.raises(ValueError, match="No file or folder"):
        act(Path(), tmp_path / "new")
    assert (tree / "inner" / "b.txt").read_text() == "bb"


def test_a_copy_that_fails_leaves_nothing_behind(tree, tmp_path, monkeypatch):
    import shutil

    def fail(*arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr(shutil, "copy2", fail)
    with pytest.raises(OSError, match="disk full"):
        file.copy(tree / "a.txt", tmp_path / "copy.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tree"]


def test_files_and_empty_folders_are_deleted_for_good(note, tmp_path):
    assert file.delete(note, "for good") is True
    assert not note.exists()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert file.delete(empty, "for good") is True
    with pytest.raises(FileNotFoundError, match="cannot be deleted"):
        file.delete(note, "for good")
    assert file.delete(note, "for good", missing_is_fine=True) is False


@pytest.mark.parametrize("how", ["for good", "to the trash"])
def test_a_folder_that_is_not_empty_needs_the_flag(how, tree):
    with pytest.raises(PermissionError, match="is not empty"):
        file.delete(tree, how)
    assert (tree / "inner" / "b.txt").exists()
    file.delete(tree, "for good", whole_folder=True)
    assert not tree.exists()


def test_precious_folders_are_never_deleted(tmp_path, monkeypatch):
    home = tmp_path / "home" / "ada"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(home / "work")
    for precious in (home, home.parent, home / "work", tmp_path, Path(tmp_path.anchor)):
        with pytest.raises(PermissionError, match="is not deleted"):
            file.delete(precious, "for good", whole_folder=True)
    assert (home / "work").is_dir()


@posix_only
def test_a_link_is_deleted_and_not_what_it_leads_to(tree, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tree)
    assert file.delete(link, "for good") is True
    assert (tree / "a.txt").exists()
    broken = tmp_path / "broken"
    broken.symlink_to(tmp_path / "nowhere")
    assert file.delete(broken, "for good") is True


@posix_only
def test_what_goes_to_the_trash_can_be_found_there(note, tmp_path, monkeypatch):
    trashed = []
    monkeypatch.setattr("send2trash.send2trash", trashed.append)
    assert file.delete(note) is True
    assert trashed == [str(note.resolve())]

    def fail(path):
        raise OSError("no trash here")

    monkeypatch.setattr("send2trash.send2trash", fail)
    with pytest.raises(OSError, match="cannot be put into the trash"):
        file.delete(note)
    assert note.exists()


def test_folders_are_made(note, tmp_path):
    assert file.make_folder(tmp_path / "a" / "b").is_dir()
    assert file.make_folder(tmp_path / "a" / "b").is_dir()
    with pytest.raises(FileExistsError, match="a file of that name"):
        file.make_folder(note)


def test_a_temporary_folder_is_new_and_deleted_at_the_end():
    import subprocess
    import sys

    code = (
        "import shtairir_blocks.file as file\n"
        "one, two = file.temporary('../we ird'), file.temporary()\n"
        "assert one != two and one.is_dir(), one\n"
        "(one / 'x').write_text('x'); print(one)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert said
    assert not Path(said).exists()


class TestArchives:
    """ZIP archives, friendly and hostile."""

    def pack(self, path: Path, entries: dict[str, bytes], **options) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        return path

    def test_what_is_packed_is_unpacked(self, ctx, tree, note, tmp_path):
        archive = file.zip_(ctx, [tree, note], tmp_path / "out" / "all.zip")
        assert sorted(zipfile.ZipFile(archive).namelist()) == ["note.txt", "tree/a.txt", "tree/inner/b.txt"]
        found = file.unzip(ctx, archive, tmp_path / "again")
        assert {path.relative_to(tmp_path / "again").as_posix(): path.read_text() for path in found} == {
            "tree/a.txt": "a",
            "tree/inner/b.txt": "bb",
            "note.txt": "hello\n",
        }

    def test_an_archive_is_not_packed_into_itself(self, ctx, tree):
        archive = file.zip_(ctx, tree, tree / "all.zip")
        assert "tree/all.zip" not in zipfile.ZipFile(archive).namelist()
        archive = file.zip_(ctx, tree, tree / "all.zip")
        assert sorted(zipfile.ZipFile(archive).namelist()) == ["tree/a.txt", "tree/inner/b.txt"]

    def test_nothing_and_twice_the_same_name_are_refused(self, ctx, tree, tmp_path):
        other = tmp_path / "other"
        other.mkdir()
        (other / "a.txt").write_text("another")
        with pytest.raises(ValueError, match="Two files would be called a"):
            file.zip_(ctx, [tree / "a.txt", other / "a.txt"], tmp_path / "x.zip")
        with pytest.raises(ValueError, match="nothing to pack"):
            file.zip_(ctx, [], tmp_path / "x.zip")
        with pytest.raises(FileNotFoundError):
            file.zip_(ctx, tmp_path / "none", tmp_path / "x.zip")
        assert not (tmp_path / "x.zip").exists()

    @pytest.mark.parametrize(
        "name",
        [
            "../out.txt",
            "a/../../out.txt",
            "/etc/out.txt",
            "C:/out.txt",
            "..\\out.txt",
            "a/..",
            "con.txt",
            "x\\..\\..\\y",
        ],
    )
    def test_a_name_that_leads_out_is_refused_before_anything_is_written(self, ctx, tmp_path, name):
        archive = self.pack(tmp_path / "evil.zip", {"fine.txt": b"fine", name: b"evil"})
        with pytest.raises(ValueError, match="written elsewhere"):
            file.unzip(ctx, archive, tmp_path / "deep" / "in" / "here")
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["evil.zip"]

    def test_a_link_in_an_archive_is_refused(self, ctx, tmp_path):
        archive = tmp_path / "link.zip"
        with zipfile.ZipFile(archive, "w") as made:
            entry = zipfile.ZipInfo("link")
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(entry, "/etc")
        with pytest.raises(ValueError, match="written elsewhere"):
            file.unzip(ctx, archive, tmp_path / "here")

    @posix_only
    def test_a_link_in_the_folder_is_not_written_through(self, ctx, tmp_path):
        outside, here = tmp_path / "outside", tmp_path / "here"
        outside.mkdir()
        here.mkdir()
        (here / "way").symlink_to(outside)
        archive = self.pack(tmp_path / "a.zip", {"way/out.txt": b"evil"})
        with pytest.raises(ValueError, match="through a link"):
            file.unzip(ctx, archive, here)
        assert list(outside.iterdir()) == []

    def test_a_bomb_is_stopped_while_it_goes_off(self, ctx, tmp_path):
        archive = self.pack(tmp_path / "bomb.zip", {f"{number}.bin": bytes(600_000) for number in range(3)})
        assert archive.stat().st_size < 10_000
        with pytest.raises(ValueError, match="more than 1 MB"):
            file.unzip(ctx, archive, tmp_path / "here", limit=1)
        assert not [path for path in (tmp_path / "here").iterdir() if path.name.startswith(".")]

    def test_an_archive_that_lies_about_its_size_is_counted_all_the_same(self, ctx, tmp_path):
        archive = self.pack(tmp_path / "liar.zip", {"x.bin": bytes(3_000_000)})
        content = archive.read_bytes().replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        archive.write_bytes(content)
        with pytest.raises(ValueError, match=r"more than|damaged"):
            file.unzip(ctx, archive, tmp_path / "here", limit=1)
        assert not (tmp_path / "here" / "x.bin").exists()

    def test_too_many_files_are_refused(self, ctx, tmp_path):
        archive = self.pack(tmp_path / "many.zip", {str(number): b"" for number in range(5)})
        with pytest.raises(ValueError, match="holds 5 files, more than the 3"):
            file.unzip(ctx, archive, tmp_path / "here", most_files=3)

    def test_files_that_are_there_are_kept_unless_asked_for(self, ctx, tmp_path):
        archive = self.pack(tmp_path / "a.zip", {"a.txt": b"new", "b.txt": b"new"})
        here = tmp_path / "here"
        here.mkdir()
        (here / "b.txt").write_text("old")
        with pytest.raises(FileExistsError, match="is there already"):
            file.unzip(ctx, archive, here)
        assert (here / "b.txt").read_text() == "old"
        assert not (here / "a.txt").exists()
        file.unzip(ctx, archive, here, overwrite=True)
        assert (here / "b.txt").read_text() == "new"

    def test_what_is_no_archive_or_is_damaged_is_refused(self, ctx, note, tmp_path):
        with pytest.raises(ValueError, match="is not a ZIP archive"):
            file.unzip(ctx, note, tmp_path / "here")
        archive = self.pack(tmp_path / "a.zip", {"a.txt": os.urandom(5000)})
        content = bytearray(archive.read_bytes())
        content[2000] ^= 255
        archive.write_bytes(bytes(content))
        with pytest.raises(ValueError, match="damaged"):
            file.unzip(ctx, archive, tmp_path / "here")
        assert not (tmp_path / "here" / "a.txt").exists()

    def test_unpacking_ends_when_the_run_does(self, ctx, tree, tmp_path):
        archive = file.zip_(ctx, tree, tmp_path / "a.zip")
        ctx.cancel_after = 0
        with pytest.raises(RunCancelledError):
            file.unzip(ctx, archive, tmp_path / "here")
        with pytest.raises(RunCancelledError):
            file.zip_(ctx, tree, tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()
