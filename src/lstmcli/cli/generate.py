"""``lstm generate``: text that goes on from a prompt, shown as it is made."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lstmcli.cli import options as o
from lstmcli.cli import prompts, streams
from lstmcli.cli import sampling as s
from lstmcli.cli.command import Command
from lstmcli.cli.continuations import Writer, writer
from lstmcli.cli.render import safe
from lstmcli.config_generate import ENGINES, GenerateConfig
from lstmcli.errors import UsageError
from lstmcli.events import Warned

if TYPE_CHECKING:
    from lstmcli.tasks.generator import Event, Generator

PROMPTS, COMPUTING = "Prompts", "Computing"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog="""Examples:
  lstm generate "It was a dark and stormy night"
  lstm generate -n 5 --temperature 1 --top-p 0.95 --seed 7
  lstm generate --lines --format jsonl < prompts.txt
  lstm generate "The answer is" --beams 8 --n-best 3 --stop "\\n\"""",
)
def generate(
    prompt: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROMPT",
            help="Text to go on from; `-` for stdin. Without it: what is piped in, else a new text is begun.",
        ),
    ] = None,
    model: o.LmModelPath = None,
    max_tokens: s.MaxTokens = s.CONFIG.max_tokens,
    temperature: s.Temperature = None,
    samples: s.Samples = None,
    seed: s.Seed = None,
    stop: s.Stop = None,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines", rich_help_panel=PROMPTS, show_default=False, help="Each line of stdin is a prompt: continue it."
        ),
    ] = False,
    interactive: Annotated[
        bool,
        typer.Option(
            "--interactive", "-i", rich_help_panel=PROMPTS, show_default=False, help="Ask for one prompt after another."
        ),
    ] = False,
    encoding: Annotated[
        str | None,
        o.option(
            "--encoding", panel=PROMPTS, metavar="NAME", show_default="found", text="Encoding of stdin: utf-8, gbk, …"
        ),
    ] = None,
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
        typer.Option(
            "--format",
            rich_help_panel=o.OUTPUT,
            metavar="text|jsonl|json",
            help="jsonl and json: an object for each text, with its log-probability.",
        ),
    ] = "text",
    no_prompt: Annotated[
        bool,
        o.option("--no-prompt", panel=o.OUTPUT, show_default=False, text="Show only what comes after the prompt."),
    ] = False,
    show_alternatives: s.ShowAlternatives = None,
    quiet: o.Quiet = False,
    engine: Annotated[
        str | None,
        o.option(
            "--engine",
            panel=COMPUTING,
            among=ENGINES,
            show_default="auto; onnx with --lines; torch with --device cuda",
            text="onnx is exact, int8 much faster and a little off; auto is int8 if the model has it.",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        o.option(
            "--threads",
            panel=COMPUTING,
            metavar="N",
            show_default="all cores",
            text="CPU threads to use.",
            callback=o.counted,
        ),
    ] = None,
    device: Annotated[
        str, o.option("--device", panel=COMPUTING, among=("auto", "cpu", "cuda"), text="Where to compute.")
    ] = "auto",
) -> None:
    """Continue a prompt with a language model, or begin a text; it is shown as it is made.

    A text ends when the model ends it, before a stop string, or after --max-tokens. With --lines each line of
    stdin is continued to the end of a line, in order; lines that are there already are worked on together, which
    changes no answer of the exact engines. In jsonl and json, logprob is the natural logarithm of the model's own
    probability of the tokens, and tokens says how many there are.
    """
    values = locals()
    if lines and interactive:
        raise UsageError("--lines and --interactive do not go together")
    if prompt and (lines or interactive):
        what = "--lines" if lines else "--interactive"
        raise UsageError(f"{what} reads its prompts from stdin, and PROMPT is another", hint="leave one of them out")
    config = s.generate_config(values)
    if lines and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("--lines reads prompts from stdin", hint="pipe them in, or use --interactive")

    from lstmcli.tasks import generate as task
    from lstmcli.tasks.generator import load_generator
    from lstmcli.tasks.modeldir import default_model_path

    # int8 answers move with their batch mates, and what is there already depends on how fast a pipe is.
    engine = engine or ("torch" if device.startswith("cuda") else "onnx" if lines else "auto")
    generator = load_generator(default_model_path("lm", model), threads=threads, engine=engine, device=device)
    out = writer(format, sys.stdout, echo=not (no_prompt or interactive), apart=generator.multiline and not lines)
    if interactive:
        _ask(generator, config, out)
    elif lines:
        for source in prompts.lines(encoding, quiet):
            for text, events in task.generate_each(generator, source.records, config, ready=source.ready):
                _show(text, events, out)
    else:
        text = prompts.one(" ".join(prompt) if prompt else None, encoding)  # words without quotes are one prompt
        _show(text, task.generate(generator, text, config), out)
    out.close()


def _show(prompt: str, events: Iterator[Event], out: Writer) -> None:
    out.begin(prompt)
    try:
        for event in events:
            if isinstance(event, Warned):
                streams.say(f"warning: {safe(event.message)}")
            else:
                out.write(event)
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            print()  # what is said next has a line of its own
        raise


def _ask(generator: Generator, config: GenerateConfig, out: Writer) -> None:
    """One prompt after the other; Ctrl-C ends a text, and between texts the program, as Ctrl-D does."""
    from lstmcli.tasks.generate import generate

    ask = prompts.asking()
    number = 0
    while (prompt := ask()) is not None:
        with contextlib.suppress(KeyboardInterrupt):
            _show(prompt, generate(generator, prompt, config, number=number), out)
        number += 1
