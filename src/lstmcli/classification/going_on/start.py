"""The classifier that training goes on from, and the old rows that it is shown again (``--from``, ``--replay``).

``training/going_on/`` has what does not depend on the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.labels import known
from lstmcli.data.records import Splits, fingerprint
from lstmcli.data.teachers import label_set
from lstmcli.errors import DataError, UsageError
from lstmcli.plural import count
from lstmcli.tasks import CLASSIFICATION
from lstmcli.training.going_on.settings import Rules, continued
from lstmcli.training.going_on.start import GoingOn

if TYPE_CHECKING:
    from lstmcli.classification.going_on.job import GoingOnJob

RULES = Rules(
    free=frozenset({"embedding_dropout", "word_dropout", "feature_dropout", "layer_dropout", "output_dropout"}),
    fresh=("pretrain", "layer_decay", "unfreeze"),
    reasons={
        "size": "the model keeps its size",
        "vectors": "the model has its embedding",
        "teacher": "the model is its own teacher",
        "init_from": "the model has its start",
        "pretrain": "it would write over what the network knows",
    },
)
WEIGHT, TEMPERATURE = 0.5, 2.0
"""What the old model counts beside a label where no old rows are replayed and labels are new, and its temperature
(Li & Hoiem 2016)."""
SAME_LABELS_WEIGHT = 0.1
"""What it counts if no label is new: 0.5 costs accuracy then, and 0 costs some where the new rows lack old labels."""


def going_on(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for training that goes on from a model.

    Raises:
        UsageError: an option contradicts the model.
        ModelError: it cannot be read.
    """
    from lstmcli.classification.options import config_fields

    start = continued(given, config_fields(given), CLASSIFICATION, RULES)
    if start.model.settings.model.size:
        raise UsageError(
            f"{start.model.path} was made smaller with --size, and rounded weights are no start for training",
            hint="go on from a model that was trained without --size",
        )
    config: ClassifierConfig = start.config
    found = ClassifierGoingOn.of(start)
    if found.from_memory:
        usual: dict[str, Any] = {"teacher_weight": None, "teacher_temperature": TEMPERATURE}
        own = {name: value for name, value in usual.items() if name not in given}
        config = replace(config, train=replace(config.train, **own))
    config = replace(
        config,
        model=replace(config.model, vectors=None, init_from=()),
        train=replace(config.train, pretrain=0),  # the network has its start
    )
    if given.get("unlabelled") and not (config.train.virtual or config.train.entropy):
        raise UsageError(
            "--unlabelled and --from contradict each other: the network is not pretrained, and nothing else learns "
            "from texts without labels",
            hint="leave one of them out, or add --virtual or --entropy, which learn from them",
        )
    return {"config": config, "going_on": found}


@dataclass
class ClassifierGoingOn(GoingOn):
    """``judged`` has no rows with labels that neither the model nor training has: they are left out of validation.
    Without old rows it has the new validation rows with old labels."""

    @property
    def old_rows(self) -> int:
        """Rows that the model learnt from."""
        return self.seen(self.model.config["data"].get("rows", {}).get("train"))

    @property
    def validated(self) -> float | None:
        """The accuracy of the model on ``judged`` before its linear models were fitted to these rows too; None if they
        are not all of its validation rows, and no others."""
        found = self.model.config["metrics"].get("valid") or {}
        same = self.replay and self.exact and found.get("n") == len(self.judged)
        return found.get("accuracy") if same else None

    def job(self, splits: Splits, config: ClassifierConfig) -> GoingOnJob:
        """The job of going on with new rows.  Raises: DataError."""
        from lstmcli.classification.going_on.job import GoingOnJob

        return GoingOnJob(CLASSIFICATION, self.settled(splits), config, self)

    def taught(self, config: ClassifierConfig, labels: Sequence[str]) -> ClassifierConfig:
        """The config with what the old model counts beside labels, if there are no old rows and the user says nothing.

        Args:
            labels: of the new model.
        """
        if not self.from_memory or config.train.teacher_weight is not None:
            return config
        weight = WEIGHT if len(labels) > len(self.model.labels) else SAME_LABELS_WEIGHT
        return replace(config, train=replace(config.train, teacher_weight=weight))

    def settled(self, splits: Splits) -> Splits:
        """The new rows, with the old ones that are replayed, and the labels of the model.

        Raises:
            DataError: old rows cannot be read, or one kind of labels does not fit the other.
        """
        self._check_labels(splits, splits.path)
        splits.more_labels, splits.multilabel = self.model.labels, self.model.multilabel
        self.fingerprints.append(splits.fingerprint)
        notes = [f"goes on from {self.model.path}: {count(len(self.model.labels), 'label')}"]
        for file in self.replay:
            notes.append(self._replay(splits, file))
        if self.replay:
            self.judged = list(known(self.judged, [*label_set(splits.train), *self.model.labels]))
        else:
            self.judged = list(known(splits.valid, self.model.labels))
        splits.notes = (*splits.notes, *notes)
        splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))
        return splits

    def _replay(self, splits: Splits, file: Any) -> str:
        """Raises: DataError."""
        old = self.load(file)
        self._check_labels(old, old.path)
        return self.add_rows(splits, old)

    def _check_labels(self, splits: Splits, path: str) -> None:
        if splits.multilabel and not self.model.multilabel:
            raise DataError(
                f"a text may have several labels here, and {self.model.path} gives each text one",
                path=path,
                hint="train a new model on all rows",
            )
