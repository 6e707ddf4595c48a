"""Preflight checks: run the steps after training on the untrained network, so that errors are found before training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lstmcli.engine.nodes import InferenceGraph
from lstmcli.engine.protobuf import MAX_BYTES
from lstmcli.errors import LstmError, ModelError, UsageError
from lstmcli.memory import usable_memory
from lstmcli.training import events
from lstmcli.training.checkpoint import KEPT, checkpoint_folder, free_space
from lstmcli.training.config import TrainingConfig
from lstmcli.training.distributed import Group
from lstmcli.training.events import Event

Weights = Mapping[str, NDArray[Any]]
Shapes = dict[str, tuple[int, ...]]
TRAINED_BYTES = 12
"""Memory that training takes for a parameter at least: the weight, its gradient, and a copy of the best weight."""
SAVED_BYTES = 2
"""Of a parameter in an ONNX file at least: half precision."""
CHECKPOINT_BYTES = 20
"""Bytes per parameter of a checkpoint: weights, kept weights, average and optimiser state in fp32."""
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


def check_batch(config: TrainingConfig, group: Group) -> None:
    """Raises UsageError for a batch that cannot be dealt to the processes."""
    if config.batch_size < group.world:
        message = f"a batch of {config.batch_size} cannot be dealt to {group.world} processes"
        raise UsageError(message, hint="raise --batch-size, or use fewer processes")


def check_memory(needed: int, device: str) -> Iterator[Event]:
    """A warning if training is estimated to need more memory than there is."""
    if device == "cpu" and needed > (there := usable_memory()):
        yield events.Warned(f"training needs about {_megabytes(needed)} of memory, and there are {_megabytes(there)}")


def check_disk_space(output: Path, *, model_bytes: int, parameters: int, every: float) -> Iterator[Event]:
    """A warning if the disk has too little space for model and checkpoints."""
    checkpoints = 0 if math.isinf(every) else (KEPT + 1) * CHECKPOINT_BYTES * parameters
    if (space := free_space(checkpoint_folder(output))) and space[1] < model_bytes + checkpoints:
        yield events.Warned(
            f"{space[0]} has {_megabytes(space[1])} of space left, and the model takes about {_megabytes(model_bytes)}"
            + (f", its checkpoints {_megabytes(checkpoints)}" if checkpoints else "")
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
