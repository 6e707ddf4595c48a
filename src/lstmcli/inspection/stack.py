"""The recurrent stack of a saved model, for inspection of chosen layers, directions and units.

Shapes: T steps, S segments, E inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import ModelError, UsageError
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.layers import LayerStatistics
from lstmcli.model_dir.directory import WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file

if TYPE_CHECKING:
    from lstmcli.inspection.reference import State, Trace

DIRECTIONS = ("forward", "backward")


def refuse_labels(model: ModelDir, config: InspectConfig, instead: str) -> None:
    """Refuse what only a model with labels can show.

    Args:
        instead: what this one shows.

    Raises:
        ModelError: word attributions are requested.
        UsageError: a label is.
    """
    title = model.task.title
    if config.why:
        hint = f"--why is for classifiers; leave it out to see {instead}"
        raise ModelError(f"holds {title}, which gives no label to explain", path=model.path, hint=hint)
    if config.label is not None:
        raise UsageError(f"{title} has no labels", hint="leave --label out")


class InspectedStack:
    """A model's embedding and stack, and the selection to show."""

    def __init__(
        self,
        model: ModelDir,
        config: InspectConfig,
        cell: str,
        widths: Sequence[int],
        directions: int,
        *,
        residual: bool = False,
        part: str = "stack",
        embedding: str = "embedding",
    ) -> None:
        """
        Args:
            widths: the units of each layer, bottom to top.
            directions: 1 or 2.
            residual: each layer but the first adds its output to its input.
            part, embedding: the names of its weights in the model.

        Raises:
            UsageError: the model has no such layer, direction or unit.
            ModelError: it lacks weights.
        """
        from lstmcli.inspection.reference import ReferenceStack

        self._config, self._widths = config, widths
        self.shown = [(layer, direction) for layer in self._layers() for direction in self._directions(directions)]
        """Layers and directions to show, both from 0."""
        for layer, _ in self.shown:
            if max(config.units, default=0) > widths[layer]:
                message = f"layer {layer + 1} has no unit {max(config.units)}"
                raise UsageError(message, hint=f"its units are counted from 1 to {widths[layer]}")
        self.weights = use_file(model, WEIGHTS, tensors)
        try:
            self._reference = ReferenceStack(self.weights, cell, widths, directions, residual=residual, part=part)
            self._embedding = np.asarray(self.weights[embedding])
        except KeyError as error:
            raise ModelError(f"lacks the weight {error}", path=model.path / WEIGHTS, hint="train it anew") from error

    def _layers(self) -> list[int]:
        wanted, count = self._config.layer, len(self._widths)
        if wanted is not None and wanted > count:
            raise UsageError(f"there is no layer {wanted}", hint=f"the model has {count} layer{'s' * (count > 1)}")
        return list(range(count)) if wanted == 0 else [count - 1 if wanted is None else wanted - 1]

    def _directions(self, count: int) -> list[int]:
        wanted = self._config.direction
        if wanted == "backward" and count == 1:
            raise UsageError("the model has no backward direction", hint="leave --direction out")
        return [direction for direction in range(count) if wanted in (DIRECTIONS[direction], "both")]

    def embed(self, ids: NDArray[np.integer]) -> NDArray[np.float32]:
        """Rows of the embedding, [..., E]."""
        return np.asarray(self._embedding[ids], np.float32)

    def read(
        self, x_TSE: NDArray[np.float32], lengths_S: NDArray[np.int64], states: Sequence[State] | None = None
    ) -> tuple[list[list[Trace]], list[State]]:
        """As ``ReferenceStack.read``, with gates and states of all segments concatenated, [tokens, H]."""
        from lstmcli.inspection.reference import Trace

        found, after = self._reference.read(x_TSE, lengths_S, states)
        traces = [
            [Trace(*(_joined(part, lengths_S) for part in trace)) for trace in directions] for directions in found
        ]
        return traces, after

    def new_statistics(self) -> dict[tuple[int, int], LayerStatistics]:
        """New statistics for each layer and direction to show."""
        config, widths = self._config, self._widths
        return {
            (layer, direction): LayerStatistics(config, layer + 1, len(widths), DIRECTIONS[direction], widths[layer])
            for layer, direction in self.shown
        }


def _joined(values: dict[str, Any], lengths_S: NDArray[np.int64]) -> dict[str, Any]:
    return {
        name: np.concatenate([value[:length, s] for s, length in enumerate(lengths_S)])
        for name, value in values.items()
    }
