"""Plain text, one text per line, with or without labels; remarks on files that may have labels or be a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import without_end
from lstmcli.data.formats.delimited import open_delimited
from lstmcli.data.formats.dialect import DELIMITERS, read_sample
from lstmcli.data.formats.fasttext import open_fasttext, other_prefix
from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.formats.labelled import Found, LineForm, find_fields, find_form, fits
from lstmcli.data.formats.open import is_html, tag_of
from lstmcli.data.table import Table
from lstmcli.data.words import word_count
from lstmcli.errors import DataError

_SHOWN = 3  # labels in a message


def open_text(file: Opening) -> Table:
    """One text per line, empty lines included.

    Raises:
        DataError: labels are required; or it is an HTML table named as a spreadsheet.
    """
    if any(suffix.startswith(".xls") for suffix in file.source.suffixes):
        raise DataError("this is HTML, which is not read", path=file.source.path, hint="save it as CSV, TSV or JSON")
    if file.labelled:
        if file.read.label_prefix != ReadConfig.label_prefix:
            return open_fasttext(file)  # its error says what is there instead
        raise _no_labels(file)
    table = file.table(
        TEXT, ("text",), lambda lines: ((n, {"text": without_end(line)}) for n, line in enumerate(lines, 1))
    )
    if file.labelled is None and file.read.input_format is None:
        table.remarks += _remarks(file)
    return table


def _remarks(file: Opening) -> list[str]:
    """Remarks on what else the file might be, and the options for it."""
    if is_html(file.head):
        return ["this is HTML: its tags are read as text; save the page as plain text to leave them out"]
    if {".yml", ".yaml"}.intersection(file.source.suffixes):
        return ["this is YAML without examples of intents: its marks are read as text"]
    if tag := tag_of(file.head):
        return [
            f"there are lines of tags ({tag}), which are read as text: if this is XML with one root element, "
            "--input-format xml reads its rows"
        ]
    if prefix := _other_prefix(file):
        return [
            f"nearly every line starts with {prefix!r}: if labels follow it, --label-prefix '{prefix}' "
            "trains a classifier"
        ]
    if fields := find_fields(file.sample):
        return [
            f"every line has {fields[1]} fields between {fields[0]!r}: if this is a table, --delimiter "
            f"'{fields[0]}' reads it as one, and --text-column and --label-column name its columns by number"
        ]
    if _are_numbered(file.sample):
        return ["every line starts with its number and a tab: --delimiter tab --task lm leaves the numbers out"]
    if found := _found(file):
        where = f"{_values(found)} {_side(found.form)}"
        return [f"nearly every line has {where}: if these are labels, --task classify trains a classifier on them"]
    return []


def _are_numbered(lines: Sequence[str]) -> bool:
    """Whether lines start with numbers that differ, as those of a corpus do."""
    starts = [line.partition("\t") for line in lines if line.strip()]
    numbers = {number for number, tab, _ in starts if tab and number.isdecimal()}
    return len(starts) >= 10 and len(numbers) == len(starts)


def _other_prefix(file: Opening) -> str | None:
    return other_prefix(file.sample) if file.read.label_prefix == ReadConfig.label_prefix else None


def _no_labels(file: Opening) -> DataError:
    if file.read.input_format is None and (prefix := _other_prefix(file)):
        message = f"nearly every line starts with {prefix!r}, and not with {file.read.label_prefix!r}"
        return DataError(message, path=file.source.path, hint=f"if labels follow it, --label-prefix '{prefix}'")
    hint = (
        f"labels come from a column of a table, from {file.read.label_prefix}x at the start of a line "
        "(--label-prefix), or from a folder per class; --input-format says what a file is"
    )
    return DataError("this is plain text, one text a line, without labels", path=file.source.path, hint=hint)


# Lines of a text and a label


def has_labels(file: Opening) -> bool:
    """Whether nearly every line certainly has a label, or may have one if labels are required."""
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

    If labels are required, empty lines are left out; else each is an empty text, so that answers match lines.

    Raises:
        DataError: asked for, and no mark stands between a text and a label in nearly every line.
    """
    if trained := _trained(file):
        return _table(file, trained)
    found = _found(file)
    if found is None:
        message = "no mark stands between a text and a label in nearly every line"
        raise DataError(message, path=file.source.path, hint="name the mark with --delimiter")
    if as_table := _as_table(file, found):
        return as_table
    table = _table(file, found.form)
    table.remarks.append(
        f"taken for labels: {_values(found, 'and')}; if they are not, --task lm or --input-format text reads "
        "plain text, and --delimiter names another mark"
    )
    return table


def _trained(file: Opening) -> LineForm | None:
    """The form of the training data, if this file has it."""
    form = LineForm.parse(file.read.line_form) or LineForm.parse(file.prefer.line_form if file.prefer else None)
    return form if form and (file.labelled or fits(form, file.sample, file.known_labels)) else None


def _found(file: Opening) -> Found | None:
    found, known = find_form(file.sample, file.delimiter), file.known_labels
    if found and known and not file.delimiter and not fits(found.form, file.sample, known):
        return None  # to be classified: the labels are not the model's
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
TEXT = Format(
    "text",
    "plain text, one text a line",
    open_text,
    suffixes=(".txt", ".text"),
    chosen_columns=False,
    running_text=True,
)
