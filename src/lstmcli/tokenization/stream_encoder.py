"""Encode and decode running text, for language models.

Shapes: T ids of a line, N ids of several lines, concatenated, V the vocabulary.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.codecs import Ids, Span, read_codec
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.corpus_style import CorpusStyle, infer_corpus_style
from lstmcli.tokenization.lm_tokenizer import END, END_ID, UNKNOWN, UNKNOWN_ID, train_lm_tokenizer
from lstmcli.tokenization.tokenizer import well_formed

PIECE, GROUP = 50_000, 250_000
"""Maximum characters of one text, and of one call, given to the tokenizer."""

# No space is added before these: Chinese and Japanese characters and marks, and white space other than a space.
_NO_SPACE_BEFORE = re.compile(
    "[\u2e80-\u2fdf\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
    "|(?! )\\s"
)
_CUT_POINT = re.compile(r"\S(?=\s)")


class StreamEncoder:
    """Encodes lines as ids.  The ids of a line do not depend on other lines, and the last id closes the line.

    In mode ``lines`` the last id is ``</s>``.  In mode ``document`` it is the line end, an ordinary token, and ``</s>``
    comes once, after the whole text (see ``corpus.py``).
    """

    end_id = END_ID
    """``</s>``: ends a text, and starts one."""

    def __init__(self, tokenizer_json: str, config: LmTokenizerConfig) -> None:
        self.config = config
        self._json = tokenizer_json
        self._codec = read_codec(tokenizer_json, config)
        self.vocab_size = self._codec.vocab_size
        newline = self._codec.newline
        self.close_id = newline if config.mode == "document" and newline is not None else END_ID
        """The id that closes a line."""

    @classmethod
    def train(cls, lines: Iterable[str], config: LmTokenizerConfig) -> StreamEncoder:
        """Learn the vocabulary from ``lines``, the training split; ``config`` must have no "auto".

        Raises:
            DataError: ``config.path`` is not a tokenizer.json, or a unigram vocabulary cannot hold every character.
        """
        leads = config.kind in ("bpe", "unigram") or (config.kind, config.words) == ("word", "text")
        texts = (text for line in lines for text in _pieces(lead(line) + line if leads else line))
        return cls(str(train_lm_tokenizer(texts, config).to_str()), config)

    @classmethod
    def from_json(cls, tokenizer_json: str, config: LmTokenizerConfig) -> StreamEncoder:
        """Raises ``DataError`` if it is not a tokenizer of the kind in ``config``."""
        return cls(tokenizer_json, config)

    def to_json(self) -> str:
        return self._json

    # Text to ids

    def encode(self, lines: Sequence[str]) -> list[Ids]:
        """The ids of each line, [T], T at least 1, including the one that closes the line."""
        if not lines:
            return []
        ids, ends = zip(*self.stream(lines), strict=True)
        sizes = np.cumsum([0, *map(len, ids)])
        ends_L = np.concatenate([end + size for end, size in zip(ends, sizes, strict=False)])
        return np.split(np.concatenate(ids), ends_L[:-1])

    def stream(self, lines: Iterable[str]) -> Iterator[tuple[Ids, NDArray[np.int64]]]:
        """The ids of all lines in chunks [N], each with the positions in the chunk after which a line ends.

        Memory is bounded, however long the text or a line is.
        """
        for texts, last in self._groups(lines):
            ids_N, lengths = self._codec.ids(texts)
            ends = np.cumsum(lengths)[np.array(last)]
            yield np.insert(ids_N, ends, self.close_id), ends + np.arange(1, len(ends) + 1)

    def prompt(self, text: str) -> Ids:
        """The ids of a text to be continued: as ``encode``, but the last line is not closed."""
        return np.concatenate(self.encode(text.split("\n")))[:-1]

    def offsets(self, line: str) -> list[Span]:
        """The span of characters of each id of a line.

        ``</s>`` has the span (len, len), the line end (len, len + 1).  Ids of the same character, such as bytes, have
        the same span.
        """
        line = well_formed(line)
        ahead = len(lead(line)) if self._codec.leads else 0
        spans, start = list[Span](), -ahead
        for piece in _pieces(" " * ahead + line):
            spans += ((max(0, start + first), max(0, start + last)) for first, last in self._codec.spans(piece))
            start += len(piece)
        return [*spans, (len(line), len(line) + (self.close_id != END_ID))]

    def _groups(self, lines: Iterable[str]) -> Iterator[tuple[list[str], list[bool]]]:
        """Groups of about ``GROUP`` characters: pieces of lines, and whether each piece is the last of its line."""
        texts: list[str] = []
        last: list[bool] = []
        size = 0
        for line in lines:
            line = well_formed(line)
            for piece in _pieces(lead(line) + line if self._codec.leads else line):
                if size + len(piece) > GROUP / self._codec.growth and texts:
                    yield texts, last
                    texts, last, size = [], [], 0
                texts.append(piece)
                last.append(False)
                size += len(piece) + 1
            last[-1] = True
        if texts:
            yield texts, last

    # Ids to text

    def decode(self, ids: Iterable[int], after: int = END_ID) -> str:
        """The text of the ids; invalid bytes become U+FFFD.

        A line ends with "\\n", so encoding and decoding adds one.  ``</s>`` of a document is the empty string.

        Args:
            after: the id before the first; by default the ids start a line.
        """
        streamer = self.streamer(after)
        return "".join(map(streamer.push, ids)) + streamer.end()

    def streamer(self, after: int = END_ID) -> Streamer:
        """A decoder for one id at a time, that continues after the id ``after``."""
        return Streamer(self.pieces, self._codec.spaced, {END_ID, self.close_id}, after)

    @cached_property
    def pieces(self) -> list[bytes]:
        """The text of each id within a line, in UTF-8; empty for ``</s>`` of a document."""
        pieces = self._codec.pieces()
        if self.close_id == END_ID:
            pieces[END_ID] = b"\n"
        return pieces

    # What the ids are

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """A readable name of each id: its text, with incomplete characters as \\xNN."""
        return [self._names[i] for i in ids]

    @cached_property
    def _names(self) -> list[str]:
        names = [piece.decode("utf-8", "backslashreplace") for piece in self.pieces]
        if (self.config.kind, self.config.words) == ("word", "spaces"):
            names = [name.removeprefix(" ") for name in names]
        names[END_ID], names[UNKNOWN_ID] = END, UNKNOWN
        return names

    @property
    def corpus_style(self) -> CorpusStyle | None:
        """The style of the corpus behind the vocabulary; None for an open vocabulary."""
        return infer_corpus_style(self._names, self.config.kind, self.config.words)

    def unknown(self, ids: Any) -> NDArray[np.bool_]:
        """Mask of the ids that are the unknown token."""
        return np.asarray(np.asarray(ids) == UNKNOWN_ID)

    def starts_word(self, ids: Any) -> NDArray[np.bool_]:
        """Mask of the ids before which a word ends: their text starts with white space, or they end the text."""
        return np.asarray(self._starts[np.asarray(ids)])

    @cached_property
    def _starts(self) -> NDArray[np.bool_]:
        starts = [piece.decode("utf-8", "ignore")[:1].isspace() for piece in self.pieces]
        starts[END_ID] = True
        return np.array(starts)


class Streamer:
    """Decodes ids one by one into whole characters."""

    def __init__(self, pieces: Sequence[bytes], spaced: bool, closing: set[int], after: int) -> None:
        self._pieces, self._spaced, self._closing = pieces, spaced, closing
        self._at_start = after in closing
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, id: int) -> str:
        """The text that this id completes; empty within a character of several ids."""
        piece = self._pieces[id]
        if self._at_start and self._spaced:
            piece = piece.removeprefix(b" ")
        self._at_start = id in self._closing
        return self._decoder.decode(piece)

    def end(self) -> str:
        """The remaining text: U+FFFD for an incomplete character."""
        return self._decoder.decode(b"", True)


def lead(line: str) -> str:
    """The space added before a line, so that its first word has the same token as elsewhere; none before CJK."""
    return "" if not line or _NO_SPACE_BEFORE.match(line) else " "


def _pieces(text: str) -> Iterator[str]:
    """Split a text before white space, where no token is cut; rarely, without white space, anywhere."""
    start = 0
    while len(text) - start > PIECE:
        end = start + PIECE
        cut = end
        for found in _CUT_POINT.finditer(text, max(start, end - 1000), end):
            cut = found.end()
        yield text[start:cut]
        start = cut
    yield text[start:] if start else text
