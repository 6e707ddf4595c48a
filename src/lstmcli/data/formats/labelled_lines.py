"""Plain text whose lines hold a text and its label (``labelled.py`` tells which), as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lstmcli.data.encoding import without_end
from lstmcli.data.formats.delimited import open_delimited
from lstmcli.data.formats.dialect import DELIMITERS, read_sample
from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.formats.labelled import Found, LineForm, find_fields, find_form, fits
from lstmcli.data.table import Table
from lstmcli.data.words import word_count
from lstmcli.errors import DataError

_SHOWN = 3


def has_labels(file: Opening) -> bool:
    """Whether nearly every line surely has a label, or is wanted to have one and may."""
    if file.labelled is False:
        return False
    if _trained(file):
        return True
    found = _found(file)
    if found is None or file.labelled:
        return found is not None
    fields = find_fields(file.sample)
    return found.sure and (fields is None or fields[0] == found.form.mark)


def open_labelled(file: Opening) -> Table:
    """Lines of a text and a label; a line without a label is a text.

    Where labels are wanted, empty lines are left out; else each is an empty text, so that answers and lines go
    together.

    Raises:
        DataError: asked for, and no mark stands between a text and a label in nearly every line.
    """
    if trained := _trained(file):
        return _table(file, trained)
    found = _found(file)
    if found is None:
        raise DataError(
            "no mark stands between a text and a label in nearly every line",
            path=file.source.path,
            hint="name the mark with --delimiter",
        )
    if as_table := _as_table(file, found):
        return as_table
    table = _table(file, found.form)
    table.remarks.append(
        f"taken for labels: {_values(found, 'and')}; if they are not, --task lm or --input-format text reads "
        "plain text, and --delimiter names another mark"
    )
    return table


def doubtful_labels_remark(file: Opening) -> str | None:
    """What to say of lines that may have labels."""
    found = _found(file)
    if found is None:
        return None
    return (
        f"nearly every line has {_values(found)} {_side(found.form)}: if these are labels, "
        "--task classify trains a classifier on them"
    )


def _trained(file: Opening) -> LineForm | None:
    """The form of the training data, where it is that of this file."""
    form = LineForm.parse(file.read.line_form) or LineForm.parse(file.prefer.line_form if file.prefer else None)
    return form if form and (file.labelled or fits(form, file.sample, _known(file))) else None


def _known(file: Opening) -> frozenset[str]:
    return frozenset(file.prefer.known_labels if file.prefer else ())


def _found(file: Opening) -> Found | None:
    found, known, mark = find_form(file.sample, file.delimiter), _known(file), file.delimiter
    if found and known and not mark and not fits(found.form, file.sample, known):
        return None  # to be classified: not one label is the model's
    return found


def _table(file: Opening, form: LineForm) -> Table:
    def parse(lines: Iterable[str]) -> Iterator[Cells]:
        for number, line in enumerate(lines, 1):
            if line.strip() or not file.labelled:
                text, label = form.split(line) or (without_end(line), "")
                yield number, {"text": text, "label": label}

    sample = [cells for _, cells in parse(line for line in file.head if line.strip())]
    columns = ("text", "label")
    return file.table(LABELLED, columns, parse, sample=sample, line_form=str(form), notes=[form.described])


def _as_table(file: Opening, found: Found) -> Table | None:
    """A table with quoted fields, or of three columns and more."""
    mark = found.form.mark
    if mark not in DELIMITERS:
        return None
    rows = read_sample(mark, file.head, file.complete)
    if not rows or len(rows[0]) < 2:
        return None
    quoted = any(cell.startswith('"') for line in file.head for cell in line.split(mark))
    columns = list(zip(*rows, strict=True))
    others = columns[1:] if found.form.first else columns[:-1]
    if not quoted and all(sum(map(word_count, column)) >= 2 * len(column) for column in others):
        return None  # parts of a text that holds the mark
    return open_delimited(replace(file, read=replace(file.read, delimiter=mark)))


def _values(found: Found, word: str = "or") -> str:
    shown = [repr(label) for label in found.labels[:_SHOWN]]
    if len(found.labels) > _SHOWN:
        return f"{', '.join(shown)}, …"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _side(form: LineForm) -> str:
    mark = form.described.removeprefix("a label ")
    return f"at its {'start' if form.first else 'end'}" if form.mark == " " else mark


LABELLED = Format("labelled", "labelled lines", open_labelled, has_labels, chosen_columns=False, strict_labels=True)
