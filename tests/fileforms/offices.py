"""Spreadsheets and systems of offices in several countries."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, several


@form(
    "offices",
    "German tickets: Ticketnummer, Erstellt am, Betreff, Beschreibung, Kategorie, Priorität; semicolons, cp1252",
)
def office_german_tickets(m: Maker) -> Case:
    labels = m.labels(("Störung", "Anfrage", "Änderung"), 150)
    heads, texts = m.texts("de", 150), m.texts("de", 150, 2)
    rows = [
        (f"INC{i:05}", f"{i % 28 + 1:02}.03.2023 08:15", h, t, c, ("hoch", "mittel", "niedrig")[i % 3])
        for i, (h, t, c) in enumerate(zip(heads, texts, labels, strict=True))
    ]
    header = "Ticketnummer,Erstellt am,Betreff,Beschreibung,Kategorie,Priorität"
    path = m.csv("tickets.csv", header, rows, delimiter=";", encoding="cp1252", end="\r\n")
    return Case(
        path,
        (
            classify(pairs(zip(heads, texts, strict=True), labels)),
            classify(pairs(texts, labels), says=("Betreff",)),
        ),
    )


@form("offices", "German survey: Zeitstempel, Wie zufrieden sind Sie?, Was können wir verbessern?; sehr zufrieden, ...")
def office_german_survey(m: Maker) -> Case:
    labels = m.labels(("sehr zufrieden", "zufrieden", "unzufrieden"), 120)
    texts = m.texts("de", 120, 2)
    rows = [
        (f"{i % 28 + 1:02}.05.2024 12:00:0{i % 10}", c, t) for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("Umfrage.csv", "Zeitstempel,Wie zufrieden sind Sie?,Was können wir verbessern?", rows, quote="all")
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "French: N°, Date, Avis client, Ton (positif, négatif), Agence; semicolons, UTF-8 with BOM")
def office_french(m: Maker) -> Case:
    labels, texts = m.labels("positif négatif neutre", 150), m.texts("fr", 150)
    rows = [
        (i + 1, f"{i % 28 + 1:02}/03/2023", t, c, ("Lyon", "Paris")[i % 2])
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("avis.csv", "N°,Date,Avis client,Ton,Agence", rows, delimiter=";", encoding="utf-8-sig", end="\r\n")
    return Case(
        path, (classify(pairs(texts, labels)), Refused(("Ton", "Agence"))), said=(("Ton", "Agence", "--label-column"),)
    )


@form("offices", "Chinese Excel: 序号, 评论内容, 情感极性; UTF-16 with tabs, .txt")
def office_chinese(m: Maker) -> Case:
    labels, texts = m.labels("正面 负面", 150), m.texts("zh", 150)
    rows = [(i + 1, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("评论.txt", "序号,评论内容,情感极性", rows, delimiter="\t", encoding="utf-16", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "Chinese Excel: 日期, 客户, 问题描述, 所属部门; cp936")
def office_chinese_department(m: Maker) -> Case:
    labels, texts = m.labels("财务部 技术部 市场部", 150), m.texts("zhq", 150)
    rows = [(f"2023/5/{i % 28 + 1}", f"客户{i}", t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("工单.csv", "日期,客户,问题描述,所属部门", rows, encoding="gbk", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "Italian: Recensione, Valutazione; a comma as decimal sign in 4,5; semicolons")
def office_italian(m: Maker) -> Case:
    labels, texts = m.labels("1,0 2,5 4,5 5,0", 150), m.texts("es", 150)
    path = m.csv("recensioni.csv", "Recensione,Valutazione", zip(texts, labels, strict=True), delimiter=";")
    return Case(path, (classify(pairs(texts, labels)),), said=(("--label-separator",),))


@form("offices", "Portuguese: avaliação, sentimento; UTF-8 read once as Latin-1 in the header only")
def office_mojibake_header(m: Maker) -> Case:
    labels, texts = m.labels("positivo negativo", 150), m.texts("es", 150)
    path = m.csv("a.csv", "avaliaÃ§Ã£o,sentimento", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "Turkish: yorum, durum (olumlu, olumsuz); cp1254")
def office_turkish(m: Maker) -> Case:
    labels = m.labels("olumlu olumsuz", 150)
    texts = [f"{m.text('plain')} güzel ürün, çok beğendim ve ığdır" for _ in labels]
    path = m.csv("yorumlar.csv", "yorum,durum", zip(texts, labels, strict=True), delimiter=";", encoding="cp1254")
    return Case(
        path,
        (classify(pairs(texts, labels)), Want("classify", count=150, labels=frozenset(labels), says=("encoding",))),
        said=(("encoding",),),
    )


@form("offices", "Polish: opinia, ocena; cp1250")
def office_polish(m: Maker) -> Case:
    labels = m.labels("dobra zła", 150)
    texts = [f"{m.text('plain')} żółty pies, świetny i piękny łąka" for _ in labels]
    path = m.csv("opinie.csv", "opinia,ocena", zip(texts, labels, strict=True), delimiter=";", encoding="cp1250")
    return Case(path, (classify(pairs(texts, labels)),), said=(("encoding",),))


@form("offices", "a report of a system: four lines of head (Report, Created by, Filter, empty), then the table")
def office_report_head(m: Maker) -> Case:
    labels, texts = m.labels("open closed", 120), m.texts("plain", 120)
    above = "Report;Complaints 2023\r\nCreated by;J. Doe\r\nFilter;all\r\n\r\n"
    path = m.csv("report.csv", "Text,Status", zip(texts, labels, strict=True), delimiter=";", above=above, end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),), said=(("line [1-5]",),))


@form("offices", "a sheet with a line of units below the header: (text), (1-5)")
def office_units(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5", 120), m.texts("review", 120)
    rows = [("(free text)", "(1-5)"), *zip(texts, labels, strict=True)]
    return Case(
        m.csv("u.csv", "comment,rating", rows),
        (classify(pairs(texts, labels)),),
        said=((r"\(1-5\)",), ("line 2",)),
    )


@form("offices", "SAP: bars around every cell, lines of hyphens between: |text|class|")
def office_sap(m: Maker) -> Case:
    labels, texts = m.labels("M1 M2 M3", 120), m.texts("plain", 120)
    rule = "-" * 80
    lines = [rule, "|Text|Art|", rule, *(f"|{t}|{c}|" for t, c in zip(texts, labels, strict=True)), rule]
    return Case(m.lines("sap.txt", lines), (classify(pairs(texts, labels)),), said=(("--delimiter|line",),))


@form("offices", "Outlook: Subject, Body, From: (Name), From: (Address), Categories")
def office_outlook(m: Maker) -> Case:
    labels, heads, texts = m.labels("Red Blue Green", 120), m.texts("headline", 120), m.texts("plain", 120, 2)
    people = m.words()
    rows = [
        (h, t, next(people), f"x{i}@example.org", c)
        for i, (h, t, c) in enumerate(zip(heads, texts, labels, strict=True))
    ]
    path = m.csv(
        "outlook.csv",
        '"Subject","Body","From: (Name)","From: (Address)","Categories"'.replace('"', ""),
        rows,
        quote="all",
    )
    return Case(path, (classify(pairs(zip(heads, texts, strict=True), labels)),))


@form("offices", "Zendesk: Id, Subject, Description, Tags with blanks between: 'refund urgent'; Type")
def office_zendesk(m: Maker) -> Case:
    labels, texts = m.labels("question incident problem task", 150), m.texts("plain", 150, 2)
    rows = [
        (i, t, ("refund urgent", "refund", "login urgent")[i % 3], c)
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("tickets.csv", "Id,Description,Tags,Type", rows)
    own = [tuple(row[2].split()) for row in rows]
    return (
        Case(
            path,
            (Refused(("Tags", "Type", "--label-column")),),
            said=(("Tags", "Type", "--label-column"),),
        )
        if own
        else Case(path, ())
    )


@form("offices", "Mac Numbers: semicolons, \\r\\n, a table's name above and an empty column between every two")
def office_numbers(m: Maker) -> Case:
    labels, texts = m.labels("gut schlecht", 120), m.texts("de", 120)
    rows = [(t, "", c) for t, c in zip(texts, labels, strict=True)]
    path = m.csv("Tabelle 1.csv", ["Text", "", "Urteil"], rows, delimiter=";", above="Tabelle 1;;\r\n", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "a list of boxes ticked with semicolons in a cell (Forms of Microsoft): 'Food;Service;'")
def office_forms_semicolons(m: Maker) -> Case:
    names = ("Food", "Service", "Price")
    texts = m.texts("review", 150)
    own = [tuple(dict.fromkeys((names[i % 3], names[i // 3 % 3]))) for i in range(150)]
    rows = [(i, t, "".join(f"{name};" for name in tags)) for i, (t, tags) in enumerate(zip(texts, own, strict=True))]
    path = m.csv("forms.csv", "ID,Please tell us more,What was it about? (topic)", rows)
    return Case(path, (several(pairs(texts, own)),), said=(("--label-separator",),))


@form("offices", "the same sheet saved by a Russian Excel: semicolons, cp1251, Отзыв and Оценка from 1 to 5")
def office_russian(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5", 150), m.texts("ru", 150)
    path = m.csv(
        "отзывы.csv",
        "№,Отзыв,Оценка",
        [(i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))],
        delimiter=";",
        encoding="cp1251",
        end="\r\n",
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "Greek in cp1253: Σχόλιο, Κατηγορία")
def office_greek(m: Maker) -> Case:
    labels = m.labels("θετικό αρνητικό", 150)
    texts = [
        f"το ξενοδοχείο ήταν {a} και {b} {i}" for i, (a, b) in enumerate([("καλό", "ήσυχο"), ("μικρό", "ακριβό")] * 75)
    ]
    path = m.csv("s.csv", "Σχόλιο,Κατηγορία", zip(texts, labels, strict=True), delimiter=";", encoding="cp1253")
    return Case(path, (classify(pairs(texts, labels)),), said=(("encoding",),))


@form("offices", "Hebrew: טקסט, תווית; UTF-8 with BOM")
def office_hebrew(m: Maker) -> Case:
    labels = m.labels("חיובי שלילי", 150)
    texts = [f"המלון היה {a} והשירות {b} {i}" for i, (a, b) in enumerate([("נחמד", "טוב"), ("קטן", "איטי")] * 75)]
    path = m.csv("s.csv", "טקסט,תווית", zip(texts, labels, strict=True), encoding="utf-8-sig")
    return Case(path, (classify(pairs(texts, labels)),))


@form("offices", "dates in the first column, the class in the second, the text last, no header, semicolons")
def office_no_header_dates(m: Maker) -> Case:
    labels, texts = m.labels("Lob Tadel", 150), m.texts("de", 150)
    rows = [(f"{i % 28 + 1:02}.01.2024", c, t) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("export.csv", None, rows, delimiter=";"), (classify(pairs(texts, labels)),))
