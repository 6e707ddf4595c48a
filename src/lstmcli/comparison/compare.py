"""Models against each other on the same text: which take part, and how they do.

Each is compared with the first.  What they are is told by what the files hold, not by their names: a model
directory of ours, a fastText model, a KenLM model, or else a file of answers; a pipe holds answers.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lstmcli.comparison.answer_files import BASES, LogProbabilities, Predictions, are_numbers, read_rows
from lstmcli.comparison.competitors import ClassifierColumn, LmColumn, OwnClassifier, OwnLanguageModel
from lstmcli.comparison.external_models import ARPA, FASTTEXT, KENLM, FastText, KenLm
from lstmcli.comparison.results import ClassifierComparison, LmComparison
from lstmcli.errors import DataError, ModelError, NoDataError, UsageError
from lstmcli.language_modeling.scoring.perplexity import is_carried
from lstmcli.model_dir.directory import read_model
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING, require_task

if TYPE_CHECKING:
    from lstmcli.data.config import ReadConfig
    from lstmcli.data.records import Record

DISAGREEMENTS, SPANS = 10, 5
"""That are kept; spans each way."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A path of the command line, and what it holds."""

    path: Path
    name: str
    kind: str
    task: str
    read: ReadConfig | None = None
    """How a model of ours reads its sources."""
    rows: Sequence[Any] | None = None
    """Of a file of answers."""


def identify(paths: Sequence[str | Path], task: str | None = None) -> list[Entry]:
    """What each path is; all of one task.

    Args:
        task: the name of one, for files of answers alone that could be either.

    Raises:
        UsageError: fewer than two.
        ModelError: not there, not a model, or of another task than those before.
    """
    if len(paths) < 2:
        raise UsageError("compare needs two models or more", hint="name another model, or a file of its answers")
    found = [_identify(Path(path), name) for path, name in zip(paths, names(paths), strict=True)]
    told = [entry for entry in found if entry.task]
    wanted = task or (told[0].task if told else _task_of_files(found))
    for entry in told:
        if entry.task != wanted:
            other = (
                f"and {told[0].path} is {require_task(wanted).title}"
                if task is None
                else f"not {require_task(wanted).title}"
            )
            raise ModelError(
                f"is {require_task(entry.task).title}, {other}", path=entry.path, hint="compare models of one task"
            )
    return [dataclasses.replace(entry, task=wanted) for entry in found]


def _identify(path: Path, name: str) -> Entry:
    if path.exists() and not path.is_file() and not path.is_dir():  # it can be read only once
        return Entry(path, name, "file", "", rows=read_rows(path))
    if not path.is_file():
        model = read_model(path)
        return Entry(path, name, "lstm", model.task.name, model.trained_read)
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", path=path) from error
    if head.startswith(FASTTEXT):
        return Entry(path, name, "fasttext", CLASSIFICATION.name)
    if head.startswith(KENLM) or head.lstrip().startswith(ARPA):
        return Entry(path, name, "kenlm", LANGUAGE_MODELING.name)
    try:
        return Entry(path, name, "file", "", rows=read_rows(path))
    except DataError as error:
        if isinstance(error, NoDataError) or "not text" not in error.message:
            raise
        hint = "a model directory, a fastText or KenLM model, or a text file of answers"
        raise ModelError("is no model and no file of answers", path=path, hint=hint) from error


def _task_of_files(entries: Sequence[Entry]) -> str:
    rows = entries[0].rows
    return (LANGUAGE_MODELING if rows and are_numbers(rows) else CLASSIFICATION).name


def names(paths: Sequence[str | Path]) -> list[str]:
    """The last part of each path; the whole where it is not unique; numbered where that is not unique either."""
    short = [Path(path).name or str(path) for path in paths]
    times = Counter(short)
    whole = [str(path) if times[name] > 1 else name for path, name in zip(paths, short, strict=True)]
    seen: Counter[str] = Counter()
    found = []
    for name in whole:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


@dataclasses.dataclass(frozen=True)
class CompareOptions:
    """What a comparison can be told; a task minds those that mean something to it."""

    source: str = ""
    """Name of the text, for the report."""
    format: str = "text"
    """Of the source, by which and by their training language models carry their state from line to line or not."""
    threads: int | None = None
    shown: int | None = None
    """Disagreements, or spans for each model and each way, that are kept; None: 10, or 5."""
    prefix: str = "__label__"
    """Marks a label in fastText's files."""
    cold_starts: bool = True
    """Start a process for one text, three times for each classifier."""
    stream: bool = False
    lines: bool = False
    """Whether language models carry their state from line to line, or do not, in any case."""
    log_base: str = "e"
    """Of plain log-probabilities: e, 2 or 10."""


def compare(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> ClassifierComparison | LmComparison:
    """Models of one task on the same text, each against the first.

    Raises:
        ModelError: a model that cannot be used, or one of other labels than the first.
        NoDataError: there is no text, or none has a label that the models know.
        DataError: a file of answers that does not belong to the texts.
        UsageError: a package that is not installed, or an option that is wrong.
    """
    found: ClassifierComparison | LmComparison
    found = require_task(entries[0].task).feature("compare")(entries, records, options)
    return found


def compare_classifiers(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> ClassifierComparison:
    """Classifiers on the same labelled texts; see ``compare``."""
    from lstmcli.classification.classify import load_classifier
    from lstmcli.comparison import classifiers

    def column(entry: Entry) -> ClassifierColumn:
        if entry.kind == "lstm":
            return OwnClassifier(entry.name, load_classifier(entry.path, threads=options.threads))
        if entry.kind == "fasttext":
            return FastText(entry.name, entry.path, options.prefix)
        return Predictions(entry.name, entry.path, options.prefix, entry.rows)

    shown = DISAGREEMENTS if options.shown is None else options.shown
    columns = [column(entry) for entry in entries]
    return classifiers.compare(columns, records, options.source, shown, options.cold_starts)


def compare_language_models(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> LmComparison:
    """Language models on the same text; see ``compare``."""
    if options.log_base not in BASES:
        raise UsageError(f"log-base must be one of {', '.join(BASES)}, not {options.log_base!r}")
    from lstmcli.comparison import language_models
    from lstmcli.language_modeling.model import load_language_model

    def column(entry: Entry) -> LmColumn:
        if entry.kind == "lstm":
            model = load_language_model(entry.path, threads=options.threads)
            return OwnLanguageModel(
                entry.name, model, is_carried(model.mode, options.format, stream=options.stream, lines=options.lines)
            )
        if entry.kind == "kenlm":
            return cast(LmColumn, KenLm(entry.name, entry.path))
        return LogProbabilities(entry.name, entry.path, options.log_base, entry.rows)

    shown = SPANS if options.shown is None else options.shown
    return language_models.compare([column(entry) for entry in entries], records, options.source, shown)
