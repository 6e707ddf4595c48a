"""What is in the data, before anything is learned from it."""

from __future__ import annotations

from lstmcli.results import DataCheck
from lstmcli.text.records import Splits


def check_data(splits: Splits) -> DataCheck:
    """Count rows, labels, lengths, empties, duplicates, leaks and conflicts."""
    raise NotImplementedError
