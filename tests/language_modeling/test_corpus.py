"""A corpus as ids: what is counted, its fingerprint, published counts."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source
from lstmcli.language_modeling.corpus import Corpus
from lstmcli.language_modeling.survey import survey_text
from lstmcli.scoring import lines
from lstmcli.tokenization.auto import infer_tokenizer_config
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from support.steps import build_corpus

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
@settings(max_examples=60)
def test_words_of_a_long_line_are_counted_alike(line: str) -> None:
    found = survey_text([line * 3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_LONG", 10)
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
