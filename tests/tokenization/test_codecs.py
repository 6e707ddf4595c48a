"""Tokenizers made elsewhere, as a language model sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from lstmcli.tokenization.codecs import byte_symbols
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder

TEXT = "the cat sat on the mat, the cats"


def foreign(tmp_path: Path, tokenizer: Tokenizer, mode: str = "lines") -> StreamEncoder:
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    return StreamEncoder.train([], LmTokenizerConfig(kind="bpe", words="text", path=str(path), mode=mode))


def gpt2_like() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=280,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    return tokenizer


def bert_like() -> Tokenizer:
    words = ["[PAD]", "[UNK]", "[CLS]", "the", "cat", "sat", "on", "mat", ",", "##s"]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]"])
    return tokenizer


def llama_like() -> Tokenizer:
    """Pieces with a ``▁`` for the space, and bytes for characters that it lacks."""
    letters = sorted(set(TEXT) - {" "})
    symbols = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", *letters, "▁t"]
    vocabulary = {symbol: i for i, symbol in enumerate(symbols)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("▁", "t")], unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


def t5_like() -> Tokenizer:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁the", -1.0), ("▁", -2.0)]
    tokenizer = Tokenizer(models.Unigram([*pieces, *((c, -3.0) for c in sorted(set(TEXT) - {" "}))], 2, False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


MAKERS = (gpt2_like, bert_like, llama_like, t5_like)


@pytest.mark.parametrize("mode", ["lines", "document"])
@pytest.mark.parametrize("make", MAKERS)
def test_a_tokenizer_from_elsewhere_comes_back(make: object, mode: str, tmp_path: Path) -> None:
    one = foreign(tmp_path, make(), mode)  # type: ignore[operator]
    rows = one.encode([TEXT, "", "the mat"])
    assert one.decode(np.concatenate(rows)) == f"{TEXT}\n\nthe mat\n"
    assert not any(one.unknown(row).any() for row in rows)
    assert all(row[-1] == one.close_id and row.max() < one.vocab_size for row in rows)
    assert (one.close_id == END_ID) == (mode == "lines")
    assert END_ID not in rows[0][:-1]
    again = StreamEncoder.from_json(one.to_json(), one.config)
    assert [row.tolist() for row in again.encode([TEXT, "", "the mat"])] == [row.tolist() for row in rows]
    assert again.vocab_size == one.vocab_size == len(one.pieces)
    continued = one.decode(one.prompt("the cat sat")[len(one.prompt("the cat")) :], int(one.prompt("the cat")[-1]))
    assert continued == " sat"


@pytest.mark.parametrize("make", [bert_like, t5_like])
def test_the_unknown_of_a_tokenizer_from_elsewhere_is_ours(make: object, tmp_path: Path) -> None:
    one = foreign(tmp_path, make())  # type: ignore[operator]
    assert UNKNOWN_ID in one.prompt("the Ω")
    assert one.tokens([UNKNOWN_ID, END_ID]) == ["<unk>", "</s>"]


@pytest.mark.parametrize("make", [gpt2_like, llama_like])
def test_characters_of_several_bytes_come_whole(make: object, tmp_path: Path) -> None:
    one = foreign(tmp_path, make())  # type: ignore[operator]
    streamer = one.streamer()
    parts = [streamer.push(i) for i in one.prompt("é我🐢")]
    assert [part for part in parts if part] == ["é", "我", "🐢"] and streamer.end() == ""
    assert one.offsets("我")[:3] == [(0, 1)] * 3


def test_word_pieces_start_words_unless_they_go_on(tmp_path: Path) -> None:
    one = foreign(tmp_path, bert_like())
    rows = one.prompt("the cats, the mat")
    assert one.starts_word(rows).tolist() == [True, True, False, False, True, True]
    assert "".join(one.tokens(rows)) == " the cats, the mat"


def test_bytes_have_the_symbols_that_tokenizers_use() -> None:
    assert sorted(byte_symbols()) == sorted(pre_tokenizers.ByteLevel.alphabet())
    split = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str
    for character in map(chr, range(0x800)):
        assert split(character)[0][0] == "".join(byte_symbols()[byte] for byte in character.encode())


@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cn"]), min_size=1), min_size=1))
@example(texts=["ΟΔΟΣ ΜΕΓΑΣ", "ΛΟΓΟΣ", "ΣΑΣ", "İİ"])
def test_lower_case_letters_are_those_that_were_learnt_whatever_stands_beside_them(texts: list[str]) -> None:
    config = LmTokenizerConfig(kind="char", words="text", mode="lines", lowercase=True)
    encoder = StreamEncoder.train(texts, config)
    together = [ids.tolist() for ids in encoder.encode(texts)]
    assert together == [encoder.encode([text])[0].tolist() for text in texts]
    assert not any(UNKNOWN_ID in ids for ids in together)
