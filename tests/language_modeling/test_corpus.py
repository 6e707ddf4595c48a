"""A corpus as ids: what is counted, what the cache does when all is well and when nothing is."""

from __future__ import annotations

import gc
import gzip
import json
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source
from lstmcli.errors import DataError, OutputError
from lstmcli.language_modeling import corpus as module
from lstmcli.language_modeling.corpus import HEAD, Corpus, build_corpus, cache_folder, survey_text, verify_unchanged
from lstmcli.tokenization.auto import infer_tokenizer_config
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder

LINES = ["the cat sat", "", "on the mat , 我 喜欢", "the zebra"]


def encoder(mode: str = "lines", kind: str = "word") -> StreamEncoder:
    return StreamEncoder.train(LINES[:3], LmTokenizerConfig(kind=kind, words="spaces", mode=mode))


def never() -> Iterator[str]:
    raise AssertionError("the lines are read again")
    yield


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


# What is in it


@pytest.mark.parametrize("mode", ["lines", "document"])
def test_the_lines_end_to_end(mode: str, tmp_path: Path) -> None:
    one = encoder(mode)
    corpus = build_corpus(LINES, one, key="a", cache=tmp_path)
    expected = np.concatenate(one.encode(LINES)).tolist() + [END_ID] * (mode == "document")
    assert corpus.ids.tolist() == expected and len(corpus) == len(expected)
    assert corpus.ids_from_start.tolist() == [END_ID, *expected]
    assert one.decode(corpus.ids[:-1]) == one.decode(expected[:-1])


def test_what_is_counted(tmp_path: Path) -> None:
    corpus = build_corpus(iter(LINES), encoder(), key="a", cache=tmp_path)
    text = "".join(line + "\n" for line in LINES)
    assert (corpus.lines, corpus.characters, corpus.bytes) == (4, len(text), len(text.encode()))
    assert (corpus.words, corpus.unknown) == (len(text.split()), 1)
    found = survey_text(iter(LINES))
    assert (found.lines, found.characters, found.bytes, found.words) == (4, len(text), len(text.encode()), 11)
    assert found.sample == LINES


@given(line=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=60, deadline=None)
def test_words_of_a_long_line_are_counted_alike(line: str) -> None:
    found = survey_text([line * 3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LONG", 10)
        assert survey_text([line * 3]) == found


@pytest.mark.parametrize(("size", "dtype"), [(65_530, np.uint16), (65_540, np.int32)])
def test_ids_take_two_bytes_where_they_can(size: int, dtype: type, tmp_path: Path) -> None:
    lines = [" ".join(map(str, range(size)))]
    one = StreamEncoder.train(lines, LmTokenizerConfig(kind="word", words="spaces", mode="lines"))
    corpus = build_corpus(lines, one, key="a", cache=tmp_path)
    assert corpus.ids.dtype == dtype and corpus.ids.max() == size + 1
    assert build_corpus(never(), one, key="a", cache=tmp_path).ids.dtype == dtype


@pytest.mark.parametrize("mode", ["lines", "document"])
def test_no_lines_are_no_ids(mode: str, tmp_path: Path) -> None:
    for corpus in (build_corpus([], encoder(mode), key="a", cache=tmp_path) for _ in range(2)):
        assert len(corpus) == 0 and corpus.ids.tolist() == [] and corpus.lines == 0


def test_ids_are_not_to_be_written_to(tmp_path: Path) -> None:
    for corpus in (build_corpus(LINES, encoder(), key="a", cache=tmp_path) for _ in range(2)):
        with pytest.raises(ValueError, match="read-only"):
            corpus.ids[0] = 1


# The cache


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
    assert list(verify_unchanged(LINES, found)) == LINES
    for other in (LINES[:-1], [*LINES[:-1], "the zebrA"]):
        with pytest.raises(DataError, match="changed while it was being read"):
            build_corpus(verify_unchanged(other, found), encoder(), key=found.fingerprint, cache=tmp_path)
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


# Fingerprints


def test_a_text_has_one_fingerprint_wherever_it_is(tmp_path: Path) -> None:
    text = "one\n\ntwo, 我\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.txt").write_bytes(text[:-1].replace("\n", "\r\n").encode("utf-8-sig"))
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(text.encode()))
    prints = set()
    for path in files(tmp_path):
        records = open_source(str(path), ReadConfig(input_format="text"), labelled=False)
        prints.add(survey_text(record.text for record in records).fingerprint)
    assert len(prints) == 1
    assert survey_text(["one", "", "two, 我"]).fingerprint in prints


@pytest.mark.parametrize("other", [["ab", "c"], ["a", "bc", ""], ["", "a", "bc"], ["a", "bd"], []])
def test_other_lines_have_another_fingerprint(other: list[str]) -> None:
    assert survey_text(other).fingerprint != survey_text(["a", "bc"]).fingerprint


# Published counts


def lines_of(path: Path) -> list[str]:
    return [record.text for record in open_source(str(path), ReadConfig(), labelled=False)]


@pytest.mark.parametrize(
    ("folder", "names", "tokens", "vocabulary"),
    [
        ("ptb", "ptb.{}.txt", (929_589, 73_760, 82_430), 10_000),
        ("wikitext-2", "{}.txt", (2_088_628, 217_646, 245_569), 33_278),
    ],
)
def test_counts_are_those_that_were_published(
    folder: str, names: str, tokens: tuple[int, ...], vocabulary: int, data_dir: Path, tmp_path: Path
) -> None:
    paths = [data_dir / "lm" / folder / names.format(part) for part in ("train", "valid", "test")]
    if not paths[0].exists():
        pytest.skip(f"no {paths[0]}")
    train = lines_of(paths[0])
    config = infer_tokenizer_config(LmTokenizerConfig(), train)
    assert (config.kind, config.words, config.mode) == ("word", "spaces", "lines")
    one = StreamEncoder.train(train, config)
    assert one.vocab_size == vocabulary
    for path, count in zip(paths, tokens, strict=True):
        corpus = build_corpus(lines_of(path), one, key=path.name, cache=tmp_path)
        assert len(corpus) == count == corpus.words + corpus.lines
        assert corpus.bytes == path.stat().st_size
        assert np.count_nonzero(corpus.ids == END_ID) == corpus.lines


@pytest.mark.parametrize("name", ["hongloumeng-zh/input.txt", "tang-poems-zh/test.txt", "tinyshakespeare/input.txt"])
@pytest.mark.parametrize("kind", ["word", "char"])
def test_books_come_back_as_they_were(name: str, kind: str, data_dir: Path, tmp_path: Path) -> None:
    path = data_dir / "lm" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    lines = lines_of(path)
    text = path.read_bytes().decode()
    one = StreamEncoder.train(lines, infer_tokenizer_config(LmTokenizerConfig(kind=kind), lines))
    corpus = build_corpus(lines, one, key=name, cache=tmp_path)
    assert one.decode(corpus.ids) == (text if text.endswith("\n") else text + "\n")
    assert corpus.unknown == 0 and one.config.mode == "document"
    if kind == "char":
        assert len(corpus) == corpus.characters + 1  # and the end
        assert one.vocab_size == len(set(text) | {"\n"}) + 2
    elif "zh" in name:  # but for Latin words and numbers, characters
        assert 0.99 * corpus.characters < len(corpus) < 1.01 * corpus.characters


def test_a_corpus_is_a_plain_value() -> None:
    assert len(Corpus()) == 0 and Corpus().ids.tolist() == []


def test_frequencies_are_counted_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.language_modeling.corpus.PART", 3)
    ids = np.array([0, 4, 4, 2, 4, 0, 1, 2], np.uint16)
    assert Corpus(ids_from_start=ids).frequencies(6).tolist() == np.bincount(ids[1:], minlength=6).tolist()


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs /proc")
def test_counting_does_not_keep_the_file_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.ids"
    np.zeros(1 << 24, np.uint16).tofile(path)
    corpus = Corpus(ids_from_start=np.memmap(path, np.uint16, "r"))
    assert corpus.frequencies(1).tolist() == [len(corpus)]
    _, _, after = Path("/proc/self/smaps").read_text().partition(str(path))
    resident = next(int(line.split()[1]) for line in after.splitlines() if line.startswith("Rss:"))
    assert resident < 1024, f"{resident} KiB of {path.stat().st_size // 1024} are still there"
