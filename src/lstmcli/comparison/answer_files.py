"""Files of answers for a comparison: the output of any program for the same texts, one line per text.

Predictions are labels, one per line, optionally with a tab and a probability (as ``lstm classify`` writes to a pipe),
or in fastText's format, or the rows of ``lstm classify --format jsonl``.  Log-probabilities are numbers, one per line,
or the rows of ``lstm perplexity --per line --format jsonl``.  Translations are lines, or the rows of ``lstm translate
--format jsonl``.

Shapes: N texts, C labels.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lstmcli.comparison.models import Answers, ClassifierColumn, Cost, LmColumn
from lstmcli.comparison.results import ComparedModel
from lstmcli.data.formats.json_lines import describe_fault
from lstmcli.errors import DataError, NoDataError
from lstmcli.plural import count

if TYPE_CHECKING:
    from lstmcli.data.records import Record

BASES = {"e": 1.0, "2": math.log(2), "10": math.log(10)}
"""Factor that converts a logarithm of each base to nats."""
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([tnr|\\]))")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r"}
_LABEL = re.compile(r"(?:[^|\\]|\\.?)+")
"""A label of several in a row of our own, where a backslash stands before a bar inside of one."""
_ROWS = "the file must hold one line for each text, in the same order"


class Rows(list[Any]):
    """The answers of a file."""

    def __init__(self, rows: Iterable[Any], path: Path, *, array: bool = False) -> None:
        super().__init__(rows)
        self._path, self._array = path, array

    def fault(self, number: int, message: str, hint: str | None = None) -> DataError:
        """An error in the answer with an index, which is a line, or a row of a JSON array."""
        line = None if self._array else number + 1
        return DataError(message, path=self._path, line=line, row=number + 1, hint=hint)


def read_rows(path: Path) -> Rows:
    """The lines of a file as strings; for JSON Lines or a JSON array, as objects.

    Raises:
        DataError: not text, or invalid JSON.
        NoDataError: an empty file.
    """
    from lstmcli.data.files import Input, refuse_binary

    data = Input(str(path)).read_all()
    refuse_binary(data[: 1 << 16], str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8: {error.reason}", path=path, hint="write it again in UTF-8") from error
    if not text.strip():
        raise NoDataError("is empty", path=path, hint=_ROWS)
    try:
        if re.match(r"\s*\[\s*\{", text):
            rows = list(json.loads(text))
            odd = next((n for n, row in enumerate(rows, 1) if not isinstance(row, dict)), 0)
            if odd:
                raise DataError("is not a JSON object, though the first is", path=path, row=odd)
            return Rows(rows, path, array=True)
        lines = text.removesuffix("\n").split("\n")
        if not text.lstrip().startswith("{"):
            return Rows([line.removesuffix("\r") for line in lines], path)
    except (ValueError, RecursionError) as error:
        raise DataError(_broken(error), path=path, line=getattr(error, "lineno", None)) from error
    return Rows([_json(line, path, number) for number, line in enumerate(lines, 1)], path)


def _json(line: str, path: Path, number: int) -> Any:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(_broken(error), path=path, line=number) from error
    if not isinstance(row, dict):
        raise DataError("is not a JSON object, though the first line is", path=path, line=number)
    return row


def _broken(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its JSON is nested too deep"
    if "integer string conversion" in str(error):
        return "a whole number of more than 4,300 digits cannot be read"
    return f"is broken JSON: {describe_fault(error) if isinstance(error, json.JSONDecodeError) else error}"


def _real(value: Any) -> float | None:
    """A number of JSON, whose integers have no end; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def are_numbers(rows: Sequence[Any]) -> bool:
    """Whether the rows are log-probabilities, not predictions."""
    if isinstance(rows[0], dict):
        return "label" not in rows[0] and not {"surprisal", "logprob"}.isdisjoint(rows[0])
    return all(_number(row) is not None and _number(row) <= 0 for row in rows if row.strip())  # type: ignore[operator]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class _Answer(NamedTuple):
    labels: tuple[str, ...]
    probability: float


class _AnswerFile:
    """A file with an answer per text, which is read along with the texts."""

    def __init__(self, about: ComparedModel, noun: str, rows: Rows | None) -> None:
        self.about, self._noun, self._at = about, noun, 0
        self._rows = read_rows(Path(about.path)) if rows is None else rows

    def _next(self, records: Sequence[Record]) -> Iterator[int]:
        """The index of the answer to each of the next records; ends early if the file does, see ``finish``."""
        start, self._at = self._at, self._at + len(records)
        for number, record in enumerate(records, start):
            if number >= len(self._rows):
                return
            row = self._rows[number]
            if isinstance(row, dict) and isinstance(row.get("text"), str) and row["text"] != record.text:
                raise self._rows.fault(number, "this row belongs to another text than the source has here", _ROWS)
            yield number

    def finish(self, texts: int) -> None:
        found = len(self._rows)
        if found != texts:
            message = f"holds {count(found, self._noun)}, the source {count(texts, 'text')}"
            raise DataError(message, path=self.about.path, hint=_ROWS)


class Predictions(_AnswerFile, ClassifierColumn):
    """A file of a classifier's answers."""

    def __init__(self, name: str, path: Path, prefix: str, rows: Rows | None = None) -> None:
        super().__init__(ComparedModel(name, "predictions", str(path)), "prediction", rows)
        self._prefix = prefix
        self.several = any(isinstance(row, dict) and row.get("labels") is not None for row in self._rows)
        """Whether the answers are sets of labels."""

    def found(self) -> set[str]:
        """All labels in the file."""
        return {label for number in range(len(self._rows)) for label in self._read(number, self.several).labels}

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        column = {label: c for c, label in enumerate(labels)}
        called_NC = np.zeros((len(records), len(labels)), np.bool_)
        confidence = np.full(called_NC.shape if multilabel else len(records), np.nan)
        for n, number in enumerate(self._next(records)):
            answer = self._read(number, multilabel)
            for label in answer.labels:
                if label not in column:
                    some = ", ".join(map(repr, list(labels)[:5])) + (", …" if len(labels) > 5 else "")
                    message = f"{_short(label)} is not one of the labels {some}"
                    hint = "one label a line, or the rows of `lstm classify --format jsonl`"
                    raise self._rows.fault(number, message, hint)
                called_NC[n, column[label]] = True
            if not multilabel and answer.labels:
                confidence[n] = answer.probability
        return Answers(called_NC, confidence)

    def _read(self, number: int, multilabel: bool) -> _Answer:
        row = self._rows[number]
        if isinstance(row, dict):
            return self._object(row, number, multilabel)
        words = row.split()
        if words and words[0].startswith(self._prefix):  # fastText's format
            labels = [word.removeprefix(self._prefix) for word in words if word.startswith(self._prefix)]
            p = _number(words[1]) if len(words) > 1 else None
            return _Answer(tuple(labels) if multilabel else (labels[0],), self._share(p, number))
        label, *more = row.split("\t")
        p = _number(more[0]) if more else None
        if more:  # as lstm classify writes it
            labels = [_plain(part) for part in (_LABEL.findall(label) if multilabel else [label])]
        else:
            labels = label.split("|") if multilabel else [label]
        return _Answer(tuple(name for name in labels if name), self._share(p, number))

    def _object(self, row: dict[str, Any], number: int, multilabel: bool) -> _Answer:
        if "label" not in row and "labels" not in row:
            hint = "`lstm classify --format jsonl` writes such rows"
            raise self._rows.fault(number, "this row has no 'label'", hint)
        label, labels = row.get("label"), row.get("labels")
        if not isinstance(labels, list) or not multilabel:
            labels = [] if label is None else [label]
        return _Answer(tuple(map(str, labels)), self._share(_real(row.get("probability")), number))

    def _share(self, p: float | None, number: int) -> float:
        if p is None:
            return math.nan
        if not 0.0 <= p <= 1.0001:  # fastText rounds up
            raise self._rows.fault(number, f"{p:g} is not a probability")
        return min(p, 1.0)


class Translations(_AnswerFile):
    """A file of translations: a line each, or the rows of ``lstm translate --format jsonl``."""

    def __init__(self, name: str, path: Path, rows: Rows | None = None) -> None:
        super().__init__(ComparedModel(name, "translations", str(path)), "translation", rows)

    def translate(self, records: Sequence[Record]) -> list[str]:
        """The translations of the next texts; fewer if the file ends, see ``finish``."""
        return [self._text(number) for number in self._next(records)]

    def _text(self, number: int) -> str:
        row = self._rows[number]
        if not isinstance(row, dict):
            return str(row).rstrip("\r")
        if not isinstance(row.get("translation"), str):
            hint = "`lstm translate --format jsonl` writes such rows"
            raise self._rows.fault(number, "this row has no 'translation'", hint)
        return str(row["translation"])


class LogProbabilities(_AnswerFile, LmColumn):
    """A file of a language model's log-probabilities of lines."""

    def __init__(self, name: str, path: Path, base: str, rows: Rows | None = None) -> None:
        super().__init__(ComparedModel(name, "log-probabilities", str(path)), "log-probability", rows)
        self._unit = BASES[base]

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        nats = [self._nats(number) for number in self._next(records)]
        missing = [0.0] * (len(records) - len(nats))
        return [Cost(each, 0, 0, []) for each in nats + missing]

    def _nats(self, number: int) -> float:
        row, unit = self._rows[number], self._unit
        if isinstance(row, dict):
            value, surprisal = _real(row.get("logprob")), _real(row.get("surprisal"))
            if surprisal is not None:
                value, unit = -surprisal, BASES["2"]
            if value is None:
                hint = "`lstm perplexity --per line --format jsonl` writes such rows"
                raise self._rows.fault(number, "this row has neither 'surprisal' nor 'logprob'", hint)
        else:
            value = _number(row)
            if value is None:
                hint = "one logarithm of a probability a line; --log-base says of which base"
                raise self._rows.fault(number, f"{_short(row)} is not a number", hint)
        if not -math.inf < value <= 0:
            hint = "it is 0 or less; if these are surprisals, change their sign"
            raise self._rows.fault(number, f"{value:g} is not the logarithm of a probability", hint)
        return -float(value) * unit


def _plain(field: str) -> str:
    """A field of our own TSV without its escapes."""
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[3]) or found[3] or chr(int(found[1] or found[2], 16)), field)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
