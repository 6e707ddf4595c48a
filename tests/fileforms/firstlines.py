"""First lines that are no header, and headers that are odd."""

from __future__ import annotations

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
