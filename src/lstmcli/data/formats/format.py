"""The interface of a file format: its name, its detector and its reader; and the registry of all formats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, TextLines, split_lines
from lstmcli.data.files import Input
from lstmcli.data.formats.config import FORMATS
from lstmcli.data.table import Row, Table
from lstmcli.errors import UsageError

MAX_LINES = 5000  # maximum lines from the start of a file that its format is detected from

Cells = tuple[int, Mapping[str, Any]]  # the number of a line, and the row in it


@dataclass
class Opening:
    """A file or stream to open, what is known about it, and how to read it."""

    source: Input
    read: ReadConfig = field(default_factory=ReadConfig)
    labelled: bool | None = None  # True requires labels; None takes labels that are there; False ignores them
    prefer: ReadConfig | None = None  # how the training data was read
    encoding: Encoding | None = None  # None for a stream: detected from its first bytes when they arrive
    start: bytes = b""  # the first bytes; empty for a stream
    head: Sequence[str] = ()  # the first lines, each with its end; empty for a stream
    complete: bool = False  # `head` is the whole file

    @cached_property
    def sample(self) -> list[str]:
        """Lines from the start and from places spread over the file, which may be sorted by label."""
        spread = dict.fromkeys(line for lines in self.spread_lines() for line in lines[: MAX_LINES // 10])
        seen = set(self.head)  # the places overlap in a file hardly larger than its head
        return [*self.head[:MAX_LINES], *(line for line in spread if line not in seen)]

    def spread_lines(self) -> list[list[str]]:
        """Lines from places spread over a large file; empty if the head is all of it or the encoding forbids it."""
        if self.complete or self.encoding is None or self.encoding.shifting:
            return []
        blocks = self.source.samples(self.start)[1:]
        return [split_lines(block.decode(self.encoding.codec, "replace")) for block in blocks]

    @property
    def known_labels(self) -> Collection[str]:
        """The labels of the training data."""
        return self.prefer.known_labels if self.prefer else ()

    @property
    def delimiter(self) -> str | None:
        """The delimiter from the options, where a tab may be written as ``tab``."""
        return {"tab": "\t", "\\t": "\t"}.get(self.read.delimiter or "", self.read.delimiter)

    def table(
        self, format: Format, columns: tuple[str, ...], parse: Callable[[Iterable[str]], Iterator[Cells]], **more: Any
    ) -> Table:
        """A table whose rows ``parse`` makes from the lines.

        Args:
            columns: first the text, then the label, unless ``more`` says otherwise.
            more: fields of the table; the encoding is added to ``notes``.
        """
        lines = TextLines(self.source, self.encoding)

        def rows() -> Iterator[Row]:
            for number, cells in parse(lines):
                yield Row(number, self.source.path, cells)
            table.warnings[:] = lines.warnings()

        roles = {"text_columns": columns[:1], "label_column": next(iter(columns[1:]), None)}
        notes = [*more.pop("notes", ()), lines.encoding.label]
        table = Table(format, columns, rows, notes=notes, **(roles | more))
        return table


def no_file(file: Opening) -> Table:
    """The reader of formats that are not files: samples, Hub data sets."""
    raise AssertionError(f"{file.source.path} is not a file")


@dataclass(frozen=True)
class Format:
    name: str  # the value of `--input-format`
    title: str  # the name in messages
    open: Callable[[Opening], Table] = field(default=no_file, repr=False)
    sniff: Callable[[Opening], bool] | None = field(default=None, repr=False)
    """Whether the content of a file is certainly in this format; None: only its name can tell."""
    splits: Callable[[Opening], tuple[dict[str, Callable[[Opening], Table]], str]] | None = field(
        default=None, repr=False
    )
    """A reader for each split (train, valid, test) inside one file, and how they were found."""
    suffixes: tuple[str, ...] = ()  # file name suffixes
    signature: bytes = b""  # the first bytes of every file of a binary format
    whole: bool = False  # the whole file must be there before it can be read
    chosen_columns: bool = True
    """Text and label are chosen among the columns, with a note; otherwise the format defines them."""
    headers: bool = False  # the first row may name the columns
    strict_labels: bool = False  # it is read more strictly if labels are required than if they are optional
    label_lists: bool = False  # each label cell is a list
    running_text: bool = False  # it may hold a book
    slow: bool = False  # rows are slow to make, so they are kept in memory


@cache
def _declared(place: str) -> Format:
    module, _, name = place.partition(":")
    found: Format = getattr(import_module(module), name)
    return found


def all_formats() -> list[Format]:
    return [_declared(place) for place in FORMATS.values()]


def find_format(name: str) -> Format:
    """The format of that name; ``UsageError`` if there is none."""
    if name not in FORMATS:
        raise UsageError(f"unknown input format {name!r}", hint=f"one of {', '.join(FORMATS)}")
    return _declared(FORMATS[name])
