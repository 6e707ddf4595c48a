"""``lstm perplexity -o DIR``: many files, each scored by itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from lstmcli.cli import bulk
from lstmcli.cli.commands import perplexity_of_pairs
from lstmcli.cli.io import streams
from lstmcli.cli.options.bulk import PARQUET
from lstmcli.cli.output.surprisal import FIGURES, writer
from lstmcli.cli.output.unknown_words import prepare_records, say_how, say_unknown
from lstmcli.cli.output.writer import RowWriter, stream
from lstmcli.errors import NoDataError, UsageError
from lstmcli.plural import are, count, have

if TYPE_CHECKING:
    from lstmcli.bulk.answers import Answer, Answered, Asked, Parts
    from lstmcli.model_dir.directory import ModelDir
    from lstmcli.scoring.results import LmReport, Sums, Surprisal


@dataclass(frozen=True)
class Scoring:
    """What a worker needs to score lines, each by itself or with the state of those before."""

    writing: bulk.Writing
    per: str | None
    segments: bool
    match_corpus: bool

    def open(self) -> Answer:
        """Raises: ModelError, UsageError."""
        from lstmcli.language_modeling.predict import LanguageModel
        from lstmcli.language_modeling.scoring.perplexity import Text, total
        from lstmcli.language_modeling.scoring.score import Stream
        from lstmcli.language_modeling.scoring.surprisal import surprisals
        from lstmcli.language_modeling.scoring.unknown_words import UnknownTokenCounter

        model = self.writing.load(LanguageModel)
        own = model.encoder.corpus_style
        if self.match_corpus:
            say_how(own, quiet=True)
        style = own if self.match_corpus else None

        def answer(asked: Asked) -> Answered:
            unknowns = UnknownTokenCounter(model, own)
            read = Stream(model.together, asked.state) if asked.chained else None
            text = Text(prepare_records(asked.records, style, bare=False), asked.chained, stream=read)
            how = {"segments": self.segments, "on_lines": unknowns.on_lines, **self.writing.size}
            data: bytes | Iterable[Surprisal]
            if self.per is None:
                totals = total(model, [text], **how)
                data = _part(totals.sums()[0], totals.reading)
            else:
                data = list(surprisals(model, text, self.per, **how))
            counts = {"tokens": unknowns.tokens, "unknown": unknowns.unknown}
            return _answered(self.writing, asked, data, counts, read.position if read else b"")

        return answer


@dataclass(frozen=True)
class ScoringPairs:
    """What a worker needs to score targets given their sources."""

    writing: bulk.Writing
    per: str | None

    def open(self) -> Answer:
        """Raises: ModelError, UsageError."""
        from lstmcli.translation.perplexity import READING, surprisals, total
        from lstmcli.translation.predict import Translator

        translator = self.writing.load(Translator)

        def answer(asked: Asked) -> Answered:
            scorer = translator.scorer(**self.writing.size)
            data: bytes | Iterable[Surprisal]
            if self.per is None:
                data = _part(total(scorer, asked.records), READING)
            else:
                data = list(surprisals(scorer, asked.records, self.per))
            return _answered(self.writing, asked, data, {"empty": scorer.empty})

        return answer


def _answered(
    writing: bulk.Writing,
    asked: Asked,
    data: bytes | Iterable[Surprisal],
    counts: Mapping[str, int],
    state: bytes = b"",
) -> Answered:
    """The sums of a piece, or the rows of its table."""
    from lstmcli.bulk.answers import Answered

    if isinstance(data, bytes):
        return Answered(data, {"rows": len(asked.records), **counts}, state)
    make = partial(writer, several=False, keep_columns=writing.keep_columns)
    return writing.answered(asked, data, make, counts, state)


def _part(sums: Sums, reading: str) -> bytes:
    return json.dumps({**asdict(sums), "reading": reading}).encode()


@dataclass(frozen=True)
class Figures:
    """Makes the figures of a file from the sums of its pieces."""

    format: str
    oov_rule: str

    def __call__(self, parts: Parts, out: BinaryIO) -> None:
        """Raises: NoDataError."""
        data = bulk.fill(*self._writer(), [self._report(parts)])
        if self.format == PARQUET:
            from lstmcli.bulk import parquet

            parquet.join(lambda: [data], out)
        else:
            out.write(data)

    def _report(self, parts: Parts) -> LmReport:
        from lstmcli.scoring.results import Sums

        sums, reading = Sums(), ""
        for data in parts():
            own = json.loads(data)
            reading = own.pop("reading")
            sums += Sums(**own)
        if not sums.lines:
            raise NoDataError("nothing to score: there is no text", hint="give at least one line")
        return sums.report(oov_rule=self.oov_rule, reading=reading)

    def _writer(self) -> tuple[Any, io.StringIO]:
        out = io.StringIO()
        if self.format == "tsv":
            return RowWriter(FIGURES, "tsv", out, headed=False), out
        return stream(FIGURES, self.format, out), out


def perplexity_into_folder(place: Path, directory: ModelDir | None, values: Mapping[str, Any]) -> None:
    """Score files into a folder, with the language model or translator at ``place``.

    Args:
        directory: None if there is no model.
    """
    from lstmcli.language_modeling.scoring.perplexity import is_carried
    from lstmcli.model_dir.directory import read_model
    from lstmcli.tasks import LANGUAGE_MODELING, TRANSLATION
    from lstmcli.tokenization.unknown_rule import oov_rule

    files = bulk.check(values)
    for name in ("cache", "adapt", "target_file"):
        if values[name]:
            option = f"--{name.replace('_', '-')}"
            hint = "name tables of pairs" if name == "target_file" else "it learns from a file from start to end"
            raise UsageError(f"{option} and -o do not go together", hint=hint)
    paired = directory is not None and directory.task is TRANSLATION
    perplexity_of_pairs.check(values, paired=paired)
    plan = bulk.Plan(values, files, directory or read_model(place, task=LANGUAGE_MODELING))
    settings, per, writing = plan.directory.settings, values["per"], plan.writing
    how: dict[str, Any] = {"prefer": plan.directory.trained_read, "labelled": False, "paired": paired}
    options = {name: values[name] for name in ("per", "segments", "match_corpus", "stream", "lines")}
    how["options"] = {"command": "perplexity", **options}
    how["join"] = Figures(writing.format, oov_rule(settings.tokenizer)) if per is None else None
    if paired:
        counts = plan.answer(ScoringPairs(writing, per), **how)
        if empty := counts.get("empty", 0):
            streams.note(f"warning: {count(empty, 'pair')} {have(empty)} an empty side and {are(empty)} scored, too")
        return
    carry = partial(is_carried, settings.tokenizer.mode, stream=values["stream"], lines=values["lines"])
    opening = Scoring(writing, per, values["segments"], values["match_corpus"])
    counts = plan.answer(opening, chained=lambda source: carry(source.format), bare_text=True, **how)
    say_unknown(counts.get("unknown", 0), counts.get("tokens", 0), "token", [], values["quiet"])
