"""Parquet, read a batch of rows at a time; the memory needed is bounded by the size of the file.

A file of kilobytes can hold terabytes: pages are compressed, and any number of rows may refer to a text in the
dictionary of a column.  So strings stay in their dictionaries until the size of a batch is known.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.data.files import MAX_LOOK, Input, Unpacked, refuse_bomb
from lstmcli.data.formats.format import Format, Opening
from lstmcli.data.table import SPREAD_ROWS, Row, Table
from lstmcli.errors import DataError, NoDataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH_ROWS = 1024
_BUFFER = 1 << 20  # bytes of a column read at once: a row group may be as large as its file
_BATCH_BYTES = 1 << 24  # maximum bytes of text decoded at once, except for a single row


@dataclass
class _File:
    path: str
    data: bytes | None  # None: what is at the path
    strings: list[str] | None = None  # columns of strings, which stay in their dictionaries

    def check(self, unpacked: int) -> None:
        """Raises DataError if so many bytes cannot be what a file of this size holds."""
        size = Path(self.path).stat().st_size if self.data is None else len(self.data)
        hint = "if it is meant, write it as CSV or JSON Lines first"
        refuse_bomb(size, "bytes of Parquet", unpacked, self.path, hint)

    def open(self) -> Any:
        import pyarrow.parquet as pq

        source = self.path if self.data is None else io.BytesIO(self.data)
        return pq.ParquetFile(source, read_dictionary=self.strings, buffer_size=_BUFFER, pre_buffer=False)

    def batches(self, every: int = 1) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Rows, or one of every ``every``, and about how many bytes of the file they stand for."""
        import numpy as np
        import pyarrow as pa

        try:
            unpacked = 0
            with self.open() as opened:
                for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
                    sizes = row_sizes(batch)
                    unpacked += int(sizes.sum())
                    self.check(unpacked)
                    if every > 1:
                        kept = np.arange(0, len(batch), every)
                        batch, sizes = batch.take(pa.array(kept)), sizes[kept]
                    for start, stop in _parts(sizes):
                        rows = _decoded(batch.slice(start, stop - start)).to_pylist()
                        yield rows, every * int(sizes[start:stop].sum())
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _damaged(self.path, error) from error


def open_parquet(opening: Opening) -> Table:
    """A Parquet file; a gzipped one, or one from a pipe, is read into memory first.

    Raises:
        DataError: not Parquet, or damaged, or far more than a file of its size can be meant to hold.
    """
    import pyarrow as pa

    source, head = opening.source, opening.start
    file = _File(source.path, None)
    if not head or source.data is not None or _packed(source):
        file.data = head = source.read_all()
    if head[:4] != PARQUET.signature:
        raise DataError("this is not a Parquet file", path=source.path, hint="does its name end in the right way?")
    try:
        with file.open() as opened:
            schema, count = opened.schema_arrow, opened.metadata.num_rows
            file.check(_stated(opened.metadata))
            file.strings = _strings(opened.schema)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source.path, error) from error
    if not count:
        raise NoDataError("there are no rows in it", path=source.path)
    named = class_names(schema.metadata)

    def rows() -> Iterator[Row]:
        for batch, _ in file.batches():
            for row in batch:
                yield Row(0, source.path, with_names(row, named) if named else row)

    def spread() -> list[dict[str, Any]]:
        found, seen = list[dict[str, Any]](), 0
        for batch, size in file.batches(every=-(-count // SPREAD_ROWS)):
            found += batch
            seen += size
            if seen > MAX_LOOK:
                table.notes.append(f"columns told by its first {MAX_LOOK >> 20} MiB")
                break
        return [with_names(row, named) for row in found]

    table = Table(PARQUET, tuple(schema.names), rows)
    table.sample = [with_names(row, named) for row in next(file.batches(), ([], 0))[0]]
    table.spread = spread if count > len(table.sample) else None
    return table


def _stated(metadata: Any) -> int:
    """Bytes of the pages before they are compressed, and one at least for each value, as the file itself says."""
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    columns = (group.column(i) for group in groups for i in range(group.num_columns))
    return sum(max(column.total_uncompressed_size, column.num_values) for column in columns)


def _strings(schema: Any) -> list[str]:
    """Paths of the columns of strings."""
    columns = (schema.column(i) for i in range(len(schema)))
    return [c.path for c in columns if c.physical_type == "BYTE_ARRAY" and c.logical_type.type in ("STRING", "NONE")]


def row_sizes(batch: Any) -> NDArray[np.int64]:
    """About how many bytes each row takes as Python objects, [N]."""
    import numpy as np

    return sum((_sizes(column) for column in batch.columns), np.zeros(len(batch), np.int64))


def _sizes(array: Any) -> NDArray[np.int64]:
    """Bytes of each value of an Arrow array, [N]."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        sizes = np.append(_sizes(array.dictionary), 0)
        indices: NDArray[np.int64] = array.indices.fill_null(len(sizes) - 1).to_numpy(zero_copy_only=False)
        return np.asarray(sizes[indices.astype(np.int64)])
    if pa.types.is_struct(kind):
        return sum((_sizes(part) for part in array.flatten()), np.zeros(len(array), np.int64))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        offsets = array.offsets.to_numpy()
        pairs = (array.keys, array.items) if pa.types.is_map(kind) else (array.values,)
        first, count = int(offsets[0]), int(offsets[-1] - offsets[0])
        parts = sum((_sizes(values.slice(first, count)) for values in pairs), np.zeros(count, np.int64))
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(parts)])
        found: NDArray[np.int64] = np.diff(ends[offsets - offsets[0]])
        return found
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        return np.asarray(pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False), np.int64)
    return np.full(len(array), 8, np.int64)


def _parts(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Where to cut rows so that no part has more than ``_BATCH_BYTES``, except for single rows."""
    start, total = 0, 0
    for i, size in enumerate(sizes.tolist()):
        if i > start and total + size > _BATCH_BYTES:
            yield start, i
            start, total = i, 0
        total += size
    yield start, len(sizes)


def _decoded(batch: Any) -> Any:
    """The batch with strings in place of dictionaries, which is faster to convert."""
    import pyarrow as pa

    columns = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


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


PARQUET = Format("parquet", "Parquet", open_parquet, suffixes=(".parquet", ".pq"), signature=b"PAR1", whole=True)
