"""What tokens cost depends on the text before them and on nothing else: not on batches, pieces or threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.language_modeling.scoring import score as scoring
from lstmcli.language_modeling.scoring.score import Stream, score_batches
from lstmcli.tokenization.ids import END_ID
from support.lm_models import Recurrent

V = 7
SESSION = Recurrent(V)
TEXTS = st.lists(st.lists(st.integers(0, V - 1), min_size=1, max_size=12), min_size=1, max_size=9)


def arrays(texts: list[list[int]]) -> list[NDArray[np.int32]]:
    return [np.array(text, np.int32) for text in texts]


def by_hand(ids: list[int], before: int = END_ID) -> NDArray[np.float64]:
    """Token by token from the start of a text."""
    state, nats = SESSION.zero_state(1), []
    for last, target in zip([before, *ids], ids, strict=False):
        logits, state = SESSION.logits(np.array([[last]]), state)
        nats.append(np.log(np.exp(logits[0, 0]).sum()) - logits[0, 0, target])
    return np.array(nats)


@settings(max_examples=50)
@given(TEXTS, st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.booleans())
def test_a_text_by_itself_costs_the_same_in_any_company(
    texts: list[list[int]], batch_size: int, step: int, workers: int, looked_at: bool
) -> None:
    seen = [np.zeros((len(text), V)) for text in texts]

    def callback(i: int, start: int, p_TV: NDArray[np.float32]) -> None:
        seen[i][start : start + len(p_TV)] += p_TV

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "STEP", step)
        patch.setattr(scoring, "ALONE", 1)
        patch.setattr(scoring, "LOGITS_AT_ONCE", 2 * V)
        found = score_batches(
            SESSION,
            arrays(texts),
            entropy=True,
            callback=callback if looked_at else None,
            batch_size=batch_size,
            workers=workers,
        )
    for text, score, p_TV in zip(texts, found, seen, strict=True):
        assert score.nats == pytest.approx(by_hand(text), abs=1e-9)
        assert score.entropy is not None and (score.entropy > 0).all()
        if looked_at:
            assert -np.log(p_TV[np.arange(len(text)), text]) == pytest.approx(score.nats, abs=1e-6)
            assert -(p_TV * np.log(p_TV)).sum(1) == pytest.approx(score.entropy, abs=1e-6)


@settings(max_examples=50)
@given(TEXTS, st.integers(1, 4), st.integers(1, 5), st.booleans())
def test_a_stream_is_one_text_however_it_is_cut(texts: list[list[int]], step: int, call: int, looked_at: bool) -> None:
    seen = [np.zeros((len(text), V)) for text in texts]
    stream, found = Stream(SESSION), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "STEP", step)
        patch.setattr(scoring, "ALONE", 1)
        for first in range(0, len(texts), call):

            def callback(i: int, start: int, p_TV: NDArray[np.float32], first: int = first) -> None:
                seen[first + i][start : start + len(p_TV)] += p_TV

            found += stream.score(arrays(texts[first : first + call]), callback=callback if looked_at else None)
    assert [len(score.nats) for score in found] == [len(text) for text in texts]
    whole = [token for text in texts for token in text]
    assert np.concatenate([score.nats for score in found]) == pytest.approx(by_hand(whole), abs=1e-9)
    if looked_at:
        p_NV = np.concatenate(seen)
        assert -np.log(p_NV[np.arange(len(whole)), whole]) == pytest.approx(by_hand(whole), abs=1e-6)


def test_no_more_is_computed_than_there_is_text() -> None:
    session = Recurrent(V)
    long, short = np.ones(3 * scoring.STEP, np.int32), np.ones(2, np.int32)
    score_batches(session, [short, long, short])
    assert session.shapes == [(scoring.STEP, 3), (scoring.STEP, 1), (scoring.STEP, 1)]


def test_nothing_costs_nothing() -> None:
    assert score_batches(SESSION, []) == [] == Stream(SESSION).score([])
