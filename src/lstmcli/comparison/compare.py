"""Models against each other on the same text: which take part, and how they do.

Each is compared with the first.  What they are is told by what the files hold, not by their names: a model
directory of ours, a fastText model, a KenLM model, or else a file of answers.
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

if TYPE_CHECKING:
    from lstmcli.data.config import ReadConfig
    from lstmcli.data.records import Record

DISAGREEMENTS, SPANS = 10, 5
"""That are kept; spans each way."""
_TASKS = {"classify": "a classifier", "lm": "a language model"}


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
        task: classify or lm, for files of answers alone that could be either.

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
            other = f"and {told[0].path} is {_TASKS[wanted]}" if task is None else f"not {_TASKS[wanted]}"
            raise ModelError(f"is {_TASKS[entry.task]}, {other}", path=entry.path, hint="compare models of one task")
    return [dataclasses.replace(entry, task=wanted) for entry in found]


def _identify(path: Path, name: str) -> Entry:
    if not path.is_file():
        model = read_model(path)
        return Entry(path, name, "lstm", model.task.name, model.settings.read)
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", path=path) from error
    if head.startswith(FASTTEXT):
        return Entry(path, name, "fasttext", "classify")
    if head.startswith(KENLM) or head.lstrip().startswith(ARPA):
        return Entry(path, name, "kenlm", "lm")
    try:
        return Entry(path, name, "file", "", rows=read_rows(path))
    except DataError as error:
        if isinstance(error, NoDataError) or "not text" not in error.message:
            raise
        hint = "a model directory, a fastText or KenLM model, or a text file of answers"
        raise ModelError("is no model and no file of answers", path=path, hint=hint) from error


def _task_of_files(entries: Sequence[Entry]) -> str:
    rows = entries[0].rows
    return "lm" if rows and are_numbers(rows) else "classify"


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


def compare_classifiers(
    entries: Sequence[Entry],
    records: Iterable[Record],
    *,
    source: str = "",
    prefix: str = "__label__",
    threads: int | None = None,
    shown: int = DISAGREEMENTS,
    cold_starts: bool = True,
) -> ClassifierComparison:
    """Classifiers on the same labelled texts.

    Args:
        prefix: what marks a label in fastText's files.
        shown: how many disagreements are kept.
        cold_starts: start a process for one text, three times for each model.

    Raises:
        ModelError: a model that cannot be used, or one of other labels than the first.
        NoDataError: no text has a label that the models know.
        DataError: a file of answers that does not belong to the texts.
        UsageError: a package that is not installed.
    """
    from lstmcli.classification.classify import load_classifier
    from lstmcli.comparison.classifiers import compare

    def column(entry: Entry) -> ClassifierColumn:
        if entry.kind == "lstm":
            return OwnClassifier(entry.name, load_classifier(entry.path, threads=threads))
        if entry.kind == "fasttext":
            return FastText(entry.name, entry.path, prefix)
        return Predictions(entry.name, entry.path, prefix, entry.rows)

    return compare([column(entry) for entry in entries], records, source, shown, cold_starts)


def compare_language_models(
    entries: Sequence[Entry],
    records: Iterable[Record],
    *,
    format: str = "text",
    stream: bool = False,
    lines: bool = False,
    source: str = "",
    log_base: str = "e",
    threads: int | None = None,
    shown: int = SPANS,
) -> LmComparison:
    """Language models on the same text.

    Args:
        format: of the source, by which and by their training models carry their state from line to line or not.
        stream, lines: whether they do, or do not, in any case.
        log_base: of plain log-probabilities: e, 2 or 10.
        shown: how many spans are kept for each model and each way.

    Raises:
        ModelError: a model that cannot be used.
        NoDataError: there is no text.
        DataError: a file of log-probabilities that does not belong to the text.
        UsageError: a package that is not installed, or another base.
    """
    if log_base not in BASES:
        raise UsageError(f"log-base must be one of {', '.join(BASES)}, not {log_base!r}")
    from lstmcli.comparison.language_models import compare
    from lstmcli.language_modeling.model import load_language_model

    def column(entry: Entry) -> LmColumn:
        if entry.kind == "lstm":
            model = load_language_model(entry.path, threads=threads)
            return OwnLanguageModel(entry.name, model, is_carried(model.mode, format, stream=stream, lines=lines))
        if entry.kind == "kenlm":
            return cast(LmColumn, KenLm(entry.name, entry.path))
        return LogProbabilities(entry.name, entry.path, log_base, entry.rows)

    return compare([column(entry) for entry in entries], records, source, shown)
