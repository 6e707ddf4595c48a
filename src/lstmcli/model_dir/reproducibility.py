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
    found = []
    if train.time_limit is not None:
        found.append("the clock ended the run or set its learning rate (--time)")
    if config.get("device") == "cuda" and not train.deterministic:
        found.append("sums on a GPU are made in any order (without --deterministic)")
    if config.get("stopped") == "interrupted":
        found.append("it was ended by hand")
    if changed := config.get("changed"):
        found.append(f"it went on with another {', '.join(changed)}")
    if "threads" not in config:
        found.append("its number of threads is not known")
    return found
