"""Pretrained word vectors from text files: fastText's .vec (header and lines), GloVe's .txt (lines), also gzipped.

A line is a word and its numbers, separated by spaces.  Some words contain spaces (GloVe 840B has ``. . .``), so the
numbers are counted from the right.  The file is streamed, and only the vectors of the vocabulary are kept.

Shapes: V words of the vocabulary, n of them found, E dimensions.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import DataError, NoDataError
from lstmcli.plural import count

MAX_LINE_BYTES = 1 << 20  # a longer line means that the file does not contain vectors
_SNIFFED = 20
_COORDINATE = re.compile(rb"-?\d+\.\d+(?:e[-+]?\d+)?", re.IGNORECASE)
_TEXT_FORM = "give the text form: .vec from fastText, .txt from GloVe, plain or gzipped"


@dataclass(frozen=True)
class Vectors:
    """The vectors found for a vocabulary."""

    dimension: int  # E
    rows: NDArray[np.int64]  # indices into the vocabulary, ascending, [n]
    values: NDArray[np.float32]  # [n, E]


_Line = tuple[int, bytes]  # its number and content


def read_vectors(path: str, vocabulary: Sequence[str]) -> Vectors:
    """The vectors in the file at ``path`` for the words of ``vocabulary``.

    A word that is not in the file gets the vector of its lower-case form, or else of the first word in the file whose
    lower-case form it is.  If a word has several lines, the first counts.

    Raises:
        DataError: the file cannot be read, a line has too few or too many numbers, or a number of a word of the
            vocabulary is invalid.
        NoDataError: there are no vectors in the file.
    """
    lines = _lines(path)
    start = list(islice(lines, _SNIFFED))
    dimension, header = _dimension(path, start)
    wanted = _Wanted(vocabulary)
    values_VE = np.zeros((len(vocabulary), dimension), np.float32)
    for line in chain(start[header:], lines):
        word, numbers = _split(path, line, dimension)
        indices = wanted.take(word)
        if indices:
            values_VE[indices] = _numbers(path, line[0], word, numbers)
    rows = np.flatnonzero(wanted.rank < _Wanted.ABSENT)
    return Vectors(dimension, rows, values_VE[rows])


class _Wanted:
    """The words to look for, and the best kind of match found for each so far."""

    EXACT, LOWERED, FOLDED, ABSENT = range(4)

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.rank = np.full(len(vocabulary), self.ABSENT, np.int8)
        self.places: dict[str, list[tuple[int, int]]] = {}
        for index, word in enumerate(vocabulary):
            if word:
                self.places.setdefault(word, []).append((index, self.EXACT))
                if word.lower() != word:
                    self.places.setdefault(word.lower(), []).append((index, self.LOWERED))

    def take(self, word: str) -> list[int]:
        """The indices of the vocabulary for which this word of the file is the best match so far."""
        found = list(self.places.get(word, ()))
        lowered = word.lower()
        if lowered != word:
            found += [(i, self.FOLDED) for i, rank in self.places.get(lowered, ()) if rank == self.EXACT]
        taken = [(i, rank) for i, rank in found if rank < self.rank[i]]
        for index, rank in taken:
            self.rank[index] = rank
        return [index for index, _ in taken]


def _lines(path: str) -> Iterator[_Line]:
    """The lines that are not empty, decompressed, without line ends."""
    number = 0
    try:
        with Path(path).open("rb") as plain:
            magic = plain.peek(4)[:4]
            if magic[:2] == b"PK":
                raise DataError("a zip archive", path=path, hint="unzip it and give the text file inside")
            stream = gzip.GzipFile(fileobj=plain) if magic[:2] == b"\x1f\x8b" else plain
            while content := stream.readline(MAX_LINE_BYTES):
                number += 1
                if len(content) == MAX_LINE_BYTES or b"\0" in content:
                    raise DataError("not text: no word vectors in text form", path=path, line=number, hint=_TEXT_FORM)
                content = content.removeprefix(b"\xef\xbb\xbf") if number == 1 else content
                content = content.replace(b"\t", b" ").rstrip(b" \r\n")
                if content:
                    yield number, content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message, hint = f"the gzip data is damaged or cut short: {error}", "fetch the file again"
        raise DataError(message, path=path, line=number + 1, hint=hint) from error
    except OSError as error:
        hint = "--vectors takes a .vec or GloVe .txt file"
        raise DataError(f"cannot read the vectors: {error.strerror or error}", path=path, hint=hint) from error


def _dimension(path: str, start: Sequence[_Line]) -> tuple[int, bool]:
    """The dimension E, and whether the first line is a header."""
    if not start:
        raise NoDataError("no vectors in the file", path=path, hint=_TEXT_FORM)
    first = start[0][1].split()
    if len(first) == 2 and all(field.isdigit() and len(field) < 16 for field in first):
        if len(start) == 1:
            raise NoDataError("no vectors after the header", path=path, hint=_TEXT_FORM)
        dimension, header = int(first[1]), True
    else:
        widths = Counter(len(content.split()) - 1 for _, content in start)
        dimension, header = widths.most_common(1)[0][0], False
    if dimension < 1:
        raise DataError("no numbers after the first word", path=path, line=start[0][0], hint=_TEXT_FORM)
    number, content = start[int(header)]
    _numbers(path, number, *_split(path, (number, content), dimension))  # before memory for V vectors is allocated
    return dimension, header


def _split(path: str, line: _Line, dimension: int) -> tuple[str, bytes]:
    """The word of a line and its numbers, counted from the right."""
    number, content = line
    if content.count(b" ") == dimension:  # nearly all lines; the others are split below
        word, _, numbers = content.partition(b" ")
        return word.decode("utf-8", "replace"), numbers
    fields = [b""] * content.startswith(b" ") + content.split()  # a word that is white space becomes empty
    n = len(fields) - 1
    name = fields[: len(fields) - dimension]
    if n < dimension or any(_COORDINATE.fullmatch(field) for field in name[1:]):
        message = f"{count(n, 'number')} where the file's vectors have {dimension}"
        hint = f"the file may be damaged or cut short; {_TEXT_FORM}"
        raise DataError(message, path=path, line=number, hint=hint)
    return b" ".join(name).strip().decode("utf-8", "replace"), b" ".join(fields[len(name) :])


def _numbers(path: str, line: int, word: str, numbers: bytes) -> NDArray[np.float32]:
    try:
        vector = np.array([float(field) for field in numbers.split(b" ")], np.float32)
    except ValueError as error:
        bad = str(error).partition("b'")[2].removesuffix("'")
        message = f"{bad!r} is not a number, in the vector of {word!r}"
        raise DataError(message, path=path, line=line, hint=_TEXT_FORM) from error
    if not np.isfinite(vector).all():
        raise DataError(f"infinite or missing numbers in the vector of {word!r}", path=path, line=line)
    return vector
