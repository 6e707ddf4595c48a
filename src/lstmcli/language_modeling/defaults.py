"""Defaults of a language model that depend on its corpus.

epochs        as many as show it about 9 million tokens, 5 million of an alphabet, from 1 to 40; with ``--time`` as many
              as fit into it
penalties     on activations (alpha 2, beta 1) if the text is read eight times at least, else none (perplexity of Penn
              Treebank after 12 epochs 86.4 instead of 88.8, of a quarter of it after 10 epochs 140.5 instead of
              155.6; of a Chinese novel after 6 epochs 149.8 instead of 147.2)
patience      0 if the learning rate decays, otherwise 5
preset        characters or bytes of up to 512 kinds are an alphabet and have a preset of their own: a network for words
              drops far too many of them, and more epochs overfit (tinyshakespeare, validation: 1.48 nats instead of
              1.57; 1.50 after 9 epochs)
batch size    at most so many streams that each holds eight windows
softmax       words that a training step computes: ``nn.config.words_computed``
cutoffs       of an adaptive softmax: the V / 16 most frequent words are in the head, those up to V / 4 in the first
              cluster, the others in a second; about the cutoffs of Grave et al. (2017) for 44,000 words, and those in
              use for 268,000 (WikiText-103)
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from lstmcli.config import require
from lstmcli.language_modeling.config import ALPHABET_PRESET, DEFAULT_PRESET, LmConfig, LmTrainConfig
from lstmcli.language_modeling.presets import preset
from lstmcli.nn.config import words_computed

TOKENS_SEEN, ALPHABET_TOKENS_SEEN = 9_000_000, 5_000_000

ALPHA, BETA = 2.0, 1.0
"""Weights of activation and temporal activation regularisation (Merity et al. 2018, section 5)."""

PENALTY_EPOCHS = 8
"""Epochs from which a network is better with these penalties; it learns more slowly with them."""

TIME_MARGIN = 2
"""Epochs planned for a run with ``--time``, to those that fit by the measured time of a step."""

MAX_ALPHABET = 512
"""Maximum number of different characters or bytes of an alphabet; Chinese has thousands."""


def resolve_lm(config: LmConfig, tokens: int, vocab_size: int) -> LmConfig:
    """``config`` with all defaults filled in, for a training split of ``tokens`` tokens.

    Raises:
        UsageError: cutoffs that leave the last cluster empty; words to compute of an adaptive softmax.
    """
    train, model = config.train, config.model
    adaptive = model.softmax == "adaptive"
    if adaptive and not model.cutoffs:
        model = replace(model, cutoffs=cutoffs(vocab_size))
    require(
        max(model.cutoffs, default=0) < vocab_size,
        f"cutoffs must be below the {vocab_size} different tokens, not {list(model.cutoffs)}",
    )
    if train.epochs is None and train.time_limit is None:
        seen = ALPHABET_TOKENS_SEEN if is_alphabet(config.tokenizer.kind, vocab_size) else TOKENS_SEEN
        train = replace(train, epochs=min(40, max(1, round(seen / tokens))))
    if train.epochs is not None:
        train = with_penalties(train, train.epochs)
    require(not (adaptive and train.softmax_words), "--softmax-words applies to a full softmax, not to an adaptive one")
    if train.softmax_words is None:
        train = replace(train, softmax_words=0 if adaptive else words_computed(vocab_size))
    if train.patience is None:
        train = replace(train, patience=0 if train.schedule in ("linear", "cosine") else 5)
    most = max(1, tokens // (8 * train.bptt))
    return replace(config, model=model, train=replace(train, batch_size=min(train.batch_size, most)))


def chosen_by_text(config: LmConfig, tokens: int, vocab_size: int) -> dict[str, Any]:
    """The training settings of a model that are what its text chose, as they are before a text chooses.

    What a user or a preset chose otherwise is not among them.

    Args:
        config: of a trained model.
        tokens: of its training text.
    """
    train, found = config.train, dict[str, Any]()
    unset = replace(train, alpha=None, beta=None, softmax_words=None)
    by_text = resolve_lm(replace(config, train=unset), tokens, vocab_size).train
    epochs = train.epochs or 1
    likely = [epochs] if train.time_limit is None else [epochs, epochs / TIME_MARGIN]
    penalties = [with_penalties(unset, each) for each in likely]
    if any((each.alpha, each.beta) == (train.alpha, train.beta) for each in penalties):
        found |= {"alpha": None, "beta": None}
    if by_text.softmax_words == train.softmax_words:
        found["softmax_words"] = None
    if train.batch_size == max(1, tokens // (8 * train.bptt)):  # the text was too short for more
        name = ALPHABET_PRESET if is_alphabet(config.tokenizer.kind, vocab_size) else DEFAULT_PRESET
        found["batch_size"] = max(train.batch_size, preset(name)[1].batch_size)
    return found


def with_penalties(train: LmTrainConfig, epochs: float) -> LmTrainConfig:
    """``train`` with penalties on activations, where they are not given, for a text that is read ``epochs`` times."""
    alpha, beta = (ALPHA, BETA) if epochs >= PENALTY_EPOCHS else (0.0, 0.0)
    return replace(
        train,
        alpha=alpha if train.alpha is None else train.alpha,
        beta=beta if train.beta is None else train.beta,
    )


def is_alphabet(tokenizer: str, vocab_size: int) -> bool:
    """Whether the tokens are letters of an alphabet, not words or Chinese characters."""
    return tokenizer in ("char", "byte") and vocab_size <= MAX_ALPHABET


def cutoffs(vocab_size: int) -> tuple[int, ...]:
    """Ranks at which the clusters of an adaptive softmax begin; a tiny vocabulary has one cluster only."""
    return tuple(sorted({max(1, vocab_size // 16), max(1, vocab_size // 4)}))


def epochs_in(config: LmConfig, tokens: int, step_seconds: float) -> int:
    """TIME_MARGIN times the number of epochs that fit into the time limit, by the measured time of a step.

    The time limit ends the run and controls the learning rate.  The margin keeps a measurement that was slowed down by
    other processes from ending it early.
    """
    assert config.train.time_limit is not None
    steps = steps_per_epoch(config.train, tokens)
    return max(1, math.ceil(TIME_MARGIN * config.train.time_limit / (step_seconds * steps)))


def for_time(train: LmTrainConfig, epochs: int) -> LmTrainConfig:
    """``train`` for a time limit, with the epochs of ``epochs_in``."""
    return with_penalties(replace(train, epochs=epochs), epochs / TIME_MARGIN)


def steps_per_epoch(train: LmTrainConfig, tokens: int) -> int:
    """Expected number of windows per epoch; window lengths are random."""
    return max(1, tokens // (train.batch_size * train.bptt))
