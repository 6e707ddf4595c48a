"""Which units are shown first, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from lstmcli.inspection.telling import (
    find_responses,
    largest_change,
    separation,
    telling_order,
    token_kinds,
    varied,
)

TEXT = ["it", "is", "not", "good", ",", "but", "7", "(", "he", "said", ")", "fine", "."]


def test_kinds_of_tokens_in_english_and_chinese() -> None:
    kinds = token_kinds(TEXT)
    found = {kind: [TEXT[t] for t in np.flatnonzero(mask)] for kind, mask in kinds.items() if mask.any()}
    assert found["negation"] == ["not"] and found["comma"] == [","] and found["stop"] == ["."]
    assert found["digit"] == ["7"] and found["contrast"] == ["but"] and found["inside"] == ["he", "said"]
    chinese = token_kinds(list("我不好，但是好。"))
    assert [int(np.flatnonzero(chinese[kind])[0]) for kind in ("negation", "comma", "contrast", "stop")] == [1, 3, 4, 7]
    quoted = token_kinds([" a", ' "', " b", '"', " c"])
    assert quoted["inside"].tolist() == [False, False, True, False, False]


def test_separation_is_the_share_of_right_pairs() -> None:
    ranks_TH = np.array([[0, 3], [1, 2], [2, 1], [3, 0]])
    mask_T = np.array([False, True, False, True])
    assert separation(ranks_TH, mask_T).tolist() == [0.75, 0.25]


def test_units_that_move_most_or_weigh_most_come_first() -> None:
    hidden_TH = np.array([[0.0, 0.0, 0.5], [0.1, 1.0, 0.5], [0.0, 0.0, 0.5]])
    assert telling_order(hidden_TH).tolist() == [1, 0, 2]
    assert telling_order(hidden_TH, np.array([-100.0, 1.0, 1.0])).tolist() == [0, 1, 2]
    assert largest_change(hidden_TH).tolist() == [1, 1, 0]


@pytest.fixture
def made() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(0)
    tokens = random.choice([",", "not", "a", "b", "c"], size=400).tolist()
    kinds = token_kinds(tokens)
    place_T = np.arange(400) % 20
    noise = random.uniform(0, 0.3, size=(400, 4)).astype(np.float32)
    forget, cell = noise + 0.5, noise.copy()
    forget[kinds["comma"], 0] -= 0.5  # unit 1 forgets at a comma
    forget[:200][kinds["negation"][:200], 1] += 0.5  # unit 2 only seems to respond, in the first half
    forget[kinds["negation"], 2] += 0.02  # unit 3 responds, but nobody would see it
    cell[:, 3] += place_T / 10  # unit 4 counts
    return {"forget": forget, "cell": cell, "hidden": noise}, kinds, place_T


def test_a_response_needs_both_halves_and_a_visible_difference(made: tuple) -> None:  # type: ignore[type-arg]
    values, kinds, place_T = made
    found = {response.unit: response for response in find_responses(values, kinds, place_T, 200)}
    assert set(found) == {1, 4}
    assert (found[1].gate, found[1].kind, found[1].sign) == ("forget", "comma", -1)
    assert found[1].strength > 0.99 and found[1].count == int(kinds["comma"][200:].sum())
    assert (found[4].gate, found[4].kind, found[4].sign) == ("cell", "position", 1)


def test_few_tokens_show_nothing(made: tuple) -> None:  # type: ignore[type-arg]
    values, kinds, place_T = made
    few = {name: rows[:12] for name, rows in values.items()}
    assert find_responses(few, {kind: mask[:12] for kind, mask in kinds.items()}, place_T[:12], 6) == []


def test_different_responses_come_first(made: tuple) -> None:  # type: ignore[type-arg]
    values, kinds, place_T = made
    values["forget"][:, 1] = values["forget"][:, 0]
    found = varied(find_responses(values, kinds, place_T, 200))
    assert {response.kind for response in found[:2]} == {"comma", "position"} and len(found) == 3
