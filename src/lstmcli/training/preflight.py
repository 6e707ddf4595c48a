"""Preflight checks: run the steps after training on the untrained network, so that errors are found before training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from lstmcli.engine.nodes import InferenceGraph
from lstmcli.engine.protobuf import MAX_BYTES
from lstmcli.errors import LstmError, ModelError, UsageError

Weights = Mapping[str, NDArray[Any]]
SMALLER = "smaller numbers help: --hidden, --embedding, --vocab-size, --hash-buckets"


def preflight_tokenizer(read: Callable[[], int], rows: int) -> None:
    """Check that a saved tokenizer can be read again.

    Args:
        read: reads it and returns its number of ids, which must be ``rows``.

    Raises:
        ModelError: it cannot be read, or has another number of ids.
    """
    with before_training("choose another --tokenizer"):
        try:
            found = read()
        except LstmError as error:
            raise ModelError(f"its tokenizer cannot be read again: {error.message}") from error
        if found != rows:
            raise ModelError(f"its tokenizer has {rows:,} ids, and {found:,} when it is read again")


def check_size(graph: InferenceGraph) -> None:
    """Raises: UsageError, for a graph that is too large for an ONNX file."""
    if graph.size > MAX_BYTES * 0.99:  # a margin for nodes, names and shapes
        message = f"the network has {graph.size / 1e9:.1f} GB of weights, and an ONNX file holds 2 GB at most"
        raise UsageError(message, hint=SMALLER)


@contextmanager
def before_training(hint: str) -> Iterator[None]:
    """Explain a ModelError inside the block as one that would occur after training."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"such a model could not be used after training: {error.message}", hint=hint) from error
