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
af am az be bg=bul bn bs ca cy eo eu fa ga gl gu hy is ka kk km kn ku lv mk ml mn mr ms my ne nn pa si sk sl sq sr sw ta
te tl ur uz yue pinyin
ar=ara=arabic cs=ces=czech da=dan=danish de=deu=german el=ell=greek en=eng=english es=spa=spanish et=est fi=fin=finnish
fr=fra=french he=heb=hebrew hi=hin=hindi hr hu=hun=hungarian it=ita=italian ja=jpn=japanese ko=kor=korean la=lat=latin
lt=lit nl=nld=dutch no=nb=nob=norwegian pl=pol=polish pt=por=portuguese ro=ron=romanian ru=rus=russian sv=swe=swedish
th=tha=thai tr=tur=turkish uk=ukr=ukrainian vi=vie=vietnamese zh=zho=cmn=chinese
"""
LANGUAGES = {name: names.split("=")[0] for names in _CODES.split() for name in names.split("=")}
"""ISO 639 codes and English names, with the code of each; without codes that are usual names of other columns, such as
id."""

LICENCE = re.compile(r"CC-BY .*tatoeba", re.IGNORECASE)
"""The third column of a file from ManyThings: who wrote the sentences."""


def language(column: str) -> str:
    """The code of the language that the name of a column says it is in; empty if it says none."""
    last = re.sub(r"\.\d+$", "", column).rsplit(".", 1)[-1]  # a name that comes twice has a number
    return LANGUAGES.get(re.split(r"[-_ ]", last.strip().lower())[0], "")


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
