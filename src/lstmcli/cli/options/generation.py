"""How text is generated: the options of sampling and of beam search, and the config that they make together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lstmcli.cli.options import common as o
from lstmcli.errors import UsageError
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig

CONFIG, SAMPLING, BEAM = GenerateConfig(), SamplingConfig(), BeamConfig()
CHOICE, SEARCH = "Sampling", "Beam search"

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
    int | None, o.option("--top-k", panel=CHOICE, metavar="K", text="Sample from the K most probable tokens.")
]
TopP = Annotated[
    float | None,
    o.option(
        "--top-p",
        panel=CHOICE,
        metavar="P",
        text="Sample from the most probable tokens that together have probability P (nucleus).",
    ),
]
MinP = Annotated[
    float | None,
    o.option(
        "--min-p", panel=CHOICE, metavar="P", text="Sample from tokens at least P times as probable as the best one."
    ),
]
Typical = Annotated[
    float | None,
    o.option(
        "--typical",
        panel=CHOICE,
        metavar="P",
        text="Locally typical sampling: tokens of about the expected surprisal that together have probability P.",
    ),
]
RepetitionPenalty = Annotated[
    float | None,
    o.option(
        "--repetition-penalty",
        panel=CHOICE,
        metavar="X",
        show_default="1, none",
        text="Above 1, tokens already generated become less probable.",
    ),
]
NoRepeatNgram = Annotated[
    int | None,
    o.option("--no-repeat-ngram", panel=CHOICE, metavar="N", text="Never generate the same N tokens twice in a text."),
]
AllowUnknown = Annotated[
    bool,
    o.option(
        "--allow-unknown", panel=CHOICE, show_default=False, text="Allow <unk>, the unknown token, in the output."
    ),
]

# Beam search
Beams = Annotated[
    int | None,
    o.option(
        "--beams",
        panel=SEARCH,
        metavar="N",
        text="Search for the most probable text with N beams, instead of sampling.",
    ),
]
NBest = Annotated[
    int | None,
    o.option("--n-best", panel=SEARCH, metavar="N", show_default=str(BEAM.n_best), text="Number of texts to return."),
]
LengthPenalty = Annotated[
    float | None,
    o.option(
        "--length-penalty",
        panel=SEARCH,
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

_OF_SAMPLING = {
    "temperature": "--temperature",
    "top_k": "--top-k",
    "top_p": "--top-p",
    "min_p": "--min-p",
    "typical": "--typical",
    "repetition_penalty": "--repetition-penalty",
    "samples": "-n",
    "seed": "--seed",
    "show_alternatives": "--show-alternatives",
}


def generate_config(values: Mapping[str, Any]) -> GenerateConfig:
    """What is generated for each prompt, from the parameters of ``lstm generate``; None is the default.

    Raises:
        UsageError: they are out of range, or contradict each other.
    """
    sampling = SamplingConfig(
        temperature=_or(values["temperature"], SAMPLING.temperature),
        top_k=values["top_k"],
        top_p=values["top_p"],
        min_p=values["min_p"],
        typical=values["typical"],
        repetition_penalty=_or(values["repetition_penalty"], SAMPLING.repetition_penalty),
        no_repeat_ngram=values["no_repeat_ngram"],
        allow_unknown=values["allow_unknown"],
    )
    return GenerateConfig(
        sampling=sampling,
        beam=_beam(values),
        samples=_or(values["samples"], CONFIG.samples),
        max_tokens=values["max_tokens"],
        stop=tuple(map(_unescaped, values["stop"] or ())) + (("\n",) if values["lines"] else ()),
        seed=values["seed"],
        alternatives=values["show_alternatives"] or 0,
    )


def _beam(values: Mapping[str, Any]) -> BeamConfig | None:
    """The search that is asked for, if one is."""
    n_best, length_penalty = values["n_best"], values["length_penalty"]
    if values["beams"] is None:
        for option, value in (("--n-best", n_best), ("--length-penalty", length_penalty)):
            if value is not None:
                raise UsageError(f"{option} is for beam search", hint=f"add --beams {max(BEAM.beams, n_best or 0)}")
        return None
    for name, option in _OF_SAMPLING.items():
        if values[name] is not None:
            hint = "for several texts use --n-best" if option == "-n" else "leave one of them out"
            raise UsageError(f"--beams searches instead of sampling, so {option} does not go with it", hint=hint)
    return BeamConfig(
        beams=values["beams"],
        n_best=_or(n_best, BEAM.n_best),
        length_penalty=_or(length_penalty, BEAM.length_penalty),
    )


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _unescaped(text: str) -> str:
    r"""A stop string as it is meant: ``\n``, ``\t`` and ``\\`` are what they are elsewhere."""
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")
