"""The result of ``lstm train`` as a JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.classification.results import ClassReport, DataCheck
from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Shape
from lstmcli.language_modeling.events import CorpusRead
from lstmcli.language_modeling.results import LmReport
from lstmcli.training.events import RunPlanned

Result = Mapping[str, Any]


def _field(name: str, type: Any, about: str) -> Field:
    return Field(name, lambda result: result.get(name, LEFT_OUT), type, about, optional=True)


TRAINING = Layout[Result](
    Shape(
        Result,
        _field("labels", tuple[str, ...], "Of a classifier."),
        _field("multilabel", bool, "Whether a text may have several labels."),
        _field("tokenizer", str, "Of a language model: word, bpe or char."),
        _field("vocab_size", int, "Of a language model."),
        _field("data", DataCheck | CorpusRead, "The data check."),
        _field("plan", RunPlanned, "The plan of the run, before its first step."),
        _field("stopped", str, "Why training ended: finished, early, time or interrupted."),
        _field("best_epoch", int, "The epoch whose weights are kept."),
        _field("valid", ClassReport | LmReport, "The scores on the validation split."),
        _field("test", ClassReport | LmReport, "The scores on the test split, if there is one."),
        _field("path", str, "The model directory."),
        _field("bytes", int, "The size of its files."),
        _field("seconds", float, "The duration of the whole run, including reading."),
    ),
    indent=None,
)
