"""A language model for programs answers as the commands do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.errors import DataError, NoDataError, UsageError
from lstmcli.language_modeling.predict import LanguageModel
from support.lm_models import untrained_lm

TEXTS = ["the cat sat", "a dog\nthe mat", ""]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LanguageModel]:
    place = tmp_path_factory.mktemp("lm")
    return {kind: LanguageModel(untrained_lm(place / kind, kind), threads=1) for kind in ("words", "bpe", "char")}


def said(*arguments: str) -> Any:
    found = CliRunner().invoke(app, [*arguments, "--threads=1", "--format=json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


KINDS = pytest.mark.parametrize("kind", ["words", "bpe", "char"])


@KINDS
def test_figures_are_those_of_the_command(kind: str, models: dict[str, LanguageModel]) -> None:
    lm = models[kind]
    wanted = said("perplexity", "-m", str(lm.path), *(f"--text={text}" for text in TEXTS))
    found = lm.perplexity(TEXTS).to_dict()
    for name in ("tokens", "words", "chars", "lines", "oov", "reading"):
        assert found[name] == wanted[name], name
    assert found["nats"] == pytest.approx(wanted["nats"], rel=1e-5)


@KINDS
@pytest.mark.parametrize("per", ["line", "word", "token", "char"])
def test_rows_are_those_of_the_command(kind: str, per: str, models: dict[str, LanguageModel]) -> None:
    lm, text = models[kind], "the cat sat\na dog"
    wanted = said("perplexity", "-m", str(lm.path), f"--text={text}", f"--per={per}")
    found = lm.surprisal(text, per=per)
    assert [(row.text, row.line) for row in found] == [(row["text"], row["line"]) for row in wanted]
    assert [row.surprisal for row in found] == pytest.approx([row["surprisal"] for row in wanted], abs=1e-3)


def test_rows_of_several_texts_have_the_number_of_the_text(models: dict[str, LanguageModel]) -> None:
    for lm in models.values():
        rows = lm.surprisal(TEXTS, per="word")
        assert {row.line for row in rows} == {1, 2, 3}
        assert [row.text for row in rows if row.line == 1][:-1] == ["the", "cat", "sat"]


def test_a_text_costs_the_same_whatever_stands_beside_it(models: dict[str, LanguageModel]) -> None:
    for lm in models.values():
        alone = lm.surprisal(TEXTS[1])
        beside = [row for row in lm.surprisal(TEXTS) if row.line == 2]
        assert [r.surprisal for r in alone] == pytest.approx([r.surprisal for r in beside], abs=1e-4)


def test_options_are_those_of_the_command(models: dict[str, LanguageModel]) -> None:
    lm = models["words"]
    adapted = lm.perplexity("the cat sat on the mat", cache=5, cache_theta=1.0)
    assert adapted.before is not None and adapted.nats != adapted.before.nats
    assert lm.perplexity(["thecat sat"], segments=True).words == 2
    assert lm.perplexity("The Cat", match_corpus=True).oov <= lm.perplexity("The Cat").oov
    assert models["bpe"].perplexity("a b\nc", lines=True).reading == "lines"
    assert lm.perplexity("a b\nc", stream=True).reading == "stream"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cach": 3}, "perplexity has no option 'cach'"),
        ({"stream": True, "lines": True}, "contradict each other"),
        ({"cache_theta": 0.5}, "cache_theta needs cache"),
        ({"cache": 3, "adapt": True}, "cache and adapt contradict each other"),
        ({"cache": 3, "lines": True}, "cache and lines contradict each other"),
        ({"cache": "many"}, "cache cannot be 'many'"),
        ({"match_corpus": True, "segments": True}, "contradict each other"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], message: str, models: dict[str, LanguageModel]) -> None:
    with pytest.raises(UsageError, match=message):
        models["words"].perplexity("the cat", **options)


def test_what_cannot_be_scored_is_named(models: dict[str, LanguageModel]) -> None:
    lm = models["words"]
    with pytest.raises(UsageError, match="per must be one of"):
        lm.surprisal("the cat", per="syllable")
    with pytest.raises(UsageError, match="match_corpus is for models of words"):
        models["bpe"].perplexity("the cat", match_corpus=True)
    for empty in ([], iter(())):
        with pytest.raises(NoDataError):
            lm.perplexity(empty)
        with pytest.raises(NoDataError):
            lm.surprisal(empty)
    with pytest.raises(DataError, match="row 2"):
        lm.perplexity(["a", {}])


def test_texts_are_those_of_the_command(models: dict[str, LanguageModel]) -> None:
    lm = models["words"]
    wanted = said("generate", "-m", str(lm.path), "the cat", "-n3", "--seed=5", "--max-tokens=8", "--engine=onnx")
    exact = LanguageModel(lm.path, threads=1, engine="onnx")
    found = exact.generate("the cat", n=3, seed=5, max_tokens=8)
    assert [text.text for text in found] == [text["text"] for text in wanted]
    assert [text.sample for text in found] == [0, 1, 2]


def test_several_prompts_are_answered_in_order(models: dict[str, LanguageModel]) -> None:
    lm = models["bpe"]
    found = lm.generate(["the", "a cat"], n=2, seed=3, max_tokens=4)
    assert [(text.prompt, text.sample) for text in found] == [("the", 0), ("the", 1), ("a cat", 0), ("a cat", 1)]
    assert lm.generate([]) == ()
    assert len(lm.generate("the", beams=3, n_best=2, max_tokens=3)) == 2


def test_an_unknown_prompt_is_said(models: dict[str, LanguageModel], caplog: pytest.LogCaptureFixture) -> None:
    models["words"].generate("zzz qqq", max_tokens=2)
    assert "the model knows nothing of the prompt" in caplog.text


def test_a_stream_is_the_text_in_pieces(models: dict[str, LanguageModel]) -> None:
    for lm in models.values():
        whole = lm.generate("the", seed=1, max_tokens=10, stop="zzz")[0].text
        assert "".join(lm.stream("the", seed=1, max_tokens=10)) == whole
    with pytest.raises(UsageError, match="a stream is one text"):
        models["bpe"].stream("the", samples=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temprature": 1}, "generate has no option 'temprature'"),
        ({"temperature": "hot"}, "temperature cannot be 'hot'"),
        ({"top_k": 0}, "top_k must be at least 1"),
        ({"n_best": 2}, "n_best is for beam search"),
        ({"n": 0}, "the number of samples must be at least 1"),
        ({"max_tokens": 0}, "max_tokens must be at least 1"),
    ],
)
def test_wrong_options_of_generating_are_named(
    options: dict[str, Any], message: str, models: dict[str, LanguageModel]
) -> None:
    with pytest.raises(UsageError, match=message):
        models["words"].generate("the", **options)


def test_eight_bits_generate_and_score_exactly(models: dict[str, LanguageModel], tmp_path: Path) -> None:
    lm = LanguageModel(models["words"].path, engine="int8", threads=1)
    assert lm.perplexity("the cat").nats == models["words"].perplexity("the cat").nats
    assert lm.generate("the", max_tokens=3, seed=1)
