"""Corpora of plain text, tables that hold only text, texts in two languages."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, form, running


def _lines(m: Maker, name: str, lines: list[str], **how: str) -> Case:
    return Case(m.lines(name, lines, **how), (running("\n".join(lines)),))


@form("corpora", "Leipzig: number, tab, sentence")
def corpus_leipzig(m: Maker) -> Case:
    texts = m.texts("plain", 200)
    path = m.lines("eng_news_2020_10K-sentences.txt", (f"{i + 1}\t{t}" for i, t in enumerate(texts)))
    return Case(path, (running("\n".join(texts)), Want("lm", count=200)))


@form("corpora", "Tatoeba: id, language, sentence: languages are labels, said or read")
def corpus_tatoeba(m: Maker) -> Case:
    styles = {"deu": "de", "fra": "fr", "rus": "ru", "eng": "plain"}
    labels = m.labels(tuple(styles), 200)
    texts = [m.text(styles[c]) for c in labels]
    path = m.lines(
        "sentences.csv", (f"{i + 1276}\t{c}\t{t}" for i, (c, t) in enumerate(zip(labels, texts, strict=True)))
    )
    want = Want("classify", count=200, labels=frozenset(styles))
    return Case(path, (want, running("\n".join(texts))))


@form("corpora", "translations: English, tab, German (anki): two texts, no label")
def corpus_translations(m: Maker) -> Case:
    a, b = m.texts("plain", 150), m.texts("de", 150)
    path = m.lines(
        "deu.txt",
        (
            f"{x}\t{y}\tCC-BY 2.0 (France) Attribution: tatoeba.org #{i}"
            for i, (x, y) in enumerate(zip(a, b, strict=True))
        ),
    )
    return Case(path, (Want("lm", count=150), Refused(("label|column",))))


@form("corpora", "WikiText: = Title =, <unk>, @-@")
def corpus_wikitext(m: Maker) -> Case:
    lines = [
        line
        for i in range(20)
        for line in (f" = Title {i} = ", "", *(f" {t[:-1]} <unk> @-@ {i} . " for t in m.texts("plain", 8)), "")
    ]
    return _lines(m, "wiki.train.tokens", lines)


@form("corpora", "words and tags, a blank line between sentences (CoNLL)")
def corpus_conll(m: Maker) -> Case:
    lines = [
        line
        for _ in range(60)
        for line in (*(f"{w} {m.random.choice(('O', 'B-PER', 'I-PER', 'NN'))}" for w in m.text("plain").split()), "")
    ]
    case = _lines(m, "eng.train", lines)
    return Case(case.source, case.right, said=(("tag|label",),))


@form("corpora", "one column named text: CSV")
def corpus_text_column(m: Maker) -> Case:
    texts = m.texts("plain", 120, 2)
    return Case(m.csv("corpus.csv", "text", [(t,) for t in texts]), (running("\n".join(texts)),))


@form("corpora", "title and text, nothing else: CSV")
def corpus_title_text(m: Maker) -> Case:
    titles, texts = m.texts("headline", 120), m.texts("plain", 120, 4)
    path = m.csv("articles.csv", "title,text", zip(titles, texts, strict=True))
    return Case(path, (running("".join(titles) + "".join(texts)), Want("lm", count=120)))


@form("corpora", "JSON Lines of texts with their source as an object")
def corpus_jsonl(m: Maker) -> Case:
    texts = m.texts("plain", 120, 3)
    path = m.jsonl("part.jsonl", ({"text": t, "meta": {"pile_set_name": "Books"}} for t in texts))
    return Case(path, (running("".join(texts)),))


@form("corpora", "--task lm on a labelled table: the text alone")
def corpus_task_lm(m: Maker) -> Case:
    texts = m.texts("review", 120)
    path = m.csv("reviews.csv", "text,label", zip(texts, m.labels("0 1", 120), strict=True))
    return Case(path, (running("".join(texts)),), options={"task": "lm"})


@form("corpora", "Thai text without blanks, one paragraph a line")
def corpus_thai(m: Maker) -> Case:
    return _lines(m, "thai.txt", [m.text("th", 4) for _ in range(120)])


@form("corpora", "UTF-16 without a BOM, German")
def corpus_utf16(m: Maker) -> Case:
    return _lines(m, "notizen.txt", m.texts("de", 150), encoding="utf-16-le")


@form("corpora", "cp1252 with curly quotation marks and dashes")
def corpus_cp1252(m: Maker) -> Case:
    return _lines(m, "letters.txt", [f"“{t}” – said the keeper…" for t in m.texts("plain", 150)], encoding="cp1252")


@form("corpora", "a web page saved as .html: said that it is HTML")
def corpus_html(m: Maker) -> Case:
    lines = [
        "<!DOCTYPE html>",
        "<html><head><title>A page</title></head><body>",
        *(f"<p>{t}</p>" for t in m.texts("plain", 120, 2)),
        "</body></html>",
    ]
    return Case(m.lines("page.html", lines), (), said=((r"(?<![.\w])HTML",),))


@form("corpora", "mail in an mbox")
def corpus_mbox(m: Maker) -> Case:
    lines = [
        line
        for i in range(40)
        for line in (
            f"From a{i}@example.org Mon Mar  1 10:00:00 2021",
            f"Subject: {m.text('headline')}",
            f"Message-ID: <{i}@example.org>",
            "",
            *m.texts("plain", 3),
            "",
        )
    ]
    return _lines(m, "inbox.mbox", lines)
