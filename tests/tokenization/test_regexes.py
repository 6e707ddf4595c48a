"""Regular expressions: those of published tokenizers are taken, those that can be tried in too many ways are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.tokenization.lm_tokenizer import WORDS
from lstmcli.tokenization.regexes import TooComplexError, cost
from lstmcli.tokenization.tokenizer import WORD

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (GPT2, 1),
        (LLAMA3, 1),
        (O200K, 1),
        (r" ?[^(\s|[.,!?…。，、।۔،])]+", 1),
        (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|\s*[\r\n]+", 1),
        ("[一-龥぀-ゟ゠-ヿ]+", 1),
        (" {2,}", 2),
        (r"\d{1,3}(?=(?:\d{3})*\b)", 1),
        ("[0-9][0-9][0-9]", 3),
        (r"\d+(?:\.\d+)?", 1),
        (r"(?<=\d)(?=\D)|[[:alpha:]&&[^a]]+", 0),
        (r"\x{41}\u0042?c{,3}{", 2),
        (WORD, 1),
        (WORDS, 1),
        ("", 0),
    ],
)
def test_expressions_of_published_tokenizers_are_taken(pattern: str, least: int) -> None:
    assert cost(pattern).least == least


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\w.]+@[\w.]+\.\w+",
        r"https?://[^\s/]+/\S*",
        r"\p{L}+-\p{L}+-\p{L}+",
        r"[\p{L}\p{N}]+'[a-z]+'x|\s+",
        r"<[^<>]+>[^<>]+</",
        r"\d+/\d+/\d+",
        r"#\w+:\w+;",
    ],
)
def test_a_repetition_before_a_mark_that_it_cannot_take_ends_in_one_place(pattern: str) -> None:
    assert cost(pattern).repeated <= 16


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"[\w@]+@\w+:x",
            r".+@.+:",
            r"[^a]+@[^a]+:",
            r"\S+@\S+:",
            r"\W+@\W+:",
            r"\w+_\w+_",
        ),
        *(r"[\w&&[^.]]+@x*y", r"[[:punct:]]+@x*y", r"\p{P}+@x*y", r"\P{L}+@x*y", r"\p{^L}+@x*y", r"[\x40]+@x*y"),
        *(r"\w+@?\w+x", r"\w+(?:@|b)\w+x", r"\w*\w*@", r"(?:\w+@)+x", r"\w+a\w+x", r"\w+.\w+x", r"\w+\d\w+x"),
    ],
)
def test_other_repetitions_before_a_mark_are_still_refused(pattern: str) -> None:
    with pytest.raises(TooComplexError):
        cost(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+$", "(?:a|a)*b", "(?:a|ab)*c", r"(?:a(?=[\s\S]*))+", "(a*)*", r"(?:\s*\S)*x"),  # one inside another
        *("a*a*b", r"[\s\S]*x[\s\S]*y", r"a*(?=b*c)", "(?:a*){3}b"),  # one behind another
        *("a?" * 30 + "b", "(?:a?){30}b", "(?:a|b|ab){1,40}c", "((a{1,50}){1,50}){1,50}b", "a{1,40}{1,40}b"),
        f"(?:{'|'.join('a' * 20)})[\\s\\S]*x",
        *(r"(\w)\1", r"(?<n>a)\g<n>", r"(?<n>a)\k<n>", "(?x)a # (", "(?~a)", "(*FAIL)", r"\X", r"\Ga", r"a\Kb"),
        *("[]a]+", "[^]a]+", "[a", "(a", "a)", "*a", "a{99999999999999999}", "(?:" * 3000 + "a" + ")" * 3000),
    ],
)
def test_what_may_take_too_long_or_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(TooComplexError):
        cost(pattern)


PIECES = ["a", "b", ".", "[ab]", r"\s", "*", "+", "?", "{2}", "{1,9}", "(?:", "(?=", "(", ")", "|", "]", "[", "\\", "^"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_expression_has_a_cost_or_is_refused(pattern: str) -> None:
    try:
        found = cost(pattern)
    except TooComplexError:
        return
    assert found.attempts >= 1 and found.least >= 0
