"""What "auto" comes to for texts of different sorts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from lstmcli.errors import DataError
from lstmcli.tokenization.auto import infer_tokenizer_config, is_tokenized
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.stream_encoder import StreamEncoder

AUTO = LmTokenizerConfig()
PROSE = ["It was cold, he said.", "Mr. Lee paid $1,000.50; she left!", ""]
SPACED = ["It was cold , he said .", "Mr. Lee paid 1,000 ; she left !", ""]


@pytest.mark.parametrize(
    ("lines", "tokenised"),
    [
        (PROSE, False),
        (SPACED, True),
        (["mr. <unk> is chairman of <unk> n.v."], True),
        (["我 喜欢 这 部 电影 。", "好 ， 走 吧 。"], True),
        (["我喜欢这部电影。", "好，走吧。"], False),
        (["the <unk> tag, as they call it,"] + ["was never used, it seems."] * 500, False),
        (["html has no <unk>, ever", "x, y"], False),
        (["names", "without", "marks"], False),
        (["Wait...", "what . . .", "no, nothing"], False),
        (["a . b , c"], True),
        ([], False),
        ([""], False),
    ],
)
def test_whether_a_text_is_tokenised(lines: list[str], tokenised: bool) -> None:
    assert is_tokenized(lines) is tokenised


def test_prose_is_a_document_of_pieces() -> None:
    assert infer_tokenizer_config(AUTO, PROSE) == replace(
        AUTO, kind="bpe", words="text", mode="document", vocab_size=512
    )


def test_tokenised_text_is_words_line_by_line() -> None:
    assert infer_tokenizer_config(AUTO, SPACED) == replace(
        AUTO, kind="word", words="spaces", mode="lines", vocab_size=None
    )


def test_rows_of_a_table_are_texts_of_their_own() -> None:
    assert infer_tokenizer_config(AUTO, PROSE, table=True).mode == "lines"


def test_what_was_asked_for_stays() -> None:
    asked = LmTokenizerConfig(kind="char", words="text", mode="lines", min_count=3, lowercase=True)
    assert infer_tokenizer_config(asked, SPACED) == asked
    asked = LmTokenizerConfig(kind="bpe", mode="document", vocab_size=1000)
    assert infer_tokenizer_config(asked, SPACED) == replace(asked, words="spaces")
    assert infer_tokenizer_config(LmTokenizerConfig(words="spaces"), PROSE).kind == "word"
    assert infer_tokenizer_config(LmTokenizerConfig(kind="word"), PROSE).words == "text"


@pytest.mark.parametrize(("characters", "size"), [(10, 512), (250_000, 1000), (1_000_000, 4000), (10**9, 16_000)])
def test_the_vocabulary_grows_with_the_text(characters: int, size: int) -> None:
    assert infer_tokenizer_config(AUTO, PROSE, characters).vocab_size == size
    assert infer_tokenizer_config(replace(AUTO, kind="char"), PROSE, characters).vocab_size is None


def test_a_unigram_vocabulary_has_room_for_every_character() -> None:
    lines = ["".join(map(chr, range(0x4E00, 0x4E00 + 2000)))]
    config = infer_tokenizer_config(replace(AUTO, kind="unigram"), lines)
    assert config.vocab_size is not None and config.vocab_size > 4000
    assert not StreamEncoder.train(lines, config).unknown(StreamEncoder.train(lines, config).encode(lines)[0]).any()


@pytest.mark.parametrize("kind", ["spaces", "text", "bpe", "unigram", "char", "byte"])
def test_a_tokenizer_of_another_language_model_is_known_again(kind: str, tmp_path: Path) -> None:
    asked = replace(AUTO, kind="word", words=kind) if kind in ("spaces", "text") else replace(AUTO, kind=kind)
    path = tmp_path / "tokenizer.json"
    first = StreamEncoder.train(PROSE, infer_tokenizer_config(replace(asked, lowercase=True, vocab_size=None), PROSE))
    path.write_text(first.to_json(), encoding="utf-8")
    config = infer_tokenizer_config(replace(AUTO, path=str(path)), SPACED * 2)
    assert (config.kind, config.words) == (first.config.kind, "spaces" if kind == "spaces" else "text")
    again = StreamEncoder.train([], replace(config, mode=first.config.mode))
    assert [ids.tolist() for ids in again.encode(PROSE)] == [ids.tolist() for ids in first.encode(PROSE)]
    assert again.decode([5, 3, 4]) == first.decode([5, 3, 4])


def test_a_tokenizer_from_elsewhere_has_its_nearest_kind(tmp_path: Path) -> None:
    for model, kind in (
        (models.WordLevel({"a": 0}, unk_token="a"), "word"),
        (models.WordPiece({"a": 0}, unk_token="a"), "word"),
        (models.BPE({"a": 0}, []), "bpe"),
        (models.Unigram([("a", -1.0)], 0, False), "unigram"),
    ):
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        path = tmp_path / "tokenizer.json"
        path.write_text(tokenizer.to_str())
        assert infer_tokenizer_config(replace(AUTO, path=str(path)), PROSE).kind == kind
    path.write_text("{}")
    with pytest.raises(DataError, match="not a Hugging Face tokenizer"):
        infer_tokenizer_config(replace(AUTO, path=str(path)), PROSE)
