"""What follows training, tried before it on the untrained network: a graph that cannot be made or run costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.config import ModelConfig
from lstmcli.engine.nodes import InferenceGraph
from lstmcli.engine.protobuf import MOST_BYTES
from lstmcli.errors import LstmError, ModelError, UsageError
from lstmcli.language_modeling.config import LmModelConfig

Weights = Mapping[str, NDArray[Any]]
SMALLER = "smaller numbers help: --hidden, --embedding, --vocab-size, --hash-buckets"


def rehearse_classifier(weights: Weights, config: ModelConfig, rows: int, classes: int, threads: int) -> None:
    """Makes the graph of a classifier, loads it and reads one token.

    Args:
        rows: of the embedding, as the encoder will say when the model is read again.

    Raises:
        UsageError: the network is too large for an ONNX file.
        ModelError: anything else that would fail after training.
    """
    from lstmcli.classification.graph import classifier_graph
    from lstmcli.classification.session import ClassifierSession
    from lstmcli.model_dir.weights import check_weights, classifier_shapes

    with _before_training(SMALLER):
        check_weights(weights, classifier_shapes(config, rows, classes))
        graph = classifier_graph(weights, config)
        _check_size(graph)
        session = ClassifierSession(graph, threads)
        session.logits(np.zeros((1, 1, 1, 1), np.int32), np.ones((1, 1), np.int64))


def rehearse_language_model(weights: Weights, config: LmModelConfig, V: int, threads: int) -> None:
    """The same of a language model of ``V`` words, and of its graph in eight bits where it will have one."""
    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.language_modeling.onnx_session import LanguageModelSession
    from lstmcli.model_dir.weights import check_weights, language_model_shapes

    with _before_training(SMALLER):
        check_weights(weights, language_model_shapes(config, V))
        for int8 in (False, True) if config.cell == "lstm" else (False,):
            graph = language_model_graph(weights, config, int8=int8)
            _check_size(graph)
            session = LanguageModelSession(graph, config, threads)
            session.score(np.zeros((1, 1), np.int32), np.zeros((1, 1), np.int64), session.zero_state(1))


def rehearse_reading(read: Callable[[], int], rows: int) -> None:
    """Reads a tokenizer again from what will be saved of it.

    Args:
        read: how many different ids the tokenizer makes that was read; ``rows`` is how many there should be.

    Raises:
        ModelError: it cannot be read, or is another one then.
    """
    with _before_training("choose another --tokenizer"):
        try:
            found = read()
        except LstmError as error:
            raise ModelError(f"its tokenizer cannot be read again: {error.message}") from error
        if found != rows:
            raise ModelError(f"its tokenizer has {rows:,} ids, and {found:,} when it is read again")


def _check_size(graph: InferenceGraph) -> None:
    if graph.size > MOST_BYTES * 0.99:  # nodes, names and shapes come on top
        message = f"the network has {graph.size / 1e9:.1f} GB of weights, and an ONNX file holds 2 GB at most"
        raise UsageError(message, hint=SMALLER)


@contextmanager
def _before_training(hint: str) -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        raise ModelError(f"such a model could not be used after training: {error.message}", hint=hint) from error
