"""A text that is read in pieces has the answer of the same text read whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from lstmcli.classification import long_text
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.tokenization import guard, text_encoder
from lstmcli.tokenization.batching import head_and_tail
from lstmcli.tokenization.ids import Ids
from support.models import TEXTS, TINY, untrained_model


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(untrained_model(tmp_path_factory.mktemp("long") / "m"), threads=1)


def many_words(count: int, unspaced: bool = False) -> str:
    draw = Random(3)
    words = [word for text in TEXTS for word in text.split()] + ["unheard", "of", "我喜欢"]
    return ("" if unspaced else " ").join(draw.choice(words) for _ in range(count))


def test_the_answer_is_that_of_the_whole_text(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["short", many_words(900), "", many_words(700, unspaced=True), " " * 4000, "the end"]
    assert classifier.ensemble.ngrams is not None
    monkeypatch.setattr(guard, "PIECE", 100)
    monkeypatch.setattr(text_encoder, "GROUP", 300)
    encoded = classifier.encoder.encode(texts)
    whole = classifier.probabilities(texts)
    monkeypatch.setattr(long_text, "LONG", 1000)
    before = classifier.tokens, classifier.unknown
    found = classifier.read([Record(text) for text in texts])
    assert set(found.ngram_scores) == {1, 3, 4}
    assert max(map(len, found.ids)) == classifier.ensemble.max_tokens < max(map(len, encoded))
    assert found.tokens == sum(map(len, encoded)) == classifier.tokens - before[0]
    assert found.unknown == sum(int((ids_TF[:, 0] == 1).sum()) for ids_TF in encoded) == classifier.unknown - before[1]
    np.testing.assert_array_equal(classifier.answer(found), whole)
    np.testing.assert_array_equal(classifier.probabilities(texts), whole)


@pytest.mark.parametrize("most", [1, 2, 5, 40, 99, 100, 101, 1000])
@pytest.mark.parametrize("sizes", [[100], [1] * 100, [30, 1, 69], [3, 97], [97, 3]])
def test_the_beginning_and_the_end_are_kept(most: int, sizes: list[int]) -> None:
    ids_TF = np.arange(400, dtype=np.int32).reshape(100, 4)

    def pieces() -> Iterator[Ids]:
        yield from np.split(ids_TF, np.cumsum(sizes)[:-1])

    found = long_text.read_long(pieces(), most, None)
    np.testing.assert_array_equal(head_and_tail(found.ids_TF, most), head_and_tail(ids_TF, most))
    assert (len(found.ids_TF), found.tokens, found.ngram_scores) == (min(most, 100), 100, None)


def test_characters_of_long_texts_are_read(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(TINY, model=replace(TINY.model, characters=3))
    model = Classifier(untrained_model(tmp_path_factory.mktemp("inside") / "m", config), threads=1)
    texts = ["short", many_words(900), ""]
    whole = model.probabilities(texts)
    monkeypatch.setattr(long_text, "LONG", 1000)
    np.testing.assert_array_equal(model.probabilities(texts), whole)
    assert model.read([Record(text) for text in texts]).character_scores is not None
