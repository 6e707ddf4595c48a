"""From the options of ``lstm train`` to the settings of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.size import settings_for, size_bytes
from lstmcli.errors import UsageError
from lstmcli.options import changed, common
from lstmcli.python_names import as_option
from lstmcli.training.going_on.settings import is_continued

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
        "forget",
    )
)
"""Options whose names are not names of fields of tokenizer, model and training."""


OF_THE_START = (
    *("tokenizer", "vocab_size", "min_count", "keep_case", "strip_html", "hash_buckets", "size", "cell", "embedding"),
    *("vectors", "hidden", "layers"),
)
"""Options that contradict ``--init-from``."""


OF_UNLABELLED = ("virtual", "entropy")
"""Options of losses that texts without labels have."""


def language_models(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The models to start from.  Raises: UsageError, if an option contradicts them."""
    for name in OF_THE_START:
        if given.get(name) is not None:
            option = as_option(name)
            raise UsageError(
                f"{option} and --init-from contradict each other: the language model has its tokenizer and its sizes",
                hint="leave one out, or train the language model that way",
            )
    models = given["init_from"]
    return tuple(map(str, [models] if isinstance(models, (str, Path)) else models))


def from_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for the given options.

    Raises:
        UsageError: an invalid value.
    """
    for name in OF_UNLABELLED:
        if given.get(name) and not given.get("unlabelled"):
            raise UsageError(
                f"{as_option(name)} needs --unlabelled: the texts to learn from", hint="add --unlabelled FILE"
            )
    if is_continued(given):
        from lstmcli.classification.going_on.start import going_on

        return going_on(given)
    return {"config": changed(ClassifierConfig(), config_fields(given))}


def config_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options as fields of the settings.  Raises: UsageError."""
    fields = common(given)
    if given.get("size") is not None:
        size = size_bytes(given["size"])
        fields = {**settings_for(size), **fields, "size": size}
    if given.get("init_from"):
        fields["init_from"] = language_models(given)
    if "keep_case" in given:
        fields["lowercase"] = not given["keep_case"]
    if "one_way" in given:
        fields["bidirectional"] = not given["one_way"]
    if isinstance(given.get("pooling"), str):
        fields["pooling"] = tuple(part.strip() for part in given["pooling"].split(",") if part.strip())
    if given.get("vectors") is not None:
        fields["vectors"] = str(given["vectors"])
    return fields
