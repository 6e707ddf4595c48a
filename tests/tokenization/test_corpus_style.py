"""How a corpus was written, by its vocabulary; and other text written so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.tokenization.corpus_style import UNKNOWN, CorpusStyle, infer_corpus_style

PLAIN = [
    "the",
    "a",
    "horse",
    "dog",
    "ran",
    "past",
    "barn",
    "fell",
    "was",
    "said",
    "he",
    "she",
    "it",
    "they",
    "not",
    "do",
    "does",
    "ca",
    "is",
    "in",
    "on",
    "of",
    "and",
    "to",
    "so",
]
TREEBANK = [*PLAIN, "N", "'s", "n't", "mr.", "u.s.", "$", "%"]
"""As the Penn Treebank for language models: lower case, no marks, N for numbers."""
WIKI = [
    *PLAIN,
    *["The", "He", "She", "Mr.", "U.S.", "I", ",", ".", ";", "!", "?", "(", ")", "-", "@-@", "@,@", "@.@", "'"],
    '"',
    "don",
    "'t",
    "'s",
    "well",
    "1",
]
NEWS = [*PLAIN, "The", "He", ".", ",", "``", "''", "-LRB-", "-RRB-", "n't", "'s", "--", "..."]


def spaced(words: list[str]) -> CorpusStyle:
    found = infer_corpus_style(["</s>", "<unk>", *words], "word", "spaces")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("corpus", "text", "written"),
    [
        (TREEBANK, "The horse ran past the barn, fell.", "the horse ran past the barn fell"),
        (TREEBANK, "Mr. Smith’s horse fell 1,250.5 % in the U.S.", "mr. smith 's horse fell N % in the u.s."),
        (TREEBANK, "He didn't -- (he can't)!", "he did n't he ca n't"),
        (WIKI, "The horse fell.", "The horse fell ."),
        (WIKI, 'He said, "I don\'t"', 'He said , " I don \'t "'),
        (WIKI, "a well-known horse of 1,250.5", "a well @-@ known horse of 1 @,@ 250 @.@ 5"),
        (WIKI, "Mr. U.S.!", "Mr. U.S. !"),
        (NEWS, 'He said: "(the dog...) fell --"', "He said : `` -LRB- the dog ... -RRB- fell -- ''"),
        (NEWS, "She doesn't", "She does n't"),
        (NEWS, "", ""),
    ],
)
def test_text_is_written_as_the_corpus_was(corpus: list[str], text: str, written: str) -> None:
    assert spaced(corpus).restyle(text) == written
    assert spaced(corpus).restyle(written) == written


@pytest.mark.parametrize("corpus", [TREEBANK, WIKI, NEWS])
def test_known_words_stay_as_they_are(corpus: list[str]) -> None:
    line = " ".join([*corpus, "<unk>"])
    assert spaced(corpus).restyle(line) == line


@given(st.text(max_size=60), st.sampled_from([TREEBANK, WIKI, NEWS]))
def test_any_text_can_be_written_so(text: str, corpus: list[str]) -> None:
    written = spaced(corpus).restyle(text)
    assert written == " ".join(written.split())


@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=8), st.sampled_from([",", ".", "!", "?", ";"]))
def test_a_mark_behind_a_known_word_never_hides_it(words: list[str], mark: str) -> None:
    for corpus in (WIKI, NEWS, TREEBANK):
        assert spaced(corpus).restyle(" ".join(words) + mark).split()[: len(words)] == words


def test_a_corpus_that_was_not_tokenized_keeps_marks_attached() -> None:
    raw = spaced([*PLAIN, *(word + mark for word in PLAIN for mark in ",.")])
    assert not raw.separates_marks and raw.traits == ["not tokenized", "lower case"]
    assert raw.restyle("the horse fell.") == "the horse fell."
    assert raw.restyle("The dog fell , so it ran .") == "the dog fell, so it ran."


def test_ordinary_text_is_joined() -> None:
    found = infer_corpus_style(["</s>", "<unk>", *(f" {word}" for word in PLAIN), ".", "n't"], "word", "text")
    assert found is not None and not found.separates_marks
    said = "She does n't know the well @-@ known ( old ) dog , he said . It 's `` fine ''"
    assert found.restyle(said) == "she doesn't know the well-known (old) dog, he said. it's \"fine\""


def test_characters_have_their_case_only() -> None:
    small = infer_corpus_style(["</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz ."], "char", "text")
    assert small is not None and small.restyle("The end.") == "the end." and small.traits == ["lower case"]
    both = infer_corpus_style(["</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyzABCDE ."], "char", "text")
    assert both is not None and both.restyle("The end.") == "The end."


@pytest.mark.parametrize("kind", ["bpe", "unigram", "byte"])
def test_what_can_be_spelled_needs_nothing(kind: str) -> None:
    assert infer_corpus_style(["a", "b"], kind, "text") is None


def test_few_words_say_nothing_of_case() -> None:
    assert not spaced(["the", "cat"]).is_lowercase


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, "a" + "!" * 200_000 + "a", "a" + "!" * 200_000, "can" + "'s" * 20_000, "it" + " " * 200_000 + "x"],
    ids=["marks", "inside", "behind", "endings", "spaces"],
)
@pytest.mark.parametrize("apart", [True, False])
def test_long_runs_take_no_time_in_their_square(text: str, apart: bool) -> None:
    """What takes hours so stops at the limit of time that each test has."""
    marks = [".", ",", "'s", "[", "--", "..."] if apart else ["end.", "so,", "it's"]
    names = [*(f"word{n}" for n in range(30)), *marks, UNKNOWN]
    writing = infer_corpus_style(names, "word", "spaces")
    assert writing is not None
    assert writing.restyle(text)


def test_endings_on_endings_are_cut_one_by_one() -> None:
    names = [*(f"word{n}" for n in range(30)), "can", "'s", ".", ",", UNKNOWN]
    writing = infer_corpus_style(names, "word", "spaces")
    assert writing is not None and writing.restyle("can's's’s") == "can 's 's 's"
