"""What a model directory says of itself, every file of it checked."""

from __future__ import annotations

import json
from pathlib import Path

from lstmcli.errors import ModelError
from lstmcli.results import ModelInfo
from lstmcli.tasks.modeldir import TOKENIZER, ModelDir, read_model, unless_replaced


def info(path: str | Path) -> ModelInfo:
    """What the model is, how it was trained and how well it did.

    Raises:
        ModelError: as ``read_model``, and for any file that is damaged.
    """
    return unless_replaced(path, lambda: _info(read_model(path)))


def _info(model: ModelDir) -> ModelInfo:
    model.verify()
    config = model.config
    is_classifier = model.task == "classify"
    return ModelInfo(
        path=str(model.path),
        task=model.task,
        labels=model.labels,
        multilabel=model.multilabel,
        architecture=config["architecture"],
        parameters=config["parameters"],
        tokenizer=model.classifier.tokenizer.kind if is_classifier else "",
        vocab_size=_vocab_size(model),
        bytes=model.size,
        created=config["created"],
        command=config["command"],
        seed=config["seed"],
        data=config["data"],
        metrics=config["metrics"],
        versions=config["versions"],
        calibration={"network": model.network_scale, "ngrams": model.ngram_scale} if is_classifier else {},
        config=config["classifier"] if is_classifier else {},
    )


def _vocab_size(model: ModelDir) -> int:
    """Entries of the vocabulary, added tokens included, read without the tokenizers library."""
    try:
        whole = json.loads(model.read(TOKENIZER))
        vocab = whole["model"]["vocab"]  # a mapping, or for unigrams a list of pairs
        tokens = {entry if isinstance(entry, str) else entry[0] for entry in vocab}
        return len(tokens.union(token["content"] for token in whole.get("added_tokens") or ()))
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise ModelError(f"is not a tokenizer: {error}", path=model.path / TOKENIZER) from error
