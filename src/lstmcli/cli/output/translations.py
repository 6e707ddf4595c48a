"""Writers of translations: a layout for programs, plain lines for people, and attention as rows or a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any, TextIO

from lstmcli.cli.io.streams import for_people, window_width
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.predictions import fit
from lstmcli.cli.output.writer import Layout, Row, Shape, Writer, inside, stream
from lstmcli.translation.results import Alignment, Candidate, Translation

SHADES = " .:-=+*#%@"
"""Weights of attention from 0 to 1."""

_CANDIDATE = Shape(Candidate, "text", "log_p", "tokens", inside("alignment?", Shape(Alignment)))
_SHAPE = Shape(Translation, "translation", "log_p", inside("candidates", [_CANDIDATE]), "truncated", "text")
TRANSLATION = Layout(_SHAPE)


def writer(
    format: str, out: TextIO, *, n: int, alignment: bool, keep_columns: bool, header: bool | None = None
) -> Writer[Translation]:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl``, ``json`` or ``parquet``; ``header``: None for csv only."""
    if format == "table":
        return LineWriter(out)
    csv, numbers = format in ("csv", "parquet"), count(1)

    def row(found: Translation) -> list[Row]:
        cells: dict[str, Any] = {}
        for k, candidate in enumerate(found.candidates[:n], 1):
            cells |= dict(zip(_names(k), (candidate.text, candidate.log_p), strict=True))
        names = [name for k in range(1, n + 1) for name in _names(k)]
        names = names if n > 1 or csv else names[:1]
        shown: dict[str, Any] = {name: cells.get(name, "") for name in names}
        if csv and not (keep_columns and found.columns):
            shown["text"] = found.text
        return [shown]

    def aligned(found: Translation) -> list[Row]:
        number = next(numbers)
        return [{"line": number, **cells} for cells in alignment_rows(found)]

    layout = replace(TRANSLATION, rows=aligned if alignment else row, numbers=".6f" if csv else ".4f")
    layout = replace(layout, columns_without_rows=[] if alignment else ["translation"])
    if alignment:
        return stream(layout, format, out, header=True if header is None else header)
    return stream(layout, format, out, keep_columns=keep_columns, header=header if csv else bool(header))


def _names(k: int) -> tuple[str, str]:
    end = f"_{k}" if k > 1 else ""
    return f"translation{end}", f"log_p{end}"


def alignment_rows(found: Translation) -> Iterator[dict[str, Any]]:
    """For each token of the best translation the token of the text with the most attention."""
    alignment = found.candidates[0].alignment if found.candidates else None
    if alignment is None:
        return
    for token, weights in zip(alignment.target, alignment.weights, strict=True):
        place = max(range(len(weights)), key=weights.__getitem__)
        yield {"token": token, "source": alignment.source[place], "place": place + 1, "weight": weights[place]}


class LineWriter:
    """For people: a translation per line; several of a text are numbered; attention is a picture below."""

    def __init__(self, out: TextIO) -> None:
        for_people(out)
        self.out, self.width = out, window_width()

    def write(self, found: Translation) -> None:
        several = len(found.candidates) > 1
        if several:
            self.out.write(safe(found.text) + "\n")
        for number, candidate in enumerate(found.candidates, 1):
            start = f"  {number}. {candidate.log_p:9.4f}  " if several else ""
            self.out.write(start + safe(candidate.text) + "\n")
        if not found.candidates:
            self.out.write("\n")
        elif alignment := found.candidates[0].alignment:
            self.out.write("\n".join(picture(alignment, self.width)) + "\n\n")

    def close(self) -> None:
        pass


def picture(alignment: Alignment, width: int) -> Iterator[str]:
    """A line for each token of the translation, a column for each token of the text; the darker, the more attention."""
    names = [safe(token).strip() or "_" for token in alignment.target]
    left = min(max(map(len, names)) + 1, width // 3)
    shown = alignment.source[: max(1, width - left - 1)]
    for place in range(max(len(token) for token in shown)):  # the tokens of the text, written downwards
        letters = [(safe(token).strip() or "_") for token in shown]
        line = "".join(name[place] if place < len(name) else " " for name in letters)
        if line.strip():
            yield (" " * (left + 1) + line).rstrip()
    for name, weights in zip(names, alignment.weights, strict=True):
        marks = "".join(SHADES[min(len(SHADES) - 1, int(w * len(SHADES)))] for w in weights[: len(shown)])
        yield f"{fit(name, left)} {marks}".rstrip()
