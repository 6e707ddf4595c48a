"""Find the licences and notes that digital libraries put around a book, so that the text is read without them.

A licence of 350 lines at the end of a book would be most of the validation split, and with several books a model learns
it by heart.  The text is read once, line by line; only the places are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from lstmcli.data.books.libraries import CREDIT, END_NOTES, HINT, LAST_OF_LICENCE, LIBRARIES, LINES, OPENING, Library
from lstmcli.data.records import Record, Selection

MAX_HEADER, MAX_FOOTER = 1000, 1000  # maximum lines of a licence before and after a book
MAX_LICENCE = 600  # maximum lines from the end of a book to the end of its licence, if more text follows
UNSIGNED = 60  # lines from the start of a file that can be a header though nothing else in them names the library
CREDITS = 40  # lines from the start of a book in which notes on its making are looked for
MAX_END_NOTES = 200  # lines at the end of a book that can be notes of a transcriber
SHOWN = 6  # maximum places in a note


_CERTAIN = [(library.name, library.head) for library in LIBRARIES if library.head and not library.start]
_CERTAIN += [(x.name, x.foot) for x in LIBRARIES if x.foot and not x.sign and not x.after_head]


@dataclass
class Found:
    """The licences and notes found in a text."""

    places: list[tuple[int, int]] = field(default_factory=list)
    """Runs of lines, (start, stop), from 0, in order and apart."""
    libraries: list[str] = field(default_factory=list)

    def add(self, start: int, stop: int, library: str) -> None:
        """Adds a run; one that touches the last is joined to it."""
        while self.places and start <= self.places[-1][1]:
            first, last = self.places.pop()
            start, stop = min(start, first), max(stop, last)
        if start < stop:
            self.places.append((start, stop))
            if library not in self.libraries:
                self.libraries.append(library)


class _File:
    """One file, as far as it has been read."""

    def __init__(self, found: Found, first: int) -> None:
        self.found = found
        self.begin: int | None = first
        """Where a header may start, or the footer that ended the last book."""
        self.after: Library | None = None
        """The library of the footer that is being read."""
        self.book: Library | None = None
        self.opening = self.head = self.notes = self.licence = self.foot = -1
        self.started: dict[str, int] = {}
        self.titled = 0
        """Lines over which the title in a head may still go on."""
        self.credits = self.crediting = 0
        self.bracket = False
        self.blank = True
        self.waiting: tuple[int, int, Library] | None = None
        """A foot that still needs its sign: its line, the last line for that, its library."""

    def line(self, n: int, text: str) -> None:
        """Line ``n`` of the text."""
        if self.titled:
            self.titled = 0 if text.rstrip().endswith("***") or not text.strip() else self.titled - 1
            if text.strip():
                self.found.add(n, n + 1, "")
        elif self.credits:
            self._credit(n, text)
        if HINT.search(text):
            self._marks(n, text)
        if self.waiting:
            self._signed(n, text)
        self.blank = not text.strip()

    def end(self, n: int) -> None:
        """The file has ``n`` lines."""
        if self.after and self.begin is not None:
            self._footer(n, n)

    def _marks(self, n: int, text: str) -> None:
        if LAST_OF_LICENCE.match(text):
            self.licence = n
        if OPENING.match(text):
            self.opening = n
        if self.blank and END_NOTES.match(text):
            self.notes = n
        for name, pattern in LINES:
            if pattern.match(text):
                self.found.add(n, n + 1, name)
        for library in LIBRARIES:
            if library.start and library.start.match(text):
                self.started.setdefault(library.name, n)
            if library.head and library.head.match(text) and self._header(n, text, library):
                return
            if library.foot and library.foot.match(text) and (not library.after_head or self.book is library):
                if library.sign:
                    self.waiting = self.waiting or (n, n + 15, library)
                else:
                    self._foot(n, library)
                return

    def _signed(self, n: int, text: str) -> None:
        assert self.waiting
        at, last, library = self.waiting
        assert library.sign
        if library.sign.search(text):
            self.waiting = None
            self._foot(at, library)
        elif n >= last:
            self.waiting = None

    def _header(self, n: int, text: str, library: Library) -> bool:
        """Whether this is the last line of a header; then what stands before the book is left out."""
        if library.start:
            start = self.started.pop(library.name, None)
            if start is None or n - start > CREDITS:
                return False
        else:
            if self.after and self.begin is not None and n - self.begin > MAX_FOOTER:
                self._footer(n, n)
            begin = -1 if self.begin is None else self.begin
            candidates = [(begin, MAX_HEADER), (self.opening, MAX_HEADER), (self.head, 2 * CREDITS)]
            start = next((at for at, most in candidates if 0 <= at <= n and n - at <= most), n)
            if start == begin and not self.after and n - start > UNSIGNED and self.opening < start:
                start = n  # a text of other people that only quotes such a line
        self.found.add(start, n + 1, library.name)
        self.begin, self.after, self.book, self.head, self.notes = None, None, library, n, -1
        self.credits, self.crediting = n + CREDITS, 0
        open_title = library.title and text.lstrip().startswith("***") and not text.rstrip().endswith("***")
        self.titled = 3 if open_title else 0
        return True

    def _credit(self, n: int, text: str) -> None:
        """A note on the making of a book, soon after its header: up to the next empty line, or its bracket."""
        if n > self.credits and not self.crediting:
            self.credits = 0
            return
        if not self.crediting and self.blank and CREDIT.match(text):
            self.crediting, self.bracket = n, text.lstrip().startswith("[")
        if self.crediting:
            over = text.rstrip().endswith("]") if self.bracket else not text.strip()
            self.found.add(n, n + 1, "")
            if over or n - self.crediting > CREDITS:
                self.crediting = 0

    def _foot(self, n: int, library: Library) -> None:
        """The first line of a footer."""
        if self.after and self.begin is not None:
            if n - self.begin <= MAX_FOOTER:
                return
            self._footer(n, n)
        self.begin, self.after = n, library
        if self.notes >= 0 and n - self.notes <= MAX_END_NOTES:
            self.begin = self.notes
        self.foot = n

    def _footer(self, n: int, end: int) -> None:
        """The footer ended before line ``n`` at the latest: all of it, or what is certain."""
        assert self.begin is not None and self.after is not None
        if n - self.foot > MAX_FOOTER:
            end = self.licence + 1 if self.foot < self.licence <= self.foot + MAX_LICENCE else self.foot + 1
        self.found.add(self.begin, end, self.after.name)
        self.begin = self.after = None


def find_notices(records: Iterable[Record]) -> Found:
    """Where licences and notes of libraries are.  Memory stays flat."""
    found, n = Found(), 0
    for _, records_of_file in groupby(records, key=lambda record: record.path):
        file = _File(found, n)
        for record in records_of_file:
            file.line(n, record.text)
            n += 1
        file.end(n)
    found.libraries = [name for name in found.libraries if name]
    return found


def without_notices(records: Collection[Record]) -> tuple[Collection[Record], list[str]]:
    """The same without licences and notes of libraries, and a sentence that says so, if there are any.

    A text that is nothing else is left as it is.
    """
    found = find_notices(records)
    rest = Selection(records, found.places, inside=False)
    if not found.places or not any(record.text.strip() for record in rest):
        return records, []
    return rest, [_note(found, records)]


def marked(records: Iterable[Record], tell: Callable[[Record, str], None]) -> Iterator[Record]:
    """The same records; ``tell`` is called once, with the first that marks a licence and the name of the library."""
    told = False
    for record in records:
        if not told and HINT.search(record.text):
            name = next((name for name, pattern in _CERTAIN if pattern.match(record.text)), None)
            if told := name is not None:
                tell(record, name)
        yield record


def _note(found: Found, records: Collection[Record]) -> str:
    """'book.txt: licence and notes of Project Gutenberg left out, lines 1 to 24 and 3,401 to 3,760; …'"""
    lines = sum(stop - start for start, stop in found.places)
    path = next(iter(records)).path
    where = f"{lines:,} lines in {len(found.places):,} places"
    firsts = Selection(records, [(start, start + 1) for start, _ in found.places])
    if len(found.places) <= SHOWN and all(record.path == path for record in firsts):
        runs = [f"{a + 1:,} to {b:,}" if b - a > 1 else f"{b:,}" for a, b in found.places]
        where = ("lines " if lines > 1 else "line ") + (", ".join(runs[:-1]) + " and " if runs[1:] else "") + runs[-1]
    names = " and ".join(found.libraries[:2]) + (" and others" if found.libraries[2:] else "")
    return f"{path}: licence and notes of {names} left out, {where}; --keep-licence reads them too"
