"""``lstm train --check-labels``: a table of texts whose labels may be wrong."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lstmcli.classification.results import LabelSuspect
from lstmcli.cli.io import streams
from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import console, grid, percent, safe, show
from lstmcli.cli.output.writer import Layout, Row, Shape, stream
from lstmcli.errors import UsageError
from lstmcli.plural import count

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

OWN = frozenset(("check_labels", "source", "task", "format", "quiet"))
"""Options of the check itself."""
MAX_SHOWN = 50
"""Rows of the table for people."""


def table(suspects: list[LabelSuspect], out: Console) -> Iterator[RenderableType]:
    """The surest suspects, a line each."""
    if not suspects:
        return
    from rich.text import Text

    rows = grid(header=True)
    for name in ("label", "prob.", "better", "prob.", "line"):
        justify: Any = "right" if name in ("prob.", "line") else "left"
        rows.add_column(of_display(name), no_wrap=True, overflow="ellipsis", justify=justify)
    rows.add_column(of_display("text"))  # the only one that gets narrower
    for suspect in suspects[:MAX_SHOWN]:
        shares = (f"{suspect.probability:.2f}", f"{suspect.probability_better:.2f}")
        line = "" if suspect.line is None else str(suspect.line)
        text = Text(safe(suspect.text[: out.width]), no_wrap=True, overflow="ellipsis")
        rows.add_row(safe(suspect.label), shares[0], safe(suspect.better), shares[1], line, text)
    yield rows
    if len(suspects) > MAX_SHOWN:
        more = f"the {MAX_SHOWN} surest; {len(suspects) - MAX_SHOWN:,} more with --format tsv, csv, jsonl or json"
        yield of_display(more)


def _row(suspect: LabelSuspect) -> list[Row]:
    return [{name: getattr(suspect, name) for name in COLUMNS}]


COLUMNS = ("label", "better", "probability", "probability_better", "line", "text")
SUSPECT = Layout(
    Shape(LabelSuspect, *COLUMNS[:4], "path?", "line?", "confident", "text"),
    rows=_row,
    numbers=".4f",
    columns_without_rows=COLUMNS,
)


def check_labels(
    source: str, given: Mapping[str, Any], typed: Collection[str], *, task: str | None, format: str, quiet: bool
) -> None:
    """Print the suspects of a source, the surest first.

    Args:
        typed: the options given on the command line; those of the config file that do not apply are ignored.

    Raises:
        UsageError: one of them does not apply.
        DataError: the source cannot be read as asked, or has no labels.
    """
    if task not in (None, "classify"):
        raise UsageError(f"--check-labels is for labels, not for --task {task}", hint="leave one of them out")

    from lstmcli.classification.label_errors import applies, open_labels
    from lstmcli.cli.io.asking import which_label

    named = {name: given[name] for name in given if name not in OWN and (name in typed or applies(name))}
    check, splits = open_labels(source, named, which_label)
    for message in (*(() if quiet else splits.notes), *splits.warnings):
        streams.note(message)

    def progress(done: int, all: int) -> None:
        if not quiet:
            streams.say(f"fit {done} of {all}")

    suspects = list(check.suspects(progress))
    if not quiet:
        sure = sum(suspect.confident for suspect in suspects)
        share = percent(len(suspects) / len(check.records))
        found = f"{count(len(suspects), 'label')} of {len(check.records):,} ({share}) may be wrong"
        streams.note(f"{found}, {sure:,} of them by the confident joint")
    if format == "table":
        out = console()
        show(out, *table(suspects, out))
        return
    to = stream(SUSPECT, format, sys.stdout)
    for suspect in suspects:
        to.write(suspect)
    to.close()
