"""The model that training goes on from, and the old texts that it is shown again.

Old texts are split as they were, so what was validation is validation again; that they are the same is known by the
fingerprint of the data.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from lstmcli.data.config import ReadConfig
from lstmcli.data.duplicates import same_text, texts_of
from lstmcli.data.records import Record, Splits
from lstmcli.data.stored import gathered
from lstmcli.model_dir.directory import ModelDir
from lstmcli.training.going_on.settings import Continued

if TYPE_CHECKING:
    from lstmcli.data.locate import Located

NO_OLD_TEXTS = (
    "no old texts: where the new ones are of another kind, the model forgets most of what it knew; give the texts that "
    "it was trained on with --replay FILE"
)


@dataclass
class GoingOn:
    """The model to go on from, and what is known of its texts."""

    model: ModelDir
    replay: Sequence[str | Located] = ()
    forget: bool = False
    """Whether nothing keeps what the model knew."""
    read: ReadConfig = field(default_factory=ReadConfig)
    """How the old texts are read, beside what the model knows of its data."""
    judged: list[Record] = field(default_factory=list)
    """Validation rows of before that are validation rows again."""
    exact: bool = True
    """Whether these are validation rows of the model: it did not learn from any of them, as far as is known."""
    fingerprints: list[Any] = field(default_factory=list)
    """Of the new texts and of each replayed file."""

    @classmethod
    def of(cls, start: Continued) -> Any:
        return cls(start.model, start.replay, start.forget)

    @property
    def from_memory(self) -> bool:
        """Whether the model itself stands for its old texts, which are not at hand."""
        return not self.replay and not self.forget

    @property
    def checksum(self) -> str:
        """Of the config of the model, which holds the checksums of its other files."""
        return str(self.model.config["checksum"])

    @property
    def known(self) -> list[Any]:
        """The fingerprints of the data that the model is known to have seen, split as now."""
        return [self.model.config["data"].get("fingerprint"), *self.model.config.get("from", {}).get("rows", ())]

    def seen(self, last: Any) -> int:
        """Rows or tokens that the model learnt from, and those before it for whose texts it stood itself.

        Args:
            last: those of its last training.
        """
        found = self.model.config.get("from", {}).get("seen", last)
        return found if isinstance(found, int) else 0

    def lineage(self, vocab_size: int) -> dict[str, Any]:
        """What ``config.json`` of the new model says of the old one, under ``from``.

        Args:
            vocab_size: of the old model.
        """
        older = self.model.config.get("from")
        return {
            "path": str(self.model.path),
            "sha256": self.checksum,
            "rows": self.fingerprints,
            "vocab_size": vocab_size,
            "older": [] if older is None else [{"path": older.get("path", "")}, *older.get("older", ())],
        }

    def load(self, file: str | Located) -> Splits:
        """Old texts, split as they were.  Raises: DataError."""
        from lstmcli.data.splits import load_splits

        task, settings = self.model.task, self.model.settings
        return load_splits(
            file,
            self.read,
            valid=None,
            test=None,
            valid_fraction=settings.train.valid_fraction,
            seed=settings.train.seed,
            labelled=task.labelled,
            paired=task.paired,
            prefer=replace(settings.read, input_format=None, split=None),
        )

    def add_rows(self, splits: Splits, old: Splits) -> str:
        """Add rows of before to the new ones; returns a note on them.  No text is learnt that is judged elsewhere."""
        self.exact &= old.fingerprint in self.known
        self.fingerprints.append(old.fingerprint)
        learnt, judged = texts_of(splits.train), texts_of(splits.valid, splits.test)
        valid = _without(old.valid, judged)
        held = texts_of(valid)
        new = _without(splits.train, held)
        train = _without(old.train, learnt | judged)
        left_out = len(splits.train) - len(new), len(old.train) - len(train)
        splits.train, splits.valid = gathered(chain(new, train)), gathered(chain(splits.valid, valid))
        splits.unlabelled = _without(splits.unlabelled, held)
        self.judged += valid
        said = f"replayed: {old.path}, {len(train):,} rows to learn from and {len(valid):,} of validation"
        if any(left_out):
            said += f"; {left_out[0]:,} new and {left_out[1]:,} old rows that are in another part are left out"
        return said


def _without(records: Collection[Record], keys: Collection[bytes]) -> Collection[Record]:
    return gathered(record for record in records if same_text(record.text) not in keys)
