"""Data sets of the Hugging Face Hub, through the datasets library."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from lstmcli.errors import DataError
from lstmcli.text.formats.folder import SPLITS
from lstmcli.text.formats.parquet import with_names
from lstmcli.text.table import Row, Table

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?(:[\w.-]+)?")


def is_hub_name(spec: str) -> bool:
    """``name``, ``owner/name``, and either with ``:configuration``."""
    return _NAME.fullmatch(spec) is not None


def hub_splits(name: str) -> dict[str, str]:
    """Our names of the splits to the Hub's: ``{"train": "train", "valid": "validation"}``."""
    import datasets

    path, config = _parts(name)
    with _Errors(name):
        names = datasets.get_dataset_split_names(path, config)
    known = {SPLITS[split]: split for split in reversed(names) if split in SPLITS}
    return known or {"train": names[0]}


def open_hub(name: str, split: str) -> Table:
    """One split as a table, read over the network as it is used.

    Args:
        split: as the Hub calls it; a slice such as ``train[:1000]`` is downloaded first.

    Raises:
        DataError: there is no such data set or split, or no network.
    """
    import datasets

    path, config = _parts(name)
    with _Errors(name):
        data: Any = datasets.load_dataset(path, config, split=split, streaming="[" not in split)
        if data.features is None:
            data = data._resolve_features()
        named = {column: names for column, feature in data.features.items() if (names := _class_names(feature))}
        sample = [with_names(row, named) for row in itertools.islice(data, 1000)]

    def rows() -> Iterator[Row]:
        with _Errors(name):
            for row in data:
                yield Row(0, name, with_names(row, named))

    return Table("hub", tuple(data.features), rows, sample, encoding="UTF-8", notes=[f"split {split!r}"])


def _parts(name: str) -> tuple[str, str | None]:
    path, _, config = name.partition(":")
    return path, config or None


def _class_names(feature: Any) -> list[str] | None:
    names = getattr(feature, "names", None) or getattr(getattr(feature, "feature", None), "names", None)
    return [str(name) for name in names] if isinstance(names, list) else None


class _Errors:
    """What the library raises, in one line; it has no common base class."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        import datasets

        datasets.disable_progress_bars()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, DataError):
            return
        lines = str(error).splitlines() or [type(error).__name__]
        message = lines[0][:300]
        known = next((line.strip() for line in lines[1:] if line.strip().startswith("[")), "")  # its configurations
        configured = "onfig" in message
        raise DataError(
            f"not a path here, and the Hub data set cannot be read: {message} {known}".rstrip(),
            path=self.name,
            hint="name one of them as NAME:CONFIGURATION"
            if configured
            else "check the name, and that there is a network; a file is given by its path",
        ) from error
