"""Options of text generation: sampling and beam search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from lstmcli.cli.options.common import MAIN, OUTPUT, Section, counted
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig, from_options

CONFIG = GenerateConfig()
_SAMPLING_DEFAULTS, _BEAM_DEFAULTS = SamplingConfig(), BeamConfig()
SAMPLING, BEAM_SEARCH = Section("Sampling"), Section("Beam search")

MaxTokens = Annotated[int, MAIN.option("--max-tokens", "N", "Maximum number of tokens to generate.")]
Temperature = Annotated[
    float | None,
    MAIN.option(
        *("--temperature", "X"),
        "Lower is safer, higher is more varied; 1 samples from the model's own distribution, 0 always takes the most "
        "probable token.",
        show_default=str(_SAMPLING_DEFAULTS.temperature),
    ),
]
Samples = Annotated[int | None, MAIN.option("-n", "N", "Number of texts per prompt.", show_default="1")]
Seed = Annotated[
    int | None, MAIN.option("--seed", "N", "Random seed; the same seed gives the same texts.", show_default="random")
]
Stop = Annotated[
    list[str] | None, MAIN.option("--stop", "TEXT", "Stop before this string; repeatable. \\n is a line break.")
]

TopK = Annotated[int | None, SAMPLING.option("--top-k", "K", "Sample from the K most probable tokens.")]
TopP = Annotated[
    float | None,
    SAMPLING.option("--top-p", "P", "Sample from the most probable tokens that together have probability P (nucleus)."),
]
MinP = Annotated[
    float | None, SAMPLING.option("--min-p", "P", "Sample from tokens at least P times as probable as the best one.")
]
Typical = Annotated[
    float | None,
    SAMPLING.option(
        *("--typical", "P"),
        "Locally typical sampling: tokens of about the expected surprisal that together have probability P.",
    ),
]
RepetitionPenalty = Annotated[
    float | None,
    SAMPLING.option(
        *("--repetition-penalty", "X"),
        "Above 1, tokens already generated become less probable.",
        show_default="1, none",
    ),
]
NoRepeatNgram = Annotated[
    int | None, SAMPLING.option("--no-repeat-ngram", "N", "Never generate the same N tokens twice in a text.")
]
AllowUnknown = Annotated[bool, SAMPLING.flag("--allow-unknown", "Allow <unk>, the unknown token, in the output.")]

Beams = Annotated[
    int | None,
    BEAM_SEARCH.option("--beams", "N", "Search for the most probable text with N beams, instead of sampling."),
]
NBest = Annotated[
    int | None,
    BEAM_SEARCH.option("--n-best", "N", "Number of texts to return.", show_default=str(_BEAM_DEFAULTS.n_best)),
]
LengthPenalty = Annotated[
    float | None,
    BEAM_SEARCH.option(
        *("--length-penalty", "X"),
        "Rank texts by log-probability divided by length to this power; 0 favours short texts.",
        show_default=str(_BEAM_DEFAULTS.length_penalty),
    ),
]
ShowAlternatives = Annotated[
    int | None,
    OUTPUT.option(
        *("--show-alternatives", "K"),
        "Show the K most probable tokens at every step, before sampling filters.",
        callback=counted,
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
