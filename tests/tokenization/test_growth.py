"""By how much steps make a text longer: never by more than is stated, for every character there is."""

from __future__ import annotations

import base64
import json
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tokenizers import Regex, decoders, normalizers, pre_tokenizers

from lstmcli.tokenization.growth import (
    MAX_STEPS,
    UNICODE,
    RefusedError,
    check_steps,
    decoder_growth,
    normalizer_growth,
    pre_tokenizer_growth,
    weight,
)
from lstmcli.tokenization.guard import is_panic
from support.bombs import charsmap

WHOLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
STILL = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Nmt"]


def state(step: Any) -> dict[str, Any]:
    return dict(json.loads(step.__getstate__()))


@given(WHOLE, st.lists(st.sampled_from(STILL), max_size=6))
@example("ﷺ", ["NFKD", "NFKC"])
@example("İȺ", ["Lowercase", "NFD", "Lowercase"])
def test_forms_of_characters_never_add_weight(text: str, names: list[str]) -> None:
    steps = normalizers.Sequence([getattr(normalizers, name)() for name in names])
    made = steps.normalize_str(text)
    assert normalizer_growth(state(steps)) == 1.0
    assert weight(made) <= weight(text) <= UNICODE * len(text.encode()) and len(made.encode()) <= weight(text)


STEPS = [
    normalizers.BertNormalizer(),
    normalizers.ByteLevel(),
    normalizers.Replace("a", "bcd"),
    normalizers.Replace(Regex("a{2}"), "½"),
    normalizers.Replace(Regex("(?=a)"), "xy"),
    normalizers.Replace("", "é"),
    normalizers.Prepend("▁▁"),
    normalizers.Precompiled(charsmap("é".encode(), b"eeeee")),
]


@given(
    st.text("aéﷺ½ 喜\u0301", max_size=12) | WHOLE, st.lists(st.sampled_from([*STEPS, normalizers.NFKD()]), max_size=3)
)
def test_no_step_grows_by_more_than_is_stated(text: str, steps: list[Any]) -> None:
    whole = normalizers.Sequence(steps)
    try:
        made = whole.normalize_str(text)
    except BaseException as error:
        assume(not is_panic(error))  # of the library, on some maps: see ``guarded``
        raise
    ends = 3 ** len(steps)  # what is put before or after the whole text, once for each step
    assert weight(made) <= normalizer_growth(state(whole)) * weight(text) + 2 * ends * bool(steps)


CUTS = [
    pre_tokenizers.ByteLevel(True),
    pre_tokenizers.ByteLevel(False, use_regex=False),
    pre_tokenizers.Metaspace("▁", "always"),
    pre_tokenizers.Metaspace("ﷺ", "never"),
    pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated"),
    pre_tokenizers.Digits(True),
]


@given(st.text("a½1 喜", max_size=12) | WHOLE, st.lists(st.sampled_from(CUTS), max_size=3))
def test_no_pre_tokenizer_grows_by_more_than_is_stated(text: str, steps: list[Any]) -> None:
    whole = pre_tokenizers.Sequence(steps)
    made = "".join(piece for piece, _ in whole.pre_tokenize_str(text))
    assert weight(made) <= pre_tokenizer_growth(state(whole)) * weight(text)


OUT = [
    decoders.ByteLevel(),
    decoders.WordPiece("#"),
    decoders.BPEDecoder(""),
    decoders.CTC("<pad>", ""),
    decoders.Replace("a", "bb"),
    decoders.Metaspace(),
    decoders.Fuse(),
]


@given(st.lists(st.text("aé#Ġ▁ ½", min_size=1, max_size=6), max_size=4), st.lists(st.sampled_from(OUT), max_size=3))
def test_no_decoder_grows_by_more_than_is_stated(tokens: list[str], steps: list[Any]) -> None:
    whole = decoders.Sequence(steps)
    made, before = len(whole.decode(tokens).encode()), sum(len(token.encode()) for token in tokens)
    assert made <= decoder_growth(state(whole)) * max(1, before)


@pytest.mark.parametrize(
    ("old", "new", "growth"), [("a", "b", 1), ("a", "x" * 90, 90), ("ﷺ", "x" * 33, 1), ("é", "e" * 6, 2)]
)
def test_a_map_of_characters_is_read(old: str, new: str, growth: float) -> None:
    step = normalizers.Precompiled(charsmap(old.encode(), new.encode()))
    assert step.normalize_str(f"z{old}z") == f"z{new}z"
    assert normalizer_growth(state(step)) == growth


@pytest.mark.parametrize("trie", [b"", bytes(3), bytes(4), bytes(4096), (2**32 - 1).to_bytes(4, "little") * 999])
def test_a_map_that_is_broken_is_none_that_grows(trie: bytes) -> None:
    content = base64.b64encode(len(trie).to_bytes(4, "little") + trie + b"x" * 99).decode()
    step = {"type": "Precompiled", "precompiled_charsmap": content}
    with suppress(RefusedError):
        assert normalizer_growth(step) == 1.0


@pytest.mark.parametrize("growth", [normalizer_growth, pre_tokenizer_growth, decoder_growth])
def test_what_is_not_known_is_refused(growth: Any) -> None:
    for step in (
        {"type": "Doubling"},
        {},
        {"type": "Sequence"},
        {"type": "Sequence", "others": [{"type": "Doubling"}]},
    ):
        with pytest.raises(RefusedError):
            growth(step)


def test_steps_that_take_time_are_counted_over_all_parts() -> None:
    strip, search = state(normalizers.Strip()), state(pre_tokenizers.Split(Regex(r"a*b"), "isolated"))
    check_steps({"type": "Sequence", "normalizers": [strip] * MAX_STEPS})
    with pytest.raises(RefusedError, match="steps"):
        check_steps({"type": "Sequence", "normalizers": [strip] * MAX_STEPS}, strip)
    check_steps({"type": "Sequence", "pretokenizers": [search] * 16})
    with pytest.raises(RefusedError, match="too long"):
        check_steps({"type": "Sequence", "pretokenizers": [search] * 16}, search)


@pytest.mark.slow
def test_every_character_there_is() -> None:
    names = [*STILL, "BertNormalizer", "ByteLevel"]
    steps = [(step, normalizer_growth(state(step))) for step in (getattr(normalizers, name)() for name in names)]
    for number in range(sys.maxunicode + 1):
        if not 0xD800 <= number < 0xE000:
            most = weight(chr(number))
            assert most <= UNICODE * len(chr(number).encode())
            for step, growth in steps:
                assert weight(step.normalize_str(chr(number))) <= growth * most + 1e-9, (hex(number), step)
