"""Records with labels or translations: in memory as long as they are few, else in a temporary file.

The file has no name, so it is gone when the program ends; it lies in the cache folder, for ``/tmp`` is often memory.
In memory is where each record begins, 8 bytes, and 8 more for those of a selection.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray

from lstmcli.cache import temporary_file, writing
from lstmcli.data.records import Record
from lstmcli.errors import UsageError
from lstmcli.memory import usable_memory

IN_MEMORY = 1 << 26
"""Characters of the texts that are kept in memory at most."""
READ = 1 << 16
"""Bytes read at once."""
RECORD = 300
"""Bytes of a record in memory beside those that it has in a file."""


class StoredRecords(Collection[Record]):
    """Records in a file, without their ``columns``; read again at each iteration."""

    def __init__(self, file: IO[bytes], paths: list[str], ends: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """``ends`` has the end of every record in the file, after a 0; ``rows`` are those that belong to this one."""
        self._file, self._paths, self._ends, self._rows = file, paths, ends, rows

    def __iter__(self) -> Iterator[Record]:
        data, at = b"", 0
        for first in range(0, len(self._rows), READ):
            rows = self._rows[first : first + READ]
            for start, end in zip(self._ends[rows].tolist(), self._ends[rows + 1].tolist(), strict=True):
                if end > at + len(data):
                    self._file.seek(start)  # another iteration may have moved it
                    data, at = self._file.read(max(READ, end - start)), start
                found = json.loads(data[start - at : end - at].decode("utf-8", "surrogatepass"))
                text, labels, line, path, target, probabilities, taught = found
                yield Record(text, tuple(labels), line, self._paths[path], {}, target, probabilities, taught)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, record: object) -> bool:
        return any(record == other for other in self)

    def pick(self, rows: NDArray[np.int64]) -> StoredRecords:
        """Those at some places, which ascend."""
        return StoredRecords(self._file, self._paths, self._ends, self._rows[rows])

    @property
    def nbytes(self) -> int:
        """Of these records in the file."""
        return int((self._ends[self._rows + 1] - self._ends[self._rows]).sum())


def gathered(records: Iterable[Record]) -> Collection[Record]:
    """The records, to be read any number of times: a list, or a file if they have more than ``IN_MEMORY`` characters.

    Raises:
        OutputError: the file cannot be written.
    """
    source = iter(records)
    found: list[Record] = []
    room = IN_MEMORY
    for record in source:
        found.append(record)
        room -= len(record.text) + len(record.target or "")
        if room < 0:
            return _store(found, source)
    return found


def kept_in_file(records: Collection[Record]) -> list[str]:
    """What is said of records that are kept in a file; nothing of others."""
    if not isinstance(records, StoredRecords):
        return []
    return [f"{len(records):,} texts, {records.nbytes / 1e9:,.1f} GB, are kept in a file instead of memory"]


def _store(first: list[Record], rest: Iterator[Record]) -> StoredRecords:
    paths: dict[str, int] = {}
    ends = array("q", [0])
    with writing("the texts"):
        file = temporary_file()
        for source in (first, rest):
            for r in source:
                told = None if r.probabilities is None else dict(r.probabilities)
                path = paths.setdefault(r.path, len(paths))
                packed = json.dumps((r.text, r.labels, r.line, path, r.target, told, r.taught), ensure_ascii=False)
                ends.append(ends[-1] + file.write(packed.encode("utf-8", "surrogatepass")))
            first.clear()
        file.flush()
    return StoredRecords(file, list(paths), np.frombuffer(ends, np.int64), np.arange(len(ends) - 1))


def picked(records: Collection[Record], places: NDArray[np.bool_]) -> Collection[Record]:
    """The records at the places that are true."""
    if isinstance(records, StoredRecords):
        return records.pick(np.flatnonzero(places))
    return [record for record, here in zip(records, places.tolist(), strict=True) if here]


def in_memory(records: Collection[Record], option: str) -> list[Record]:
    """All records, for work that needs them at once.

    Args:
        option: that needs them.

    Raises:
        UsageError: they are larger than the memory.
    """
    if isinstance(records, StoredRecords):
        need, there = records.nbytes + RECORD * len(records), usable_memory()
        if need > there:
            message = f"{option} keeps all rows in memory: {need / 1e9:,.1f} GB for {len(records):,} rows"
            hint = f"there are {there / 1e9:,.1f} GB; leave {option} out, or give it a part of the rows"
            raise UsageError(message, hint=hint)
    return list(records)
