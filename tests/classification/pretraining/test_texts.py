"""The texts of a pretraining, and the tokens that it predicts."""

from __future__ import annotations

import numpy as np

from lstmcli.classification.pretraining.texts import Texts, outputs
from lstmcli.tokenization.encoded import EncodedTexts


def texts(count: int) -> EncodedTexts:
    return EncodedTexts(np.full((2 + i % 3, 1), i + 2, np.int32) for i in range(count))


def test_what_is_held_out_is_not_learned_from() -> None:
    found = Texts((texts(30), texts(30)), max_tokens=3)
    assert (len(found), len(found.held_out())) == (57, 3)
    assert found.lengths.tolist() == [min(3, len(found[i])) for i in range(57)]
    seen = sorted(int(text[0, 0]) for text in [*found.held_out(), *(found[i] for i in range(57))])
    assert seen == sorted([*range(2, 32)] * 2)


def test_texts_of_one_token_are_left_out() -> None:
    found = Texts((EncodedTexts([np.array([[5]], np.int32), np.array([[5], [6]], np.int32)] * 2),), max_tokens=9)
    assert len(found) + len(found.held_out()) == 2


def test_frequent_tokens_are_predicted_and_never_padding_or_the_unknown_one() -> None:
    assert outputs(np.array([9, 9, 2, 1, 5])).tolist() == [-1, -1, 1, -1, 0]
    assert outputs(np.array([9, 9, 1, 0, 1])).tolist() == [-1, -1, 0, -1, 1]
