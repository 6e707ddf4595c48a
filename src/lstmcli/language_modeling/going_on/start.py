"""The language model that training goes on from, and the old text that it is shown again (``--from``, ``--replay``).

Each part of a text has a fingerprint of its own, so a replayed file may also be the training text alone, which is all
learnt, or the validation text alone, which is all judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lstmcli.data.records import Joined, Record, Splits
from lstmcli.language_modeling.config import LmConfig
from lstmcli.language_modeling.defaults import chosen_by_text
from lstmcli.language_modeling.lines import Lines
from lstmcli.language_modeling.survey import survey_text
from lstmcli.options import read_config
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.training.going_on.settings import Rules, continued
from lstmcli.training.going_on.start import GoingOn

if TYPE_CHECKING:
    from collections.abc import Collection

    from lstmcli.language_modeling.going_on.job import GoingOnJob
    from lstmcli.model_dir.directory import ModelDir


def _by_text(model: ModelDir) -> dict[str, Any]:
    found = model.config
    return chosen_by_text(model.settings, found["data"]["tokens"]["train"], found["tokenizer"]["vocab_size"])


RULES = Rules(
    free=frozenset({"embedding_dropout", "input_dropout", "layer_dropout", "output_dropout", "weight_drop"}),
    by_corpus=_by_text,
    reasons={"preset": "the model has its recipe"},
)


def going_on(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``train.job`` for training that goes on from a model.

    Raises:
        UsageError: an option contradicts the model.
        ModelError: it cannot be read.
    """
    from lstmcli.language_modeling.options import config_fields

    start = continued(given, config_fields(given), LANGUAGE_MODELING, RULES)
    config: LmConfig = start.config
    if "learning_rate" not in given and config.train.optimizer != start.model.settings.train.optimizer:
        config = replace(config, train=replace(config.train, learning_rate=None))
    found = TextGoingOn.of(start)
    found.read = replace(read_config(given), input_format=None, split=None)
    return {"config": config, "going_on": found}


@dataclass
class TextGoingOn(GoingOn):
    """A language model to go on from."""

    def __post_init__(self) -> None:
        self.new_valid: Collection[Record] = ()
        self.old_valid: list[Collection[Record]] = []

    @property
    def old_tokens(self) -> int:
        """Tokens that the model learnt from."""
        return self.seen(self.model.config["data"]["tokens"]["train"])

    def job(self, splits: Splits, config: LmConfig) -> GoingOnJob:
        """The job of going on with a new text.  Raises: DataError."""
        from lstmcli.language_modeling.going_on.job import GoingOnJob

        return GoingOnJob(LANGUAGE_MODELING, self.settled(splits), config, config, self)

    def settled(self, splits: Splits) -> Splits:
        """The new text, and after it the old one that is replayed.  Raises: DataError."""
        self.new_valid = splits.valid
        self.fingerprints.append({name: _fingerprint(getattr(splits, name)) for name in ("train", "valid")})
        notes, train = [f"goes on from {self.model.path}"], [splits.train]
        for file in self.replay:
            old, valid, note = self._parts(self.load(file))
            train += [old] if old else []
            self.old_valid += [valid] if valid else []
            notes.append(note)
        splits.train, splits.valid = Joined(*train), Joined(splits.valid, *self.old_valid)
        splits.notes = (*splits.notes, *notes)
        return splits

    def _parts(self, found: Splits) -> tuple[Collection[Record], Collection[Record], str]:
        """What is learnt of an old text, what is judged, and a note on it."""
        train, valid, known = found.train, found.valid, self._seen()
        if found.held_out and (whole := _fingerprint(Joined(train, valid))) in known:
            self.fingerprints.append({known[whole]: whole})
            train, valid = (Joined(train, valid), ()) if known[whole] == "train" else ((), Joined(train, valid))
        else:
            own = {"train": _fingerprint(train), "valid": _fingerprint(valid)}
            self.exact &= known.get(own["valid"]) not in (None, "train")
            self.fingerprints.append(own)
        note = f"replayed: {found.path}, {len(train):,} rows to learn from and {len(valid):,} of validation"
        return train, valid, note

    def _seen(self) -> dict[str, str]:
        """The fingerprint of each text that the model is known to have seen, and the split that it was."""
        splits = [found for found in self.known if isinstance(found, dict)]
        return {text: name for found in splits for name, text in found.items()}


def _fingerprint(records: Collection[Record]) -> str:
    return survey_text(Lines(records)).fingerprint
