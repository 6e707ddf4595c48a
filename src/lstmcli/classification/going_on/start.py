"""The classifier that training goes on from, and the old rows that it is shown again (``--from``, ``--replay``).

Tokenizer, network and reading of the data are those of the model; of the training settings those that do not depend on
the size of the corpus or on the machine.  Old rows are split as they were, so the validation rows of before are
validation rows again; that they are the same rows is known by the fingerprint of the data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lstmcli.classification.config import ClassifierConfig, ClassifierTrainConfig
from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.records import Record, Splits, fingerprint
from lstmcli.errors import DataError, UsageError
from lstmcli.model_dir.directory import ModelDir, read_model
from lstmcli.options import changed, known_fields
from lstmcli.plural import count
from lstmcli.python_names import as_option
from lstmcli.tasks import CLASSIFICATION

if TYPE_CHECKING:
    from lstmcli.classification.going_on.job import GoingOnJob
    from lstmcli.data.locate import Located

OF_TRAINING = frozenset({"embedding_dropout", "word_dropout", "feature_dropout", "layer_dropout", "output_dropout"})
"""Settings of the network that only training reads, so they may change."""
FRESH = (
    *("pretrain", "layer_decay", "unfreeze"),
    *("epochs", "valid_fraction", "time_limit", "precision", "seed", "threads", "device", "deterministic"),
)
"""Training settings that are not taken from the model: they depend on the corpus, the machine or the run."""
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

    if given.get("from_model") is None:
        raise UsageError("--replay needs --from: the model that was trained on these rows", hint="add --from MODEL")
    for name, why in (
        ("size", "the model keeps its size"),
        ("vectors", "the model has its embedding"),
        ("teacher", "the model is its own teacher"),
        ("init_from", "the model has its start"),
    ):
        if given.get(name):
            raise UsageError(f"{as_option(name)} and --from contradict each other: {why}", hint="leave one of them out")
    model = read_model(given["from_model"], task=CLASSIFICATION)
    settings: ClassifierConfig = model.settings
    if settings.model.size:
        raise UsageError(
            f"{model.path} was made smaller with --size, and rounded weights are no start for training",
            hint="go on from a model that was trained without --size",
        )
    fields = config_fields(given)
    _check_recipe(fields, settings, model)
    replay = given.get("replay") or ()
    usual = ClassifierTrainConfig()
    train = replace(settings.train, **{name: getattr(usual, name) for name in FRESH})
    if not replay:
        train = replace(train, teacher_weight=None, teacher_temperature=TEMPERATURE)
    network = replace(settings.model, vectors=None, init_from=())
    config = replace(settings, read=ReadConfig(), train=train, model=network)
    files = (replay,) if isinstance(replay, str) else tuple(replay)
    return {"config": changed(config, fields), "going_on": GoingOn(model, files)}


def _check_recipe(fields: Mapping[str, Any], settings: ClassifierConfig, model: ModelDir) -> None:
    """Raises: UsageError, if a given setting of tokenizer or network is not that of the model."""
    for group in (settings.tokenizer, settings.model):
        for name, value in known_fields(type(group), fields).items():
            own = getattr(group, name)
            if name not in OF_TRAINING and value != own:
                shown = name.replace("_", " ")
                raise UsageError(
                    f"{shown} {_shown(value)} contradicts {model.path}, which has {_shown(own)}",
                    hint="leave the option out: tokenizer and network are those of the model",
                )


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass
class GoingOn:
    """The model to go on from, and what is known of its rows."""

    model: ModelDir
    replay: Sequence[str | Located] = ()
    judged: list[Record] = field(default_factory=list)
    """Validation rows of before that are validation rows again; without old rows the new ones with old labels."""
    exact: bool = True
    """Whether the rows are those of before: the model did not learn from ``judged``."""
    fingerprints: list[str] = field(default_factory=list)
    """Of the new rows and of each replayed file."""

    @property
    def checksum(self) -> str:
        """Of the config of the model, which holds the checksums of its other files."""
        return str(self.model.config["checksum"])

    @property
    def old_rows(self) -> int:
        """Training rows of the model."""
        found = self.model.config["data"].get("rows", {}).get("train", 0)
        return found if isinstance(found, int) else 0

    def job(self, splits: Splits, config: ClassifierConfig) -> GoingOnJob:
        """The job of going on with new rows.  Raises: DataError."""
        from lstmcli.classification.going_on.job import GoingOnJob

        return GoingOnJob(CLASSIFICATION, self.settled(splits), config, self)

    def taught(self, config: ClassifierConfig, labels: Sequence[str]) -> ClassifierConfig:
        """The config with what the old model counts beside labels, if there are no old rows and the user says nothing.

        Args:
            labels: of the new model.
        """
        if self.replay or config.train.teacher_weight is not None:
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
            notes.append(self._add(splits, self._read(file)))
        if not self.replay:
            old = set(self.model.labels)
            self.judged = [record for record in splits.valid if old.issuperset(record.labels)]
        splits.notes = (*splits.notes, *notes)
        splits.fingerprint = fingerprint((splits.train, splits.valid, splits.test))
        return splits

    def _read(self, file: str | Located) -> Splits:
        """Old rows, split as they were.  Raises: DataError."""
        from lstmcli.data.splits import load_splits

        settings = self.model.settings
        found = load_splits(
            file,
            ReadConfig(),
            valid=None,
            test=None,
            valid_fraction=settings.train.valid_fraction,
            seed=settings.train.seed,
            labelled=True,
            prefer=replace(settings.read, input_format=None, split=None),
        )
        self._check_labels(found, found.path)
        known = self.model.config["data"].get("fingerprint"), *self.model.config.get("from", {}).get("rows", ())
        self.exact &= found.fingerprint in known
        self.fingerprints.append(found.fingerprint)
        return found

    def _check_labels(self, splits: Splits, path: str) -> None:
        if splits.multilabel and not self.model.multilabel:
            raise DataError(
                f"a text may have several labels here, and {self.model.path} gives each text one",
                path=path,
                hint="train a new model on all rows",
            )

    def _add(self, splits: Splits, old: Splits) -> str:
        """Add old rows to the new ones; returns a note on them.  No text is learnt that is judged elsewhere."""
        learnt, judged = texts_of(splits.train), texts_of(splits.valid, splits.test)
        valid = _without(old.valid, judged)
        held = texts_of(valid)
        new = _without(splits.train, held)
        train = _without(old.train, learnt | judged)
        left_out = len(splits.train) - len(new), len(old.train) - len(train)
        splits.train, splits.valid = [*new, *train], [*splits.valid, *valid]
        splits.unlabelled = _without(splits.unlabelled, held)
        self.judged += valid
        said = f"replayed: {old.path}, {len(train):,} rows to learn from and {len(valid):,} of validation"
        if any(left_out):
            said += f"; {left_out[0]:,} new and {left_out[1]:,} old rows that are in another part are left out"
        return said


def _without(records: Collection[Record], keys: Collection[bytes]) -> list[Record]:
    return [record for record in records if same_text(record.text) not in keys]
