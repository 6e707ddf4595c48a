"""The word vectors of a model: rows of its embedding table.

Shapes: V tokens of the vocabulary, E embedding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.load import classifier_weights
from lstmcli.errors import UsageError
from lstmcli.inspection.config import SIDES
from lstmcli.language_modeling.load import language_model_weights
from lstmcli.model_dir.directory import SOURCE_TOKENIZER, TOKENIZER, WEIGHTS, ModelDir
from lstmcli.model_dir.files import use_file
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.translation.load import translator_weights
from lstmcli.translation.sides import Sides

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
    encoder = use_file(model, TOKENIZER, lambda data: TextEncoder.from_json(data.decode(), model.settings.tokenizer))
    weights = use_file(model, WEIGHTS, lambda data: classifier_weights(data, model, encoder.rows))
    table = weights["embedding"].astype("float32")
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
    encoder = use_file(model, TOKENIZER, lambda data: StreamEncoder.from_json(data.decode(), model.settings.tokenizer))
    weights = use_file(model, WEIGHTS, lambda data: language_model_weights(data, model, encoder.vocab_size))
    return _of_stream(encoder, weights["embedding"])


def of_translator(model: ModelDir, side: str | None = None) -> WordVectors:
    """The embedding of the vocabulary of one side; of both, if they share one."""

    def sides_of(data: bytes) -> Sides:
        return Sides.read(model.settings.tokenizer, data.decode(), lambda: model.read(SOURCE_TOKENIZER).decode())

    sides = use_file(model, TOKENIZER, sides_of)
    V, source_V = sides.target.vocab_size, sides.source_vocab_size
    weights = use_file(model, WEIGHTS, lambda data: translator_weights(data, model, V, source_V))
    if side not in (None, *SIDES):
        raise UsageError(f"--side cannot be {side!r}", hint=f"it is {' or '.join(SIDES)}")
    if side == SIDES[0] and source_V is not None:
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
