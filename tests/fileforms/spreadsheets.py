"""Tables saved by Excel, LibreOffice, Numbers and Google Sheets, in the ways of several countries."""

from __future__ import annotations

import io
import zipfile

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs

GROUP = "spreadsheets"


def _made(
    m: Maker, names: str | tuple[str, ...], style: str, count: int = 120
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "Excel, German: semicolons, cp1252, CRLF, a share with a decimal comma")
def excel_german(m: Maker) -> Case:
    labels, texts, rows = _made(m, "Lob Beschwerde Frage", "de")
    cells = [(i + 1, texts[i], f"0,{25 + i % 70}", f"{i % 28 + 1:02d}.03.2023", labels[i]) for i in range(120)]
    path = m.csv(
        "Rückmeldungen.csv", "Nr,Kommentar,Anteil,Datum,Kategorie", cells, delimiter=";", encoding="cp1252", end="\r\n"
    )
    return Case(path, (classify(rows),))


@form(GROUP, "Excel, German: Bewertung in stars, Kunde, Filiale")
def excel_german_stars(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 2 3 4 5", "de")
    people = m.words()
    cells = [
        (next(people), f"{i % 28 + 1:02d}.03.2023", texts[i], labels[i], ("Köln", "Ulm")[i % 2]) for i in range(120)
    ]
    path = m.csv(
        "Bewertungen.csv",
        "Kunde,Datum,Kommentar,Bewertung,Filiale",
        cells,
        delimiter=";",
        encoding="utf-8-sig",
        end="\r\n",
    )
    return Case(path, (classify(rows),), said=(("Bewertung", "Filiale", "--label-column"),))


@form(GROUP, "sep=; above the header")
def excel_sep_semicolon(m: Maker) -> Case:
    labels, texts, rows = _made(m, "gut schlecht", "de")
    path = m.csv(
        "export.csv",
        "text,label",
        zip(texts, labels, strict=True),
        delimiter=";",
        above="sep=;\r\n",
        end="\r\n",
        encoding="cp1252",
    )
    return Case(path, (classify(rows),))


@form(GROUP, '"sep=," in quotation marks, with a BOM')
def excel_sep_comma_quoted(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    path = m.csv(
        "export.csv",
        "text,label",
        zip(texts, labels, strict=True),
        above='"sep=,"\r\n',
        end="\r\n",
        encoding="utf-8-sig",
    )
    return Case(path, (classify(rows),))


@form(GROUP, "sep= and a tab, UTF-16, no header below")
def excel_sep_tab_headerless(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    path = m.csv(
        "export.csv",
        None,
        zip(texts, labels, strict=True),
        delimiter="\t",
        above="sep=\t\r\n",
        end="\r\n",
        encoding="utf-16",
    )
    return Case(path, (classify(rows),))


@form(GROUP, "SEP=| in capitals")
def excel_sep_bar(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    return Case(
        m.csv("export.csv", "comment,rating", zip(texts, labels, strict=True), delimiter="|", above="SEP=|\n"),
        (classify(rows),),
    )


@form(GROUP, "Excel, Unicode text: UTF-16, tabs, .txt")
def excel_unicode_text(m: Maker) -> Case:
    labels, texts, rows = _made(m, "Lob Beschwerde", "de")
    path = m.csv(
        "Mappe1.txt", "Text,Klasse", zip(texts, labels, strict=True), delimiter="\t", encoding="utf-16", end="\r\n"
    )
    return Case(path, (classify(rows),))


@form(GROUP, "Excel, CSV UTF-8: BOM, CRLF, line breaks inside cells")
def excel_utf8_line_breaks(m: Maker) -> Case:
    labels, texts, _ = _made(m, "yes no", "review")
    texts = [f"{text}\n{m.sentence('review')}" for text in texts]
    path = m.csv("Book1.csv", "Comment,Escalate?", zip(texts, labels, strict=True), encoding="utf-8-sig", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "Excel, CSV (Macintosh): \\r ends the lines, Mac Roman")
def excel_macintosh(m: Maker) -> Case:
    labels, texts, rows = _made(m, "gut schlecht", "de")
    path = m.csv(
        "mac.csv", "Text,Label", zip(texts, labels, strict=True), delimiter=";", encoding="mac-roman", end="\r"
    )
    return Case(path, (classify(rows),), said=(("--encoding",),))


@form(GROUP, "\\r ends the lines, ASCII, commas, 2,400 rows")
def mac_line_ends_long(m: Maker) -> Case:
    labels, texts, rows = _made(m, "ham spam", "sms", 2400)
    return Case(m.csv("mac.csv", "label,text", zip(labels, texts, strict=True), end="\r"), (classify(rows),))


@form(GROUP, "\\r ends the lines, tabs, no header, .txt")
def mac_line_ends_txt(m: Maker) -> Case:
    labels, texts, rows = _made(m, "ham spam", "sms")
    return Case(m.lines("mac.txt", map("\t".join, zip(labels, texts, strict=True)), end="\r"), (classify(rows),))


@form(GROUP, "a mixture: CRLF for most rows, LF for those appended later")
def mixed_line_ends(m: Maker) -> Case:
    labels, texts, rows = _made(m, "ham spam", "sms")
    lines = [f'{c},"{t}"' + ("\r\n" if i < 80 else "\n") for i, (c, t) in enumerate(zip(labels, texts, strict=True))]
    return Case(m.file("grown.csv", "label,text\r\n" + "".join(lines)), (classify(rows),))


@form(GROUP, "Excel, French: semicolons, Latin-1, Étiquette and Commentaire, decimal commas")
def excel_french(m: Maker) -> Case:
    labels, texts, rows = _made(m, ("Réclamation", "Félicitation", "Question"), "fr")
    cells = [(f"0,{i % 90 + 10}", texts[i], labels[i]) for i in range(120)]
    path = m.csv(
        "retours.csv", ["Durée", "Commentaire", "Étiquette"], cells, delimiter=";", encoding="latin-1", end="\r\n"
    )
    return Case(path, (classify(rows),))


@form(GROUP, "Excel, Spanish: Comentario, Sentimiento")
def excel_spanish(m: Maker) -> Case:
    labels, texts, rows = _made(m, "positivo negativo neutro", "es")
    return Case(
        m.csv(
            "opiniones.csv",
            "Fecha,Comentario,Sentimiento",
            ((f"0{i % 9 + 1}/02/2023", t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
            delimiter=";",
        ),
        (classify(rows),),
    )


@form(GROUP, "Excel, Russian: Текст, Класс, cp1251")
def excel_russian(m: Maker) -> Case:
    labels, texts, rows = _made(m, "жалоба похвала", "ru")
    path = m.csv(
        "отзывы.csv", "Текст,Класс", zip(texts, labels, strict=True), delimiter=";", encoding="cp1251", end="\r\n"
    )
    return Case(path, (classify(rows),), said=(("--encoding",),))


@form(GROUP, "Excel, Japanese: 本文, ラベル, Shift-JIS")
def excel_japanese(m: Maker) -> Case:
    labels, texts, rows = _made(m, "好評 不評", "ja")
    path = m.csv("感想.csv", "本文,ラベル", zip(texts, labels, strict=True), encoding="cp932", end="\r\n")
    return Case(path, (classify(rows),), said=(("--encoding",),))


@form(GROUP, "LibreOffice: everything in quotation marks, semicolons, the header too")
def libreoffice_quoted(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 2 3", "de")
    return Case(
        m.csv("Tabelle.csv", "Satz,Note", zip(texts, labels, strict=True), delimiter=";", quote="all"),
        (classify(rows),),
    )


@form(GROUP, "LibreOffice: single quotation marks for commas, tabs between")
def libreoffice_tabs(m: Maker) -> Case:
    labels, texts, rows = _made(m, "A B", "review")
    path = m.csv(
        "sheet.tsv", "Answer,Grade", zip(texts, labels, strict=True), delimiter="\t", quote="all", encoding="utf-8-sig"
    )
    return Case(path, (classify(rows),))


@form(GROUP, "Numbers: a line with the table's name, then the header")
def numbers_title(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    return Case(
        m.csv("Reviews-Table 1.csv", "text,label", zip(texts, labels, strict=True), above="Table 1\n"),
        (classify(rows, says=("Table 1|line 1",)), classify(rows)),
    )


@form(GROUP, "a title and an empty line above the header; the title fills the row with delimiters")
def title_with_delimiters(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    path = m.csv(
        "report.csv",
        "id,text,label",
        ((i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
        above="Customer comments 2023,,\n,,\n",
    )
    return Case(path, (classify(rows),), said=(("Customer comments|title",),))


@form(GROUP, "# comment above the header")
def hash_comment(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    path = m.csv("export.csv", "text,label", zip(texts, labels, strict=True), above="# exported 2023-03-01, 120 rows\n")
    return Case(path, (classify(rows, says=("line 1|comment|#",)), Refused((r"line 1\b",))))


@form(GROUP, "three comment lines with #, TSV, a tag #fail in the texts")
def hash_comments_tsv(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "tweet")
    path = m.csv(
        "export.tsv",
        "text,label",
        zip(texts, labels, strict=True),
        delimiter="\t",
        above="# tool 1.2\n# licence: CC0\n#\n",
    )
    return Case(path, (classify(rows, says=("line|comment|#",)), Refused((r"line 1\b|#",))))


@form(GROUP, "// and ; comments above, semicolons between")
def slash_comment(m: Maker) -> Case:
    labels, texts, rows = _made(m, "gut schlecht", "de")
    path = m.csv(
        "export.csv", "text,label", zip(texts, labels, strict=True), delimiter=";", above="// Stand: 1. März 2023\n"
    )
    return Case(path, (classify(rows, says=("line 1|//|comment",)), Refused((r"line 1\b",))))


@form(GROUP, "Google Sheets: TSV, empty columns at the right, empty rows at the end")
def sheets_empty_margin(m: Maker) -> Case:
    labels, texts, rows = _made(m, "bug feature question", "plain")
    cells = [*((t, c, "", "") for t, c in zip(texts, labels, strict=True)), *(("", "", "", "") for _ in range(30))]
    return Case(
        m.csv("Sheet1.tsv", "Issue,Type,,", cells, delimiter="\t"),
        (classify(rows, says=("empty|no label",)), classify(rows)),
    )


@form(GROUP, "an empty column at the left and an empty row between any two")
def sheets_spaced(m: Maker) -> Case:
    labels, texts, rows = _made(m, "bug feature", "plain")
    cells = [row for t, c in zip(texts, labels, strict=True) for row in (("", t, c), ("", "", ""))]
    return Case(m.csv("Sheet1.csv", ",Issue,Type", cells), (classify(rows),))


@form(GROUP, "Google Forms: Timestamp, a long question as a column's name, a choice")
def google_forms(m: Maker) -> Case:
    labels, texts, rows = _made(m, ("Very satisfied", "Satisfied", "Not satisfied"), "review")
    cells = [(f"3/{i % 28 + 1}/2023 10:1{i % 10}:00", c, t) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    header = ["Timestamp", "How satisfied are you with our service?", "Please tell us why, in your own words."]
    return Case(m.csv("Feedback (Responses) - Form Responses 1.csv", header, cells), (classify(rows),))


@form(GROUP, "a survey: Name, E-mail, Age group, Department, Comment, Sentiment")
def survey(m: Maker) -> Case:
    labels, texts, rows = _made(m, "Positive Negative", "review")
    people = m.words()
    cells = [
        (
            next(people),
            f"u{i}@example.org",
            ("18-25", "26-40", "41-60")[i % 3],
            ("Sales", "IT")[i % 2],
            texts[i],
            labels[i],
        )
        for i in range(120)
    ]
    return Case(m.csv("survey.csv", "Name,E-mail,Age group,Department,Comment,Sentiment", cells), (classify(rows),))


@form(GROUP, "labels merged over several rows: only the first row of a group has one")
def merged_cells(m: Maker) -> Case:
    labels, texts = m.labels("Billing Delivery Returns", 120, "sorted"), m.texts("plain", 120)
    cells = [(c if i % 40 == 0 else "", t) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("merged.csv", "Category,Text", cells)
    return Case(path, (Refused(("Category|label",)),), said=(("117", "no label"), ("Category", "empty")))


@form(GROUP, "a total below the table")
def total_row(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    cells = [*((i + 1, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))), ("Total", "", "120")]
    return Case(m.csv("table.csv", "No,text,label", cells), (classify(rows),), said=(("'120'",), ("text", "empty")))


@form(GROUP, "an Excel workbook, .xlsx")
def xlsx(m: Maker) -> Case:
    return Case(
        m.file(
            "reviews.xlsx",
            _zip(
                {
                    "[Content_Types].xml": "<Types/>",
                    "xl/workbook.xml": "<workbook/>",
                    "xl/worksheets/sheet1.xml": "<worksheet/>",
                }
            ),
        ),
        (Refused((r"Excel|spreadsheet|xlsx", "CSV")),),
    )


@form(GROUP, "a LibreOffice sheet, .ods")
def ods(m: Maker) -> Case:
    return Case(
        m.file(
            "reviews.ods", _zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
        ),
        (Refused((r"spreadsheet|ods|zip", "CSV|unpack|unzip")),),
    )


def _zip(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


@form(GROUP, ".xls that is a table of HTML, as web systems export it")
def xls_of_html(m: Maker) -> Case:
    labels, texts, _ = _made(m, "good bad", "review", 60)
    body = "".join(f"<tr><td>{t}</td><td>{c}</td></tr>\n" for t, c in zip(texts, labels, strict=True))
    return Case(
        m.file(
            "export.xls", f"<html><body><table>\n<tr><th>text</th><th>label</th></tr>\n{body}</table></body></html>\n"
        ),
        (Refused(("HTML|CSV",)),),
        said=(("HTML",),),
    )


@form(GROUP, ".xls that holds tabs, as web systems export it")
def xls_of_tabs(m: Maker) -> Case:
    labels, texts, rows = _made(m, "good bad", "review")
    return Case(
        m.csv("export.xls", "text,label", zip(texts, labels, strict=True), delimiter="\t", encoding="utf-16"),
        (classify(rows),),
    )


@form(GROUP, "commas in .csv that was saved with bars")
def bar_in_csv(m: Maker) -> Case:
    labels, texts, _ = _made(m, "low high", "review")
    texts = [text.replace(" and", ", and") for text in texts]
    return Case(
        m.csv(
            "data.csv",
            ["ID", "Narrative", "Severity"],
            ((i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
            delimiter="|",
        ),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, 'blanks behind every comma: "text", label')
def blanks_after_commas(m: Maker) -> Case:
    labels, texts, rows = _made(m, "low high", "sms")
    return Case(
        m.lines("data.csv", ["text, label", *(f"{t}, {c}" for t, c in zip(texts, labels, strict=True))]),
        (classify(rows),),
    )


@form(GROUP, "a 0/1 column with Yes/No beside the text, and the date: Spam?")
def yes_no_column(m: Maker) -> Case:
    labels, texts, rows = _made(m, "Yes No", "sms")
    cells = [(f"2023-03-{i % 28 + 1:02d}", t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("inbox.csv", "Received,Message,Spam?", cells), (classify(rows),))


@form(GROUP, "percentages and prices beside text and label: 12,5 % and 1.299,00 €")
def prices(m: Maker) -> Case:
    labels, texts, rows = _made(m, "Angebot Rechnung Mahnung", "de")
    cells = [(f"{i % 30},5 %", f"1.{100 + i},00 €", texts[i], labels[i]) for i in range(120)]
    return Case(m.csv("post.csv", "Rabatt,Betrag,Betreff,Art", cells, delimiter=";"), (classify(rows),))
