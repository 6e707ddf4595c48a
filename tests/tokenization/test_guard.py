"""Tokenizers from strangers: those that would take memory out of proportion, and those that fail at work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from lstmcli.errors import DataError, ModelError
from lstmcli.tokenization import guard
from lstmcli.tokenization.config import TOKENIZERS, LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.guard import checked_ids, guarded
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import parse_tokenizer, train_tokenizer
from support import bombs
from support.bombs import charsmap

FOREIGN = TokenizerConfig(path="elsewhere.json")


def tokenizer(vocabulary: dict[str, int] | None = None, **parts: Any) -> Tokenizer:
    made = Tokenizer(models.WordLevel(vocabulary or {"a": 0, "b": 1}, unk_token="a"))
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def doubling(times: int) -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.Replace("a", "aa")] * times)


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": doubling(40)},
        {"normalizer": normalizers.Sequence([doubling(4), doubling(4)])},
        {"normalizer": normalizers.Replace(Regex(""), "b" * 100)},
        {"normalizer": normalizers.Replace("a", "b" * 1_000_000)},
        {"normalizer": normalizers.Prepend("x" * 100_000)},
        {"decoder": decoders.Sequence([decoders.Replace("a", "aa")] * 40)},
    ],
)
def test_rules_that_make_a_text_very_much_longer_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="very much longer"):
        parse_tokenizer(tokenizer(**parts).to_str())


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.NFKC()])},
        {"normalizer": normalizers.Replace(Regex(" {2,}"), " ")},
        {"normalizer": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])},
        {"pre_tokenizer": pre_tokenizers.Metaspace(), "decoder": decoders.Metaspace()},
        {"decoder": decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])},
    ],
)
def test_rules_of_tokenizers_that_people_use_are_taken(parts: dict[str, Any]) -> None:
    parse_tokenizer(tokenizer(**parts).to_str())


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_our_own_are_taken(kind: str) -> None:
    made = train_tokenizer(["the cat sat", "我喜欢"] * 9, TokenizerConfig(kind=kind, vocab_size=300))  # type: ignore[arg-type]
    parse_tokenizer(made.to_str())


def test_a_map_of_long_replacements_is_refused() -> None:
    parse_tokenizer(tokenizer(normalizer=normalizers.Precompiled(charsmap(b"a", b"bb"))).to_str())
    with pytest.raises(DataError, match="very much longer"):
        parse_tokenizer(tokenizer(normalizer=normalizers.Precompiled(charsmap(b"a", b"b" * 100_000))).to_str())


SPACE, MARK = pre_tokenizers.ByteLevel(True), pre_tokenizers.Metaspace()
EACH = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
SMALL = {"<unk>": 0, "a": 1, "b": 2}


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": normalizers.Sequence([normalizers.ByteLevel()] * 24)},
        {"pre_tokenizer": pre_tokenizers.Sequence([SPACE] * 24)},
        {"pre_tokenizer": pre_tokenizers.Sequence([EACH, MARK] * 24)},
        {"normalizer": normalizers.Sequence([normalizers.BertNormalizer()] * 24)},
        {"normalizer": normalizers.ByteLevel(), "pre_tokenizer": pre_tokenizers.Sequence([MARK, SPACE])},
        {"decoder": decoders.Sequence([decoders.CTC("", "")] * 24)},
        {"decoder": decoders.Sequence([decoders.WordPiece("")] * 24)},
    ],
)
def test_growth_is_multiplied_over_all_steps(parts: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="very much longer"):
        parse_tokenizer(tokenizer(**parts).to_str())


def test_steps_that_grow_nothing_are_taken_in_any_order() -> None:
    forms = [normalizers.NFKD(), normalizers.Lowercase(), normalizers.NFC(), normalizers.Strip(), normalizers.Nmt()]
    cuts = [pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(True), EACH]
    made = tokenizer(normalizer=normalizers.Sequence(forms * 20), pre_tokenizer=pre_tokenizers.Sequence(cuts * 20))
    assert parse_tokenizer(made.to_str()).encode("A b 1").ids


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (models.WordLevel({"u" * 5000: 0}, unk_token="u" * 5000), "unk_token has 5,000 characters"),
        (models.BPE({"u" * 5000: 0}, [], unk_token="u" * 5000), "unk_token"),
        (models.BPE(SMALL, [], continuing_subword_prefix="p" * 5000), "continuing_subword_prefix"),
        (models.BPE(SMALL, [], end_of_word_suffix="p" * 5000), "end_of_word_suffix"),
        (models.WordPiece(SMALL, unk_token="<unk>", max_input_chars_per_word=10**9), "max_input_chars_per_word"),
        (models.Unigram([("a" * 5000, -1.0)], 0, False), "a piece of it has 5,000 characters"),
    ],
)
def test_what_is_written_or_tried_for_every_word_is_bounded(model: models.Model, said: str) -> None:
    with pytest.raises(DataError, match=said):
        parse_tokenizer(Tokenizer(model).to_str())


def test_a_template_of_many_texts_is_not_used() -> None:
    many = processors.TemplateProcessing(single=" ".join(["$A"] * 5000), special_tokens=[])
    made = parse_tokenizer(tokenizer(pre_tokenizer=EACH, post_processor=many).to_str())
    assert len(made.encode("aba", add_special_tokens=False)) == 3


@pytest.mark.parametrize("trims", [True, False])
def test_where_tokens_are_stays_as_the_tokenizer_has_it(trims: bool) -> None:
    own = processors.RobertaProcessing(("a", 0), ("b", 1), trim_offsets=trims, add_prefix_space=True)
    made = tokenizer({"Ġb": 0, "a": 1}, pre_tokenizer=SPACE, post_processor=own)
    found = parse_tokenizer(made.to_str()).encode("a b b", add_special_tokens=False)
    assert found.offsets == made.encode("a b b", add_special_tokens=False).offsets


def with_added(contents: list[str], **parts: Any) -> str:
    """Added by hand: the library would run the normalizer on them."""
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "special"), False) | {"normalized": True}
    whole = json.loads(tokenizer(**parts).to_str())
    whole["added_tokens"] = [{"id": 2 + n, "content": content, **flags} for n, content in enumerate(contents)]
    return json.dumps(whole)


def test_the_steps_are_checked_before_anything_is_run() -> None:
    """To load a tokenizer runs its normalizer on its added tokens."""
    with pytest.raises(DataError, match="very much longer"):
        parse_tokenizer(with_added(["\u2581"], normalizer=normalizers.Sequence([normalizers.ByteLevel()] * 30)))


@pytest.mark.parametrize(("size", "times"), [(1 << 22, 1), (1 << 18, 5)])
def test_added_tokens_are_bounded_as_the_normalizer_leaves_them(size: int, times: int) -> None:
    long = with_added(["b" * (size // 2), "a" * (size // 2 + 1)], normalizer=doubling(times))
    with pytest.raises(DataError, match=r"added tokens have .* bytes, and its rules make them longer; 4,194,304 are"):
        parse_tokenizer(long)


def test_added_tokens_as_people_have_them_are_taken() -> None:
    taken = parse_tokenizer(with_added([f"<extra_{n}>" for n in range(1000)], normalizer=normalizers.NFKC()))
    assert taken.get_vocab_size() == 1002


def test_a_name_that_is_there_twice_is_refused() -> None:
    bomb = json.dumps(json.loads(tokenizer(normalizer=doubling(40)).to_str())["normalizer"])
    content = tokenizer().to_str().replace('"normalizer":null', f'"normalizer":{bomb},"normalizer":null')
    with pytest.raises(DataError, match="twice"):
        parse_tokenizer(content)


@pytest.mark.parametrize("part", ["normalizer", "pre_tokenizer", "decoder", "post_processor"])
def test_a_step_that_is_not_known_is_refused(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer library may know more steps than we do."""
    steps = {"normalizer": normalizers.NFC(), "pre_tokenizer": EACH, "decoder": decoders.Fuse()}
    made = tokenizer(**{part: steps.get(part, processors.ByteLevel())})
    real = guard._state
    monkeypatch.setattr(guard, "_state", lambda step: {**(real(step) or {}), "type": "Newer"} if step else None)
    with pytest.raises(DataError, match="'Newer' is not known to this version of lstm"):
        parse_tokenizer(made.to_str())


def test_dropout_of_merges_is_switched_off() -> None:
    made = Tokenizer(models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")], dropout=0.9))
    found = parse_tokenizer(made.to_str())
    assert found.encode("ab" * 30).ids == [2] * 30 and json.loads(found.to_str())["model"]["dropout"] is None


@pytest.mark.parametrize(
    ("model", "told"),
    [({"dropout": 0.3}, True), ({"dropout": 0.0}, False), ({"dropout": None}, False), ({}, False), ([], False)],
)
def test_dropout_of_merges_is_said(model: Any, told: bool, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": model}))
    assert bool(guard.randomness_warning(str(path))) is told
    path.write_text("[")
    assert guard.randomness_warning(str(path)) is None and guard.randomness_warning(str(tmp_path / "none")) is None


def test_every_part_that_the_library_knows_is_drawn() -> None:
    for module, known in (
        (normalizers, bombs.NORMALIZERS),
        (pre_tokenizers, bombs.PRE_TOKENIZERS),
        (decoders, bombs.DECODERS),
        (processors, bombs.PROCESSORS),
        (models, bombs.MODELS),
    ):
        abstract = {"Normalizer", "PreTokenizer", "Decoder", "DecodeStream", "PostProcessor", "Model"}
        assert {name for name in dir(module) if isinstance(getattr(module, name), type)} - abstract == set(known)


@pytest.mark.parametrize(
    ("first", "end"), [(0, 60), *(pytest.param(at, at + 300, marks=pytest.mark.slow) for at in range(60, 3000, 300))]
)
def test_whatever_is_taken_stays_within_memory_and_time(first: int, end: int) -> None:
    """In a process that may take 3 GiB and two minutes of the processor; a bomb ends it."""
    command = [sys.executable, "-m", "support.bombs", str(first), str(end)]
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1", "RUST_BACKTRACE": "0"}
    here = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    counts = json.loads(done.stdout)
    assert counts["taken"] > 10 and counts["refused"] > 10


@pytest.mark.parametrize("highest", [2**31 - 1, 2**32 - 1])
def test_a_vocabulary_of_gaps_is_refused_before_a_list_of_it_is_made(highest: int) -> None:
    written = json.loads(tokenizer().to_str())
    written["model"]["vocab"]["b"] = highest
    content = json.dumps(written)
    with pytest.raises(DataError, match="2 tokens have ids up to"):
        TextEncoder.from_json(content, FOREIGN)
    with pytest.raises(DataError, match="2 tokens have ids up to"):
        StreamEncoder.from_json(content, LmTokenizerConfig("bpe", mode="lines", path="elsewhere.json"))


@pytest.mark.parametrize("highest", [7, 2**31, 2**32 - 1])
def test_an_id_that_the_vocabulary_has_not(highest: int) -> None:
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "b": highest}
    made = tokenizer(vocabulary, pre_tokenizer=pre_tokenizers.Whitespace())
    with pytest.raises(ModelError, match=f"gives the id {highest}, and the vocabulary has 3"):
        TextEncoder(made, TokenizerConfig(hash_buckets=0)).encode(["b b"])


@pytest.mark.parametrize("id", [-1, 4, 1.5, True, "1", None, 2**70])
@pytest.mark.parametrize("kind", ["word", "char"])
def test_ids_of_plain_tables_that_make_no_sense(kind: str, id: Any) -> None:
    content = {"model": {"vocab": {"</s>": 0, "<unk>": 1, "a": 2, "b": id}}, "normalizer": None}
    config = LmTokenizerConfig(kind, "spaces", "lines")
    with pytest.raises(DataError):
        StreamEncoder.from_json(json.dumps(content), config)


def test_a_regular_expression_that_gives_up_is_an_error_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    made = tokenizer(pre_tokenizer=pre_tokenizers.Split(Regex("(a+)+$"), "isolated"))
    with pytest.raises(ModelError, match="retry-limit"):
        TextEncoder(made, TokenizerConfig(hash_buckets=0)).encode(["a" * 40 + "b"])


def test_a_tokenizer_without_its_unknown_token_is_an_error_of_ours() -> None:
    made = Tokenizer(models.WordLevel({"a": 0}, unk_token="none"))
    with pytest.raises(ModelError, match="Missing"):
        TextEncoder(made, FOREIGN).encode(["b"])


def test_ctrl_c_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt), guarded():
        raise KeyboardInterrupt


def test_checked_ids_keep_their_values() -> None:
    ids_N = np.array([0, 3, 2])
    assert checked_ids(ids_N, 4).tolist() == [0, 3, 2] and checked_ids(ids_N, 4).dtype == np.int32
    assert checked_ids(ids_N[:0], 0).tolist() == []
