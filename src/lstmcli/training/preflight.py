"""Preflight checks: run the steps after training on the untrained network, so that errors are found before training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from lstmcli.engine.nodes import InferenceGraph
from lstmcli.engine.protobuf import MAX_BYTES
from lstmcli.errors import LstmError, ModelError, UsageError
from lstmcli.memory import usable_memory

Weights = Mapping[str, NDArray[Any]]
Shapes = dict[str, tuple[int, ...]]
TRAINED_BYTES = 12
"""Memory that training takes for a parameter at least: the weight, its gradient, and a copy of the best weight."""
SAVED_BYTES = 2
"""Of a parameter in an ONNX file at least: half precision."""
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


def check_fits(shapes: Shapes, device: str) -> None:
    """Check, before a network is made, that it could be trained and saved.

    Raises:
        UsageError: it is larger than the memory, or than an ONNX file can be.
    """
    parameters = sum(map(math.prod, shapes.values()))
    memory, place = _memory(device)
    found = f"the network would have {parameters:,} parameters"
    if parameters * SAVED_BYTES > MAX_BYTES:
        raise UsageError(f"{found}, and an ONNX file holds 2 GB at most", hint=SMALLER)
    if (needed := parameters * TRAINED_BYTES) > memory:
        message = f"its training needs {needed / 1e9:,.1f} GB of memory at least, and {place} {memory / 1e9:,.1f} GB"
        raise UsageError(f"{found}: {message}", hint=SMALLER)


def _memory(device: str) -> tuple[int, str]:
    if device == "cpu":
        return usable_memory(), "there are"
    import torch

    return torch.cuda.get_device_properties(device).total_memory, "the GPU has"


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
