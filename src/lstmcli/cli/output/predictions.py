"""Predictions as they are written: a table for a terminal, TSV, CSV, JSON Lines, or one JSON array.

Every writer answers one input with one record as soon as it is asked to.  With ``keep_columns`` the input's
own columns come too; one that has the name of a field of ours is kept as ``original_NAME``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from lstmcli.classification.results import Prediction
from lstmcli.cli.io.streams import fitted, for_people, window_width
from lstmcli.cli.options.kept_columns import cell, kept
from lstmcli.cli.output.console import NOTHING, escape, safe, to_json

OURS = ("label", "probability", "probabilities", "labels", "text")


class Writer(Protocol):
    def write(self, prediction: Prediction) -> None: ...

    def close(self) -> None:
        """Writes what must come after the last prediction."""


def writer(format: str, out: TextIO, *, top: int | None, keep_columns: bool, header: bool | None = None) -> Writer:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``; ``header``: None is for csv alone."""
    if format == "table":
        return TableWriter(out, top, keep_columns)
    if format == "tsv":
        return TsvWriter(out, top, keep_columns, headed=bool(header))
    if format == "csv":
        return CsvWriter(out, top, keep_columns, headed=header is not False)
    return JsonWriter(out, keep_columns, array=format == "json")


def answer(prediction: Prediction, joint: str, clean: Callable[[str], str], nothing: str = "") -> str:
    """The label in one field: ``nothing`` for an abstention, several joined for a multi-label model.

    A bar inside one of several that are joined by bars gets a backslash.
    """
    if prediction.labels is not None:
        bar = "\\|" if joint == "|" else "|"
        return joint.join(clean(label).replace("|", bar) for label in prediction.labels) or nothing
    return nothing if prediction.label is None else clean(prediction.label)


def own_columns(prediction: Prediction) -> dict[str, Any]:
    """The input's columns under names that do not hide ours; a text that is ours already is left out."""
    columns = dict(prediction.columns)
    if columns.get("text") == prediction.text:
        columns.pop("text", None)
    return kept(columns, OURS)


class TsvWriter:
    """``label<TAB>probability``, or the K best as pairs; own columns come first; a header only where asked for."""

    def __init__(self, out: TextIO, top: int | None, keep_columns: bool, *, headed: bool = False) -> None:
        self.out, self.top, self.keep, self.headed = out, top, keep_columns, headed

    def write(self, prediction: Prediction) -> None:
        if self.headed:
            own = kept(prediction.columns, ("label", "probability")) if self.keep else {}
            self._header(list(own), len(prediction.probabilities))
        fields = [escape(cell(value)) for value in prediction.columns.values()] if self.keep else []
        if self.top is None:
            fields += [answer(prediction, "|", escape), f"{prediction.probability:.4f}"]
        else:
            for label, probability in prediction.probabilities.items():
                fields += [escape(label), f"{probability:.4f}"]
        self.out.write("\t".join(fields) + "\n")

    def _header(self, own: list[str], pairs: int) -> None:
        self.headed = False
        self.out.write("\t".join(map(escape, [*own, *names_of(self.top, pairs)])) + "\n")

    def close(self) -> None:
        if self.headed:
            self._header([], self.top or 1)


def names_of(top: int | None, pairs: int) -> list[str]:
    """The names of our columns: label and probability, and with ``top`` as many more pairs as there are."""
    names = ["label", "probability"]
    for k in range(2, pairs + 1 if top is not None else 0):
        names += [f"label_{k}", f"probability_{k}"]
    return names


class CsvWriter:
    """A header, then label, probability and text; more pairs with K; or the input's columns in front."""

    def __init__(self, out: TextIO, top: int | None, keep_columns: bool, *, headed: bool = True) -> None:
        self.out, self.top, self.keep, self.headed = out, top, keep_columns, headed
        self.rows = csv.writer(out, lineterminator="\n")
        self.clean = safe if out.isatty() else str
        self.columns: list[str] | None = None

    def write(self, prediction: Prediction) -> None:
        own = kept(prediction.columns, ("label", "probability")) if self.keep else {}
        if self.columns is None:
            self.columns = list(own)
            self._header(len(prediction.probabilities))
        row = [self.clean(cell(own.get(name))) for name in self.columns]
        if self.top is None:
            row += [answer(prediction, "|", self.clean), f"{prediction.probability:.6f}"]
        else:
            for label, probability in prediction.probabilities.items():
                row += [self.clean(label), f"{probability:.6f}"]
        self.rows.writerow(row if self.columns else [*row, self.clean(prediction.text)])

    def _header(self, pairs: int) -> None:
        names = [*map(self.clean, self.columns or []), *names_of(self.top, pairs)]
        if self.headed:
            self.rows.writerow(names if self.columns else [*names, "text"])

    def close(self) -> None:
        if self.columns is None:
            self.columns = []
            self._header(self.top or 1)


class JsonWriter:
    """One object a line, or one array of them that is written as it grows."""

    def __init__(self, out: TextIO, keep_columns: bool, *, array: bool) -> None:
        self.out, self.keep, self.array = out, keep_columns, array
        self.first = True

    def write(self, prediction: Prediction) -> None:
        row: dict[str, Any] = {"label": prediction.label, "probability": prediction.probability}
        if prediction.labels is not None:
            row["labels"] = prediction.labels
        row |= {"probabilities": prediction.probabilities, "text": prediction.text}
        if self.keep:
            row |= own_columns(prediction)
        before = ("[\n" if self.first else ",\n") if self.array else ""
        self.first = False
        self.out.write(before + to_json(row) + ("" if self.array else "\n"))

    def close(self) -> None:
        if self.array:
            self.out.write("[]\n" if self.first else "\n]\n")


class TableWriter:
    """Columns of fixed width, so that rows can be shown as they come; the text fills what is left."""

    def __init__(self, out: TextIO, top: int | None, keep_columns: bool) -> None:
        for_people(out)
        self.out, self.top, self.keep = out, top, keep_columns
        self.width = window_width()
        self.label_width = self.text_width = 0
        self.stacked = False

    def write(self, prediction: Prediction) -> None:
        from rich.cells import cell_len

        if not self.label_width:
            longest = max((cell_len(safe(label)) for label in prediction.probabilities), default=5)
            pairs = len(prediction.probabilities) if self.top is not None else 1
            self._arrange(max(5, longest), max(1, pairs))
            self._row(["label", "prob."] * (1 if self.stacked else pairs), "columns" if self.keep else "text")
        if self.top is None:
            cells = [answer(prediction, ", ", safe, NOTHING), f"{prediction.probability:.4f}"]
        else:
            cells = [part for name, p in prediction.probabilities.items() for part in (safe(name), f"{p:.4f}")]
        text = prediction.text
        if self.keep:
            text = "  ".join(f"{name}={cell(value)}" for name, value in prediction.columns.items()) or text
        # More than this cannot be shown; a text may be millions of characters long.
        self._row(cells, safe(text[: self.width + 1]))

    def _arrange(self, longest: int, pairs: int) -> None:
        """Widths: of the labels, and of the text, which is left out where less than 8 cells remain for it."""
        each = (self.width * 2 // 3) // pairs - 9
        self.label_width = max(5, min(longest, each))
        self.text_width = self.width - pairs * (self.label_width + 10)
        if self.text_width < 8:
            self.text_width = 0
            each = (self.width + 2) // pairs - 10
            self.stacked = pairs > 1 and each < 5  # then the pairs stand under one another
            self.label_width = max(5, min(longest, self.width - 10 if self.stacked else each))

    def _row(self, cells: list[str], text: str) -> None:
        parts = [fit(cell, 6 if i % 2 else self.label_width) for i, cell in enumerate(cells)]
        lines = ["  ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
        line = "\n  ".join(lines) if self.stacked else "  ".join(lines)
        if self.text_width:
            line += "  " + fit(text, self.text_width)
        self.out.write(line.rstrip() + "\n")

    def close(self) -> None:
        pass


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` terminal cells: padded, or cut with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    end = fitted("…")
    start = set_cell_size(text, max(0, width - len(end))).rstrip()  # half a wide character is a space
    return set_cell_size(start + end, width)
