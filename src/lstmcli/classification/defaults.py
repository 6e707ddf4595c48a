"""Defaults of a classifier that depend on its corpus.

=============  ==================================================================================================
epochs         as many as show it about 70,000 texts, or 2 million tokens per label if that is less; from 3 to 15; more
               where those are fewer than 200 steps: 67 for 90 texts
patience       5 epochs; 0 where there are more than 15
ngrams         2 up to 8,000 training texts, 3 above; 0 if texts times labels are more than 64 million
min. count     of an n-gram: 1 up to 8,000 training texts, 2 above
characters     5 (n-grams of characters in words, of at least 2 texts); 0 above 5,000 texts, if texts times labels are
               more than 64 million, above 2,000 texts if they are mostly Chinese or Japanese, and with ``--ngrams 0``
weight         of n-grams: 2 up to 8,000 training texts, then 16,000 divided by their number, at least 1; of characters
               the same, but twice that for 100 training texts, and 200 divided by their number for up to 200
=============  ==================================================================================================

With long texts and few labels, 70,000 texts overfit: ChnSentiCorp (2 labels, 105 tokens per text) has an accuracy of
92.5 on its published validation file after 4 epochs and 92.3 after 8 (four seeds).  Many labels take longer: 20
Newsgroups has 86.0 after 3 epochs and 87.3 after 6.

15 epochs of 90 texts are 45 steps, in which the network hardly learns: with 200 it gains 5.8 points, and the classifier
0.9 (seven cuts of six training files, English and Chinese, judged on 1,000 other rows); of 270 texts 1.1 and 0.0.  400
steps gain no more, and batches of 8 gain less.

The n-gram model helps more on small corpora: the weight with the maximum likelihood on held-out reviews is 2 for 2,500
and 5,000 training texts, 1.4 for 10,000 and 0.7 for 20,000 (benchmarks/ngram_weight.py).

The character model, judged on rows cut off training files (2,000, or a quarter; one seed), adds 1.3 points on average
to 23 sets of 90 to 4,700 training rows; the log loss is better on 19.  AG News +5.2 with 270 rows, +1.8 with 900, +1.2
with 2,700; TREC-6 +6.4 with 90, +2.2 with 270, -0.5 with 900, -0.7 with 3,600; TREC-50 +1.5 with 900, +0.2 with 3,600;
SST-2 +1.3, +0.6, +1.3, +0.7 with 90, 270, 900, 4,700; MR +0.3; SMS spam +0.9 with 270 and 0 with 3,500; IMDB +1.1 with
900; Thai (Wisesight) +1.6 with 900, +1.2 with 4,500; German (GermEval 2018) +1.4 with 900, +0.6 with 3,400.  Chinese
titles (THUCNews) gain 2.2 with 900 rows, Chinese reviews (ChnSentiCorp) 0.2.  Larger sets are not measured, so they do
without: it costs up to 15 us a text.  On the first 21 of these sets weight 1 gives 1.1 points and a plain sum with
weight 2 gives 1.3.  With a scale for each model, fitted on validation with a prior of so many texts, all 23: 1.1 with
one text, 1.3 with 5 and with 20 (that of ``calibration.py``).  With 90 texts characters are worth more than words:
counted twice they add 0.5 points of accuracy and 0.7 of macro F1 (two draws of six files); with 270, 900 and 3,600
texts they add -0.1, 0.1 and -0.2.  N-grams of up to 4 characters, or those of one text too, are 0.1 to 0.2 worse.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
from lstmcli.errors import UsageError

SMALL_CORPUS = 8_000
NGRAM_CELLS, MAX_NGRAM_CELLS = 64_000_000, 512_000_000
"""Maximum of texts times labels for an n-gram model, by default and at all: the fit needs five such matrices in double
precision."""
CHARACTER_ORDER, MAX_CHARACTER_TEXTS, MAX_CJK_TEXTS = 5, 5_000, 2_000
SAMPLE = 1_000
"""Texts, and characters of each, that tell the script."""
_CJK, _LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"), re.compile(r"[^\W\d_]")
TEXTS_SEEN, LABEL_TOKENS_SEEN = 70_000, 2_000_000
FEW_TEXTS = 200
MOST_EPOCHS, LEAST_STEPS, PATIENCE = 15, 200, 5


def resolve(config: ClassifierConfig, texts: int, tokens: int, labels: int, steps: int = 1) -> ClassifierConfig:
    """``config`` with all defaults filled in, for a training split of ``texts`` texts with ``tokens`` tokens in total.

    Args:
        steps: the least number of an epoch.

    Raises:
        UsageError: an n-gram model was requested, but there are too many texts and labels to fit it.
    """
    model, train = config.model, config.train
    if model.ngrams is None:
        model = replace(model, ngrams=ngram_order(texts) if texts * labels <= NGRAM_CELLS else 0)
    elif model.ngrams and texts * labels > MAX_NGRAM_CELLS:
        gigabytes = 5 * 8 * texts * labels / 1e9
        raise UsageError(
            f"an n-gram model of {texts:,} texts and {labels:,} labels takes about {gigabytes:,.0f} GB to fit",
            hint="leave --ngrams out",
        )
    if train.epochs is None:
        usual = usual_epochs(texts, labels * LABEL_TOKENS_SEEN / max(1, tokens))
        least = math.ceil(LEAST_STEPS / max(steps, math.ceil(texts / train.batch_size)))
        train = replace(train, epochs=max(usual, least))
    if train.patience is None:
        long = config.train.epochs is None and (train.epochs or 0) > MOST_EPOCHS
        train = replace(train, patience=0 if long else PATIENCE)
    return replace(config, model=model, train=train)


def ngram_order(texts: int) -> int:
    """Longest n-gram of words."""
    return 2 if texts <= SMALL_CORPUS else 3


def usual_epochs(texts: int, most: float = math.inf) -> int:
    """Epochs for so many texts, ``most`` if that is less; from 3 to 15."""
    return min(MOST_EPOCHS, max(3, round(min(TEXTS_SEEN / max(1, texts), most))))


def character_order(model: ClassifierModelConfig, texts: Collection[str], labels: int) -> int:
    """Longest n-gram of the character model; 0: no such model."""
    if model.characters is not None:
        return model.characters
    most = MAX_CJK_TEXTS if mostly_cjk(texts) else MAX_CHARACTER_TEXTS
    few = len(texts) <= most and len(texts) * labels <= NGRAM_CELLS
    return CHARACTER_ORDER if few and model.ngrams != 0 else 0


def mostly_cjk(texts: Iterable[str]) -> bool:
    """Whether most letters are Chinese or Japanese: their word n-grams are n-grams of characters already."""
    sample = "".join(text[:SAMPLE] for text in islice(texts, SAMPLE))
    return 2 * len(_CJK.findall(sample)) > len(_LETTER.findall(sample))


def ngram_min_count(texts: int) -> int:
    return 1 if texts <= SMALL_CORPUS else 2


def ngram_weight(texts: int) -> float:
    """Weight of the n-gram model's logits relative to those of the network."""
    return min(2.0, max(1.0, 2 * SMALL_CORPUS / texts))


def character_weight(texts: int) -> float:
    """Weight of the character model's logits relative to those of the network."""
    return ngram_weight(texts) * min(2.0, max(1.0, FEW_TEXTS / texts))
