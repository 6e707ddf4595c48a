"""Files whose bytes are odd: joined, cut, padded, mixed, named wrongly, or not the file at all."""

from __future__ import annotations

import csv
import gzip
import io

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs

GROUP = "damaged"


def _made(
    m: Maker, style: str = "review", names: str = "pos neg", count: int = 120
) -> tuple[list[list[str]], list[Row]]:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return [[text, label] for text, label in zip(texts, labels, strict=True)], pairs(texts, labels)


def _csv(rows: list[list[str]], header: str = "text,label", end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows([header.split(","), *rows])
    return out.getvalue()


@form(GROUP, "cat a.csv b.csv: a BOM and the header again in the middle")
def damaged_joined(m: Maker) -> Case:
    body, rows = _made(m)
    first, second = ("\ufeff" + _csv(part) for part in (body[:60], body[60:]))
    return Case(m.file("all.csv", first + second), (classify(rows),), said=((r"line 62|header",),))


@form(GROUP, "cat a.csv b.csv without a line end between: two rows in one line")
def damaged_joined_in_a_line(m: Maker) -> Case:
    body, _ = _made(m)
    path = m.file("all.csv", _csv(body[:60]).rstrip("\n") + _csv(body[60:]))
    return Case(path, (Refused((r"line 61",)),), said=((r"line 61",),))


@form(GROUP, "zeros at the end, as a computer that lost its power leaves them")
def damaged_zeros_at_end(m: Maker) -> Case:
    body, rows = _made(m)
    path = m.file("log.csv", _csv(body).encode() + b"\0" * 4096)
    return Case(path, (classify(rows), Refused((r"NUL|zero|\\0|binary",))), said=((r"NUL|zero byte",),))


@form(GROUP, "a single zero byte inside one text")
def damaged_zero_inside(m: Maker) -> Case:
    body, rows = _made(m)
    data = _csv(body).encode().replace(body[70][0].encode(), body[70][0].replace(" ", "\0 ", 1).encode())
    path = m.file("log.csv", data)
    return Case(path, (classify(rows), Refused((r"NUL|zero|binary",))), said=((r"NUL|zero",),))


@form(GROUP, "UTF-16 without a BOM, little end first, a table")
def damaged_utf16_no_bom(m: Maker) -> Case:
    body, rows = _made(m)
    return Case(m.file("reviews.csv", _csv(body), "utf-16-le"), (classify(rows),))


@form(GROUP, "UTF-32 with a BOM")
def damaged_utf32(m: Maker) -> Case:
    body, rows = _made(m)
    path = m.file("reviews.csv", _csv(body), "utf-32")
    return Case(path, (classify(rows), Refused((r"UTF-32|encoding|binary",))))


@form(GROUP, "line ends of three sorts: rows end with LF, cells hold CR LF and CR")
def damaged_line_ends_in_cells(m: Maker) -> Case:
    body, rows = _made(m)
    body = [[text.replace(" ", "\r\n" if i % 2 else "\r", 1), label] for i, (text, label) in enumerate(body)]
    return Case(m.csv("reviews.csv", "text,label", body, quote="all"), (classify(rows),))


@form(GROUP, "a lone CR in a cell without quotation marks, as pandas once wrote it: refused, the line named")
def damaged_lone_cr(m: Maker) -> Case:
    body, _ = _made(m)
    body[4][0] = body[4][0].replace(" ", "\r", 1)
    lines = ["text,label", *(",".join(row) for row in body)]
    return Case(m.lines("reviews.csv", lines), (Refused((r"carriage return", r"line 6")),))


@form(GROUP, "Ctrl-Z at the end of a file of DOS")
def damaged_ctrl_z(m: Maker) -> Case:
    body, rows = _made(m)
    return Case(m.file("REVIEWS.CSV", _csv(body, end="\r\n") + "\x1a"), (classify(rows),))


@form(GROUP, "form feeds, U+2028, U+0085 inside cells without quotation marks are no line ends")
def damaged_other_breaks(m: Maker) -> Case:
    body, rows = _made(m)
    marks = ("\x0c", "\u2028", "\x85", "\x0b")
    body = [[text.replace(" ", f" {marks[i % 4]}", 1), label] for i, (text, label) in enumerate(body)]
    lines = "text,label\n" + "".join(f"{text},{label}\n" for text, label in body)
    return Case(m.file("reviews.csv", lines), (classify(rows),))


@form(GROUP, "the same in JSON Lines")
def damaged_other_breaks_jsonl(m: Maker) -> Case:
    body, rows = _made(m)
    values = [{"text": text.replace(" ", " \u2028", 1), "label": label} for text, label in body]
    return Case(m.jsonl("reviews.jsonl", values), (classify(rows),))


@form(GROUP, "zero-width spaces around labels and in the header: pos and pos<U+200B>")
def damaged_zero_width(m: Maker) -> Case:
    body, rows = _made(m)
    body = [[text, f"{label}\u200b" if i % 5 == 0 else label] for i, (text, label) in enumerate(body)]
    path = m.file("reviews.csv", _csv(body, "text,\u200blabel"))
    return Case(path, (classify(rows),), said=((r"probably|differ|invisible",),))


@form(GROUP, "marks of direction around Hebrew labels and texts")
def damaged_direction_marks(m: Maker) -> Case:
    names = ("\u05d7\u05d9\u05d5\u05d1\u05d9", "\u05e9\u05dc\u05d9\u05dc\u05d9")
    labels = m.labels(names, 120)
    texts = [f"\u05e9\u05dc\u05d5\u05dd {i} \u05e2\u05d5\u05dc\u05dd {m.text('plain')}" for i in range(120)]
    body = [[f"\u200f{texts[i]}", f"\u200f{labels[i]}" if i % 6 == 0 else labels[i]] for i in range(120)]
    path = m.file("he.csv", _csv(body))
    marked = [f"\u200f{text}" for text in texts]
    right = tuple(classify(pairs(way, labels)) for way in (texts, marked))
    return Case(path, right, said=((r"probably|differ|invisible",),))


@form(GROUP, 'quotation marks escaped by a backslash: \\"no\\" inside a quoted cell, a comma behind')
def damaged_backslash_quotes(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 120), m.texts("review", 120)
    lines = ["text,label", *(f'"\\"Well, no\\", {texts[i]}",{labels[i]}' for i in range(120))]
    wanted = [f'"Well, no", {text}' for text in texts]
    return Case(m.lines("reviews.csv", lines), (classify(pairs(wanted, labels)),), said=((r"\\\\|backslash|quot",),))


@form(GROUP, "a cell of 300,000 characters")
def damaged_long_cell(m: Maker) -> Case:
    body, _ = _made(m)
    body[50][0] = " ".join(m.text("plain") for _ in range(5000))
    rows = pairs([text for text, _ in body], [label for _, label in body])
    return Case(m.file("reviews.csv", _csv(body)), (classify(rows),))


@form(GROUP, "1,500 columns of word counts beside text and label")
def damaged_very_wide(m: Maker) -> Case:
    body, rows = _made(m)
    header = ",".join(["text", *(f"w{i}" for i in range(1500)), "label"])
    wide = [[text, *(str((len(text) * i) % 3) for i in range(1500)), label] for text, label in body]
    return Case(m.file("features.csv", _csv(wide, header)), (classify(rows),))


@form(GROUP, "a gzip of two members, one behind the other")
def damaged_gzip_members(m: Maker) -> Case:
    body, rows = _made(m)
    text = _csv(body).encode()
    path = m.file("two.csv.part", gzip.compress(text[:3000]) + gzip.compress(text[3000:]))
    path = path.rename(path.with_name("two.csv.gz"))
    return Case(path, (classify(rows),))


@form(GROUP, "a gzip that was cut off in the download: refused")
def damaged_gzip_cut(m: Maker) -> Case:
    body, _ = _made(m, count=600)
    whole = gzip.compress(_csv(body).encode())
    path = m.file("cut.csv.part", whole[: len(whole) * 2 // 3])
    path = path.rename(path.with_name("cut.csv.gz"))
    return Case(path, (Refused((r"gzip|compress|cut|incomplete|ends",)),))


@form(GROUP, "a pointer of Git LFS in place of the data: refused, LFS named")
def damaged_lfs_pointer(m: Maker) -> Case:
    oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    lines = ["version https://git-lfs.github.com/spec/v1", f"oid sha256:{oid}", "size 66212309"]
    return Case(m.lines("train.csv", lines), (Refused((r"LFS",)),))


@form(GROUP, "an error page of a web site saved as train.csv: refused, HTML named")
def damaged_error_page(m: Maker) -> Case:
    lines = ["<!DOCTYPE html>", "<html lang=en>", "<head><title>Quota exceeded</title></head>"]
    lines += ["<body><p>Sorry, too many users, try later.</p></body>", "</html>"]
    return Case(m.lines("train.csv", lines), (Refused((r"HTML|web page",)),))


@form(GROUP, 'an answer of an interface saved as train.json: {"message": "Not Found"}: refused, shown')
def damaged_error_json(m: Maker) -> Case:
    path = m.json("train.json", {"message": "Not Found", "status": "404"})
    return Case(path, (Refused((r"message|Not Found|no (rows|list)",)),))


@form(GROUP, "a workbook of Excel named .csv: refused, Excel named")
def damaged_xlsx_as_csv(m: Maker) -> Case:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, "<x/>")
    return Case(m.file("train.csv", out.getvalue()), (Refused((r"Excel|xlsx|spreadsheet",)),))


@form(GROUP, "Parquet named .csv: read, or refused by its name")
def damaged_parquet_as_csv(m: Maker) -> Case:
    import pyarrow
    import pyarrow.parquet

    body, rows = _made(m)
    table = pyarrow.table({"text": [text for text, _ in body], "label": [label for _, label in body]})
    path = m.folder / "train.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(table, path)
    return Case(path, (classify(rows), Refused((r"Parquet",))))


@form(GROUP, "a table of commas named .json")
def damaged_csv_as_json(m: Maker) -> Case:
    body, rows = _made(m)
    return Case(m.file("train.json", _csv(body)), (classify(rows), Refused((r"JSON", r"CSV|csv|--input-format"))))


@form(GROUP, "a JSON list named .txt")
def damaged_json_as_txt(m: Maker) -> Case:
    body, rows = _made(m)
    return Case(m.json("train.txt", [{"text": t, "label": c} for t, c in body], indent=2), (classify(rows),))


@form(GROUP, "Zstandard: .jsonl.zst, refused and named")
def damaged_zst(m: Maker) -> Case:
    path = m.file("train.jsonl.zst", bytes.fromhex("28b52ffd") + bytes(range(200)))
    return Case(path, (Refused((r"Zstandard|zstd|\.zst|compress",)),))


@form(GROUP, "7-Zip and RAR: refused, to be unpacked")
def damaged_sevenzip(m: Maker) -> Case:
    path = m.file("train.7z", bytes.fromhex("377abcaf271c") + bytes(range(200)))
    return Case(path, (Refused((r"7-?z|archive|unpack",)),))


@form(GROUP, "an SQLite database: refused and named")
def damaged_sqlite(m: Maker) -> Case:
    path = m.file("reviews.db", b"SQLite format 3\0" + bytes(range(256)) * 8)
    return Case(path, (Refused((r"SQLite|database|binary",)),))


@form(GROUP, "an empty file, .csv")
def damaged_empty(m: Maker) -> Case:
    return Case(m.file("train.csv", ""), (Refused((r"empty",)),))


@form(GROUP, "a header and nothing else")
def damaged_header_only(m: Maker) -> Case:
    return Case(m.file("train.csv", "text,label\n"), (Refused((r"no (rows|data|texts|labelled)|empty|header",)),))


@form(GROUP, "a table whose rows were wrapped at 80 columns: more lines than rows, refused or said")
def damaged_wrapped(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 120), m.texts("plain", 120, 2)
    lines = ["text\tlabel"]
    for text, label in zip(texts, labels, strict=True):
        row = f"{text}\t{label}"
        lines += [row[:80], row[80:]]
    return Case(m.lines("wrapped.tsv", lines), (Refused((r"line \d",)),), said=((r"line \d+",),))
