"""Tables: rows add up, words sum to one, characters of a token are told apart, a live source is answered at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.records import Record
from lstmcli.errors import UsageError
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring import surprisal as module
from lstmcli.language_modeling.scoring.perplexity import Text, perplexity
from lstmcli.language_modeling.scoring.surprisal import surprisals
from lstmcli.scoring.characters import CharacterCosts, Prefixes, TokenPart, token_parts
from lstmcli.scoring.results import Surprisal
from lstmcli.scoring.units import PER
from support.lm_models import KINDS, LINES, Fake, Recurrent, Uniform, fake, untrained_lm

MODELS = {kind: fake(kind) for kind in KINDS}
PIECES = st.sampled_from(["the", " ", "cat", "  ", "sat", ",", "zebra", "喜欢", "电影", "é", "<unk>", "</s>", "\t"])
LINE = st.lists(PIECES, max_size=8).map("".join)


def records(*lines: str) -> list[Record]:
    return [Record(line, line=n, path="x.txt") for n, line in enumerate(lines, 1)]


def rows(model: Any, per: str, *lines: str, carried: bool = False, **more: Any) -> list[Surprisal]:
    return list(surprisals(model, Text(records(*lines), carried), per, **more))


def bits(found: list[Surprisal]) -> float:
    return sum(row.surprisal for row in found)


# --- what holds for every table


@settings(max_examples=30)
@given(
    kind=st.sampled_from(list(KINDS)),
    lines=st.lists(LINE, min_size=1, max_size=4),
    carried=st.booleans(),
    segments=st.booleans(),
)
def test_the_rows_of_every_table_add_up_to_the_text(kind: str, lines: list[str], carried: bool, segments: bool) -> None:
    model = MODELS[kind]
    report = perplexity(model, [Text(records(*lines), carried)], segments=segments)
    for per in PER:
        found = rows(model, per, *lines, carried=carried, segments=segments)
        assert bits(found) == pytest.approx(report.nats / math.log(2), abs=1e-5)
        assert sum(row.tokens for row in found) == report.tokens
        assert sum(row.oov for row in found) == report.oov
        assert {row.line for row in found} == set(range(1, len(lines) + 1))
        assert all(row.entropy is None or row.entropy > -1e-6 for row in found)
        assert all(row.entropy is not None for row in found if per in ("line", "token"))


@settings(max_examples=30)
@given(kind=st.sampled_from(list(KINDS)), line=LINE)
def test_the_texts_of_the_rows_are_the_text(kind: str, line: str) -> None:
    model = MODELS[kind]
    close = "</s>" if model.mode == "lines" else "\n"
    assert [row.text for row in rows(model, "line", line)] == [line]
    assert [row.text for row in rows(model, "char", line)] == [*line, close]
    assert [row.text for row in rows(model, "word", line)] == [*line.split(), close]
    assert [row.text for row in rows(model, "word", line, segments=True)] == [*line.split(), close]


@settings(max_examples=20)
@given(
    kind=st.sampled_from(list(KINDS)),
    per=st.sampled_from(PER),
    lines=st.lists(LINE, min_size=1, max_size=5),
    window=st.integers(1, 3),
    batch=st.integers(1, 3),
)
def test_rows_of_lines_apart_are_the_same_in_any_company(
    kind: str, per: str, lines: list[str], window: int, batch: int
) -> None:
    model = MODELS[kind]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", window)
        found = rows(model, per, *lines, batch_size=batch)
    alone = [row for line in lines for row in rows(model, per, line)]
    assert [row.text for row in found] == [row.text for row in alone]
    assert [row.surprisal for row in found] == pytest.approx([row.surprisal for row in alone], abs=1e-5)
    assert [row.entropy or 0 for row in found] == pytest.approx([row.entropy or 0 for row in alone], abs=1e-5)


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize("kind", ["char", "words"])
def test_a_stream_is_the_same_in_any_windows(kind: str, per: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows(MODELS[kind], per, *LINES, carried=True)
    monkeypatch.setattr(module, "WINDOW", 1)
    parts = rows(MODELS[kind], per, *LINES, carried=True)
    assert [row.surprisal for row in parts] == pytest.approx([row.surprisal for row in whole], abs=1e-5)


def test_tokens_have_readable_names_and_unknown_ones_are_shown_as_written() -> None:
    assert [row.text for row in rows(MODELS["words"], "token", "the zebra <unk>")] == ["the", "zebra", "<unk>", "</s>"]
    assert [row.oov for row in rows(MODELS["words"], "token", "the zebra <unk>")] == [0, 1, 1, 0]
    assert rows(MODELS["char"], "token", "cat")[-1].text == "\n"


def test_a_cell_of_several_lines_is_one_row_of_lines() -> None:
    found = rows(MODELS["words"], "line", "the cat\nsat", "on")
    assert [(row.text, row.tokens) for row in found] == [("the cat\nsat", 5), ("on", 2)]


def test_another_table_is_refused() -> None:
    with pytest.raises(UsageError, match="line, word, token, char"):
        rows(MODELS["words"], "verse", "x")


def test_a_live_source_is_answered_before_it_is_read_on() -> None:
    read: list[int] = []

    def endless() -> Iterator[Record]:
        while True:
            read.append(1)
            yield Record("the cat")

    for carried in (False, True):
        read.clear()
        found = surprisals(MODELS["words"], Text(endless(), carried, ready=lambda: False), "line")
        for n in range(1, 4):
            next(found)
            assert len(read) == n


# --- words


class Spelled:
    """Tokens by their spelling, the longest first; any other character is unknown; ``</s>`` closes a line."""

    close_id = 0

    def __init__(self, *pieces: str) -> None:
        self.pieces = [b"\n", b"<unk>", *(piece.encode() for piece in pieces)]
        self.vocab_size = len(self.pieces)
        self._ids = {piece: i for i, piece in enumerate(pieces, 2)}

    def _cut(self, line: str) -> list[str]:
        found = []
        while line:
            piece = max((p for p in self._ids if line.startswith(p)), key=len, default=line[0])
            found.append(piece)
            line = line[len(piece) :]
        return found

    def encode(self, lines: Sequence[str]) -> list[Any]:
        return [np.array([*(self._ids.get(p, 1) for p in self._cut(line)), 0], np.int32) for line in lines]

    def offsets(self, line: str) -> list[tuple[int, int]]:
        ends = np.cumsum([0, *map(len, self._cut(line))]).tolist()
        return [*itertools.pairwise(ends), (len(line), len(line))]

    def unknown(self, ids: Any) -> Any:
        return np.asarray(ids) == 1

    def starts_word(self, ids: Any) -> Any:
        return np.array([piece[:1] in (b" ", b"\n") for piece in self.pieces])[ids]

    def tokens(self, ids: Any) -> list[str]:
        return [self.pieces[i].decode() for i in ids]


def predictions(model: Fake, line: str) -> Any:
    """Probabilities [T, V] of what comes at each token of a line, its end the last."""
    ids = model.encoder.encode([line])[0]
    logits, _ = model.session.logits(np.array([[0, *ids[:-1]]]).T, model.session.zero_state(1))
    p = np.exp(logits[:, 0])
    return p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("before", ["", "a", "ab?", "ab b", "b a a"])
def test_the_probabilities_of_all_words_and_of_the_end_sum_to_one(before: str) -> None:
    """By brute force over all words of up to four tokens; the longer ones have what is left."""
    model = Fake(Spelled("a", "b", " a", " b"), Recurrent(6, seed=5))
    starts = [" a", " b"] if before else ["a", "b", "?", " a", " b"]
    words = [first + "".join(rest) for n in range(4) for first in starts for rest in itertools.product("ab?", repeat=n)]
    at = len(before.split())
    found = rows(model, "word", *(before + word for word in words))
    by_line = [list(group) for _, group in itertools.groupby(found, lambda row: row.line)]
    assert [line[at].text for line in by_line] == [word.strip() for word in words]
    p_words = [2 ** -line[at].surprisal for line in by_line]
    p_end = 2 ** -rows(model, "word", before)[-1].surprisal

    starts_word = model.encoder.starts_word(np.arange(6))
    over = predictions(model, before)[-1, starts_word].sum() if before else 1.0
    T = len(model.encoder.encode([before])[0]) - 1
    longer = 0.0
    for word in words:
        ids, p_TV = model.encoder.encode([before + word])[0], predictions(model, before + word)
        if len(ids) == T + 5:
            spelled = math.prod(p_TV[t, ids[t]] for t in range(T, T + 4))
            longer += spelled * (1 - p_TV[-1, starts_word].sum()) / over
    assert 0.1 < sum(p_words) < 1 and longer > 1e-3
    assert sum(p_words) + p_end + longer == pytest.approx(1, abs=1e-6)


def test_a_word_pays_for_its_own_end_and_the_next_does_not() -> None:
    model = Fake(Spelled("a", "b", " a", " b"), Recurrent(6, seed=5))
    ids, p_TV = model.encoder.encode(["ab b"])[0], predictions(model, "ab b")
    starts_word = model.encoder.starts_word(np.arange(6))
    tokens = -np.log2([p_TV[t, i] for t, i in enumerate(ids)])
    B = p_TV[:, starts_word].sum(axis=1)
    assert [row.text for row in rows(model, "word", "ab b")] == ["ab", "b", "</s>"]
    assert [row.surprisal for row in rows(model, "word", "ab b")] == pytest.approx(
        [tokens[0] + tokens[1] - math.log2(B[2]), tokens[2] + math.log2(B[2] / B[3]), tokens[3] + math.log2(B[3])],
        abs=1e-5,
    )
    entropies = [-(p * np.log2(p)).sum() for p in (p_TV[0], p_TV[2, starts_word] / B[2], p_TV[3, starts_word] / B[3])]
    assert [row.entropy for row in rows(model, "word", "ab b")] == pytest.approx(entropies, abs=1e-5)


@pytest.mark.parametrize("line", ["the cat sat", "nothing", ""])
def test_where_every_token_is_a_word_nothing_is_corrected(line: str) -> None:
    words, tokens = (rows(MODELS["words"], per, line) for per in ("word", "token"))
    for name in ("text", "surprisal", "entropy", "tokens"):
        assert [getattr(row, name) for row in words] == [getattr(row, name) for row in tokens]


def test_words_that_one_token_covers_stay_together() -> None:
    model = Fake(Spelled("a b", "c"), Uniform(4))
    assert [(row.text, row.tokens) for row in rows(model, "word", "a b c a b")] == [
        ("a b", 1), ("c", 2), ("a b", 2), ("</s>", 1)
    ]  # fmt: skip


# --- characters


def test_the_characters_of_a_token_have_the_probabilities_of_its_prefixes() -> None:
    model = Fake(Spelled("a", "ab", "abc", "b", "xyz"), Recurrent(7, seed=2))
    p_V = predictions(model, "abc")[0]
    found = rows(model, "char", "abc")
    a, ab, abc = p_V[2] + p_V[3] + p_V[4], p_V[3] + p_V[4], p_V[4]
    expected = [-math.log2(a), -math.log2(ab / a), -math.log2(abc / ab)]
    assert [row.surprisal for row in found[:3]] == pytest.approx(expected, abs=1e-5)
    assert [row.tokens for row in found] == [1, 0, 0, 1]
    assert [row.entropy is None for row in found] == [False, True, True, False]


@settings(max_examples=60)
@given(kind=st.sampled_from(list(KINDS)), line=LINE)
def test_every_known_token_is_found_in_its_line(kind: str, line: str) -> None:
    """So that none has to share its surprisal out evenly; and the parts of a token make its spelling."""
    encoder = MODELS[kind].encoder
    ids = encoder.encode([line])[0]
    unknown = encoder.unknown(ids)
    found = token_parts(line, ids, encoder.offsets(line), encoder.pieces, unknown)
    assert [token for token, _ in itertools.groupby(step.token for step in found)] == list(range(len(ids)))
    assert all(not step.share for step in found if not unknown[step.token])
    places = [step.character for step in found]
    assert places == sorted(places)
    if not unknown.any() and kind != "words":
        assert set(places) == set(range(len(line) + 1))


def test_no_character_costs_less_than_nothing() -> None:
    """The sum of a prefix in fp32 may be less than the one probability that it is made of."""
    prefixes = Prefixes([b"ab", b"c"], np.array([False, False]))
    costs = CharacterCosts([[TokenPart(0, 0, b"a", 0.0), TokenPart(0, 1, b"", 0.0)]], lambda: prefixes)
    assert costs.callback is not None
    costs.callback(0, 0, np.array([[0.5 - 1e-6, 0.5]], np.float32))
    first, second = costs.nats(0, np.array([-np.log(0.5)]))
    assert first == pytest.approx(np.log(2), abs=1e-5) and str(second) == "0.0"


def test_the_characters_of_an_unknown_token_share_it_evenly() -> None:
    model = MODELS["words"]
    found = rows(model, "char", "the zebra")
    (whole,) = (row.surprisal for row in rows(model, "token", "the zebra") if row.text == "zebra")
    assert [row.surprisal for row in found[4:9]] == pytest.approx([whole / 5] * 5)
    assert found[3].surprisal == pytest.approx(0) and found[3].tokens == 0  # the space is not predicted


def test_spaces_between_words_are_the_choice_to_go_on() -> None:
    model = MODELS["words"]
    p_V = predictions(model, "the cat")[1]
    space = next(row for row in rows(model, "char", "the cat") if row.text == " ")
    unknown_or_end = p_V[0] + p_V[1]
    assert space.surprisal == pytest.approx(-math.log2(1 - unknown_or_end), abs=1e-5)


def test_segments_cut_through_tokens() -> None:
    model = Fake(Spelled("好看", "好", "看的", "我", "看"), Recurrent(7, seed=3))
    characters = rows(model, "char", "我好看")
    words = rows(model, "word", "我好 看", segments=True)
    assert [row.text for row in words] == ["我好", "看", "</s>"]
    assert words[0].surprisal == pytest.approx(characters[0].surprisal + characters[1].surprisal)
    assert words[1].surprisal == pytest.approx(characters[2].surprisal)
    assert (words[1].tokens, words[1].entropy) == (0, None)


@pytest.mark.parametrize("kind", ["char", "text"])
def test_segments_of_characters_add_up_without_taking_tokens_apart(kind: str) -> None:
    model = MODELS[kind]
    tokens = rows(model, "token", "我喜欢电影")
    words = rows(model, "word", "我 喜欢 电影", segments=True)
    expected = [tokens[0].surprisal, bits(tokens[1:3]), bits(tokens[3:5]), tokens[5].surprisal]
    assert [row.surprisal for row in words] == pytest.approx(expected, abs=1e-5)
    assert [row.tokens for row in words] == [1, 2, 2, 1]


# --- real engines


@pytest.mark.parametrize("kind", ["text", "bpe"])
@pytest.mark.parametrize("carried", [False, True])
def test_both_engines_say_the_same(tmp_path: Path, kind: str, carried: bool) -> None:
    path = untrained_lm(tmp_path / "model", kind)
    onnx, torch = (LanguageModel(path, threads=1, engine=engine) for engine in ("onnx", "torch"))
    for per in PER:
        a, b = (rows(model, per, *LINES, carried=carried) for model in (onnx, torch))
        assert [row.text for row in a] == [row.text for row in b]
        assert [row.surprisal for row in a] == pytest.approx([row.surprisal for row in b], abs=1e-3)
        assert [row.entropy or 0 for row in a] == pytest.approx([row.entropy or 0 for row in b], abs=1e-3)
