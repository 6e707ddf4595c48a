"""How text is generated: the options of sampling and of beam search, and the config that they make together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lstmcli.cli.options import common as o
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig, from_options

CONFIG, SAMPLING, BEAM = GenerateConfig(), SamplingConfig(), BeamConfig()
CHOICE, SEARCH = "Sampling", "Beam search"

MaxTokens = Annotated[
    int, typer.Option("--max-tokens", metavar="N", help="A text that does not end by itself ends here.")
]
Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        metavar="X",
        show_default=str(SAMPLING.temperature),
        help="1: as the model says; less is safer, more is wilder; 0: the best token always.",
    ),
]
Samples = Annotated[int | None, typer.Option("-n", metavar="N", show_default="1", help="Texts for each prompt.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", show_default="a new one", help="The same seed gives the same texts."),
]
Stop = Annotated[
    list[str] | None,
    typer.Option("--stop", metavar="TEXT", help="End a text before this; may be repeated. \\n is a line end."),
]

# Sampling
TopK = Annotated[int | None, o.option("--top-k", panel=CHOICE, metavar="K", text="Choose among the K best tokens.")]
TopP = Annotated[
    float | None,
    o.option("--top-p", panel=CHOICE, metavar="P", text="Among the best that have probability P together (nucleus)."),
]
MinP = Annotated[
    float | None,
    o.option("--min-p", panel=CHOICE, metavar="P", text="Among those at least P times as probable as the best."),
]
Typical = Annotated[
    float | None,
    o.option(
        "--typical",
        panel=CHOICE,
        metavar="P",
        text="Among those about as surprising as expected that have probability P together.",
    ),
]
RepetitionPenalty = Annotated[
    float | None,
    o.option(
        "--repetition-penalty",
        panel=CHOICE,
        metavar="X",
        show_default="1, none",
        text="Above 1: what was generated before becomes less probable.",
    ),
]
NoRepeatNgram = Annotated[
    int | None,
    o.option("--no-repeat-ngram", panel=CHOICE, metavar="N", text="No run of N tokens comes twice in a text."),
]
AllowUnknown = Annotated[
    bool,
    o.option("--allow-unknown", panel=CHOICE, show_default=False, text="Let <unk>, the unknown word, be generated."),
]

# Beam search
Beams = Annotated[
    int | None,
    o.option(
        "--beams",
        panel=SEARCH,
        metavar="N",
        text="Search for the most probable text, following N at once; no sampling.",
    ),
]
NBest = Annotated[
    int | None,
    o.option("--n-best", panel=SEARCH, metavar="N", show_default=str(BEAM.n_best), text="Give the N best texts."),
]
LengthPenalty = Annotated[
    float | None,
    o.option(
        "--length-penalty",
        panel=SEARCH,
        metavar="X",
        show_default=str(BEAM.length_penalty),
        text="Texts are ordered by log-probability over length to this power; 0 favours short ones.",
    ),
]
ShowAlternatives = Annotated[
    int | None,
    o.option(
        "--show-alternatives",
        panel=o.OUTPUT,
        metavar="K",
        text="Show the K most probable tokens at every step, as the model itself sees them.",
        callback=o.counted,
    ),
]


def generate_config(values: Mapping[str, Any]) -> GenerateConfig:
    """What is generated for each prompt, from the parameters of ``lstm generate``; None is the default.

    Raises:
        UsageError: they are out of range, or contradict each other.
    """
    stop = (*map(_unescaped, values["stop"] or ()), *(("\n",) if values["lines"] else ()))
    return from_options({**values, "stop": stop})


def _unescaped(text: str) -> str:
    r"""A stop string as it is meant: ``\n``, ``\t`` and ``\\`` are what they are elsewhere."""
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")
