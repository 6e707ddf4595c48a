"""What a search varies: the options that it writes for the defaults give the model that no options give."""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping
from typing import Any

import pytest

from lstmcli.classification import search
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.options import from_options
from lstmcli.classification.train import job
from lstmcli.data.records import Record, Splits

optuna = pytest.importorskip("optuna")


def corpus(rows: int, words: int) -> Splits:
    """Texts of so many words, with two labels."""
    rng, letters = random.Random(1), "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(rng.choices(letters, k=5)) for _ in range(200)]
    records = [Record(" ".join([f"t{n}", *rng.choices(known, k=words)]), ("01"[n % 2],)) for n in range(rows)]
    return Splits(records[:-10], records[-10:], [], held_out=True, fingerprint="f")


def settled(splits: Splits, given: Mapping[str, Any]) -> ClassifierConfig:
    """The settings once the data are read."""
    made = job(splits, **from_options(given))
    for _ in made.prepare_data():
        pass
    return made.config


def same_by_options(splits: Splits, given: Mapping[str, Any]) -> tuple[ClassifierConfig, ClassifierConfig, Any]:
    """The settings of ``lstm train``, those by the options that a search has for them, and its trial of Optuna."""
    plain = settled(splits, given)
    usual = search.defaults(plain)
    trial = optuna.trial.FixedTrial(usual)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as for a default out of its range
        options = search.suggest(trial, given, usual)
    assert not options.keys() & given.keys()
    return plain, settled(splits, {**options, **given}), trial


@pytest.mark.parametrize(
    ("rows", "words", "given", "epochs", "characters"),
    [
        (100, 8, {}, 67, 5),  # 200 steps at least
        (100, 8, {"epochs": 20}, 20, 5),
        (100, 8, {"batch_size": 8, "patience": 2}, 17, 5),
        (100, 8, {"size": "60k"}, 67, 5),
        (100, 8, {"size": "400k", "embedding": 100}, 67, 5),
        (100, 8, {"ngrams": 0}, 67, 0),
        (1500, 250, {}, 11, 5),  # 2 million tokens per label at most
        (5100, 2, {}, 14, 0),  # texts enough to do without characters
    ],
)
def test_the_defaults_are_in_the_space(
    rows: int, words: int, given: dict[str, Any], epochs: int, characters: int
) -> None:
    plain, searched, trial = same_by_options(corpus(rows, words), given)
    assert (plain.train.epochs, plain.model.characters) == (epochs, characters)
    assert searched == plain
    assert not trial.params.keys() & given.keys()  # nothing is varied that is given


def test_what_other_options_settle_is_not_varied() -> None:
    usual = search.defaults(settled(corpus(100, 8), {}))
    assert "embedding" not in search.suggest(optuna.trial.FixedTrial(usual), {"vectors": "v.vec"}, usual)
    found = search.suggest(optuna.trial.FixedTrial(usual), {"init_from": ("lm",)}, usual)
    assert not found.keys() & {"embedding", "hidden", "min_count"}
    many = {**usual, "ngrams": 0}
    assert not search.suggest(optuna.trial.FixedTrial(many), {}, many).keys() & {"ngrams", "characters"}
