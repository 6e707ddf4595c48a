"""Ways of doing better on a text by what it has said so far: which one the options ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import AdaptConfig, CacheConfig

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
            raise UsageError(f"{option} and {other} do not go together")
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
