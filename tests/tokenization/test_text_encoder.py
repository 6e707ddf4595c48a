"""The encoder: a text's rows are its own, whatever its company, its length, its spelling or the tokenizer."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from lstmcli.tokenization import guard
from lstmcli.tokenization import text_encoder as module
from lstmcli.tokenization.config import TOKENIZERS, TokenizerConfig
from lstmcli.tokenization.ids import PADDING_ID, UNKNOWN_ID
from lstmcli.tokenization.text_encoder import TextEncoder

TEXTS = ["The cat isn't here.", "我喜欢这部电影。", "a small cat, a small film", "ひらがな と カタカナ"]
WILD = st.text(max_size=30) | st.sampled_from([*TEXTS, "", " \t\n", "電影 cat", "never seen before"])
BUCKETS = 2**12


@lru_cache
def encoder_of(kind: str = "word", buckets: int = BUCKETS) -> TextEncoder:
    return TextEncoder.train(TEXTS, TokenizerConfig(kind=kind, hash_buckets=buckets))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(texts=st.lists(WILD, min_size=1, max_size=6))
@example(texts=["我喜欢", ""])
@example(texts=["", "我", "", "", "你", "cat"])
@settings(max_examples=30)
def test_a_text_is_encoded_the_same_in_any_company(kind: str, texts: list[str]) -> None:
    encoder = encoder_of(kind)
    for rows, text in zip(encoder.encode(texts), texts, strict=True):
        np.testing.assert_array_equal(rows, encoder.encode([text])[0])


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("buckets", [0, BUCKETS])
@given(text=WILD)
@settings(max_examples=20)
def test_rows_are_rows_of_the_table(kind: str, buckets: int, text: str) -> None:
    encoder = encoder_of(kind, buckets)
    (rows,) = encoder.encode([text])
    assert len(rows) >= 1 and rows.shape[1] == encoder.width and rows.dtype == np.int32
    assert PADDING_ID not in rows[:, :3]  # a spelling may be nothing
    assert rows.max() < encoder.rows and rows[:, 0].max() < encoder.vocab_size


@pytest.mark.parametrize("text", ["", " ", "\u00a0\t\n\u2009"])
def test_a_text_without_tokens_is_one_unknown(text: str) -> None:
    assert encoder_of().encode([text, "cat"])[0][:, 0].tolist() == [UNKNOWN_ID]


def test_no_texts_are_no_arrays() -> None:
    assert encoder_of().encode([]) == []


def test_features_can_be_left_out_and_are_for_words() -> None:
    assert encoder_of(buckets=0).width == 1 and encoder_of(buckets=0).rows == encoder_of().vocab_size
    assert encoder_of().width == 4 and encoder_of().rows == encoder_of().vocab_size + BUCKETS
    assert encoder_of("bpe").width == 1


@given(
    word=st.text(st.characters(categories=["L", "M", "N"], exclude_characters="'’"), min_size=1, max_size=8),
    around=st.sampled_from(["{}", "the {} cat", "{} {}!", "我{}你", "  {}\n{}"]),
)
@settings(max_examples=200)
def test_unknown_words_have_the_affixes_the_vocabulary_would_give_them(word: str, around: str) -> None:
    """Whatever case folding and composition do to them.  CJK characters are features of another kind."""
    text = around.format(word, word)
    knowing = TextEncoder.train([*TEXTS, text], TokenizerConfig(hash_buckets=BUCKETS))
    (known,), (unknown,) = knowing.encode([text]), encoder_of().encode([text])
    assert len(known) == len(unknown)
    assert knowing.features is not None
    for inside, outside in zip(known, unknown, strict=True):
        if outside[0] == UNKNOWN_ID and not knowing.features.has_neighbours[inside[0]]:
            spelt = inside[3] > 0  # else nothing, whatever the vocabulary
            assert spelt == (outside[3] > 0)
            inside, outside = inside[1 : 3 + spelt], outside[1 : 3 + spelt]
            np.testing.assert_array_equal(inside - knowing.vocab_size, outside - encoder_of().vocab_size)


def test_two_unknown_words_of_one_text_keep_their_own_affixes() -> None:
    rows = encoder_of().encode(["the", "zebra cat giraffe", "okapi"])
    zebra, _, giraffe = rows[1]
    assert zebra[0] == giraffe[0] == UNKNOWN_ID
    assert encoder_of().features is not None
    assert tuple(zebra[1:3]) == encoder_of().features.of_word("zebra")
    assert tuple(giraffe[1:3]) == encoder_of().features.of_word("giraffe")
    assert tuple(rows[2][0, 1:3]) == encoder_of().features.of_word("okapi")


def test_a_word_is_one_word_however_it_is_written() -> None:
    encoder = encoder_of()
    (rows,) = encoder.encode(["cat Cat CAT 我Cat"])
    assert len(set(rows[[0, 1, 2, 4], 0])) == len(set(rows[[0, 1, 2, 4], 1])) == 1
    assert rows[0, 3] == rows[3, 3] == 0 and len(set(rows[:3, 3])) == 3 and rows[4, 3] == rows[1, 3]


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_saved_and_read_again_it_encodes_the_same(kind: str) -> None:
    encoder = encoder_of(kind)
    again = TextEncoder.from_json(encoder.to_json(), encoder.config)
    assert (again.rows, again.width, again.vocabulary()) == (encoder.rows, encoder.width, encoder.vocabulary())
    for one, other in zip(again.encode([*TEXTS, "zebra"]), encoder.encode([*TEXTS, "zebra"]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_lone_surrogates_do_not_stop_it() -> None:
    broken, replaced = encoder_of().encode(["cat \udce9 \ud800zebra", "cat \ufffd \ufffdzebra"])
    np.testing.assert_array_equal(broken, replaced)


def test_buckets_follow_the_features_that_are_there() -> None:
    config = TokenizerConfig()
    encoder = TextEncoder.train(TEXTS, config)
    encoded = encoder.encode_all(TEXTS)
    buckets = encoder.fit_buckets(encoded)
    distinct = len(np.unique(np.concatenate([rows[:, 1:] for rows in encoded])))
    assert distinct <= buckets <= 256 and encoder.rows == encoder.vocab_size + buckets
    settled = TextEncoder.from_json(encoder.to_json(), replace(config, hash_buckets=buckets))
    for folded, later, anew in zip(encoded, encoder.encode(TEXTS), settled.encode(TEXTS), strict=True):
        np.testing.assert_array_equal(folded, later)
        np.testing.assert_array_equal(folded, anew)


# Long texts reach the tokenizer in pieces


@pytest.mark.parametrize("kind", ["word", "bpe", "char", "byte"])
@given(words=st.lists(st.sampled_from(["cat", "zebra", "isn't", "我", "film,", "\n"]), min_size=1, max_size=40))
@settings(max_examples=30)
def test_pieces_of_a_text_are_the_text(kind: str, words: list[str]) -> None:
    encoder, text = encoder_of(kind, 0), " ".join(words)
    (expected,) = encoder.encode([text])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "PIECE", 13)
        patch.setattr(module, "GROUP", 29)
        (rows,) = encoder.encode([text])
    assert encoder.tokenizer.decode(rows[:, 0].tolist()) == encoder.tokenizer.decode(expected[:, 0].tolist())
    if kind != "bpe":  # whose pieces may hold the space before a word
        np.testing.assert_array_equal(rows, expected)


def test_a_long_text_has_its_tokens_in_order() -> None:
    words = [f"w{i}" for i in range(20_000)]
    encoder = TextEncoder.train([" ".join(words)], TokenizerConfig(hash_buckets=0))
    (rows,) = encoder.encode([" ".join(words)])
    names = encoder.vocabulary()
    assert [names[i] for i in rows[:, 0]] == words


def test_white_space_that_fills_a_piece_is_no_token() -> None:
    text = "cat" + " " * 120_000 + "here"
    np.testing.assert_array_equal(encoder_of().encode([text])[0], encoder_of().encode(["cat here"])[0])


# Tokenizers from elsewhere


def foreign(tmp_path: Path, tokenizer: Tokenizer, **options: object) -> TextEncoder:
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    return TextEncoder.train([], TokenizerConfig(path=str(path), **options))  # type: ignore[arg-type]


def bert_like() -> Tokenizer:
    """[PAD] is 0 but [UNK] is not 1; a gap in the ids; lower-cased words in pieces."""
    vocabulary = {"[PAD]": 0, "[unused]": 1, "[UNK]": 5, "[CLS]": 6, "[SEP]": 7, "the": 8, "cat": 9, "##s": 12}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return tokenizer


def test_a_tokenizer_from_elsewhere_keeps_its_tokens(tmp_path: Path) -> None:
    encoder = foreign(tmp_path, bert_like())
    names = encoder.vocabulary()
    assert names[:2] == ["[PAD]", "[UNK]"] and len(names) == encoder.vocab_size == 2 + 13
    (rows,) = encoder.encode(["The cats zebra [CLS]"])
    assert [names[i] for i in rows[:, 0]][:4] == ["the", "cat", "##s", "[UNK]"]
    assert rows[3, 0] == UNKNOWN_ID and PADDING_ID not in rows[:, 0]
    assert "[CLS]" not in [names[i] for i in rows[:, 0]]


def test_a_tokenizer_from_elsewhere_may_have_no_unknown(tmp_path: Path) -> None:
    alphabet = {symbol: i for i, symbol in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(alphabet, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    encoder = foreign(tmp_path, tokenizer)
    text = "żółw 🐢"
    (rows,) = encoder.encode([text])
    assert rows[:, 0].min() >= 2 and encoder.rows == encoder.vocab_size == 258
    assert tokenizer.decode((rows[:, 0] - 2).tolist()) == text


def test_a_tokenizer_from_elsewhere_is_saved_as_it_is(tmp_path: Path) -> None:
    encoder = foreign(tmp_path, bert_like())
    again = TextEncoder.from_json(encoder.to_json(), encoder.config)
    assert json.loads(again.to_json())["model"] == json.loads(bert_like().to_str())["model"]
    np.testing.assert_array_equal(again.encode(["The cats zebra"])[0], encoder.encode(["The cats zebra"])[0])


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(text=WILD)
@settings(max_examples=30)
def test_spans_are_one_for_each_token_in_order(kind: str, text: str) -> None:
    encoder = encoder_of(kind)
    spans = encoder.spans(text)
    assert len(encoder.encode([text])[0]) == max(1, len(spans))
    assert all(0 <= first <= last <= len(text) for first, last in spans)
    assert [first for first, _ in spans] == sorted(first for first, _ in spans)


def test_spans_are_where_the_tokens_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The CAT isn't  这里."
    expected = ["The", "CAT", "isn", "'t", "这", "里", "."]
    assert [text[slice(*span)] for span in encoder_of().spans(text)] == expected
    monkeypatch.setattr(guard, "PIECE", 7)  # long texts go to the tokenizer in pieces
    assert [text[slice(*span)] for span in encoder_of().spans(text)] == expected
