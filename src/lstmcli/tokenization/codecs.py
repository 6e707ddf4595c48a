"""Conversion of texts to ids and back to bytes, for each kind of language-model tokenizer.

Words between spaces, characters and bytes need only a table; the other kinds use ``tokenizers``.
Shapes: N ids of some texts, end to end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lstmcli.errors import DataError
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.guard import MAX_AFFIX, check_ids, checked_ids, growth_of, guarded
from lstmcli.tokenization.ids import END, END_ID, UNKNOWN, UNKNOWN_ID, Ids
from lstmcli.tokenization.lm_tokenizer import NEWLINE, WRITTEN_END
from lstmcli.tokenization.tokenizer import MovedIds, moved_ids, parse_tokenizer

Span = tuple[int, int]


class Codec(Protocol):
    """Converts texts to ids and ids to bytes."""

    vocab_size: int
    newline: int | None  # the id of the line end, if the vocabulary has it
    leads: bool = False  # a space is added before each line
    spaced: bool = False  # the first space of a line is not part of the text
    growth: float = 1.0  # maximum ratio of the length of all pieces of a text to its length
    moved: MovedIds = MovedIds()

    def ids(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        """The ids of all texts end to end, [N], and how many each text has."""

    def spans(self, text: str) -> list[Span]:
        """The characters that each id stands for."""

    def pieces(self) -> list[bytes]:
        """What each id adds to a line, in UTF-8."""


def read_codec(tokenizer_json: str, config: LmTokenizerConfig) -> Codec:
    """The codec of a ``tokenizer.json``.

    Raises:
        DataError: it is no tokenizer, or not of the kind that ``config`` says.
    """
    kind = "spaces" if (config.kind, config.words) == ("word", "spaces") else config.kind
    if kind not in ("spaces", "char", "byte"):
        return LibraryCodec(parse_tokenizer(tokenizer_json), config)
    try:
        content = json.loads(tokenizer_json)
        vocabulary: dict[str, int] = content["model"]["vocab"]
        if not all(type(i) is int and 0 <= i < len(vocabulary) for i in vocabulary.values()):
            raise ValueError("an id beyond the vocabulary")
        if (vocabulary[END], vocabulary[UNKNOWN]) != (END_ID, UNKNOWN_ID):
            raise KeyError(END)
        lowercase = "Lowercase" in json.dumps(content["normalizer"])
        if kind == "spaces":
            return WordCodec(vocabulary, lowercase)
        return CharacterCodec(vocabulary, lowercase) if kind == "char" else ByteCodec(vocabulary)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"not a {config.kind} tokenizer of a language model", path=config.path) from error


class _Known(dict[str, int]):
    """A vocabulary in which every other word is unknown."""

    def __missing__(self, word: str) -> int:
        return UNKNOWN_ID


class WordCodec(Codec):
    """Words between white space."""

    spaced = True

    def __init__(self, vocabulary: Mapping[str, int], lowercase: bool) -> None:
        self._known = _Known(vocabulary)
        self._lowercase = lowercase
        self.vocab_size = len(vocabulary)
        self.newline = vocabulary.get(NEWLINE)
        self._known[END] = self._known[WRITTEN_END]

    def ids(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        find = self._known.__getitem__
        if self._lowercase:
            texts = [text.lower() for text in texts]
        return _concatenated([list(map(find, text.split())) for text in texts], self.vocab_size)

    def spans(self, text: str) -> list[Span]:
        return [found.span() for found in re.finditer(r"\S+", text)]

    def pieces(self) -> list[bytes]:
        words = [b""] * self.vocab_size
        for word, i in self._known.items():
            words[i] = word.encode() if word == NEWLINE else b" " + word.strip().encode()
        words[END_ID], words[UNKNOWN_ID] = b"", b" " + UNKNOWN.encode()
        return words


class CharacterCodec(Codec):
    """Unicode characters."""

    def __init__(self, vocabulary: Mapping[str, int], lowercase: bool) -> None:
        self._vocabulary = vocabulary
        self.vocab_size = len(vocabulary)
        self.newline = vocabulary.get(NEWLINE)
        self._by_code = np.full(0x110000, UNKNOWN_ID, np.int32)
        self._lowercase = lowercase
        for character, i in vocabulary.items():
            if len(character) == 1:
                self._by_code[ord(character)] = i

    def ids(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        text = "".join(texts)
        if self._lowercase:
            # İ is the only character that becomes two; Σ the only one whose neighbours decide what it becomes.
            text = text.replace("İ", "i").replace("Σ", "σ").lower()
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        return self._by_code[codes], np.fromiter(map(len, texts), np.int64, len(texts))

    def spans(self, text: str) -> list[Span]:
        return [(i, i + 1) for i in range(len(text))]

    def pieces(self) -> list[bytes]:
        pieces = [b""] * self.vocab_size
        for character, i in self._vocabulary.items():
            pieces[i] = character.encode()
        pieces[END_ID], pieces[UNKNOWN_ID] = b"", UNKNOWN.encode()
        return pieces


class ByteCodec(Codec):
    """Bytes of UTF-8."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.vocab_size = len(vocabulary)
        self._by_byte = np.array([vocabulary[symbol] for symbol in byte_symbols()], np.int32)
        self.newline: int | None = int(self._by_byte[ord(NEWLINE)])

    def ids(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        data = [text.encode() for text in texts]
        ids = self._by_byte[np.frombuffer(b"".join(data), np.uint8)]
        return ids, np.fromiter(map(len, data), np.int64, len(data))

    def spans(self, text: str) -> list[Span]:
        return [(i, i + 1) for i, character in enumerate(text) for _ in character.encode()]

    def pieces(self) -> list[bytes]:
        pieces = [b""] * self.vocab_size
        for byte, i in enumerate(self._by_byte):
            pieces[i] = bytes([byte])
        pieces[UNKNOWN_ID] = UNKNOWN.encode()
        return pieces


class LibraryCodec(Codec):
    """Any tokenizer of the library ``tokenizers``.

    The ids of a tokenizer made elsewhere are moved up, to leave 0 to the end and 1 to the unknown token; a line
    end is added after them where it has none.
    """

    def __init__(self, tokenizer: Tokenizer, config: LmTokenizerConfig) -> None:
        self.tokenizer = tokenizer
        self.growth = growth_of(tokenizer) if config.path else 1.0
        self.moved = moved_ids(tokenizer, (END, UNKNOWN))
        ours = self.moved == MovedIds()
        self.leads = self.spaced = ours and config.kind in ("word", "bpe", "unigram")
        self.vocab_size = self.moved.shift + tokenizer.get_vocab_size()
        if config.path:
            highest = max(tokenizer.get_vocab().values(), default=-1)
            check_ids(highest, tokenizer.get_vocab_size())
            self.vocab_size = self.moved.shift + 1 + highest
        self._own_newline = False
        self.newline = self._find_newline()
        if self.newline is None and config.mode == "document":
            self.newline, self._own_newline = self.vocab_size, True
            self.vocab_size += 1
        if not ours:
            self.spaced = self._foreign[1]

    def _find_newline(self) -> int | None:
        with guarded():
            ids = self.tokenizer.encode(NEWLINE, add_special_tokens=False).ids
            decoded = self.tokenizer.decode(ids)
        ours = self.moved.move(ids)
        return ours[0] if len(ours) == 1 and ours != [UNKNOWN_ID] and decoded == NEWLINE else None

    def ids(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        with guarded():
            encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return _concatenated([self.moved.move(encoding.ids) for encoding in encodings], self.vocab_size)

    def spans(self, text: str) -> list[Span]:
        with guarded():
            return list(self.tokenizer.encode(text, add_special_tokens=False).offsets)

    def pieces(self) -> list[bytes]:
        pieces = [b""] * self.moved.shift + self._foreign[0]
        pieces += [NEWLINE.encode()] * self._own_newline
        pieces[END_ID] = b""
        pieces[UNKNOWN_ID] = (b" " if self.spaced else b"") + UNKNOWN.encode()
        return pieces

    @cached_property
    def _foreign(self) -> tuple[list[bytes], bool]:
        """What each id of the tokenizer adds to a line, and whether the first space of a line is dropped."""
        size = self.vocab_size - self.moved.shift - self._own_newline
        tokens = [self.tokenizer.id_to_token(i) or "" for i in range(size)]
        decoder: dict[str, Any] = json.loads(self.tokenizer.to_str())["decoder"] or {}
        if decoder.get("type") == "ByteLevel":
            by_symbol = {symbol: bytes([byte]) for byte, symbol in enumerate(byte_symbols())}
            return [b"".join(by_symbol.get(c) or c.encode() for c in token) for token in tokens], self.leads
        if decoder.get("type") == "Metaspace":
            spaced = decoder.get("prepend_scheme") != "never" or self.leads
            return [token.replace("▁", " ").encode() for token in tokens], spaced
        if decoder.get("type") == "Fuse":
            return [token.encode() for token in tokens], self.leads
        return self._by_decoding(tokens)

    def _by_decoding(self, tokens: list[str]) -> tuple[list[bytes], bool]:
        """For any decoder: what it writes for an id that follows a word."""

        def decode(ids: list[list[int]], skip_special_tokens: bool) -> list[str]:
            with guarded():
                return list(self.tokenizer.decode_batch(ids, skip_special_tokens=skip_special_tokens))

        alone = decode([[i] for i in range(len(tokens))], skip_special_tokens=False)
        words = (i for i, text in enumerate(alone) if text.isalpha() and len(tokens[i]) <= MAX_AFFIX)
        anchor = [next(words, 0)]
        if tokens and len(tokens[anchor[0]]) > MAX_AFFIX:  # it is repeated for each token of the vocabulary
            anchor = []
        before = alone[anchor[0]] if tokens and anchor else ""
        after = decode([[*anchor, i] for i in range(len(tokens))], skip_special_tokens=False)
        pieces = []
        for token, text in zip(tokens, after, strict=True):
            byte = re.fullmatch(r"<0x([0-9A-F]{2})>", token)
            pieces.append(bytes.fromhex(byte[1]) if byte else text.removeprefix(before).encode())
        spaced = any(p.startswith(b" ") and not text.startswith(" ") for p, text in zip(pieces, alone, strict=True))
        return pieces, spaced


def _concatenated(rows: Iterable[list[int]], vocab_size: int) -> tuple[Ids, NDArray[np.int64]]:
    rows = list(rows)
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    ids_N = np.fromiter(chain.from_iterable(rows), np.int64, int(lengths.sum()))
    return checked_ids(ids_N, vocab_size), lengths


def byte_symbols() -> list[str]:
    """The character by which byte-level tokenizers write each byte (Radford et al. 2019, ``bytes_to_unicode``)."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]
