"""Estimate the cost of training a language model."""

from __future__ import annotations

from lstmcli.language_modeling.config import LmConfig
from lstmcli.training.estimate import BASE_BYTES, BASE_SECONDS
from lstmcli.training.results import Estimate


def estimate_lm(config: LmConfig, *, vocab_size: int, step_seconds: float, steps: int, parameters: int) -> Estimate:
    """The estimated cost of a run; ``step_seconds`` is measured on this machine.

    The text stays on disk; its mapped pages, which the kernel can reclaim, are not counted.
    """
    seconds = BASE_SECONDS + step_seconds * steps * 1.05  # validation
    if config.train.time_limit is not None:
        seconds = config.train.time_limit
    window = config.train.batch_size * config.train.bptt
    states = 4 * window * 12 * sum(config.model.widths)
    # Weights, gradients, two moments, the best weights and a copy during validation: 6 numbers per parameter.
    # Snapshots with weights and moments: two to return to, and one while it is written to disk: 9.
    memory = BASE_BYTES + (6 + 9) * 4 * parameters + 2 * states + 8 * _logits(config, vocab_size)
    return Estimate(seconds, memory, (2 * 4 + 1) * parameters)


def _logits(config: LmConfig, vocab_size: int) -> int:
    """Number of logits in memory at once, the maximum of training and validation."""
    from lstmcli.language_modeling.trainer import EVALUATION_STREAMS, EVALUATION_WINDOW
    from lstmcli.nn.softmax import CHUNK, MAX_LOGITS

    rows = max(config.train.batch_size * config.train.bptt, EVALUATION_STREAMS * EVALUATION_WINDOW)
    return min(rows, max(CHUNK, MAX_LOGITS // vocab_size)) * vocab_size
