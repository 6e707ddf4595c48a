"""Reads a form as ``lstm train FORM --dry-run`` does, and judges what was read: right, said or wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fileforms.model import Case, Form, Maker, Refused, Row, Want
from lstmcli.classification.events import DataRead, TokenizerReady
from lstmcli.language_modeling.events import CorpusRead

SEED = 15
JOIN = 24
"""Characters that may stand between two parts of a text."""
_TAG = re.compile(r"<(?:br|p|div|b|i|a|span|strong|li|ul|h\d)\b[^<>]*>|</\w+>", re.IGNORECASE)


@dataclass
class Reading:
    """What came of a form."""

    task: str = ""
    rows: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    test: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    columns: str = ""
    multilabel: bool = False
    said: str = ""
    """Notes, warnings, the error: what a user sees before training begins."""
    error: str = ""
    """Of that, what a refusal says: message and hint."""
    exit_code: int = 0
    unexpected: str = ""
    """An exception that is none of ours."""
    known: float | None = None
    """Share of the validation tokens that the tokenizer knows."""
    counted: int | None = None
    """Rows, of a command whose rows are not seen."""
    labels: frozenset[str] = frozenset()

    def summary(self) -> str:
        """In one line, for the table."""
        if self.unexpected:
            return f"unexpected: {self.unexpected}"
        if self.exit_code:
            return f"refused ({self.exit_code}): {' '.join(self.error.split())}"
        rows = len(self.rows) if self.counted is None else self.counted
        if self.task == "lm":
            return f"lm, {rows:,} lines; {self.columns}".rstrip("; ")
        names = sorted(self.labels, key=lambda label: (len(label), label))
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        several = "multi-label, " if self.multilabel else ""
        return f"{several}{rows:,} rows, {self.columns}, {len(names)} labels: {shown}"


def read_in_process(case: Case, folder: Path, *, depth: str = "data") -> Reading:
    """Through the functions of the program.

    Args:
        folder: for what the program writes.
        depth: data (split and checked), or tokens (the tokenizer is made as well, for the share it knows).
    """
    from lstmcli.data.splits import load_splits
    from lstmcli.errors import LstmError
    from lstmcli.options import read_config

    reading = Reading()
    talk = io.StringIO()
    try:
        with contextlib.redirect_stderr(talk):
            options = _parsed(case)
            labelled = {None: None, "classify": True, "lm": False}[options["task"]]
            ways = {name: options[name] for name in ("valid", "test", "valid_fraction", "seed")}
            splits = load_splits(str(case.source), read_config(options), **ways, labelled=labelled)
            reading.task = options["task"] or ("classify" if splits.labelled else "lm")
            reading.said = "\n".join([*splits.notes, *splits.warnings])
            reading.columns = _columns(splits)
            reading.multilabel = splits.multilabel
            reading.rows = [(r.text, r.labels) for part in (splits.train, splits.valid) for r in part]
            reading.test = [(r.text, r.labels) for r in splits.test]
            reading.labels = frozenset(label for _, labels in reading.rows for label in labels)
            for event in _events(reading.task, splits, folder, depth):
                _note(event, reading)
    except (LstmError, OptionError) as error:
        reading.exit_code = error.exit_code
        reading.error = without_place(f"{error}\n{getattr(error, 'hint', None) or ''}", folder)
        reading.said += f"\n{reading.error}"
    except (Exception, RecursionError) as error:
        reading.unexpected = f"{type(error).__name__}: {error}"
    reading.said = without_place(reading.said + talk.getvalue(), folder)
    return reading


class OptionError(Exception):
    """The command does not take these options."""

    exit_code = 2


def arguments(case: Case) -> list[str]:
    """What stands behind ``lstm train`` for this form."""
    spelled = {"text_columns": "text-column"}
    words = [str(case.source)]
    for name, value in case.options.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{spelled.get(name, name.replace('_', '-'))}", str(one)]
    return words


@cache
def _command() -> Any:
    import typer.main

    from lstmcli.cli.commands.train import app

    return typer.main.get_command(app)


def _parsed(case: Case) -> dict[str, Any]:
    """The options as the command itself parses them."""
    from lstmcli.training.start import LABELS

    try:
        values: dict[str, Any] = dict(_command().make_context("train", arguments(case)).params)
    except Exception as error:  # Typer brings its own copy of click, whose errors have no public name
        if getattr(error, "exit_code", None) != 2:
            raise
        raise OptionError(getattr(error, "message", str(error))) from error
    if values["task"] is None and any(name in case.options for name in LABELS):
        values["task"] = "classify"
    return values


def without_place(said: str, folder: Path) -> str:
    """What is said, without the path of the form: its name is no message."""
    return said.replace(f"{folder}/", "").replace(str(folder), "")


def _columns(splits: Any) -> str:
    text = ", ".join(repr(name) for name in splits.text_columns)
    label = f", label {splits.label_column!r}" if getattr(splits, "label_column", None) else ""
    return f"{splits.format}: text {text}{label}"


def _events(task: str, splits: Any, folder: Path, depth: str) -> Iterator[Any]:
    """The events of a training up to the depth asked for."""
    from lstmcli.classification.config import ClassifierConfig, ClassifierTrainConfig
    from lstmcli.data.config import ReadConfig
    from lstmcli.language_modeling.config import LmConfig
    from lstmcli.training import events

    if task == "classify":
        if depth == "data":
            from lstmcli.classification.data_check import check_data

            yield DataRead(check_data(splits), splits.notes)
            return
        from lstmcli.classification.train import job
        from lstmcli.training.run import train

        config = ClassifierConfig(read=ReadConfig(), train=ClassifierTrainConfig(threads=1))
        for event in train(job(splits, config), folder / "model"):
            yield event
            if isinstance(event, TokenizerReady) and event.unknown_rate < 0.3:
                return
            if isinstance(event, events.RunPlanned):
                return
    elif depth == "tokens":
        from lstmcli.language_modeling.train import job as lm_job
        from lstmcli.training.run import train

        for event in train(lm_job(splits, LmConfig()), folder / "model"):
            yield event
            if isinstance(event, CorpusRead):
                return


def _note(event: Any, reading: Reading) -> None:
    """Adds what an event says."""
    from lstmcli.training import events

    if isinstance(event, DataRead):
        reading.said += "\n" + "\n".join(event.check.warnings)
    elif isinstance(event, events.Warned):
        reading.said += "\n" + event.message
    elif isinstance(event, TokenizerReady):
        reading.known = 1 - event.unknown_rate
        reading.said += f"\n{event.kind} tokenizer"
        reading.said += "".join(f"\n{value}" for value in dataclasses.asdict(event).values() if isinstance(value, str))


def verdict(case: Case, reading: Reading) -> tuple[str, str]:
    """right, said or wrong; and what is wrong."""
    if reading.unexpected:
        return "wrong", f"unexpected error: {reading.unexpected}"
    faults = []
    for way in case.right:
        fault = _refusal_fault(way, reading) if isinstance(way, Refused) else _fault(way, reading)
        if not fault:
            return "right", ""
        faults.append(fault)
    if reading.exit_code in (0, 2, 3) and any(_all_found(words, reading.said) for words in case.said):
        return "said", faults[0] if faults else ""
    return "wrong", faults[0] if faults else "nothing is said"


def _all_found(words: Iterable[str], text: str) -> bool:
    flat = " ".join(text.split())
    return all(re.search(word, flat, re.IGNORECASE) for word in words)


def _refusal_fault(way: Refused, reading: Reading) -> str:
    if reading.exit_code not in (2, 3):
        return "not refused"
    missing = [word for word in way.words if not _all_found([word], reading.error)]
    return f"the message lacks {', '.join(missing)}" if missing else ""


def _fault(want: Want, reading: Reading) -> str:
    """What differs from what is wanted; empty for nothing."""
    if reading.exit_code:
        return "refused"
    if reading.task != want.task:
        return f"a {reading.task} in place of {want.task}"
    checks: Sequence[Callable[[Want, Reading], str]] = (_count_fault, _label_fault, _text_fault, _said_fault)
    return next((fault for check in checks if (fault := check(want, reading))), "")


def _count_fault(want: Want, reading: Reading) -> str:
    count = len(want.rows) if want.rows is not None else want.count
    found = len(reading.rows) if reading.counted is None else reading.counted
    if count is not None and found != count:
        return f"{found:,} rows in place of {count:,}"
    if want.test is not None and len(reading.test) != len(want.test):
        return f"{len(reading.test):,} test rows in place of {len(want.test):,}"
    return ""


def _label_fault(want: Want, reading: Reading) -> str:
    labels = want.labels
    if labels is None and want.rows is not None and want.task == "classify":
        labels = frozenset(label for _, several in want.rows for label in several)
    if labels is not None and labels != reading.labels:
        return f"other labels: {', '.join(sorted(reading.labels)[:4])}"
    if want.multilabel is not None and want.task == "classify" and want.multilabel != reading.multilabel:
        return "multi-label" if reading.multilabel else "not multi-label"
    return ""


def _text_fault(want: Want, reading: Reading) -> str:
    if reading.counted is not None:
        return ""  # a command shows no rows
    if want.rows is not None and (fault := _rows_fault(want.rows, reading.rows)):
        return fault
    if want.test is not None and (fault := _rows_fault(want.test, reading.test)):
        return f"test: {fault}"
    if want.text is not None:
        found = Counter("".join("".join(text.split()) for text, _ in reading.rows))
        wanted = Counter("".join(want.text.split()))
        if found != wanted:
            return f"{found.total():,} characters in place of {wanted.total():,}"
    return ""


def _said_fault(want: Want, reading: Reading) -> str:
    missing = [word for word in want.says if not _all_found([word], reading.said)]
    if missing:
        return f"nothing is said of {', '.join(missing)}"
    if any(_TAG.search(text) for text, _ in reading.rows[:50]) and not _all_found(
        [r"(?<![.\w])HTML|<br"], reading.said
    ):
        return "HTML tags are read as text, in silence"
    unknown = want.known is not None and reading.known is not None and reading.known < want.known
    if unknown and not _all_found([r"unknown", r"--tokenizer"], reading.said):
        return f"{reading.known:.0%} of the validation tokens are known, and nothing is said"
    return ""


def _flat(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())


def _rows_fault(wanted: Sequence[Row], found: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Every row found must be one that is wanted, each once: the same labels, all parts of the text and no more."""
    open_rows: dict[frozenset[str], list[tuple[str, ...]]] = defaultdict(list)
    exact: Counter[tuple[frozenset[str], str]] = Counter()
    for parts, labels in wanted:
        flat = tuple(_flat(part) for part in parts)
        if len(flat) == 1:
            exact[frozenset(labels), flat[0]] += 1
        else:
            open_rows[frozenset(labels)].append(flat)
    for raw, labels in found:
        key, text = frozenset(labels), _flat(raw)
        if exact[key, text]:
            exact[key, text] -= 1
            continue
        match = next((parts for parts in open_rows[key] if _holds(text, parts)), None)
        if match is None:
            return f"a row that should not be: {text[:40]!r} {'/'.join(sorted(key))}"
        open_rows[key].remove(match)
    return ""


def _holds(text: str, parts: Sequence[str]) -> bool:
    return all(part in text for part in parts) and len(text) <= sum(map(len, parts)) + JOIN * len(parts)


def build(form: Form, folder: Path) -> Case:
    """Writes a form below ``folder``."""
    place = folder / form.name
    place.mkdir(parents=True, exist_ok=True)
    return form.build(Maker(place, SEED))


def depth_for(case: Case) -> str:
    """How far a form is read: to its tokens where unknown tokens or HTML are to be said."""
    wants = [way for way in case.right if isinstance(way, Want)]
    tags = any(_TAG.search(part) for want in wants for parts, _ in (want.rows or ())[:50] for part in parts)
    return "tokens" if tags or any(want.known is not None for want in wants) else "data"
