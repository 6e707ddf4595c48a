"""From the options of ``lstm train`` to the settings of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.size import settings_for, size_bytes
from lstmcli.options import changed, common

OPTIONS = frozenset(
    (
        "keep_case",
        "one_way",
        "label_column",
        "label_prefix",
        "label_separator",
        "teacher",
        "unlabelled",
        "from_model",
        "replay",
    )
)
"""Options whose names are not names of fields of tokenizer, model and training."""


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    if given.get("from_model") is not None or given.get("replay"):
        from lstmcli.classification.going_on.start import going_on

        return going_on(given)
    return {"config": changed(ClassifierConfig(), config_fields(given))}


def config_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options as fields of the settings.  Raises: UsageError."""
    fields = common(given)
    if given.get("size") is not None:
        size = size_bytes(given["size"])
        fields = {**settings_for(size), **fields, "size": size}
    if "keep_case" in given:
        fields["lowercase"] = not given["keep_case"]
    if "one_way" in given:
        fields["bidirectional"] = not given["one_way"]
    if isinstance(given.get("pooling"), str):
        fields["pooling"] = tuple(part.strip() for part in given["pooling"].split(",") if part.strip())
    if given.get("vectors") is not None:
        fields["vectors"] = str(given["vectors"])
    return fields
