"""Tables as programs write them: statistics packages, databases, survey sites, trackers of issues."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs, running, several

GROUP = "programs"


def _made(m: Maker, count: int = 120, names: str = "pos neg neutral") -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts("review", count)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "pandas, columns of two levels: two header lines and a line with the index's name")
def program_pandas_two_headers(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = [(i, texts[i], labels[i], 3 + i % 5) for i in range(120)]
    above = ",review,review,meta\n,text,label,votes\nid,,,\n"
    path = m.csv("two_levels.csv", None, body, above=above)
    return Case(path, (classify(rows),), said=((r"header|line [123]",),))


@form(GROUP, "pandas, an index of two levels: domain, id, text, label")
def program_pandas_index_levels(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    domains = ("books", "films")
    body = [(domains[i % 2], i // 2, texts[i], labels[i]) for i in range(120)]
    return Case(m.csv("levels.csv", "domain,id,text,label", body), (classify(rows),))


@form(GROUP, "pandas, saved three times: Unnamed: 0.1, Unnamed: 0, then text and label")
def program_pandas_saved_often(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = [(i, i * 2, texts[i], labels[i]) for i in range(120)]
    return Case(m.csv("saved.csv", "Unnamed: 0.1,Unnamed: 0,text,label", body), (classify(rows),))


@form(GROUP, "SAS: OBS, TEXT, SENTIMENT; values padded with blanks to the width of the variable, a point for missing")
def program_sas(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = [(i + 1, texts[i].ljust(90), "." if i % 10 == 9 else labels[i].ljust(8)) for i in range(120)]
    kept = [row for i, row in enumerate(rows) if i % 10 != 9]
    path = m.csv("EXPORT.csv", "OBS,TEXT,SENTIMENT", body, end="\r\n")
    return Case(path, (classify(kept),), said=((r"'\.'",),))


@form(GROUP, "SPSS: semicolons, a BOM, decimal commas, #NULL! where nothing was chosen")
def program_spss(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = [
        (i + 1, f"{i % 7},{i % 10}", texts[i], "#NULL!" if i % 8 == 7 else labels[i], f"0,{50 + i % 50}")
        for i in range(120)
    ]
    kept = [row for i, row in enumerate(rows) if i % 8 != 7]
    path = m.csv("survey.csv", "id,alter,antwort,stimmung,gewicht", body, delimiter=";", encoding="utf-8-sig")
    return Case(path, (classify(kept),), said=((r"#NULL!",),))


@form(GROUP, "psql: columns between bars, a line of hyphens, (120 rows) at the end")
def program_psql(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    width = max(map(len, texts))
    lines = [f" id  | {'review'.ljust(width)} | sentiment ", f"-----+-{'-' * width}-+-----------"]
    lines += [f" {i + 1:>3} | {texts[i].ljust(width)} | {labels[i].ljust(9)} " for i in range(120)]
    path = m.lines("out.txt", [*lines, "(120 rows)", ""])
    return Case(path, (classify(rows),), said=((r"-----|table|column",),))


@form(GROUP, "a table of Markdown: bars on both sides, a line of hyphens below the header")
def program_markdown(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["| text | label |", "| --- | --- |", *(f"| {texts[i]} | {labels[i]} |" for i in range(120))]
    return Case(m.lines("table.md", lines), (classify(rows),), said=((r"---|table|delimiter|classif",),))


@form(GROUP, "sqlite3 without headers: id|text|label")
def program_sqlite_list(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(m.lines("dump.txt", (f"{i + 1}|{texts[i]}|{labels[i]}" for i in range(120))), (classify(rows),))


@form(GROUP, "mysql -B: tabs, NULL, \\n and \\t written as two signs")
def program_mysql_batch(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["id\tbody\tlabel"]
    lines += [f"{i}\t{texts[i]}\t{'NULL' if i % 12 == 5 else labels[i]}" for i in range(120)]
    kept = [row for i, row in enumerate(rows) if i % 12 != 5]
    return Case(m.lines("reviews.tsv", lines), (classify(kept),))


@form(GROUP, "Hive: Ctrl-A between the columns, \\N for nothing, no header, no suffix")
def program_hive(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = [f"{i}\x01{texts[i]}\x01{labels[i]}\x01\\N" for i in range(120)]
    return Case(m.lines("000000_0", lines), (classify(rows),), said=((r"\\x01|control|--delimiter",),))


@form(GROUP, "carets between the columns: id^text^label")
def program_carets(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["id^text^label", *(f"{i}^{texts[i]}^{labels[i]}" for i in range(120))]
    return Case(m.lines("export.csv", lines), (classify(rows),), said=((r"--delimiter",),))


@form(GROUP, "tildes between the columns, named by hand: --delimiter ~")
def program_tildes(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["text~label", *(f"{texts[i]}~{labels[i]}" for i in range(120))]
    return Case(m.lines("export.dat", lines), (classify(rows),), options={"delimiter": "~"})


@form(GROUP, "MovieLens: 1::Title (1995)::Animation|Comedy, Latin-1, .dat")
def program_movielens(m: Maker) -> Case:
    titles = [f"{m.text('headline')} ({1950 + i % 50})" for i in range(120)]
    genres = ("Action", "Comedy", "Drama", "Musical")
    labels = [tuple(g for g in genres if m.random.random() < 0.4) or ("Drama",) for _ in titles]
    lines = [f"{i + 1}::{titles[i]}::{'|'.join(labels[i])}" for i in range(120)]
    path = m.lines("movies.dat", lines, "latin-1")
    return Case(path, (several(pairs(titles, labels)),), said=((r"\|", "--label-separator"), ("::", "--delimiter")))


@form(GROUP, "SurveyMonkey: names, below them Response and Open-Ended Response, then answers")
def program_surveymonkey(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="Satisfied Unsatisfied Neutral")
    body = [(1000 + i, f"03/{i % 28 + 1:02d}/2023 10:{i % 60:02d}:00 AM", labels[i], texts[i]) for i in range(120)]
    above = (
        "Respondent ID,StartDate,How satisfied are you with us?,What could we do better?\n"
        ",,Response,Open-Ended Response\n"
    )
    path = m.csv("Survey.csv", None, body, above=above)
    return Case(path, (classify(rows),), said=((r"Open-Ended|Response",),))


@form(GROUP, "Google Forms: boxes that may be ticked, Food, Service in one cell")
def program_google_checkboxes(m: Maker) -> Case:
    texts = m.texts("review", 120)
    kinds = ("Food", "Service", "Price")
    labels = [tuple(k for k in kinds if m.random.random() < 0.5) or ("Food",) for _ in texts]
    body = [
        (f"2023/03/{i % 28 + 1:02d} 9:{i % 60:02d}:00 AM GMT+1", texts[i], ", ".join(labels[i])) for i in range(120)
    ]
    path = m.csv("Feedback.csv", ["Timestamp", "Your comment", "What is it about?"], body, quote="all")
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator",),))


@form(GROUP, "Jira: Summary, Issue key, Issue Type, Status, Priority, three columns named Labels, Description")
def program_jira(m: Maker) -> Case:
    titles, texts = m.texts("headline", 120), m.texts("plain", 120, 2)
    types, states = m.labels("Bug Task Story", 120), ("Open", "Closed")
    header = "Summary,Issue key,Issue id,Issue Type,Status,Priority,Labels,Labels,Labels,Description"
    body = [
        (titles[i], f"APP-{i}", 10000 + i, types[i], states[i % 2], ("High", "Low", "Medium")[i % 3],
         "ui" if i % 4 == 0 else "", "core" if i % 6 == 0 else "", "", texts[i])
        for i in range(120)
    ]  # fmt: skip
    return Case(
        m.csv("JIRA.csv", header, body),
        (Refused(("Issue Type", "Status|Priority", "--label-column")),),
        said=(("Issue Type", "Status|Priority", "--label-column"),),
    )


@form(GROUP, "issues of GitHub: number, title, body, labels between commas, state, created_at")
def program_github_issues(m: Maker) -> Case:
    titles, texts = m.texts("headline", 120), m.texts("plain", 120, 2)
    kinds = ("bug", "docs", "help wanted")
    labels = [tuple(k for k in kinds if m.random.random() < 0.5) or ("bug",) for _ in texts]
    body = [
        (i + 1, titles[i], texts[i], ",".join(labels[i]), ("open", "closed")[i % 2], f"2023-0{i % 9 + 1}-11T10:00:00Z")
        for i in range(120)
    ]
    wanted = pairs(zip(titles, texts, strict=True), labels)
    path = m.csv("issues.csv", "number,title,body,labels,state,created_at", body)
    return Case(path, (several(wanted),), said=(("--label-separator",),))


@form(GROUP, 'the old R table with quotation marks and blanks: "1" "text" "pos", one name less')
def program_r_blanks(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ['"text" "label"', *(f'"{i + 1}" "{texts[i]}" "{labels[i]}"' for i in range(120))]
    return Case(m.lines("reviews.txt", lines), (classify(rows),), said=((r"quot|delimiter|classif",),))


@form(GROUP, "an Excel-CSV with sep=; and decimal commas in a confidence beside the class")
def program_sep_confidence(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = [(texts[i], labels[i], f"0,{i % 10}") for i in range(120)]
    path = m.csv(
        "r.csv", "Text;Klasse;Sicherheit".replace(";", ","), body, delimiter=";", above="sep=;\r\n", end="\r\n"
    )
    return Case(path, (classify(rows),))


@form(GROUP, "a spreadsheet that was cut: the last row ends in the middle of a quoted cell")
def program_cut_quote(m: Maker) -> Case:
    _, texts, rows = _made(m)
    lines = ["text,label", *(f'"{text}",{label}' for text, (_, (label,)) in zip(texts, rows, strict=True))]
    path = m.file("cut.csv", "\n".join([*lines, '"and the last one was never fin']))
    return Case(path, (classify(rows), Refused((r"line 122|quot",))), said=((r"line 122|quot",),))


@form(GROUP, "WEKA's StringToWordVector never ran: ARFF with a nominal class and strings in single quotation marks")
def program_arff_single(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = ["@relation reviews", "", "@attribute text string", "@attribute class {pos,neg,neutral}", "", "@data"]
    lines += [f"'{texts[i].replace(chr(39), chr(92) + chr(39))}',{labels[i]}" for i in range(120)]
    return Case(m.lines("reviews.arff", lines), (classify(rows),), said=((r"ARFF|@data|@relation",),))


@form(GROUP, "a chat exported by a telephone: date, time, name and words; no class anywhere")
def program_chat_export(m: Maker) -> Case:
    names = m.words()
    lines = [f"12/03/23, {9 + i // 60:02d}:{i % 60:02d} - {next(names)}: {m.text('sms')}" for i in range(200)]
    path = m.lines("chat.txt", lines)
    return Case(path, (running("\n".join(lines)),), said=((r"--task|--text-column|classif",),))


@form(GROUP, "a Hub viewer's copy: the header says text string · lengths, the class string · classes")
def program_viewer_copy(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    body = list(zip(texts, labels, strict=True))
    path = m.csv("copy.tsv", ["text string · lengths 10 - 90", "label class label 3 classes"], body, delimiter="\t")
    return Case(path, (classify(rows),))
