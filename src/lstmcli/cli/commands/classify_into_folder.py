"""``lstm classify -o DIR``: many files, labelled by several workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lstmcli.cli import bulk
from lstmcli.cli.options import classification as c
from lstmcli.cli.output.predictions import writer
from lstmcli.data.config import with_training_defaults
from lstmcli.errors import UsageError
from lstmcli.tasks import CLASSIFICATION

if TYPE_CHECKING:
    from lstmcli.bulk.answers import Answer, Answered, Asked


@dataclass(frozen=True)
class Labelling:
    """What a worker needs to label texts."""

    writing: bulk.Writing
    top: int | None
    threshold: float | None
    novelty: bool
    max_novelty: float | None

    def open(self) -> Answer:
        """Raises: ModelError, UsageError."""
        from lstmcli.classification.predict import Classifier

        classifier = self.writing.load(Classifier)
        top, shown = c.labels_shown(self.top, self.writing.format, len(classifier.labels))
        make = partial(writer, top=top, novelty=self.novelty, keep_columns=self.writing.keep_columns)
        how = {"top": shown, "threshold": self.threshold, "max_novelty": self.max_novelty, **self.writing.size}

        def answer(asked: Asked) -> Answered:
            classifier.tokens = classifier.unknown = 0
            found = list(classifier.classify(iter(asked.records), novelty=self.novelty, **how))
            counts = {"tokens": classifier.tokens, "unknown": classifier.unknown}
            return self.writing.answered(asked, found, make, counts)

        return answer


def classify_into_folder(values: Mapping[str, Any]) -> dict[str, int]:
    """Label files into a folder; the counts of what was answered."""
    from lstmcli.model_dir.directory import default_model_path, read_model

    files = bulk.check(values)
    for name in ("report", "uncertain"):
        if values[name]:
            raise UsageError(f"--{name} and -o do not go together")

    plan = bulk.Plan(
        values, files, read_model(default_model_path(CLASSIFICATION, values["model"]), task=CLASSIFICATION)
    )
    trained = plan.directory.trained_read
    plan.read = with_training_defaults(plan.read, trained)
    answers = {name: values[name] for name in ("top", "threshold", "novelty", "max_novelty")}
    answers["novelty"] |= answers["max_novelty"] is not None
    if values["abstain"] is not None or values["max_error"] is not None:
        from lstmcli.classification.predict import Classifier

        asked = [values[name] for name in ("threshold", "abstain", "max_error")]
        answers["threshold"] = c.chosen_threshold(Classifier(plan.directory.path), *asked, quiet=values["quiet"])
    return plan.answer(
        Labelling(plan.writing, **answers),
        options={"command": "classify", **answers},
        prefer=trained,
        labelled=None,
    )
