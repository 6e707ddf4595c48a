"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from lstmcli.plural import are, count, have


@pytest.mark.parametrize(
    ("n", "noun", "said"),
    [
        (0, "text", "0 texts"),
        (1, "text", "1 text"),
        (1000, "row", "1,000 rows"),
        (1, "log-probability", "1 log-probability"),
        (2, "log-probability", "2 log-probabilities"),
    ],
)
def test_count(n: int, noun: str, said: str) -> None:
    assert count(n, noun) == said


def test_verbs() -> None:
    assert [are(1), are(2), have(1), have(2)] == ["is", "are", "has", "have"]
