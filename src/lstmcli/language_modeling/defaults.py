"""Defaults of a language model that depend on its corpus."""

from __future__ import annotations

import math
from dataclasses import replace

from lstmcli.config import require
from lstmcli.language_modeling.config import LmConfig, LmTrainConfig

TOKENS_SEEN, ALPHABET_TOKENS_SEEN = 9_000_000, 5_000_000

MAX_ALPHABET = 512
"""Kinds of characters or bytes that an alphabet has at most; Chinese has thousands."""


def resolve_lm(config: LmConfig, tokens: int, vocab_size: int) -> LmConfig:
    """``config`` with nothing left open, for a training split of so many tokens.

    Raises:
        UsageError: cutoffs that leave the last cluster empty.
    """
    train, model = config.train, config.model
    if model.softmax == "adaptive" and not model.cutoffs:
        model = replace(model, cutoffs=cutoffs(vocab_size))
    require(
        max(model.cutoffs, default=0) < vocab_size,
        f"cutoffs must be below the {vocab_size} different tokens, not {list(model.cutoffs)}",
    )
    if train.epochs is None and train.time_limit is None:
        seen = ALPHABET_TOKENS_SEEN if is_alphabet(config.tokenizer.kind, vocab_size) else TOKENS_SEEN
        train = replace(train, epochs=min(40, max(1, round(seen / tokens))))
    if train.patience is None:
        train = replace(train, patience=0 if train.schedule in ("linear", "cosine") else 5)
    most = max(1, tokens // (8 * train.bptt))
    return replace(config, model=model, train=replace(train, batch_size=min(train.batch_size, most)))


def is_alphabet(tokenizer: str, vocab_size: int) -> bool:
    """Whether tokens are letters, not words or the thousands of characters of Chinese."""
    return tokenizer in ("char", "byte") and vocab_size <= MAX_ALPHABET


def cutoffs(vocab_size: int) -> tuple[int, ...]:
    """Ranks at which the clusters of an adaptive softmax begin; a handful of words has one cluster only."""
    return tuple(sorted({max(1, vocab_size // 16), max(1, vocab_size // 4)}))


def epochs_in(config: LmConfig, tokens: int, step_seconds: float) -> int:
    """Twice the epochs that seem to fit into the time limit.

    The clock ends such a run, and the learning rate falls by the clock too: a first measurement beside other work
    would otherwise end it early.
    """
    assert config.train.time_limit is not None
    steps = steps_per_epoch(config.train, tokens)
    return max(1, math.ceil(2 * config.train.time_limit / (step_seconds * steps)))


def steps_per_epoch(train: LmTrainConfig, tokens: int) -> int:
    """About how many windows a text is read in: their lengths are random."""
    return max(1, tokens // (train.batch_size * train.bptt))
