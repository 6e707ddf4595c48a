"""Estimate the cost of training a classifier: time from measured steps, memory and size from counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.defaults import ngram_min_count
from lstmcli.classification.ngrams.table import max_rows
from lstmcli.training.estimate import BASE_BYTES, BASE_SECONDS
from lstmcli.training.results import Estimate

if TYPE_CHECKING:
    from lstmcli.classification.trainer import Split

WEIGHT_SECONDS, NGRAM_SECONDS, CHARACTER_SECONDS = 4e-6, 1.5e-7, 1.8e-6
"""Time to fit a linear model, for each label: per n-gram of its table, and per token and order, or per token if the
n-grams are of characters.  On eight sets of 2 to 150 labels it was 0.6 to 1.5 times as much."""
WITHIN_BYTES = 40
"""Memory of the fit of the character model, per n-gram of a distinct word."""
FIT_VECTORS, FIT_BYTES = 28, 20
"""Memory of the fit: vectors of the weights in double precision, and bytes per n-gram that is counted at once."""
FREED = 1.1
"""Memory of the process for what is in use: not all that is freed is used again."""


def estimate(
    config: ClassifierConfig,
    train: Split,
    valid: Split,
    *,
    step_seconds: float,
    parameters: int,
    classes: int,
    reports: int = 0,
    refit: bool = True,
) -> Estimate:
    """The estimated cost of a run; ``config`` must have all defaults filled in.

    Args:
        step_seconds: time of one training step, measured on this machine.
        parameters: number of parameters of the network.
        reports: texts that are evaluated after training.
        refit: the n-gram model is fitted a second time, with the validation rows.
    """
    from lstmcli.classification.characters.fit import estimated_ngrams as characters_in
    from lstmcli.classification.ngrams.counts import PART_NGRAMS, estimated_ngrams
    from lstmcli.training.loop import ROLLBACK_STEPS

    model, batch_size, epochs = config.model, config.train.batch_size, config.train.epochs or 1
    steps = epochs * train.steps_per_epoch(batch_size)
    tokens, order = int(train.encoded.ends[-1]), model.ngrams or 0
    # A forward pass without gradients is about a quarter of an adversarial step.
    seconds = step_seconds * (steps + (epochs * len(valid) + reports) / batch_size / 4)

    parts = [train, valid] if refit else [train]
    features = characters = within = 0
    if order:
        most, least = max_rows(classes), ngram_min_count(len(train))
        features = estimated_ngrams([part.encoded for part in parts], order, least, most)
    if model.characters:
        words = [part.words for part in parts if part.words is not None]
        characters, within = characters_in(words, model.characters, classes)
    linear = WEIGHT_SECONDS * (features + characters)
    linear += tokens * (NGRAM_SECONDS * order + CHARACTER_SECONDS * bool(model.characters))
    seconds += BASE_SECONDS + linear * classes * len(parts)
    if config.train.time_limit is not None:
        seconds = config.train.time_limit

    batch_tokens = batch_size * int(np.quantile(train.lengths(config.tokenizer.max_tokens), 0.99))
    directions = 2 if model.bidirectional else 1
    kept = 6 * model.embedding + 20 * directions * model.hidden * model.layers  # per token, for the backward pass
    network = 4 * parameters
    inside = FIT_VECTORS * 8 * characters * classes + WITHIN_BYTES * within
    fit = FIT_VECTORS * 8 * features * classes + FIT_BYTES * min(order * tokens, 2 * PART_NGRAMS) if order else 0
    # Snapshots have weights, second moment and moving average: one to return to, one to take its place, and the one
    # that is written to disk.
    snapshots = 3 if steps > ROLLBACK_STEPS else 1
    if train.unlabelled is not None:  # their passes come after those of the labelled texts
        longest = np.quantile(np.minimum(train.unlabelled.lengths, config.tokenizer.max_tokens), 0.99)
        batch_tokens = max(batch_tokens, batch_size * int(longest))
    training = (2 + 3 * snapshots) * network + 2 * 4 * batch_tokens * kept
    # The weights, second moment and moving average are there in both phases.
    data = train.encoded.nbytes + sum(part.nbytes for part in (train.soft, train.unlabelled) if part)
    memory = BASE_BYTES + round(FREED * (data + 3 * network + max(fit, inside, training)))
    features += characters
    # The weights, nearly all in half precision, are in the weights file and in the graph.
    size = 2 * 2 * parameters + features * (8 + 2 * classes)
    return Estimate(seconds, memory, size if model.size is None else min(size, model.size))
