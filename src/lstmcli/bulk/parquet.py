"""Answers as Parquet: each piece is a stream of Arrow, with the types that its rows have; a file has one schema.

A column whose types differ between pieces gets the wider one: a floating-point number if some are whole, a structure
with all fields.  Where there is none, values are written as text, in JSON unless they are strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from lstmcli.bulk.answers import Parts

GROUP_ROWS = 100_000
"""Rows of a row group, however they were divided into pieces."""


def piece(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as a stream of Arrow."""
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: _column([row.get(name) for row in rows]) for name in names})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def join(parts: Parts, out: BinaryIO) -> None:
    """Write pieces as one Parquet file, in the memory of a row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[str, Any] = {}
    for data in parts():
        with pa.ipc.open_stream(data) as stream:
            for field in stream.schema:
                known = types.get(field.name, pa.null())
                types[field.name] = _wider(known, field.type) or pa.string()
    schema = pa.schema([(name, _without_null(kind)) for name, kind in types.items()])
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
        waiting = schema.empty_table()
        for data in parts():
            with pa.ipc.open_stream(data) as stream:
                waiting = pa.concat_tables([waiting, _as(stream.read_all(), schema)])
            while len(waiting) >= GROUP_ROWS:
                writer.write_table(waiting.slice(0, GROUP_ROWS), row_group_size=GROUP_ROWS)
                waiting = waiting.slice(GROUP_ROWS)
        if len(waiting):
            writer.write_table(waiting, row_group_size=GROUP_ROWS)


def _column(values: list[Any]) -> Any:
    """Values as an Arrow array."""
    import pyarrow as pa

    try:
        found = pa.array(values)
        if _is_sound(found.type):
            return found
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    return _texts(values)


def _is_sound(kind: Any) -> bool:
    """Whether Parquet has the type: it has no structures without fields."""
    return all(map(_is_sound, _parts(kind))) and not (_is_struct(kind) and kind.num_fields == 0)


def _texts(values: list[Any]) -> Any:
    import pyarrow as pa

    def text(value: Any) -> str | None:
        if value is not None and not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False, default=str)
        return None if value is None else value.encode("utf-8", "replace").decode()

    return pa.array(map(text, values), pa.string())


def _as(table: Any, schema: Any) -> Any:
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
        elif (column := table.column(field.name)).type == field.type:
            columns.append(column)
        elif field.type == pa.string():
            columns.append(_texts(column.to_pylist()))
        else:
            columns.append(pa.array(column.to_pylist(), field.type))
    return pa.table(columns, schema=schema)


def _wider(one: Any, other: Any) -> Any:
    """The type that has the values of both; None if there is none."""
    import pyarrow as pa

    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if _is_number(one) and _is_number(other):
        whole = pa.types.is_integer(one) and pa.types.is_integer(other)
        return pa.float64() if not whole else None if pa.uint64() in (one, other) else pa.int64()
    if pa.types.is_list(one) and pa.types.is_list(other):
        inside = _wider(one.value_type, other.value_type)
        return None if inside is None else pa.list_(inside)
    if not (_is_struct(one) and _is_struct(other)):
        return None
    fields = {field.name: field.type for field in one}
    for field in other:
        if (found := _wider(fields.get(field.name, pa.null()), field.type)) is None:
            return None
        fields[field.name] = found
    return pa.struct(list(fields.items()))


def _without_null(kind: Any) -> Any:
    """The type, with strings where no value is known: other programs have no columns of nothing."""
    import pyarrow as pa

    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_null(kind.value_type))
    return pa.struct([(f.name, _without_null(f.type)) for f in kind]) if _is_struct(kind) else kind


def _parts(kind: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_list(kind):
        return [kind.value_type]
    return [field.type for field in kind] if _is_struct(kind) else []


def _is_struct(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_struct(kind))


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
