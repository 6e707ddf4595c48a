"""Vocabularies and weights that grow by new words.

A new word starts with the embedding of the unknown word, which it was until then, and with a part of its probability;
the known words keep theirs.

Shapes: V words, v words of the old vocabulary, E embedding or units of the last layer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder

GROWING = ("word", "char")
"""Tokenizers that have unknown words; the others cut every text into what they know."""
E = TypeVar("E", StreamEncoder, TextEncoder)


def grown_encoder(old: E, texts: Iterable[str]) -> E:
    """The tokenizer of a model, with the words of ``texts`` that a new one would have after its own words."""
    config: Any = old.config
    if config.path is not None or config.kind not in GROWING:
        return old
    content = json.loads(old.to_json())
    known = content["model"]["vocab"]
    new = json.loads(type(old).train(texts, config).to_json())["model"]["vocab"]
    learnt = sorted((word for word in new if word not in known), key=new.__getitem__)
    content["model"]["vocab"] = known | {word: len(known) + n for n, word in enumerate(learnt)}
    return type(old).from_json(json.dumps(content, ensure_ascii=False), config)


def grown_rows(rows_vE: NDArray[Any], V: int) -> NDArray[np.float32]:
    """[V, E]: each new word has the row of the unknown word."""
    rows = np.array(rows_vE, np.float32)
    return np.concatenate([rows, np.tile(rows[UNKNOWN_ID], (V - len(rows), 1))])


def grown_bias(bias_v: NDArray[Any], counts_V: NDArray[np.integer]) -> NDArray[np.float32]:
    """[V]: the probability of the unknown word is divided between it and the new words.

    Args:
        counts_V: how often each word occurs in the training text.
    """
    bias = np.array(bias_v, np.float32)
    own = np.concatenate([counts_V[[UNKNOWN_ID]], counts_V[len(bias) :]]) + 1.0
    parts = bias[UNKNOWN_ID] + np.log(own / own.sum()).astype(np.float32)
    bias[UNKNOWN_ID] = parts[0]
    return np.concatenate([bias, parts[1:]])
