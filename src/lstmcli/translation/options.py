"""From the options of ``lstm train`` to the settings of a translator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.options import changed, common
from lstmcli.translation.config import TranslatorConfig

OPTIONS = frozenset({"untied", "keep_case", "target_column", "target_file", "valid_target", "test_target"})
"""Options whose names are not names of fields of tokenizer, model and training."""


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    fields = common(given)
    if given.get("untied"):
        fields["tied"] = False
    return {"config": changed(TranslatorConfig(), fields)}
