"""Texts larger than memory: the same model as in memory, tokenized once whoever does it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import lstmcli as lstm
from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.data_check import check_data
from lstmcli.classification.label_errors import open_labels
from lstmcli.classification.train import job
from lstmcli.data import stored
from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record, Splits, Texts
from lstmcli.data.splits import load_splits
from lstmcli.data.stored import StoredRecords, gathered
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import NGRAMS, WEIGHTS
from lstmcli.tokenization import shards
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.processes import Tokenizers
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training import tokenize as tokenize_module
from lstmcli.training.cross_validation import cross_validate
from lstmcli.training.distributed import ALONE, Group
from lstmcli.training.events import Event, TokensKept, Warned
from lstmcli.training.run import train
from lstmcli.training.tokenize import encode_texts
from lstmcli.translation.events import PairsRead
from support.models import TINY
from support.steps import result_of
from support.translators import SMALL

CONFIG = replace(TINY, train=ClassifierTrainConfig(epochs=2, threads=1, adversarial=0))
TEXTS = [f"{word} day {n % 7} über\nall 你好 {'x' * (n % 5)}" for n in range(120) for word in ("red", "green")]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Small shards, made in this process; their sizes."""
    made: list[int] = []
    one_at_a_time = threading.Lock()  # the pool has several threads, whose processes would each have an encoder

    def tokenized(self: Tokenizers, chunk: list[str]) -> Any:
        made.append(len(chunk))
        with one_at_a_time:
            return self._encoder.shard(chunk)

    monkeypatch.setattr(Tokenizers, "_tokenize", tokenized)
    monkeypatch.setattr(shards, "SHARD", 400)
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))
    return made


@pytest.fixture
def in_files(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(stored, "IN_MEMORY", 10)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Rows with conflicting and missing labels, duplicates and leaks."""
    path = tmp_path / "rows.csv"
    rows = (f'"{text}",{("a", "b", "")[(n * n) % 11 % 3]}\n' for n, text in enumerate(TEXTS))
    path.write_text("text,label\n" + "".join(rows), encoding="utf-8")
    return path


def loaded(source: Path) -> Splits:
    return load_splits(str(source), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1)


def encoded(records: stored.StoredRecords, encoder: TextEncoder, group: Group = ALONE) -> EncodedTexts:
    return result_of(encode_texts("train", Texts(records), encoder, group, "key"))


def kept() -> StoredRecords:
    found = gathered(Record(text) for text in TEXTS)
    assert isinstance(found, StoredRecords)
    return found


@pytest.mark.slow
def test_the_model_is_that_of_texts_in_memory(
    source: Path, tmp_path: Path, here: list[int], in_files: Callable[[], None]
) -> None:
    checks = []
    for name in ("memory", "files"):
        splits = loaded(source)
        assert isinstance(splits.train, StoredRecords) == (name == "files") == ("a file" in "".join(splits.notes))
        given = job(splits, CONFIG)
        list(train(given, tmp_path / name))
        checks.append((given.check, given.splits.fingerprint, given.metrics))
        in_files()
    assert len(here) > 5
    assert checks[0] == checks[1]
    for file in (WEIGHTS, NGRAMS, "tokenizer.json"):
        assert (tmp_path / "memory" / file).read_bytes() == (tmp_path / "files" / file).read_bytes()


def test_a_translator_is_that_of_pairs_in_memory(tmp_path: Path, here: list[int], in_files: Callable[[], None]) -> None:
    path, found = tmp_path / "pairs.tsv", []
    texts = (text for n in range(40) for text in (f"red {n}", f"green dog {n % 7} {'x' * (n % 9)}"))
    pairs = [f"{text}\t{text[::-1]}" for text in texts]
    path.write_text("\n".join(["source\ttarget", *pairs[:30], "alone\t", *pairs[30:]]) + "\n", encoding="utf-8")
    how: dict[str, Any] = {**SMALL, "text_column": "source", "target_column": "target", "max_tokens": 18}
    for name in ("memory", "files"):
        events: list[Event] = []
        lstm.train(str(path), output=tmp_path / name, on_event=events.append, **how)
        found.append([event.message for event in events if isinstance(event, Warned)])
        (read,) = (event for event in events if isinstance(event, PairsRead))
        assert [isinstance(event, TokensKept) for event in events].count(True) == (name == "files")
        assert ("texts, 0.0 GB, are kept in a file" in read.line()) == (name == "files") == (len(here) > 5)
        in_files()
    assert found[0] == found[1]
    assert any("1 pair has an empty side" in said and f"{path}, line 32" in said for said in found[0])
    assert any("with more than 18 tokens on a side left out" in said for said in found[0])
    for file in (WEIGHTS, "tokenizer.json"):
        assert (tmp_path / "memory" / file).read_bytes() == (tmp_path / "files" / file).read_bytes()


def test_a_classifier_that_learns_from_more_texts_is_that_of_all_in_memory(
    source: Path, tmp_path: Path, in_files: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, named = tmp_path / "more.txt", list[str]()
    plain.write_text("\n".join(f"{word} evening {n}" for n in range(30) for word in ("red", "blue")), encoding="utf-8")
    answers = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, p in zip(answers, (0.25, 0.625), strict=True):
        texts = (*(f"red night {n}" for n in range(30)), *(text.split("\n")[0] for text in TEXTS[:40]))
        path.write_text("text,p_a,p_b\n" + "".join(f"{text},{p},{1 - p}\n" for text in texts), encoding="utf-8")
    encode = tokenize_module._mapped

    def mapped(texts: Any, encoder: Any, group: Group, folder: Path, size: int) -> Any:
        named.append(f"{len(texts)}")
        return encode(texts, encoder, group, folder, size)

    monkeypatch.setattr(tokenize_module, "_mapped", mapped)
    how: dict[str, Any] = {"epochs": 1, "pretrain": 1, "virtual": 1.0, "hidden": 8, "embedding": 8, "threads": 1}
    notes = []
    for name in ("memory", "files"):
        heard: list[Event] = []
        how["on_event"] = heard.append
        done = lstm.train(str(source), output=tmp_path / name, unlabelled=[plain], teacher=answers, **how)
        notes.append(json.loads((tmp_path / name / "config.json").read_text("utf-8"))["data"])
        assert done.path == tmp_path / name
        assert ("60" in named) == (name == "files")
        told = [event.line() for event in heard if isinstance(event, TokensKept)]
        where = f"the tokenized texts are kept in {tmp_path / 'cache'} and removed 30 days after their last use"
        assert told == ([where] if name == "files" else [])
        in_files()
    assert notes[0]["fingerprint"] == notes[1]["fingerprint"]
    assert notes[0]["texts without labels"] == notes[1]["texts without labels"] == 60
    assert "60 texts, 0.0 GB, are kept in a file instead of memory" in notes[1]["notes"]
    for file in (WEIGHTS, NGRAMS, "tokenizer.json"):
        assert (tmp_path / "memory" / file).read_bytes() == (tmp_path / "files" / file).read_bytes()


def test_what_is_found_in_the_data_is_the_same(source: Path, in_files: Callable[[], None]) -> None:
    memory = loaded(source)
    in_files()
    files = loaded(source)
    assert isinstance(files.train, StoredRecords) and isinstance(memory.train, list)
    assert check_data(files) == check_data(memory) and check_data(files).conflicting
    assert (files.fingerprint, files.warnings) == (memory.fingerprint, memory.warnings) and files.warnings
    assert list(files.valid) == memory.valid


def test_records_of_a_file_are_those_that_were_put_there(in_files: Callable[[], None]) -> None:
    in_files()
    records = [
        Record("one", ("a",), 1, "a.csv"),
        Record("long" * 20, ("a", "b"), 2, "a.csv", target="\ud800"),
        Record("", (), 1, "b.csv", probabilities={"a": 0.25}, taught=True),
        Record("later", ("b",)),
    ]
    found = gathered(iter(records))
    assert isinstance(found, StoredRecords) and len(found) == 4
    first, second = iter(found), iter(found)
    assert [next(first), next(second), next(first), *second, *first] == [
        records[0], records[0], records[1], *records[1:], *records[2:]
    ]  # fmt: skip
    some = stored.picked(found, stored.np.array([False, True, False, True]))
    assert list(some) == [records[1], records[3]] and list(stored.picked(some, stored.np.array([False, True]))) == [
        records[3]
    ]


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_mapped_texts_are_those_in_memory(kind: Any, in_files: Callable[[], None]) -> None:
    config = TokenizerConfig(kind=kind, vocab_size=300)
    own, other = (TextEncoder.train(TEXTS, config) for _ in range(2))
    in_files()
    found, expected = encoded(kept(), own), other.encode_all(TEXTS)
    assert own.fit_buckets(found) == other.fit_buckets(expected)
    assert [text.tolist() for text in found] == [text.tolist() for text in expected]
    assert found.ids(slice(3, 9)).tolist() == expected.ids(slice(3, 9)).tolist()
    assert found.nbytes < expected.nbytes
    later = encoded(kept(), own)  # as validation texts are, after the buckets were fitted
    assert [text.tolist() for text in later] == [text.tolist() for text in other.encode_all(TEXTS)]


def test_a_repeated_run_tokenizes_what_is_missing(
    here: list[int], in_files: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_files()
    encoder, records, write = TextEncoder.train(TEXTS, TokenizerConfig()), kept(), shards._write
    left = iter(range(3))

    def killed(*how: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        write(*how)

    monkeypatch.setattr(shards, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        encoded(records, encoder)
    monkeypatch.setattr(shards, "_write", write)
    here.clear()
    encoded(records, encoder)
    assert len(here) == len(list(shards.chunks(TEXTS))) - 3
    here.clear()
    encoded(records, encoder)
    assert not here


def test_what_needs_all_rows_at_once_says_how_much_memory_that_takes(
    source: Path, in_files: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_files()
    records = kept()
    assert stored.in_memory(records, "--cv") == list(records)
    some = records.pick(stored.np.array([3, 5]))
    assert some.nbytes == records.pick(stored.np.array([3])).nbytes + records.pick(stored.np.array([5])).nbytes
    monkeypatch.setattr(stored, "usable_memory", lambda: 10_000)
    with pytest.raises(UsageError, match=r"--cv keeps all rows in memory: 0\.\d GB for \d+ rows"):
        list(cross_validate(lambda splits: job(splits, CONFIG), loaded(source), 2, 1, lambda: False))
    with pytest.raises(UsageError, match="--check-labels keeps all"):
        open_labels(str(source), {})


def test_shards_are_kept_while_they_are_used(in_files: Callable[[], None], tmp_path: Path) -> None:
    in_files()
    encoder, other = (TextEncoder.train(TEXTS, TokenizerConfig(vocab_size=size)) for size in (300, 6))
    records = kept()
    encoded(records, encoder)
    (used,) = (tmp_path / "cache").glob("*.texts")
    encoded(records, other)
    (unused,) = set((tmp_path / "cache").glob("*.texts")) - {used}
    for folder in (used, unused):
        os.utime(folder, (0, 0))
    encoded(records, encoder)
    assert used.exists() and not unused.exists()


class Member(Group):
    """One of several processes, here a thread."""

    def __init__(self, rank: int, barrier: threading.Barrier) -> None:
        super().__init__(rank, barrier.parties)
        self._barrier = barrier

    def wait(self, what: str) -> None:
        self._barrier.wait(20)


@pytest.mark.parametrize("world", [2, 3])
def test_processes_of_a_machine_divide_the_texts(
    world: int, here: list[int], in_files: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_files()
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    barrier, found = threading.Barrier(world), dict[int, EncodedTexts]()
    encoder = TextEncoder.train(TEXTS, TokenizerConfig())

    def member(rank: int) -> None:
        found[rank] = encoded(kept(), encoder, Member(rank, barrier))

    threads = [threading.Thread(target=member, args=(rank,), daemon=True) for rank in range(world)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    expected = [text.tolist() for text in encoder.encode_all(TEXTS)]
    assert len(here) == len(list(shards.chunks(TEXTS)))
    assert all([text.tolist() for text in found[rank]] == expected for rank in range(world))
