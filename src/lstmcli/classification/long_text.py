"""Read a text that is too long to be kept as ids: in pieces, of which only what the answer depends on is kept.

The network reads the beginning and the end of a text; the n-gram model needs only which n-grams are in it.

Shapes: T tokens, F rows per token, M n-grams, P rows of the n-gram table, C labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lstmcli.classification.characters.model import CharacterModel
from lstmcli.classification.characters.words import splitter
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.engine.session import Logits
from lstmcli.tokenization.batching import head_and_tail
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids
from lstmcli.tokenization.text_encoder import TextEncoder

LONG = 1_000_000
"""Characters of a text that is read in pieces.  Kept whole, its ids and n-grams would take 80 times its bytes."""


@dataclass(frozen=True)
class EnsembleInput:
    """Texts as the ensemble reads them."""

    ids: list[Ids]
    """Each as [T, F]; a long text is its beginning and its end."""
    tokens: int
    """Number of tokens of all texts, with those of long texts that are left out."""
    unknown: int
    """Number of unknown tokens among them."""
    ngram_scores: dict[int, Logits]
    """The scores [C] of the n-gram model for the long texts, by their index."""
    character_scores: Logits | None = None
    """The scores [N, C] of the character model, if there is one."""


@dataclass(frozen=True)
class LongText:
    """What is kept of a long text."""

    ids_TF: Ids
    """Its beginning and its end."""
    tokens: int
    unknown: int
    ngram_scores: Logits | None
    """The scores [C] of the n-gram model, if there is one."""


def encode_texts(
    encoder: TextEncoder,
    texts: Sequence[str],
    max_tokens: int,
    table: NgramTable | None,
    characters: CharacterModel | None = None,
) -> EnsembleInput:
    """Encode texts, and count their tokens."""
    long = {n: read_long(encoder.pieces(text), max_tokens, table) for n, text in enumerate(texts) if len(text) > LONG}
    ids = encoder.encode([text for n, text in enumerate(texts) if n not in long])
    tokens = sum(map(len, ids)) + sum(text.tokens for text in long.values())
    unknown = (_unknown(np.concatenate(ids)) if ids else 0) + sum(text.unknown for text in long.values())
    for n, text in long.items():
        ids.insert(n, text.ids_TF)
    scores = {n: text.ngram_scores for n, text in long.items() if text.ngram_scores is not None}
    character_scores = None if characters is None else characters.scores([*map(splitter(encoder), texts)])
    return EnsembleInput(ids, tokens, unknown, scores, character_scores)


def read_long(pieces: Iterable[Ids], max_tokens: int, table: NgramTable | None) -> LongText:
    """A text from the ids [T, F] of its consecutive pieces."""
    head: list[Ids] = []
    kept = tokens = unknown = 0
    tail: Ids | None = None
    found_P = np.zeros(0 if table is None else len(table.keys), np.bool_)
    before: Ids | None = None
    for ids_TF in pieces:
        tokens += len(ids_TF)
        unknown += _unknown(ids_TF)
        head.append(ids_TF[: max_tokens - kept].copy())
        kept += len(head[-1])
        tail = _last(max_tokens, ids_TF if tail is None else np.concatenate([tail, ids_TF]))
        if table is not None:
            joined = ids_TF[:, :1] if before is None else np.concatenate([before, ids_TF[:, :1]])
            found_P[table.lookup([joined])[0]] = True
            before = _last(table.order - 1, joined)
    assert tail is not None
    whole = np.concatenate(head)
    if tokens > max_tokens:
        whole = head_and_tail(np.concatenate([whole, tail]), max_tokens)
    rows_M = np.flatnonzero(found_P)
    scores_C = None if table is None else table.sum(rows_M, np.zeros_like(rows_M), 1)[0]
    return LongText(whole, tokens, unknown, scores_C)


def _unknown(ids_TF: Ids) -> int:
    return int(np.count_nonzero(ids_TF[:, 0] == UNKNOWN_ID))


def _last(count: int, ids_TF: Ids) -> Ids:
    """A copy of the last rows, that does not keep the others."""
    return np.array(ids_TF[max(0, len(ids_TF) - count) :])
