"""Data sets of the Hugging Face Hub, through the datasets library."""

from __future__ import annotations

import itertools
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lstmcli.data.columns.names import SPLIT_ALIASES
from lstmcli.data.formats.format import Format
from lstmcli.data.formats.parquet import with_names
from lstmcli.data.table import SAMPLE_ROWS, SPREAD_ROWS, Row, Table
from lstmcli.errors import DataError

MAX_STREAMED = 20_000  # maximum rows of a streamed split that columns are chosen by
HUB = Format("hub", "Hub data set")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?(:[\w.-]+)?")


def is_hub_name(spec: str) -> bool:
    """``name``, ``owner/name``, and either with ``:configuration``."""
    return _NAME.fullmatch(spec) is not None


def _datasets() -> Any:
    """The library, quiet.  Without a network it is told so: it would try for half a minute; its cache still works."""
    go_offline_without_network("datasets")
    import datasets

    datasets.disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    return datasets


def go_offline_without_network(library: str) -> None:
    """Tell a library that is not imported yet, if there is no network: it would try for half a minute."""
    from urllib.request import getproxies

    if library not in sys.modules and not getproxies() and not _reachable():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _reachable(seconds: float = 5.0) -> bool:
    import socket
    from urllib.parse import urlsplit

    address = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    try:
        port = address.port or (80 if address.scheme == "http" else 443)
        with socket.create_connection((address.hostname or "", port), timeout=seconds):
            return True
    except (OSError, ValueError):
        return False


def hub_splits(name: str) -> dict[str, str]:
    """The Hub's split name for each of ours: ``{"train": "train", "valid": "validation"}``.

    Raises:
        DataError: there is no such data set, or no network.
    """
    with _readable(name):
        names = _datasets().get_dataset_split_names(*_parts(name))
    known = {SPLIT_ALIASES[split]: split for split in reversed(names) if split in SPLIT_ALIASES}
    return known or {"train": names[0]}


def open_hub(name: str, split: str) -> Table:
    """One split as a table, read over the network as it is used.

    Args:
        split: as the Hub calls it; a slice such as ``train[:1000]`` is downloaded first.

    Raises:
        DataError: there is no such data set or split, or no network.
    """
    with _readable(name):
        data = _datasets().load_dataset(*_parts(name), split=split, streaming="[" not in split)
        return dataset_table(name, data, [f"split {split!r}"])


def open_saved(folder: str) -> Table:
    """A folder that ``Dataset.save_to_disk`` wrote.

    Raises:
        DataError: it is damaged.
    """
    with _readable(folder, saved=True):
        return dataset_table(folder, _datasets().load_from_disk(folder), ["saved to disk"])


def dataset_table(name: str, data: Any, notes: list[str], *, format: Format = HUB) -> Table:
    """A ``Dataset`` or ``IterableDataset`` as a table; class numbers are replaced by names."""
    sample = list(itertools.islice(data, SAMPLE_ROWS))
    features = data.features or {column: None for row in sample for column in row}
    named = {column: names for column, feature in features.items() if (names := _class_names(feature))}

    def rows() -> Iterator[Row]:
        with _readable(name):
            for number, row in enumerate(data, 1):
                yield Row(0 if format is HUB else number, name, with_names(row, named))

    def spread() -> list[dict[str, Any]]:
        if hasattr(data, "select"):
            return [with_names(row, named) for row in data.select(range(0, len(data), -(-len(data) // SPREAD_ROWS)))]
        with _readable(name):
            found = list(itertools.islice(data, SAMPLE_ROWS, MAX_STREAMED, MAX_STREAMED // SPREAD_ROWS))
        notes.append(f"columns told by its first {MAX_STREAMED:,} rows")
        return [with_names(row, named) for row in found]

    spelled = [with_names(row, named) for row in sample]
    further = spread if len(sample) == SAMPLE_ROWS else None
    return Table(format, tuple(features), rows, spelled, further, notes=notes)


def _parts(name: str) -> tuple[str, str | None]:
    path, _, config = name.partition(":")
    return path, config or None


def _class_names(feature: Any) -> list[str] | None:
    names = getattr(feature, "names", None) or getattr(getattr(feature, "feature", None), "names", None)
    return [str(name) for name in names] if isinstance(names, list) else None


@contextmanager
def _readable(name: str, *, saved: bool = False) -> Iterator[None]:
    """Turns any error of the library, which has no base class for them, into a ``DataError`` of one line."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines()] or [type(error).__name__]
        message, hint = "not a path here, and the Hub data set", "check the name, and that there is a network"
        hint += "; a file is given by its path"
        if choices := next((line for line in lines[1:] if line.startswith("[")), ""):
            hint = f"choose a configuration as {name}:NAME, of {choices[:500]}"
        if saved:
            message, hint = "the saved data set", "save it again with Dataset.save_to_disk, or as Parquet"
        raise DataError(f"{message} cannot be read: {lines[0][:300]}", path=name, hint=hint) from error
