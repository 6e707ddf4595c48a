"""Rows of results as Arrow, from which Parquet files are made."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from lstmcli.cli.output.writer import COLUMNS, Layout, kept

T = TypeVar("T")


class ArrowWriter(Generic[T]):
    """Gathers the rows that csv would have, with their types."""

    def __init__(self, layout: Layout[T], *, keep_columns: bool) -> None:
        self._layout, self._keep = layout, keep_columns
        self._rows: list[dict[str, Any]] = []

    def write(self, result: T) -> None:
        for row in [self._layout.shape(result)] if self._layout.rows is None else self._layout.rows(result):
            self._rows.append({**kept(COLUMNS(result), row), **row} if self._keep else dict(row))

    def close(self) -> None:
        pass

    def data(self) -> bytes:
        """The rows, for ``bulk.parquet.join``."""
        from lstmcli.bulk.parquet import piece

        return piece(self._rows)
