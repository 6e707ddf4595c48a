"""Training, validation and test records from one source or several."""

from __future__ import annotations

from lstmcli.config import ReadConfig
from lstmcli.text.records import Splits


def load_splits(
    spec: str,
    read: ReadConfig,
    *,
    valid: str | None,
    test: str | None,
    valid_fraction: float | None,
    seed: int,
) -> Splits:
    """Read a corpus whole and split it: given files, else named splits, else a seeded stratified fraction."""
    raise NotImplementedError
