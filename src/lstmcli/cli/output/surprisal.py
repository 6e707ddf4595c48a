"""Writers of perplexity and surprisal: layouts for programs, and tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TextIO

from lstmcli.cli.io.streams import window_width
from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import MAX_PERPLEXITY, facts, percent, perplexity, safe
from lstmcli.cli.output.predictions import fit, right
from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Row, Shape, Writer, cell, escape, stream
from lstmcli.plural import count
from lstmcli.scoring.results import LmReport, Surprisal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

UNKNOWN_MARK = "? "
"""Marks unknown text in a table for people."""
_TEXT_WIDTH = 16
"""Width of the text if the columns of the input follow it."""


def _before(name: str) -> Field:
    def get(row: Surprisal) -> Any:
        return LEFT_OUT if row.before is None else getattr(row.before, name)

    about = "The value without --cache or --adapt; only with one of them."
    return Field(f"before_{name}", get, float | None, about, optional=True)


_FIELDS = ("text", "surprisal", "entropy", "line", "tokens", "oov", _before("surprisal"), _before("entropy"))
_FILE = Field("file", attrgetter("path"), str, "The input file; only with several inputs.", optional=True)
SURPRISAL = Layout[Surprisal](Shape(Surprisal, *_FIELDS, _FILE))
SURPRISAL_OF_ONE = replace(SURPRISAL, shape=Shape(Surprisal, *_FIELDS))
"""Without the name of the file, of which there is one, or none."""


def writer(
    format: str, out: TextIO, *, several: bool, keep_columns: bool = False, header: bool | None = None
) -> Writer[Surprisal]:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``.

    Args:
        several: there are several inputs, so rows have a ``file`` column.
        keep_columns: include the columns of the input.
        header: whether to write a header, see ``stream``.
    """
    if format == "table":
        return TableWriter(out)
    layout = SURPRISAL if several else SURPRISAL_OF_ONE
    return stream(layout, format, out, keep_columns=keep_columns, header=header)


class TableWriter(Writer[Surprisal]):
    """A table with columns of fixed width, so that rows can be printed as they come.

    The text comes last, with a mark if it is unknown, followed by the columns of the input if they are kept.  In a
    narrow window, columns of numbers are left out.
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
            self._line([of_display(name) for name in self._names], " " * len(UNKNOWN_MARK) + of_display("text"))
        # A text may have millions of characters; no more than this can be shown.
        text = escape(row.text[: self.width + 1]) if len(row.text) == 1 else safe(row.text[: self.width + 1])
        if row.columns:
            own = "  ".join(f"{safe(name)}={safe(cell(value)[: self.width])}" for name, value in row.columns.items())
            text = f"{fit(text, _TEXT_WIDTH)}  {own}"
        mark = UNKNOWN_MARK if row.unknown else " " * len(UNKNOWN_MARK)
        self._line([numbers[name] for name in self._names], mark + text)

    def _that_fit(self, names: list[str]) -> list[str]:
        while len(names) > 1 and self.width - self._taken(names) < _MIN_TEXT_WIDTH:
            names = names[:-1] if len(names) > 2 else names[1:]
        return names

    def _taken(self, names: Sequence[str]) -> int:
        return sum((6 if name == "line" else 9) + 2 for name in names)

    def _line(self, values: Sequence[str], text: str) -> None:
        pairs = zip(self._names, values, strict=True)
        numbers = "".join(right(value, 6 if name == "line" else 9) + "  " for name, value in pairs)
        self.out.write((numbers + fit(text, max(1, self.width - self._taken(self._names)))).rstrip() + "\n")


def _places(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


_MIN_TEXT_WIDTH = 9
"""Columns of numbers are left out until the text has this width."""


def _flat(report: LmReport) -> Iterator[Row]:
    """The scores; and, prefixed with ``before_``, the main scores without the method."""
    fields = FIGURES.shape(report)
    before = fields.pop("before", None)
    yield fields | {f"before_{name}": getattr(before, name) for name in _COMPARED if before is not None}


READINGS = {
    "lines": "each scored separately; --stream carries the state from line to line, as in training",
    "stream": "state carried from line to line",
    "pairs": "each given its source",
}
_SIZES = {"tokens": "token", "words": "word", "chars": "character", "bytes": "byte"}
_COMPARED = ("perplexity", "word_perplexity", "bits_per_char", "bits_per_byte", "nats")


def _figures(report: LmReport) -> dict[str, str]:
    """Names and values for the table."""
    before = report.before
    how = READINGS.get(report.reading, "state carried from line to line in files, not in tables")
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
        rows["unknown"] = f"{counted}, scored as <unk>{without}"
    return rows


def _per_word(report: LmReport) -> str:
    value = report.word_perplexity
    if value is not None and value >= MAX_PERPLEXITY:
        return "– per word: the text has few spaces between words (see --segments)"
    own = f"{perplexity(value)} per word{_was(report.before, 'word_perplexity')}"
    return f"{own}; {perplexity(report.word_perplexity_with_line_ends)} with line ends counted as words"


def _was(before: LmReport | None, name: str) -> str:
    """The value without the method, in parentheses."""
    if before is None:
        return ""
    value = getattr(before, name)
    shown = perplexity(value) if name.endswith("perplexity") else f"{value:,.2f}" if name == "nats" else f"{value:.4f}"
    return f" ({shown} without)"


def _table(report: LmReport, out: Console) -> Iterable[RenderableType]:
    return [facts(_figures(report), out)]


_ALWAYS = ("perplexity", "word_perplexity", "bits_per_char", "bits_per_byte", "nats", "tokens", "words", "chars")
_MORE = ("oov_rule?", "perplexity_without_oov?", "word_perplexity_with_line_ends?", "reading?", "method?", "before?")
FIGURES = Layout(
    Shape(LmReport, *_ALWAYS, "bytes", "lines", "oov", "oov_rate", *_MORE),
    rows=_flat,
    table=_table,
    numbers=".10g",
    upright=True,
)
