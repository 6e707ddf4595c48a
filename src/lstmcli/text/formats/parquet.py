"""Parquet, a batch of rows at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.errors import DataError, NoDataError
from lstmcli.text.files import PARQUET, Input, Unpacked
from lstmcli.text.table import Row, Table

_BATCH_ROWS = 1024


def open_parquet(source: Input, head: bytes | None) -> Table:
    """A Parquet file; a gzipped one, or one from a pipe, is read into memory first.

    Args:
        head: the first bytes, unpacked; None for a stream.

    Raises:
        DataError: not Parquet, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    data: bytes | None = None
    if head is None or source.data is not None or _packed(source):
        data = source.read_all()
        head = data
    if head[:4] != PARQUET:
        raise DataError("this is not a Parquet file", path=source.path, hint="does its name end in the right way?")

    def open_file() -> Any:
        return pq.ParquetFile(source.path if data is None else io.BytesIO(data))

    def batches() -> Iterator[list[dict[str, Any]]]:
        try:
            with open_file() as file:
                for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                    yield batch.to_pylist()
        except (pa.ArrowException, OSError) as error:
            raise _damaged(source.path, error) from error

    try:
        with open_file() as file:
            schema, count = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source.path, error) from error
    if not count:
        raise NoDataError("there are no rows in it", path=source.path)
    named = class_names(schema.metadata)

    def rows() -> Iterator[Row]:
        for batch in batches():
            for row in batch:
                yield Row(0, source.path, with_names(row, named) if named else row)

    sample = [with_names(row, named) for row in next(batches(), [])]
    return Table("parquet", tuple(schema.names), rows, sample, encoding="UTF-8")


def _packed(source: Input) -> bool:
    with source.open() as file:
        return isinstance(file, Unpacked)


def _damaged(path: str, error: Exception) -> DataError:
    return DataError(f"the Parquet file is damaged: {str(error).splitlines()[0]}", path=path)


def class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Names of numbered classes, by column, as the datasets library writes them into the schema."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        found = {}
        for column, feature in features.items():
            names = feature.get("names") or (feature.get("feature") or {}).get("names")
            if isinstance(names, list):
                found[column] = [str(name) for name in names]
        return found
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def with_names(row: dict[str, Any], named: Mapping[str, list[str]]) -> dict[str, Any]:
    """The row with class numbers spelled out; a number without a name (-1: not known) becomes nothing."""
    return {**row, **{column: _spell(row.get(column), names) for column, names in named.items()}}


def _spell(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_spell(part, names) for part in value]
    if isinstance(value, int):
        return names[value] if 0 <= value < len(names) else None
    return value
