"""Tokenizers drawn at random from every part that the installed ``tokenizers`` knows, repeated and mixed.

    python -m support.bombs FIRST END

tries those of the numbers FIRST to END - 1 on short texts, in a process whose memory and time are limited, and prints
how many were taken and how many were refused.
"""

from __future__ import annotations

import json
import random
import resource
import sys
from collections.abc import Callable
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from lstmcli.errors import DataError, ModelError
from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.growth import weight
from lstmcli.tokenization.guard import MAX_AFFIX, MAX_DECODED, MAX_GROWTH
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder

MEMORY = 3 * 2**30
SECONDS = 120
"""Of the processor, for all that one process tries."""
TEXTS = ["é", "a" * 300, "ﷺ½ ｱ" * 40, "the cat 我喜欢 ab12 \n\n  İ́" * 12, "<unk>▁##aaa![PAD]" * 9, "ab" * 150, ""]
PATTERNS = [
    "a", " ", "", "aa", "▁", "(a+)+$", "a*", "(?:a|b|ab)*c", r"\s+", "a{2}", r"a*a*a*b", "(?=a)", "b?", r"[\s\S]*\x01",
    r" ?\p{L}+|\s+(?!\S)|\s+",
]  # fmt: skip
STRINGS = ["", "a", "aa", "▁", " ", "ab", "½", "ﷺ", "x" * 50, "a" * 20_000]


def pattern(draw: random.Random) -> Any:
    return Regex(draw.choice(PATTERNS)) if draw.random() < 0.5 else draw.choice(STRINGS[:8])


def charsmap(old: bytes, new: bytes) -> bytes:
    """A map of SentencePiece with one entry: a double array in which the children of each node have 256 places."""
    units = [0] * 256 * (len(old) + 2)
    at = 0
    for depth, byte in enumerate(old):
        base = 256 * (depth + 1)
        units[at] |= (at ^ base) << 10
        at = base + byte
        units[at] = byte
    base = 256 * (len(old) + 1)
    units[at] |= (at ^ base) << 10 | 1 << 8
    units[base] = 1 << 31
    trie = b"".join(unit.to_bytes(4, "little") for unit in units)
    return len(trie).to_bytes(4, "little") + trie + new + b"\0"


Make = Callable[[random.Random], Any]
NORMALIZERS: dict[str, Make] = {
    **{name: (lambda _, name=name: getattr(normalizers, name)()) for name in ("NFC", "NFD", "NFKC", "NFKD", "Nmt")},
    **{name: (lambda _, name=name: getattr(normalizers, name)()) for name in ("Lowercase", "Strip", "StripAccents")},
    "BertNormalizer": lambda draw: normalizers.BertNormalizer(lowercase=draw.random() < 0.5),
    "ByteLevel": lambda _: normalizers.ByteLevel(),
    "Replace": lambda draw: normalizers.Replace(pattern(draw), draw.choice(STRINGS)),
    "Prepend": lambda draw: normalizers.Prepend(draw.choice(STRINGS)),
    "Precompiled": lambda draw: normalizers.Precompiled(
        charsmap(draw.choice([b"a", b"ab", "é".encode()]), draw.choice([b"b", b"aa", b"x" * 40, b"a" * 9000]))
    ),
    "Sequence": lambda draw: normalizers.Sequence(several(draw, NORMALIZERS)),
}
PRE_TOKENIZERS: dict[str, Make] = {
    "BertPreTokenizer": lambda _: pre_tokenizers.BertPreTokenizer(),
    "ByteLevel": lambda draw: pre_tokenizers.ByteLevel(draw.random() < 0.5, use_regex=draw.random() < 0.5),
    "CharDelimiterSplit": lambda draw: pre_tokenizers.CharDelimiterSplit(draw.choice("a ")),
    "Digits": lambda draw: pre_tokenizers.Digits(draw.random() < 0.5),
    "FixedLength": lambda draw: pre_tokenizers.FixedLength(draw.choice([0, 1, 5, 10**9])),
    "Metaspace": lambda draw: pre_tokenizers.Metaspace(
        draw.choice("▁ﷺ a"), draw.choice(["always", "first", "never"]), draw.random() < 0.5
    ),
    "Punctuation": lambda draw: pre_tokenizers.Punctuation(draw.choice(["isolated", "removed", "merged_with_next"])),
    "Sequence": lambda draw: pre_tokenizers.Sequence(several(draw, PRE_TOKENIZERS)),
    "Split": lambda draw: pre_tokenizers.Split(
        pattern(draw), draw.choice(["isolated", "removed", "contiguous"]), draw.random() < 0.3
    ),
    "UnicodeScripts": lambda _: pre_tokenizers.UnicodeScripts(),
    "Whitespace": lambda _: pre_tokenizers.Whitespace(),
    "WhitespaceSplit": lambda _: pre_tokenizers.WhitespaceSplit(),
}
DECODERS: dict[str, Make] = {
    "BPEDecoder": lambda draw: decoders.BPEDecoder(draw.choice(STRINGS[:4])),
    "ByteFallback": lambda _: decoders.ByteFallback(),
    "ByteLevel": lambda _: decoders.ByteLevel(),
    "CTC": lambda draw: decoders.CTC("<pad>", draw.choice(STRINGS[:4]), draw.random() < 0.5),
    "Fuse": lambda _: decoders.Fuse(),
    "Metaspace": lambda draw: decoders.Metaspace(draw.choice("▁a")),
    "Replace": lambda draw: decoders.Replace(pattern(draw), draw.choice(STRINGS)),
    "Sequence": lambda draw: decoders.Sequence(several(draw, DECODERS)),
    "Strip": lambda draw: decoders.Strip(draw.choice("a▁"), draw.choice([0, 1, 10**6]), 1),
    "WordPiece": lambda draw: decoders.WordPiece(draw.choice(STRINGS), draw.random() < 0.5),
}
PROCESSORS: dict[str, Make] = {
    "BertProcessing": lambda _: processors.BertProcessing(("a", 1), ("b", 2)),
    "ByteLevel": lambda draw: processors.ByteLevel(trim_offsets=draw.random() < 0.5),
    "RobertaProcessing": lambda _: processors.RobertaProcessing(("a", 1), ("b", 2)),
    "Sequence": lambda draw: processors.Sequence(several(draw, PROCESSORS)),
    "TemplateProcessing": lambda draw: processors.TemplateProcessing(
        single=" ".join(["$A"] * draw.choice([1, 2, 3000])), special_tokens=[]
    ),
}
WORDS = ["<unk>", "a", "b", "ab", "##a", "▁", "é", "</w>", "aa", "the", "cat", "<0x41>", "我"]


def vocabulary(draw: random.Random) -> dict[str, int]:
    return {word: i for i, word in enumerate([*WORDS, *(["y" * 30_000] * (draw.random() < 0.2))])}


def unknown(draw: random.Random, known: dict[str, int]) -> str:
    """The unknown token, which now and then is long."""
    name = draw.choice(["<unk>"] * 5 + ["u" * 5000])
    known.setdefault(name, len(known))
    return name


def bpe(draw: random.Random) -> models.Model:
    known, prefix = vocabulary(draw), draw.choice([None, None, "p" * 5000])
    given = {
        "dropout": draw.choice([None, 0.5]),
        "continuing_subword_prefix": prefix,
        "end_of_word_suffix": draw.choice([None, None, "</w>", "s" * 5000]),
    }
    return models.BPE(
        known,
        [] if prefix else [("a", "b"), ("a", "a")],
        unk_token=unknown(draw, known),
        **{name: value for name, value in given.items() if value is not None},
        fuse_unk=draw.random() < 0.5,
        byte_fallback=draw.random() < 0.5,
        ignore_merges=draw.random() < 0.5,
    )


def unigram(draw: random.Random) -> models.Model:
    words = [*WORDS, *("a" * n for n in range(3, draw.choice([4, 40, 2000])))]
    return models.Unigram([(word, -1.0 - i / 9) for i, word in enumerate(words)], 0, draw.random() < 0.5)


def wordpiece(draw: random.Random) -> models.Model:
    known = vocabulary(draw)
    most = draw.choice([100, 100, 500, 10**9])
    return models.WordPiece(
        known,
        unk_token=unknown(draw, known),
        max_input_chars_per_word=most,
        continuing_subword_prefix=draw.choice(["##", "##", "p" * 5000]),
    )


def wordlevel(draw: random.Random) -> models.Model:
    known = vocabulary(draw)
    return models.WordLevel(known, unk_token=unknown(draw, known))


MODELS: dict[str, Make] = {"BPE": bpe, "Unigram": unigram, "WordPiece": wordpiece, "WordLevel": wordlevel}


def several(draw: random.Random, parts: dict[str, Make]) -> list[Any]:
    """Some parts, or one again and again; a sequence in a sequence now and then."""
    names = [name for name in parts if name != "Sequence" or draw.random() < 0.1]
    if draw.random() < 0.5:
        return [parts[draw.choice(names)](draw)] * draw.choice([1, 2, 3, 24, 300])
    return [parts[draw.choice(names)](draw) for _ in range(draw.randint(1, 8))]


def drawn(number: int) -> str:
    """A ``tokenizer.json``."""
    draw = random.Random(number)
    made = Tokenizer(MODELS[draw.choice(list(MODELS))](draw))
    parts = {"normalizer": NORMALIZERS, "pre_tokenizer": PRE_TOKENIZERS, "decoder": DECODERS}
    for name, known in {**parts, "post_processor": PROCESSORS}.items():
        if draw.random() < 0.6:
            setattr(made, name, known[draw.choice([*known, "Sequence"])](draw))
    added = []
    if draw.random() < 0.3:
        added = [(text, draw.random() < 0.5) for text in ("aa", "x" * 20_000, "▁")]
    if draw.random() < 0.2:
        made.enable_padding(length=10**9)
        made.enable_truncation(7000, stride=draw.choice([0, 3]))
    whole = json.loads(made.to_str())
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "special"), False)
    for content, normalized in added:  # not by the library, which would run the bomb on them
        number = made.get_vocab_size() + len(whole["added_tokens"])
        whole["added_tokens"].append({"id": number, "content": content, "normalized": normalized, **flags})
    return json.dumps(whole)


def tried(content: str) -> bool:
    """Whether a tokenizer is taken; then all that is done with one is done.

    Raises:
        AssertionError: it makes more of a text than was stated.
    """
    try:
        labelled = TextEncoder.from_json(content, TokenizerConfig(path="elsewhere.json"))
        running = StreamEncoder.from_json(content, LmTokenizerConfig("bpe", mode="document", path="elsewhere.json"))
    except (DataError, ModelError):
        return False
    model = json.loads(labelled.to_json())["model"]
    assert not model.get("dropout")
    for text in TEXTS:
        most = MAX_GROWTH * weight(text) + 9
        try:
            (ids,) = labelled.encode([text])
            assert len(ids) <= most and len(labelled.spans(text)) <= most
            (line,) = running.encode([text])
            assert len(line) <= MAX_GROWTH * (weight(text) + 1) + 9
            assert (labelled.encode([text])[0] == ids).all()
            assert running.decode(line) is not None
        except ModelError:
            continue
    longest = max(map(len, labelled.vocabulary()))
    assert all(len(piece) <= MAX_DECODED * 4 * (longest + MAX_AFFIX) for piece in running.pieces)
    return True


def main(first: int, end: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    taken = 0
    for number in range(first, end):
        print(number, file=sys.stderr, flush=True)
        taken += tried(drawn(number))
    print(json.dumps({"taken": taken, "refused": end - first - taken}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
