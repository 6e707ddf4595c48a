"""What a file format is to the rest of the program: a name, a way to tell it, a way to open it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import Encoding, split_lines
from lstmcli.data.files import Input
from lstmcli.data.table import Table

MAX_LINES = 5000
"""Lines of plain text that are looked at."""


@dataclass
class Opening:
    """A file or stream that is to be opened, what is known of it, and how it is to be read."""

    source: Input
    read: ReadConfig = field(default_factory=ReadConfig)
    labelled: bool | None = None
    """True wants labels; None takes them where they are; False looks for none."""
    prefer: ReadConfig | None = None
    """How the training data was read."""
    encoding: Encoding | None = None
    """None: of a stream, told from its first bytes once they are there."""
    start: bytes = b""
    """The first bytes; none of a stream."""
    head: Sequence[str] = ()
    """The first lines, each with its end; none of a stream."""
    complete: bool = False
    """``head`` is the whole file."""

    @cached_property
    def sample(self) -> list[str]:
        """Lines from the start of the file and from further places: it may be sorted by label."""
        lines = list(self.head[:MAX_LINES])
        if self.complete or self.encoding is None or self.encoding.shifting:
            return lines
        further: dict[str, None] = {}  # places overlap in a file hardly larger than its head
        for sample in self.source.samples(self.start)[1:]:
            found = split_lines(sample.decode(self.encoding.codec, "replace"))
            further |= dict.fromkeys(found[: MAX_LINES // 10])
        seen = set(self.head)
        return lines + [line for line in further if line not in seen]

    @property
    def delimiter(self) -> str | None:
        """As asked for; it may be written as ``tab``."""
        return {"tab": "\t", "\\t": "\t"}.get(self.read.delimiter or "", self.read.delimiter)


def no_file(file: Opening) -> Table:
    """Opens what is in no file: a sample, a data set of the Hub."""
    raise AssertionError(f"{file.source.path} is in no format of files")


@dataclass(frozen=True)
class Format:
    name: str
    """As ``--input-format`` has it."""
    title: str
    """As messages have it."""
    open: Callable[[Opening], Table] = field(default=no_file, repr=False)
    sniff: Callable[[Opening], bool] | None = field(default=None, repr=False)
    """Whether a file is beyond doubt in this format, by what it holds; None: only its name tells."""
    splits: Callable[[Opening], tuple[dict[str, Callable[[Opening], Table]], str]] | None = field(
        default=None, repr=False
    )
    """What opens each split (train, valid, test) that one file holds, and how they were found."""
    suffixes: tuple[str, ...] = ()
    """Of file names."""
    signature: bytes = b""
    """Bytes that every file of it begins with; it has no lines and no encoding."""
    whole: bool = False
    """It cannot be read from its start alone."""
    chosen_columns: bool = True
    """Text and label are chosen among its columns, which is said; else the format itself says which they are."""
    headers: bool = False
    """Its first row may name the columns."""
    strict_labels: bool = False
    """Where there are labels it is read more strictly than where there may be none."""
    label_lists: bool = False
    """Each label is a list, of one or several."""
    running_text: bool = False
    """A book may be in it."""
    slow: bool = False
    """Rows take a while to make: they are made once."""
