"""A comparison of models, its options by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lstmcli.comparison.compare import CompareOptions, Entry, compare
from lstmcli.data.records import Record


def compared(entries: Sequence[Entry], records: Iterable[Record], **options: Any) -> Any:
    return compare(entries, records, CompareOptions(**options))
