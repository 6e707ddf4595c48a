"""Running text to ids and back: nothing is lost, and a line's ids are its own."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lstmcli.errors import DataError
from lstmcli.tokenization import guard
from lstmcli.tokenization import stream_encoder as module
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder

LINES = [
    "The cat isn't here, is it?",
    "",
    "  two spaces before, <unk> and </s> within  ",
    "我喜欢这部电影。",
    "“Well,” said the cat; the film (the film!) was 3.5 km long.",
    "\tindented\tcode = x;",
    "ひらがな と カタカナ",
    "The cat isn't here, is it?",
]
KINDS = ("spaces", "text", "bpe", "unigram", "char", "byte")
LOSSLESS = ("bpe", "byte")
MODES = ("lines", "document")
SIZES = {"bpe": 400, "unigram": 160}
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\n")
WILD = st.text(CHARACTERS, max_size=30) | st.sampled_from([*LINES, " ", "  ", "我 the", " 我", "cat", "zebra", "<unk>"])


def config(kind: str, mode: str = "lines", **options: object) -> LmTokenizerConfig:
    if kind in ("spaces", "text"):
        kind, options["words"] = "word", kind
    return LmTokenizerConfig(**{"kind": kind, "mode": mode, "vocab_size": SIZES.get(kind), **options})  # type: ignore[arg-type]


@lru_cache
def encoder(kind: str, mode: str = "lines", more: tuple[str, ...] = (), **options: object) -> StreamEncoder:
    return StreamEncoder.train([*LINES, *more], config(kind, mode, **options))


def ids(one: StreamEncoder, line: str) -> list[int]:
    return one.encode([line])[0].tolist()


# There and back


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", LOSSLESS)
@given(lines=st.lists(WILD, min_size=1, max_size=4))
@settings(max_examples=100)
def test_bytes_lose_nothing(kind: str, mode: str, lines: list[str]) -> None:
    one = encoder(kind, mode)
    encoded = np.concatenate(one.encode(lines))
    assert one.decode(encoded) == "".join(line + "\n" for line in lines)
    assert not one.unknown(encoded).any()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["text", "char"])
@given(line=WILD)
@example(line="\x1c a\x85b")
@example(line="'s it's")
@example(line="。 ，　x")
@settings(max_examples=60)
def test_known_words_and_characters_lose_nothing(kind: str, mode: str, line: str) -> None:
    """But for ``<unk>``, which word by word is the unknown token."""
    line = line.replace("<unk>", "")
    one = StreamEncoder.train([line], config(kind, mode))
    assert one.decode(one.encode([line])[0]) == line + "\n"
    assert not one.unknown(one.encode([line])[0]).any()


@pytest.mark.parametrize("kind", LOSSLESS)
def test_line_ends_within_a_line_are_kept(kind: str) -> None:
    """A cell of a table may hold them."""
    one, text = encoder(kind), "one\n\n two\n"
    assert one.decode(ids(one, text)) == text + "\n"
    line = encoder("text", more=(text,))
    assert line.decode(ids(line, text)) == text + "\n"


@pytest.mark.parametrize("mode", MODES)
@given(words=st.lists(st.sampled_from(["the", "cat", "</s>", "N", "我", "don't", "@-@"]), max_size=6))
@settings(max_examples=30)
def test_words_between_spaces_come_back_with_one_space(mode: str, words: list[str]) -> None:
    one = StreamEncoder.train([" ".join(words)], config("spaces", mode))
    line = "  " + " \t ".join(words) + " "
    assert one.decode(one.encode([line])[0]) == " ".join(words) + "\n"
    assert len(one.encode([line])[0]) == len(words) + 1
    assert not one.unknown(one.encode([line])[0]).any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_saved_and_read_again_it_is_the_same(kind: str, mode: str) -> None:
    one = encoder(kind, mode)
    again = StreamEncoder.from_json(one.to_json(), one.config)
    assert (again.vocab_size, again.close_id) == (one.vocab_size, one.close_id)
    for line in [*LINES, "zebra Ω"]:
        assert ids(again, line) == ids(one, line)
        assert again.decode(ids(again, line)) == one.decode(ids(one, line))


@pytest.mark.parametrize("kind", ["spaces", "char", "byte"])
@pytest.mark.parametrize("lowercase", [False, True])
@given(line=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="Σİ"), max_size=20))
@example(line="The CAT, 我喜欢 <unk>")
@settings(max_examples=60)
def test_what_is_read_from_a_table_is_what_the_tokenizer_file_says(kind: str, lowercase: bool, line: str) -> None:
    assume("</s>" not in line)  # the word of a text, not the end of one: ``WRITTEN_END``
    one = encoder(kind, lowercase=lowercase)
    tokenizer = Tokenizer.from_str(one.to_json())
    tokenizer.encode_special_tokens = True
    assert ids(one, line)[:-1] == tokenizer.encode(line, add_special_tokens=False).ids


# A line and its neighbours


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
@given(lines=st.lists(WILD, min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_line_is_encoded_the_same_in_any_company(kind: str, mode: str, lines: list[str]) -> None:
    one = encoder(kind, mode)
    for row, line in zip(one.encode(lines), lines, strict=True):
        assert row.tolist() == ids(one, line)
        assert row[-1] == one.close_id and row.dtype == np.int32
        assert row.max() < one.vocab_size


@pytest.mark.parametrize("kind", KINDS)
@given(lines=st.lists(st.sampled_from([*LINES, "cat " * 9, "the  \t cat" * 9, "x" * 50]), max_size=8))
@settings(max_examples=30)
def test_groups_and_pieces_change_nothing(kind: str, lines: list[str]) -> None:
    """Cuts fall between words, where no token is; only a word of 50,000 letters would be cut."""
    one = encoder(kind, "document")
    lines = [line.replace("x" * 50, "x x" * 12 if kind in ("spaces", "bpe") else "我" * 50) for line in lines]
    expected = one.encode(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "PIECE", 25)
        patch.setattr(module, "GROUP", 60)
        for row, same in zip(one.encode(lines), expected, strict=True):
            if kind != "unigram":
                assert row.tolist() == same.tolist()
            assert one.decode(row) == one.decode(same)
        assert [one.offsets(line)[-1] for line in lines] == [(len(line), len(line) + 1) for line in lines]
        assert [len(one.offsets(line)) for line in lines] == [len(ids(one, line)) for line in lines]


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_line_comes_in_parts(kind: str) -> None:
    one, line = encoder(kind, "document"), "the cat 我喜欢 " * 50_000
    parts = list(one.stream(iter([line, "cat"])))
    assert len(parts) > 2 and max(len(part) for part, _ in parts) < 1_000_000
    assert [len(ends) for _, ends in parts] == [0] * (len(parts) - 1) + [2]
    assert np.concatenate([part for part, _ in parts]).tolist() == np.concatenate(one.encode([line, "cat"])).tolist()


def test_nothing_to_encode() -> None:
    assert encoder("bpe").encode([]) == []
    assert list(encoder("bpe").stream([])) == []
    assert ids(encoder("bpe"), "") == [END_ID]
    assert encoder("bpe").decode([]) == ""


def test_lone_surrogates_do_not_stop_it() -> None:
    for kind in KINDS:
        one = encoder(kind)
        assert ids(one, "cat \udce9") == ids(one, "cat \ufffd")
        assert len(one.offsets("cat \udce9")) == len(ids(one, "cat \udce9"))
        assert StreamEncoder.train(["cat \udce9"], config(kind)).vocab_size > 2


# What a line ends with


@pytest.mark.parametrize("kind", KINDS)
def test_what_closes_a_line(kind: str) -> None:
    lines, document = encoder(kind), encoder(kind, "document")
    assert lines.close_id == lines.end_id == END_ID
    assert document.close_id not in (END_ID, UNKNOWN_ID)
    assert lines.decode([END_ID]) == document.decode([document.close_id]) == "\n"
    assert document.decode([END_ID]) == ""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_prompt_is_not_closed(kind: str, mode: str) -> None:
    one = encoder(kind, mode)
    assert one.prompt("").tolist() == []
    assert one.prompt("the cat").tolist() == ids(one, "the cat")[:-1]
    assert one.prompt("the cat\nis").tolist() == [*ids(one, "the cat"), *ids(one, "is")[:-1]]
    assert one.prompt("the cat\n").tolist() == ids(one, "the cat")


# Words


def tokens(kind: str, line: str, **options: object) -> list[str]:
    one = StreamEncoder.train([line], config(kind, **options))
    return one.tokens(ids(one, line))[:-1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The cat's here, isn't it?", [" The", " cat", "'s", " here", ",", " isn", "'t", " it", "?"]),
        ("DON'T (really)", [" DON", "'T", " (", "really", ")"]),
        ("a  b ", [" a", " ", " b", " "]),
        (" a", [" ", " a"]),
        ("我爱NLP 模型。 x", ["我", "爱", "NLP", " ", "模", "型", "。", " x"]),
        ("　“好”，", ["　", "“", "好", "”", "，"]),
        ("\tx=1;", ["\t", "x", "=", "1", ";"]),
        ("naïve cafe\u0301 हिन्दी", [" naïve", " cafe\u0301", " हिन्दी"]),
        ("a <unk> <unk>s", [" a", "<unk>", "<unk>", "s"]),
        ("the the", [" the", " the"]),
    ],
)
def test_words_of_ordinary_text(line: str, expected: list[str]) -> None:
    assert tokens("text", line) == expected


def test_words_between_spaces() -> None:
    assert tokens("spaces", " the  <unk> 's N.V. </s> \u2009x\u00a0") == ["the", "<unk>", "'s", "N.V.", "</s>", "x"]


@pytest.mark.parametrize("kind", ["spaces", "text"])
def test_the_unknown_token_of_a_text_is_the_unknown_token(kind: str) -> None:
    one = encoder(kind)
    assert ids(one, "<unk> zebra <unk>")[:-1] == [UNKNOWN_ID] * 3
    assert one.decode(ids(one, "zebra")) == "<unk>\n"
    assert one.tokens([UNKNOWN_ID, END_ID]) == ["<unk>", "</s>"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_end_written_in_a_text_is_text(kind: str) -> None:
    for one in (encoder(kind), StreamEncoder.train(["a b"], config(kind))):
        assert END_ID not in ids(one, "a </s> b")[:-1]
    assert encoder(kind).decode(ids(encoder(kind), "and </s> within")) == "and </s> within\n"


def test_case_is_kept_unless_folded() -> None:
    for kind in ("spaces", "text", "bpe", "unigram", "char"):
        assert ids(encoder(kind), "The") != ids(encoder(kind), "the")
        one = encoder(kind, lowercase=True)
        assert ids(one, "THE CAT İ")[: len(ids(one, "the cat")) - 1] == ids(one, "the cat")[:-1]
        assert len(one.offsets("THE CAT İ")) == len(ids(one, "THE CAT İ"))


# Where a token stands


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
@given(line=WILD)
@settings(max_examples=60)
def test_offsets_cover_the_line(kind: str, mode: str, line: str) -> None:
    one = encoder(kind, mode)
    spans = one.offsets(line)
    assert len(spans) == len(ids(one, line))
    assert spans[-1] == ((len(line), len(line)) if mode == "lines" else (len(line), len(line) + 1))
    starts = [first for first, _ in spans]
    assert starts == sorted(starts) and all(0 <= first <= last <= len(line) + 1 for first, last in spans)
    covered = {i for first, last in spans[:-1] for i in range(first, last)}
    left_out = {i for i, c in enumerate(line) if kind == "spaces" and c.isspace()}
    if kind != "unigram":  # which composes characters
        assert covered == set(range(len(line))) - left_out


def test_offsets_of_words() -> None:
    assert encoder("text").offsets("the cat, 我") == [(0, 3), (3, 7), (7, 8), (8, 9), (9, 10), (10, 10)]
    assert encoder("spaces").offsets(" the  cat") == [(1, 4), (6, 9), (9, 9)]
    assert encoder("byte", "document").offsets("a我") == [(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)]


@pytest.mark.parametrize("kind", ["spaces", "text", "bpe", "unigram"])
def test_which_ids_start_a_word(kind: str) -> None:
    one = encoder(kind)
    line = "the film, the cat"
    rows = ids(one, line)
    starts = one.starts_word(rows)
    started = [line[first:last] for (first, last), yes in zip(one.offsets(line), starts, strict=True) if yes]
    assert len(started) == 5 and started[-1] == ""  # four words, and the end
    assert one.starts_word(range(one.vocab_size)).shape == (one.vocab_size,)
    document = encoder(kind, "document")
    assert document.starts_word([document.close_id, END_ID]).all()


# Ids as they come


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60)
def test_any_ids_can_be_streamed(kind: str, mode: str, data: st.DataObject) -> None:
    one = encoder(kind, mode)
    rows = data.draw(st.lists(st.integers(0, one.vocab_size - 1), max_size=20))
    after = data.draw(st.integers(0, one.vocab_size - 1))
    streamer = one.streamer(after)
    parts = [streamer.push(i) for i in rows]
    assert "".join(parts) + streamer.end() == one.decode(rows, after)
    cut = data.draw(st.integers(0, len(rows)))
    if kind not in LOSSLESS:
        behind = rows[cut - 1] if cut else after
        assert one.decode(rows[:cut], after) + one.decode(rows[cut:], behind) == one.decode(rows, after)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_only_whole_characters_are_streamed(kind: str) -> None:
    one = encoder(kind)
    streamer = one.streamer()
    parts = [streamer.push(i) for i in one.prompt("é🐢龘")]
    assert [part for part in parts if part] == ["é", "🐢", "龘"]
    assert parts[-1] == "龘" and streamer.end() == ""
    streamer = one.streamer()
    assert [streamer.push(i) for i in one.prompt("🐢")[:2]] == ["", ""]
    assert streamer.end() == "\ufffd"
    broken = one.decode([*one.prompt("🐢")[:-1], *ids(one, "龘")])
    assert broken.strip(" ") == "\ufffd龘\n"


@pytest.mark.parametrize("kind", ["spaces", "text", "bpe", "unigram"])
def test_a_continuation_starts_with_its_space(kind: str) -> None:
    one = encoder(kind)
    prompt, rest = one.prompt("the cat")[:1], one.prompt("the film")
    assert one.decode(rest, after=int(one.prompt("cat")[-1])) == " the film"
    assert one.decode(rest) == "the film"
    assert len(prompt) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_readable(kind: str) -> None:
    one = encoder(kind)
    names = one.tokens(ids(one, "我喜欢 cat"))
    assert not set("".join(names)) & set("æĪĳĠ▁")
    assert names[-1] == "</s>"


# What is not a tokenizer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", ["", "{}", "[]", '{"model": {"vocab": {}}}', '{"model": {"vocab": {"a": 0}}}'])
def test_what_is_no_tokenizer_says_so(kind: str, content: str) -> None:
    with pytest.raises(DataError, match="not a"):
        StreamEncoder.from_json(content, config(kind))
