"""Text to arrays of ids: the tokenizer and the token features, as one thing that a model carries along.

Shapes: T tokens of a text, F rows a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from unicodedata import normalize

import numpy as np
from tokenizers import Tokenizer

from lstmcli.tokenization.ascii_words import AsciiWords
from lstmcli.tokenization.config import MAX_BUCKETS, TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.tokenization.features import FEATURES, FeatureTable, spellings
from lstmcli.tokenization.guard import check_ids, checked_ids, cut_pieces, growth_of, guarded
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids
from lstmcli.tokenization.tokenizer import (
    SPECIAL,
    cuts_unspaced,
    is_plain,
    moved_ids,
    parse_tokenizer,
    train_tokenizer,
    well_formed,
)

BUCKETS = 2**17
GROUP = 1_000_000  # characters given to the tokenizer at once


class TextEncoder:
    """Encodes texts as [T, F] arrays; column 0 is the token id itself.  Words are cached: one thread at a time.

    The ids of a tokenizer made elsewhere are moved up, to leave 0 to padding and 1 to the unknown token.
    """

    encoded = EncodedTexts
    """What ``encode_all`` makes."""

    def __init__(self, tokenizer: Tokenizer, config: TokenizerConfig) -> None:
        self.tokenizer, self.config = tokenizer, config
        self.moved = moved_ids(tokenizer)
        # Ids of a tokenizer.json made elsewhere may have gaps; listing a vocabulary takes time.
        self.vocab_size = len(self.vocabulary()) if config.path else tokenizer.get_vocab_size()
        self._growth = growth_of(tokenizer) if config.path else 1.0
        words = config.kind == "word" and config.path is None
        self.features: FeatureTable | None = None
        if words and config.hash_buckets != 0:
            self.features = self._feature_table(config.hash_buckets or MAX_BUCKETS)
        self._words = AsciiWords(self._rows_of) if words and is_plain(tokenizer, config.lowercase) else None

    @classmethod
    def train(cls, texts: Iterable[str], config: TokenizerConfig) -> TextEncoder:
        """Learns the vocabulary from ``texts``, the training split's."""
        return cls(train_tokenizer(texts, config), config)

    @classmethod
    def from_json(cls, tokenizer_json: str, config: TokenizerConfig) -> TextEncoder:
        return cls(parse_tokenizer(tokenizer_json), config)

    def encode_all(self, texts: Iterable[str]) -> EncodedTexts:
        """As ``encode``, for a corpus: read once, and kept in little memory."""
        return EncodedTexts(chain.from_iterable(self.encode(group) for group in _batches(texts)))

    def fit_buckets(self, encoded: EncodedTexts, beside: EncodedTexts | None = None) -> int:
        """Chooses the number of buckets by the features that ``encoded`` holds, and folds its rows in place.

        The rows of ``beside``, texts that do not count, are folded too.

        Collisions cost accuracy, most where neighbours of CJK characters are many; rows cost space.  So: a
        power of two at least twice the number of distinct features, ``BUCKETS`` at most.
        """
        if self.features is None:
            return 0
        wide, start, seen = self.features, self.vocab_size, np.zeros(self.rows, np.bool_)
        for tokens_DF in encoded.tables():
            seen[tokens_DF[:, 1:]] = True
        distinct = int(np.count_nonzero(seen))
        buckets = min(BUCKETS, 1 << max(4, (2 * distinct - 1).bit_length()))
        self.features = self._feature_table(buckets)
        if self._words:
            self._words.clear()
        for tokens_DF in chain(encoded.tables(), () if beside is None else beside.tables()):
            rows_DF = tokens_DF[:, 1:]
            rows_DF[:] = np.where(rows_DF < start, rows_DF, (rows_DF - start) % buckets + start)
        assert wide.buckets % buckets == 0  # so that folding is the same as hashing anew
        return buckets

    def _feature_table(self, buckets: int) -> FeatureTable:
        unspaced = cuts_unspaced(self.tokenizer)
        return FeatureTable(lambda i: self.tokenizer.id_to_token(i) or "", self.vocab_size, buckets, unspaced=unspaced)

    def shard(self, texts: Sequence[str]) -> Ids:
        """The texts encoded, as the numbers that ``EncodedTexts.mapped`` takes."""
        return EncodedTexts(self.encode(texts)).numbers

    @property
    def settings(self) -> tuple[str, TokenizerConfig]:
        """What ``from_json`` takes to make the same encoder."""
        buckets = self.features.buckets if self.features else self.config.hash_buckets
        return self.to_json(), replace(self.config, hash_buckets=buckets)

    def to_json(self) -> str:
        return str(self.tokenizer.to_str(pretty=False))

    def vocabulary(self) -> list[str]:
        """The tokens in the order of their ids; an id that nobody uses is the empty string."""
        by_id = {i: token for token, i in self.tokenizer.get_vocab().items()}
        check_ids(max(by_id, default=0), len(by_id))
        return SPECIAL[: self.moved.shift] + [by_id.get(i, "") for i in range(max(by_id, default=-1) + 1)]

    @property
    def rows(self) -> int:
        """Rows of the embedding table: the vocabulary, then the hashed features."""
        return self.vocab_size + (self.features.buckets if self.features else 0)

    @property
    def width(self) -> int:
        """F, the rows a token is made of."""
        return FEATURES if self.features else 1

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Each text as [T, F] int32; a text without tokens is one unknown token, so T is at least 1."""
        encoded: list[list[Ids]] = [[] for _ in texts]
        for owners, pieces in _groups(texts, GROUP / self._growth):
            for owner, ids_TF in zip(owners, self._encode(pieces), strict=True):
                if len(ids_TF):
                    encoded[owner].append(ids_TF)
        return [parts[0] if len(parts) == 1 else np.concatenate(parts or [self._empty_text()]) for parts in encoded]

    def pieces(self, text: str) -> Iterator[Ids]:
        """The ids of a long text, as ``encode`` gives them, in consecutive parts; memory stays flat."""
        empty = True
        for _, pieces in _groups([text], GROUP / self._growth):
            for ids_TF in self._encode(pieces):
                if len(ids_TF):
                    empty = False
                    yield ids_TF
        if empty:
            yield self._empty_text()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The characters that each token of ``encode`` stands for, from 0; none for a text without tokens.

        Tokens that share a character, as bytes do, share its span.
        """
        spans, start = list[tuple[int, int]](), 0
        for piece in _pieces(text):
            with guarded():
                offsets = self.tokenizer.encode(well_formed(piece), add_special_tokens=False).offsets
            spans += ((start + first, start + last) for first, last in offsets)
            start += len(piece)
        return spans

    def _empty_text(self) -> Ids:
        """A text without tokens."""
        ids = np.array([UNKNOWN_ID], np.int32)
        nothing = np.zeros(1, np.int32)
        return self.features.expand(ids, nothing, nothing) if self.features else ids[:, None]

    def _encode(self, texts: list[str]) -> list[Ids]:
        """Each text as [T, F], T from 0."""
        texts = [well_formed(text) for text in texts]
        if self._words is None:
            return self._tokenize(texts)
        plain = iter(self._words.encode([text for text in texts if text.isascii()]))
        others = iter(self._tokenize([text for text in texts if not text.isascii()]))
        return [next(plain if text.isascii() else others) for text in texts]

    def _tokenize(self, texts: list[str]) -> list[Ids]:
        """The same by the tokenizer itself."""
        if not texts:
            return []
        if self.features:  # the place of a composed character would leave out its marks
            texts = [normalize("NFC", text) for text in texts]
        # Where a token is in the text matters for its spelling only.
        encode = self.tokenizer.encode_batch if self.features else self.tokenizer.encode_batch_fast
        with guarded():
            encodings = encode(texts, add_special_tokens=False)
        pieces = [self.moved.move(encoding.ids) for encoding in encodings]
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        ends = np.cumsum(lengths)
        ids_N = checked_ids(np.fromiter(chain.from_iterable(pieces), np.int64, int(ends[-1])), self.vocab_size)
        if self.features is None:
            return np.split(ids_N[:, None], ends[:-1])
        starts = ends - lengths
        places = chain.from_iterable(encoding.offsets for encoding in encodings)
        places_N2 = np.fromiter(chain.from_iterable(places), np.int64).reshape(-1, 2)
        begin_N = np.repeat(np.cumsum([0, *map(len, texts)])[:-1], lengths)
        first_N, last_N = (places_N2 + begin_N[:, None]).T
        whole = "".join(texts)
        rows_NF = self.features.expand(ids_N, starts[lengths > 0], spellings(whole, first_N, last_N))
        for at in np.flatnonzero(ids_N == UNKNOWN_ID):
            rows_NF[at, 1:3] = self.features.of_word(self._normalize(whole[first_N[at] : last_N[at]]))
        return np.split(rows_NF, ends[:-1])

    def _rows_of(self, words: Sequence[str]) -> Ids:
        """The rows [M, F] of single words, none of them CJK."""
        known = [word.lower() for word in words] if self.config.lowercase else words
        found = [self.tokenizer.token_to_id(word) for word in known]
        ids_M = np.array([UNKNOWN_ID if id is None else id for id in found], np.int32)
        if self.features is None:
            return ids_M[:, None]
        lengths_M = np.fromiter(map(len, words), np.int64, len(words))
        ends_M = lengths_M.cumsum()
        rows_MF = np.empty((len(words), FEATURES), np.int32)
        rows_MF[:, 0] = ids_M
        rows_MF[:, 1:3] = self.features.of_ascii_words(known)
        rows_MF[:, 3] = self.features.spelling[spellings("".join(words), ends_M - lengths_M, ends_M)]
        return rows_MF

    def _normalize(self, word: str) -> str:
        """A piece of the text as the vocabulary would spell it."""
        normalizer = self.tokenizer.normalizer
        return str(normalizer.normalize_str(word)) if normalizer else word


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in groups of about ``GROUP`` characters."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size >= GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _groups(texts: Sequence[str], most: float) -> Iterator[tuple[list[int], list[str]]]:
    """Pieces of the texts, and which text each belongs to, in groups of about ``most`` characters.

    The tokenizer takes a hundred bytes for a character while it works, so it gets a long text in pieces, cut after
    white space if possible.
    """
    owners: list[int] = []
    pieces: list[str] = []
    size = 0
    for owner, text in enumerate(texts):
        for piece in _pieces(text):
            owners.append(owner)
            pieces.append(piece)
            size += len(piece)
            if size >= most:
                yield owners, pieces
                owners, pieces, size = [], [], 0
    if pieces:
        yield owners, pieces


def _pieces(text: str) -> Iterator[str]:
    return cut_pieces(text, lambda start, end: max(text.rfind(mark, start + 1, end) for mark in " \n") + 1)
