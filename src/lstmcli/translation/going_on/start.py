"""The translator that training goes on from, and the old pairs that it is shown again (``--from``, ``--replay``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.tasks import TRANSLATION
from lstmcli.training.going_on.settings import Rules, continued
from lstmcli.training.going_on.start import GoingOn

if TYPE_CHECKING:
    from lstmcli.translation.config import TranslatorConfig
    from lstmcli.translation.going_on.job import GoingOnJob

RULES = Rules(
    free=frozenset({"word_dropout", "embedding_dropout", "layer_dropout", "output_dropout", "weight_drop"}),
    fresh=("batch_tokens",),
)


def going_on(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for training that goes on from a model.

    Raises:
        UsageError: an option contradicts the model.
        ModelError: it cannot be read.
    """
    from lstmcli.translation.options import config_fields

    start = continued(given, config_fields(given), TRANSLATION, RULES)
    return {"config": start.config, "going_on": TranslatorGoingOn.of(start)}


@dataclass
class TranslatorGoingOn(GoingOn):
    """A translator to go on from."""

    def __post_init__(self) -> None:
        self.new_valid: Collection[Record] = ()

    def job(self, splits: Splits, config: TranslatorConfig) -> GoingOnJob:
        """The job of going on with new pairs.  Raises: DataError."""
        from lstmcli.translation.going_on.job import GoingOnJob

        return GoingOnJob(TRANSLATION, self.settled(splits), config, self)

    def settled(self, splits: Splits) -> Splits:
        """The new pairs, and the old ones that are replayed.  Raises: DataError."""
        self.new_valid = splits.valid
        self.fingerprints.append(splits.fingerprint)
        notes = [self.add_rows(splits, self.load(file)) for file in self.replay]
        splits.notes = (*splits.notes, f"goes on from {self.model.path}", *notes)
        splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))
        return splits
