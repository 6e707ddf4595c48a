"""Words and their features in a graph are those of the tokenizer and of the character model."""

from __future__ import annotations

import zlib

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.characters.words import distinct
from lstmcli.engine.nodes import Graph
from lstmcli.engine.protobuf import INT64, value_info
from lstmcli.exporting.text_nodes import pieces, spaced_words
from lstmcli.exporting.word_nodes import affix_hashes, spellings
from lstmcli.tokenization import features

LETTERS = st.sampled_from([*"aBcÉ7٣-'_\u0130\u03a3\u01c5\u0301人ｶＡ\U0001d400😀\ud7ff\x01"])
WORD = st.text(LETTERS, min_size=1, max_size=9)
SPACED = st.text(st.one_of(LETTERS, st.sampled_from([*" \t\n\x1c\x85\u3000\u200b"])), max_size=300)


@pytest.fixture(scope="module")
def of_words() -> onnxruntime.InferenceSession:
    graph = Graph()
    words = spaced_words(graph, "codes", "tokens")
    graph.node("Identity", affix_hashes(graph, words), name="hashes")
    graph.node("Identity", spellings(graph, words), name="spelling")
    inputs = [value_info("codes", INT64, ["B", "N"]), value_info("tokens", INT64, ["B", "T"])]
    outputs = [value_info("hashes", INT64, ["B", "T", 2]), value_info("spelling", INT64, ["B", "T"])]
    return onnxruntime.InferenceSession(graph.finish("test", inputs, outputs).serialise())


@pytest.fixture(scope="module")
def of_pieces() -> onnxruntime.InferenceSession:
    graph = Graph()
    chars_DL, text_D = pieces(graph, "codes")
    graph.node("Identity", chars_DL, name="chars")
    graph.node("Identity", text_D, name="texts")
    outputs = [value_info("chars", INT64, ["D", "L"]), value_info("texts", INT64, ["D"])]
    return onnxruntime.InferenceSession(
        graph.finish("test", [value_info("codes", INT64, ["B", "N"])], outputs).serialise()
    )


def rows_of(texts: list[str]) -> np.ndarray:
    codes = np.zeros((len(texts), max(map(len, texts))), np.int64)
    for row, text in zip(codes, texts, strict=True):
        row[: len(text)] = [*map(ord, text)]
    return codes


@given(texts=st.lists(st.lists(WORD, max_size=6), min_size=1, max_size=3))
def test_features(of_words: onnxruntime.InferenceSession, texts: list[list[str]]) -> None:
    tokens = np.zeros((len(texts), max(map(len, texts))), np.int64)
    inputs = {"codes": rows_of([" ".join(words) for words in texts]), "tokens": tokens}
    hashes, spelling = of_words.run(["hashes", "spelling"], inputs)
    for b, words in enumerate(texts):
        for t, word in enumerate(words):
            assert hashes[b, t].tolist() == [zlib.crc32(affix.encode()) for affix in features.affixes(word)]
            assert spelling[b, t] == features.spellings(word, np.array([0]), np.array([len(word)]))[0]


@given(texts=st.lists(SPACED, min_size=1, max_size=3))
def test_pieces(of_pieces: onnxruntime.InferenceSession, texts: list[str]) -> None:
    chars, owners = of_pieces.run(["chars", "texts"], {"codes": rows_of(texts)})
    found: dict[int, list[str]] = {b: [] for b in range(len(texts))}
    for row, owner in zip(chars.tolist(), owners.tolist(), strict=True):
        if any(row):
            found[owner].append("".join(map(chr, row)).rstrip("\0"))
    assert {b: sorted(words) for b, words in found.items()} == {
        b: sorted(f" {piece} " for piece in distinct(text)) for b, text in enumerate(texts)
    }
