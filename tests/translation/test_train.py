"""Training runs of a translator: checks of the data, defaults, time limit, resuming."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lstmcli as lstm
from lstmcli.errors import DataError, UsageError
from lstmcli.training.events import Event, Step, Validated, Warned
from lstmcli.translation import reserve
from lstmcli.translation.config import TranslatorConfig, TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts
from lstmcli.translation.defaults import resolve_tokenizer, resolve_training
from lstmcli.translation.events import PairsRead, TranslatorEvaluated
from support.translators import SMALL, backwards


def trained(pairs: Any, place: Path, **options: Any) -> list[Event]:
    events: list[Event] = []
    lstm.train(pairs, output=place, on_event=events.append, **{**SMALL, **options})
    return events


def weights(place: Path) -> bytes:
    return (place / "model.safetensors").read_bytes()


def test_a_run_says_what_it_read_and_how_well_it_did(tmp_path: Path) -> None:
    events = trained(backwards(120), tmp_path / "m", test=backwards(20, seed=9))
    (read,) = (event for event in events if isinstance(event, PairsRead))
    assert read.tokenizer == "char" and [check.split for check in read.splits] == ["train", "valid", "test"]
    assert "translation from 'target'" in read.line()
    reports = {event.split: event.report for event in events if isinstance(event, TranslatorEvaluated)}
    assert reports["test"].pairs == 20 and reports["valid"].perplexity > 1
    config = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))
    assert config["task"] == "translate" and set(config["metrics"]) == {"valid", "test"}
    assert config["translator"]["read"]["target_column"] == "target"
    assert config["translator"]["train"]["metric"] == "chrf"
    card = (tmp_path / "m" / "README.md").read_text(encoding="utf-8")
    assert "# A translator" in card and "from `source` to `target`" in card


def test_the_same_seed_gives_the_same_weights_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trained(backwards(120), tmp_path / name, seed=seed)
    assert weights(tmp_path / "a") == weights(tmp_path / "b") != weights(tmp_path / "c")


@pytest.mark.parametrize("after", [1, 4, 7])
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(tmp_path: Path, after: int) -> None:
    options = {"epochs": 3, "layers": 2, "label_smoothing": 0.1, "batch_tokens": 256}
    trained(backwards(200), tmp_path / "whole", **options)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    trained(backwards(200), tmp_path / "parts", stop=stop, checkpoint_every=3600.0, **options)
    assert weights(tmp_path / "parts") != weights(tmp_path / "whole")
    trained(backwards(200), tmp_path / "parts", resume=True, **options)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_an_epoch_that_ends_before_its_first_step_is_not_validated_again(tmp_path: Path) -> None:
    seen: list[Event] = []

    def stop() -> bool:
        return any(isinstance(event, Validated) for event in seen)

    lstm.train(backwards(120), output=tmp_path / "m", on_event=seen.append, stop=stop, **{**SMALL, "epochs": 3})
    assert [event.epoch for event in seen if isinstance(event, Validated)] == [1]


def test_a_limit_of_time_ends_a_run(tmp_path: Path) -> None:
    events = trained(backwards(120), tmp_path / "m", epochs=None, time=0.5)
    assert any(isinstance(event, Step) for event in events)
    assert any(isinstance(event, Validated) for event in events)


NETWORKS: list[dict[str, Any]] = [{"attention": "additive"}, {"input_feeding": True}, {"cell": "gru"}, {"untied": True}]


@pytest.mark.parametrize("option", NETWORKS, ids=str)
def test_options_of_the_network_reach_it(tmp_path: Path, option: dict[str, Any]) -> None:
    trained(backwards(60), tmp_path / "m", **option)
    model = lstm.load(tmp_path / "m").directory.settings.model
    ((name, value),) = option.items()
    assert (not model.tied) if name == "untied" else getattr(model, name) == value


@pytest.mark.parametrize("metric", ["bleu", "chrf", "loss"])
def test_the_metric_chooses_the_epoch(tmp_path: Path, metric: str) -> None:
    events = trained(backwards(100), tmp_path / "m", metric=metric, epochs=2)
    values = [event for event in events if isinstance(event, Validated)]
    assert {event.metric for event in values} == {metric}
    best = min if metric == "loss" else max
    assert values[-1].best == best(event.value for event in values)


def test_pairs_with_an_empty_side_or_too_many_tokens_are_left_out_and_counted(tmp_path: Path) -> None:
    pairs = backwards(100)
    pairs["target"][3] = ""
    pairs["source"][5] = "  "
    pairs["source"][7] = "a b c d e f " * 40
    pairs["target"][8] = "abc " * 250_000  # a megabyte
    events = trained(pairs, tmp_path / "m", max_tokens=20)
    said = [event.message for event in events if isinstance(event, Warned)]
    assert any("2 pairs have an empty side" in message for message in said)
    assert any("2 pairs with more than 20 tokens" in message for message in said)


def test_copies_are_said(tmp_path: Path) -> None:
    pairs = backwards(60)
    events = trained({"source": pairs["source"], "target": pairs["source"]}, tmp_path / "m")
    assert any("both sides are the same text" in event.message for event in events if isinstance(event, Warned))


def test_pairs_without_any_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few pairs"):
        trained({"source": ["a", "b", "c"], "target": ["", "", ""]}, tmp_path / "m")


@pytest.mark.parametrize("wrong", [{"hidden": 7}, {"attention": "dots"}, {"metric": "f1"}, {"mode": "document"}])
def test_wrong_settings_are_refused_before_anything_is_read(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        trained(backwards(60), tmp_path / "m", **wrong)


def test_defaults_depend_on_the_size_of_the_data() -> None:
    few, many = (resolve_training(TranslatorConfig(), tokens, 9.0).train for tokens in (10_000, 5_000_000))
    assert (few.batch_tokens, few.epochs, few.metric) == (256, 100, "bleu")
    assert (many.batch_tokens, many.epochs) == (2048, 3)
    assert resolve_training(TranslatorConfig(), 1000, 1.0).train.metric == "chrf"


def test_few_characters_are_tokens_and_many_make_pieces() -> None:
    german, english = ["Ein Mann geht.", "Zwei Hunde bellen laut."], ["A man walks.", "Two dogs bark loudly."]
    few = resolve_tokenizer(TranslatorTokenizerConfig(), Texts(german, english))
    assert (few.kind, few.source_tokenizer) == ("char", "joint")
    apart = resolve_tokenizer(TranslatorTokenizerConfig(), Texts(german * 4000, english * 4000))
    assert (apart.kind, apart.source_tokenizer) == ("bpe", "bpe") and apart.vocab_size and apart.source_vocab_size
    alike = resolve_tokenizer(
        TranslatorTokenizerConfig(), Texts(english * 4000, [f"{text} Yes." for text in english] * 4000)
    )
    assert (alike.kind, alike.source_tokenizer, alike.source_vocab_size) == ("bpe", "joint", None)
    chinese = resolve_tokenizer(
        TranslatorTokenizerConfig(), Texts(english * 6000, ["一个人在走。", "两只狗在叫。"] * 6000)
    )
    assert (chinese.kind, chinese.source_tokenizer) == ("char", "bpe")


@pytest.mark.parametrize(("kind", "source"), [("word", "word"), ("char", "bpe"), ("bpe", "char"), ("word", "joint")])
def test_each_side_may_have_a_tokenizer_of_its_own(tmp_path: Path, kind: str, source: str) -> None:
    place = tmp_path / "m"
    events = trained(backwards(80), place, tokenizer=kind, source_tokenizer=source, min_count=1, vocab_size=400)
    (read,) = (event for event in events if isinstance(event, PairsRead))
    own = place / "source-tokenizer.json"
    assert own.exists() == (source != "joint") and read.source_tokenizer == (source if own.exists() else None)
    model = lstm.load(place, threads=1)
    assert (model.sides.source is model.sides.target) == (source == "joint")
    config = json.loads((place / "config.json").read_text(encoding="utf-8"))
    assert config["translator"]["model"]["copies"] == (kind == "word")
    card = (place / "README.md").read_text(encoding="utf-8")
    assert (f"one of its own for the source ({source})" in card) == own.exists()
    assert len(model.translate(["abc", "f"])) == 2
    trained(backwards(80), place, force=True)  # a directory with two tokenizers may be replaced


def test_a_size_of_a_vocabulary_that_is_shared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="source-vocab-size"):
        trained(backwards(60), tmp_path / "m", source_tokenizer="joint", source_vocab_size=300)


def test_the_time_limit_is_for_the_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation, reports, graph and saving have their time reserved before training."""
    budgets = []

    def watched(budget: Any, *arguments: Any, **more: Any) -> None:
        real(budget, *arguments, **more)
        budgets.append(budget)

    real = reserve.reserve
    monkeypatch.setattr(reserve, "reserve", watched)
    trained(backwards(60), tmp_path / "m", epochs=None, time="1s")
    (budget,) = budgets
    assert budget.whole and budget.validation > 0 and {"reports", "graph", "saving"} <= set(budget.after)
    assert budget.needed > budget.after["reports"] > 0


def test_one_language_twice_is_said(tmp_path: Path) -> None:
    pairs = backwards(40)
    lines = [",".join(row) for row in zip(pairs["source"], pairs["target"], strict=True)]
    (tmp_path / "pairs.csv").write_text("\n".join(["de,de", *lines]) + "\n", encoding="utf-8")
    events = trained(tmp_path / "pairs.csv", tmp_path / "m")
    said = [event.message for event in events if isinstance(event, Warned)]
    assert any("are both named as de" in message for message in said)
    events = trained(pairs, tmp_path / "other")
    assert not any("both named" in event.message for event in events if isinstance(event, Warned))
