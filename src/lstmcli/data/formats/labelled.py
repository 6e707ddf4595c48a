"""Detect plain text with a label in each line: ``text;label``, ``ham | text``, ``1 text``, ``LOC:city text``.

Such a file is detected from its lines alone: in nearly every line a mark separates the text from a short value, and the
values recur.  If the file could also be a dialogue (``ROMEO: But soft!``) or a log, the result is doubtful.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lstmcli.data.words import word_count

STRONG = ("\t", ";", "|", "；", "｜", "~", "^", "¦", "§", "@", "#")  # marks that are rarely in every line of prose
WEAK = (",", "，")  # common in prose: more evidence is needed
DOUBTFUL = (":", "：", " - ", "–", "—", " ")  # marks that are common in dialogues, logs and chats, too
_QUOTED = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)
_RUN = re.compile(r"(?<!\S)[^\w\s]{2,}(?!\S)|([@#|~$^*+=:%&/<>\\-])\1+|(?<=\s)[=-]+>(?=\s)")
"""A mark of several characters: ``@@@``, ``|||``, ``+++$+++``, ``=>``."""
_DASHES = re.compile(r"[-–—.…]+|[\"'“”‘’«»()\[\]]+")  # runs that are punctuation
BRACKETS = {"]": "[", ")": "(", ">": "<", "}": "{", "】": "【", "）": "（", "》": "《", "］": "［"}
"""``[spam] text``: the mark that ends a label at the start of a line, and the one that begins it."""
_NAMES = {"\t": "tab", " ": "space", " - ": "dash"}
_TIME = re.compile(r"\W*\d{1,4}[-/.:年]\d{1,2}\b")
_NUMBER = re.compile(r"[+-]?\d{1,2}")
_FINE = re.compile(r"[A-Za-z_]{2,}:[A-Za-z_]{2,}")
_ENDS = tuple("。！？!?…．")  # endings of sentences, not of labels
_CODE = re.compile(r"^[^({\[]*[)}\]];?$|[;{]$")  # the end of a statement
_COUNTED = re.compile(r"(\D*[^\W\d_]\D*?)(\d{1,4})")  # `Round 3`, `Chapter 12`
_LETTER = re.compile(r"[^\W\d_]")

LEVELS = frozenset(
    ("trace", "debug", "info", "notice", "warn", "warning", "error", "err", "critical", "fatal", "alert", "emergency")
)
"""Of the messages of a log."""
MAX_CHARACTERS, MAX_WORDS = 40, 4  # of a label
COVERED = 0.95  # minimum share of lines with a text and a label


def _unquoted(field: str) -> str:
    """The field without CSV quotation marks around it."""
    found = _QUOTED.fullmatch(field)
    return found[1].replace('""', '"') if found else field


@dataclass(frozen=True)
class LineForm:
    """How a line is cut: at its first mark, and the label stands before it; or at its last, and it stands behind."""

    mark: str
    first: bool

    def split(self, line: str) -> tuple[str, str] | None:
        """Text and label; None where a part is missing."""
        line = line.strip(" \r\n") if self.mark == "\t" else line.strip()
        before, mark, behind = line.partition(self.mark) if self.first else line.rpartition(self.mark)
        before, behind = before.strip(), behind.strip()
        if not mark or not before or not behind:
            return None
        text, label = (behind, before) if self.first else (before, behind)
        if opening := self.opening:
            if not label.startswith(opening) or not label[1:].strip():
                return None
            label = label[1:].strip()
            text = text.removeprefix(":").lstrip()  # [BUG]: text
        return _unquoted(text), _unquoted(label)

    @property
    def opening(self) -> str | None:
        """The bracket that begins a label, where the mark is the one that ends it."""
        return BRACKETS.get(self.mark) if self.first else None

    def __str__(self) -> str:
        """The form as stored with a model: ``label;text`` or ``text;label``."""
        return f"label{self.mark}text" if self.first else f"text{self.mark}label"

    @property
    def described(self) -> str:
        """'a label after the last ';''."""
        mark = _NAMES.get(self.mark) or repr(self.mark)
        if self.opening:
            return f"a label between {self.opening!r} and {self.mark!r} at the start"
        return f"a label before the first {mark}" if self.first else f"a label after the last {mark}"

    @staticmethod
    def parse(form: str | None) -> LineForm | None:
        """The opposite of ``str``; None for what is no form."""
        for first, start, end in ((True, "label", "text"), (False, "text", "label")):
            if form and form.startswith(start) and form.endswith(end) and len(form) > len(start) + len(end):
                return LineForm(form[len(start) : -len(end)], first)
        return None


@dataclass(frozen=True)
class Found:
    form: LineForm
    sure: bool  # False: the lines may as well be a dialogue, a log or verses
    labels: tuple[str, ...]  # the most frequent first


def find_form(lines: Sequence[str], mark: str | None = None) -> Found | None:
    """The form of labelled lines, if it is one; the surest.

    Args:
        lines: a sample of the file, in order.
        mark: the one that the user named.
    """
    lines = [line for line in lines if line.strip()]
    marks = [mark] if mark else list(_marks(lines))
    forms = [LineForm(mark, first) for mark in marks for first in (True, False)]
    found = [judged for form in forms if (judged := _judge(form, lines))]
    if mark and not found:
        found = [named for form in forms if (named := _named(form, lines))]
    return min(found, default=None, key=lambda f: (not f.sure, -len(f.form.mark.strip()), len(f.labels)))


def fits(form: LineForm, lines: Sequence[str], known: Collection[str]) -> bool:
    """Whether most lines have a label that is known."""
    filled = [line for line in lines if line.strip()]
    parts = [form.split(line) for line in filled]
    return sum(bool(part and part[1] in known) for part in parts) >= 0.8 * max(1, len(filled))


def _marks(lines: Sequence[str]) -> Iterator[str]:
    """Every mark that stands in nearly all lines."""
    some = lines[:200]
    runs = _runs(some)
    yield from runs
    for mark, opening in BRACKETS.items():
        if sum(line.lstrip().startswith(opening) and mark in line for line in some) >= COVERED * len(some):
            yield mark
    for mark in (*STRONG, *WEAK, *DOUBTFUL):
        inside = any(mark in run for run in runs)
        if not inside and sum(mark in line.strip(" \r\n") for line in some) >= COVERED * len(some):
            yield mark


def _runs(lines: Sequence[str]) -> list[str]:
    """Every mark of several characters that stands in nearly all lines."""
    counts = Counter(run for line in lines for run in {found[0] for found in _RUN.finditer(line)})
    return [run for run, count in counts.items() if count >= COVERED * len(lines) and not _DASHES.fullmatch(run)]


def _cut(form: LineForm, lines: Sequence[str]) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Text and label of the lines that have both, and how often each label occurs."""
    parts = [part for line in lines if (part := form.split(line)) and _is_label(part[1])]
    return parts, Counter(label for _, label in parts)


def _judge(form: LineForm, lines: Sequence[str]) -> Found | None:
    parts, counts = _cut(form, lines)
    if len(parts) < COVERED * len(lines) or not 2 <= len(counts) <= max(2, len(parts) // 3):
        return None
    if sum(count for count in counts.values() if count > 1) < 0.9 * len(parts) or _are_counted(parts):
        return None
    texts = [text for text, _ in parts]
    length = sum(map(word_count, texts)) / len(texts)
    lettered = sum(bool(_LETTER.search(text)) for text in texts)
    if length < 2 or lettered < 0.9 * len(texts) or len(set(texts)) < max(0.5 * len(texts), len(counts) + 1):
        return None
    sure = _is_sure(form, len(lines), parts, counts, length)
    return None if sure is None else Found(form, sure, tuple(label for label, _ in counts.most_common()))


def _is_sure(
    form: LineForm, lines: int, parts: Sequence[tuple[str, str]], counts: Counter[str], length: float
) -> bool | None:
    """None: nothing speaks for labels."""
    share = len(parts) / lines
    few = len(counts) <= len(parts) / 5
    numbered = all(map(_NUMBER.fullmatch, counts)) and _in_order([int(label) for _, label in parts])
    if form.mark == " " and form.first and numbered and len(counts) > 2:
        return None  # chapter and verse
    if form.first and sum(text[:1].isdigit() for text, _ in parts) > 0.8 * len(parts) and not form.mark.isspace():
        return None if form.mark in DOUBTFUL or form.mark in WEAK else False  # 10:23, and Genesis|1|1|In the beginning
    if form.mark in BRACKETS:
        return _bracketed(form, counts) if few and lines >= 4 else None
    if form.mark == " ":
        return _blank(form, parts, counts, length) if share >= 0.98 and lines >= 10 else None
    if form.mark in DOUBTFUL or form.mark == "#":
        return False if few or lines < 10 else None
    if form.mark in WEAK:
        short = max(len(label.split()) for label in counts) <= 3
        if any(":" in label or "：" in label for label in counts):
            return None  # Anna: Well, …
        if sum(label.endswith(".") for label in counts) > len(counts) / 2:
            return None  # the last words of a sentence
        return True if few and short and length >= 3 and lines >= 10 else None
    return True if lines >= 4 else None


def _bracketed(form: LineForm, counts: Counter[str]) -> bool | None:
    """Sure but for the levels of a log, speakers and tags of a markup language."""
    if form.opening is None or any("/" in label or "=" in label for label in counts):
        return None
    if form.mark == ">":
        return False  # <ann> says something
    return len(counts) <= 30 and not all(label.lower() in LEVELS for label in counts)


def _are_counted(parts: Sequence[tuple[str, str]]) -> bool:
    """Whether the labels are numbered parts of a text in order: ``Round 1``, ``Round 1``, ``Round 2``."""
    found = [match for _, label in parts if (match := _COUNTED.fullmatch(label))]
    numbers = [int(match[2]) for match in found]
    one = len(found) == len(parts) and len({match[1] for match in found}) == 1
    return one and len(set(numbers)) >= 3 and _in_order(numbers)


def _in_order(numbers: Sequence[int]) -> bool:
    """Each as the one before, or the next."""
    return all(0 <= b - a <= 1 for a, b in pairwise(numbers))


def _blank(form: LineForm, parts: Sequence[tuple[str, str]], counts: Counter[str], length: float) -> bool | None:
    """Whether the word at the start or end of a line is a label."""
    labels = [label for _, label in parts]
    few = len(counts) <= len(parts) / 5
    if all(map(_NUMBER.fullmatch, counts)):
        steps = sum(int(b) == int(a) + 1 for a, b in pairwise(labels))
        if len(counts) > 2 and steps > 0.6 * len(labels):
            return None  # a numbered list, or verses
        return length >= 4 and few if len(counts) <= 20 else None
    if form.first and all(map(_FINE.fullmatch, counts)):  # TREC: LOC:city, HUM:ind
        coarse = {label.split(":")[0] for label in counts}
        lower = all(label.split(":")[1].islower() for label in counts)
        return lower and len(coarse) <= 30 and length >= 2
    plain = all(label.isalnum() and len(label) > 1 for label in counts)
    return False if plain and few and len(counts) <= 10 and len(parts) >= 20 and length >= 3 else None


def _named(form: LineForm, lines: Sequence[str]) -> Found | None:
    """A form whose mark the user named needs little evidence."""
    parts, counts = _cut(form, lines)
    if len(parts) < 0.8 * len(lines) or not 2 <= len(counts) < max(3, len(parts)):
        return None
    return Found(form, True, tuple(label for label, _ in counts.most_common()))


def _is_label(label: str) -> bool:
    if (label.endswith(_ENDS) and len(label) > 2) or _CODE.search(label):
        return False
    return len(label) <= MAX_CHARACTERS and len(label.split()) <= MAX_WORDS and not _TIME.match(label)


_TIGHT = ("_!_", "|||", ":::", "::", "@@@", "###", "^^^")  # marks that stand between fields without blanks around them


def find_fields(lines: Sequence[str]) -> tuple[str, int] | None:
    """A mark of several characters that cuts every line into the same number of fields, three or more."""
    some = [line for line in lines[:200] if line.strip()]
    for mark in (*(f" {mark} " for mark in _runs(some)), *_TIGHT) if len(some) >= 4 else ():
        counts = {line.count(mark) for line in some}
        if len(counts) == 1 and (fields := counts.pop() + 1) >= 3:
            return mark.strip(), fields
    return None
