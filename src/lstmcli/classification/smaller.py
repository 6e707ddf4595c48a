"""Make a trained classifier as small as was asked: weights in int8 and fp16, linear models with fewer n-grams.

N-grams are kept by what they add to the answers: the spread of their weights over the labels times the square root of
the number of texts that they are in.  Both linear models are ranked together, and as many are kept as fit.

Shapes: P n-grams of a table, C labels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.card import MAX_LISTED
from lstmcli.classification.characters.fit import Words, word_ngrams
from lstmcli.classification.characters.model import PREFIX, CharacterModel
from lstmcli.classification.characters.words import code_points
from lstmcli.classification.linear import Linear
from lstmcli.classification.metrics import MAX_CONFUSED, MAX_MISTAKES
from lstmcli.classification.ngrams.packed import Grams, find_grams, pack, unpack
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.errors import UsageError
from lstmcli.model_dir.compact import compact, restored
from lstmcli.model_dir.markdown import plain
from lstmcli.plural import count

if TYPE_CHECKING:
    from lstmcli.classification.results import DataCheck
    from lstmcli.classification.trainer import Split

BLOCK = 2**14
"""Texts, or words, at once."""
HEADERS = 2_000
"""Bytes of the headers of two files of tensors."""
A_LABEL, A_SCORE, OTHER_TEXT = 80, 265, 25_000
"""Bytes of the figures of a label, of those in a report on a split, and of all other text beside tokenizer and log."""


def text_bytes(tokenizer: str, log: int, check: DataCheck) -> int:
    """Bytes of the files of text in a model: the tokenizer, the log so far, and what config, card and log will have.

    The label names are in ``config.json``, in each report there and in the log twice, and in the card.
    """
    reports = [dict.fromkeys((*check.labels, *split.labels)) for split in check.splits if split.name != "train"]
    most = max(map(len, reports), default=len(check.labels))
    confused = 16 * most**2 if most <= MAX_CONFUSED else 160 * min(MAX_MISTAKES, check.evaluated)
    figures = A_LABEL * len(check.labels) + A_SCORE * sum(map(len, reports))
    names = _written(check.labels) + 4 * sum(map(_written, reports))
    listed = sum(len(plain(label).encode("utf-8", "replace")) for label in check.labels[:MAX_LISTED])
    return len(tokenizer.encode()) + log + OTHER_TEXT + figures + confused + names + listed * (1 + len(reports))


def _written(labels: Iterable[str]) -> int:
    """Bytes of labels as JSON has them."""
    return sum(len(json.dumps(label, ensure_ascii=False).encode("utf-8", "backslashreplace")) for label in labels)


def of_size(
    size: int,
    weights: dict[str, NDArray[Any]],
    parts: Sequence[Split],
    tokenizer: str,
    check: DataCheck,
    log: int,
    *,
    trained: bool,
) -> Smaller:
    """What makes the directory of a classifier at most ``size`` bytes.

    Args:
        log: bytes of the log so far.

    Raises:
        UsageError: before training, if without any n-gram it would be larger.
    """
    text = text_bytes(tokenizer, log, check)
    found = Smaller(weights, size - text, parts)
    least = math.ceil((text + found.network_bytes) / 1000)
    if not trained and 1000 * least > size:
        raise UsageError(
            f"--size {size // 1000}k is too small: network, vocabulary, settings and figures of "
            f"{count(len(check.labels), 'label')} take {least}k",
            hint=f"--size {2 * least}k leaves room for n-grams too; a smaller --vocab-size, --embedding and --hidden "
            "take less",
        )
    return found


class Smaller:
    """The stored form of a classifier of at most so many bytes."""

    def __init__(self, weights: dict[str, NDArray[Any]], room: int, parts: Sequence[Split]) -> None:
        """
        Args:
            room: bytes for the weights and the linear models.
            parts: the texts that the linear models were, or will be, fitted on.
        """
        self.stored = compact(weights, "embedding")
        self.weights = restored(self.stored)
        """The weights as they will be after loading."""
        self.network_bytes = HEADERS + sum(value.nbytes for value in self.stored.values())
        self.room = max(0, room - self.network_bytes)
        self._parts = parts
        self._known: dict[str, tuple[NDArray[np.uint64], Grams]] = {}

    def tensors(self, linear: Linear, level: int = 9) -> dict[str, NDArray[Any]]:
        """The linear models as they are stored."""
        found: dict[str, NDArray[Any]] = {}
        if linear.ngrams:
            found |= pack(linear.ngrams, self._grams(linear.ngrams), level)
        if linear.characters:
            table = linear.characters.table
            found |= {PREFIX + name: value for name, value in pack(table, self._word_grams(table), level).items()}
        return found

    def cut(self, linear: Linear) -> Linear:
        """The linear models, as large as there is room for, as they will be after loading."""
        tables = [linear.ngrams, linear.characters.table if linear.characters else None]
        ranks = [self._ranks(table, words=at == 1) if table else np.zeros(0) for at, table in enumerate(tables)]
        ordered = np.sort(np.concatenate(ranks))[::-1]

        def kept(count: int) -> Linear:
            least = ordered[count - 1] if count else np.inf
            cut = [_part(table, rank >= least) if table else None for table, rank in zip(tables, ranks, strict=True)]
            return Linear(cut[0], CharacterModel(cut[1]) if cut[1] else None)

        low, high, middle = 0, len(ordered), len(ordered)  # all of them may fit
        while low < high:
            size = sum(value.nbytes for value in self.tensors(kept(middle), 6).values())  # a little more than with 9
            low, high = (middle, high) if size <= self.room else (low, middle - 1)
            if 0.99 * self.room < size <= self.room:
                break
            middle = (low + high + 1) // 2
        found = self.tensors(kept(low))
        inside = {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}
        return Linear(unpack(found) if linear.ngrams else None, CharacterModel(unpack(inside)) if inside else None)

    def _ranks(self, table: NgramTable, *, words: bool) -> NDArray[np.float64]:
        """What each n-gram adds to the answers, [P]."""
        weights_PC = table.weights_PC.astype(np.float64)
        spread_P = np.ptp(weights_PC, axis=1) if weights_PC.shape[1] > 1 else np.abs(weights_PC[:, 0])
        return np.asarray(spread_P * np.sqrt(self._texts_in_words(table) if words else self._texts(table)))

    def _texts(self, table: NgramTable) -> NDArray[np.int64]:
        """Number of texts that each n-gram is in, [P]."""
        count_P = np.zeros(len(table.keys), np.int64)
        for part in self._parts:
            for start in range(0, len(part), BLOCK):
                rows, _ = table.lookup(part.encoded[start : start + BLOCK])
                count_P += np.bincount(rows, minlength=len(count_P))
        return count_P

    def _texts_in_words(self, table: NgramTable) -> NDArray[np.float64]:
        """The same for n-grams of characters, from the texts of each word."""
        keys, owners = word_ngrams(self._words.words, table.order)
        rows = np.minimum(np.searchsorted(table.keys, keys), max(0, len(table.keys) - 1))
        found = table.keys[rows] == keys if len(table.keys) else np.zeros(len(keys), np.bool_)
        texts_M = self._words.texts_W[owners[found]]
        return np.bincount(rows[found], texts_M, minlength=len(table.keys)).astype(np.float64)

    @cached_property
    def _words(self) -> Words:
        return Words([part.words for part in self._parts if part.words is not None])

    def _grams(self, table: NgramTable) -> Grams:
        return self._kept("ngrams", table, self._ids())

    def _word_grams(self, table: NgramTable) -> Grams:
        words = self._words.words
        blocks = (code_points(words[start : start + BLOCK]) for start in range(0, len(words), BLOCK))
        return self._kept("characters", table, blocks)

    def _ids(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        for part in self._parts:
            for start in range(0, len(part), BLOCK):
                texts = slice(start, start + BLOCK)
                yield part.encoded.ids(texts), part.encoded.lengths[texts]

    def _kept(
        self, name: str, table: NgramTable, texts: Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]
    ) -> Grams:
        """The tokens of the n-grams; those of a table are those of its parts too."""
        if name not in self._known or not np.isin(table.keys, self._known[name][0]).all():
            self._known[name] = table.keys, find_grams(texts, table.order, table.keys)
        return self._known[name][1]


def _part(table: NgramTable, kept_P: NDArray[np.bool_]) -> NgramTable:
    return NgramTable(table.order, table.keys[kept_P], table.weights_PC[kept_P], table.bias_C)
