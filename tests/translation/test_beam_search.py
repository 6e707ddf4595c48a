"""Beam search against brute force, and scores against the sums of their steps."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID
from lstmcli.translation import beam_search
from lstmcli.translation.beam_search import search
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.score import score
from support.translators import network, onnx, torch_session

V, LONGEST = 5, 4
SOURCES = [np.array(ids, np.int32) for ids in ([2, 3, 4, 0], [4, 0], [3, 3, 2, 2, 4, 4, 3, 0], [0])]


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_wide_beam_finds_what_brute_force_finds(alpha: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beam_search, "LONGEST_FACTOR", 0)
    monkeypatch.setattr(beam_search, "LONGEST_MORE", LONGEST)
    session = onnx(network(V))
    usual = [id for id in range(V) if id not in (END_ID, UNKNOWN_ID)]
    targets = [[*ids, END_ID] for T in range(LONGEST) for ids in itertools.product(usual, repeat=T)]
    found = search(session, SOURCES, BeamConfig(beam=200, n=5, length_penalty=alpha))
    for source, hypotheses in zip(SOURCES, found, strict=True):
        arrays = [np.array(target, np.int32) for target in targets]
        totals = [-float(nats.sum()) for (nats, _), _ in score(session, [source] * len(targets), arrays)]
        ranks = [total / len(target) ** alpha for total, target in zip(totals, targets, strict=True)]
        best = sorted(range(len(targets)), key=lambda i: -ranks[i])[:5]
        assert [one.ids for one in hypotheses] == [targets[i][:-1] for i in best]
        assert [one.rank for one in hypotheses] == pytest.approx([ranks[i] for i in best], abs=1e-5)


@pytest.mark.parametrize("beam", [1, 3])
def test_a_score_is_the_sum_of_its_steps(beam: int) -> None:
    session = onnx(network())
    for source, hypotheses in zip(SOURCES, search(session, SOURCES, BeamConfig(beam=beam, n=beam)), strict=True):
        for one in hypotheses:
            if len(one.ids) < 3 * len(source):  # ended by itself
                (((nats, _), _),) = score(session, [source], [np.array([*one.ids, END_ID], np.int32)])
                assert one.log_p == pytest.approx(-float(nats.sum()), abs=1e-4)


def test_a_translation_does_not_depend_on_its_batch_mates() -> None:
    session, config = onnx(network()), BeamConfig(beam=4, n=2)
    together = search(session, SOURCES, config, attention=True)
    for source, expected in zip(SOURCES, together, strict=True):
        (alone,) = search(session, [source], config, attention=True)
        assert [one.ids for one in alone] == [one.ids for one in expected]
        for one, other in zip(alone, expected, strict=True):
            assert one.log_p == pytest.approx(other.log_p, abs=1e-4)
            assert one.weights_TS is not None and other.weights_TS is not None
            np.testing.assert_allclose(one.weights_TS, other.weights_TS[:, : one.weights_TS.shape[1]], atol=1e-5)


def test_a_search_has_an_end_where_the_network_never_ends_a_text() -> None:
    module = network()
    module.bias.data[END_ID] = -1e6
    (found,) = search(onnx(module), SOURCES[:1], BeamConfig(beam=2))
    limit = beam_search.LONGEST_FACTOR * len(SOURCES[0]) + beam_search.LONGEST_MORE
    assert len(found) == 1 and limit - 1 <= len(found[0].ids) <= limit


@pytest.mark.parametrize("copies", [False, True])
def test_the_unknown_token_is_written_only_to_be_copied(copies: bool) -> None:
    module = network(copies=copies)
    module.bias.data[UNKNOWN_ID] = 20.0
    for session in (onnx(module), torch_session(module)):
        for hypotheses in search(session, SOURCES, BeamConfig(beam=2)):
            assert all((UNKNOWN_ID in one.ids) == copies for one in hypotheses)


def test_a_search_ends_once_as_many_are_complete_as_the_beam_is_wide_and_none_is_better() -> None:
    module = network()
    module.bias.data[END_ID] = 2.0
    session, steps = onnx(module), 0
    step = session.step

    def counted(*given: Any, **more: Any) -> Any:
        nonlocal steps
        steps += 1
        return step(*given, **more)

    session.step = counted  # type: ignore[method-assign]
    (found,) = search(session, SOURCES[:1], BeamConfig(beam=3))
    assert found and steps < len(found[0].ids) + 6
