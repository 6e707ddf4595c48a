"""What follows training, tried before it on the untrained network: a graph that cannot be made or run costs nothing."""

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
    """Reads a tokenizer again from what will be saved of it.

    Args:
        read: how many different ids the tokenizer makes that was read; ``rows`` is how many there should be.

    Raises:
        ModelError: it cannot be read, or is another one then.
    """
    with before_training("choose another --tokenizer"):
        try:
            found = read()
        except LstmError as error:
            raise ModelError(f"its tokenizer cannot be read again: {error.message}") from error
        if found != rows:
            raise ModelError(f"its tokenizer has {rows:,} ids, and {found:,} when it is read again")


def check_size(graph: InferenceGraph) -> None:
    """Raises: UsageError, for a graph that no ONNX file can hold."""
    if graph.size > MAX_BYTES * 0.99:  # nodes, names and shapes come on top
        message = f"the network has {graph.size / 1e9:.1f} GB of weights, and an ONNX file holds 2 GB at most"
        raise UsageError(message, hint=SMALLER)


@contextmanager
def before_training(hint: str) -> Iterator[None]:
    """Says of a ModelError inside that the fault was found in time."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"such a model could not be used after training: {error.message}", hint=hint) from error
