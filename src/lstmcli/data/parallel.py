"""Two files, a text a line, whose lines belong together: texts and their translations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from lstmcli.data.config import ReadConfig
from lstmcli.data.files import Input
from lstmcli.data.formats.format import Format
from lstmcli.data.formats.open import open_input
from lstmcli.data.locate import WHOLE, Located, missing
from lstmcli.data.table import Row, Table
from lstmcli.errors import DataError, UsageError

PARALLEL = Format("parallel", "two parallel files")
SOURCE, TARGET = "source", "target"


def parallel(source: str, target: str) -> Located:
    """The pairs of two files, plain text or gzipped.

    Raises:
        DataError: one of them does not exist, or, when they are read, one has more lines than the other.
    """
    for path in (source, target):
        if not Path(path).is_file():
            raise missing(path)

    def open_both(read: ReadConfig, labelled: bool | None, prefer: ReadConfig | None) -> Table:
        one, other = (_lines(path, read) for path in (source, target))
        table = Table(PARALLEL, (SOURCE, TARGET), lambda: _rows(one, other, (source, target), table))
        table.notes = list(dict.fromkeys([*one.notes, *other.notes]))
        return table

    return Located(f"{source} and {target}", {WHOLE: [open_both]})


def with_targets(source: str | Located | None, target: str | None, option: str) -> str | Located | None:
    """``source`` with a file of translations beside it, if there is one.

    Args:
        option: the one that names ``target``.

    Raises:
        UsageError: there is nothing that it is the target of.
        DataError: as ``parallel``.
    """
    if target is None:
        return source
    if not isinstance(source, str):
        raise UsageError(f"{option} needs a file that it is the translation of", hint="name one file for each side")
    return parallel(source, str(target))


def _lines(path: str, read: ReadConfig) -> Table:
    return open_input(Input(path), ReadConfig(input_format="text", encoding=read.encoding), labelled=False)


def _rows(source: Table, target: Table, paths: tuple[str, str], table: Table) -> Iterator[Row]:
    for line, (one, other) in enumerate(zip_longest(source.rows(), target.rows()), 1):
        if one is None or other is None:
            longer, shorter = paths if other is None else paths[::-1]
            raise DataError(
                f"there is no such line in {shorter}, which ends after {line - 1:,}",
                path=longer,
                line=line,
                hint="line by line the two files must be text and translation; leave a line empty if there is none",
            )
        yield Row(line, one.path, {SOURCE: one.cells["text"], TARGET: other.cells["text"]})
    table.warnings[:] = [*source.warnings, *target.warnings]
