"""First lines that are no header, headers that are odd, marks for nothing, encodings and ways to pack."""

from __future__ import annotations

import bz2
import lzma

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs

GROUP = "first lines"


def _made(
    m: Maker, names: str | tuple[str, ...] = "good bad", style: str = "review", count: int = 120
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "the header itself begins with #: #text, label")
def hash_header(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.csv("data.tsv", "#text,label", zip(texts, labels, strict=True), delimiter="\t"),
        (classify(rows),),
        said=(("#text|line 1",),),
    )


@form(GROUP, "Qualtrics: names, then the questions, then import ids as JSON, then answers")
def qualtrics(m: Maker) -> Case:
    labels, texts, rows = _made(m, ("Satisfied", "Not satisfied"))
    cells = [
        (
            "Start Date",
            "Response ID",
            "How satisfied are you? - Selected Choice",
            "Please explain your answer in your own words.",
        ),
        ('{"ImportId":"startDate"}', '{"ImportId":"_recordId"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}'),
        *(
            (f"2023-03-0{i % 9 + 1} 10:00:00", f"R_{i:08x}", c, t)
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    ]
    path = m.csv("Survey.csv", "StartDate,ResponseId,Q1,Q2", cells)
    return Case(path, (classify(rows),), said=(("Q1", "single example|line [123]|header"),))


@form(GROUP, "a title of three lines, then the header")
def long_title(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    above = "Annual report\nDepartment of letters\nAll figures without warranty\n"
    path = m.csv("report.csv", "text,label", zip(texts, labels, strict=True), above=above)
    return Case(path, (classify(rows, says=("line",)), Refused((r"line 1\b|first line",))))


@form(GROUP, "a title that holds commas of its own: Report, 2023, final")
def title_with_commas(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv(
        "report.csv",
        "id,text,label",
        ((i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
        above="Report of March, 2023\n",
    )
    return Case(path, (classify(rows, says=("line 1|title|Report",)), Refused((r"line 1\b",))))


@form(GROUP, "empty lines above the header, and between rows")
def empty_lines(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["", "", "text\tlabel", ""]
    for i, (t, c) in enumerate(zip(texts, labels, strict=True)):
        lines += [f"{t}\t{c}", *([""] if i % 10 == 0 else [])]
    return Case(m.lines("data.tsv", lines), (classify(rows),))


@form(GROUP, "% and -- comments above the header")
def percent_comments(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv("data.csv", "text,label", zip(texts, labels, strict=True), above="% made by tool 3\n-- see notes\n")
    return Case(path, (classify(rows, says=("line|%|comment",)), Refused((r"line 1\b|%",))))


@form(GROUP, "comments without a header below: # source, then label, tab, text; first label 1")
def comment_without_header(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 119)], m.texts("review", 120)
    path = m.lines("data.tsv", ["# label and text", *map("\t".join, zip(labels, texts, strict=True))])
    return Case(path, (classify(pairs(texts, labels)), Refused((r"line 1\b|#",))))


@form(GROUP, "a comment at the end: # 120 rows")
def comment_at_end(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv("data.csv", "text,label", [*zip(texts, labels, strict=True), ("# 120 rows", "")])
    return Case(path, (classify(rows, says=("no label|line 122|#",)), classify(rows)))


@form(GROUP, "tweets that begin with # in a table without a header: no comments")
def hash_tags(m: Maker) -> Case:
    labels = m.labels("happy sad", 120)
    texts = [f"#{('fail', 'win', 'mood')[i % 3]} {t}" for i, t in enumerate(m.texts("tweet", 120))]
    return Case(m.csv("tweets.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form(GROUP, "ARFF (Weka): @relation, @attribute, @data")
def arff(m: Maker) -> Case:
    labels, texts, _ = _made(m, "ham spam", "sms")
    above = ["@relation sms", "", "@attribute text string", "@attribute class {ham,spam}", "", "@data"]
    lines = [*above, *(f"'{t}',{c}" for t, c in zip([t.replace("'", "") for t in texts], labels, strict=True))]
    wanted = pairs([t.replace("'", "") for t in texts], labels)
    quoted = [((f"'{text[0]}'",), c) for text, c in wanted]
    return Case(
        m.lines("sms.arff", lines),
        (classify(wanted), classify(quoted), Refused(("ARFF|line|@",))),
        said=(("ARFF|@|label",),),
    )


@form(GROUP, "sep=; with old Mac line ends")
def sep_line_mac(m: Maker) -> Case:
    labels, texts, rows = _made(m, "gut schlecht", "de")
    path = m.csv("export.csv", "text,label", zip(texts, labels, strict=True), delimiter=";", above="sep=;\r", end="\r")
    return Case(path, (classify(rows),))


@form(GROUP, "old Mac line ends in JSON Lines and fastText's lines")
def fasttext_mac(m: Maker) -> Case:
    labels, texts, rows = _made(m, "a b")
    path = m.lines("train.txt", (f"__label__{c} {t}" for t, c in zip(texts, labels, strict=True)), end="\r")
    return Case(path, (classify(rows),))


@form(GROUP, 'names of columns with units and line breaks: "Text\\n(max. 200)"')
def header_with_breaks(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv(
        "data.csv",
        ["No.", "Text\n(max. 200)", "Label\n(A/B)"],
        ((i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
    )
    return Case(path, (classify(rows),))


@form(GROUP, "two columns of the same name: text, label, label")
def header_twice(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv("data.csv", "text,label,label", ((t, c, c) for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(rows),))


@form(GROUP, "a header with one name less than there are columns (R's write.table)")
def header_of_r(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ['"text" "label"', *(f'"{i + 1}" "{t}" "{c}"' for i, (t, c) in enumerate(zip(texts, labels, strict=True)))]
    return Case(m.lines("data.txt", lines), (classify(rows),), said=(("--delimiter|label|column|header",),))


@form(GROUP, "R's write.csv: row names without a name, factors in quotation marks, NA")
def write_csv_of_r(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    written = ["NA" if i % 20 == 7 else f'"{c}"' for i, c in enumerate(labels)]
    lines = [
        '"","text","label"',
        *(f'"{i + 1}","{t}",{c}' for i, (t, c) in enumerate(zip(texts, written, strict=True))),
    ]
    kept = [row for i, row in enumerate(rows) if i % 20 != 7]
    return Case(
        m.lines("data.csv", lines), (classify(kept, says=("no label|missing|left out|NA",)),), said=(("'NA'",),)
    )


@form("missing", "<NA> of pandas and \\N of MySQL")
def missing_pandas_mysql(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    written = [("<NA>", "\\N")[i // 14 % 2] if i % 14 == 3 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(rows) if i % 14 != 3]
    path = m.csv("data.csv", "text,label", zip(texts, written, strict=True))
    return Case(path, (classify(kept),), said=((r"'<NA>'.*missing|missing.*<NA>|<NA>.*(no label|left out)",),))


@form("missing", "a blank, three blanks, a tab: nothing")
def missing_blanks(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    written = [(" ", "   ", "\t")[i // 14 % 3] if i % 14 == 3 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(rows) if i % 14 != 3]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, written, strict=True)), (classify(kept, says=("no label",)),)
    )


@form("missing", "nan as a text: an empty text, said; or kept")
def missing_texts(m: Maker) -> Case:
    labels, texts, _ = _made(m, count=140)
    written = ["nan" if i % 14 == 3 else t for i, t in enumerate(texts)]
    ways = [
        classify(pairs([t if t != "nan" else other for t in written], labels), says=says)
        for other, says in (("", ("empty|missing",)), ("nan", ("nan",)), ("nan", ()))
    ]
    return Case(m.csv("data.csv", "text,label", zip(written, labels, strict=True)), tuple(ways))


@form("missing", "null in JSON Lines, and keys that are absent")
def missing_json(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    values = [
        {"text": t, "label": c} if i % 14 else ({"text": t, "label": None} if i % 28 else {"text": t})
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    kept = [row for i, row in enumerate(rows) if i % 14]
    return Case(m.jsonl("data.jsonl", values), (classify(kept, says=("no label",)),), said=(("label", "line 1"),))


@form("missing", "yes, Yes, YES and no")
def case_of_yes(m: Maker) -> Case:
    labels, texts, rows = _made(m, "yes Yes YES no")
    merged = [c.lower() for c in labels]
    return Case(
        m.csv("data.csv", "text,spam", zip(texts, labels, strict=True)),
        (classify(rows, says=("Yes", "case")), classify(pairs(texts, merged), says=("Yes",))),
    )


@form("missing", "１ and 1: a wide digit")
def wide_digits(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 １ 0", "zh")
    merged = [c.replace("１", "1") for c in labels]
    return Case(
        m.csv("data.csv", "文本,标签", zip(texts, labels, strict=True)),
        (classify(rows, says=("１",)), classify(pairs(texts, merged))),
    )


@form("missing", "01 and 1, 5 and 05: zeros before the number")
def leading_zeros(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 01 5 05")
    merged = [c.lstrip("0") for c in labels]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(rows, says=("01",)), classify(pairs(texts, merged), says=("01",))),
    )


# Encodings and packing.


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


# Headerless, once more.


@form("headerless", "the first row's label occurs nowhere else")
def headerless_rare_first(m: Maker) -> Case:
    labels, texts = ["neutral", *m.labels("good bad", 119)], m.texts("review", 120)
    path = m.csv("data.csv", None, zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),), said=(("header", "neutral"),))


@form("headerless", "the class as a float: 1.0 in the first row")
def headerless_float_class(m: Maker) -> Case:
    labels, texts = ["1.0", *m.labels("0.0 1.0", 119)], m.texts("review", 120)
    return Case(m.csv("data.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "the first text is a single word, its class 2")
def headerless_one_word(m: Maker) -> Case:
    labels, texts = ["2", *m.labels("1 2", 119)], ["Super", *m.texts("review", 119)]
    return Case(m.csv("data.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "training without a header, the test file with one")
def headerless_test_with_header(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 119)], m.texts("review", 120)
    others, more = m.labels("0 1", 40), m.texts("review", 40)
    path = m.csv("train.csv", None, zip(labels, texts, strict=True))
    test = m.csv("test.csv", "label,text", zip(others, more, strict=True))
    right = classify(pairs(texts, labels), test=pairs(more, others))
    return Case(
        path,
        (right, Refused(("test.csv", "header|column"))),
        said=(("test.csv", "header"),),
        options={"test": str(test)},
    )


@form("headerless", "--label-column 1 alone: class first, two texts; first class 3")
def headerless_label_number(m: Maker) -> Case:
    labels, a, b = ["3", *m.labels("1 2 3", 119)], m.texts("headline", 120), m.texts("plain", 120)
    path = m.csv("data.csv", None, zip(labels, a, b, strict=True))
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), options={"label_column": "1"})


@form("headerless", "five rows only, tabs")
def headerless_five_rows(m: Maker) -> Case:
    labels, texts = ["1", "0", "1", "0", "1"], m.texts("review", 5)
    path = m.lines("few.tsv", map("\t".join, zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("header",),))


@form("headerless", "a header over five rows only")
def header_over_five_rows(m: Maker) -> Case:
    labels, texts = ["a", "b", "a", "b", "a"], m.texts("review", 5)
    return Case(m.csv("few.csv", "sentence,label", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))
