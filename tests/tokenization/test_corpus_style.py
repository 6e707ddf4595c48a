"""How a corpus was written, by its vocabulary; and other text written so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.tokenization.corpus_style import UNKNOWN, Writing, writing_of

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


def spaced(words: list[str]) -> Writing:
    found = writing_of(["</s>", "<unk>", *words], "word", "spaces")
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
    assert spaced(corpus).like_it(text) == written
    assert spaced(corpus).like_it(written) == written


@pytest.mark.parametrize("corpus", [TREEBANK, WIKI, NEWS])
def test_known_words_stay_as_they_are(corpus: list[str]) -> None:
    line = " ".join([*corpus, "<unk>"])
    assert spaced(corpus).like_it(line) == line


@given(st.text(max_size=60), st.sampled_from([TREEBANK, WIKI, NEWS]))
def test_any_text_can_be_written_so(text: str, corpus: list[str]) -> None:
    written = spaced(corpus).like_it(text)
    assert written == " ".join(written.split())


@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=8), st.sampled_from([",", ".", "!", "?", ";"]))
def test_a_mark_behind_a_known_word_never_hides_it(words: list[str], mark: str) -> None:
    for corpus in (WIKI, NEWS, TREEBANK):
        assert spaced(corpus).like_it(" ".join(words) + mark).split()[: len(words)] == words


def test_a_corpus_that_was_not_tokenized_keeps_marks_attached() -> None:
    raw = spaced([*PLAIN, *(word + mark for word in PLAIN for mark in ",.")])
    assert not raw.apart and raw.habits == ["not tokenized", "lower case"]
    assert raw.like_it("the horse fell.") == "the horse fell."
    assert raw.like_it("The dog fell , so it ran .") == "the dog fell, so it ran."


def test_ordinary_text_is_joined() -> None:
    found = writing_of(["</s>", "<unk>", *(f" {word}" for word in PLAIN), ".", "n't"], "word", "text")
    assert found is not None and not found.apart
    said = "She does n't know the well @-@ known ( old ) dog , he said . It 's `` fine ''"
    assert found.like_it(said) == "she doesn't know the well-known (old) dog, he said. it's \"fine\""


def test_characters_have_their_case_only() -> None:
    small = writing_of(["</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz ."], "char", "text")
    assert small is not None and small.like_it("The end.") == "the end." and small.habits == ["lower case"]
    both = writing_of(["</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyzABCDE ."], "char", "text")
    assert both is not None and both.like_it("The end.") == "The end."


@pytest.mark.parametrize("kind", ["bpe", "unigram", "byte"])
def test_what_can_be_spelled_needs_nothing(kind: str) -> None:
    assert writing_of(["a", "b"], kind, "text") is None


def test_few_words_say_nothing_of_case() -> None:
    assert not spaced(["the", "cat"]).lower_case


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
    writing = writing_of(names, "word", "spaces")
    assert writing is not None
    assert writing.like_it(text)


def test_endings_on_endings_are_cut_one_by_one() -> None:
    names = [*(f"word{n}" for n in range(30)), "can", "'s", ".", ",", UNKNOWN]
    writing = writing_of(names, "word", "spaces")
    assert writing is not None and writing.like_it("can's's’s") == "can 's 's 's"
