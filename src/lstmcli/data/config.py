"""How a source of text is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace

from lstmcli.config import require

SPLIT_NAMES = {"train": "training", "valid": "validation", "test": "test"}  # split names in messages


@dataclass(frozen=True)
class ReadConfig:
    """How a source is read; every field overrides what detection finds."""

    input_format: str | None = None
    """A name of ``data/formats/config.py``: text, csv, json, …; None detects."""
    text_columns: tuple[str, ...] = ()
    """Columns that hold the text; several are joined with a newline."""
    target_column: str | None = None
    """The column of the translations, in data of pairs; the text column is what they translate."""
    label_column: str | None = None
    label_columns: tuple[str, ...] = ()
    """Several columns of labels; of those that hold 0 or 1 the name is the label."""
    header: bool | None = None
    """Whether the first row of a table names the columns; None tells by what is in it."""
    delimiter: str | None = None
    encoding: str | None = None
    label_prefix: str = "__label__"
    """Prefix of labels in fastText lines."""
    label_separator: str | None = None
    """Splits a label cell into several labels: multi-label data."""
    split: str | None = None
    """Named split of a Hub data set or of a folder of splits."""
    keep_licence: bool = False
    """Read the licences and notes that libraries put around a book; else plain text is read without them."""
    line_form: str | None = None
    """How plain text holds labels in its lines: ``text;label``, ``label | text``; None detects."""
    soft_labels: bool = False
    """Whether columns of probabilities are labels (``columns/soft.py``): only where a classifier is trained."""

    def __post_init__(self) -> None:
        require(self.label_prefix != "", "the label prefix cannot be empty")
        require(self.label_separator != "", "the label separator cannot be empty")

    @property
    def known_labels(self) -> Collection[str]:
        """The labels of the training data, where they are known."""
        return ()


def with_training_defaults(read: ReadConfig, trained: ReadConfig) -> ReadConfig:
    """Fill in how labels are written from the training data, unless options are given."""
    prefix = trained.label_prefix if read.label_prefix == ReadConfig.label_prefix else read.label_prefix
    return replace(read, label_separator=read.label_separator or trained.label_separator, label_prefix=prefix)


@dataclass(frozen=True)
class TrainedRead(ReadConfig):
    """How the training data was read, for sources that are read the same way."""

    labels: frozenset[str] = frozenset()

    @property
    def known_labels(self) -> Collection[str]:
        return self.labels

    @staticmethod
    def of(read: ReadConfig, labels: Iterable[str]) -> TrainedRead:
        values = {field.name: getattr(read, field.name) for field in fields(ReadConfig)}
        return TrainedRead(**values, labels=frozenset(labels))
