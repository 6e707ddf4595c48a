"""Folders and files of another user, end to end: root in a user's place, and a user in root's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.models import untrained_model
from support.refusing import GOOD, SMALL, lstm, refused

pytestmark = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can act as other users")
US, OTHER = 54321, 54322


@contextmanager
def as_user(number: int) -> Iterator[None]:
    """The rest of the block as another user; what the program imports must have been imported before."""
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every module is loaded: the interpreter may be where other users cannot go."""
    folder = tmp_path_factory.mktemp("warm")
    (folder / "t.csv").write_text(GOOD)
    done = lstm("train", folder / "t.csv", "-o", folder / "m", *SMALL)
    assert done.exit_code == 0, done.stderr
    assert lstm("inspect", "-m", folder / "m", "a film", "--html", folder / "p.html").exit_code == 0


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like /tmp, with data that all may read."""
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o1777)
    (place / "t.csv").write_text(GOOD)
    (place / "t.csv").chmod(0o644)
    monkeypatch.setenv("LSTM_CACHE", str(place / "cache"))
    monkeypatch.chdir(place)
    return place


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("user", [US, 0])
def test_no_checkpoint_goes_into_a_folder_that_another_user_prepared(shared: Path, user: int) -> None:
    with as_user(OTHER):
        (shared / "m.unfinished").mkdir(0o777)
        (shared / "m.unfinished").chmod(0o777)
    with as_user(user):
        done = lstm("train", shared / "t.csv", "-o", shared / "m", *SMALL)
    refused(done, 1, f"another user (user id {OTHER})")
    assert not contents(shared / "m.unfinished") and not (shared / "m").exists()


def test_a_user_does_not_write_into_a_folder_of_root(shared: Path) -> None:
    (shared / "roots").mkdir(0o755)
    with as_user(US):
        done = lstm("train", shared / "t.csv", "-o", shared / "roots" / "m", *SMALL)
    refused(done, 1, "cannot be written: permission denied")
    assert not contents(shared / "roots")


@pytest.mark.parametrize("user", [US, 0])
def test_no_model_goes_where_a_link_of_another_user_leads(shared: Path, user: int) -> None:
    (shared / "home").mkdir()
    (shared / "home").chmod(0o777)
    with as_user(OTHER):
        (shared / "link").symlink_to(shared / "home")
    with as_user(user):
        done = lstm("train", shared / "t.csv", "-o", shared / "link" / "m", *SMALL)
    refused(done, 1, "another user made")
    assert not list((shared / "home").iterdir())


@pytest.mark.parametrize("user", [US, 0])
def test_no_page_goes_where_a_link_of_another_user_leads(shared: Path, user: int) -> None:
    untrained_model(shared / "c")
    for path in [shared / "c", *(shared / "c").iterdir()]:
        path.chmod(path.stat().st_mode | 0o055)
    victim = shared / "victim.html"
    with as_user(OTHER):
        (shared / "page.html").symlink_to(victim)
    with as_user(user):
        done = lstm("inspect", "-m", shared / "c", "a film", "--html", shared / "page.html")
    refused(done, 1, "another user made")
    assert not victim.exists()


def test_a_users_own_place_works(shared: Path) -> None:
    with as_user(US):
        done = lstm("train", shared / "t.csv", "-o", shared / "m", *SMALL)
    assert done.exit_code == 0, done.stderr
    assert (shared / "m" / "config.json").stat().st_uid == US
