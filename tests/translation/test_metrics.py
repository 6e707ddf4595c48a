"""BLEU and chrF: those of sacrebleu, with the tokenizer of the language."""

from __future__ import annotations

import pytest

from lstmcli.translation.metrics import bleu, chrf, tokenizer_for


@pytest.mark.parametrize(
    ("text", "tokenizer"),
    [("A man in a hat.", "13a"), ("他们说这部电影很好看。", "zh"), ("これはとてもよい本です。", "char"), ("", "13a")],
)
def test_the_tokenizer_is_that_of_the_references(text: str, tokenizer: str) -> None:
    assert tokenizer_for([text]) == tokenizer


def test_a_perfect_translation_has_100_of_both() -> None:
    texts = ["A man in an orange hat looks at something.", "Two dogs run over the green grass."]
    score, signature = bleu(texts, texts)
    assert score == pytest.approx(100) and "tok:13a" in signature
    assert chrf(texts, texts) == pytest.approx(100)
    assert bleu(texts[::-1], texts)[0] < 10
