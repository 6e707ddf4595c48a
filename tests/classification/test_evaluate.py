"""A classifier is calibrated and reported on in blocks, with the same outcome as in one go."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from lstmcli.classification import evaluate, model_selection
from lstmcli.classification.ensemble import Ensemble
from lstmcli.classification.evaluate import Evaluator, UnknownLabelTexts
from lstmcli.classification.model_selection import blocks, score, score_in_blocks
from lstmcli.classification.trainer import Split
from lstmcli.tokenization.encoded import EncodedTexts
from support.reports import classification_report

C, N = 5, 23


class Network:
    """Its logits depend on the first token; notes how many texts were asked for at once."""

    workers, batch_size = 1, 16

    def logits(self, ids: NDArray[np.int32], lengths: NDArray[np.int64]) -> NDArray[np.float32]:
        first = ids[:, 0, 0, 0]
        return np.sin(np.arange(1, C + 1) * first[:, None] * 1.7).astype(np.float32) * 3


def part(multilabel: bool) -> Split:
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, (N, C)) if multilabel else rng.integers(0, C, N)
    return Split(EncodedTexts(np.full((1, 1), i, np.int32) for i in range(N)), gold)


def the_judge(multilabel: bool) -> Evaluator:
    return Evaluator(Ensemble(Network(), None, C, multilabel, 0, 10), [f"{i}" for i in range(C)], multilabel)


@pytest.mark.parametrize("multilabel", [False, True])
def test_blocks_make_no_difference(multilabel: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    split, one = part(multilabel), the_judge(multilabel)
    logits, _ = one.ensemble.logits(split.encoded)
    whole = one.reports(split, UnknownLabelTexts(), 1.0, 0.5)
    probabilities = one.ensemble.probabilities(split.encoded, 0.5)
    assert whole[1] == classification_report(probabilities, split.gold, one.labels, multilabel)
    monkeypatch.setattr(model_selection, "MAX_LOGITS", 4 * C)
    for found, expected in zip(one.reports(split, UnknownLabelTexts(), 1.0, 0.5), whole, strict=True):
        assert found.classes == expected.classes and found.confused == expected.confused
        for name in ("accuracy", "ece", "loss", "macro_f1"):
            assert getattr(found, name) == pytest.approx(getattr(expected, name))
    expected_score = score(logits, split.gold, multilabel)
    found_score = score_in_blocks(
        lambda encoded: one.ensemble.logits(encoded)[0], split.encoded, split.gold, C, multilabel
    )
    assert found_score.metric == expected_score.metric
    assert found_score[::2] == pytest.approx(expected_score[::2])


def test_a_large_split_is_calibrated_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    split, one = part(False), the_judge(False)
    whole, seen = one.calibrate(split).all, list[int]()
    original = one.ensemble

    class Counted:
        characters = None

        def logits(self, encoded: list[NDArray[np.int32]], character_scores: None) -> object:
            seen.append(len(encoded))
            return original.logits(encoded)

    one.ensemble = Counted()  # type: ignore[assignment]
    assert one.calibrate(split).all == whole and seen == [N]
    monkeypatch.setattr(evaluate, "MAX_LOGITS", 10 * C)
    assert one.calibrate(split).all == pytest.approx(whole, rel=0.9) and seen[-1] == 8  # every third


def test_blocks_cover_every_text_once() -> None:
    for texts, classes in ((0, 3), (1, 10**9), (100, 2**22), (5, 0)):
        assert [i for block in blocks(texts, classes) for i in range(texts)[block]] == list(range(texts))


def test_reports_are_plain_values() -> None:
    (report,) = the_judge(False).reports(part(False), UnknownLabelTexts(), 1.0)
    assert dataclasses.asdict(report)["n"] == N
