"""``lstm neighbours``: the words nearest to a word."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from lstmcli.cli.io import prompts, streams
from lstmcli.cli.options import common as o
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.neighbours import writer
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.inspection.config import NEIGHBOURS, SIDES

MAX_WARNINGS = 5
"""Unknown words of stdin that are named; the others are counted."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def neighbours(
    words: Annotated[
        list[str] | None, o.argument("WORD", "Words, or `-` for stdin, a word a line. Default: stdin, if piped.")
    ] = None,
    model: Annotated[str | None, o.model_option("the one in lstm-model")] = None,
    top: Annotated[int, o.MAIN.option("--top", "N", "Neighbours per word.", callback=o.counted)] = NEIGHBOURS,
    side: Annotated[
        str | None,
        o.MAIN.choice(
            *("--side", SIDES),
            "Vocabulary of a translator to search, if its sides have their own.",
            show_default=SIDES[-1],
        ),
    ] = None,
    format: Annotated[
        o.Format | None,
        o.format_option("tsv and csv have one row per neighbour; jsonl and json one object per word."),
    ] = None,
    output_header: Annotated[bool | None, o.output_header_option("csv: yes; tsv: no")] = None,
) -> None:
    """Show the words whose vectors are nearest to a word's, by cosine similarity.

    A word must be a token of the model's vocabulary; the error for another one names words that are spelled like it.
    Unknown words of stdin are reported on stderr, and the rest are answered.

    Examples:

      lstm neighbours good
      lstm neighbours good bad -m models/reviews --top 5
      lstm neighbours king queen -m lstm-model/lm --format csv
    """
    given = list(words or [])
    if not given and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("no word", hint="give one: `lstm neighbours WORD`, or pipe words in")

    from lstmcli.inspection.neighbours import Vocabulary
    from lstmcli.model_dir.directory import default_model_path

    vocabulary = Vocabulary(default_model_path(None, model), side)
    out = writer(format or o.default_format(), sys.stdout, header=output_header)
    if given and given != ["-"]:
        for found in [vocabulary.neighbours(word, top) for word in given]:
            out.write(found)
        out.close()
        return

    from lstmcli.inspection.results import Neighbours

    unknown = 0
    for word, ready in _piped():
        try:
            out.write(vocabulary.neighbours(word, top))
        except UsageError as error:
            unknown += 1
            if unknown <= MAX_WARNINGS:
                hint = f"; {error.hint}" if error.hint else ""
                streams.note(f"warning: {safe(f'{error}{hint}')}")
            out.write(Neighbours(word, ()))
        if ready:
            sys.stdout.flush()
    out.close()
    if unknown > MAX_WARNINGS:
        streams.note(f"warning: {unknown - MAX_WARNINGS} more words have no neighbours")


def _piped() -> Iterator[tuple[str, bool]]:
    """The words of stdin, and whether the next one is still to come."""
    for source in prompts.each(None, ReadConfig(), keep_columns=False, quiet=True):
        for record in source.records:
            yield record.text, source.ready is not None and not source.ready()
