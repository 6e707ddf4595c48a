"""Texts that were not made to be read: what a fuzzer gives to the readers and to whole commands."""

from __future__ import annotations

import gzip
import json
from random import Random

WORDS = (
    "the cat",
    "我喜欢这部电影",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[1;1H",
    "\x9b31m",
    "\u202eright to left\u202c",
    "שלום",
    "مرحبا",
    "e\u0301\u0327\u0323" * 5,
    "a" + "\u0300" * 200,
    "👩\u200d👩\u200d👧\u200d👦",
    "\u200b\u200d\ufeff",
    "\u2028\u2029\x85",
    "\x00",
    "\x08\x08\x7f",
    "\ufffe\uffff",
    "__label__good",
    "[PAD] [UNK] </s> <unk>",
    '"',
    '""',
    '"never closed, and on',
    "'",
    "\\",
    "a,b\tc;d|e",
    "NaN",
    "-1e999",
    " ",
    "",
    "𠀀𳎯",
    "\ud800",
    "\udfff\ud800",
)
LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\n\r", "", "\x0b", "\x0c")
ENCODINGS = (
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "gb18030",
    "latin-1",
    "utf-7",
    "big5",
)
NAMES = ("a.txt", "a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet", "a.ft", "a", "a.csv.gz", "a.txt.gz")


def cell(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.choice((0, 1, 1, 2, 5))))


def plain(random: Random) -> str:
    return "".join(cell(random) + random.choice(LINE_ENDS) for _ in range(random.choice((1, 3, 30))))


def delimited(random: Random) -> str:
    """A table whose rows need not agree, nor its quotation marks be closed."""
    mark = random.choice(",\t;|")
    width = random.choice((1, 2, 2, 2, 3, 300))
    header = random.choice(
        (["text", "label", *map(str, range(2, width))][:width], [cell(random) for _ in range(width)])
    )
    rows = [header]
    for _ in range(random.choice((0, 1, 10))):
        more = random.choice((0, 0, 0, 0, 1, -1))
        rows.append([cell(random) for _ in range(max(0, width + more))])
    quote = random.choice(("", '"', '"'))
    end = random.choice(LINE_ENDS)
    return "".join(mark.join(f"{quote}{value}{quote}" for value in row) + end for row in rows)


def value(random: Random, depth: int = 0) -> object:
    kind = random.randrange(9)
    if kind < 3 or depth > 3:
        return cell(random)
    if kind == 3:
        return random.choice((0, -1, 2**63, 1e308, float("nan"), float("inf"), True, None, 10**40))
    if kind < 6:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    names = ("text", "label", "id", cell(random))
    return {random.choice(names): value(random, depth + 1) for _ in range(random.randrange(4))}


def objects(random: Random) -> str:
    """JSON Lines, most of it."""
    lines = []
    for _ in range(random.choice((1, 5, 30))):
        row = {"text": cell(random), "label": random.choice(("good", "bad", cell(random)))}
        lines.append(json.dumps(random.choice((row, row, row, value(random))), ensure_ascii=random.random() < 0.5))
    return random.choice(LINE_ENDS[:2]).join(lines)


def array(random: Random) -> str:
    """JSON; now and then very deep."""
    if random.random() < 0.2:
        depth = random.choice((100, 5000, 50_000))
        return random.choice(("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth, '{"text": ' + "[" * depth))
    return json.dumps([value(random) for _ in range(random.randrange(6))])


def content(random: Random) -> bytes:
    """The bytes of a file."""
    text = random.choice((plain, plain, delimited, delimited, objects, array))(random)
    data = text.encode(random.choice(ENCODINGS), random.choice(("replace", "ignore")))
    kind = random.randrange(10)
    if kind == 0:
        data = random.randbytes(random.choice((1, 30, 3000)))
    elif kind == 1:
        start = random.randrange(len(data) + 1)
        data = data[:start] + random.randbytes(random.choice((1, 2, 40))) + data[start:]
    elif kind == 2:
        data = data[: random.randrange(len(data) + 1)]
    elif kind == 3:
        data = text.encode("utf-8", "surrogatepass")
    elif kind == 4:
        data += text.encode(random.choice(ENCODINGS), "replace")
    if random.random() < 0.1:
        data = gzip.compress(data, mtime=0)
        if random.random() < 0.5:
            data = data[: random.randrange(len(data) + 1)]
    return data
