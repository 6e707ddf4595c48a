"""The rules that fill in what the user left open, from the size of the corpus.

=============  ==================================================================================================
epochs         that show the network about 70,000 texts, or 2 million tokens a label if that is less; from 3 to 15
ngrams         pairs up to 8,000 training texts, triples above, none where texts times labels are above 64 million
min. count     of an n-gram: 1 up to 8,000 training texts, 2 above
n-gram weight  2 up to 8,000 training texts, falling as 16,000 over their number to 1 from 16,000 on
=============  ==================================================================================================

Long texts of few labels are learned by heart before 70,000 are seen: ChnSentiCorp (2 labels, 105 tokens a text) comes
to 92.5 on its published validation file after 4 epochs and to 92.3 after 8 (four seeds), in half the time; many labels
take their time: 20 Newsgroups comes to 86.0 after 3 epochs and to 87.3 after 6.

The fewer the texts, the more the n-gram model has to say beside the network: the weight that makes held-out reviews
most likely is 2 after 2,500 and 5,000 of them, 1.4 after 10,000 and 0.7 after 20,000 (benchmarks/ngram_weight.py).

A language model's epochs are the number that shows it about 9 million tokens, 5 million letters, from 1 to 40, or as
many as fit into ``--time``; they are all used where the learning rate falls, else training ends after five validations
without an improvement.  Without a preset, characters or bytes of up to 512 kinds are an alphabet and have a preset of
their own: a network that suits words drops far too much of them, and after more epochs they are learned by heart
(tinyshakespeare, validation: 1.48 nats for 1.57; after 9 epochs 1.50).  A short text is read in fewer streams, so that
each holds eight windows at least.  Of the V words of an adaptive softmax the V / 16 most frequent are in its head,
those up to V / 4 in the first cluster, the others in a second: about the cutoffs of Grave et al. (2017) for 44,000
words, and of those in use for 268,000 (WikiText-103).
"""

from __future__ import annotations

import math
from dataclasses import replace

from lstmcli.config import ClassifierConfig, require
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmConfig, LmTrainConfig

SMALL = 8_000
NGRAM_CELLS, MOST_NGRAM_CELLS = 64_000_000, 512_000_000
"""Training texts times labels up to which an n-gram model is fitted by itself, and at all: the fit holds five matrices
of them in double precision."""
TEXTS_SEEN, LABEL_TOKENS_SEEN = 70_000, 2_000_000
TOKENS_SEEN, LETTERS_SEEN = 9_000_000, 5_000_000
LETTERS = 512
"""Kinds of characters or bytes that an alphabet has at most; Chinese has thousands."""


def resolve(config: ClassifierConfig, texts: int, tokens: int, labels: int) -> ClassifierConfig:
    """``config`` with nothing left open, for a training split of so many texts, tokens in all, and labels.

    Raises:
        UsageError: n-grams of so many texts and labels that no machine could be expected to fit them.
    """
    model, train = config.model, config.train
    if model.ngrams is None:
        usual = 2 if texts <= SMALL else 3
        model = replace(model, ngrams=usual if texts * labels <= NGRAM_CELLS else 0)
    elif model.ngrams and texts * labels > MOST_NGRAM_CELLS:
        gigabytes = 5 * 8 * texts * labels / 1e9
        raise UsageError(
            f"an n-gram model of {texts:,} texts and {labels:,} labels takes about {gigabytes:,.0f} GB to fit",
            hint="leave --ngrams out",
        )
    if train.epochs is None:
        seen = min(TEXTS_SEEN / texts, labels * LABEL_TOKENS_SEEN / max(1, tokens))
        train = replace(train, epochs=min(15, max(3, round(seen))))
    return replace(config, model=model, train=train)


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
        seen = LETTERS_SEEN if is_alphabet(config.tokenizer.kind, vocab_size) else TOKENS_SEEN
        train = replace(train, epochs=min(40, max(1, round(seen / tokens))))
    if train.patience is None:
        train = replace(train, patience=0 if train.schedule in ("linear", "cosine") else 5)
    most = max(1, tokens // (8 * train.bptt))
    return replace(config, model=model, train=replace(train, batch_size=min(train.batch_size, most)))


def is_alphabet(tokenizer: str, vocab_size: int) -> bool:
    """Whether tokens are letters, not words or the thousands of characters of Chinese."""
    return tokenizer in ("char", "byte") and vocab_size <= LETTERS


def cutoffs(vocab_size: int) -> tuple[int, ...]:
    """Ranks at which the clusters of an adaptive softmax begin; a handful of words has one cluster only."""
    return tuple(sorted({max(1, vocab_size // 16), max(1, vocab_size // 4)}))


def epochs_in(config: LmConfig, tokens: int, step_seconds: float) -> int:
    """Twice the epochs that seem to fit into the time limit.

    The clock ends such a run, and the learning rate falls by the clock too: a first measurement beside other work
    would otherwise end it early.
    """
    assert config.train.time_limit is not None
    steps = steps_an_epoch(config.train, tokens)
    return max(1, math.ceil(2 * config.train.time_limit / (step_seconds * steps)))


def steps_an_epoch(train: LmTrainConfig, tokens: int) -> int:
    """About how many windows a text is read in: their lengths are random."""
    return max(1, tokens // (train.batch_size * train.bptt))


def ngram_min_count(texts: int) -> int:
    return 1 if texts <= SMALL else 2


def ngram_weight(texts: int) -> float:
    """How many times the logits of the n-gram model count beside those of the network."""
    return min(2.0, max(1.0, 2 * SMALL / texts))
