"""Options of scoring, and the method that adapts to the text, if any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lstmcli.config import within
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import AdaptConfig, CacheConfig
from lstmcli.language_modeling.scoring.score import BATCH_SIZE

if TYPE_CHECKING:
    from lstmcli.language_modeling.scoring.perplexity import Method

CACHE, ADAPT = CacheConfig(), AdaptConfig()
METHOD_OPTIONS = ("cache", "cache_theta", "cache_lambda", "adapt", "adapt_rate", "adapt_decay", "lines")
"""The arguments of ``adapting``."""


def adapting(
    *,
    cache: int | None,
    cache_theta: float,
    cache_lambda: float,
    adapt: bool,
    adapt_rate: float,
    adapt_decay: float,
    lines: bool,
) -> CacheConfig | AdaptConfig | None:
    """The one way of adapting to the text that the options ask for.

    Raises:
        UsageError: they contradict each other.
    """
    for wanted, name, value, usual in (
        (cache is not None, "cache-theta", cache_theta, CACHE.theta),
        (cache is not None, "cache-lambda", cache_lambda, CACHE.share),
        (adapt, "adapt-rate", adapt_rate, ADAPT.rate),
        (adapt, "adapt-decay", adapt_decay, ADAPT.decay),
    ):
        if not wanted and value != usual:
            raise UsageError(f"--{name} needs --{name.split('-')[0]}")
    if cache is None and not adapt:
        return None
    option = "--adapt" if cache is None else "--cache"
    for other, given in (("--adapt", cache is not None and adapt), ("--lines", lines)):
        if given:
            raise UsageError(f"{option} and {other} contradict each other", hint="give one, or neither")
    return AdaptConfig(adapt_rate, adapt_decay) if cache is None else CacheConfig(cache, cache_theta, cache_lambda)


def method_of(config: CacheConfig | AdaptConfig | None) -> Method | None:
    """What adapts to the text; None: nothing does."""
    if config is None:
        return None
    if isinstance(config, CacheConfig):
        from lstmcli.language_modeling.scoring.cache import Cache

        return Cache(config)
    from lstmcli.language_modeling.scoring.dynamic_evaluation import Adaptation

    return Adaptation(config)


@dataclass(frozen=True)
class ScoringOptions:
    """Options of ``lstm perplexity`` by name."""

    stream: bool = False
    lines: bool = False
    segments: bool = False
    match_corpus: bool = False
    cache: int | None = None
    cache_theta: float = CACHE.theta
    cache_lambda: float = CACHE.share
    adapt: bool = False
    adapt_rate: float = ADAPT.rate
    adapt_decay: float = ADAPT.decay
    batch_size: int = BATCH_SIZE

    def __post_init__(self) -> None:
        if self.stream and self.lines:
            raise UsageError("stream and lines contradict each other", hint="give one, or neither")
        if self.match_corpus and self.segments:
            raise UsageError(
                "match_corpus and segments contradict each other", hint="words that you marked are not cut"
            )
        within("batch_size", self.batch_size, 1)

    @property
    def method(self) -> Method | None:
        """What adapts to the text.  Raises: UsageError."""
        return method_of(adapting(**{name: getattr(self, name) for name in METHOD_OPTIONS}))
