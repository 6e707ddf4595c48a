"""Word attributions by leave-one-out: classify the text without each word.

The method is that of Li, Monroe & Jurafsky (2016, arXiv 1612.08220), "erasure".
The differences are exact, not estimates, but not additive: of two redundant words each has little effect alone, and a
negation changes the effect of other words.  So their sum is reported together with the total effect, the difference
between the whole text and the empty text.

Shapes: N texts, C labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import DataError
from lstmcli.inspection.results import Why, Word

Floats = NDArray[np.floating[Any]]
MAX_WORDS = 2000
WINDOW = 512
"""Number of texts classified at once."""

_ALONE = (
    "\u2e80-\u2fdf\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff65\U00020000-\U0003ffff"
)
_MARK = r"!-&(-/:-@\[-^`{-~\u00a1-\u00bf\u2010-\u2018\u201a-\u205e"
_WORD = re.compile(rf"['’](?:s|t|re|ve|ll|d|m)\b|[{_ALONE}]|[^\s{_ALONE}{_MARK}'’]+(?:['’][^\s{_ALONE}{_MARK}'’]+)*|\S")


def words(text: str) -> list[tuple[int, int]]:
    """Spans of the words, marks, and Chinese or Japanese characters of a text."""
    return [found.span() for found in _WORD.finditer(text)]


def without(text: str, first: int, last: int) -> str:
    """The text without a word, and without one of the spaces around it."""
    before, after = text[:first], text[last:]
    if after[:1].isspace() and (not before or before[-1:].isspace()):
        after = after[1:]
    elif not after and before[-1:].isspace():
        before = before[:-1]
    return before + after


def check_words(text: str, path: str = "", line: int = 0) -> None:
    """Raises ``DataError`` for a text of more than ``MAX_WORDS`` words."""
    count = len(words(text))
    if count > MAX_WORDS:
        message = f"has {count:,} words, and --why reads the text once for each of them, {MAX_WORDS:,} at most"
        raise DataError(message, path=path or None, line=line, hint="give a part of the text")


def leave_one_out(
    classify: Callable[[Sequence[str]], Floats], text: str, label: int, name: str, *, multilabel: bool
) -> Why:
    """The attribution of each word.

    Args:
        classify: computes probabilities [N, C] of texts.
        label: the column of the label ``name``.
    """
    spans = words(text)
    whole, empty = _figures(classify([text, ""]), label, multilabel)
    found = []
    for start in range(0, len(spans), WINDOW):
        window = spans[start : start + WINDOW]
        answers = _figures(classify([without(text, *span) for span in window]), label, multilabel)
        for (first, last), (p, odds) in zip(window, answers, strict=True):
            found.append(Word(text[first:last], first, last, p, whole[0] - p, whole[1] - odds))
    return Why(name, whole[0], whole[1], tuple(found), *empty)


def _figures(p_NC: Floats, label: int, multilabel: bool) -> list[tuple[float, float]]:
    """Probability and log-odds of the label for each text."""
    p_N = p_NC[:, label].astype(np.float64)
    against_N = 1 - p_N if multilabel or p_NC.shape[1] == 1 else np.delete(p_NC, label, axis=1).sum(axis=1)
    tiny = np.finfo(np.float64).tiny
    odds_N = np.log(np.maximum(p_N, tiny)) - np.log(np.maximum(against_N, tiny))
    return list(zip(p_N.tolist(), odds_N.tolist(), strict=True))
