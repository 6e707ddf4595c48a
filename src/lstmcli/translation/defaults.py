"""Defaults of a translator that depend on its pairs.

tokenizer         of each side: char for fewer than 200,000 characters of both sides, and for fewer than 2 million of a
                  side in a script without spaces; otherwise bpe
source_tokenizer  joint if both sides are split into characters or bytes, or if a tenth of the words of the targets are
                  in their sources; otherwise a tokenizer of its own
vocab_size        of bpe and unigram: one piece per 400 characters, from 512 to 8,000, and enough for every character
copies            if both sides are split into words
epochs            as many as show it about 10 million tokens of the targets, from 3 to 100; with ``--time`` as many
                  as fit
batches           of a two-hundredth of the tokens of the targets, from 256 to 2,048
metric            bleu; chrf if a target has fewer than four words or Chinese characters on average, of which BLEU can
                  say little
patience          0 if the learning rate decays, otherwise 5
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from itertools import chain, islice

from lstmcli.tokenization.auto import MIN_PIECES, infer_tokenizer_config
from lstmcli.translation.config import JOINT, TranslatorConfig, TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts
from lstmcli.translation.metrics import tokenizer_for

FEW_CHARACTERS, FEW_UNSPACED = 200_000, 2_000_000
CHARACTERS_PER_PIECE, MAX_PIECES_PER_SIDE = 400, 8_000
SHARED_WORDS, SAMPLE = 0.1, 5_000
TOKENS_SEEN, MIN_EPOCHS, MAX_EPOCHS = 10_000_000, 3, 100
MIN_BATCH, MAX_BATCH, STEPS_PER_EPOCH, FEW_WORDS = 256, 2048, 200, 4.0


def resolve_tokenizer(config: TranslatorTokenizerConfig, texts: Texts) -> TranslatorTokenizerConfig:
    """The settings without "auto", for the pairs of the training split.

    Raises:
        DataError: ``config.path`` is not a tokenizer.json.
    """
    if config.path is not None:
        known = infer_tokenizer_config(config, list(islice(texts.lines, SAMPLE)))
        config = replace(config, kind=known.kind, words=known.words, source_tokenizer=config.source_tokenizer or JOINT)
    few = sum(map(len, texts.lines)) < FEW_CHARACTERS
    words = "text" if config.words == "auto" else config.words
    kind = _kind(texts.targets, few) if config.kind == "auto" else config.kind
    source = config.source_tokenizer
    if source is None:
        source = _kind(texts.sources, few) if config.kind == "auto" else kind
        if source == kind and (kind in ("char", "byte") or shared_words(texts) >= SHARED_WORDS):
            source = JOINT
    size, own = config.vocab_size, config.source_vocab_size
    if config.path is None and size is None:
        size = _size(kind, *((texts.sources, texts.targets) if source == JOINT else (texts.targets,)))
    if source != JOINT and own is None:
        own = config.vocab_size if source in ("bpe", "unigram") and config.vocab_size else _size(source, texts.sources)
    return replace(config, kind=kind, words=words, source_tokenizer=source, vocab_size=size, source_vocab_size=own)


def _kind(side: Collection[str], few: bool) -> str:
    unspaced = tokenizer_for(side) != "13a" and sum(map(len, side)) < FEW_UNSPACED
    return "char" if few or unspaced else "bpe"


def _size(kind: str, *sides: Collection[str]) -> int | None:
    if kind not in ("bpe", "unigram"):
        return None
    alphabet = len(set().union(*islice(chain(*sides), 100_000)))
    return max(
        MIN_PIECES + 2 * alphabet, min(MAX_PIECES_PER_SIDE, sum(map(len, chain(*sides))) // CHARACTERS_PER_PIECE)
    )


def shared_words(texts: Texts) -> float:
    """The share of the words of targets that are in their sources too; marks don't count."""
    shared = words = 0
    step = max(1, len(texts.targets) // SAMPLE)
    for source, target in islice(zip(texts.sources, texts.targets, strict=True), 0, None, step):
        known = set(source.lower().split())
        found = [word for word in target.lower().split() if any(map(str.isalnum, word))]
        shared, words = shared + sum(word in known for word in found), words + len(found)
    return shared / max(1, words)


def resolve_training(config: TranslatorConfig, tokens: int, words: float) -> TranslatorConfig:
    """``config`` with all defaults filled in, for targets of ``tokens`` tokens, and of ``words`` words on average."""
    train, model, tokenizer = config.train, config.model, config.tokenizer
    if model.copies is None:
        model = replace(model, copies=tokenizer.kind == "word" and tokenizer.source_tokenizer in ("word", JOINT))
    if train.batch_tokens is None:
        train = replace(train, batch_tokens=min(MAX_BATCH, max(MIN_BATCH, tokens // STEPS_PER_EPOCH)))
    if train.metric is None:
        train = replace(train, metric="bleu" if words >= FEW_WORDS else "chrf")
    if train.epochs is None and train.time_limit is None:
        train = replace(train, epochs=min(MAX_EPOCHS, max(MIN_EPOCHS, round(TOKENS_SEEN / max(1, tokens)))))
    if train.patience is None:
        train = replace(train, patience=0 if train.schedule in ("linear", "cosine") else 5)
    return replace(config, model=model, train=train)


def epochs_in(limit: float, step_seconds: float, steps: int) -> int:
    """Four times the epochs of ``steps`` that fit into the time limit, which ends the run, if it becomes faster too."""
    return max(1, math.ceil(4 * limit / (step_seconds * steps)))
