"""One file on its way: its pieces, what is known of their answers, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lstmcli.bulk.answers import Answered, Asked, Failure
from lstmcli.bulk.events import Answering, Done, Event, Failed, Opened
from lstmcli.bulk.folder import AnswerFolder, measured
from lstmcli.bulk.pieces import Head, Piece, pieces
from lstmcli.bulk.workers import Job
from lstmcli.data.sources import Source
from lstmcli.errors import DataError, LstmError


def never(source: Source) -> bool:
    """For a file whose pieces are answered by themselves."""
    return False


@dataclass(frozen=True)
class BulkFile:
    """A file to answer."""

    path: Path
    name: str
    """Of its answers, in the folder."""
    open: Callable[[], Source]
    """Raises: LstmError."""
    chained: Callable[[Source], bool] = never
    """Whether the answers to a piece depend on the pieces before it, so that they are answered one after the other."""


class FileInWork:
    """A file whose pieces are given out."""

    def __init__(self, file: BulkFile, folder: AnswerFolder) -> None:
        self.file = file
        self._folder = folder
        self._answered: dict[int, str] = {}
        self._failure: LstmError | None = None
        self._rows = self._rows_before = self._out = 0
        self._pieces: Iterator[Piece] = iter(())
        self._source: Source | None = None
        self.chained, self._state = False, b""
        self._scale = Scale(0, 0)
        self._checksum = ""
        self._exhausted = False

    def open(self) -> Iterator[Event]:
        """Open the file, unless its answers are there."""
        file = self.file
        self._exhausted = True
        try:
            self._checksum, lines = measured(file.path)
            if self._folder.finished(file.name, self._checksum):
                yield Done(file.path, 0, 0, {}, (), before=True)
                return
            self._source = source = file.open()
            self._scale = Scale(file.path.stat().st_size, 0 if _is_packed(source) else lines)
            self.chained = file.chained(source)
        except OSError as error:
            self._failure = DataError(f"cannot be read: {error.strerror}", path=file.path)
            return
        except DataError as error:
            self._failure = error
            return
        self._pieces = pieces(source, self._folder.key, chained=self.chained)
        self._exhausted = False
        yield Opened(file.path, () if source.format == "text" else tuple(source.notes))

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to answer."""
        return self._exhausted and not self._out

    def next_job(self) -> Iterator[Job | Event]:
        """Pieces that had been answered, and then a job, if one can be given out now."""
        if self._exhausted or (self.chained and self._out):
            return
        try:
            for piece in self._pieces:
                if (found := self._folder.kept(self.file.name, piece.head)) is None:
                    self._out += 1
                    yield Job(self, piece, Asked(piece.records, piece.head.number == 0, self.chained, self._state))
                    return
                self._state = found.state
                yield self.note(piece.head, before=True)
        except DataError as error:
            self.fail(error)
        self._exhausted = True

    def take(self, piece: Head, found: Answered | Failure) -> Iterator[Event]:
        """Keep what was answered.  Raises: OutputError."""
        self._out -= 1
        if isinstance(found, Failure):
            self.fail(found.error)
            self._exhausted = self._exhausted or self.chained
            return
        self._folder.keep(self.file.name, piece, found)
        self._state = found.state
        yield self.note(piece, before=False)

    def note(self, piece: Head, *, before: bool) -> Answering:
        """A piece is kept; ``before``: by a run before."""
        self._rows += piece.rows
        self._rows_before += piece.rows * before
        self._answered[piece.number] = piece.digest
        return Answering(self.file.path, piece.rows, self._scale.bytes(piece), before)

    def fail(self, error: LstmError) -> None:
        """The file cannot be finished; the first error is the one that is told."""
        self._failure = self._failure or error

    def finish(self) -> Iterator[Event]:
        """Put the answers together.  Raises: OutputError."""
        path = self.file.path
        if self._failure is not None:
            yield Failed(path, self._failure)
        elif self._source is not None:
            answered = sorted(self._answered.items())
            counts = self._folder.finish(self.file.name, str(path), self._checksum, answered)
            yield Done(path, self._rows, self._rows_before, counts, tuple(self._source.warnings))


@dataclass
class Scale:
    """Tells how much of a file pieces stand for: by their lines, or else by their characters."""

    size: int
    lines: int
    """0: not known."""

    def bytes(self, piece: Head) -> int:
        if self.lines and piece.lines:
            return self.size * piece.lines // max(self.lines, piece.lines)
        return piece.characters


def _is_packed(source: Source) -> bool:
    """Whether line ends in the file are no lines."""
    return source.kind.signature != b"" or source.path.lower().endswith(".gz")
