"""What a form is: a file as people have it, and what must be read from it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fileforms.content import Writer

Row = tuple[tuple[str, ...], tuple[str, ...]]
"""The parts of a text that must all be read, and its labels."""


@dataclass(frozen=True)
class Want:
    """What must be read; None leaves a thing open."""

    task: str
    """classify or lm."""
    rows: Sequence[Row] | None = None
    """Every training and validation row, in any order."""
    test: Sequence[Row] | None = None
    text: str | None = None
    """lm: all that is read, white space apart."""
    count: int | None = None
    """Rows, where they are not given one by one."""
    labels: frozenset[str] | None = None
    """Where the rows are not given one by one."""
    multilabel: bool | None = None
    says: tuple[str, ...] = ()
    """Regular expressions that must be found in what is said."""
    known: float | None = None
    """At least this share of the validation tokens is known to the tokenizer."""


@dataclass(frozen=True)
class Refused:
    """It must end with exit code 2 or 3 and a message that has all these (regular expressions)."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A form, written: what is trained on, and which outcomes are right or said."""

    source: Path | str
    right: tuple[Want | Refused, ...]
    """Any of these."""
    said: tuple[tuple[str, ...], ...] = ()
    """Another reading, or a refusal, passes where all expressions of one of these are found in what is said."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of ``lstm train`` by parameter name: ``test``, ``text_columns``, ``label_separator``, ``task``, ..."""


@dataclass(frozen=True)
class Form:
    name: str
    group: str
    about: str
    build: Callable[[Maker], Case]


class Maker(Writer):
    """Makes the files of one form in its own folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(seed)
        self.folder = folder

    def file(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return path

    def lines(self, name: str, lines: Iterable[str], encoding: str = "utf-8", end: str = "\n") -> Path:
        return self.file(name, "".join(line + end for line in lines), encoding)

    def csv(
        self,
        name: str,
        header: str | Sequence[str] | None,
        rows: Iterable[Sequence[object]],
        *,
        delimiter: str = ",",
        quote: str = "minimal",
        encoding: str = "utf-8",
        end: str = "\n",
        above: str = "",
    ) -> Path:
        """A delimited file; ``header``: names between commas, or None for none; ``quote``: minimal, all or none."""
        out = io.StringIO()
        way = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL}.get(quote, csv.QUOTE_MINIMAL)
        writer = csv.writer(out, delimiter=delimiter, quoting=way, lineterminator=end)
        names = header.split(",") if isinstance(header, str) else header
        everything = [*([names] if names is not None else []), *rows]
        if quote == "none":
            out.write("".join(delimiter.join(map(str, row)) + end for row in everything))
        else:
            writer.writerows(everything)
        return self.file(name, above + out.getvalue(), encoding)

    def json(self, name: str, value: object, indent: int | None = None, ascii: bool = False) -> Path:
        return self.file(name, json.dumps(value, ensure_ascii=ascii, indent=indent))

    def jsonl(self, name: str, values: Iterable[object], ascii: bool = False) -> Path:
        return self.lines(name, (json.dumps(value, ensure_ascii=ascii) for value in values))


FORMS: dict[str, Form] = {}


def form(group: str, about: str) -> Callable[[Callable[[Maker], Case]], Callable[[Maker], Case]]:
    """Registers the function below as a form; its name is the form's."""

    def register(build: Callable[[Maker], Case]) -> Callable[[Maker], Case]:
        name = build.__name__.replace("_", "-")
        assert name not in FORMS, name
        FORMS[name] = Form(name, group, about, build)
        return build

    return register


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def pairs(texts: Iterable[str | Sequence[str]], labels: Iterable[str | Sequence[str]]) -> list[Row]:
    """Rows of texts (or the parts of each) and labels (or several each)."""
    return [
        ((text,) if isinstance(text, str) else tuple(text), (label,) if isinstance(label, str) else tuple(label))
        for text, label in zip(texts, labels, strict=True)
    ]


def classify(rows: Sequence[Row], **more: Any) -> Want:
    return Want("classify", rows=rows, **{"multilabel": False, **more})


def several(rows: Sequence[Row], **more: Any) -> Want:
    """Multi-label."""
    return Want("classify", rows=rows, **{"multilabel": True, **more})


def running(text: str, **more: Any) -> Want:
    """A language model of this text."""
    return Want("lm", text=text, **more)
