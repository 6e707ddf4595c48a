"""Load the parts of a classifier: tokenizer, weights, linear models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import NGRAMS, TOKENIZER, WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file

if TYPE_CHECKING:
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.ngrams.table import NgramTable
    from lstmcli.tokenization.text_encoder import TextEncoder


def read_encoder(model: ModelDir) -> TextEncoder:
    """The tokenizer of a classifier.  Raises: ModelError."""
    from lstmcli.tokenization.text_encoder import TextEncoder

    return use_file(model, TOKENIZER, lambda data: TextEncoder.from_json(data.decode(), model.settings.tokenizer))


def read_weights(model: ModelDir, encoder: TextEncoder) -> dict[str, NDArray[Any]]:
    """The weights of its network, with the offsets of the labels.  Raises: ModelError."""
    return use_file(model, WEIGHTS, lambda data: classifier_weights(data, model, encoder.rows))


def trained_weights(model: ModelDir, encoder: TextEncoder) -> dict[str, NDArray[Any]]:
    """The weights of its network as they were trained, to train them on.  Raises: ModelError."""
    return use_file(model, WEIGHTS, lambda data: checked_weights(data, model, encoder.rows))


def read_linear(model: ModelDir) -> tuple[NgramTable | None, CharacterModel | None]:
    """The n-gram model and the character model, as far as it has them.  Raises: ModelError."""
    config = model.settings.model
    ngrams = use_file(model, NGRAMS, lambda data: ngram_table(data, model)) if config.ngrams else None
    characters = use_file(model, NGRAMS, lambda data: character_model(data, model)) if config.characters else None
    return ngrams, characters


def ngram_table(data: bytes, model: ModelDir) -> NgramTable:
    """The n-gram model of a classifier that has one.

    Raises:
        ModelError: it does not match the config.
    """
    from lstmcli.classification.ngrams.table import NgramTable

    table = NgramTable.from_tensors(tensors(data))
    table.check(model.settings.model.ngrams or 0, len(model.labels))
    return table


def character_model(data: bytes, model: ModelDir) -> CharacterModel:
    """The character model of a classifier that has one; it is in the file of the n-gram model.

    Raises:
        ModelError: it does not match the config.
    """
    from lstmcli.classification.characters.model import CharacterModel

    found = CharacterModel.from_tensors(tensors(data))
    found.table.check(model.settings.model.characters or 0, len(model.labels))
    return found


def classifier_weights(data: bytes, model: ModelDir, rows: int) -> dict[str, NDArray[Any]]:
    """The weights of a classifier whose embedding has ``rows`` rows, with the offsets of the labels.

    Raises:
        ModelError: they do not match the config.
    """
    import numpy as np

    from lstmcli.classification.calibration import with_offsets

    calibration = model.config["calibration"]
    offsets = calibration.get("offsets")
    offsets_C = None if offsets is None else np.array(offsets, np.float64)
    return with_offsets(checked_weights(data, model, rows), offsets_C, float(calibration["scale"]))


def checked_weights(data: bytes, model: ModelDir, rows: int) -> dict[str, NDArray[Any]]:
    """The weights of a classifier as they were trained.

    Raises:
        ModelError: they do not match the config.
    """
    from lstmcli.classification.shapes import classifier_shapes
    from lstmcli.model_dir.weights import check_weights

    weights = tensors(data)
    check_weights(weights, classifier_shapes(model.settings.model, rows, len(model.labels)))
    return weights
