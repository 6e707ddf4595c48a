"""Running text to ids and back, for language models.

Shapes: T ids of a line, N ids of several end to end, V the vocabulary.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.codecs import Span, read_codec
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.corpus_style import CorpusStyle, infer_corpus_style
from lstmcli.tokenization.guard import cut_pieces
from lstmcli.tokenization.ids import END, END_ID, UNKNOWN, UNKNOWN_ID, Ids
from lstmcli.tokenization.lm_tokenizer import train_lm_tokenizer
from lstmcli.tokenization.tokenizer import well_formed

GROUP = 250_000  # characters given to the tokenizer at once

# No space is put before these: Chinese and Japanese characters and marks, and white space but the space itself.
NO_SPACE_BEFORE = re.compile(
    "[\u2e80-\u2fdf\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
    "|(?! )\\s"
)
_CUT_POINT = re.compile(r"\S(?=\s)")


class StreamEncoder:
    """Lines to ids.  A line's ids are its own, whatever stands beside it, and end with one that closes it.

    In mode ``lines`` that is ``</s>``; in mode ``document`` it is the line end, a token like others, and ``</s>``
    comes once, after the whole text (see ``corpus.py``).
    """

    end_id = END_ID
    """``</s>``: ends a text, and starts one."""

    def __init__(self, tokenizer_json: str, config: LmTokenizerConfig) -> None:
        self.config = config
        self._json = tokenizer_json
        self._codec = read_codec(tokenizer_json, config)
        self.vocab_size, self.moved = self._codec.vocab_size, self._codec.moved
        self.leads = self._codec.leads
        """A line gets a space before it, unless it starts with a CJK character."""
        self.spaced = self._codec.spaced
        """The first space of a line is not part of its text."""
        newline = self._codec.newline
        self.close_id = newline if config.mode == "document" and newline is not None else END_ID
        """The id that closes a line."""

    @classmethod
    def train(cls, lines: Iterable[str], config: LmTokenizerConfig) -> StreamEncoder:
        """Learns the vocabulary from ``lines``, the training split's; ``config`` is settled, nothing in it "auto".

        Raises:
            DataError: ``config.path`` is not a tokenizer.json, or a unigram vocabulary cannot hold every character.
        """
        leads = config.kind in ("bpe", "unigram") or (config.kind, config.words) == ("word", "text")
        texts = (text for line in lines for text in _pieces(lead(line) + line if leads else line))
        return cls(str(train_lm_tokenizer(texts, config).to_str()), config)

    @classmethod
    def from_json(cls, tokenizer_json: str, config: LmTokenizerConfig) -> StreamEncoder:
        """Raises ``DataError`` for what is no tokenizer, or one of another kind."""
        return cls(tokenizer_json, config)

    def shard(self, lines: Sequence[str]) -> Ids:
        """The ids of lines, end to end."""
        return np.concatenate([np.zeros(0, np.int32), *(ids_N for ids_N, _ in self.stream(lines))])

    @property
    def settings(self) -> tuple[str, LmTokenizerConfig]:
        """What ``from_json`` takes to make the same encoder."""
        return self.to_json(), self.config

    def to_json(self) -> str:
        return self._json

    @property
    def written_end(self) -> int | None:
        """The id of a ``</s>`` that is written in a text, where the tokenizer would take it for the end."""
        words = (self.config.kind, self.config.words) == ("word", "spaces")
        return int(self.encode([END])[0][0]) if words else None

    # Text to ids

    def encode(self, lines: Sequence[str]) -> list[Ids]:
        """Each line as [T], T at least 1: its tokens, then what closes it."""
        if not lines:
            return []
        ids, ends = zip(*self.stream(lines), strict=True)
        sizes = np.cumsum([0, *map(len, ids)])
        ends_L = np.concatenate([end + size for end, size in zip(ends, sizes, strict=False)])
        return np.split(np.concatenate(ids), ends_L[:-1])

    def stream(self, lines: Iterable[str]) -> Iterator[tuple[Ids, NDArray[np.int64]]]:
        """The ids of all lines end to end, some at a time, [N], and after how many of them a line ends.

        Memory stays flat, however long the text or a line of it is.
        """
        for texts, last in self._groups(lines):
            ids_N, lengths = self._codec.ids(texts)
            ends = np.cumsum(lengths)[np.array(last)]
            yield np.insert(ids_N, ends, self.close_id), ends + np.arange(1, len(ends) + 1)

    def prompt(self, text: str) -> Ids:
        """The ids of a text that goes on: as ``encode`` has its lines, but nothing closes the last one."""
        lines = self.encode(text.split("\n"))
        return (lines[0] if len(lines) == 1 else np.concatenate(lines))[:-1]

    def offsets(self, line: str) -> list[Span]:
        """The characters of the line that each id of it stands for; what closes it is no character of it.

        ``</s>`` has (len, len), the line end (len, len + 1).  Ids that share a character, as bytes do, share
        its span.
        """
        line = well_formed(line)
        ahead = len(lead(line)) if self._codec.leads else 0
        spans, start = list[Span](), -ahead
        for piece in _pieces(" " * ahead + line):
            spans += ((max(0, start + first), max(0, start + last)) for first, last in self._codec.spans(piece))
            start += len(piece)
        return [*spans, (len(line), len(line) + (self.close_id != END_ID))]

    def _groups(self, lines: Iterable[str]) -> Iterator[tuple[list[str], list[bool]]]:
        """Pieces of the lines, and whether each is the last of its line, in groups of about ``GROUP`` characters."""
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
        """The text of the ids; bytes that make no character become U+FFFD.

        A line ends with "\\n": ``encode`` and back adds one.  ``</s>`` of a document is nothing.

        Args:
            after: the id before the first; by default a line starts here.
        """
        streamer = self.streamer(after)
        return "".join(map(streamer.push, ids)) + streamer.end()

    def streamer(self, after: int = END_ID) -> Streamer:
        """Turns ids to text one by one, going on after the id given."""
        return Streamer(self.pieces, self.spaced, {END_ID, self.close_id}, after)

    @cached_property
    def pieces(self) -> list[bytes]:
        """What each id adds to a line, in UTF-8; nothing for ``</s>`` of a document."""
        pieces = self._codec.pieces()
        if self.close_id == END_ID:
            pieces[END_ID] = b"\n"
        return pieces

    # What the ids are

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """A readable name for each id: its text, and bytes that are no whole character as \\xNN."""
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
        """How the corpus that the vocabulary is of was written; None where anything can be spelled."""
        return infer_corpus_style(self._names, self.config.kind, self.config.words)

    def unknown(self, ids: Any) -> NDArray[np.bool_]:
        """Which ids are the unknown token."""
        return np.asarray(np.asarray(ids) == UNKNOWN_ID)

    def starts_word(self, ids: Any) -> NDArray[np.bool_]:
        """Before which ids a word is over: their text starts with white space, or they end the text."""
        return np.asarray(self._starts[np.asarray(ids)])

    @cached_property
    def _starts(self) -> NDArray[np.bool_]:
        starts = [piece.decode("utf-8", "ignore")[:1].isspace() for piece in self.pieces]
        starts[END_ID] = True
        return np.array(starts)


class Streamer:
    """Text of ids as they come, in whole characters."""

    def __init__(self, pieces: Sequence[bytes], spaced: bool, closing: set[int], after: int) -> None:
        self._pieces, self._spaced, self._closing = pieces, spaced, closing
        self._at_start = after in closing
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, id: int) -> str:
        """The text that is certain now; empty within a character of several ids."""
        piece = self._pieces[id]
        if self._at_start and self._spaced:
            piece = piece.removeprefix(b" ")
        self._at_start = id in self._closing
        return self._decoder.decode(piece)

    def end(self) -> str:
        """What is left: U+FFFD for a character that was begun."""
        return self._decoder.decode(b"", True)


def lead(line: str) -> str:
    """The space before a line, by which a word at its start is the same token as elsewhere; CJK has none."""
    return "" if not line or NO_SPACE_BEFORE.match(line) else " "


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces, cut where no token is: before white space, or else, rarely, anywhere."""

    def find_cut(start: int, end: int) -> int:
        return max((found.end() for found in _CUT_POINT.finditer(text, max(start, end - 1000), end)), default=end)

    return cut_pieces(text, find_cut)
