"""Language models from text to a directory: what is said on the way, what is written, and that it means the same
to anyone who reads the weights."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn
from torch.nn import functional

from lstmcli.cells import CELLS
from lstmcli.data.config import ReadConfig
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, NoDataError, OutputError, UsageError
from lstmcli.language_modeling.config import LmConfig, LmModelConfig, LmTrainConfig
from lstmcli.language_modeling.events import CorpusRead, LmEvaluated, Quantised
from lstmcli.language_modeling.train import job
from lstmcli.model_dir.directory import read_model
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.training import events
from lstmcli.training.events import Event
from lstmcli.training.run import train

LINES = [f"the {a} {b} <unk> the {c} , said the {a} ." for a in "abcd" for b in "efgh" for c in "ijkl"] * 4
CONFIG = LmConfig(
    model=LmModelConfig(embedding=8, hidden=12),
    train=LmTrainConfig(epochs=2, batch_size=4, bptt=10, threads=1, device="cpu"),
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


def trained(
    source: Path, target: Path, config: LmConfig = CONFIG, alphabet_config: LmConfig | None = None, **options: object
) -> list[Event]:
    given = {"valid": None, "test": None, "valid_fraction": None, "seed": 1, "labelled": False}
    splits = load_splits(str(source), ReadConfig(), **(given | options))  # type: ignore[arg-type]
    return list(train(job(splits, config, alphabet_config), target))


def only(found: Iterable[Event], kind: type) -> list[object]:
    return [event for event in found if isinstance(event, kind)]


def test_the_whole_path(text: Path, tmp_path: Path) -> None:
    found = trained(text, tmp_path / "m", test=str(text))
    kinds = [type(event).__name__ for event in found if type(event).__name__ not in ("Step", "Validated", "Sampled")]
    assert kinds == ["CorpusRead", "RunPlanned", "Stopped", "LmEvaluated", "LmEvaluated", "Quantised", "Saved"]
    corpus = only(found, CorpusRead)[0]
    assert isinstance(corpus, CorpusRead)
    assert (corpus.tokenizer, corpus.mode) == ("word", "lines")
    tokens = {check.name: check.tokens for check in corpus.splits}
    assert tokens["test"] == sum(len(line.split()) + 1 for line in LINES) == tokens["train"] + tokens["valid"]
    model = read_model(tmp_path / "m", task=LANGUAGE_MODELING)
    model.verify()
    assert model.settings.model == CONFIG.model and model.settings.tokenizer.mode == "lines"
    assert set(model.config["files"]) == {"model.safetensors", "tokenizer.json", "model.onnx"}
    assert model.config["int8"] is True
    log = [json.loads(line)["event"] for line in (tmp_path / "m" / "log.jsonl").read_text().splitlines()]
    assert log[0] == "corpus_read" and log[-1] == "quantised"


@pytest.mark.parametrize(("kind", "hidden"), [("char", 16), ("byte", 16), ("word", 12)])
def test_letters_have_a_config_of_their_own(text: Path, tmp_path: Path, kind: str, hidden: int) -> None:
    config = replace(CONFIG, tokenizer=LmTokenizerConfig(kind=kind))
    other = replace(config, model=replace(CONFIG.model, hidden=16, tied=False))
    trained(text, tmp_path / "m", config, other)
    assert read_model(tmp_path / "m", task=LANGUAGE_MODELING).settings.model.hidden == hidden


def test_a_run_goes_on_with_the_config_that_it_chose_only(text: Path, tmp_path: Path) -> None:
    """Letters that were read by the one config are not read on by the other."""
    config = replace(CONFIG, tokenizer=LmTokenizerConfig(kind="char"))
    other = replace(config, model=replace(CONFIG.model, hidden=16))
    splits = load_splits(str(text), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1, labelled=False)
    run = train(job(splits, config), tmp_path / "m", checkpoint_every=0.0)
    next(event for event in run if isinstance(event, events.Validated))
    run.close()  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"other settings: --hidden"):
        list(train(job(splits, config, other), tmp_path / "m", resume=True))


def test_anyone_can_recompute_the_perplexity(text: Path, tmp_path: Path) -> None:
    found = trained(text, tmp_path / "m", test=str(text))
    report = only(found, LmEvaluated)[-1]
    assert isinstance(report, LmEvaluated)
    weights = {name: torch.from_numpy(value) for name, value in load_file(tmp_path / "m" / "model.safetensors").items()}
    words = json.loads((tmp_path / "m" / "tokenizer.json").read_text())["model"]["vocab"]
    ids = [0] + [i for line in LINES for i in [*(words[word] for word in line.split()), 0]]
    h = functional.embedding(torch.tensor(ids[:-1]), weights["embedding"])
    for layer in range(2):
        own = {name: weights[f"stack.layers.{layer}.0.{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh")}
        lstm = nn.LSTM(own["w_ih"].shape[1], own["w_hh"].shape[1])
        lstm.load_state_dict({f"{'weight' if n[0] == 'w' else 'bias'}{n[1:]}_l0": value for n, value in own.items()})
        h = lstm(h)[0]
    logits = h @ weights["embedding"].T + weights["decoder.bias"]
    nats = functional.cross_entropy(logits, torch.tensor(ids[1:])).item()
    assert report.report.perplexity == pytest.approx(math.exp(nats), rel=1e-4)
    assert report.report.bits_per_byte == pytest.approx(
        nats * (len(ids) - 1) / math.log(2) / len(text.read_bytes()), rel=1e-4
    )


def test_of_a_large_vocabulary_a_step_computes_a_sample(tmp_path: Path) -> None:
    text = tmp_path / "many.txt"
    words = ["".join(letters) for letters in islice(product("abcdefghijklmnopqr", repeat=3), 5000)]
    lines = (f"{words[n % 5000]} of {words[n * 7 % 5000]}\n" for n in range(15_000))
    text.write_text("".join(lines), encoding="utf-8")
    tokenizer = LmTokenizerConfig(kind="word")
    one = replace(CONFIG, tokenizer=tokenizer, train=replace(CONFIG.train, epochs=1, batch_size=20))
    trained(text, tmp_path / "m", one)
    assert read_model(tmp_path / "m").settings.train.softmax_words == 2_000
    whole = replace(one, train=replace(one.train, softmax_words=0))
    trained(text, tmp_path / "w", whole)
    sampled, exact = (read_model(tmp_path / name).config["metrics"]["valid"]["perplexity"] for name in "mw")
    assert 10 < sampled < 1.1 * exact
    adaptive = LmModelConfig(embedding=8, hidden=12, tied=False, softmax="adaptive")
    with pytest.raises(UsageError, match="--softmax-words applies to a full softmax"):
        trained(text, tmp_path / "a", replace(one, model=adaptive, train=replace(one.train, softmax_words=9)))


def test_the_same_seed_gives_the_same_weights(text: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trained(text, tmp_path / name, replace(CONFIG, train=replace(CONFIG.train, seed=seed)))
    a, b, c = ((tmp_path / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


def test_the_rows_of_a_table_are_texts_of_their_own(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text\n" + "\n".join(f'"Row {i}, in short."' for i in range(300)), encoding="utf-8")
    corpus = only(trained(table, tmp_path / "m"), CorpusRead)[0]
    assert isinstance(corpus, CorpusRead) and (corpus.mode, corpus.tokenizer) == ("lines", "bpe")


@pytest.mark.parametrize("kind", ["char", "byte", "unigram", "word"])
def test_every_tokenizer(text: Path, tmp_path: Path, kind: str) -> None:
    config = replace(CONFIG, tokenizer=LmTokenizerConfig(kind=kind, words="text", mode="document"))
    saved = trained(text, tmp_path / "m", config)[-1]
    assert isinstance(saved, events.Saved)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "lstm"])
def test_other_cells_have_no_int8(text: Path, tmp_path: Path, cell: str) -> None:
    trained(text, tmp_path / "m", replace(CONFIG, model=replace(CONFIG.model, cell=cell, weight_drop=0.2)))
    model = read_model(tmp_path / "m")
    assert model.config["int8"] is False
    assert model.config["architecture"].startswith(CELLS[cell].title)


def test_int8_that_costs_too_much_is_left_out(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.language_modeling.train.MAX_INT8_COST", -1.0)
    found = only(trained(text, tmp_path / "m"), Quantised)[0]
    assert isinstance(found, Quantised) and not found.kept
    assert found.int8 == pytest.approx(found.exact, abs=0.05)
    assert read_model(tmp_path / "m").config["int8"] is False


def test_too_little_text(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("word\n")
    with pytest.raises(NoDataError, match="too little"):
        trained(tmp_path / "t.txt", tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_a_model_that_is_there_stays(text: Path, tmp_path: Path) -> None:
    trained(text, tmp_path / "m")
    before = (tmp_path / "m" / "model.safetensors").read_bytes()
    with pytest.raises(OutputError, match="already"):
        trained(text, tmp_path / "m")
    assert (tmp_path / "m" / "model.safetensors").read_bytes() == before


def test_a_time_limit_sets_the_epochs(text: Path, tmp_path: Path) -> None:
    config = replace(CONFIG, train=replace(CONFIG.train, epochs=None, time_limit=1.0))
    found = trained(text, tmp_path / "m", config)
    planned = only(found, events.RunPlanned)[0]
    assert isinstance(planned, events.RunPlanned) and planned.epochs >= 1
    assert np.isfinite(only(found, events.Stopped)[0].seconds)  # type: ignore[attr-defined]
    stored = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))["lm"]["train"]
    assert (stored["alpha"], stored["beta"]) == ((2.0, 1.0) if planned.epochs >= 16 else (0.0, 0.0))


def test_ids_that_are_cut_short_while_they_are_read(text: Path, tmp_path: Path) -> None:
    splits = load_splits(str(text), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1, labelled=False)
    run = train(job(splits, CONFIG), tmp_path / "m")
    next(event for event in run if isinstance(event, events.Step))
    (path, *_) = sorted((tmp_path / "cache").glob("*.ids"))
    path.write_bytes(b"")
    with pytest.raises(DataError, match="truncated while it was in use"):
        list(run)
    assert not (tmp_path / "m").exists()


def test_a_text_that_changes_between_two_readings(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.tokenization.stream_encoder import StreamEncoder

    real = StreamEncoder.train

    def meanwhile(*arguments: object) -> StreamEncoder:
        made = real(*arguments)  # type: ignore[arg-type]
        text.write_text("\n".join(LINES[::-1]) + "\n", encoding="utf-8")
        return made

    monkeypatch.setattr(StreamEncoder, "train", meanwhile)
    with pytest.raises(DataError, match=f"{text}: the text changed while it was being read"):
        trained(text, tmp_path / "m")
    assert not (tmp_path / "m").exists() and not list((tmp_path / "cache").iterdir())
