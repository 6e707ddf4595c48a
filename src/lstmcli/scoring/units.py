"""Rows of a surprisal table, from the scores of tokens.

A table is created for lines before they are scored, may have a ``callback`` for the probabilities during scoring, and
computes its rows afterwards.

Shapes: T tokens of a line, V tokens of the vocabulary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import DataError, UsageError
from lstmcli.scoring.characters import CharacterCosts, Prefixes, token_parts
from lstmcli.scoring.lines import Line
from lstmcli.scoring.results import Surprisal
from lstmcli.scoring.scores import TINY, ProbabilityCallback, Scores, entropy_of
from lstmcli.tokenization.encoder import Encoder
from lstmcli.tokenization.ids import END_ID, Ids

BITS = 1 / math.log(2)
_WORD = re.compile(r"\S+")
PER = ("line", "word", "token", "char")
WINDOW, WINDOW_CHARACTERS = 1024, 200_000
"""Maximum lines and characters that are read ahead; their rows are kept in memory."""
MAX_ROWS = 2_000_000
"""Tokens of a line, which has a row for each: they take about 1.5 kB each until the line is over."""


def check_unit(per: str) -> None:
    """Raises: UsageError, for an invalid unit."""
    if per not in PER:
        raise UsageError(f"per must be one of {', '.join(PER)}, not {per!r}")


def check_lengths(lines: Sequence[Line], ids: Sequence[Ids], most: int) -> None:
    """Raises DataError for a line of more than ``most`` tokens."""
    for line, own in zip(lines, ids, strict=True):
        if len(own) > most + 1:  # one closes it
            raise DataError(
                f"a line of {len(own) - 1:,} tokens; {most:,} are the most that are shown one by one",
                path=line.record.path,
                line=line.record.line,
                hint="break the text into lines, as with: fold -s -w 10000",
            )


class Table(Protocol):
    @property
    def callback(self) -> ProbabilityCallback | None: ...

    def rows(self, scores: Sequence[Scores]) -> Iterator[Surprisal]: ...


class Tables:
    """Creates tables for one tokenizer; caches properties of the vocabulary."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.close = "</s>" if encoder.close_id == END_ID else "\n"
        """Displayed text of the token that closes a line."""

    def table(self, per: str, lines: Sequence[Line], ids: Sequence[Ids]) -> Table:
        if per == "line":
            return LineTable(self, lines, ids)
        check_lengths(lines, ids, MAX_ROWS)
        if per == "token":
            return TokenTable(self, lines, ids)
        segmented = any(line.words is not None for line in lines)
        return WordTable(self, lines, ids) if per == "word" and not segmented else CharacterTable(self, lines, ids, per)

    @cached_property
    def starts_word(self) -> NDArray[np.bool_]:
        """Mask [V] of the tokens before which a word ends."""
        return self.encoder.starts_word(np.arange(self.encoder.vocab_size))

    @cached_property
    def prefixes(self) -> Prefixes:
        everything = np.arange(self.encoder.vocab_size, dtype=np.int32)
        return Prefixes(self.encoder.pieces, self.encoder.unknown(everything))

    def unknown(self, ids: Ids) -> NDArray[np.bool_]:
        return self.encoder.unknown(ids)


class LineTable:
    """One row per record, which may have several lines, with the original text."""

    callback = None

    def __init__(self, tables: Tables, lines: Sequence[Line], ids: Sequence[Ids]) -> None:
        self._lines = lines
        self._tokens = [len(own) for own in ids]
        self._unknown = [int(tables.unknown(own).sum()) for own in ids]

    def rows(self, scores: Sequence[Scores]) -> Iterator[Surprisal]:
        for _, group in groupby(range(len(scores)), lambda i: id(self._lines[i].record)):
            own = list(group)
            record = self._lines[own[0]].record
            unknown = sum(self._unknown[i] for i in own)
            yield Surprisal(
                text=record.text,
                surprisal=sum(_bits(scores[i].nats) for i in own),
                entropy=sum(_bits(_entropy(scores[i])) for i in own),
                line=record.line,
                tokens=sum(self._tokens[i] for i in own),
                oov=unknown,
                path=record.path,
                unknown=unknown > 0,
                columns=record.columns,
            )


class TokenTable:
    """One row per token: its readable name; an unknown token as it is written."""

    callback = None

    def __init__(self, tables: Tables, lines: Sequence[Line], ids: Sequence[Ids]) -> None:
        self._tables, self._lines, self._ids = tables, lines, ids

    def rows(self, scores: Sequence[Scores]) -> Iterator[Surprisal]:
        for line, ids, score in zip(self._lines, self._ids, scores, strict=True):
            unknown = self._tables.unknown(ids)
            names = self._tables.encoder.tokens(ids)
            names[-1] = self._tables.close
            if unknown.any():
                spans = self._tables.encoder.offsets(line.text)
                names = [line.text[slice(*spans[t])] if unknown[t] else name for t, name in enumerate(names)]
            entropy = _entropy(score)
            for t, name in enumerate(names):
                cost, expected = float(score.nats[t]) * BITS, float(entropy[t]) * BITS
                yield _row(line, name, cost, expected, oov=int(unknown[t]))


class WordTable:
    """One row per word, and one for what closes the line."""

    def __init__(self, tables: Tables, lines: Sequence[Line], ids: Sequence[Ids]) -> None:
        self._tables, self._lines, self._ids = tables, lines, ids
        self._items = [_items(line.text, tables.encoder.offsets(line.text)) for line in lines]
        corrects = not tables.starts_word.all()
        # Tokens after which the correction applies: they show that the word before them has ended.
        self._ends = [
            [t for t, _ in items[1:] if corrects and tables.starts_word[own[t]]]
            for items, own in zip(self._items, ids, strict=True)
        ]
        self._over: list[dict[int, tuple[float, float]]] = [{} for _ in lines]
        """For each line, from token to -log B before it, and the entropy over the tokens that start a word."""
        self._starting_F = tables.starts_word.astype(np.float32)

    @property
    def callback(self) -> ProbabilityCallback | None:
        return self._on_probabilities if any(self._ends) else None

    def _on_probabilities(self, i: int, start: int, p_TV: NDArray[np.float32]) -> None:
        own = [t for t in self._ends[i] if start <= t < start + len(p_TV)]
        if not own:
            return
        p = p_TV[np.array(own) - start] * self._starting_F
        B = np.maximum(p.sum(axis=1), TINY)
        p /= B[:, None]
        entropy = entropy_of(p)
        self._over[i].update(zip(own, zip((-np.log(B)).tolist(), entropy.tolist(), strict=True), strict=True))

    def rows(self, scores: Sequence[Scores]) -> Iterator[Surprisal]:
        for i, (line, ids, score) in enumerate(zip(self._lines, self._ids, scores, strict=True)):
            items, over = self._items[i], self._over[i]
            firsts = np.array([t for t, _ in items])
            unknown = np.add.reduceat(self._tables.unknown(ids).astype(np.int64), firsts)
            nats = np.add.reduceat(score.nats, firsts)
            entropies = _entropy(score)
            before = [over.get(t, (0.0, float(entropies[t]))) for t, _ in items]
            sizes = np.diff([*firsts, len(ids)])
            for n, (_, (first, last)) in enumerate(items):
                after = before[n + 1][0] if n + 1 < len(items) else 0.0
                yield _row(
                    line,
                    line.text[first:last] or self._tables.close,
                    (float(nats[n]) + after - before[n][0]) * BITS,
                    before[n][1] * BITS,
                    tokens=int(sizes[n]),
                    oov=int(unknown[n]),
                )


class CharacterTable:
    """One row per character, or per word of segmented text; tokens are split where needed."""

    def __init__(self, tables: Tables, lines: Sequence[Line], ids: Sequence[Ids], per: str) -> None:
        self._tables, self._lines, self._ids = tables, lines, ids
        encoder = tables.encoder
        self._parts = []
        for line, own in zip(lines, ids, strict=True):
            offsets = encoder.offsets(line.text)
            self._parts.append(token_parts(line.text, own, offsets, encoder.pieces, tables.unknown(own)))
        self._words = per == "word"
        self._costs = CharacterCosts(self._parts, lambda: tables.prefixes)
        self.callback = self._costs.callback

    def rows(self, scores: Sequence[Scores]) -> Iterator[Surprisal]:
        for i, (line, ids, score) in enumerate(zip(self._lines, self._ids, scores, strict=True)):
            nats, entropies = self._costs.nats(i, score.nats), _entropy(score)
            unknown, end = self._tables.unknown(ids), len(line.text)
            begun: list[list[int]] = [[] for _ in nats]
            """The tokens that start in each character."""
            hidden = {step.character for step in self._parts[i] if unknown[step.token]}
            for _, group in groupby(self._parts[i], lambda step: step.token):
                step = next(group)
                begun[step.character].append(step.token)
            words = line.words if self._words and line.words is not None else [(c, c + 1) for c in range(end)]
            for first, last in (*words, (end, end + 1)):
                own = [t for tokens in begun[first:last] for t in tokens]
                yield _row(
                    line,
                    line.text[first:last] or self._tables.close,
                    float(nats[first:last].sum()) * BITS,
                    float(entropies[begun[first][0]]) * BITS if begun[first] else None,
                    tokens=len(own),
                    oov=int(unknown[own].sum()),
                    unknown=not hidden.isdisjoint(range(first, last)),
                )


def _items(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, int]]]:
    """The words of a line and what closes it: the first token and the span of characters of each.

    White space belongs to the next word.  Words covered by one token are merged.
    """
    words = [found.span() for found in _WORD.finditer(text)]
    ends = np.array([last for _, last in words], np.int64)
    of_T = np.searchsorted(ends, [first for first, _ in spans], side="right")
    firsts = np.flatnonzero(np.diff(of_T, prepend=-1))
    numbers = [0, *of_T[firsts[1:]].tolist(), len(words) + 1]
    places = [*words, (len(text), len(text))]
    return [
        (int(t), (places[number][0], places[after - 1][1]))
        for t, number, after in zip(firsts, numbers, numbers[1:], strict=False)
    ]


def _row(
    line: Line,
    text: str,
    surprisal: float,
    entropy: float | None,
    *,
    tokens: int = 1,
    oov: int = 0,
    unknown: bool = False,
) -> Surprisal:
    record = line.record
    return Surprisal(
        text, surprisal, entropy, record.line, tokens, oov, record.path, None, unknown or oov > 0, record.columns
    )


def _bits(nats: NDArray[np.float64]) -> float:
    return float(nats.sum()) * BITS


def _entropy(score: Scores) -> NDArray[np.float64]:
    assert score.entropy is not None  # tables always request it
    return score.entropy
