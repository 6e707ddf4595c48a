"""Judge a column by its name: a text, a label, one of a pair, or something else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

_NAMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
"""Column names of each kind, in many languages."""


def _words(kind: str) -> tuple[str, ...]:
    return tuple(" ".join(_NAMES[kind]).split())


TEXT_NAMES = _words("text")  # the most telling first
TITLE_NAMES = _words("title")  # read together with the text

EXPLICIT, USUAL, WEAK, UNKNOWN, SIDE, NEVER = 5.0, 4.0, 3.0, 0.0, -1.0, -9.0
"""How much a name says that its column is the label: it is called so; it is what people classify by; it may be; nothing
is known of it; it is known as something else that can be classified by; it is known as something else."""

SPLIT_ALIASES = {"train": "train", "training": "train", "valid": "valid", "validation": "valid", "dev": "valid"}
SPLIT_ALIASES |= {"val": "valid", "eval": "valid", "test": "test"}
"""The splits, by their names and short names."""
LABEL_NAMES = _words("explicit") + _words("usual") + _words("weak")

_PEOPLE = frozenset(_words("people"))
_SETTLED = frozenset(_words("settled"))  # of a label that several people agreed on

_SEPARATED = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-zа-яé])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_SPACED = re.compile(r"[぀-ヿ㐀-鿿가-힣฀-๿]")


def normal(name: str) -> str:
    return name.strip("\ufeff \t\r\n\xa0\u3000").casefold().replace(" ", "_").replace("-", "_")


def parts(name: str) -> tuple[str, ...]:
    """The words of a name: ``reviewText``, ``review_text`` and ``Review Text`` all give review and text."""
    words = _SEPARATED.split(_HUMP.sub("_", name.strip("\ufeff \t\r\n\xa0\u3000")))
    return tuple(word.casefold() for word in words if word)


_RANKS = {
    normal(name): rank
    for kind, rank in (("never", NEVER), ("side", SIDE), ("weak", WEAK), ("usual", USUAL), ("explicit", EXPLICIT))
    for name in _words(kind)
}
_TEXT_RANKS = {name: place for place, name in reversed(list(enumerate(map(normal, TEXT_NAMES))))}


def label_rank(name: str) -> float:
    """How much a name says that its column holds the label; one that only contains such a word says half a step less.

    The last word of a name counts most: ``sentiment_confidence`` is a confidence, ``airline_sentiment`` a sentiment.
    """
    key = normal(name)
    if key in _RANKS:
        return _RANKS[key]
    words = parts(name)
    if _NOT_SPACED.search(name):
        return max((rank - 0.5 for word, rank in _RANKS.items() if len(word) > 1 and key.endswith(word)), default=0.0)
    if not words:
        return UNKNOWN
    if words[0] == "has":
        return NEVER
    known = [_RANKS[word] for word in words if word in _RANKS]
    if words[0] in _PEOPLE and len(words) == 2 and len(words[1]) == 1:
        return UNKNOWN  # rater_1: what the first of them says
    last = _RANKS.get(words[-1], UNKNOWN)
    if last == NEVER or (_RANKS.get(words[0]) == NEVER and last < WEAK):
        return NEVER
    if words[0] == "is" and len(words) > 1:
        return USUAL
    likely = [rank for rank in known if rank > 0]
    if likely and "gold" not in words[1:]:
        return max(likely) - 0.5 * _SETTLED.isdisjoint(words)
    return SIDE if SIDE in known else UNKNOWN


def text_rank(name: str) -> float | None:
    """The place of a name among those of texts, from 0; one that only contains such a word stands behind; else None."""
    key = normal(name)
    if key in _TEXT_RANKS:
        return _TEXT_RANKS[key]
    if _NOT_SPACED.search(name):
        places = [place for word, place in _TEXT_RANKS.items() if len(word) > 1 and key.endswith(word)]
    else:
        words = parts(name)
        if not words or _RANKS.get(words[-1]) == NEVER:
            return None
        places = [_TEXT_RANKS[word] for word in words if word in _TEXT_RANKS]
    return len(TEXT_NAMES) + min(places) if places else None


def is_title(name: str) -> bool:
    """Whether a column of that name holds titles."""
    known = set(map(normal, TITLE_NAMES))
    return normal(name) in known or bool(known.intersection(parts(name)[-1:]))


def split_in(name: str, marks: str = r"[\W_]+") -> str | None:
    """The split that is a part of a name, as in ``ptb.train.txt``; ``marks`` separate the parts."""
    return next((SPLIT_ALIASES[part] for part in re.split(marks, name.lower()) if part in SPLIT_ALIASES), None)


def is_known(name: str) -> bool:
    """Whether a cell is a usual column name."""
    key = normal(name)
    return key in _RANKS or key in _TEXT_RANKS


# Pairs of texts

_COUPLES = [tuple(couple.split()) for couple in _NAMES["pairs"]]
_SECOND = {"1": "2", "a": "b", "first": "second", "left": "right", "one": "two", "i": "ii", "甲": "乙", "一": "二"}
_END = re.compile(r"(?<=[a-z])([12ab])(?=\W|_|$)|([12])|(?<![^\W_])(a|b|first|second|left|right|one|two)(?![^\W_])")


def pairs_by_name(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns whose names say that they go together, as ``question1`` and ``question2`` do, the likeliest first."""
    keys = {normal(column): column for column in reversed(columns)}
    found = [(keys[a], keys[b]) for a, b in _COUPLES if a in keys and b in keys]
    numbered = [(column, keys[other]) for column in columns if (other := _partner(normal(column), keys))]
    return sorted(numbered, key=_telling) + found


def _telling(pair: tuple[str, str]) -> tuple[bool, int]:
    rank = text_rank(re.sub(r"[12]", "", pair[0]))
    return rank is None, len(pair[0])


def _partner(key: str, keys: dict[str, str]) -> str | None:
    """The name that differs from ``key`` only in that it says second where ``key`` says first."""
    if key.isdigit():
        return None  # a column without a name
    for found in _END.finditer(key):
        second = _SECOND.get(found[0])
        if second and (other := key[: found.start()] + second + key[found.end() :]) in keys:
            return other
    return None
