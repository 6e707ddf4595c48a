"""Trainings that take a moment, in this process."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lstmcli.classification.config import ClassifierTrainConfig
from lstmcli.classification.train import job as classifier_job
from lstmcli.data.records import Record, Splits
from lstmcli.language_modeling.config import LmConfig, LmModelConfig, LmTrainConfig
from lstmcli.language_modeling.train import job as language_model_job
from lstmcli.training.events import Event
from lstmcli.training.run import train
from support.models import TINY

TEXTS = [f"{a} {n} day" for n in range(20) for a in ("red", "green")]
TRAIN = [Record(text, (str(n % 2),)) for n, text in enumerate(TEXTS)]
VALID = [Record("red green day", ("1",)), Record("green red day", ("0",))]
CLASSIFIER = replace(TINY, train=ClassifierTrainConfig(epochs=2, batch_size=8, threads=1, device="cpu"))
LM_TRAIN = LmTrainConfig(epochs=2, batch_size=4, bptt=5, threads=1, device="cpu")
LM = LmConfig(
    model=LmModelConfig(embedding=6, hidden=8),
    train=LmTrainConfig(epochs=2, batch_size=4, bptt=5, threads=1, device="cpu"),
)


@dataclass
class Task:
    """Trains a model of one kind."""

    name: str

    def run(self, output: Path, **more: Any) -> Generator[Event, None, None]:
        more = {"checkpoint_every": math.inf, **more}
        if self.name == "classify":
            splits = Splits(TRAIN, VALID, VALID, held_out=True, fingerprint="x")
            return train(classifier_job(splits, CLASSIFIER), output, **more)
        plain = [Record(text) for text in TEXTS]
        splits = Splits(plain, plain[:5], plain[:5], labelled=False, format="text")
        return train(language_model_job(splits, LM), output, **more)
