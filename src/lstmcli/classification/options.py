"""From the options of ``lstm train`` to the settings of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.classification.config import ClassifierConfig
from lstmcli.options import changed, common

OPTIONS = frozenset({"keep_case", "one_way", "label_column", "label_prefix", "label_separator", "teacher"})
"""Options whose names are not names of fields of tokenizer, model and training."""


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    fields = common(given)
    if "keep_case" in given:
        fields["lowercase"] = not given["keep_case"]
    if "one_way" in given:
        fields["bidirectional"] = not given["one_way"]
    if isinstance(given.get("pooling"), str):
        fields["pooling"] = tuple(part.strip() for part in given["pooling"].split(",") if part.strip())
    if given.get("vectors") is not None:
        fields["vectors"] = str(given["vectors"])
    return {"config": changed(ClassifierConfig(), fields)}
