"""How a source of text is read."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.config import require


@dataclass(frozen=True)
class ReadConfig:
    """How a source is read; every field overrides what detection finds."""

    input_format: str | None = None
    """text, csv, tsv, json, jsonl, parquet, fasttext or folder; None detects."""
    text_columns: tuple[str, ...] = ()
    """Columns that hold the text; several are joined with a newline."""
    label_column: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    label_prefix: str = "__label__"
    """Marks a label in fastText lines."""
    label_separator: str | None = None
    """Splits a label cell into several labels: multi-label data."""
    split: str | None = None
    """Named split of a Hub data set or of a folder of splits."""
    keep_licence: bool = False
    """Read the licences and notes that libraries put around a book; else plain text is read without them."""

    def __post_init__(self) -> None:
        require(self.label_prefix != "", "the label prefix cannot be empty")
        require(self.label_separator != "", "the label separator cannot be empty")
