"""From the options of ``lstm train`` to the settings of a translator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.options import changed, common
from lstmcli.training.going_on.settings import is_continued
from lstmcli.translation.config import TranslatorConfig

OPTIONS = frozenset(
    (
        "untied",
        "keep_case",
        "target_column",
        "target_file",
        "valid_target",
        "test_target",
        "from_model",
        "replay",
        "replay_target",
        "forget",
    )
)
"""Options whose names are not names of fields of tokenizer, model and training."""


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    if is_continued(given):
        from lstmcli.translation.going_on.start import going_on

        return going_on(given)
    return {"config": changed(TranslatorConfig(), config_fields(given))}


def config_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options as fields of the settings.  Raises: UsageError."""
    fields = common(given)
    if given.get("untied"):
        fields["tied"] = False
    return fields
