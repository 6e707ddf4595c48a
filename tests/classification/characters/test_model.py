"""The character model: scores by words, and its fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.classification.characters import fit as fitting
from lstmcli.classification.characters import model as scoring
from lstmcli.classification.characters.fit import fit_characters
from lstmcli.classification.characters.model import CharacterModel
from lstmcli.classification.characters.words import WordTexts
from lstmcli.classification.ngrams.fit import fit_ngrams
from lstmcli.classification.ngrams.table import NgramTable, ngram_keys

TEXTS = [
    text.split() for text in ("unkind unfair act", "kind fair act", "unreal and unfair", "real and fair", "an act")
]
GOLD = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])


def table(**options: object) -> NgramTable:
    return fit_characters([WordTexts(TEXTS)], GOLD, **{"order": 3, **options})  # type: ignore[arg-type]


def expected(found: NgramTable, words: list[str]) -> np.ndarray:
    """The definition: the weights of the distinct n-grams of each word, and the bias."""
    scores = found.bias_C.astype(np.float64)
    for word in words:
        characters = np.array([ord(c) for c in f" {word} "], np.int32)[:, None]
        for key in ngram_keys([characters], found.order)[0]:
            row = np.searchsorted(found.keys, key)
            if row < len(found.keys) and found.keys[row] == key:
                scores = scores + found.weights_PC[row].astype(np.float64)
    return scores


def test_a_text_scores_the_ngrams_of_its_words() -> None:
    found = table()
    texts = [["unfair"], [], ["kind", "unheard", "😀"], ["unfair"]]
    want = [expected(found, words) for words in texts]
    model = CharacterModel(found)
    for _ in range(2):  # the words are known the second time
        np.testing.assert_allclose(model.scores(texts), want, atol=1e-5)
    assert model.scores([]).shape == (0, 2)


def test_a_score_does_not_depend_on_the_other_texts_or_on_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    model = CharacterModel(table())
    together = model.scores(TEXTS)
    alone = np.concatenate([CharacterModel(model.table).scores([words]) for words in TEXTS])
    assert np.array_equal(together, alone)
    monkeypatch.setattr(scoring, "MAX_CELLS", 4)
    assert np.array_equal(CharacterModel(model.table).scores([[], *TEXTS, []])[1:-1], together)
    assert all(np.array_equal(model.scores([words])[0], row) for words, row in zip(TEXTS, together, strict=True))


def test_without_the_library_scores_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = table()
    usual = CharacterModel(found).scores(TEXTS)
    monkeypatch.setattr(NgramTable, "_native", None)
    np.testing.assert_allclose(CharacterModel(found).scores(TEXTS), usual, rtol=1e-6, atol=1e-6)


def test_it_reads_the_inside_of_words_never_seen() -> None:
    scores = CharacterModel(table()).scores([["unsound"], ["soundly"]])
    assert scores[0, 0] - scores[0, 1] > scores[1, 0] - scores[1, 1]


def test_ngrams_of_one_text_are_left_out() -> None:
    keys = set(table(min_count=2).keys.tolist())
    whole, part = (ngram_keys([np.array([ord(c) for c in x], np.int32)[:, None]], 3)[0] for x in ("rea", "fai"))
    assert int(part[-1]) in keys or set(part.tolist()) <= keys
    assert len(table(min_count=1).keys) > len(keys)
    assert set(whole.tolist()) <= keys  # real, unreal: two words, two texts


def test_the_fit_is_that_of_texts_and_ngrams() -> None:
    """The product of the two matrices has the same solution."""
    words = fitting.Words([WordTexts(TEXTS)])
    keys, owners = fitting.word_ngrams(words.words, 3)
    _, within = fitting._frequent(keys, owners, words.texts_W, 2, 10**6)
    ((_, X),) = words

    class Whole:
        shape = (len(TEXTS), within.shape[1])

        def __iter__(self):  # type: ignore[no-untyped-def]
            yield slice(0, len(TEXTS)), X @ within

    factored = fit_ngrams(words, GOLD, multilabel=False, within=within)
    whole = fit_ngrams(Whole(), GOLD, multilabel=False)
    np.testing.assert_allclose(factored[0], whole[0], atol=1e-3)
    np.testing.assert_allclose(factored[1], whole[1], atol=1e-3)


def test_two_parts_are_one_corpus() -> None:
    parts = fit_characters([WordTexts(TEXTS[:2]), WordTexts(TEXTS[2:])], GOLD, order=3)
    assert np.array_equal(parts.keys, table().keys)
    np.testing.assert_allclose(parts.weights_PC, table().weights_PC, atol=1e-3)


def test_memory_is_bounded_by_leaving_out_rare_words(monkeypatch: pytest.MonkeyPatch) -> None:
    words, usual = fitting.Words([WordTexts(TEXTS)]), len(table().keys)
    assert [words.words[w] for w in words.common(13)] == ["unfair", "act"]
    monkeypatch.setattr(fitting, "MAX_NGRAMS", 3 * 13)
    assert 0 < len(table().keys) < usual


def test_weights_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.classification.ngrams.table.MAX_WEIGHTS", 20)
    assert 0 < len(table(min_count=1).keys) <= 10


def test_it_is_stored_beside_the_ngram_model(tmp_path: Path) -> None:
    model = CharacterModel(table())
    other = {"keys": np.zeros(0, np.int64)}
    again = CharacterModel.from_tensors({**other, **model.tensors()})
    assert np.array_equal(again.scores(TEXTS), model.scores(TEXTS))
    np.testing.assert_allclose(model.scaled(0.5).scores(TEXTS), model.scores(TEXTS) / 2, atol=1e-3)


@pytest.mark.parametrize(
    ("good", "bad", "unseen_good", "unseen_bad"),
    [
        (["อาหารอร่อยมาก", "อร่อยจริงๆ"], ["อาหารไม่ดีเลย", "แย่ไม่ดี"], "ขนมอร่อยครับ", "บริการไม่ดีครับ"),
        (["ອາຫານແຊບຫຼາຍ", "ແຊບແທ້"], ["ອາຫານບໍ່ດີ", "ບໍລິການບໍ່ດີ"], "ເຂົ້າແຊບ", "ເຂົ້າບໍ່ດີ"),
        (["អាហារឆ្ងាញ់ណាស់", "ឆ្ងាញ់មែន"], ["អាហារមិនល្អ", "សេវាមិនល្អ"], "បាយឆ្ងាញ់", "បាយមិនល្អ"),
        (["အစားအစာကောင်းတယ်", "အရမ်းကောင်းတယ်"], ["အစားအစာမကြိုက်ဘူး", "လုံးဝမကြိုက်ဘူး"], "ထမင်းကောင်းတယ်", "ထမင်းမကြိုက်ဘူး"),
        (["음식이 맛있어요", "정말 맛있었습니다"], ["음식이 별로예요", "정말 별로였습니다"], "맛있네요", "별로네요"),
        (
            ["das Essen schmeckte", "sehr schmackhaft"],
            ["das Essen war ungenießbar", "ungenießbares Essen"],
            "schmeckt",
            "ungenießbarer",
        ),
    ],
    ids=["Thai", "Lao", "Khmer", "Burmese", "Korean", "German"],
)
def test_words_never_seen_are_read_in_any_script(
    good: list[str], bad: list[str], unseen_good: str, unseen_bad: str
) -> None:
    texts = [text.split() for text in (*good, *bad)]
    gold = np.array([[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2)
    assert not {unseen_good, unseen_bad} & {word for words in texts for word in words}
    model = CharacterModel(fit_characters([WordTexts(texts)], gold, order=5))
    scores = model.scores([[unseen_good], [unseen_bad]])
    assert scores.argmax(axis=1).tolist() == [0, 1]


@given(lengths=st.lists(st.integers(1, 9), max_size=20), most=st.integers(1, 12))
def test_groups_hold_so_many_words_or_one_text(lengths: list[int], most: int) -> None:
    found = [lengths[group] for group in scoring.groups(np.cumsum(lengths, dtype=np.int64), most)]
    assert [length for group in found for length in group] == lengths
    assert all(group and (sum(group) <= most or len(group) == 1) for group in found)
