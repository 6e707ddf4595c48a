"""Estimate the cost of training a classifier: time from measured steps, memory and size from counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.ngram_table import MAX_WEIGHTS
from lstmcli.training.estimate import BASE_BYTES
from lstmcli.training.results import Estimate

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split


def estimate(
    config: ClassifierConfig,
    train: Split,
    valid: Split,
    *,
    step_seconds: float,
    parameters: int,
    classes: int,
) -> Estimate:
    """The estimated cost of a run; ``config`` must have all defaults filled in.

    Args:
        step_seconds: time of one training step, measured on this machine.
        parameters: number of parameters of the network.
    """
    model, batch_size, epochs = config.model, config.train.batch_size, config.train.epochs or 1
    steps = epochs * -(-len(train) // batch_size)
    # A forward pass without gradients is about a quarter of an adversarial step.
    seconds = step_seconds * (steps + epochs * len(valid) / batch_size / 4)
    if config.train.time_limit is not None:
        seconds = min(seconds, config.train.time_limit)

    tokens = int(train.encoded.ends[-1])
    table = _ngram_bytes(tokens, model.ngrams or 0, classes)
    width = train.encoded.width
    batch_tokens = batch_size * int(np.quantile(train.lengths(config.tokenizer.max_tokens), 0.99))
    directions = 2 if model.bidirectional else 1
    kept = 4 * model.embedding + 12 * directions * model.hidden * model.layers  # per token, for the backward pass
    # Weights, second moment, moving average, best weights, and a copy during validation.
    memory = BASE_BYTES + 5 * 4 * parameters + 4 * tokens * width + 2 * 4 * batch_tokens * kept + 8 * table
    # The weights, nearly all in half precision, are in the weights file and in the graph.
    return Estimate(seconds, memory, 2 * 2 * parameters + table)


def _ngram_bytes(tokens: int, order: int, classes: int) -> int:
    """Estimated bytes of the n-gram table; distinct n-grams grow about as the square root of the text."""
    rows = sum(min(tokens, int(40 * tokens**0.5 * n)) for n in range(1, order + 1))
    return min(rows, MAX_WEIGHTS // classes + 1) * (8 + 2 * classes)
