"""What ``lstm train`` came to, as a JSON object."""

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
        _field("labels", tuple[str, ...], "A classifier's."),
        _field("multilabel", bool, "Whether a text may have several labels."),
        _field("tokenizer", str, "A language model's: word, bpe or char."),
        _field("vocab_size", int, "Of a language model."),
        _field("data", DataCheck | CorpusRead, "What was found in the data."),
        _field("plan", RunPlanned, "What the run would be, or was to be, before its first step."),
        _field("stopped", str, "Why training ended: finished, early, time or interrupted."),
        _field("best_epoch", int, "Whose weights are kept."),
        _field("valid", ClassReport | LmReport, "How well the model did on the validation split."),
        _field("test", ClassReport | LmReport, "And on the test split, where there is one."),
        _field("path", str, "Of the model."),
        _field("bytes", int, "Of its files."),
        _field("seconds", float, "The whole run, reading included."),
    ),
    indent=None,
)
