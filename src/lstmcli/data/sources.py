"""Sources of text, opened as streams of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from lstmcli.data.columns.cells import LIST, WHOLE, find_separator
from lstmcli.data.columns.choice import Ask, Chosen, choose_columns, choose_with_soft, listed
from lstmcli.data.columns.missing import NEVER_A_LABEL
from lstmcli.data.columns.profile import is_on
from lstmcli.data.columns.translation import find_sides, has_tabs, line_without_tab
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.format import Format
from lstmcli.data.formats.open import Opener
from lstmcli.data.locate import WHOLE as WHOLE_SOURCE
from lstmcli.data.locate import Located, locate
from lstmcli.data.records import Record
from lstmcli.data.source_notes import separator_notes, source_note
from lstmcli.data.table import Table, cell_labels, cell_text
from lstmcli.errors import DataError


@dataclass
class Source:
    """One source: what was detected, and its records, which are read when iterated.

    A file can be iterated again, a pipe only once.
    """

    path: str
    kind: Format
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    label_column: str | None
    """None if there are several label columns, too."""
    label_columns: tuple[str, ...]
    headed: bool
    labelled: bool
    multilabel: bool
    """According to the first rows."""
    notes: tuple[str, ...]
    line_form: str | None
    """As ``ReadConfig.line_form``."""
    _tables: Sequence[tuple[Table, Chosen]] = field(repr=False)
    target_column: str | None = None
    """None unless the records are pairs."""
    label_separator: str | None = None
    """As given by an option, or detected."""
    _missing: frozenset[str] = frozenset()
    """Labels that mean a missing label."""
    _keep: bool = False

    @property
    def format(self) -> str:
        """The name of the format."""
        return self.kind.name

    @property
    def soft_labels(self) -> tuple[str, ...]:
        """The labels that columns of probabilities are named after."""
        return next((chosen.soft.labels for _, chosen in self._tables if chosen.soft), ())

    def with_independent_labels(self) -> Source:
        """The same, where probabilities of labels need not sum to 1."""
        return replace(self, _tables=[(table, _independent(chosen)) for table, chosen in self._tables])

    @property
    def warnings(self) -> list[str]:
        """Warnings about the text; filled while it is read."""
        return [warning for table, _ in self._tables for warning in table.warnings]

    def without_columns(self) -> Source:
        """The same source, whose records have no columns."""
        return replace(self, _keep=False)

    def __iter__(self) -> Iterator[Record]:
        for table, chosen in self._tables:
            for record in _records(table, chosen, self.label_separator, self._keep):
                if self._missing.isdisjoint(record.labels):
                    yield record
                else:
                    yield replace(record, labels=tuple(x for x in record.labels if x not in self._missing))


def open_source(
    spec: str | Located,
    read: ReadConfig,
    *,
    labelled: bool | None,
    keep_columns: bool = False,
    stdin: BinaryIO | None = None,
    prefer: ReadConfig | None = None,
    paired: bool = False,
) -> Source:
    """Open ``spec``: a path, ``-``, ``sample:NAME``, the name of a Hub data set, or what was located already.

    Of a source with splits it opens the one that ``read.split`` names, or else the test split.

    Args:
        labelled: True wants labels and fails without; None takes them where they are; False looks for none.
        stdin: what ``-`` reads; None: the program's own.
        prefer: columns that the model was trained on, taken where the source has them.
        paired: wants pairs of texts and fails without.

    Raises:
        DataError: there is no such source, or it cannot be read as asked.
        UsageError: an unknown format, encoding or delimiter.
    """
    # Labels and pairs are never in plain text, so a pipe that must have them is read whole to see what it holds.
    located = locate(spec, read, stdin=stdin, whole=(labelled is True or paired) and read.input_format is None)
    how: dict[str, Any] = {"labelled": labelled, "keep_columns": keep_columns, "prefer": prefer, "paired": paired}
    source = open_parts(located.name, located.choose(read.split), read, **how)
    if read.split is None and located.usual != WHOLE_SOURCE:
        source.notes = (f"{source.notes[0]}; the {located.usual!r} split (--split names another)",)
    return source


def open_parts(
    name: str,
    parts: Sequence[Opener],
    read: ReadConfig,
    *,
    labelled: bool | None,
    keep_columns: bool = False,
    prefer: ReadConfig | None = None,
    ask: Ask | None = None,
    paired: bool | None = False,
) -> Source:
    """A source made of the tables of one split, in order; ``paired`` is ``wanted`` of ``find_sides``, or False."""
    tables = []
    choose = choose_with_soft if read.soft_labels else choose_columns
    for part in parts:
        table = part(read, labelled, prefer)
        if paired and read.input_format is None and has_tabs(table):
            table = part(replace(read, input_format="tsv"), labelled, prefer)
        sides = None if paired is False else find_sides(table, read, name, wanted=paired, prefer=prefer)
        chosen = (
            Chosen((sides.source,), target_column=sides.target, others=sides.others)
            if sides
            else choose(table, read, name, labelled=labelled, prefer=prefer, ask=ask)
        )
        tables.append((table, chosen))
    table, chosen = tables[0]
    remarks = list(table.remarks)
    if paired is None and not read.input_format and (without := line_without_tab(table)):
        remarks.append(f"line {without} has no tab and others have one, so lines are not read as pairs")
    label = chosen.label_column
    separator = _separator(read, prefer, tables)
    lists = [row[label] for row in table.sample if isinstance(row.get(label), list)] if label is not None else []
    many = any(len(labels) > 1 for labels in lists) or (bool(lists) and not table.format.label_lists)
    many = many or separator not in (None, LIST, WHOLE) or len(chosen.label_columns) > 1
    if many:
        tables = [(part, _independent(own)) for part, own in tables]
    return Source(
        path=name,
        kind=table.format,
        columns=table.columns,
        text_columns=chosen.text_columns,
        label_column=label,
        label_columns=chosen.label_columns,
        headed=table.headed,
        labelled=bool(chosen.label_columns) or chosen.soft is not None,
        multilabel=many,
        notes=("; ".join([source_note(name, table, chosen), *separator_notes(read, separator), *remarks]),),
        line_form=table.line_form,
        _tables=tables,
        label_separator=separator,
        target_column=chosen.target_column,
        _missing=NEVER_A_LABEL.difference(prefer.known_labels) if prefer and prefer.known_labels else frozenset(),
        _keep=keep_columns,
    )


def _independent(chosen: Chosen) -> Chosen:
    return replace(chosen, soft=replace(chosen.soft, independent=True)) if chosen.soft else chosen


def _separator(read: ReadConfig, prefer: ReadConfig | None, tables: Sequence[tuple[Table, Chosen]]) -> str | None:
    """The separator of labels in a cell: from the options, from training, or detected."""
    known = read.label_separator or (prefer.label_separator if prefer else None)
    if known or (prefer and prefer.known_labels) or tables[0][0].stated:
        return known
    return find_separator(
        row.get(chosen.label_column) for table, chosen in tables if chosen.label_column for row in table.sample
    )


def _labels_of_several(cells: Mapping[str, Any], chosen: Chosen, separator: str | None) -> tuple[str, ...]:
    """The labels of a row with several label columns: the names of 0/1 columns that are 1, the values of others."""
    found: list[str] = []
    for name in chosen.label_columns:
        if name in chosen.flags:
            found += [name] if is_on(cells.get(name)) else []
        else:
            found += cell_labels(cells.get(name), separator)
    return tuple(dict.fromkeys(found))


def _records(table: Table, chosen: Chosen, separator: str | None, keep: bool) -> Iterator[Record]:
    names, label = chosen.text_columns, chosen.label_column
    for number, (line, path, cells) in enumerate(table.rows(), 1):
        if not cells:  # an empty line of JSON Lines
            yield Record("", (), line, path)
            continue
        try:
            text = (
                cell_text(cells[names[0]]) if len(names) == 1 else chosen.join.join(cell_text(cells[n]) for n in names)
            )
            target = None if chosen.target_column is None else cell_text(cells[chosen.target_column])
            if label:
                labels = cell_labels(cells.get(label), separator)
            else:
                labels = _labels_of_several(cells, chosen, separator) if chosen.label_columns else ()
        except (KeyError, TypeError, RecursionError) as error:
            raise _unreadable(error, cells, chosen, path, line, number) from error
        record = Record(text, labels, line, path, dict(cells) if keep else {}, target)
        soft = chosen.soft
        yield (
            record
            if soft is None
            else taught(record, soft.read(cells, path, line, number), independent=soft.independent)
        )


def taught(record: Record, probabilities: Mapping[str, float] | None, *, independent: bool = False) -> Record:
    """A record with what a teacher says of it, which gives it a label if it has none.

    Args:
        independent: a text may have several labels.
    """
    if probabilities is None:
        return record
    if record.labels:
        return replace(record, probabilities=probabilities)
    best: tuple[str, ...] = (max(probabilities, key=lambda label: (probabilities[label], label)),)
    if independent:
        best = tuple(label for label, p in probabilities.items() if p >= 0.5)
    return replace(record, labels=best, probabilities=probabilities, taught=True)


def _unreadable(
    error: Exception, cells: Mapping[str, Any], chosen: Chosen, path: str, line: int, row: int
) -> DataError:
    """The error for a row whose text or label cannot be read."""
    if isinstance(error, KeyError):
        message = f"this row has no {error.args[0]!r}; it has {listed(cells)}"
        return DataError(message, path=path, line=line, row=row, hint="every row needs its text, null for none")
    if isinstance(error, RecursionError):  # from Python 3.12 on JSON is read deeper than functions can call one another
        return DataError("a text is a list nested too deep", path=path, line=line, row=row)
    odd = next((n for n in chosen.text_columns if not _can_be(cell_text, cells.get(n))), None)
    role = "label" if odd is None else "text"
    if odd is None:
        odd = next((n for n in chosen.label_columns if not _can_be(cell_labels, cells.get(n), None)), "")
    found = {"dict": "an object", "list": "a list inside a list"}.get(str(error), str(error))
    return DataError(
        f"the {role} ({odd!r}) is or holds {found}, not a string, a number or a list of them",
        path=path,
        line=line,
        row=row,
        hint=f"name another column with --{role}-column" if len(cells) > 1 else None,
    )


def _can_be(read: Callable[..., object], *cell: Any) -> bool:
    try:
        read(*cell)
    except TypeError:
        return False
    return True
