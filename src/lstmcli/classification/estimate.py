"""What a run will cost, before it starts: time from measured steps, memory and size from counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lstmcli.classification.ngram_fit import MOST_WEIGHTS
from lstmcli.classification.results import Estimate
from lstmcli.config import ClassifierConfig
from lstmcli.language_modeling.config import LmConfig

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split

BASE_BYTES = 480 * 2**20
"""A process with torch and tokenizers imported, before it holds any data."""


def estimate(
    config: ClassifierConfig,
    train: Split,
    valid: Split,
    *,
    step_seconds: float,
    parameters: int,
    classes: int,
) -> Estimate:
    """The cost of a run whose config is resolved.

    Args:
        step_seconds: of one training step, measured on this machine.
        parameters: of the network.
    """
    model, batch_size, epochs = config.model, config.train.batch_size, config.train.epochs or 1
    steps = epochs * -(-len(train) // batch_size)
    # A forward pass without gradients is about a quarter of an adversarial step.
    seconds = step_seconds * (steps + epochs * len(valid) / batch_size / 4)
    if config.train.time_limit is not None:
        seconds = min(seconds, config.train.time_limit)

    tokens = sum(map(len, train.encoded))
    table = _ngram_bytes(tokens, model.ngrams or 0, classes)
    width = train.encoded[0].shape[1]
    batch_tokens = batch_size * int(np.quantile(train.lengths(config.tokenizer.max_tokens), 0.99))
    directions = 2 if model.bidirectional else 1
    kept = 4 * model.embedding + 12 * directions * model.hidden * model.layers  # of a token, for the backward pass
    # Weights, second moment, moving average, best so far, and a copy while validating.
    memory = BASE_BYTES + 5 * 4 * parameters + 4 * tokens * width + 2 * 4 * batch_tokens * kept + 8 * table
    # The weights, nearly all in half precision, and the graph repeats them.
    return Estimate(seconds, memory, 2 * 2 * parameters + table)


def estimate_lm(config: LmConfig, *, vocab_size: int, step_seconds: float, steps: int, parameters: int) -> Estimate:
    """The cost of a language model's run; ``step_seconds`` measured on this machine.

    The text stays on disk; pages of it in memory, which the kernel takes back when it needs them, are not counted.
    """
    seconds = step_seconds * steps * 1.05  # validation
    if config.train.time_limit is not None:
        seconds = min(seconds, config.train.time_limit)
    window = config.train.batch_size * config.train.bptt
    states = 4 * window * 12 * sum(config.model.widths)
    # Weights, gradients, two moments, the best so far and a copy while validating: 6 numbers a parameter.  Of weights
    # and moments, a state to fall back on and the next one, and while a checkpoint is written that and its bytes: 13.
    memory = BASE_BYTES + (6 + 13) * 4 * parameters + 2 * states + 8 * _logits(config, vocab_size)
    return Estimate(seconds, memory, (2 * 4 + 1) * parameters)


def _logits(config: LmConfig, vocab_size: int) -> int:
    """Of a window that exist at once, in the larger of training and validation."""
    from lstmcli.language_modeling.trainer import EVALUATION_STREAMS, EVALUATION_WINDOW
    from lstmcli.nn.softmax import CELLS, CHUNK

    rows = max(config.train.batch_size * config.train.bptt, EVALUATION_STREAMS * EVALUATION_WINDOW)
    return min(rows, max(CHUNK, CELLS // vocab_size)) * vocab_size


def _ngram_bytes(tokens: int, order: int, classes: int) -> int:
    """A guess at the n-gram table's size: distinct n-grams grow with about the square root of the running text."""
    rows = sum(min(tokens, int(40 * tokens**0.5 * n)) for n in range(1, order + 1))
    return min(rows, MOST_WEIGHTS // classes + 1) * (8 + 2 * classes)
