"""Shards of a long text: the same ids, whoever makes them and however often it begins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli import children
from lstmcli.errors import LstmError
from lstmcli.language_modeling.corpus import Corpus, full_key, shard_folder
from lstmcli.tokenization import shards
from lstmcli.tokenization.processes import Tokenizers
from lstmcli.tokenization.shards import chunks, shard_ids, tokenize
from lstmcli.training.distributed import Group
from support.lm_models import LINES, encoder
from support.steps import build_corpus

pytestmark = pytest.mark.timeout(120)
TEXT = [line for n in range(20) for line in (*LINES, f"text {n}")]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 300)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tokenizes here; has the sizes of the chunks that were tokenized."""
    made: list[int] = []

    def tokenized(self: Tokenizers, chunk: list[str]) -> np.ndarray:
        made.append(len(chunk))
        return self._encoder.shard(chunk)

    monkeypatch.setattr(Tokenizers, "_tokenize", tokenized)
    return made


@given(st.lists(st.text(max_size=400), max_size=12))
def test_chunks_are_the_lines_in_order(lines: list[str]) -> None:
    found = list(chunks(lines))
    assert [line for chunk in found for line in chunk] == lines
    assert all(sum(len(line) + 1 for line in chunk[:-1]) < shards.SHARD for chunk in found)


@pytest.mark.parametrize("kind", ["words", "bpe", "char"])
def test_a_corpus_of_shards_is_that_of_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_this_process: list[int], kind: str
) -> None:
    tokenizer = encoder(kind)
    sharded = build_corpus(TEXT, tokenizer, key="a", cache=tmp_path, processes=3)
    assert len(in_this_process) > 5
    assert [path.suffix for path in tmp_path.iterdir()] == [".ids"]
    monkeypatch.setattr(shards, "SHARD", 1 << 20)
    whole = build_corpus(TEXT, tokenizer, key="b", cache=tmp_path)
    assert sharded.ids_from_start.tolist() == whole.ids_from_start.tolist()
    assert (sharded.lines, sharded.bytes, sharded.unknown) == (whole.lines, whole.bytes, whole.unknown)


def test_processes_tokenize_as_we_do(tmp_path: Path) -> None:
    tokenizer = encoder("bpe")
    found = np.concatenate(list(shard_ids(chunks(TEXT), tokenizer, tmp_path, 2)))
    assert found.tolist() == tokenizer.shard(TEXT).tolist()


def test_what_is_there_is_not_made_again(tmp_path: Path, in_this_process: list[int]) -> None:
    tokenizer = encoder()

    def killed() -> Iterator[str]:
        yield from TEXT[:120]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_corpus(killed(), tokenizer, key="a", cache=tmp_path, processes=1)
    folder = shard_folder(tmp_path, full_key("a", tokenizer))
    there = sorted(folder.iterdir())
    assert len(there) > 2 and {path.suffix for path in there} == {".shard"}
    there[0].write_bytes(there[0].read_bytes()[:-1])  # one is damaged
    there[1].write_bytes(there[1].read_bytes()[:-1] + b"\7")
    in_this_process.clear()
    build_corpus(TEXT, tokenizer, key="a", cache=tmp_path)
    assert len(in_this_process) == len(list(chunks(TEXT))) - len(there) + 2


def test_a_line_that_has_changed_makes_its_shard_again(tmp_path: Path, in_this_process: list[int]) -> None:
    tokenizer = encoder()
    list(shard_ids(chunks(TEXT), tokenizer, tmp_path, 1))
    in_this_process.clear()
    changed = [*TEXT[:-1], "other"]
    found = np.concatenate(list(shard_ids(chunks(changed), tokenizer, tmp_path, 1)))
    assert len(in_this_process) == 1 and found.tolist() == tokenizer.shard(changed).tolist()


@pytest.mark.parametrize("world", [1, 2, 3])
def test_processes_of_one_training_divide_the_shards(tmp_path: Path, in_this_process: list[int], world: int) -> None:
    tokenizer, count = encoder(), len(list(chunks(TEXT)))
    made = [list(tokenize(chunks(TEXT), tokenizer, tmp_path, 1, rank=rank, world=world)) for rank in range(world)]
    assert sum(map(len, made)) == count and max(map(len, made)) - min(map(len, made)) <= 1
    in_this_process.clear()
    found = np.concatenate(list(shard_ids(chunks(TEXT), tokenizer, tmp_path, 1)))
    assert not in_this_process and found.tolist() == tokenizer.shard(TEXT).tolist()


def test_processes_of_one_training_make_one_corpus(tmp_path: Path, in_this_process: list[int]) -> None:
    tokenizer, barrier, found = encoder(), threading.Barrier(2), dict[int, Corpus]()

    class Member(Group):
        def wait(self, what: str) -> None:
            barrier.wait(20)

    def member(rank: int) -> None:
        found[rank] = build_corpus(TEXT, tokenizer, key="a", cache=tmp_path, processes=1, group=Member(rank, 2))

    threads = [threading.Thread(target=member, args=(rank,), daemon=True) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(in_this_process) == len(list(chunks(TEXT)))  # each once
    assert [path.suffix for path in tmp_path.iterdir()] == [".ids"]
    assert all(found[rank].ids.tolist() == tokenizer.shard(TEXT).tolist() for rank in range(2))
    assert found[0].lines == found[1].lines == len(TEXT)


def test_a_process_that_ends_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "python_command", lambda code: ["false"])
    with pytest.raises(LstmError, match="ended, twice"):
        list(shard_ids(chunks(TEXT), encoder(), tmp_path, 1))
