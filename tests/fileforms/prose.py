"""Plain text of other libraries and languages, and lines with labels of other toolkits."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, running, several


def _book(m: Maker, count: int = 90, style: str = "plain") -> list[str]:
    return [" ".join(m.texts(style, 4)) for _ in range(count)]


@form(
    "prose", "Standard Ebooks: a title page, the imprint above and the colophon and uncopyright below; kept or left out"
)
def prose_standard_ebooks(m: Maker) -> Case:
    paragraphs = _book(m)
    lines = [
        "Imprint",
        "",
        "This ebook is the product of many hours of hard work by volunteers for Standard Ebooks.",
        "",
        *paragraphs,
    ]
    return Case(m.file("novel.txt", "\n\n".join(lines)), (Want("lm"),))


@form("prose", "Projekt Gutenberg-DE: a line of title and author, the text, the publisher's note at the end")
def prose_gutenberg_de(m: Maker) -> Case:
    paragraphs = _book(m, 90, "de")
    path = m.file("roman.txt", "\n\n".join(["Anna Muster", "Der Leuchtturm", "Erstes Kapitel", *paragraphs]))
    return Case(path, (running("".join(["Anna Muster", "Der Leuchtturm", "Erstes Kapitel", *paragraphs])),))


@form("prose", "Gutenberg with CRLF, a BOM and the marks in another case: *** Start of the Project Gutenberg eBook ***")
def prose_gutenberg_case(m: Maker) -> Case:
    paragraphs = _book(m)
    above = "The Project Gutenberg eBook of The Harbour\n\nThis ebook is for the use of anyone anywhere."
    text = f"{above}\n\n*** Start of the Project Gutenberg eBook The Harbour ***\n\n" + "\n\n".join(paragraphs)
    text += (
        "\n\n*** End of the Project Gutenberg eBook The Harbour ***\n\nUpdated editions will replace the previous one."
    )
    path = m.file("pg1.txt", text.replace("\n", "\r\n"), "utf-8-sig")
    return Case(path, (running("".join(paragraphs), says=("Gutenberg",)),))


@form("prose", "Wikisource by way of an export: the text, then 'Exported from Wikisource on ...'; kept or said")
def prose_wikisource(m: Maker) -> Case:
    paragraphs = _book(m)
    path = m.file(
        "w.txt",
        "\n\n".join(
            [*paragraphs, "About this digital edition", "This e-book comes from the online library Wikisource."]
        ),
    )
    return Case(path, (Want("lm"),))


@form("prose", "a Thai novel: no blanks, a line a paragraph")
def prose_thai(m: Maker) -> Case:
    lines = ["".join(m.texts("th", 4)) for _ in range(120)]
    return Case(m.lines("นวนิยาย.txt", lines), (running("".join(lines), known=0.67),))


@form("prose", "a Tibetan text in pechas: lines with a page mark @1a in front")
def prose_tibetan(m: Maker) -> Case:
    lines = ["".join(m.texts("bo", 3)) for _ in range(150)]
    return Case(m.lines("text.txt", lines), (running("".join(lines), known=0.67),))


@form("prose", "Burmese reviews with a class, .tsv, no header")
def prose_burmese(m: Maker) -> Case:
    labels, texts = m.labels("ကောင်း ဆိုး", 150), m.texts("my", 150)
    path = m.csv("my.tsv", None, zip(texts, labels, strict=True), delimiter="\t")
    return Case(path, (classify(pairs(texts, labels), known=0.67),))


@form("prose", "Lao headlines, JSON Lines: title and category")
def prose_lao(m: Maker) -> Case:
    labels, texts = m.labels("ກິລາ ທຸລະກິດ", 150), m.texts("lo", 150)
    path = m.jsonl("lo.jsonl", ({"title": t, "category": c} for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels), known=0.67),))


@form("prose", "Khmer with English words inside and __label__ in front")
def prose_khmer(m: Maker) -> Case:
    labels = m.labels("good bad", 150)
    texts = [f"{m.text('km')} iPhone {m.text('km')}" for _ in labels]
    path = m.lines("km.txt", (f"__label__{c} {t}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels), known=0.67),))


@form("prose", "fastText: labels with a slash and capitals, several, at both ends of the line")
def prose_fasttext_both_ends(m: Maker) -> Case:
    a, b, texts = m.labels("News/World News/Local", 120), m.labels("long short", 120), m.texts("headline", 120)
    path = m.lines("x.train", (f"__label__{c} {t} __label__{d}" for c, t, d in zip(a, texts, b, strict=True)))
    return Case(path, (several(pairs(texts, list(zip(a, b, strict=True)))),))


@form("prose", "fastText: empty lines between and a line without any label")
def prose_fasttext_gaps(m: Maker) -> Case:
    labels, texts = m.labels("a b", 120), m.texts("plain", 120)
    lines = [line for t, c in zip(texts, labels, strict=True) for line in (f"__label__{c} {t}", "")]
    lines.insert(20, m.text("plain"))
    return Case(
        m.lines("x.txt", lines), (classify(pairs(texts, labels), says=("label",)),), said=(("line 21",), ("no label",))
    )


@form("prose", "fastText: __LABEL__ in capitals")
def prose_fasttext_capitals(m: Maker) -> Case:
    labels, texts = m.labels("a b", 120), m.texts("plain", 120)
    path = m.lines("x.txt", (f"__LABEL__{c} {t}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("--label-prefix",),))


@form("prose", "Vowpal Wabbit: 1 |f the words of the text; 2 | ...")
def prose_vowpal(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3", 120), m.texts("plain", 120)
    path = m.lines("data.vw", (f"{c} | {t}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("--delimiter",),))


@form("prose", "libsvm: 1 3:0.5 17:1.0: no text at all; refused, or said")
def prose_libsvm(m: Maker) -> Case:
    lines = [f"{(-1, 1)[i % 2]} {i % 7 + 1}:0.{i % 9 + 1} {i % 50 + 9}:1.0" for i in range(150)]
    return Case(m.lines("a9a", lines), (Refused(()), Want("lm")), said=(("label",),))


@form("prose", "MALLET: name, class and text between tabs; no header")
def prose_mallet(m: Maker) -> Case:
    labels, texts = m.labels("de en fr", 120), m.texts("plain", 120)
    path = m.lines("mallet.txt", (f"doc{i:04}\t{c}\t{t}" for i, (t, c) in enumerate(zip(texts, labels, strict=True))))
    return Case(path, (classify(pairs(texts, labels)),))


@form("prose", "char-rnn's input: one long text, speakers in capitals with a colon on lines of their own")
def prose_char_rnn(m: Maker) -> Case:
    blocks = [f"{('KING', 'NURSE', 'FOOL')[i % 3]}:\n{m.text('plain', 2)}" for i in range(150)]
    text = "\n\n".join(blocks)
    return Case(m.file("input.txt", text), (running(text),))


@form("prose", "Penn Treebank: lines in small letters, <unk> and N inside")
def prose_ptb(m: Maker) -> Case:
    lines = [f" {m.text('plain').lower().rstrip('.')} <unk> of N N " for _ in range(200)]
    return Case(m.lines("ptb.train.txt", lines), (running("".join(lines)),))


@form("prose", "enwik8: pages of XML of MediaWiki with text inside: said that it is XML")
def prose_enwik(m: Maker) -> Case:
    pages = "".join(
        f'  <page>\n    <title>T{i}</title>\n    <id>{i}</id>\n    <revision>\n      <text xml:space="preserve">'
        f"'''{m.text('plain')}''' [[link]] {m.text('plain')}</text>\n    </revision>\n  </page>\n"
        for i in range(80)
    )
    return Case(m.file("enwik", f'<mediawiki xml:lang="en">\n{pages}</mediawiki>\n'), (), said=(("XML",),))


@form("prose", "a text with page numbers and a running head between form feeds")
def prose_form_feeds(m: Maker) -> Case:
    pages = [f"The Harbour {i}\n\n{m.text('plain', 6)}\n" for i in range(1, 90)]
    return Case(m.file("scan.txt", "\f".join(pages)), (Want("lm", text="".join(pages)),))


@form("prose", "lines of text and class with a bar without blanks: text|ham")
def prose_bar(m: Maker) -> Case:
    labels, texts = m.labels("ham spam", 150), m.texts("sms", 150)
    path = m.lines("m.txt", (f"{t}|{c}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("--delimiter",),))


@form("prose", "lines that begin with a class in square brackets and a colon: [BUG]: text")
def prose_brackets_colon(m: Maker) -> Case:
    labels, texts = m.labels("BUG WISH ASK", 150), m.texts("plain", 150)
    path = m.lines("m.txt", (f"[{c}]: {t}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=())


@form("prose", "Chinese: 正面，text with a full-width comma behind the class")
def prose_chinese_comma(m: Maker) -> Case:
    labels, texts = m.labels("正面 负面", 150), m.texts("zhnews", 150)
    path = m.lines("m.txt", (f"{c}，{t}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("正面", "--"),))


@form("prose", "Chinese: text\\t0 without a header in .txt, GB18030, with blanks of width two")
def prose_chinese_tab(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 150), [f"{m.text('zh')}\u3000{m.text('zh')}" for _ in range(150)]
    path = m.lines("m.txt", (f"{t}\t{c}" for t, c in zip(texts, labels, strict=True)), "gb18030")
    return Case(path, (classify(pairs(texts, labels)),))


@form("prose", "a letter of a mailing list: > quoted lines, From: and Date: in the head, a hundred mails")
def prose_mails(m: Maker) -> Case:
    mails = [
        f"From: a{i}@x.org\nDate: Mon, 3 Jan\nSubject: {m.text('headline')}\n\n> {m.text('plain')}\n{m.text('plain')}\n"
        for i in range(80)
    ]
    text = "\n".join(mails)
    return Case(m.file("list.txt", text), (Want("lm"),))


@form("prose", "one sentence a line with its number in front: 1<tab>text (Leipzig without names), 3,000 lines")
def prose_numbered(m: Maker) -> Case:
    texts = m.texts("plain", 900, 2)
    path = m.lines("sentences.txt", (f"{i}\t{t}" for i, t in enumerate(texts, 1)))
    return Case(path, (running("".join(texts)),), said=(("number and a tab", "--delimiter tab"),))


@form("prose", "verses of the Bible: Gen 1:1<tab>text; the book recurs, the place does not")
def prose_bible(m: Maker) -> Case:
    texts = m.texts("plain", 200)
    path = m.lines("kjv.txt", (f"Gen {i // 30 + 1}:{i % 30 + 1}\t{t}" for i, t in enumerate(texts)))
    return Case(
        path,
        (
            running("".join(texts)),
            Want("lm", text="".join(f"Gen{i // 30 + 1}:{i % 30 + 1}{t}" for i, t in enumerate(texts))),
        ),
    )
