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

from dataclasses import replace

from lstmcli.classification.config import ClassifierConfig
from lstmcli.errors import UsageError

SMALL_CORPUS = 8_000
NGRAM_CELLS, MAX_NGRAM_CELLS = 64_000_000, 512_000_000
"""Training texts times labels up to which an n-gram model is fitted by itself, and at all: the fit holds five matrices
of them in double precision."""
TEXTS_SEEN, LABEL_TOKENS_SEEN = 70_000, 2_000_000


def resolve(config: ClassifierConfig, texts: int, tokens: int, labels: int) -> ClassifierConfig:
    """``config`` with nothing left open, for a training split of so many texts, tokens in all, and labels.

    Raises:
        UsageError: n-grams of so many texts and labels that no machine could be expected to fit them.
    """
    model, train = config.model, config.train
    if model.ngrams is None:
        usual = 2 if texts <= SMALL_CORPUS else 3
        model = replace(model, ngrams=usual if texts * labels <= NGRAM_CELLS else 0)
    elif model.ngrams and texts * labels > MAX_NGRAM_CELLS:
        gigabytes = 5 * 8 * texts * labels / 1e9
        raise UsageError(
            f"an n-gram model of {texts:,} texts and {labels:,} labels takes about {gigabytes:,.0f} GB to fit",
            hint="leave --ngrams out",
        )
    if train.epochs is None:
        seen = min(TEXTS_SEEN / texts, labels * LABEL_TOKENS_SEEN / max(1, tokens))
        train = replace(train, epochs=min(15, max(3, round(seen))))
    return replace(config, model=model, train=train)


def ngram_min_count(texts: int) -> int:
    return 1 if texts <= SMALL_CORPUS else 2


def ngram_weight(texts: int) -> float:
    """How many times the logits of the n-gram model count beside those of the network."""
    return min(2.0, max(1.0, 2 * SMALL_CORPUS / texts))
