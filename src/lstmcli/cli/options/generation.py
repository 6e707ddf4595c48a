"""Options of text generation: sampling and beam search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lstmcli.cli.options import common as o
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig, from_options

CONFIG, SAMPLING, BEAM = GenerateConfig(), SamplingConfig(), BeamConfig()
SAMPLING_PANEL, BEAM_PANEL = "Sampling", "Beam search"

MaxTokens = Annotated[int, typer.Option("--max-tokens", metavar="N", help="Maximum number of tokens to generate.")]
Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        metavar="X",
        show_default=str(SAMPLING.temperature),
        help="Lower is safer, higher is more varied; 1 samples from the model's own distribution, 0 always takes the "
        "most probable token.",
    ),
]
Samples = Annotated[int | None, typer.Option("-n", metavar="N", show_default="1", help="Number of texts per prompt.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", show_default="random", help="Random seed; the same seed gives the same texts."),
]
Stop = Annotated[
    list[str] | None,
    typer.Option("--stop", metavar="TEXT", help="Stop before this string; repeatable. \\n is a line break."),
]

# Sampling
TopK = Annotated[
    int | None, o.option("--top-k", panel=SAMPLING_PANEL, metavar="K", text="Sample from the K most probable tokens.")
]
TopP = Annotated[
    float | None,
    o.option(
        "--top-p",
        panel=SAMPLING_PANEL,
        metavar="P",
        text="Sample from the most probable tokens that together have probability P (nucleus).",
    ),
]
MinP = Annotated[
    float | None,
    o.option(
        "--min-p",
        panel=SAMPLING_PANEL,
        metavar="P",
        text="Sample from tokens at least P times as probable as the best one.",
    ),
]
Typical = Annotated[
    float | None,
    o.option(
        "--typical",
        panel=SAMPLING_PANEL,
        metavar="P",
        text="Locally typical sampling: tokens of about the expected surprisal that together have probability P.",
    ),
]
RepetitionPenalty = Annotated[
    float | None,
    o.option(
        "--repetition-penalty",
        panel=SAMPLING_PANEL,
        metavar="X",
        show_default="1, none",
        text="Above 1, tokens already generated become less probable.",
    ),
]
NoRepeatNgram = Annotated[
    int | None,
    o.option(
        "--no-repeat-ngram", panel=SAMPLING_PANEL, metavar="N", text="Never generate the same N tokens twice in a text."
    ),
]
AllowUnknown = Annotated[
    bool,
    o.option(
        "--allow-unknown",
        panel=SAMPLING_PANEL,
        show_default=False,
        text="Allow <unk>, the unknown token, in the output.",
    ),
]

# Beam search
Beams = Annotated[
    int | None,
    o.option(
        "--beams",
        panel=BEAM_PANEL,
        metavar="N",
        text="Search for the most probable text with N beams, instead of sampling.",
    ),
]
NBest = Annotated[
    int | None,
    o.option(
        "--n-best", panel=BEAM_PANEL, metavar="N", show_default=str(BEAM.n_best), text="Number of texts to return."
    ),
]
LengthPenalty = Annotated[
    float | None,
    o.option(
        "--length-penalty",
        panel=BEAM_PANEL,
        metavar="X",
        show_default=str(BEAM.length_penalty),
        text="Rank texts by log-probability divided by length to this power; 0 favours short texts.",
    ),
]
ShowAlternatives = Annotated[
    int | None,
    o.option(
        "--show-alternatives",
        panel=o.OUTPUT,
        metavar="K",
        text="Show the K most probable tokens at every step, before sampling filters.",
        callback=o.counted,
    ),
]


def generate_config(values: Mapping[str, Any]) -> GenerateConfig:
    """The generation config from the parameters of ``lstm generate``; None means the default.

    Raises:
        UsageError: parameters are out of range or contradict each other.
    """
    stop = (*map(_unescaped, values["stop"] or ()), *(("\n",) if values["lines"] else ()))
    return from_options({**values, "stop": stop})


def _unescaped(text: str) -> str:
    r"""A stop string with the escapes ``\n``, ``\t`` and ``\\`` replaced."""
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")
