"""What becomes of the rows that were held out, once validation has had its say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.events import Calibrated, CharactersFitted, NgramsFitted, ThresholdsFitted
from lstmcli.classification.load import read_encoder, read_weights, trained_weights
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
    from lstmcli.classification.predict import Classifier

    for name, held_out in (("a", True), ("b", False)):
        trained(tmp_path / name, held_out=held_out, test=VALID)
        p_NC = Classifier(tmp_path / name, threads=1).probabilities([record.text for record in VALID])
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


def test_the_character_model_is_trained_scaled_fitted_again_and_stored(tmp_path: Path) -> None:
    from lstmcli.classification.predict import Classifier

    told = trained(tmp_path / "m", held_out=True)
    fitted = [event for event in told if isinstance(event, CharactersFitted)]
    assert [event.valid_accuracy is None for event in fitted] == [False, True]
    (calibrated,) = (event for event in told if isinstance(event, Calibrated))
    assert calibrated.characters != 1, "two rows of validation move its scale a little; no word of theirs is known"
    assert calibrated.ngrams == pytest.approx(1, abs=0.2) and calibrated.characters == pytest.approx(1, abs=0.2)
    model = Classifier(tmp_path / "m", threads=1)
    assert model.directory.settings.model.characters == 5
    assert model.predict(["reddish", "greenish"]) == ["1", "0"], "words that the vocabulary lacks"


def test_a_model_without_characters_is_calibrated_by_its_temperature_alone(tmp_path: Path) -> None:
    config = replace(CONFIG, model=replace(CONFIG.model, characters=0))
    told = list(train(job(Splits(TRAIN, VALID, [], held_out=True), config), tmp_path / "m", stop=lambda: False))
    assert not any(isinstance(event, CharactersFitted) for event in told)
    assert [(e.ngrams, e.characters) for e in told if isinstance(e, Calibrated)] == [(1.0, 1.0)]
    assert not any(name.startswith("characters") for name in load_file(tmp_path / "m" / NGRAMS))


def test_characters_alone_and_several_labels(tmp_path: Path) -> None:
    from lstmcli.classification.predict import Classifier

    config = replace(CONFIG, model=replace(CONFIG.model, characters=4, ngrams=0))
    both = [Record("red green day", ("0", "1")), Record("a day", ())]
    splits = Splits([*TRAIN, *both], [*VALID, *both], [], held_out=True, multilabel=True)
    told = list(train(job(splits, config), tmp_path / "m", stop=lambda: False))
    model = Classifier(tmp_path / "m", threads=1)
    (fitted,) = (event.fitted for event in told if isinstance(event, ThresholdsFitted))
    assert model.thresholds == fitted.thresholds == tuple(model.directory.config["calibration"]["thresholds"])
    assert model.directory.config["metrics"]["valid"]["micro_f1"] == pytest.approx(fitted.micro)
    assert model.ensemble.ngrams is None and model.ensemble.characters is not None
    p_NC = model.predict_proba(["reddish", "greenish", ""])
    assert p_NC[0, 1] > p_NC[1, 1] and p_NC[1, 0] > p_NC[0, 0]


@pytest.mark.parametrize("size", [None, 200_000])
def test_the_offset_of_a_rare_label_is_part_of_the_answer_not_of_what_was_trained(
    size: int | None, tmp_path: Path
) -> None:
    from lstmcli.classification.predict import Classifier

    rows = [*TRAIN[:20], *TRAIN[21:40:2]]  # of label 1 twice as many as of label 0
    config = replace(CONFIG, model=replace(CONFIG.model, size=size))
    splits = Splits(rows, VALID, [*VALID, *TRAIN[20:30]])
    list(train(job(splits, config), tmp_path / "m"))
    model = read_model(tmp_path / "m")
    scale, offsets = model.config["calibration"]["scale"], model.config["calibration"]["offsets"]
    assert offsets == pytest.approx([0.15 * np.log(2), -0.15 * np.log(2)])
    encoder = read_encoder(model)
    answering, as_trained = (read(model, encoder)["head.bias"] for read in (read_weights, trained_weights))
    assert answering - as_trained == pytest.approx(np.array(offsets) / scale, rel=1e-3)
    report = Classifier(tmp_path / "m", threads=1).report(splits.test)
    assert report.loss == pytest.approx(model.config["metrics"]["test"]["loss"], abs=1e-5)


def test_balanced_classes_have_no_offsets(tmp_path: Path) -> None:
    config = replace(CONFIG, train=replace(CONFIG.train, class_weights="balanced"))
    list(train(job(Splits(TRAIN[:31], VALID, []), config), tmp_path / "m"))
    assert "offsets" not in read_model(tmp_path / "m").config["calibration"]
