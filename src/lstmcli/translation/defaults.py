"""Defaults of a translator that depend on its pairs.

tokenizer   bpe, or char if both sides together have fewer than 200,000 characters
vocab_size  of bpe and unigram: one piece per 400 characters, from 512 to 8,000
epochs      as many as show it about 10 million tokens of the targets, from 3 to 100; with ``--time`` as many as fit
batches     of a hundredth of the tokens of the targets, from 256 to 2,048
metric      bleu; chrf if a target has fewer than four words or Chinese characters on average, of which BLEU can say
            little
patience    0 if the learning rate decays, otherwise 5
"""

from __future__ import annotations

import math
from dataclasses import replace

from lstmcli.tokenization.auto import MIN_PIECES
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.translation.config import TranslatorConfig

FEW_CHARACTERS = 200_000
CHARACTERS_PER_JOINT_PIECE, MAX_JOINT_PIECES = 400, 8_000
TOKENS_SEEN, MIN_EPOCHS, MAX_EPOCHS = 10_000_000, 3, 100
MIN_BATCH, MAX_BATCH, FEW_WORDS = 256, 2048, 4.0


def resolve_tokenizer(config: LmTokenizerConfig, characters: int, alphabet: int) -> LmTokenizerConfig:
    """The settings without "auto"; ``characters`` of both sides, ``alphabet`` different ones."""
    kind, size = config.kind, config.vocab_size
    if kind == "auto":
        kind = "char" if characters < FEW_CHARACTERS and config.path is None else "bpe"
    if size is None and kind in ("bpe", "unigram") and config.path is None:
        least = MIN_PIECES + (2 * alphabet if kind == "unigram" else 0)
        size = max(least, min(MAX_JOINT_PIECES, characters // CHARACTERS_PER_JOINT_PIECE))
    return replace(config, kind=kind, words="text" if config.words == "auto" else config.words, vocab_size=size)


def resolve_training(config: TranslatorConfig, tokens: int, words: float) -> TranslatorConfig:
    """``config`` with all defaults filled in, for targets of ``tokens`` tokens, and of ``words`` words on average."""
    train = config.train
    if train.batch_tokens is None:
        train = replace(train, batch_tokens=min(MAX_BATCH, max(MIN_BATCH, tokens // 100)))
    if train.metric is None:
        train = replace(train, metric="bleu" if words >= FEW_WORDS else "chrf")
    if train.epochs is None and train.time_limit is None:
        train = replace(train, epochs=min(MAX_EPOCHS, max(MIN_EPOCHS, round(TOKENS_SEEN / max(1, tokens)))))
    if train.patience is None:
        train = replace(train, patience=0 if train.schedule in ("linear", "cosine") else 5)
    return replace(config, train=train)


def epochs_in(limit: float, step_seconds: float, steps: int) -> int:
    """Twice the number of epochs of ``steps`` that fit into the time limit, which ends the run."""
    return max(1, math.ceil(2 * limit / (step_seconds * steps)))
