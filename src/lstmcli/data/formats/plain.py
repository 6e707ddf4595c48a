"""A file that looks like plain text: whether its lines hold labels, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, split_lines
from lstmcli.data.files import Input
from lstmcli.data.formats.delimited import open_delimited
from lstmcli.data.formats.dialect import DELIMITERS, read_sample
from lstmcli.data.formats.intents import has_intents, open_intents
from lstmcli.data.formats.labelled import Found, LineForm, find_fields, find_form, fits, words
from lstmcli.data.formats.lines import open_labelled, open_text
from lstmcli.data.formats.prefixes import other_prefix
from lstmcli.data.table import Table
from lstmcli.errors import DataError

_MAX_LINES = 5000
"""Lines that are looked at."""
_SHOWN = 3
_STAMP = re.compile(r"\W?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d")
_CODE = (".py", ".c", ".h", ".cc", ".cpp", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".sh", ".sql", ".tex", ".srt")
_SQL = re.compile(
    r"\s*(?:(?:insert|replace)\s+into|create\s+table|drop\s+table|lock\s+tables|unlock\s+tables|"
    r"update\s+\S+\s+set|delete\s+from|begin;|commit;|--|/\*)",
    re.I,
)


@dataclass(frozen=True)
class Plain:
    """A file that neither its name nor its first bytes say to be more than plain text."""

    source: Input
    encoding: Encoding
    head: Sequence[str]
    complete: bool
    """``head`` is the whole file."""
    start: bytes

    def sample(self) -> list[str]:
        """Lines from the start of the file and from further places: it may be sorted by label."""
        lines = list(self.head[:_MAX_LINES])
        if self.complete or self.encoding.shifting:
            return lines
        further: dict[str, None] = {}  # places overlap in a file hardly larger than its head
        for sample in self.source.samples(self.start)[1:]:
            found = split_lines(sample.decode(self.encoding.codec, "replace"))
            further |= dict.fromkeys(found[: _MAX_LINES // 10])
        seen = set(self.head)
        return lines + [line for line in further if line not in seen]


def is_program_text(path: str, head: Sequence[str]) -> bool:
    """Whether this is source code, statements of SQL, or a log with time stamps: no table, whatever recurs."""
    if path.lower().endswith(_CODE):
        return True
    lines = [line for line in head[:200] if line.strip()]
    dated = path.lower().endswith(".log") and sum(bool(_STAMP.match(line)) for line in lines) > 0.9 * len(lines)
    return bool(lines) and (dated or sum(bool(_SQL.match(line)) for line in lines) > 0.9 * len(lines))


def open_plain(plain: Plain, read: ReadConfig, *, labelled: bool | None, prefer: ReadConfig | None) -> Table | None:
    """The file as labelled lines, or as plain text; None where labels are wanted and there are none.

    Args:
        prefer: how the training data was read.

    Raises:
        DataError: labels are wanted, and they stand behind another prefix.
    """
    if has_intents(plain.head):
        return open_intents(plain.source, plain.encoding)
    lines = plain.sample()
    trained = LineForm.parse(read.line_form) or (LineForm.parse(prefer.line_form) if prefer else None)
    known = prefer.known_labels if prefer else ()
    if trained and (labelled or fits(trained, lines, known)):
        return _labelled(plain, trained, labelled)
    mark = {"tab": "\t", "\\t": "\t"}.get(read.delimiter or "", read.delimiter)
    found = find_form(lines, mark)
    if found and known and not fits(found.form, lines, known) and not mark:
        found = None  # to be classified: not one label is the model's
    if found and (found.sure or labelled):
        return _as_table(plain, found, read, prefer) or _labelled(plain, found.form, labelled, found)
    prefix = other_prefix(lines) if read.label_prefix == ReadConfig.label_prefix else None
    if labelled and prefix:
        raise DataError(
            f"nearly every line starts with {prefix!r}, and not with {read.label_prefix!r}",
            path=plain.source.path,
            hint=f"if labels follow it, --label-prefix '{prefix}'",
        )
    if labelled:
        return None
    table = open_text(plain.source, plain.encoding)
    if found:
        table.remarks.append(
            f"nearly every line has {_values(found)} {_side(found.form)}: if these are labels, "
            "--task classify trains a classifier on them"
        )
    elif prefix:
        table.remarks.append(
            f"nearly every line starts with {prefix!r}: if labels follow it, --label-prefix '{prefix}' "
            "trains a classifier"
        )
    elif fields := find_fields(lines):
        table.remarks.append(
            f"every line has {fields[1]} fields between {fields[0]!r}: if this is a table, write a tab in place of "
            f"{fields[0]!r} and name the file .tsv"
        )
    return table


def _labelled(plain: Plain, form: LineForm, labelled: bool | None, found: Found | None = None) -> Table:
    table = open_labelled(plain.source, plain.encoding, plain.head, form, labelled=labelled)
    if found:
        table.remarks.append(
            f"taken for labels: {_values(found, 'and')}; if they are not, --task lm or --input-format text reads "
            "plain text, and --delimiter names another mark"
        )
    return table


def _as_table(plain: Plain, found: Found, read: ReadConfig, prefer: ReadConfig | None) -> Table | None:
    """A table with quoted fields, or of three columns and more."""
    mark = found.form.mark
    if mark not in DELIMITERS:
        return None
    rows = read_sample(mark, plain.head, plain.complete)
    if not rows or len(rows[0]) < 2:
        return None
    quoted = any(cell.startswith('"') for line in plain.head for cell in line.split(mark))
    others = list(zip(*rows, strict=True))[1:] if found.form.first else list(zip(*rows, strict=True))[:-1]
    if not quoted and all(sum(map(words, column)) >= 2 * len(column) for column in others):
        return None  # parts of a text that holds the mark
    return open_delimited(
        plain.source,
        plain.encoding,
        plain.head,
        replace(read, delimiter=mark),
        format="tsv" if mark == "\t" else "csv",
        complete=plain.complete,
        prefer=prefer,
    )


def _values(found: Found, word: str = "or") -> str:
    shown = [repr(label) for label in found.labels[:_SHOWN]]
    if len(found.labels) > _SHOWN:
        return f"{', '.join(shown)}, …"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _side(form: LineForm) -> str:
    mark = form.described.removeprefix("a label ")
    return f"at its {'start' if form.first else 'end'}" if form.mark == " " else mark
