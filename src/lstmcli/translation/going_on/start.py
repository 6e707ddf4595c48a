"""The translator that training goes on from, and the old pairs that it is shown again (``--from``, ``--replay``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lstmcli.data.parallel import parallel
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.errors import UsageError
from lstmcli.plural import count
from lstmcli.tasks import TRANSLATION
from lstmcli.training.going_on.settings import Rules, continued
from lstmcli.training.going_on.start import GoingOn

if TYPE_CHECKING:
    from lstmcli.data.locate import Located
    from lstmcli.translation.config import TranslatorConfig
    from lstmcli.translation.going_on.job import GoingOnJob

RULES = Rules(
    free=frozenset({"word_dropout", "embedding_dropout", "layer_dropout", "output_dropout", "weight_drop"}),
    fresh=("batch_tokens",),
    by_corpus=lambda model: {} if model.settings.train.metric == "loss" else {"metric": None},
)


def going_on(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for training that goes on from a model.

    Raises:
        UsageError: an option contradicts the model.
        ModelError: it cannot be read.
    """
    from lstmcli.translation.options import config_fields

    start = continued(given, config_fields(given), TRANSLATION, RULES)
    found = TranslatorGoingOn.of(start)
    found.replay = _pairs(start.replay, given.get("replay_target") or ())
    return {"config": start.config, "going_on": found}


def _pairs(files: Sequence[str | Located], targets: Sequence[str]) -> tuple[str | Located, ...]:
    """The files of old pairs, each with that of its translations, if these have files of their own.

    Raises:
        UsageError: there are more of one kind than of the other.
    """
    if not targets:
        return tuple(files)
    if len(files) != len(targets):
        raise UsageError(
            f"{count(len(files), 'file')} of --replay, but {count(len(targets), 'file')} of --replay-target",
            hint="give a --replay-target for each --replay, in the same order, or put pairs into one table",
        )
    return tuple(parallel(str(source), str(target)) for source, target in zip(files, targets, strict=True))


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
