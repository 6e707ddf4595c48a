"""Writers of predictions: a layout for programs, and a table for people that is printed row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TextIO

from lstmcli.classification.results import Prediction
from lstmcli.cli.io.streams import fitted, for_people, window_width
from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import NOTHING, safe
from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Row, Shape, Writer, cell, kept, stream


def writer(
    format: str,
    out: TextIO,
    *,
    top: int | None,
    keep_columns: bool,
    novelty: bool = False,
    texts: bool = False,
    header: bool | None = None,
) -> Writer[Prediction]:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl``, ``json`` or ``parquet``.

    Args:
        texts: predictions are not in the order of the input, so lines of tsv have the text, too.
        header: None for csv only.
    """
    if format == "table":
        return TableWriter(out, top, keep_columns, novelty)
    csv = format in ("csv", "parquet")

    def row(prediction: Prediction) -> list[Row]:
        if top is None:
            label = prediction.label if prediction.labels is None else prediction.labels
            found: dict[str, Any] = {"label": label, "probability": prediction.probability}
        else:
            values = [value for pair in _shown(prediction) for value in pair]
            found = dict(zip(names_of(top, len(prediction.probabilities)), values, strict=True))
        if novelty:
            found["novelty"] = prediction.novelty
        if (csv or texts) and not (keep_columns and prediction.columns):
            found["text"] = prediction.text
        return [found]

    names = names_of(top, top or 1) + ["novelty"] * novelty + ["text"] * (csv or texts)
    layout = replace(PREDICTION, rows=row, numbers=".6f" if csv else ".4f", columns_without_rows=names)
    return stream(layout, format, out, keep_columns=keep_columns, header=header if csv else bool(header))


def _shown(prediction: Prediction) -> list[tuple[str | None, float]]:
    """The labels of ``--top`` with their probabilities; the first label is the answer, so None without one."""
    pairs: list[tuple[str | None, float]] = list(prediction.probabilities.items())
    refused = prediction.label is None and prediction.labels is None
    return [(None, pairs[0][1]), *pairs[1:]] if refused and pairs else pairs


def names_of(top: int | None, pairs: int) -> list[str]:
    """The column names: label and probability, and with ``top`` one more pair for each further label."""
    names = ["label", "probability"]
    for k in range(2, pairs + 1 if top is not None else 0):
        names += [f"label_{k}", f"probability_{k}"]
    return names


def _own_columns(prediction: Prediction) -> dict[str, Any]:
    """The input's columns, renamed where they clash with ours, without a copy of the text."""
    columns = dict(prediction.columns)
    if columns.get("text") == prediction.text:
        columns.pop("text", None)
    return kept(columns, {field.name for field in _SHAPE.fields})


_LEFT_OUT = Field("left_out", lambda answer: answer.left_out or LEFT_OUT, int, optional=True)
_SHAPE = Shape(Prediction, "label", "probability", "labels?", "probabilities", _LEFT_OUT, "novelty?", "text")
PREDICTION = Layout(_SHAPE, input_columns=_own_columns)


class TableWriter(Writer[Prediction]):
    """A table with columns of fixed width, so that rows can be printed as they come; the text takes the rest."""

    def __init__(self, out: TextIO, top: int | None, keep_columns: bool, novelty: bool = False) -> None:
        for_people(out)
        self.out, self.top, self.keep, self.novelty = out, top, keep_columns, novelty
        self.width = window_width()
        self.label_width = self.text_width = 0
        self.stacked = False

    def write(self, prediction: Prediction) -> None:
        from rich.cells import cell_len

        if not self.label_width:
            longest = max((cell_len(safe(label)) for label in prediction.probabilities), default=5)
            pairs = len(prediction.probabilities) if self.top is not None else 1
            self._arrange(max(5, longest), max(1, pairs))
            about = (fit(of_display("novelty"), 9) if self.novelty else "") + of_display(
                "columns" if self.keep else "text"
            )
            self._row([of_display("label"), of_display("prob.")] * (1 if self.stacked else pairs), about)
        if self.top is None:
            labels = prediction.labels if prediction.labels is not None else [prediction.label or ""]
            cells = [", ".join(map(safe, labels)) or NOTHING, f"{prediction.probability:.4f}"]
        else:
            cells = [part for name, p in _shown(prediction) for part in (safe(name or NOTHING), f"{p:.4f}")]
        text = prediction.text
        if self.keep:
            text = "  ".join(f"{name}={cell(value)}" for name, value in prediction.columns.items()) or text
        if prediction.novelty is not None:
            text = f"{prediction.novelty:<7.4f}  {text}"
        # A text may have millions of characters; no more than this can be shown.
        self._row(cells, safe(text[: self.width + 1]))

    def _arrange(self, longest: int, pairs: int) -> None:
        """Compute the widths of the labels and the text.

        Several pairs whose labels would be cut stand one per line.  The text is left out if it has fewer than 8 cells.
        """
        self.stacked = pairs > 1 and pairs * (longest + 10) + 8 > self.width
        across = 1 if self.stacked else pairs
        self.label_width = max(5, min(longest, (self.width * 2 // 3) // across - 9))
        self.text_width = self.width - across * (self.label_width + 10)
        if self.text_width < 8:
            self.text_width = 0
            self.label_width = max(5, min(longest, (self.width + 2) // across - 10))

    def _row(self, cells: list[str], text: str) -> None:
        parts = [fit(cell, 6 if i % 2 else self.label_width) for i, cell in enumerate(cells)]
        lines = ["  ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
        if not self.stacked:
            lines = ["  ".join(lines)]
        if self.text_width:
            lines[0] += "  " + fit(text, self.text_width)
        self.out.write("\n  ".join(line.rstrip() for line in lines) + "\n")


def right(text: str, width: int) -> str:
    """``text`` right-aligned in ``width`` terminal cells, truncated if needed."""
    from rich.cells import cell_len

    return " " * (width - cell_len(text)) + text if cell_len(text) <= width else fit(text, width)


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` terminal cells: padded, or truncated with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    end = fitted("…")
    start = set_cell_size(text, max(0, width - len(end))).rstrip()  # half a wide character is a space
    return set_cell_size(start + end, width)
