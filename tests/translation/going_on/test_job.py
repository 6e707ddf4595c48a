"""Whole runs that go on from a translator."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import read_model
from lstmcli.model_dir.info import info
from lstmcli.training.events import Event, Resumed, Warned
from lstmcli.training.going_on.events import Grown, Kept
from lstmcli.translation.data_check import Texts
from lstmcli.translation.going_on.growth import grown_sides, grown_weights
from lstmcli.translation.going_on.start import TranslatorGoingOn, going_on
from lstmcli.translation.load import read_sides, read_weights
from lstmcli.translation.network import load_translator
from support.translators import SMALL

HOW: dict[str, Any] = {**SMALL, "epochs": 2, "min_count": 1, "threads": 1, "device": "cpu"}
OLD, NEW = (
    {"eins": "one", "zwei": "two", "drei": "three", "vier": "four"},
    {"eins": "one", "zehn": "ten", "elf": "eleven"},
)


def write(path: Path, words: dict[str, str], rows: int = 60) -> Path:
    draws = random.Random(path.name)
    drawn = (draws.choices(list(words), k=1 + n % 6) for n in range(rows))
    lines = (f"{' '.join(row)} {n},{' '.join(map(words.__getitem__, row))} {n}" for n, row in enumerate(drawn))
    path.write_text("de,en\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``old.csv``, the model of it, and ``new.csv``."""
    folder = tmp_path_factory.mktemp("going-on")
    write(folder / "old.csv", OLD)
    write(folder / "new.csv", NEW)
    columns = {"text_column": "de", "target_column": "en"}
    lstmcli.train(str(folder / "old.csv"), output=folder / "model", tokenizer="word", **columns, **HOW).close()
    return folder


def run(place: Path, output: Path, **more: Any) -> list[Event]:
    seen: list[Event] = []
    how = {**HOW, "epochs": 1, **more}
    start = {"from_model": place / "model"}
    lstmcli.train(str(place / "new.csv"), output=output, on_event=seen.append, **start, **how).close()
    return seen


def test_old_pairs_are_replayed_and_both_are_judged(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m", replay=[str(place / "old.csv")])
    (grown,) = (event for event in seen if isinstance(event, Grown))
    assert grown.words >= 4 and grown.labels is None
    (kept,) = (event for event in seen if isinstance(event, Kept))
    old, new = kept.texts
    assert (old.text, new.text) == ("old", "new") and kept.exact
    assert set(old.before) == set(old.after) == {"bleu", "perplexity"}
    assert new.before["perplexity"] > old.before["perplexity"]
    assert "BLEU" in kept.line() and "may have learnt" not in kept.line()
    assert not any(isinstance(event, Warned) and "no old texts" in event.message for event in seen)
    found = info(tmp_path / "m")
    assert found.came_from["path"] == str(place / "model") and len(found.came_from["rows"]) == 2
    assert found.came_from["kept"]["texts"][1]["text"] == "new"
    assert "| goes on from | " in (Path(found.path) / "README.md").read_text(encoding="utf-8")


def test_old_pairs_in_two_files(place: Path, tmp_path: Path) -> None:
    rows = [row.split(",") for row in (place / "old.csv").read_text("utf-8").splitlines()[1:]]
    files = [tmp_path / "old.de", tmp_path / "old.en"]
    for file, side in zip(files, zip(*rows, strict=True), strict=True):
        file.write_text("\n".join(side) + "\n", "utf-8")
    seen = run(place, tmp_path / "m", replay=[str(files[0])], replay_target=[str(files[1])])
    (kept,) = (event for event in seen if isinstance(event, Kept))
    assert [judged.text for judged in kept.texts] == ["old", "new"] and kept.exact
    with pytest.raises(UsageError, match="2 files of replay, but 1 file of replay_target"):
        run(place, tmp_path / "n", replay=[str(files[0]), "x"], replay_target=[str(files[1])])


def test_without_old_pairs_it_is_said_that_the_loss_is_unknown(place: Path, tmp_path: Path) -> None:
    seen = run(place, tmp_path / "m")
    assert any(isinstance(event, Warned) and "no old texts" in event.message for event in seen)
    (kept,) = (event for event in seen if isinstance(event, Kept))
    assert [judged.text for judged in kept.texts] == ["new"]


def test_known_words_are_as_likely_in_a_grown_network(place: Path) -> None:
    import torch

    model = read_model(place / "model")
    old = read_sides(model)
    new = grown_sides(old, Texts(["eins zehn"], ["one ten"]))
    assert new.target.vocab_size > old.target.vocab_size
    counts_V = np.arange(new.target.vocab_size)
    weights = read_weights(model, old)
    grown = grown_weights(weights, new.source_vocab_size, counts_V)
    networks = (
        load_translator(weights, model.settings.model, old.target.vocab_size),
        load_translator(grown, model.settings.model, new.target.vocab_size),
    )
    source, target = torch.tensor([[3], [4]]), torch.tensor([[0], [3]])
    nats = []
    for network in networks:
        with torch.inference_mode():
            inside = torch.ones(2, 1, dtype=torch.bool)
            nats.append(network.loss(source, torch.tensor([2]), target, torch.tensor([[3], [4]]), inside)[1].item())
    assert nats[1] == pytest.approx(nats[0], abs=1e-5)


def test_options_that_contradict_the_model_are_refused(place: Path) -> None:
    with pytest.raises(UsageError, match="attention dot contradicts"):
        going_on({"from_model": place / "model", "attention": "dot"})
    found = going_on({"from_model": place / "model", "word_dropout": 0.3})["config"]
    assert (found.model.word_dropout, found.train.epochs, found.train.batch_tokens) == (0.3, None, None)
    assert read_model(place / "model").settings.train.metric == "bleu" and found.train.metric is None
    assert going_on({"from_model": place / "model", "metric": "loss"})["config"].train.metric == "loss"


def test_other_pairs_than_those_of_the_model_are_not_exact(place: Path) -> None:
    start = TranslatorGoingOn(read_model(place / "model"))
    splits = start.load(str(place / "new.csv"))
    start.add_rows(splits, start.load(str(place / "new.csv")))
    assert not start.exact


@pytest.mark.slow
def test_a_resumed_run_has_the_same_weights(place: Path, tmp_path: Path) -> None:
    how: dict[str, Any] = {"epochs": 3, "replay": [str(place / "old.csv")], "checkpoint_every": 0.0}
    run(place, tmp_path / "whole", **how)
    stop = iter([False] * 2)
    run(place, tmp_path / "parts", stop=lambda: next(stop, True), **how)
    seen = run(place, tmp_path / "parts", resume=True, **how)
    assert any(isinstance(event, Resumed) for event in seen)
    whole, parts = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts"))
    assert whole == parts
