"""``lstm generate``: text that goes on from a prompt, shown as it is made."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lstmcli.cli import options as o
from lstmcli.cli import prompts, streams
from lstmcli.cli.command import Command
from lstmcli.cli.continuations import Writer, writer
from lstmcli.cli.render import safe
from lstmcli.config_generate import ENGINES, BeamConfig, GenerateConfig, SamplingConfig
from lstmcli.errors import UsageError
from lstmcli.events import Warned

if TYPE_CHECKING:
    from lstmcli.tasks.generator import Generator

SAMPLING, BEAM = SamplingConfig(), BeamConfig()
CONFIG = GenerateConfig()
PROMPTS, CHOICE, SEARCH, COMPUTING = "Prompts", "Sampling", "Beam search", "Computing"

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
        str | None,
        typer.Argument(
            metavar="PROMPT",
            help="Text to go on from; `-` for stdin. Without it: what is piped in, else a new text is begun.",
        ),
    ] = None,
    model: o.LmModelPath = None,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", help="A text that does not end by itself ends here.")
    ] = CONFIG.max_tokens,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            metavar="X",
            show_default=str(SAMPLING.temperature),
            help="1: as the model says; less is safer, more is wilder; 0: the best token always.",
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option("-n", metavar="N", show_default="1", help="Texts for each prompt.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", show_default="a new one", help="The same seed gives the same texts."),
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option("--stop", metavar="TEXT", help="End a text before this; may be repeated. \\n is a line end."),
    ] = None,
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
    top_k: Annotated[
        int | None, o.option("--top-k", panel=CHOICE, metavar="K", text="Choose among the K best tokens.")
    ] = None,
    top_p: Annotated[
        float | None,
        o.option(
            "--top-p", panel=CHOICE, metavar="P", text="Among the best that have probability P together (nucleus)."
        ),
    ] = None,
    min_p: Annotated[
        float | None,
        o.option("--min-p", panel=CHOICE, metavar="P", text="Among those at least P times as probable as the best."),
    ] = None,
    typical: Annotated[
        float | None,
        o.option(
            "--typical",
            panel=CHOICE,
            metavar="P",
            text="Among those about as surprising as expected that have probability P together.",
        ),
    ] = None,
    repetition_penalty: Annotated[
        float | None,
        o.option(
            "--repetition-penalty",
            panel=CHOICE,
            metavar="X",
            show_default="1, none",
            text="Above 1: what was generated before becomes less probable.",
        ),
    ] = None,
    no_repeat_ngram: Annotated[
        int | None,
        o.option("--no-repeat-ngram", panel=CHOICE, metavar="N", text="No run of N tokens comes twice in a text."),
    ] = None,
    allow_unknown: Annotated[
        bool,
        o.option(
            "--allow-unknown", panel=CHOICE, show_default=False, text="Let <unk>, the unknown word, be generated."
        ),
    ] = False,
    beams: Annotated[
        int | None,
        o.option(
            "--beams",
            panel=SEARCH,
            metavar="N",
            text="Search for the most probable text, following N at once; no sampling.",
        ),
    ] = None,
    n_best: Annotated[
        int | None,
        o.option("--n-best", panel=SEARCH, metavar="N", show_default=str(BEAM.n_best), text="Give the N best texts."),
    ] = None,
    length_penalty: Annotated[
        float | None,
        o.option(
            "--length-penalty",
            panel=SEARCH,
            metavar="X",
            show_default=str(BEAM.length_penalty),
            text="Texts are ordered by log-probability over length to this power; 0 favours short ones.",
        ),
    ] = None,
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
    show_alternatives: Annotated[
        int | None,
        o.option(
            "--show-alternatives",
            panel=o.OUTPUT,
            metavar="K",
            text="Show the K most probable tokens at every step, as the model itself sees them.",
            callback=o.counted,
        ),
    ] = None,
    quiet: o.Quiet = False,
    engine: Annotated[
        str | None,
        o.option(
            "--engine",
            panel=COMPUTING,
            among=ENGINES,
            show_default="auto; torch with --device cuda",
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
    stdin is continued to the end of a line, in order. In jsonl and json, logprob is the natural logarithm of the
    model's own probability of the tokens, and tokens says how many there are.
    """
    if lines and interactive:
        raise UsageError("--lines and --interactive do not go together")
    if prompt is not None and (lines or interactive):
        what = "--lines" if lines else "--interactive"
        raise UsageError(f"{what} reads its prompts from stdin, and PROMPT is another", hint="leave one of them out")
    given = {
        "--temperature": temperature,
        "--top-k": top_k,
        "--top-p": top_p,
        "--min-p": min_p,
        "--typical": typical,
        "--repetition-penalty": repetition_penalty,
        "-n": samples,
        "--seed": seed,
        "--show-alternatives": show_alternatives,
    }
    searching = {"--n-best": n_best, "--length-penalty": length_penalty}
    sampling = SamplingConfig(
        temperature=SAMPLING.temperature if temperature is None else temperature,
        top_k=top_k,
        top_p=top_p,
        min_p=min_p,
        typical=typical,
        repetition_penalty=SAMPLING.repetition_penalty if repetition_penalty is None else repetition_penalty,
        no_repeat_ngram=no_repeat_ngram,
        allow_unknown=allow_unknown,
    )
    config = GenerateConfig(
        sampling=sampling,
        beam=_beam(beams, given, searching),
        samples=CONFIG.samples if samples is None else samples,
        max_tokens=max_tokens,
        stop=tuple(map(_unescaped, stop or [])),
        seed=seed,
        alternatives=show_alternatives or 0,
    )
    if lines and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("--lines reads prompts from stdin", hint="pipe them in, or use --interactive")

    from lstmcli.tasks.generator import load_generator
    from lstmcli.tasks.modeldir import default_model_path

    engine = engine or ("torch" if device.startswith("cuda") else "auto")
    generator = load_generator(default_model_path("lm", model), threads=threads, engine=engine, device=device)
    if lines:
        config = replace(config, stop=(*config.stop, "\n"))
    out = writer(format, sys.stdout, echo=not (no_prompt or interactive), apart=generator.multiline and not lines)
    if interactive:
        _ask(generator, config, out)
    else:
        texts: Iterable[str] = prompts.lines(encoding, quiet) if lines else [prompts.one(prompt, encoding)]
        for number, text in enumerate(texts):
            _continue(generator, text, config, out, number)
    out.close()


def _beam(beams: int | None, given: Mapping[str, object], searching: Mapping[str, float | None]) -> BeamConfig | None:
    """The search that is asked for, if one is."""
    if beams is None:
        for name, value in searching.items():
            if value is not None:
                raise UsageError(f"{name} is for beam search", hint=f"add --beams {max(BEAM.beams, int(value))}")
        return None
    for name, other in given.items():
        if other is not None:
            hint = "for several texts use --n-best" if name == "-n" else "leave one of them out"
            raise UsageError(f"--beams searches instead of sampling, so {name} does not go with it", hint=hint)
    n_best, length_penalty = searching["--n-best"], searching["--length-penalty"]
    return BeamConfig(
        beams=beams,
        n_best=BEAM.n_best if n_best is None else int(n_best),
        length_penalty=BEAM.length_penalty if length_penalty is None else length_penalty,
    )


def _unescaped(text: str) -> str:
    r"""A stop string as it is meant: ``\n``, ``\t`` and ``\\`` are what they are elsewhere."""
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def _continue(generator: Generator, prompt: str, config: GenerateConfig, out: Writer, number: int) -> None:
    from lstmcli.tasks.generate import generate

    out.begin(prompt)
    try:
        for event in generate(generator, prompt, config, number=number):
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
    ask = prompts.asking()
    number = 0
    while (prompt := ask()) is not None:
        with contextlib.suppress(KeyboardInterrupt):
            _continue(generator, prompt, config, out, number)
        number += 1
