"""What ``inspect`` found, for programs: TSV, CSV, JSON Lines, or one JSON array."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Protocol, TextIO

from lstmcli.cli.options.kept_columns import cell, is_headed, kept
from lstmcli.cli.output.console import escape, safe, to_json
from lstmcli.inspection.results import Inspection, Layer, TokenRead, Why


class Writer(Protocol):
    def write(self, found: Inspection) -> None: ...

    def close(self) -> None:
        """Writes what must come after the last text."""


def writer(
    format: str,
    out: TextIO,
    *,
    top_units: bool = False,
    keep_columns: bool = False,
    header: bool | None = None,
) -> Writer:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``.

    Args:
        top_units: rows are of units.
        keep_columns: the input's own columns come too, but for a table on a terminal.
        header: whether the names of the columns come first, see ``is_headed``.
    """
    if format == "table":
        from lstmcli.cli.output.inspection.terminal import GateTableWriter

        return GateTableWriter(out)
    if format in ("tsv", "csv"):
        headed = is_headed(header, format, keep_columns)
        return RowWriter(out, format, headed=headed, top_units=top_units, keep_columns=keep_columns)
    return JsonWriter(out, array=format == "json", keep_columns=keep_columns)


def rows(found: Inspection, top_units: bool = False) -> Iterator[dict[str, Any]]:
    """One row for each token and layer (and unit, if units were chosen); for each word with ``why``; for each unit
    that is tied to something with ``top_units``."""
    if found.why is not None:
        for word in found.why.words:
            yield {"line": found.line, **asdict(word), "label": found.why.label}
        return
    for layer in found.layers:
        where = {"line": found.line, "layer": layer.layer, "direction": layer.direction}
        if top_units:
            for tie in layer.ties:
                yield {**where, "unit": tie.unit, "to": tie.to, "strength": tie.strength}
            continue
        for t, token in enumerate(found.tokens):
            own = {**where, "token": t + 1, "text": token.text, **_answer(found, token)}
            for unit in layer.chosen:
                yield {**own, "unit": unit.unit, **{name: values[t] for name, values in unit.values.items()}}
            if not layer.chosen:
                yield own | _means(layer, t)


def _answer(found: Inspection, token: TokenRead) -> dict[str, float | None]:
    if found.label is None:
        return {"surprisal": token.surprisal, "entropy": token.entropy}
    return {"probability": None if token.probabilities is None else token.probabilities[found.label]}


def _means(layer: Layer, t: int) -> dict[str, float]:
    gates = {name: value for gate in layer.gates for name, value in _gate(gate.name, gate.mean[t], gate.spread[t])}
    return gates | {f"{name}_norm": values[t] for name, values in layer.norms.items()}


def _gate(name: str, mean: float, spread: float) -> list[tuple[str, float]]:
    return [(name, mean), (f"{name}_spread", spread)]


class RowWriter:
    """Tab-separated or comma-separated; the input's own columns, those of the first row, come first."""

    def __init__(self, out: TextIO, format: str, *, headed: bool, top_units: bool, keep_columns: bool) -> None:
        self.out, self.format, self.headed = out, format, headed
        self.top_units, self.keep = top_units, keep_columns
        self.clean = safe if out.isatty() else str
        self.rows = csv.writer(out, lineterminator="\n")
        self.names: list[str] | None = None

    def write(self, found: Inspection) -> None:
        for row in rows(found, self.top_units):
            own = kept(found.columns, row) if self.keep else {}
            self.names = list(own) if self.names is None else self.names
            fields = {name: cell(own.get(name)) for name in self.names} | row
            if self.headed:
                self.headed = False
                self._line(list(fields))
            self._line([_number(value) for value in fields.values()])

    def _line(self, fields: list[str]) -> None:
        if self.format == "csv":
            self.rows.writerow([self.clean(field) for field in fields])
        else:
            self.out.write("\t".join(map(escape, fields)) + "\n")

    def close(self) -> None:
        pass


def _number(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)


class JsonWriter:
    """An object for each text, one a line or in one array that is written as it grows."""

    def __init__(self, out: TextIO, *, array: bool, keep_columns: bool) -> None:
        self.out, self.array, self.keep, self.first = out, array, keep_columns, True

    def write(self, found: Inspection) -> None:
        before = ("[\n" if self.first else ",\n") if self.array else ""
        self.first = False
        row = fields(found)
        if self.keep:
            row |= kept(found.columns, row)
        self.out.write(before + to_json(row) + ("" if self.array else "\n"))

    def close(self) -> None:
        if self.array:
            self.out.write("[]\n" if self.first else "\n]\n")


def fields(found: Inspection) -> dict[str, Any]:
    """A text as JSON; series go over ``tokens``.  What a model of the kind does not have is left out."""
    row: dict[str, Any] = {"text": found.text, "line": found.line}
    if found.path:
        row["file"] = found.path
    row |= {"task": found.task, "cell": found.cell}
    if found.label is not None:
        row |= {"label": found.label, "probability": found.probability, "probabilities": found.probabilities}
    row |= {"unread": found.unread, "every": found.every} if found.tokens and found.label is not None else {}
    row["tokens"] = [_token(token) for token in found.tokens]
    row["layers"] = [_layer(layer) for layer in found.layers]
    if found.why is not None:
        row["why"] = _why(found.why)
    return row


def _token(token: TokenRead) -> dict[str, Any]:
    return {name: value for name, value in asdict(token).items() if value is not None}


def _layer(layer: Layer) -> dict[str, Any]:
    row = asdict(layer)
    row["gates"] = {gate.name: {"mean": gate.mean, "spread": gate.spread} for gate in layer.gates}
    row["chosen"] = [{"unit": unit.unit, **unit.values} for unit in layer.chosen]
    return row


def _why(why: Why) -> dict[str, Any]:
    sums = {"sum": why.sum, "total": why.total, "sum_log_odds": why.sum_log_odds, "total_log_odds": why.total_log_odds}
    return asdict(why) | sums
