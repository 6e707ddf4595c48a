"""What becomes of the rows that were held out, once validation has had its say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.events import NgramsFitted
from lstmcli.classification.ngrams.table import KEYS, ngram_keys
from lstmcli.classification.train import job
from lstmcli.data.records import Record, Splits
from lstmcli.model_dir.directory import NGRAMS, TOKENIZER, read_model
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training.events import Event
from lstmcli.training.run import train
from support.models import TINY

CONFIG = replace(TINY, train=ClassifierTrainConfig(epochs=1, threads=1))
TRAIN = [Record(f"red {n} day" if n % 2 else f"green {n} day", (str(n % 2),)) for n in range(40)]
VALID = [Record("red green day", ("1",)), Record("green red day", ("0",))]


def trained(output: Path, *, held_out: bool, stop: bool = False, **given: list[Record]) -> list[Event]:
    splits = Splits(TRAIN, VALID, given.get("test", []), held_out=held_out)
    return list(train(job(splits, CONFIG), output, stop=lambda: stop))


def knows(output: Path, text: str) -> bool:
    """Whether the table holds every n-gram of the text."""
    encoder = TextEncoder.from_json((output / TOKENIZER).read_text(), read_model(output).settings.tokenizer)
    keys, _ = ngram_keys(encoder.encode([text]), 2)
    return bool(np.isin(keys, load_file(output / NGRAMS)[KEYS].view(np.uint64)).all())


@pytest.mark.parametrize("held_out", [True, False])
def test_held_out_rows_join_the_ngrams_but_rows_given_for_validation_do_not(held_out: bool, tmp_path: Path) -> None:
    told = [event for event in trained(tmp_path / "m", held_out=held_out) if isinstance(event, NgramsFitted)]
    assert [event.valid_accuracy is None for event in told] == [False, True][: 1 + held_out]
    assert knows(tmp_path / "m", "red 3 day") and knows(tmp_path / "m", "red green") == held_out


def test_what_is_said_of_validation_is_said_of_a_model_that_has_not_seen_it(tmp_path: Path) -> None:
    for name, held_out in (("a", True), ("b", False)):
        trained(tmp_path / name, held_out=held_out)
    ours, theirs = (read_model(tmp_path / name) for name in ("a", "b"))
    assert (
        ours.config["metrics"] == theirs.config["metrics"]
        and ours.config["calibration"] == theirs.config["calibration"]
    )


def test_the_test_split_judges_the_model_that_is_saved(tmp_path: Path) -> None:
    from lstmcli.classification.classify import load_classifier

    for name, held_out in (("a", True), ("b", False)):
        trained(tmp_path / name, held_out=held_out, test=VALID)
        p_NC = load_classifier(tmp_path / name, threads=1).probabilities([record.text for record in VALID])
        right = float((p_NC.argmax(axis=1) == [1, 0]).mean())
        assert read_model(tmp_path / name).config["metrics"]["test"]["accuracy"] == right


def test_an_interrupted_run_does_not_keep_its_user_waiting(tmp_path: Path) -> None:
    told = trained(tmp_path / "m", held_out=True, stop=True)
    assert not [event for event in told if isinstance(event, NgramsFitted) and event.valid_accuracy is None]


def test_test_texts_whose_label_training_never_shows_count_as_wrong(tmp_path: Path) -> None:
    trained(tmp_path / "a", held_out=False, test=VALID)
    trained(tmp_path / "b", held_out=False, test=[*VALID, Record("a new kind of text", ("new",))] * 2)
    one, other = (read_model(tmp_path / name).config["metrics"]["test"] for name in "ab")
    assert (other["n"], other["unknown_labels"]) == (3 * len(VALID), len(VALID))
    assert other["accuracy"] == pytest.approx(one["accuracy"] * len(VALID) * 2 / other["n"])
    assert other["classes"][-1] == {"label": "new", "precision": 0, "recall": 0, "f1": 0, "support": 2}
