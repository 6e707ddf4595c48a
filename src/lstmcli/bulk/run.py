"""Answers many files into a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lstmcli.bulk.folder import AnswerFolder, measured
from lstmcli.bulk.pieces import Piece, pieces
from lstmcli.bulk.workers import Failure, Opening, Workers
from lstmcli.data.sources import Source
from lstmcli.errors import DataError, LstmError


@dataclass(frozen=True)
class BulkFile:
    """A file to answer."""

    path: Path
    name: str
    """Of its answers, in the folder."""
    open: Callable[[], Source]
    """Raises: LstmError."""


@dataclass(frozen=True)
class Opened:
    """A file was opened."""

    file: BulkFile
    lines: int
    """Line ends in it, to tell how far the work is."""
    notes: tuple[str, ...]
    """How it is read."""


@dataclass(frozen=True)
class Answering:
    """A piece was answered, or had been."""

    file: BulkFile
    rows: int
    """Of this piece."""
    line: int
    """Where it ends in the file; 0: not known."""
    before: bool
    """It had been answered by a run before."""


@dataclass(frozen=True)
class Retried:
    why: str


@dataclass(frozen=True)
class Done:
    """The answers to a file are whole."""

    file: BulkFile
    rows: int
    counts: Counter[str]
    warnings: tuple[str, ...]
    before: bool
    """They had been before this run; nothing else is known then."""


@dataclass(frozen=True)
class Failed:
    """A file could not be finished; the pieces that were answered are kept."""

    file: BulkFile
    error: LstmError


Event = Opened | Answering | Retried | Done | Failed


def answer_files(files: Sequence[BulkFile], folder: AnswerFolder, opening: Opening, count: int) -> Iterator[Event]:
    """Answer each file in turn, by ``count`` workers.

    The answers are the same, byte for byte, for any number of workers.

    Raises:
        OutputError: the folder cannot be written.
        LstmError: the model cannot be opened.
    """
    retries: list[str] = []
    with Workers(opening, count, retries.append) as workers:
        for file in files:
            for event in _one(file, folder, workers):
                while retries:
                    yield Retried(retries.pop(0))
                yield event


def _one(file: BulkFile, folder: AnswerFolder, workers: Workers) -> Iterator[Event]:
    try:
        checksum, lines = measured(file.path)
    except OSError as error:
        yield Failed(file, DataError(f"cannot be read: {error.strerror}", path=file.path))
        return
    if folder.finished(file.name, checksum):
        yield Done(file, 0, Counter(), (), before=True)
        return
    found: dict[int, str] = {}
    failures: list[LstmError] = []
    known: list[Answering] = []

    def new_pieces() -> Iterator[Piece]:
        """Those that were not answered before; the others are noted on the way."""
        for piece in pieces(source, folder.key):
            if folder.kept(file.name, piece) is None:
                yield piece
            else:
                found[piece.number] = piece.digest
                known.append(_answering(file, piece, before=True))

    rows = 0
    try:
        source = file.open()
        yield Opened(file, lines, () if source.format == "text" else tuple(source.notes))
        for piece, answered in workers.answer(new_pieces()):
            if isinstance(answered, Failure):
                failures.append(answered.error)
                continue
            folder.keep(file.name, piece, answered)
            found[piece.number] = piece.digest
            for event in (*known, _answering(file, piece, before=False)):
                rows += event.rows
                yield event
            known.clear()
    except DataError as error:
        failures.append(error)
    for event in known:
        rows += event.rows
        yield event
    if failures:
        yield Failed(file, failures[0])
        return
    counts = folder.finish(file.name, str(file.path), checksum, sorted(found.items()))
    yield Done(file, rows, counts, tuple(source.warnings), before=False)


def _answering(file: BulkFile, piece: Piece, *, before: bool) -> Answering:
    return Answering(file, len(piece.records), piece.records[-1].line, before)
