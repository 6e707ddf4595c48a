"""From the options of ``lstm train`` to the settings of a language model: a preset and changes to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.language_modeling.config import ALPHABET_PRESET, DEFAULT_PRESET, LmConfig
from lstmcli.language_modeling.presets import preset
from lstmcli.options import changed, common
from lstmcli.training.going_on.settings import is_continued

OPTIONS = frozenset({"preset", "untied", "keep_case", "from_model", "replay", "forget"})
"""Options whose names are not names of fields."""


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    if is_continued(given):
        from lstmcli.language_modeling.going_on.start import going_on

        return going_on(given)
    chosen = given.get("preset")
    return {
        "config": _settings(str(chosen or DEFAULT_PRESET), given),
        "alphabet_config": None if chosen else _settings(ALPHABET_PRESET, given),
    }


def _settings(name: str, given: Mapping[str, Any]) -> LmConfig:
    model, train = preset(name)
    fields = config_fields(given)
    if "learning_rate" not in given and fields.get("optimizer", train.optimizer) != train.optimizer:
        fields["learning_rate"] = None  # the preset's learning rate is for its own optimizer
    return changed(LmConfig(model=model, train=train), fields)


def config_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options as fields of the settings.  Raises: UsageError."""
    fields = common(given)
    if given.get("untied") or given.get("softmax") == "adaptive":
        fields["tied"] = False
    return fields
