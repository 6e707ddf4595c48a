"""``lstm translate``: translate texts as they arrive."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs
from lstmcli.cli.options import common as o
from lstmcli.cli.options.bulk import is_wanted
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.translations import writer
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig
from lstmcli.errors import UsageError
from lstmcli.options import read_config
from lstmcli.tasks import TRANSLATION
from lstmcli.translation.config import BeamConfig

READ, BEAM = ReadConfig(), BeamConfig()

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def translate(
    files: Annotated[
        list[str] | None,
        o.argument("FILE", "Files to translate, or `-` for stdin. Default: stdin, if piped."),
    ] = None,
    text: Annotated[list[str] | None, o.MAIN.option("--text", "TEXT", "Text to translate; repeatable.")] = None,
    model: o.TranslatorPath = None,
    n: Annotated[int, o.MAIN.option("-n", "N", "Number of translations of each text.")] = BEAM.n,
    beam: Annotated[
        int | None,
        o.MAIN.option(
            *("--beam", "N"),
            "Hypotheses that are kept at each step; 1 takes the likeliest token at each.",
            show_default=f"{BEAM.beam}, or -n if that is more",
        ),
    ] = None,
    length_penalty: Annotated[
        float, o.MAIN.option("--length-penalty", "X", "0 favours short translations; the higher, the longer.")
    ] = BEAM.length_penalty,
    alignment: Annotated[
        bool,
        o.MAIN.flag(
            *("--alignment", "Show the attention of each token: a picture, rows, or in JSON all weights."),
        ),
    ] = False,
    batch_size: o.AtOnce = None,
    threads: o.Threads = None,
    workers: o.Workers = None,
    ray: o.Ray = None,
    limit_memory: o.LimitMemory = None,
    engine: o.ScoringEngine = None,
    device: o.Device = "auto",
    text_columns: o.TextColumns = None,
    header: o.Header = READ.header,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.FormatOrParquet | None,
        o.format_option("tsv is the translation alone; csv, jsonl and json include the text.", parquet=True),
    ] = None,
    keep_columns: o.KeepColumns = False,
    output: o.AnswerFolder = None,
    output_header: Annotated[bool | None, o.output_header_option("csv: yes; tsv: no")] = None,
    quiet: o.Quiet = False,
) -> None:
    """Translate texts: one translation for each input, in order, blank lines included.

    A file has one text per line, or is CSV, TSV, JSON, JSON Lines or Parquet; a column of translations is not needed.
    Lines from a pipe are answered as they arrive.

    Examples:

      lstm translate --text "Ein Mann mit einem Hut"
      lstm translate < german.txt > english.txt
      lstm translate german.txt -n 3 --beam 10 --format jsonl
      lstm translate --text "3 March 2021" --alignment --format table
      lstm translate "corpus/*.de" -o english --workers 8
    """
    values = locals()
    named = specs(files, text)
    if alignment and keep_columns:
        raise UsageError("--alignment and --keep-columns do not go together")
    config = BeamConfig(beam=max(BEAM.beam, n) if beam is None else beam, length_penalty=length_penalty, n=n)
    if is_wanted(values):
        from lstmcli.cli.commands.translate_into_folder import translate_into_folder

        translate_into_folder(values, config)
        return

    from lstmcli.model_dir.directory import default_model_path
    from lstmcli.translation.odd_texts import check_columns
    from lstmcli.translation.predict import Translator

    translator = Translator(default_model_path(TRANSLATION, model), threads=threads, engine=engine, device=device)
    trained = translator.directory.trained_read
    inputs = Inputs(
        named, text or [], read_config(values), prefer=trained, labelled=False, keep_columns=keep_columns, quiet=quiet
    )
    if not text_columns:
        for source in inputs.opened:
            check_columns(source.text_columns, trained, source.path)
    out = writer(
        format or o.default_format(), sys.stdout, n=n, alignment=alignment, keep_columns=keep_columns,
        header=output_header,
    )  # fmt: skip
    size = {} if batch_size is None else {"batch_size": batch_size}
    odd = translator.odd_texts()
    for records, ready, *_ in inputs:
        how: dict[str, Any] = {"alignment": alignment, "eager": ready is not None, "ready": ready, **size}
        how |= {"odd": odd, "n": config.n, "beam": config.beam, "length_penalty": config.length_penalty}
        for found in translator.translations(iter(records), **how):
            out.write(found)
            if ready is not None and not ready():
                sys.stdout.flush()
    out.close()
    for warning in odd.warnings():
        streams.note(f"warning: {safe(warning)}")
