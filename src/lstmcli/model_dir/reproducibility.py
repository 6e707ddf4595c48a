"""Whether training is reproducible: the same command gives the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstmcli.training.config import TrainingConfig


def nondeterminism_reasons(config: Mapping[str, Any], train: TrainingConfig) -> list[str]:
    """Reasons why the command of a model would not give the same weights again; empty if it would.

    Args:
        config: the content of ``config.json``.
    """
    result = []
    if train.time_limit is not None:
        result.append("the clock ended the run or set its learning rate (--time)")
    if config.get("device") == "cuda" and not train.deterministic:
        result.append("sums on a GPU are made in any order (without --deterministic)")
    if config.get("stopped") == "interrupted":
        result.append("it was ended by hand")
    if changed := config.get("changed"):
        result.append(f"it went on with another {', '.join(changed)}")
    if "threads" not in config:
        result.append("its number of threads is not known")
    return result
