"""The network of a classifier before training: random weights, pretrained word vectors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.pretraining.phase import PretrainingPhase
from lstmcli.plural import count
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training.distributed import Group

if TYPE_CHECKING:
    from lstmcli.classification.network import Classifier


class Initial(NamedTuple):
    config: ClassifierConfig
    """With the sizes that the start prescribes."""
    module: Classifier
    notes: tuple[str, ...] = ()


def initial_network(
    config: ClassifierConfig,
    encoder: TextEncoder,
    classes: int,
    *,
    phase: PretrainingPhase | None,
    device: str,
    group: Group,
) -> Initial:
    """The network of a config; its pretraining is made ready, which may set its weights.

    Raises:
        DataError: its word vectors cannot be read.
    """
    from lstmcli.classification.network import Classifier

    if config.model.vectors:
        result = _with_vectors(config, config.model.vectors, encoder, classes)
    else:
        result = Initial(config, Classifier(config.model, encoder.rows, classes))
    if phase is not None:
        phase.build(result.module, device, group)
    return result


def _with_vectors(config: ClassifierConfig, path: str, encoder: TextEncoder, classes: int) -> Initial:
    """A network with an embedding initialized from pretrained vectors."""
    import torch

    from lstmcli.classification.network import Classifier
    from lstmcli.tokenization.vectors import read_vectors

    vectors = read_vectors(path, encoder.vocabulary())
    config = replace(config, model=replace(config.model, embedding=vectors.dimension))
    module = Classifier(config.model, encoder.rows, classes)
    words = vectors.rows > UNKNOWN_ID  # never padding or the unknown token, whatever words the file has
    module.embedding.data[torch.from_numpy(vectors.rows[words])] = torch.from_numpy(vectors.values[words])
    found = int(words.sum())
    start = "starts" if found == 1 else "start"
    what = "" if found else ": are they of the same language, and of words as --tokenizer word cuts them?"
    return Initial(config, module, (f"{found:,} of {count(encoder.vocab_size, 'word')} {start} from {path}{what}",))
