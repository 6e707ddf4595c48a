"""XML: an element that recurs is a row; its attributes and the elements inside it are the columns.

Read with expat as a stream.  Documents that declare entities or a document type are refused: entities can grow without
bound and can name local files.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NoReturn
from xml.parsers import expat

from lstmcli.data.columns.names import TEXT_NAMES, normal
from lstmcli.data.encoding import TextLines, named_encoding
from lstmcli.data.formats.detect import is_html
from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.table import SAMPLE_ROWS, Table
from lstmcli.errors import DataError, UsageError

DEEPEST = 100
LOOK, EVERY = 100_000, 20
"""Rows that are read, and the step between those kept, for choosing columns."""
_HINT = "save it as CSV, TSV or JSON; --input-format text reads it as plain text, its tags too"
_DECLARED = re.compile(r"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")

Path = tuple[str, ...]
"""Names of elements from the root down, the last perhaps an attribute (``@name``)."""


def open_xml(file: Opening) -> Table:
    """The elements that hold a text each, as rows.

    Raises:
        DataError: not XML, it has declarations of its own, or no element that recurs holds a text.
    """
    path = file.source.path
    if any(suffix.startswith(".xls") for suffix in file.source.suffixes):
        raise DataError("this is a spreadsheet in XML, which is not read", path=path, hint=_HINT)
    scan = _Scan()
    _encode(file)
    head = file.head or list(islice(TextLines(file.source, file.encoding), 20_000))
    for _ in _parse(scan, head, path, whole=file.complete):
        pass
    text = scan.text(file.read.text_columns)
    if text is None:
        raise DataError("this is XML, and no element that recurs holds a text", path=path, hint=_HINT)
    record = scan.record(text)
    names = _names([where for where in scan.values if _belongs(where, record)], record)
    blank: dict[str, Any] = dict.fromkeys(names.values())

    def parse(lines: Iterable[str]) -> Iterator[Cells]:
        for line, found in _parse(_Rows(record), lines, path, whole=True):
            cells = {names.get(where, _dotted(where, record)): v if v[1:] else v[0] for where, v in found.items()}
            yield line, blank | cells

    def some(stop: int, step: int = 1) -> list[Mapping[str, Any]]:
        return [row.cells for row in islice(table.rows(), 0, stop, step)]

    notes = [f"each <{record[-1]}> a row"]
    table = file.table(XML, tuple(blank), parse, text_columns=(), label_column=None, notes=notes)
    table.sample = some(SAMPLE_ROWS)
    table.spread = None if file.complete else lambda: some(LOOK, EVERY)
    return table


def _encode(file: Opening) -> None:
    """Takes the encoding that the first line names, where the bytes are not those of Unicode."""
    declared = _DECLARED.search(next(iter(file.head), ""))
    if declared and not file.read.encoding and file.encoding and not file.encoding.codec.startswith("utf"):
        with contextlib.suppress(UsageError):
            file.encoding = named_encoding(declared[1])


@dataclass
class _Element:
    path: Path
    line: int
    parts: list[str] = field(default_factory=list)
    """Text inside, that of elements inside too."""
    children: Counter[str] = field(default_factory=Counter)
    own: bool = False
    """There is text beside the elements inside."""


class _Scan:
    """Collects the elements at the start of a file."""

    def __init__(self) -> None:
        self.values: defaultdict[Path, list[str]] = defaultdict(list)
        self.recurring: set[Path] = set()

    def start(self, element: _Element, above: _Element | None, attributes: dict[str, str]) -> None:
        if above is not None and above.children[element.path[-1]] > 1:
            self.recurring.add(element.path)
        for name, value in attributes.items():
            where = (*element.path, f"@{name}")
            self.values[where].append(value)

    def end(self, element: _Element, text: str) -> None:
        self.values[element.path].append(text)

    def text(self, asked: Iterable[str]) -> Path | None:
        """The path of the text in an element that recurs: as asked for, by its name, or the longest."""
        mean = {path: sum(map(len, v)) / len(v) for path, v in self.values.items() if self.record(path)}
        wanted = [path for path in mean if path[-1].lstrip("@") in asked]
        prose = [path for path in mean if mean[path] >= 10 and len(set(self.values[path])) > len(self.values[path]) / 2]
        spaced = [path for path in prose if any(" " in v or v > "\u2e80" for v in self.values[path][:50])]
        named = {path: normal(path[-1].lstrip("@")) for path in mean}
        named = {path: name for path, name in named.items() if name in TEXT_NAMES}
        best = sorted((path for path in prose if path in named), key=lambda path: TEXT_NAMES.index(named[path]))
        longest = sorted(spaced, key=mean.__getitem__, reverse=True)
        return next(iter((*wanted, *best, *longest, *named)), None)

    def record(self, path: Path) -> Path:
        """The innermost element around (or at) a path that recurs; () for none."""
        return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.recurring), ())


class _Rows:
    """Collects what is in each element of one path, and the attributes of those around it."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.around: dict[Path, list[str]] = {}
        self.found: dict[Path, list[str]] = {}
        self.done: list[tuple[int, dict[Path, list[str]]]] = []

    def start(self, element: _Element, above: _Element | None, attributes: dict[str, str]) -> None:
        path = element.path
        if len(path) < len(self.record):
            self.around = {where: v for where, v in self.around.items() if len(where) <= len(path)}
        if path == self.record:
            self.found = dict(self.around)
        target = self.around if len(path) < len(self.record) else self.found
        for name, value in attributes.items():
            target.setdefault((*path, f"@{name}"), []).append(value)

    def end(self, element: _Element, text: str) -> None:
        self.found.setdefault(element.path, []).append(text)
        if element.path == self.record:
            self.done.append((element.line, self.found))
            self.found = {}


def _parse(
    events: _Scan | _Rows, lines: Iterable[str], path: str, *, whole: bool
) -> Iterator[tuple[int, dict[Path, list[str]]]]:
    """Feeds the lines to the parser and gives what ``events`` has collected after each of them."""
    parser = expat.ParserCreate()
    stack: list[_Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        above = stack[-1] if stack else None
        element = _Element((*(above.path if above else ()), name), parser.CurrentLineNumber)
        if len(stack) >= DEEPEST:
            raise DataError("the XML is nested too deep", path=path, line=element.line, hint=_HINT)
        if above is not None:
            above.children[name] += 1
        stack.append(element)
        events.start(element, above, attributes)

    def end(name: str) -> None:
        element = stack.pop()
        text = "".join(element.parts)
        if stack and element.own:
            stack[-1].parts.append(text)
        if element.own:
            events.end(element, text.strip())
        elif isinstance(events, _Rows) and element.path == events.record:
            events.end(element, "")

    def characters(text: str) -> None:
        stack[-1].parts.append(text)
        stack[-1].own = stack[-1].own or not text.isspace()

    def refuse(*_: object) -> NoReturn:
        raise DataError(
            "this is XML with a DOCTYPE or entities of its own, which can grow without bound or name files",
            path=path,
            line=parser.CurrentLineNumber,
            hint=f"take the declarations out, or {_HINT}",
        )

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        for line in lines:
            parser.Parse(line, False)
            if isinstance(events, _Rows) and events.done:
                yield from events.done
                events.done.clear()
        if whole:
            parser.Parse("", True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise DataError(f"not well-formed XML: {reason}", path=path, line=error.lineno, hint=_HINT) from error


def _belongs(where: Path, record: Path) -> bool:
    """In the element, or an attribute of one around it."""
    return where[: len(record)] == record or (where[-1][0] == "@" and where[:-1] == record[: len(where) - 1])


def _names(paths: list[Path], record: Path) -> dict[Path, str]:
    """The last name of each path, where no other has it, else the whole way to it."""
    short = {path: _short(path) for path in paths}
    shared = Counter(short.values())
    return {path: name if shared[name] == 1 else _dotted(path, record) for path, name in short.items()}


def _short(path: Path) -> str:
    return path[-2 if path[-1] in ("value", "@value") and len(path) > 1 else -1].lstrip("@")


def _dotted(path: Path, record: Path) -> str:
    inside = path[len(record) :] if path[: len(record)] == record else path
    return ".".join(part.lstrip("@") for part in inside or path[-1:])


def is_xml(file: Opening) -> bool:
    first = next((line for line in file.head if line.strip()), "")
    return first.lstrip("\ufeff \t").startswith("<?xml") and not is_html(file.head)


XML = Format("xml", "XML", open_xml, is_xml, suffixes=(".xml",))
