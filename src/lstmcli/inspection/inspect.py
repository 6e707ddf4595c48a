"""Inspect a model: gates and states at every token of a text, and predictions or surprisals.

Gates and states are computed by the reference cells (``inspection/reference.py``), predictions and surprisals by the
same code as in ``classify`` and ``perplexity``.  Tests compare the states of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.results import Inspection
from lstmcli.model_dir.directory import ModelDir, read_model, retry_if_replaced

if TYPE_CHECKING:
    from lstmcli.data.records import Record


class Inspector(Protocol):
    model: ModelDir

    def inspect(self, records: Iterable[Record], *, carried: bool = False) -> Iterator[Inspection]:
        """Inspect each text; for a language model, each line.

        Args:
            carried: carry the state from line to line; language models only.

        Raises:
            DataError: a text has too many words for attributions.
            ModelError: the model's probabilities are not finite.
        """


def load_inspector(path: str | Path, config: InspectConfig, *, threads: int | None = None) -> Inspector:
    """An inspector for a model of any task.

    Raises:
        ModelError: missing, damaged, too new, or not a classifier although attributions are requested.
        UsageError: a layer, direction, unit or label that the model does not have.
    """

    def load() -> Inspector:
        model = read_model(path)
        return model.task.feature("inspect")(model, config, threads)  # type: ignore[no-any-return]

    return retry_if_replaced(path, load)
