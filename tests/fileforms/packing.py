"""Encodings, and ways to pack a file."""

from __future__ import annotations

import bz2
import lzma

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs


def _made(
    m: Maker, names: str | tuple[str, ...] = "good bad", style: str = "review", count: int = 120
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return labels, texts, pairs(texts, labels)


def _encoded(m: Maker, style: str, names: str, encoding: str, header: str = "text,label", said: bool = True) -> Case:
    labels, texts, rows = _made(m, names, style, 160)
    path = m.csv("data.csv", header, zip(texts, labels, strict=True), encoding=encoding)
    return Case(path, (classify(rows),), said=(("--encoding",),) if said else ())


@form("encodings", "UTF-16, big end first, with a BOM")
def encoding_utf16_be(m: Maker) -> Case:
    labels, texts, rows = _made(m, "gut schlecht", "de")
    lines = "\ufefftext;label\r\n" + "".join(f'"{t}";{c}\r\n' for t, c in zip(texts, labels, strict=True))
    return Case(m.file("data.csv", lines.encode("utf-16-be")), (classify(rows),))


@form("encodings", "cp1252 with the euro sign and curly quotation marks")
def encoding_cp1252(m: Maker) -> Case:
    labels, texts, _ = _made(m, "gut schlecht", "de")
    texts = [f"„{t}“ – {i} €" for i, t in enumerate(texts)]
    path = m.csv("data.csv", "text,label", zip(texts, labels, strict=True), encoding="cp1252")
    return Case(path, (classify(pairs(texts, labels)),))


@form("encodings", "KOI8-R")
def encoding_koi8(m: Maker) -> Case:
    return _encoded(m, "ru", "хорошо плохо", "koi8-r")


@form("encodings", "EUC-JP")
def encoding_euc_jp(m: Maker) -> Case:
    return _encoded(m, "ja", "好評 不評", "euc-jp")


@form("encodings", "cp1256, Arabic")
def encoding_cp1256(m: Maker) -> Case:
    return _encoded(m, "ar", "pos neg", "cp1256")


@form("encodings", "cp850, German from a DOS window")
def encoding_cp850(m: Maker) -> Case:
    return _encoded(m, "de", "gut schlecht", "cp850")


@form("encodings", "GBK without a header, 2,400 rows, the first 50 in ASCII")
def encoding_gbk_late(m: Maker) -> Case:
    labels = m.labels("pos neg", 2400)
    texts = [m.text("sms", 2) if i < 50 else m.text("zh", 2) for i in range(2400)]
    path = m.csv("data.csv", "label,text", zip(labels, texts, strict=True), encoding="gbk")
    return Case(path, (classify(pairs(texts, labels)),))


@form("encodings", "UTF-8 whose first letter beyond ASCII comes after 3,000 lines")
def encoding_utf8_late(m: Maker) -> Case:
    labels = m.labels("pos neg", 3400)
    texts = [m.text("sms", 2) if i < 3000 else m.text("fr", 1) for i in range(3400)]
    return Case(m.csv("data.csv", "label,text", zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("archives", ".bz2: refused and named, or read")
def archive_bz2(m: Maker) -> Case:
    _, _, rows = made = _made(m)
    labels, texts, _ = made
    data = "text,label\n" + "".join(f'"{t}",{c}\n' for t, c in zip(texts, labels, strict=True))
    return Case(
        m.file("train.csv.bz2", bz2.compress(data.encode())), (classify(rows), Refused(("bz2|bzip2|compress|binary",)))
    )


@form("archives", ".xz: refused and named, or read")
def archive_xz(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    data = "text,label\n" + "".join(f'"{t}",{c}\n' for t, c in zip(texts, labels, strict=True))
    return Case(
        m.file("train.csv.xz", lzma.compress(data.encode())), (classify(rows), Refused(("xz|compress|binary",)))
    )


@form("archives", "JSON Lines, gzipped; .jsonl.gz")
def archive_jsonl_gz(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.jsonl("train.jsonl.gz", ({"text": t, "label": c} for t, c in zip(texts, labels, strict=True))),
        (classify(rows),),
    )


@form("archives", "a table without a header, gzipped; .tsv.gz, first class 2")
def archive_tsv_gz(m: Maker) -> Case:
    labels, texts = ["2", *m.labels("1 2 3", 119)], m.texts("review", 120)
    return Case(
        m.lines("train.tsv.gz", map("\t".join, zip(labels, texts, strict=True))), (classify(pairs(texts, labels)),)
    )
