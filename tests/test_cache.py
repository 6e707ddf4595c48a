"""What nobody uses any more leaves the cache, whatever task made it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lstmcli import cache

LONG_AGO = time.time() - 31 * cache.DAY


def shards(folder: Path) -> Path:
    folder.mkdir()
    (folder / "00000000.shard").touch()
    return folder


def aged(path: Path, when: float = LONG_AGO) -> Path:
    os.utime(path, (when, when), follow_symlinks=False)
    return path


def test_texts_that_nobody_used_for_a_month_are_removed(tmp_path: Path) -> None:
    old = [aged(shards(tmp_path / f"a{end}")) for end in (".texts", ".shards")]
    (tmp_path / "a.ids").touch()
    old.append(aged(tmp_path / "a.ids"))
    new = [shards(tmp_path / "b.texts"), aged(shards(tmp_path / "c.texts"), LONG_AGO + 2 * cache.DAY)]
    new += [aged(shards(tmp_path / "hub")), aged(shards(tmp_path / "d.texts"))]
    cache.used(new[-1])
    cache.remove_unused(tmp_path)
    assert [path for path in [*old, *new] if path.exists()] == new


def test_of_a_link_only_the_link_is_removed(tmp_path: Path) -> None:
    elsewhere = shards(tmp_path / "elsewhere")
    (tmp_path / "a.texts").symlink_to(elsewhere)
    aged(tmp_path / "a.texts")
    cache.remove_unused(tmp_path)
    assert not (tmp_path / "a.texts").is_symlink() and list(elsewhere.iterdir())


def test_what_cannot_be_removed_stays_without_an_error(tmp_path: Path) -> None:
    folder = shards(tmp_path / "a.texts")
    (folder / "deeper").mkdir()
    aged(folder)
    cache.remove_unused(tmp_path)
    assert (folder / "deeper").is_dir()
    cache.remove_unused(tmp_path / "nowhere")
    cache.used(tmp_path / "nowhere")


@pytest.mark.parametrize("end", cache.KEPT)
def test_every_name_has_its_time(end: str, tmp_path: Path) -> None:
    path, kept = tmp_path / f"x{end}", cache.KEPT[end]
    path.touch()
    aged(path, time.time() - kept + 100)
    cache.remove_unused(tmp_path)
    assert path.exists()
    aged(path, time.time() - kept - 100)
    cache.remove_unused(tmp_path)
    assert not path.exists()
