"""The recall task: what a sequence is made of, that it can be learned, and that chance is chance."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.experiments.recall import CUES, FILLERS, QUESTION, Memory, accuracy, fillers, learn, sequences

TEXT = fillers(np.random.default_rng(0).zipf(1.5, 3000).clip(max=400))


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=60))
def test_fillers_number_the_tokens_by_how_often_they_occur(ids: list[int]) -> None:
    found = fillers(np.array(ids))
    assert len(found) == len(ids) and found.min() == 0 and found.max() < FILLERS
    counts = np.bincount(found)
    assert (counts[:-1] >= counts[1:]).all()
    assert [a == b for a in ids for b in ids] == [a == b for a in found for b in found]


def test_rare_tokens_become_one() -> None:
    found = fillers(np.concatenate([np.zeros(5, int), np.arange(1000)]))
    assert found[0] == 0 and len(set(found)) == FILLERS and (found == FILLERS - 1).sum() == 1000 - FILLERS + 1
    with pytest.raises(ValueError):
        fillers(np.zeros(0, int))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 50), st.integers(0, 2**32))
def test_a_sequence_is_a_cue_then_so_much_text_then_the_question(distances: list[int], text: int, seed: int) -> None:
    text_N = np.arange(text)
    found = sequences(text_N, np.array(distances), np.random.default_rng(seed))
    assert found.ids_TB.shape == (max(distances) + 2, len(distances))
    for b, distance in enumerate(distances):
        ids = found.ids_TB[:, b]
        assert ids[0] - QUESTION - 1 == found.cues_B[b] and 0 <= found.cues_B[b] < CUES
        assert found.asked_B[b] == distance + 1 and ids[distance + 1] == QUESTION
        between = ids[1 : distance + 1]
        assert (between < FILLERS).all() and ((between[1:] - between[:-1]) % text == 1 % text).all()


def test_an_untrained_model_guesses() -> None:
    torch.manual_seed(0)
    guessed = np.mean([accuracy(Memory("lstm", 8), TEXT, distance) for distance in (1, 5, 20)])
    assert guessed == pytest.approx(1 / CUES, abs=0.06)


def test_an_lstm_learns_to_recall_over_five_tokens_and_the_same_seed_learns_the_same() -> None:
    memory = learn("lstm", 16, TEXT, 5, seed=1, steps=400)
    assert min(accuracy(memory, TEXT, distance) for distance in (1, 3, 5)) > 0.95
    first, second = (learn("rnn", 4, TEXT, 3, seed=2, steps=3) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@settings(max_examples=3)
@given(st.integers(0, 1000))
def test_learning_leaves_the_random_numbers_of_others_alone(seed: int) -> None:
    torch.manual_seed(seed)
    expected = torch.get_rng_state()
    learn("lstm", 2, TEXT, 2, seed=1, steps=1)
    assert torch.equal(torch.get_rng_state(), expected)


def test_it_ends_when_asked() -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    learn("lstm", 2, TEXT, 2, seed=1, stop=stop)
    assert len(asked) == 3
