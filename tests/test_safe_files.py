"""Files are written only where no other user prepared the place: links, foreign folders, names that are taken."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lstmcli import safe_files
from lstmcli.errors import OutputError
from lstmcli.safe_files import check_links, open_own, own_folder, write_new, write_over

US, OTHER = 54321, 54322
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")


@contextmanager
def as_user(number: int) -> Iterator[None]:
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder like /tmp, which all users may write to."""
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o1777)
    return place


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_new_folder_is_for_this_user_alone(tmp_path: Path) -> None:
    with own_folder(tmp_path / "a" / "b"):
        pass
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_an_own_folder_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with own_folder(tmp_path):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_no_folder(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(OutputError, match="is a link"), own_folder(tmp_path / "link"):
        pass
    assert names(tmp_path) == (["link", "real"] if there else ["link"])


@pytest.mark.parametrize("dangling", [True, False])
def test_nothing_is_written_through_a_link(tmp_path: Path, dangling: bool) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    folder.mkdir()
    if not dangling:
        victim.write_text("precious")
    (folder / "name").symlink_to(victim)
    with own_folder(folder) as opened:
        with pytest.raises(FileExistsError):
            write_new(opened, "name", [b"new"])
        write_over(opened, "name", [b"n", memoryview(b"ew")])
    assert (folder / "name").read_bytes() == b"new" and not (folder / "name").is_symlink()
    assert not victim.exists() if dangling else victim.read_text() == "precious"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "name").write_text("before")
    with own_folder(tmp_path) as opened, pytest.raises(OSError, match="no space"):
        write_over(opened, "name", [b"new"])
    assert names(tmp_path) == ["name"] and (tmp_path / "name").read_text() == "before"


def test_only_plain_files_are_believed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    file = open_own(tmp_path / "file")
    assert file is not None
    os.close(file)
    with pytest.raises(OSError):
        open_own(tmp_path / "link")
    assert open_own(tmp_path / "pipe") is None  # and nobody waits for a writer
    assert open_own(tmp_path) is None


def test_own_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "round").symlink_to("round")
    for path in ("link/model", "link/../link/model", "link", "nowhere/model", "round", "round/x"):
        check_links(tmp_path / path)


def test_a_link_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link"
    monkeypatch.setattr(safe_files, "_links_of", lambda _: iter([(link, OTHER, os.geteuid())]))
    with pytest.raises(OutputError, match=f"link that another user made .user id {OTHER}"):
        check_links(link)
    monkeypatch.setattr(safe_files, "_links_of", lambda _: iter([(link, OTHER, OTHER)]))
    check_links(link)  # in a folder of theirs


@needs_root
@pytest.mark.parametrize("place", ["link", "link/model", "../shared/link/a/b", "mine/model"])
def test_links_that_another_user_planted_are_refused(shared: Path, tmp_path: Path, place: str) -> None:
    with as_user(OTHER):
        (shared / "link").symlink_to(tmp_path)
    with as_user(US):
        (shared / "mine").symlink_to("link")
        with pytest.raises(OutputError, match=f"another user made .user id {OTHER}"):
            check_links(shared / place)
    with pytest.raises(OutputError, match="another user"):  # nor does root follow it
        check_links(shared / place)


@needs_root
def test_a_folder_of_another_user_is_refused(shared: Path) -> None:
    with as_user(OTHER):
        (shared / "m.unfinished").mkdir(0o777)
        (shared / "m.unfinished").chmod(0o777)
    for user in (US, 0):
        refusal = pytest.raises(OutputError, match=f"another user .user id {OTHER}")
        with as_user(user), refusal, own_folder(shared / "m.unfinished"):
            pass
    assert not names(shared / "m.unfinished")


@needs_root
def test_root_writes_into_what_is_mounted_from_a_host(tmp_path: Path) -> None:
    """A folder of the host's user in a container: all of it is theirs."""
    folder = tmp_path / "m.unfinished"
    folder.mkdir()
    for path in (tmp_path, folder):
        os.chown(path, US, US)
    with own_folder(folder) as opened:
        write_new(opened, "x", [b""])
    check_links(folder)


@needs_root
def test_an_owner_that_the_file_system_makes_up_is_this_user(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a share that shows all files as those of one user, whoever writes them."""
    (shared / "folder").mkdir()
    os.chown(shared / "folder", OTHER, OTHER)
    real = os.fstat

    def made_up(file: int) -> os.stat_result:
        found = list(real(file))
        found[4] = OTHER
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", made_up)
    with own_folder(shared / "folder"):
        pass
    assert not names(shared / "folder")


@needs_root
def test_a_file_of_another_user_is_not_believed(shared: Path) -> None:
    with as_user(OTHER):
        (shared / "theirs").write_text("x")
        (shared / "theirs").chmod(0o644)
    with as_user(US):
        assert open_own(shared / "theirs") is None
        file = open_own(shared / "theirs", trusted=[OTHER])
        assert file is not None
        os.close(file)
