"""``lstm translate -o DIR``: many files, translated by several workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lstmcli.cli import bulk
from lstmcli.cli.io import streams
from lstmcli.cli.output.translations import writer
from lstmcli.errors import UsageError
from lstmcli.tasks import TRANSLATION
from lstmcli.translation.config import BeamConfig

if TYPE_CHECKING:
    from lstmcli.bulk.answers import Answer, Answered, Asked


@dataclass(frozen=True)
class Translating:
    """What a worker needs to translate texts."""

    writing: bulk.Writing
    alignment: bool
    beam: BeamConfig

    def open(self) -> Answer:
        """Raises: ModelError, UsageError."""
        from lstmcli.translation.predict import Translator

        translator = self.writing.load(Translator)
        keep, beam = self.writing.keep_columns, self.beam
        make = partial(writer, n=beam.n, alignment=self.alignment, keep_columns=keep)
        how = {"n": beam.n, "beam": beam.beam, "length_penalty": beam.length_penalty, **self.writing.size}

        def answer(asked: Asked) -> Answered:
            found = list(translator.translations(iter(asked.records), alignment=self.alignment, **how))
            return self.writing.answered(asked, found, make, {"truncated": sum(each.truncated for each in found)})

        return answer


def translate_into_folder(values: Mapping[str, Any], config: BeamConfig) -> None:
    """Translate files into a folder."""
    from lstmcli.model_dir.directory import default_model_path, read_model
    from lstmcli.translation.odd_texts import cut_short

    files = bulk.check(values)
    if values["alignment"] and values["format"] != "jsonl":
        raise UsageError("--alignment and -o need --format jsonl")

    plan = bulk.Plan(values, files, read_model(default_model_path(TRANSLATION, values["model"]), task=TRANSLATION))
    counts = plan.answer(
        Translating(plan.writing, values["alignment"], config),
        options={"command": "translate", "beam": asdict(config), "alignment": values["alignment"]},
        prefer=plan.directory.trained_read,
        labelled=False,
    )
    if cut := counts.get("truncated", 0):
        streams.note(f"warning: {cut_short(cut)}")
