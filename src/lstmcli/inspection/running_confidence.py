"""The running prediction of a classifier: after each token, the prediction if the text ended there.

Each prefix of the text is classified separately, because a backward direction starts at the last token and pooled
states change with every token.  After the last token it is the prediction for the text.

For T tokens this takes T * T / 2 steps of the network, so for long texts or large networks only every second, third, …
token is used, counted from the last one.

Shapes: N texts, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.config import ClassifierModelConfig

Floats = NDArray[np.floating[Any]]
MULTIPLICATIONS = 2e10
"""Maximum for one text: about a second on two cores."""
CHARACTERS = 1e7
"""Maximum characters of all prefixes of a text, which must be tokenized."""


def stride(tokens: int, characters: int, config: ClassifierModelConfig) -> int:
    """Interval between tokens with a prediction; 1 for most texts."""
    directions = 2 if config.bidirectional else 1
    inputs = config.embedding + (config.layers - 1) * directions * config.hidden
    each = 4 * directions * config.hidden * (inputs + config.layers * config.hidden)
    return max(1, ceil(max(each * tokens**2 / 2 / MULTIPLICATIONS, tokens * characters / 2 / CHARACTERS)))


def text_prefixes(text: str, ends: Sequence[int], every: int) -> dict[int, str]:
    """From token index to the text up to its end; the whole text for the last token."""
    last = len(ends) - 1
    return {t: text if t == last else text[: ends[t]] for t in range(last % every, last + 1, every)} if ends else {}


def running_probabilities(
    classify: Callable[[Sequence[str]], Floats], text: str, ends: Sequence[int], every: int
) -> list[Any]:
    """Probabilities [C] after each token, as a list; None for tokens that are skipped.

    Args:
        classify: computes probabilities [N, C] of texts.
        ends: the offset in the text at which each token ends.
    """
    asked = text_prefixes(text, ends, every)
    answers = dict(zip(asked, classify(list(asked.values())).tolist(), strict=True)) if asked else {}
    return [answers.get(t) for t in range(len(ends))]
