"""Several labels in one cell: written as a list of Python, numpy or JSON, or divided by a mark.

A list in brackets tells itself.  A mark such as a comma may as well be part of a label (``Sports, Outdoors``): it
divides only where the parts recur as labels of their own.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

LIST = "[]"  # value of a separator for lists in brackets
WHOLE = "none"  # `--label-separator none`: a cell is one label

STRONG = ("|", ";", "；", "、", "｜")  # separators that are rarely part of a label
MARKS = (*STRONG, ",", "，", "/", "+", "#", " ")
LONGEST = 5000  # maximum characters of a cell that is parsed
_ALONE = 0.9  # minimum share of the parts that must also be labels on their own
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_OPENINGS = ("frozenset(", "array(", "Index(", "set(", "tuple(", "list(")
_ITEM = re.compile(
    r"""\s*(?:(?:b|u|r|np\.str_\()(?=["']))?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^,"'\[\]]+?))\)?\s*(?:,|$|(?=["']))"""
)
_DTYPE = re.compile(r",\s*dtype=[^)]*$")


def as_list(cell: str) -> list[str] | None:
    """The items of a cell that is a list in brackets; None for any other cell."""
    text = _choices(cell.strip()) or cell.strip()
    if len(text) > LONGEST:
        return None
    for opening in _OPENINGS:
        if text.startswith(opening) and text.endswith(")"):
            text = _DTYPE.sub("", text[len(opening) : -1]).strip()
            break
    if len(text) < 2 or _BRACKETS.get(text[0]) != text[-1]:
        return None
    if text[0] == "[":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return [_plain(item) for item in value] if not any(isinstance(v, (dict, list)) for v in value) else None
    return _items(text[1:-1], quoted_only=text[0] != "[")


def _choices(cell: str) -> str | None:
    """The list in ``{"choices": ["joy", "love"]}``, as Label Studio writes several labels in CSV."""
    found = re.fullmatch(r'\{\s*"choices"\s*:\s*(\[[^\[\]]*\])\s*\}', cell)
    return found[1] if found else None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _items(inside: str, *, quoted_only: bool) -> list[str] | None:
    """Items between commas, or between blanks as numpy prints them."""
    inside = inside.strip()
    if not inside:
        return []
    if '"' not in inside and "'" not in inside and "," not in inside and re.fullmatch(r"[\d.\s+-]+", inside):
        return inside.split()  # numbers, as numpy prints them
    items: list[str] = []
    at = 0
    while at < len(inside):
        found = _ITEM.match(inside, at)
        if found is None or found.end() == at:
            return None
        bare = found[3]
        if bare is not None and quoted_only and not re.fullmatch(r"[+-]?[\d.]+", bare.strip()):
            return None  # (a remark) is no list
        text = bare if bare is not None else found[1] if found[1] is not None else found[2]
        items.append(re.sub(r"\\(.)", r"\1", text).strip())
        at = found.end()
    return items


def split_cell(cell: str, separator: str | None) -> list[str]:
    """The labels of a cell, as the separator says; a list in brackets is one whatever it is for ``LIST``."""
    if separator is None or separator == WHOLE:
        return [cell]
    if separator == LIST:
        items = as_list(cell)
        return [cell] if items is None else items
    return cell.split(separator)


def find_separator(cells: Iterable[Any]) -> str | None:
    """Detect the separator of labels in cells; None if each cell is one label."""
    texts = [text for cell in cells if isinstance(cell, str) and (text := cell.strip())]
    if not texts:
        return None
    lists = [as_list(text) for text in texts]
    if sum(items is not None for items in lists) >= _ALONE * len(texts) or any(map(_choices, texts)):
        return LIST
    counts = Counter(texts)
    found = [mark for mark in MARKS if _divides(mark, counts)]
    return found[0] if found else None


def _divides(mark: str, counts: Counter[str]) -> bool:
    """Whether the parts around a separator are also labels on their own."""
    divided = {cell: parts for cell in counts if len(parts := parts_of(cell, mark)) > 1}
    if len(divided) < 2 or sum(counts[cell] for cell in divided) < 2:
        return False
    if any(len(set(parts)) < len(parts) or not all(parts) for parts in divided.values()):
        return False
    single = {parts[0] for cell in counts if len(parts := parts_of(cell, mark)) == 1}
    cells_of: defaultdict[str, set[str]] = defaultdict(set)
    for cell, parts in divided.items():
        for part in parts:
            cells_of[part].add(cell)
    if mark in ",." and _are_decimals(divided.values()):
        return False
    if not _are_labels(cells_of):
        return False
    everything = sum(counts[cell] * len(parts) for cell, parts in divided.items())
    alone = sum(counts[c] for c, parts in divided.items() for part in parts if part in single)
    recurring = sum(counts[c] for c, ps in divided.items() for p in ps if p in single or len(cells_of[p]) > 1)
    if mark in STRONG or mark in (",", "，"):
        return recurring >= _ALONE * everything and (bool(single & cells_of.keys()) or _mixed(divided.values()))
    return alone >= _ALONE * everything


def parts_of(cell: str, mark: str) -> list[str]:
    trimmed = cell.strip().strip(mark) if mark in STRONG else cell.strip()
    return [part.strip() for part in trimmed.split(mark)] if mark != " " else trimmed.split()


def _mixed(divided: Iterable[Sequence[str]]) -> bool:
    """Parts that stand first in one cell and later in another: a list, no path and no first and family name."""
    cells = list(divided)
    first = {parts[0] for parts in cells}
    later = {part for parts in cells for part in parts[1:]}
    return len(first & later) >= max(1, len(first | later) // 3)


def _are_decimals(divided: Iterable[Sequence[str]]) -> bool:
    """``1,5`` and ``2,5``."""
    cells = list(divided)
    digits = all(part.isdigit() for parts in cells for part in parts)
    return digits and all(len(parts) == 2 for parts in cells) and len({parts[1] for parts in cells}) == 1


def _are_labels(parts: Iterable[str]) -> bool:
    return all(len(part) <= 60 and len(part.split()) <= 6 for part in parts)
