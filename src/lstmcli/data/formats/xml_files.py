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
from lstmcli.data.formats.format import Cells, Format, Opening
from lstmcli.data.formats.open import is_html
from lstmcli.data.table import SAMPLE_ROWS, Table
from lstmcli.errors import DataError, UsageError

DEEPEST = 100
_CHUNK = 1 << 16  # characters of a line that are parsed at once
LOOK, EVERY = 100_000, 20  # rows that are read, and the step between those kept, for choosing columns
_HINT = "save it as CSV, TSV or JSON; --input-format text reads it as plain text, its tags too"
_DECLARED = re.compile(r"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")

Path = tuple[str, ...]  # names of elements from the root down, the last perhaps an attribute (`@name`)


def open_xml(file: Opening) -> Table:
    """The elements that hold a text each, as rows.

    Raises:
        DataError: not XML, it has declarations of its own, or no element that recurs holds a text.
    """
    path = file.source.path
    if any(suffix.startswith(".xls") for suffix in file.source.suffixes):
        raise DataError("this is a spreadsheet in XML, which is not read", path=path, hint=_HINT)
    _encode(file)
    head = file.head or list(islice(TextLines(file.source, file.encoding), 20_000))
    values, recurring = _scan(_elements(head, path, whole=file.complete))
    text = _text_path(values, recurring, file.read.text_columns)
    if text is None:
        raise DataError("this is XML, and no element that recurs holds a text", path=path, hint=_HINT)
    record = _record_path(text, recurring)
    names = _names([where for where in values if _belongs(where, record)], record)
    blank: dict[str, Any] = dict.fromkeys(names.values())

    def parse(lines: Iterable[str]) -> Iterator[Cells]:
        for line, found in _rows(_elements(lines, path, whole=True), record):
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
    attributes: dict[Path, str]
    again: bool  # another element of this name came before it in the same element
    parts: list[str] = field(default_factory=list)  # text inside, that of elements inside too
    children: set[str] = field(default_factory=set)  # names of the elements inside
    own: bool = False  # there is text beside the elements inside

    @property
    def text(self) -> str:
        return "".join(self.parts)


def _scan(elements: Iterable[tuple[_Element, bool]]) -> tuple[dict[Path, list[str]], set[Path]]:
    """The texts and attributes of elements by their paths, and the paths of elements that recur."""
    values: defaultdict[Path, list[str]] = defaultdict(list)
    recurring: set[Path] = set()
    for element, ended in elements:
        if ended and element.own:
            values[element.path].append(element.text.strip())
        if not ended:
            recurring.update([element.path] if element.again else ())
            for where, value in element.attributes.items():
                values[where].append(value)
    return values, recurring


def _text_path(values: Mapping[Path, list[str]], recurring: set[Path], asked: Iterable[str]) -> Path | None:
    """The path of the text in an element that recurs: as asked for, by its name, or the longest."""
    mean = {path: sum(map(len, v)) / len(v) for path, v in values.items() if _record_path(path, recurring)}
    wanted = [path for path in mean if path[-1].lstrip("@") in asked]
    prose = [path for path in mean if mean[path] >= 10 and len(set(values[path])) > len(values[path]) / 2]
    spaced = [path for path in prose if any(" " in v or v > "\u2e80" for v in values[path][:50])]
    named = {path: name for path in mean if (name := normal(path[-1].lstrip("@"))) in TEXT_NAMES}
    best = sorted((path for path in prose if path in named), key=lambda path: TEXT_NAMES.index(named[path]))
    longest = sorted(spaced, key=mean.__getitem__, reverse=True)
    return next(iter((*wanted, *best, *longest, *named)), None)


def _record_path(path: Path, recurring: set[Path]) -> Path:
    """The innermost element around (or at) a path that recurs; () for none."""
    return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in recurring), ())


def _rows(elements: Iterable[tuple[_Element, bool]], record: Path) -> Iterator[tuple[int, Mapping[Path, list[str]]]]:
    """The line and content of each element of one path, with the attributes of those around it."""
    around: dict[Path, list[str]] = {}
    found: dict[Path, list[str]] = {}
    for element, ended in elements:
        path = element.path
        if not ended:
            if outside := len(path) < len(record):
                around = {where: value for where, value in around.items() if len(where) <= len(path)}
            if path == record:
                found = dict(around)
            for where, value in element.attributes.items():
                (around if outside else found).setdefault(where, []).append(value)
        elif element.own or path == record:
            found.setdefault(path, []).append(element.text.strip() if element.own else "")
            if path == record:
                yield element.line, found
                found = {}


def _elements(lines: Iterable[str], path: str, *, whole: bool) -> Iterator[tuple[_Element, bool]]:
    """Every element when it starts (False) and when it has ended (True)."""
    parser = expat.ParserCreate()
    stack: list[_Element] = []
    events: list[tuple[_Element, bool]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name, above = name.rpartition(":")[2], stack[-1] if stack else None
        where = (*(above.path if above else ()), name)
        again = above is not None and name in above.children
        named = {(*where, f"@{attribute}"): value for attribute, value in attributes.items()}
        element = _Element(where, parser.CurrentLineNumber, named, again)
        if len(stack) >= DEEPEST:
            raise DataError("the XML is nested too deep", path=path, line=element.line, hint=_HINT)
        if above is not None:
            above.children.add(name)
        stack.append(element)
        events.append((element, False))

    def end(name: str) -> None:
        element = stack.pop()
        if stack and element.own:
            stack[-1].parts.append(element.text)
        events.append((element, True))

    def characters(text: str) -> None:
        stack[-1].parts.append(text)
        stack[-1].own = stack[-1].own or not text.isspace()

    def refuse(*_: object) -> NoReturn:
        message = "this is XML with a DOCTYPE or entities of its own, which can grow without bound or name files"
        hint = f"take the declarations out, or {_HINT}"
        raise DataError(message, path=path, line=parser.CurrentLineNumber, hint=hint)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        for line in lines:
            for place in range(0, len(line), _CHUNK):
                parser.Parse(line[place : place + _CHUNK], False)
                yield from events
                events.clear()
        if whole:
            parser.Parse("", True)
            yield from events
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
