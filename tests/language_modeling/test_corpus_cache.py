"""The cache of a corpus's ids, when all is well and when nothing is."""

from __future__ import annotations

import gc
import json
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from language_modeling.test_corpus import LINES, encoder, files, never
from lstmcli.errors import DataError, OutputError
from lstmcli.language_modeling import corpus as module
from lstmcli.language_modeling.corpus import HEAD, Corpus, cache_folder
from lstmcli.language_modeling.survey import Unchanged, survey_text
from support.steps import build_corpus


def test_it_is_found_again(tmp_path: Path) -> None:
    first = build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    again = build_corpus(never(), encoder(), key="a", cache=tmp_path)
    assert again.ids.tolist() == first.ids.tolist()
    assert [getattr(again, name) for name in module._COUNTS] == [getattr(first, name) for name in module._COUNTS]
    assert len(files(tmp_path)) == 1 and isinstance(again.ids_from_start, np.memmap)


def test_another_text_or_tokenizer_is_another_corpus(tmp_path: Path) -> None:
    build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    assert len(build_corpus(LINES[:1], encoder(), key="b", cache=tmp_path)) == 4
    assert len(build_corpus(LINES, encoder("document"), key="a", cache=tmp_path)) == 16
    assert len(build_corpus(LINES, encoder(kind="byte"), key="a", cache=tmp_path)) == 47
    assert len(files(tmp_path)) == 4


def damaged(data: bytes) -> dict[str, bytes]:
    head = json.loads(data[len(module.MAGIC) : HEAD])

    def headed(**changes: object) -> bytes:
        return (module.MAGIC + json.dumps({**head, **changes}).encode()).ljust(HEAD) + data[HEAD:]

    return {
        "empty": b"",
        "cut short": data[:-1],
        "cut in the head": data[:100],
        "longer": data + b"\0\0",
        "zeros": bytes(len(data)),
        "ids lost in a power cut": data[:HEAD] + bytes(len(data) - HEAD),
        "one bit": data[:-3] + bytes([data[-3] ^ 4]) + data[-2:],
        "another key": headed(key="b"),
        "another version": data.replace(b"corpus 1", b"corpus 0"),
        "another type": headed(dtype="|O"),
        "no counts": headed(lines=None),
        "no object": (module.MAGIC + b"[1]").ljust(HEAD) + data[HEAD:],
        "something else": b"PK\x03\x04" + os.urandom(5000),
    }


@pytest.mark.parametrize("what", list(damaged(module.MAGIC + b"{}".ljust(HEAD))))
def test_a_damaged_or_foreign_file_is_made_anew(what: str, tmp_path: Path) -> None:
    first = build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    (path,) = files(tmp_path)
    good = path.read_bytes()
    replaced = tmp_path / "new"
    replaced.write_bytes(damaged(good)[what])
    replaced.replace(path)
    assert build_corpus(LINES, encoder(), key="a", cache=tmp_path).ids.tolist() == first.ids.tolist()
    assert files(tmp_path) == [path] and path.read_bytes() == good


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield from LINES
        raise DataError("the gzip data ends too early")

    with pytest.raises(DataError):
        build_corpus(broken(), encoder(), key="a", cache=tmp_path)
    assert files(tmp_path) == []


def test_a_mapped_corpus_outlives_its_file(tmp_path: Path) -> None:
    corpus = build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    expected = corpus.ids.tolist()
    files(tmp_path)[0].unlink()
    assert corpus.ids.tolist() == expected


def test_a_corpus_that_is_cut_short_while_it_is_mapped_is_noticed(tmp_path: Path) -> None:
    made = build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    found = build_corpus(never(), encoder(), key="a", cache=tmp_path)
    nameless = build_corpus(LINES, encoder(), key="a", cache=Path("/proc/nowhere"))
    for corpus in (made, found, nameless, Corpus()):
        corpus.check()
    (path,) = files(tmp_path)
    os.truncate(path, HEAD + 4)
    for corpus in (made, found):
        with pytest.raises(DataError, match=f"{path.name}: the file of the tokenized text was truncated") as caught:
            corpus.check()
        assert "--resume" in (caught.value.hint or "")
    nameless.check()
    assert build_corpus(LINES, encoder(), key="a", cache=tmp_path).ids.tolist() == nameless.ids.tolist()


def test_a_text_that_changes_while_it_is_read_is_noticed_and_not_kept(tmp_path: Path) -> None:
    found = survey_text(LINES)
    assert list(Unchanged(LINES, found)) == LINES
    for other in (LINES[:-1], [*LINES[:-1], "the zebrA"]):
        with pytest.raises(DataError, match="changed while it was being read"):
            build_corpus(Unchanged(other, found), encoder(), key=found.fingerprint, cache=tmp_path)
    assert files(tmp_path) == []


def test_where_the_cache_cannot_be_written_it_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    for folder in (in_the_way, in_the_way / "cache", Path("/proc/nowhere")):
        corpus = build_corpus(LINES, encoder(), key="a", cache=folder)
        gc.collect()
        assert corpus.ids.tolist() == np.concatenate(encoder().encode(LINES)).tolist()
    assert files(tmp_path) == [in_the_way]


def test_a_folder_in_the_place_of_the_file_does_not_stop_it(tmp_path: Path) -> None:
    build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    (path,) = files(tmp_path)
    path.unlink()
    path.mkdir()
    assert len(build_corpus(LINES, encoder(), key="a", cache=tmp_path)) == 15
    assert files(tmp_path) == [path]


def test_no_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    assert caught.value.hint and files(tmp_path) == []


def test_no_room_leaves_nothing_behind_however_little_was_to_be_written(tmp_path: Path) -> None:
    """What waits in a buffer is tried once more when the file is closed."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HEAD, limits[1]))
    try:
        with pytest.raises(OutputError, match="File too large"):
            build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(tmp_path) == []


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    old, new, other = tmp_path / "x.ids.tmp", tmp_path / "y.ids.tmp", tmp_path / "notes.txt"
    for path in (old, new, other):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    assert not old.exists() and new.exists() and other.exists()


def test_the_cache_is_the_users_own(tmp_path: Path) -> None:
    build_corpus(LINES, encoder(), key="a", cache=tmp_path / "deep" / "folder")
    (path,) = files(tmp_path / "deep" / "folder")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_ids_of_another_user_are_not_believed(tmp_path: Path) -> None:
    """Whoever wrote them can have computed the key and the checksum."""
    build_corpus(LINES, encoder(), key="a", cache=tmp_path)
    (path,) = files(tmp_path)
    os.chown(path, 54322, 54322)
    assert len(build_corpus(LINES, encoder(), key="a", cache=tmp_path)) == 15
    assert path.stat().st_uid == 0  # replaced
    build_corpus(never(), encoder(), key="a", cache=tmp_path)


def test_ids_behind_a_link_are_not_believed(tmp_path: Path) -> None:
    build_corpus(LINES, encoder(), key="a", cache=tmp_path / "other")
    (path,) = files(tmp_path / "other")
    (tmp_path / path.name).symlink_to(path)
    before = path.read_bytes()
    assert len(build_corpus(LINES, encoder(), key="a", cache=tmp_path)) == 15
    assert not (tmp_path / path.name).is_symlink() and path.read_bytes() == before


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LSTM_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "lstmcli"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_folder() == tmp_path / "x" / "lstmcli"
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    build_corpus(LINES, encoder(), key="a")
    assert len(files(tmp_path / "own")) == 1
