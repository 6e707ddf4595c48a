"""Settings of text generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lstmcli.config import check_types, require, whole
from lstmcli.errors import UsageError
from lstmcli.plural import count

FILTERS: tuple[str, ...] = ("top_k", "top_p", "min_p", "typical")


@dataclass(frozen=True)
class SamplingConfig:
    """How the next token is chosen.  A filter that is ``None`` is off."""

    temperature: float = 0.8
    """Divides the logits: 1 is the model's distribution, lower is more conservative, 0 always takes the best token."""
    top_k: int | None = None
    """Sample from the K most probable tokens."""
    top_p: float | None = None
    """Nucleus sampling: from the smallest set of tokens with this total probability (Holtzman et al. 2020)."""
    min_p: float | None = None
    """Sample from tokens with at least this share of the best token's probability (Nguyen et al. 2024)."""
    typical: float | None = None
    """Locally typical sampling: from tokens with surprisal near the entropy and this total probability (Meister et al.
    2023)."""
    repetition_penalty: float = 1.0
    """Above 1: tokens that were already generated become less probable (Keskar et al. 2019)."""
    no_repeat_ngram: int | None = None
    """No n-gram of this length occurs twice in prompt and text (Paulus et al. 2018)."""
    allow_unknown: bool = False
    """Whether ``<unk>`` may be generated."""

    def __post_init__(self) -> None:
        ok = self.temperature == 0 or 0.001 <= self.temperature <= 100
        require(ok, f"temperature must be 0 or from 0.001 to 100, not {self.temperature}")
        require(self.top_k is None or self.top_k >= 1, f"top-k must be at least 1, not {self.top_k}")
        for name in FILTERS[1:]:
            share = getattr(self, name)
            ok = share is None or 0.0 < share <= 1.0
            require(ok, f"{name.replace('_', '-')} must be above 0 and at most 1, not {share}")
        ok = 1.0 <= self.repetition_penalty <= 100.0
        require(ok, f"repetition-penalty must be from 1 to 100, not {self.repetition_penalty}")
        ok = self.no_repeat_ngram is None or self.no_repeat_ngram >= 1
        require(ok, f"no-repeat-ngram must be at least 1, not {self.no_repeat_ngram}")


@dataclass(frozen=True)
class BeamConfig:
    """Beam search for the most probable text, instead of sampling."""

    beams: int = 4
    """Number of texts that are extended at once."""
    n_best: int = 1
    """Number of texts returned, best first."""
    length_penalty: float = 1.0
    """The score is the log-probability divided by the number of tokens to this power: 0 favours short texts."""

    def __post_init__(self) -> None:
        require(self.beams >= 1, f"beams must be at least 1, not {self.beams}")
        require(self.n_best >= 1, f"n-best must be at least 1, not {self.n_best}")
        if self.n_best > self.beams:
            raise UsageError(
                f"{self.n_best} best texts cannot come from {count(self.beams, 'beam')}",
                hint=f"give at least --beams {self.n_best}",
            )
        ok = 0.0 <= self.length_penalty <= 10.0
        require(ok, f"length-penalty must be from 0 to 10, not {self.length_penalty}")


@dataclass(frozen=True)
class GenerateConfig:
    """What is generated for each prompt."""

    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    beam: BeamConfig | None = None
    """None: sample.  Beam search uses only ``no_repeat_ngram`` and ``allow_unknown`` of ``sampling``."""
    samples: int = 1
    """Texts per prompt, generated in one batch."""
    max_tokens: int = 200
    """Maximum length of a text."""
    stop: tuple[str, ...] = ()
    """A text ends before the first of these strings."""
    seed: int | None = None
    """The same seed gives the same texts; None draws one."""
    alternatives: int = 0
    """Number of candidates reported for each token."""

    def __post_init__(self) -> None:
        hint = "leave --max-tokens out for the default"
        if self.max_tokens < 1:
            raise UsageError(f"max-tokens must be at least 1, not {self.max_tokens}", hint=hint)
        require(self.samples >= 1, f"the number of samples must be at least 1, not {self.samples}")
        chosen = [name for name in FILTERS if getattr(self.sampling, name) is not None]
        if self.sampling.temperature == 0 and chosen:
            option = f"--{chosen[0].replace('_', '-')}"
            raise UsageError(f"at temperature 0 the best token is taken always, and {option} changes nothing")
        if self.sampling.temperature == 0 and self.samples > 1:
            raise UsageError(f"at temperature 0 all {self.samples} texts would be the same", hint="leave out -n")
        require(all(self.stop), "a stop string cannot be empty")
        require(self.seed is None or self.seed >= 0, f"seed must be at least 0, not {self.seed}")
        whole("show-alternatives", self.alternatives, 0)


def from_options(given: Mapping[str, Any]) -> GenerateConfig:
    """What is generated for each prompt, from options by name; None, or not there, is the default.

    Raises:
        UsageError: they are out of range, or contradict each other.
    """

    def or_default(name: str, default: Any) -> Any:
        value = given.get(name)
        return default if value is None else value

    check_types({name: value for name, value in given.items() if value is not None}, *_CONFIGS)
    sampling, whole = SamplingConfig(), GenerateConfig()
    return GenerateConfig(
        sampling=SamplingConfig(
            temperature=or_default("temperature", sampling.temperature),
            repetition_penalty=or_default("repetition_penalty", sampling.repetition_penalty),
            no_repeat_ngram=given.get("no_repeat_ngram"),
            allow_unknown=or_default("allow_unknown", sampling.allow_unknown),
            **{name: given.get(name) for name in FILTERS},
        ),
        beam=_beam(given),
        samples=or_default("samples", whole.samples),
        max_tokens=or_default("max_tokens", whole.max_tokens),
        stop=tuple(or_default("stop", whole.stop)),
        seed=given.get("seed"),
        alternatives=or_default("show_alternatives", whole.alternatives),
    )


_CONFIGS = (SamplingConfig, BeamConfig, GenerateConfig)
_OF_SAMPLING = {
    "temperature": "--temperature",
    **{name: f"--{name.replace('_', '-')}" for name in FILTERS},
    "repetition_penalty": "--repetition-penalty",
    "samples": "-n",
    "seed": "--seed",
    "show_alternatives": "--show-alternatives",
}


def _beam(given: Mapping[str, Any]) -> BeamConfig | None:
    """The search that is asked for, if one is."""
    usual = BeamConfig()
    beams, n_best, length_penalty = (given.get(name) for name in ("beams", "n_best", "length_penalty"))
    if beams is None:
        for option, value in (("--n-best", n_best), ("--length-penalty", length_penalty)):
            if value is not None:
                raise UsageError(f"{option} is for beam search", hint=f"add --beams {max(usual.beams, n_best or 0)}")
        return None
    for name, option in _OF_SAMPLING.items():
        if given.get(name) is not None:
            hint = "for several texts use --n-best" if option == "-n" else "leave one of them out"
            raise UsageError(f"--beams searches instead of sampling, so {option} does not go with it", hint=hint)
    return BeamConfig(
        beams=beams,
        n_best=usual.n_best if n_best is None else n_best,
        length_penalty=usual.length_penalty if length_penalty is None else length_penalty,
    )


OPTIONS = frozenset(
    {*_OF_SAMPLING, "no_repeat_ngram", "allow_unknown", "beams", "n_best", "length_penalty", "max_tokens", "stop"}
)
"""Names that ``from_options`` knows."""
