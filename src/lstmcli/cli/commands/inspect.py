"""``lstm inspect``: gates, states, predictions and word attributions for a text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs
from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.inspection.writers import writer
from lstmcli.cli.output.unknown_words import UnknownTokens, prepare_records
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.errors import NoDataError, UsageError
from lstmcli.inspection.config import DIRECTIONS, InspectConfig, from_options
from lstmcli.inspection.results import Inspection
from lstmcli.options import read_config

READ = ReadConfig()
NO_TEXT = 'give a text, `lstm inspect "…"`, name a file with --file, or pipe text in'

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def inspect(
    text: Annotated[
        str | None, o.argument("TEXT", "Text to inspect, or `-` for stdin. Default: stdin, if piped.")
    ] = None,
    file: Annotated[
        str | None, o.MAIN.option("--file", "FILE", "File to inspect: one text per line, or a table.")
    ] = None,
    model: Annotated[
        str | None, o.model_option("the one in lstm-model", "Model directory, of a classifier or a language model.")
    ] = None,
    layer: Annotated[
        str, o.MAIN.option("--layer", "N|all", "Layer to show, from 1 (nearest the input).", show_default="the last")
    ] = "",
    direction: Annotated[
        str, o.MAIN.choice("--direction", DIRECTIONS, "Direction to show, for a bidirectional model.")
    ] = "forward",
    unit: Annotated[
        list[int] | None, o.MAIN.option("--unit", "N", "Show this unit instead of the mean over units; repeatable.")
    ] = None,
    top_units: Annotated[
        int | None,
        o.MAIN.option(
            *("--top-units", "K"),
            "Show the K units that contribute most to the label's score, and K that correlate most with position.",
            callback=o.counted,
        ),
    ] = None,
    label: Annotated[
        str | None,
        o.MAIN.option(
            *("--label", "NAME", "Label to show."),
            show_default="the model's answer",
            autocompletion=completion.labels,
        ),
    ] = None,
    why: Annotated[
        bool, o.MAIN.flag("--why", "Show how much each word matters, by leaving it out and classifying the rest.")
    ] = False,
    threads: o.Threads = None,
    text_columns: o.TextColumns = None,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.Format | None, o.format_option("tsv and csv have one row per token; jsonl and json one object per text.")
    ] = None,
    keep_columns: o.KeepColumns = False,
    output_header: o.OutputHeader = None,
    html: Annotated[Path | None, o.OUTPUT.option("--html", "FILE", "Write a self-contained HTML page instead.")] = None,
    quiet: o.Quiet = False,
) -> None:
    """Show the gates, the cell and hidden state and the prediction at every token of a text.

    For a classifier, the probability under a token is the model's prediction if the text ended there. A language
    model shows the surprisal of each token. A translator shows its encoder on the text, its decoder on the translation,
    and the attention between them. Layers and units are numbered from 1.

    A gate is called saturated in a unit if it is above 0.9 at every token of a text of at least 5 tokens, and dead
    if it is below 0.1 at every token.

    --why shows the effect of each word instead of the gates; jsonl, json and --html have both.

    Examples:
      lstm inspect "The film was not bad at all"
      lstm inspect "The film was not bad at all" --why
      lstm inspect -m lstm-model/lm --unit 7 --unit 12 < line.txt
      lstm inspect -m lstm-model/translator "3 March 2021" --html attention.html
      lstm inspect --file poem.txt --top-units 3 --html poem.html
    """
    values = locals()
    source = _source(text, file)
    if html is not None:
        from lstmcli.cli.output.inspection.page import check_place

        check_place(html)
    shown = format or (None if html else o.default_format())
    config = _config(values, gates=not why or html is not None or shown in ("jsonl", "json"))

    from lstmcli.inspection.inspect import load_inspector
    from lstmcli.language_modeling.scoring.perplexity import is_carried
    from lstmcli.model_dir.directory import default_model_path

    inspector = load_inspector(default_model_path(None, model), config, threads=threads)
    lm = not inspector.model.task.labelled
    trained = inspector.model.trained_read
    read = read_config(values) if lm else with_training_defaults(read_config(values), trained)
    named, texts = ([source], []) if text is None or text == "-" else ([], [source])
    how: dict[str, Any] = {"prefer": trained, "labelled": False if lm else None, "as_files": lm, "quiet": quiet}
    inputs = Inputs(named, texts, read, keep_columns=keep_columns, **how)
    unknown = UnknownTokens()

    def inspections() -> Iterator[Inspection]:
        for each in inputs:
            carried = lm and is_carried(inspector.model.settings.tokenizer.mode, each.format)
            records = prepare_records(each.records, None, keep_columns and each.format == "text")
            for inspection in inspector.inspect(records, carried=carried):
                unknown.add(inspection)
                yield inspection
                if each.ready is not None and not each.ready():  # show what is there before waiting
                    sys.stdout.flush()

    results = require_text(inspections())
    if html is not None:
        from lstmcli.cli.output.inspection.page import write_page

        everything = list(bounded(results))
        write_page(html, everything, str(inspector.model.path))
        if not quiet:
            streams.say(f"wrote {safe(str(html))}")
        results = iter(everything)
    if shown is not None:
        top = top_units is not None
        out = writer(shown, sys.stdout, top_units=top, keep_columns=keep_columns, header=output_header)
        for each in results:
            out.write(each)
        out.close()
    sys.stdout.flush()
    unknown.say(quiet)


def _config(values: Mapping[str, Any], *, gates: bool) -> InspectConfig:
    """The config from the parameters.  Raises: UsageError."""
    config = from_options({**values, "layer": _layer(values["layer"])}, gates=gates)
    for name in ("layer", "direction", "unit", "top_units"):
        if not gates and values[name] not in ("", "forward", None, []):
            option = name.replace("_", "-")
            hint = "leave one of them out, or show both with --format jsonl or --html"
            raise UsageError(f"--why shows words instead of gates, but --{option} applies to gates", hint=hint)
    return config


def _source(text: str | None, file: str | None) -> str:
    """The text itself, or the name of the source.  Raises: UsageError, NoDataError."""
    if text is not None and file is not None:
        raise UsageError("TEXT and --file contradict each other", hint="leave one of them out")
    if file is None and text in (None, "-") and (sys.stdin is None or (text is None and sys.stdin.isatty())):
        raise UsageError("no input", hint=NO_TEXT)
    if text in (None, "-"):
        return file or "-"
    assert text is not None
    if not text.strip():
        raise NoDataError("nothing to inspect: the text is empty", hint=NO_TEXT)
    if "\n" not in text and len(text) < 256 and Path(text).is_file():
        streams.note(f"note: {safe(text)} is taken as the text; to read the file of that name, use --file")
    return text


def _layer(value: str) -> int | str | None:
    """Number of the layer, ``all``, or None for the last one.  Raises: UsageError."""
    if value in ("", "all"):
        return value or None
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(f"--layer must be all or a number from 1, not {value!r}")
    return int(value)


def require_text(results: Iterable[Inspection]) -> Iterator[Inspection]:
    """The same results.  Raises ``NoDataError`` before the first one if all texts are blank."""
    blank: list[Any] = []
    for inspection in (results := iter(results)):
        blank.append(inspection)
        if inspection.text.strip():
            yield from blank
            yield from results
            return
    raise NoDataError("nothing to inspect: there is no text", hint=NO_TEXT)


def bounded(results: Iterable[Inspection]) -> Iterator[Inspection]:
    """The same results.  Raises ``UsageError`` if an HTML page would be too long."""
    from lstmcli.cli.output.inspection.page import MAX_TOKENS

    tokens = 0
    for inspection in results:
        tokens += len(inspection.tokens) * max(1, len(inspection.layers))
        if tokens > MAX_TOKENS:
            raise UsageError(f"a page can show at most {MAX_TOKENS:,} tokens", hint="inspect a part of the text")
        yield inspection
