"""Compare models on the same text: identify them, and run the comparison of their task.

Each is compared with the first.  The kind of a model is detected from the content of its file, not from its name: a
model directory, a fastText model, a KenLM model, otherwise a file of answers; a pipe holds
answers.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.comparison.answer_files import BASES, LogProbabilities, Predictions, Rows, are_numbers, read_rows
from lstmcli.comparison.external_models import ARPA, FASTTEXT, KENLM, FastText, KenLm
from lstmcli.comparison.models import ClassifierColumn, LmColumn, OwnClassifier, OwnLanguageModel
from lstmcli.comparison.results import ClassifierComparison, LmComparison, TranslatorComparison
from lstmcli.config import whole
from lstmcli.data.config import ReadConfig, with_training_defaults
from lstmcli.errors import DataError, ModelError, NoDataError, UsageError
from lstmcli.language_modeling.scoring.perplexity import is_carried
from lstmcli.model_dir.directory import read_model
from lstmcli.model_dir.hub import model_path
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING, require_task

if TYPE_CHECKING:
    from lstmcli.data.records import Record

DISAGREEMENTS, SPANS = 10, 5
"""Numbers that are kept; of spans, for each model and direction."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A path to compare, and what it contains."""

    path: Path
    name: str
    kind: str
    task: str
    read: ReadConfig | None = None
    """How a model directory's training data was read."""
    rows: Rows | None = None
    """The rows of a file of answers."""


def identify(paths: Sequence[str | Path], task: str | None = None) -> list[Entry]:
    """Identify paths, or names of models of the Hub, which must all be of one task.

    Args:
        task: name of the task; needed for files of answers that do not show it.

    Raises:
        UsageError: fewer than two paths.
        ModelError: missing, not a model, or of another task than the others.
    """
    if len(paths) < 2:
        raise UsageError("compare needs two models or more", hint="name another model, or a file of its answers")
    found = [_identify(model_path(path), name) for path, name in zip(paths, names(paths), strict=True)]
    known = [entry for entry in found if entry.task]
    rows = found[0].rows
    default = LANGUAGE_MODELING if rows and are_numbers(rows) else CLASSIFICATION
    wanted = task or (known[0].task if known else default.name)
    for entry in known:
        if entry.task != wanted:
            title, other = require_task(entry.task).title, require_task(wanted).title
            message = f"is {title}, not {other}" if task else f"is {title}, and {known[0].path} is {other}"
            raise ModelError(message, path=entry.path, hint="compare models of one task")
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


def names(paths: Sequence[str | Path]) -> list[str]:
    """A unique name of each path: its last part, else the whole path, else with a number."""
    short = [Path(path).name or str(path) for path in paths]
    times = Counter(short)
    whole = [str(path) if times[name] > 1 else name for path, name in zip(paths, short, strict=True)]
    seen: Counter[str] = Counter()
    result = []
    for name in whole:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def how_to_read(entries: Sequence[Entry], read: ReadConfig) -> tuple[ReadConfig, dict[str, Any]]:
    """How the text is read that models of ours are compared on: as in the training of the first of them, where ``read``
    leaves it open; and the arguments ``labelled``, ``prefer`` and ``paired`` of ``open_source``."""
    labelled = require_task(entries[0].task).labelled
    trained = next((entry.read for entry in entries if entry.read), ReadConfig())
    how = {"labelled": labelled, "prefer": trained, "paired": require_task(entries[0].task).paired}
    return with_training_defaults(read, trained) if labelled else read, how


@dataclasses.dataclass(frozen=True)
class CompareOptions:
    """Options of a comparison; each task uses those that apply to it."""

    source: str = ""
    """Name of the text, for the report."""
    format: str = "text"
    """Format of the source, which decides whether language models carry their state from line to line."""
    threads: int | None = None
    shown: int | None = None
    """Number of disagreements, or of spans for each model and direction; None: 10, or 5."""
    prefix: str = "__label__"
    """Prefix of labels in fastText's files."""
    cold_starts: bool = True
    """Measure cold starts of classifiers, with three processes each."""
    stream: bool = False
    lines: bool = False
    """``stream``: always carry the state from line to line; ``lines``: never."""
    log_base: str = "e"
    """Base of log-probabilities in files: e, 2 or 10."""

    def __post_init__(self) -> None:
        whole("--top", self.shown, 0)
        whole("--threads", self.threads, 1)
        if self.stream and self.lines:
            raise UsageError("--stream and --lines contradict each other", hint="give one, or neither")


def compare(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> ClassifierComparison | LmComparison | TranslatorComparison:
    """Compare models of one task on the same text, each with the first.

    Raises:
        ModelError: a model cannot be used, or has other labels than the first.
        NoDataError: there is no text, or no text has a label of the models.
        DataError: a file of answers does not match the texts.
        UsageError: a package is not installed, or an option is invalid.
    """
    return require_task(entries[0].task).feature("compare")(entries, records, options)  # type: ignore[no-any-return]


def compare_classifiers(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> ClassifierComparison:
    """Compare classifiers on labelled texts; see ``compare``."""
    from lstmcli.classification.predict import Classifier
    from lstmcli.comparison import classifiers

    def column(entry: Entry) -> ClassifierColumn:
        if entry.kind == "lstm":
            return OwnClassifier(entry.name, Classifier(entry.path, device="cpu", threads=options.threads))
        if entry.kind == "fasttext":
            return FastText(entry.name, entry.path, options.prefix)
        return Predictions(entry.name, entry.path, options.prefix, entry.rows)

    shown = DISAGREEMENTS if options.shown is None else options.shown
    columns = [column(entry) for entry in entries]
    return classifiers.compare(columns, records, options.source, shown, options.cold_starts)


def compare_language_models(
    entries: Sequence[Entry], records: Iterable[Record], options: CompareOptions
) -> LmComparison:
    """Compare language models on a text; see ``compare``."""
    if options.log_base not in BASES:
        raise UsageError(f"log-base must be one of {', '.join(BASES)}, not {options.log_base!r}")
    from lstmcli.comparison import language_models
    from lstmcli.language_modeling.predict import LanguageModel

    def column(entry: Entry) -> LmColumn:
        if entry.kind == "lstm":
            model = LanguageModel(entry.path, device="cpu", threads=options.threads)
            return OwnLanguageModel(
                entry.name, model, is_carried(model.mode, options.format, stream=options.stream, lines=options.lines)
            )
        if entry.kind == "kenlm":
            return KenLm(entry.name, entry.path)
        return LogProbabilities(entry.name, entry.path, options.log_base, entry.rows)

    shown = SPANS if options.shown is None else options.shown
    return language_models.compare([column(entry) for entry in entries], records, options.source, shown)
