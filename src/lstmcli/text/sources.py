"""Where text comes from: a path, a pipe, a built-in sample or a Hub data set, opened as a stream of records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lstmcli.config import ReadConfig
from lstmcli.text.records import Record


class Source:
    """What was detected, and an iterable of records in constant memory."""

    path: str
    format: str
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    label_column: str | None
    labelled: bool
    multilabel: bool
    notes: tuple[str, ...]
    warnings: list[str]
    """Filled while reading: replaced bytes and the like."""

    def __iter__(self) -> Iterator[Record]:
        raise NotImplementedError


def open_source(
    spec: str,
    read: ReadConfig,
    *,
    labelled: bool | None,
    keep_columns: bool = False,
    stdin: BinaryIO | None = None,
) -> Source:
    """Open ``spec``: a path, ``-``, ``sample:NAME``, or the name of a Hub data set.

    Args:
        labelled: True wants labels and fails without; None takes them where they are; False looks for none.
    """
    raise NotImplementedError
