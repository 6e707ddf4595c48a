"""Tokenizers from strangers: those that would take memory out of proportion, and those that fail at work."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from lstmcli.errors import DataError, ModelError
from lstmcli.tokenization.config import TOKENIZERS, LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.guard import checked, guarded
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import parse_tokenizer, train_tokenizer

FOREIGN = TokenizerConfig(path="elsewhere.json")


def tokenizer(vocabulary: dict[str, int] | None = None, **parts: Any) -> Tokenizer:
    made = Tokenizer(models.WordLevel(vocabulary or {"a": 0, "b": 1}, unk_token="a"))
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def doubling(times: int) -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.Replace("a", "aa")] * times)


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": doubling(40)},
        {"normalizer": normalizers.Sequence([doubling(4), doubling(4)])},
        {"normalizer": normalizers.Replace(Regex(""), "b" * 100)},
        {"normalizer": normalizers.Replace("a", "b" * 1_000_000)},
        {"normalizer": normalizers.Prepend("x" * 100_000)},
        {"decoder": decoders.Sequence([decoders.Replace("a", "aa")] * 40)},
    ],
)
def test_rules_that_make_a_text_very_much_longer_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="very much longer"):
        parse_tokenizer(tokenizer(**parts).to_str())


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.NFKC()])},
        {"normalizer": normalizers.Replace(Regex(" {2,}"), " ")},
        {"normalizer": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])},
        {"pre_tokenizer": pre_tokenizers.Metaspace(), "decoder": decoders.Metaspace()},
        {"decoder": decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])},
    ],
)
def test_rules_of_tokenizers_that_people_use_are_taken(parts: dict[str, Any]) -> None:
    parse_tokenizer(tokenizer(**parts).to_str())


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_our_own_are_taken(kind: str) -> None:
    made = train_tokenizer(["the cat sat", "我喜欢"] * 9, TokenizerConfig(kind=kind, vocab_size=300))  # type: ignore[arg-type]
    parse_tokenizer(made.to_str())


def test_a_map_of_long_replacements_is_refused() -> None:
    content = json.loads(tokenizer().to_str())
    for texts, taken in ((b"abc\0de\0", True), (b"a" * 100_000 + b"\0", False)):
        trie = bytes(1024)
        charsmap = base64.b64encode(len(trie).to_bytes(4, "little") + trie + texts).decode()
        content["normalizer"] = {"type": "Precompiled", "precompiled_charsmap": charsmap}
        if taken:
            parse_tokenizer(json.dumps(content))
        else:
            with pytest.raises(DataError):
                parse_tokenizer(json.dumps(content))


@pytest.mark.parametrize("highest", [2**31 - 1, 2**32 - 1])
def test_a_vocabulary_of_gaps_is_refused_before_a_list_of_it_is_made(highest: int) -> None:
    written = json.loads(tokenizer().to_str())
    written["model"]["vocab"]["b"] = highest
    content = json.dumps(written)
    with pytest.raises(DataError, match="2 tokens have ids up to"):
        TextEncoder.from_json(content, FOREIGN)
    with pytest.raises(DataError, match="2 tokens have ids up to"):
        StreamEncoder.from_json(content, LmTokenizerConfig("bpe", mode="lines", path="elsewhere.json"))


@pytest.mark.parametrize("highest", [7, 2**31, 2**32 - 1])
def test_an_id_that_the_vocabulary_has_not(highest: int) -> None:
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "b": highest}
    made = tokenizer(vocabulary, pre_tokenizer=pre_tokenizers.Whitespace())
    with pytest.raises(ModelError, match=f"gives the id {highest}, and the vocabulary has 3"):
        TextEncoder(made, TokenizerConfig(hash_buckets=0)).encode(["b b"])


@pytest.mark.parametrize("id", [-1, 4, 1.5, True, "1", None, 2**70])
@pytest.mark.parametrize("kind", ["word", "char"])
def test_ids_of_plain_tables_that_make_no_sense(kind: str, id: Any) -> None:
    content = {"model": {"vocab": {"</s>": 0, "<unk>": 1, "a": 2, "b": id}}, "normalizer": None}
    config = LmTokenizerConfig(kind, "spaces", "lines")
    with pytest.raises(DataError):
        StreamEncoder.from_json(json.dumps(content), config)


def test_a_regular_expression_that_gives_up_is_an_error_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    made = tokenizer(pre_tokenizer=pre_tokenizers.Split(Regex("(a+)+$"), "isolated"))
    with pytest.raises(ModelError, match="retry-limit"):
        TextEncoder(made, FOREIGN).encode(["a" * 40 + "b"])


def test_a_tokenizer_without_its_unknown_token_is_an_error_of_ours() -> None:
    made = Tokenizer(models.WordLevel({"a": 0}, unk_token="none"))
    with pytest.raises(ModelError, match="Missing"):
        TextEncoder(made, FOREIGN).encode(["b"])


def test_ctrl_c_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt), guarded():
        raise KeyboardInterrupt


def test_checked_ids_keep_their_values() -> None:
    ids_N = np.array([0, 3, 2])
    assert checked(ids_N, 4).tolist() == [0, 3, 2] and checked(ids_N, 4).dtype == np.int32
    assert checked(ids_N[:0], 0).tolist() == []
