"""Figures and rows of surprisal as they are written: a table for a terminal, TSV, CSV, JSON Lines, or JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol, TextIO

from lstmcli.cli.io.streams import window_width
from lstmcli.cli.options.kept_columns import cell, is_headed, kept
from lstmcli.cli.output.console import (
    MAX_PERPLEXITY,
    console,
    count,
    escape,
    facts,
    percent,
    perplexity,
    safe,
    show,
    to_json,
)
from lstmcli.cli.output.predictions import fit
from lstmcli.language_modeling.results import LmReport, Surprisal

COLUMNS = ("text", "surprisal", "entropy", "line", "tokens", "oov")
BEFORE = ("before_surprisal", "before_entropy")
"""What they were by the model as it is; where it adapts to the text."""
UNKNOWN_MARK = "? "
"""Before a text that the model does not know, in a table for people."""
_KEPT_BEHIND = 16
"""Columns of the text where the input's own columns stand behind it."""


class Writer(Protocol):
    def write(self, row: Surprisal) -> None: ...

    def close(self) -> None:
        """Writes what must come after the last row."""


def writer(
    format: str, out: TextIO, *, several: bool, keep_columns: bool = False, header: bool | None = None
) -> Writer:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``.

    Args:
        several: rows say whose they are.
        keep_columns: the input's own columns come too.
        header: whether the names of the columns come first, see ``is_headed``.
    """
    if format == "table":
        return TableWriter(out)
    fields = Fields(several, keep_columns, first=format in ("tsv", "csv"))
    if format in ("tsv", "csv"):
        headed = is_headed(header, format, keep_columns)
        return (TsvWriter if format == "tsv" else CsvWriter)(out, fields, headed)
    return JsonWriter(out, fields, array=format == "json")


class Fields:
    """The columns of a row by name: ``COLUMNS``, those of ``BEFORE`` if there are any, the file where there are
    several.

    Args:
        first: the input's own columns, where they are kept, come before ours, and are those of the first row.
    """

    def __init__(self, several: bool, keep: bool, *, first: bool) -> None:
        self._several, self._keep, self._first = several, keep, first
        self._names: list[str] | None = None

    def __call__(self, row: Surprisal) -> dict[str, Any]:
        fields: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
        if row.before:
            fields |= zip(BEFORE, (row.before.surprisal, row.before.entropy), strict=True)
        if self._several:
            fields["file"] = row.path
        if not self._keep:
            return fields
        own = kept(row.columns, fields)
        if not self._first:
            return fields | own
        self._names = list(own) if self._names is None else self._names
        return {name: cell(own.get(name)) for name in self._names} | fields


def _text(value: Any, clean: Callable[[str], str]) -> str:
    """A field: numbers with a point have six places."""
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else clean(str(value))


class TsvWriter:
    """Fields between tabs, whatever could end one escaped."""

    def __init__(self, out: TextIO, fields: Fields, headed: bool) -> None:
        self.out, self.fields, self.headed = out, fields, headed

    def write(self, row: Surprisal) -> None:
        fields = self.fields(row)
        if self.headed:
            self.headed = False
            self.out.write("\t".join(map(escape, fields)) + "\n")
        self.out.write("\t".join(_text(value, escape) for value in fields.values()) + "\n")

    def close(self) -> None:
        pass


class CsvWriter:
    """The same between commas, quoted where they must be."""

    def __init__(self, out: TextIO, fields: Fields, headed: bool) -> None:
        self.fields, self.headed = fields, headed
        self.rows = csv.writer(out, lineterminator="\n")
        self.clean = safe if out.isatty() else str

    def write(self, row: Surprisal) -> None:
        fields = self.fields(row)
        if self.headed:
            self.headed = False
            self.rows.writerow([self.clean(name) for name in fields])
        self.rows.writerow([_text(value, self.clean) for value in fields.values()])

    def close(self) -> None:
        pass


class JsonWriter:
    """One object a line, or one array of them that is written as it grows."""

    def __init__(self, out: TextIO, fields: Fields, *, array: bool) -> None:
        self.out, self.fields, self.array = out, fields, array
        self.first = True

    def write(self, row: Surprisal) -> None:
        before = ("[\n" if self.first else ",\n") if self.array else ""
        self.first = False
        self.out.write(before + to_json(self.fields(row)) + ("" if self.array else "\n"))

    def close(self) -> None:
        if self.array:
            self.out.write("[]\n" if self.first else "\n]\n")


class TableWriter:
    """Columns of fixed width, so that rows can be shown as they come; the text, marked where it is unknown to the
    model, fills what is left, with the input's own columns behind it where they are kept.

    In a narrow window the last numbers make room for it.
    """

    def __init__(self, out: TextIO) -> None:
        self.out, self.width = out, window_width()
        self._names: list[str] = []

    def write(self, row: Surprisal) -> None:
        numbers = {"line": str(row.line), "bits": _places(row.surprisal)}
        if row.before:
            numbers["before"] = _places(row.before.surprisal)
        numbers["entropy"] = _places(row.entropy)
        if not self._names:
            self._names = self._that_fit(list(numbers))
            self._line(self._names, " " * len(UNKNOWN_MARK) + "text")
        # More than this cannot be shown; a text may be millions of characters long.
        text = escape(row.text[: self.width + 1]) if len(row.text) == 1 else safe(row.text[: self.width + 1])
        if row.columns:
            own = "  ".join(f"{safe(name)}={safe(cell(value)[: self.width])}" for name, value in row.columns.items())
            text = f"{fit(text, _KEPT_BEHIND)}  {own}"
        mark = UNKNOWN_MARK if row.unknown else " " * len(UNKNOWN_MARK)
        self._line([numbers[name] for name in self._names], mark + text)

    def _that_fit(self, names: list[str]) -> list[str]:
        while len(names) > 1 and self.width - self._taken(names) < _LEAST:
            names = names[:-1] if len(names) > 2 else names[1:]
        return names

    def _taken(self, names: Sequence[str]) -> int:
        return sum((6 if name == "line" else 9) + 2 for name in names)

    def _line(self, values: Sequence[str], text: str) -> None:
        pairs = zip(self._names, values, strict=True)
        numbers = "".join(f"{value:>{6 if name == 'line' else 9}}  " for name, value in pairs)
        self.out.write((numbers + fit(text, max(1, self.width - self._taken(self._names)))).rstrip() + "\n")

    def close(self) -> None:
        pass


def _places(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


_LEAST = 9
"""Columns that a text should have."""


def write_figures(report: LmReport, format: str, out: TextIO) -> None:
    """The figures of a text: names and values, a header and a row, or a JSON object."""
    fields = {name: value for name, value in asdict(report).items() if value not in ("", None) or name in _ALWAYS}
    if format in ("json", "jsonl"):
        out.write(to_json(fields, indent=2 if format == "json" else None) + "\n")
    elif format == "tsv":
        out.writelines(f"{name}\t{escape(value)}\n" for name, value in _flat(fields).items())
    elif format == "csv":
        flat = _flat(fields)
        csv.writer(out, lineterminator="\n").writerows([list(flat), list(flat.values())])
    else:
        screen = console()
        show(screen, facts(_figures(report), screen))


_ALWAYS = ("perplexity", "word_perplexity")


def _flat(fields: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Numbers as text; those of an object inside under ``NAME_``."""
    flat: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat |= {n: v for n, v in _flat(value, f"{name}_").items() if n.endswith(_COMPARED)}
        else:
            flat[prefix + name] = "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
    return flat


_READINGS = {
    "lines": "each by itself; --stream carries the state on, as training does",
    "stream": "the state carried from line to line",
}
_SIZES = {"tokens": "token", "words": "word", "chars": "character", "bytes": "byte"}
_COMPARED = ("perplexity", "bits_per_char", "bits_per_byte", "nats")


def _figures(report: LmReport) -> dict[str, str]:
    """The same in words."""
    before = report.before
    how = _READINGS.get(report.reading, "files with the state carried from line to line, tables without")
    rows = {
        "perplexity": f"{perplexity(report.perplexity)} per token{_was(before, 'perplexity')}",
        "": _per_word(report),
        "bits": f"{report.bits_per_char:.4f} per character{_was(before, 'bits_per_char')}, "
        f"{report.bits_per_byte:.4f} per byte{_was(before, 'bits_per_byte')}",
        "total": f"{report.nats:,.2f} nats{_was(before, 'nats')}",
        "text": ", ".join(count(getattr(report, name), noun) for name, noun in _SIZES.items()),
        "read": f"{count(report.lines, 'line')}, {how}",
        "vocabulary": report.oov_rule,
    }
    if report.method:
        rows["with"] = report.method
    if report.oov:
        known = report.perplexity_without_oov
        without = f"; perplexity without them {perplexity(known)} per token" if known else ""
        counted = f"{count(report.oov, 'token')} ({percent(report.oov_rate, 2)})"
        rows["unknown"] = f"{counted}, not scored by their spelling{without}"
    return rows


def _per_word(report: LmReport) -> str:
    value = report.word_perplexity
    if value is not None and value >= MAX_PERPLEXITY:
        return "– per word: few spaces mark words here (--segments)"
    own = f"{perplexity(value)} per word{_was(report.before, 'word_perplexity')}"
    return f"{own}; {perplexity(report.word_perplexity_with_line_ends)} where line ends count as words"


def _was(before: LmReport | None, name: str) -> str:
    """What the figure was without the method."""
    if before is None:
        return ""
    value = getattr(before, name)
    shown = perplexity(value) if name.endswith("perplexity") else f"{value:,.2f}" if name == "nats" else f"{value:.4f}"
    return f" ({shown} without)"
