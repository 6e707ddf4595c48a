"""Layouts of published tokenizers: taken by the guard, and text is cut as their own program cuts it."""

from __future__ import annotations

from typing import Any

import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from lstmcli.tokenization.tokenizer import parse_tokenizer
from support.bombs import charsmap
from tokenization.test_regexes import GPT2, LLAMA3

WORDS = ["<unk>", "[UNK]", "[CLS]", "[SEP]", "<s>", "</s>", "the", "▁the", "Ġthe", "##s", "a", "▁", "s"]
PUBLIC: dict[str, dict[str, Any]] = {
    "BERT": {
        "model": models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"),
        "normalizer": normalizers.BertNormalizer(),
        "pre_tokenizer": pre_tokenizers.BertPreTokenizer(),
        "post_processor": processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]),
        "decoder": decoders.WordPiece(),
    },
    "GPT-2": {
        "model": models.BPE({word: i for i, word in enumerate(WORDS)}, []),
        "pre_tokenizer": pre_tokenizers.ByteLevel(False),
        "post_processor": processors.ByteLevel(trim_offsets=False),
        "decoder": decoders.ByteLevel(),
    },
    "RoBERTa": {
        "model": models.BPE({word: i for i, word in enumerate(WORDS)}, []),
        "pre_tokenizer": pre_tokenizers.ByteLevel(True),
        "post_processor": processors.RobertaProcessing(("</s>", 5), ("<s>", 4)),
        "decoder": decoders.ByteLevel(),
    },
    "T5": {
        "model": models.Unigram([(word, -float(i)) for i, word in enumerate(WORDS)], 0, False),
        "normalizer": normalizers.Precompiled(charsmap("ﷺ".encode(), b"x" * 33)),
        "pre_tokenizer": pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
        "decoder": decoders.Metaspace(),
    },
    "XLM-R": {
        "model": models.Unigram([(word, -float(i)) for i, word in enumerate(WORDS)], 0, False),
        "normalizer": normalizers.Sequence(
            [normalizers.Precompiled(charsmap("ﷺ".encode(), b"x" * 33)), normalizers.Replace(Regex(" {2,}"), " ")]
        ),
        "pre_tokenizer": pre_tokenizers.Metaspace(),
        "decoder": decoders.Metaspace(),
    },
    "ALBERT": {
        "model": models.Unigram([(word, -float(i)) for i, word in enumerate(WORDS)], 0, False),
        "normalizer": normalizers.Sequence(
            [
                *(normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD()),
                *(normalizers.StripAccents(), normalizers.Lowercase()),
                normalizers.Precompiled(charsmap("ﷺ".encode(), b"x" * 33)),
            ]
        ),
        "pre_tokenizer": pre_tokenizers.Metaspace(),
        "decoder": decoders.Metaspace(),
    },
    "Llama 2": {
        "model": models.BPE({**{word: i for i, word in enumerate(WORDS)}, "<0x41>": 13}, [], byte_fallback=True),
        "normalizer": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
        "decoder": decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        ),
    },
    "Llama 3": {
        "model": models.BPE({word: i for i, word in enumerate(WORDS)}, [], ignore_merges=True),
        "pre_tokenizer": pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
        ),
        "post_processor": processors.Sequence(
            [processors.ByteLevel(), processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 4)])]
        ),
        "decoder": decoders.ByteLevel(),
    },
    "CLIP": {
        "model": models.BPE({**{word: i for i, word in enumerate(WORDS)}, "a</w>": 13}, [], end_of_word_suffix="</w>"),
        "normalizer": normalizers.Sequence(
            [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
        ),
        "pre_tokenizer": pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(GPT2), "removed", invert=True), pre_tokenizers.ByteLevel(False)]
        ),
        "decoder": decoders.ByteLevel(),
    },
}


@pytest.mark.parametrize("name", PUBLIC)
def test_published_layouts_are_taken_and_cut_text_as_they_did(name: str) -> None:
    parts = dict(PUBLIC[name])
    made = Tokenizer(parts.pop("model"))
    for part, value in parts.items():
        setattr(made, part, value)
    made.encode_special_tokens = True
    made.enable_padding(length=99)
    found = parse_tokenizer(made.to_str())
    made.no_padding()
    for text in ("the theses", "  The  the ﷺ\n", "é 喜欢 a"):
        theirs, ours = (one.encode(text, add_special_tokens=False) for one in (made, found))
        assert (ours.ids, ours.offsets) == (theirs.ids, theirs.offsets)
        assert found.decode(ours.ids) == made.decode(theirs.ids)
