"""Names of the columns that hold a text and its translation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstmcli.data.columns.names import normal

SIDES = (
    ("source", "target"),
    ("src", "tgt"),
    ("src", "trg"),
    ("src", "target"),
    ("source_text", "target_text"),
    ("input", "output"),
    ("question", "answer"),
)
"""Names of the two columns, the text first."""
_CODES = """
af am ar az be bg bn bs ca cmn cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy is it ja ka kk km kn ko ku
la lt lv mk ml mn mr ms my nb ne nl nn no pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi yue zh
ara bul ces dan deu ell eng est fin fra heb hin hun ita jpn kor lat lit nld nob pol por ron rus spa swe tha tur ukr vie
zho arabic chinese czech danish dutch english finnish french german greek hebrew hindi hungarian italian japanese korean
latin norwegian polish portuguese romanian russian spanish swedish thai turkish ukrainian vietnamese pinyin
"""
LANGUAGES = frozenset(_CODES.split())
"""ISO 639 codes and English names; without codes that are usual names of other columns, such as id."""

LICENCE = re.compile(r"CC-BY .*tatoeba", re.IGNORECASE)
"""The third column of a file from ManyThings: who wrote the sentences."""


def language(column: str) -> str:
    """The language that the name of a column says it is in; empty if it says none."""
    last = re.sub(r"\.\d+$", "", column).rsplit(".", 1)[-1]  # a name that comes twice has a number
    code = re.split(r"[-_ ]", last.strip().lower())[0]
    return code if code in LANGUAGES else ""


def are_licensed_pairs(lines: Sequence[str]) -> bool:
    """Whether lines are from ManyThings, whose tables are named as plain text."""
    rows = [line.rstrip("\r\n").split("\t") for line in lines if line.strip()]
    return bool(rows) and all(len(row) == 3 and LICENCE.match(row[2]) for row in rows)


def are_pair_names(cells: Sequence[str]) -> bool:
    """Whether a row names the two sides of pairs, and so is a header: source and target, or languages only."""
    names = {normal(cell) for cell in cells}
    if any(normal(first) in names and normal(second) in names for first, second in SIDES):
        return True
    return len(cells) > 1 and all(map(language, cells))
