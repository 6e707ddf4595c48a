"""A classifier's confidence as it reads: after each token, what it would answer if the text ended there.

That is the one meaning that fits every model.  A backward direction begins at the last token, and pooled states
(maximum, mean) change with every token that joins them: so each beginning of the text is classified as a text of its
own, with ``classify`` itself.  After the last token the answer is the answer.

For a text of T tokens that is T * T / 2 steps of the network, so of a long text, or for a large network, only every
second, third, … token is asked about, counted from the last one.
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
"""Spent on one text: about a second on two cores."""
CHARACTERS = 1e7
"""Of all beginnings together, which must be cut into tokens."""


def stride(tokens: int, characters: int, config: ClassifierModelConfig) -> int:
    """Ask after every so many tokens; 1 for most texts."""
    directions = 2 if config.bidirectional else 1
    inputs = config.embedding + (config.layers - 1) * directions * config.hidden
    each = 4 * directions * config.hidden * (inputs + config.layers * config.hidden)
    return max(1, ceil(max(each * tokens**2 / 2 / MULTIPLICATIONS, tokens * characters / 2 / CHARACTERS)))


def text_prefixes(text: str, ends: Sequence[int], every: int) -> dict[int, str]:
    """Token to the text up to its end; all of the text for the last token."""
    last = len(ends) - 1
    return {t: text if t == last else text[: ends[t]] for t in range(last % every, last + 1, every)} if ends else {}


def running_probabilities(
    classify: Callable[[Sequence[str]], Floats], text: str, ends: Sequence[int], every: int
) -> list[Any]:
    """Probabilities [C] after each token, as a list; None where nobody asks.

    Args:
        classify: texts to probabilities [N, C].
        ends: after which character of the text each token ends.
    """
    asked = text_prefixes(text, ends, every)
    answers = dict(zip(asked, classify(list(asked.values())).tolist(), strict=True)) if asked else {}
    return [answers.get(t) for t in range(len(ends))]
