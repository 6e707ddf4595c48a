"""A text as a model reads it: gates and states at every token, what the model makes of it on the way.

Gates come from the reference cell (``inspection/reference.py``), answers and surprisals from what ``classify`` and
``perplexity`` run.  Tests hold the states of the two equal.

Shapes: T tokens, S segments of a text, F rows a token, K units of the last layer, C labels.
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
        """Each text as it was read; of a language model, each line.

        Args:
            carried: the state goes on from line to line; language models only.

        Raises:
            DataError: a text of too many words to leave each out.
            ModelError: the model gives no finite number.
        """


def load_inspector(path: str | Path, config: InspectConfig, *, threads: int | None = None) -> Inspector:
    """A model of either kind, opened to be watched.

    Raises:
        ModelError: missing, damaged, too new, or no classifier where one is asked for.
        UsageError: a layer, direction, unit or label that the model does not have.
    """
    return retry_if_replaced(path, lambda: _load(read_model(path), config, threads))


def _load(model: ModelDir, config: InspectConfig, threads: int | None) -> Inspector:
    found: Inspector = model.task.feature("inspect")(model, config, threads)
    return found
