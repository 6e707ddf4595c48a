"""``lstm generate``: continue a prompt, streaming the text."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lstmcli.cli.io import prompts, streams
from lstmcli.cli.options import common as o
from lstmcli.cli.options import generation as s
from lstmcli.cli.output.console import safe
from lstmcli.cli.output.generation import NO_COLUMNS, Writer, writer
from lstmcli.cli.typer_classes import Command
from lstmcli.engine.registry import AUTO
from lstmcli.errors import UsageError
from lstmcli.generation.config import GenerateConfig
from lstmcli.options import read_config
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.training.events import Warned

if TYPE_CHECKING:
    from lstmcli.generation.session import Generator, Output

PROMPTS = o.Section("Prompts")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def generate(
    prompt: Annotated[
        list[str] | None,
        o.argument("PROMPT", "Text to continue, or `-` for stdin. Default: stdin, if piped; otherwise a new text."),
    ] = None,
    model: o.LmModelPath = None,
    max_tokens: s.MaxTokens = s.CONFIG.max_tokens,
    temperature: s.Temperature = None,
    samples: s.Samples = None,
    seed: s.Seed = None,
    stop: s.Stop = None,
    lines: Annotated[bool, PROMPTS.flag("--lines", "Continue each line of stdin.")] = False,
    file: Annotated[
        str | None, PROMPTS.option("--file", "FILE", "Continue each line of a file, or each row of a table.")
    ] = None,
    interactive: Annotated[bool, PROMPTS.flag("--interactive -i", "Ask for prompts in a loop.")] = False,
    encoding: Annotated[
        str | None,
        PROMPTS.option("--encoding", "NAME", "Text encoding of the prompts: utf-8, gbk, …", show_default="detected"),
    ] = None,
    text_columns: o.TextColumns = None,
    delimiter: o.Delimiter = None,
    input_format: o.InputFormat = None,
    top_k: s.TopK = None,
    top_p: s.TopP = None,
    min_p: s.MinP = None,
    typical: s.Typical = None,
    repetition_penalty: s.RepetitionPenalty = None,
    no_repeat_ngram: s.NoRepeatNgram = None,
    allow_unknown: s.AllowUnknown = False,
    beams: s.Beams = None,
    n_best: s.NBest = None,
    length_penalty: s.LengthPenalty = None,
    format: Annotated[
        Literal["text", "jsonl", "json"],
        o.OUTPUT.option("--format", "text|jsonl|json", "Output format; jsonl and json include the log-probability."),
    ] = "text",
    no_prompt: Annotated[bool, o.OUTPUT.flag("--no-prompt", "Print only the continuation.")] = False,
    keep_columns: o.KeepColumns = False,
    show_alternatives: s.ShowAlternatives = None,
    quiet: o.Quiet = False,
    engine: o.GeneratingEngine = None,
    threads: Annotated[int | None, o.threads_option(o.COMPUTING)] = None,
    device: Annotated[str, o.device_option(o.COMPUTING)] = "auto",
) -> None:
    r"""Generate text with a language model: continue a prompt, or start a new text. Text is streamed.

    A text ends when the model ends it, at a stop string, or after --max-tokens. With --lines or --file, each line or
    row is a prompt and is continued to the end of a line; the output has the order of the input.

    Examples:
      lstm generate "It was a dark and stormy night"
      lstm generate -n 5 --temperature 1 --top-p 0.95 --seed 7
      lstm generate --lines --format jsonl < prompts.txt
      lstm generate --file items.csv --text-column context --keep-columns --format jsonl
      lstm generate "The answer is" --beams 8 --n-best 3 --stop "\n"
    """
    values = locals()
    lines = values["lines"] = _has_many_prompts(values)
    config = s.generate_config(values)

    from lstmcli.generation import generate as task
    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.model_dir.directory import default_model_path

    # int8 results depend on the batch, and the batches of a pipe on how fast it is, so --lines defaults to onnx.
    engine = engine or (None if lines else AUTO)
    place = default_model_path(LANGUAGE_MODELING, model)
    generator = LanguageModel(place, threads=threads, engine=engine, device=device).generator
    out = writer(format, sys.stdout, echo=not (no_prompt or interactive), blank_lines=generator.multiline and not lines)
    warnings = Warnings()
    if interactive:
        _ask(generator, config, out)
    elif lines:
        for source in prompts.each(file, read_config(values), keep_columns, quiet):
            for record, events in task.generate_each(generator, source.records, config, ready=source.ready):
                _show(record.text, events, out, warnings, NO_COLUMNS if source.format == "text" else record.columns)
    else:
        text = prompts.one(" ".join(prompt) if prompt else None, encoding)  # unquoted words form one prompt
        _show(text, task.generate(generator, text, config), out, warnings)
    out.close()


def _has_many_prompts(values: Mapping[str, Any]) -> bool:
    """Whether there are several prompts, from a file or from stdin.

    Raises:
        UsageError: options contradict each other, or stdin cannot be read as asked.
    """
    lines, file, interactive = values["lines"], values["file"] is not None, values["interactive"]
    reader = "--lines" if lines else "--interactive"
    contradictions = {
        f"--{'lines' if lines else 'file'} and --interactive contradict each other": (lines or file) and interactive,
        "--lines reads prompts from stdin, but --file from a file": lines and file,
        "both --file and PROMPT give prompts": values["prompt"] and file,
        f"{reader} reads prompts from stdin, but PROMPT is given too": values["prompt"] and (lines or interactive),
    }
    for message, is_given in contradictions.items():
        if is_given:
            raise UsageError(message, hint="leave one of them out")
    if values["keep_columns"] and values["format"] == "text":
        raise UsageError("--keep-columns needs --format jsonl or json", hint="plain text has no columns")
    many = bool(lines or file)
    for name in ("keep_columns", "text_columns", "delimiter", "input_format"):
        if values[name] and not many:
            option = "--text-column" if name == "text_columns" else f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} applies only to prompts from a file", hint="name the file with --file")
    if lines and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("--lines reads prompts from stdin", hint="pipe them in, or use --interactive to type them")
    return many


class Warnings:
    """Prints warnings about the first few prompts."""

    MAX_COUNT = 5

    def __init__(self) -> None:
        self._count = 0

    def say(self, message: str) -> None:
        self._count += 1
        if self._count <= self.MAX_COUNT:
            streams.say(f"warning: {safe(message)}")
        elif self._count == self.MAX_COUNT + 1:
            streams.say("warning: more prompts contain unknown tokens; further warnings are omitted")


def _show(
    prompt: str, events: Iterator[Output], out: Writer, warnings: Warnings, columns: Mapping[str, Any] = NO_COLUMNS
) -> None:
    out.begin(prompt, columns)
    try:
        for event in events:
            if isinstance(event, Warned):
                warnings.say(event.message)
            else:
                out.write(event)
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            print()  # so that the next message starts on a new line
        raise


def _ask(generator: Generator, config: GenerateConfig, out: Writer) -> None:
    """Ask for prompts in a loop; Ctrl-C ends a text, and at the prompt the program, as Ctrl-D does."""
    from lstmcli.generation.generate import generate

    ask = prompts.prompt_reader()
    number = 0
    while (prompt := ask()) is not None:
        with contextlib.suppress(KeyboardInterrupt):
            _show(prompt, generate(generator, prompt, config, number=number), out, Warnings())
        number += 1
