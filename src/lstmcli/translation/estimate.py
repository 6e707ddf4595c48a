"""Estimate the cost of training a translator."""

from __future__ import annotations

from lstmcli.training.estimate import BASE_BYTES
from lstmcli.training.results import Estimate
from lstmcli.translation.config import TranslatorConfig

SHAPES, BYTES_PER_SHAPE_AND_UNIT = 80, 2**14
"""Shapes of batches of an epoch, and what PyTorch keeps for each, as measured on a CPU."""


def estimate(config: TranslatorConfig, *, step_seconds: float, steps: int, parameters: int, tokens: int) -> Estimate:
    """The estimated cost of a run.

    Args:
        step_seconds: measured on this machine.
        tokens: of both sides of all splits.
    """
    from lstmcli.nn.softmax import MAX_LOGITS

    seconds = step_seconds * steps * 1.15  # validation
    if config.train.time_limit is not None:
        seconds = min(seconds, config.train.time_limit)
    model, rows = config.model, 2 * (config.train.batch_tokens or 0)
    states = 4 * rows * 16 * model.hidden * model.layers
    # Weights, gradients, two moments, the average and the best weights; two rollback points and a checkpoint.
    memory = BASE_BYTES + (6 + 13) * 4 * parameters + 2 * states + 2 * 4 * MAX_LOGITS + 20 * tokens
    memory += SHAPES * BYTES_PER_SHAPE_AND_UNIT * model.hidden * model.layers
    return Estimate(seconds, memory, 2 * 4 * parameters)
