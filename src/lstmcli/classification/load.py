"""Load the weights and the n-gram model of a classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from lstmcli.model_dir.directory import ModelDir
from lstmcli.model_dir.files import tensors

if TYPE_CHECKING:
    from lstmcli.classification.characters.model import CharacterModel
    from lstmcli.classification.ngrams.table import NgramTable


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
    """The weights of a classifier whose embedding has ``rows`` rows.

    Raises:
        ModelError: they do not match the config.
    """
    from lstmcli.classification.shapes import classifier_shapes
    from lstmcli.model_dir.weights import check_weights

    weights = tensors(data)
    check_weights(weights, classifier_shapes(model.settings.model, rows, len(model.labels)))
    return weights
