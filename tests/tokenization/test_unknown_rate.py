"""When and what is said of unknown tokens."""

from __future__ import annotations

import pytest

from lstmcli.tokenization.unknown_rate import unknown_in_text, unknown_in_validation


@pytest.mark.parametrize(
    ("kind", "advice"),
    [("word", "--tokenizer bpe cuts"), ("char", "--tokenizer byte"), ("a/tokenizer.json", "--tokenizer bpe makes")],
)
def test_above_a_third_the_warning_names_another_tokenizer(kind: str, advice: str) -> None:
    told = unknown_in_validation(34, 100, kind)
    assert told is not None and told.startswith("34 % of the tokens in validation are unknown") and advice in told
    assert unknown_in_validation(33, 100, kind) is None and unknown_in_validation(0, 0, kind) is None


def test_a_few_words_say_nothing_of_a_text() -> None:
    assert unknown_in_text(18, 19) is None and unknown_in_text(6, 20) is None and unknown_in_text(4, 4) is None
    assert "100 % of the tokens are unknown" in (unknown_in_text(5, 5) or "")  # all of a short text
    assert "70 % of the tokens are unknown to the model" in (unknown_in_text(14, 20) or "")
