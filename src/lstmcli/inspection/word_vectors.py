"""The word vectors of a model: rows of its embedding table.

Shapes: V tokens of the vocabulary, E embedding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification import load as classification
from lstmcli.errors import UsageError
from lstmcli.inspection.config import SIDES
from lstmcli.language_modeling import load as language_modeling
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.translation import load as translation

SPECIAL_IDS = 2
"""The first ids are padding or the end of a text, and the unknown token."""


class WordVectors(NamedTuple):
    """Tokens and their vectors."""

    words: list[str]
    """The token of each id; empty for an id without one."""
    vectors_VE: NDArray[np.float32]
    ids_of: Callable[[str], list[int]]
    """The ids of a text."""


def of_classifier(model: ModelDir, side: str | None = None) -> WordVectors:
    """What the network reads of each word, its affixes included."""
    refuse_side(side, model)
    encoder = classification.read_encoder(model)
    table = classification.read_weights(model, encoder)["embedding"].astype("float32")
    words = encoder.vocabulary()
    vectors_VE = table[: len(words)].copy()
    if encoder.features:
        for i, word in enumerate(words):
            if not encoder.features.is_apart(word):
                vectors_VE[i] += table[list(encoder.features.of_word(word))].sum(axis=0)
    return WordVectors(words, vectors_VE, lambda text: [int(i) for i in encoder.encode([text])[0][:, 0]])


def of_language_model(model: ModelDir, side: str | None = None) -> WordVectors:
    """The embedding of its vocabulary."""
    refuse_side(side, model)
    encoder = language_modeling.read_encoder(model)
    return _of_stream(encoder, language_modeling.read_weights(model, encoder)["embedding"])


def of_translator(model: ModelDir, side: str | None = None) -> WordVectors:
    """The embedding of the vocabulary of one side; of both, if they share one."""
    sides = translation.read_sides(model)
    weights = translation.read_weights(model, sides)
    if side not in (None, *SIDES):
        raise UsageError(f"--side cannot be {side!r}", hint=f"it is {' or '.join(SIDES)}")
    if side == SIDES[0] and sides.source_vocab_size is not None:
        return _of_stream(sides.source, weights["source_embedding"])
    return _of_stream(sides.target, weights["embedding"])


def refuse_side(side: str | None, model: ModelDir) -> None:
    if side is not None:
        raise UsageError(f"--side applies to translators, not to {model.task.title}", hint="leave it out")


def _of_stream(encoder: StreamEncoder, table_VE: NDArray[Any]) -> WordVectors:
    names = [name.strip() for name in encoder.tokens(range(encoder.vocab_size))]

    def ids_of(text: str) -> list[int]:
        return [int(i) for i in encoder.prompt(text) if names[i]]

    return WordVectors(names, table_VE.astype("float32"), ids_of)
