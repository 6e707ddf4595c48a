"""What must stay a language model: books, poems, plays, code, logs, talk; and tables that hold only text."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, form, running

GROUP = "running text"


def _lines(m: Maker, name: str, lines: list[str], **how: str) -> Case:
    return Case(m.lines(name, lines, **how), (running("\n".join(lines)),))


def _chapters(m: Maker, style: str = "plain") -> str:
    return "\n\n".join(f"CHAPTER {i}.\n\n" + "\n\n".join(m.text(style, 8) for _ in range(6)) for i in range(1, 6))


_LICENCE = "\n\n".join(
    f"1.{part}. You may copy this electronic work, give it away or re-use it under the terms of the licence. {part}"
    for part in "ABCDEFGHIJKLMNOPQ"
)


def _gutenberg(
    m: Maker,
    start: str,
    end: str,
    before: str = "",
    after: str = _LICENCE,
    style: str = "plain",
    encoding: str = "utf-8-sig",
) -> Case:
    body = _chapters(m, style)
    head = (
        before
        or "The Project Gutenberg eBook of A Made-Up Tale\n\nThis ebook is for the use of anyone anywhere.\n\n"
        "Title: A Made-Up Tale\nAuthor: Nobody\n"
    )
    path = m.file("pg9999.txt", f"{head}\n{start}\n\n\n{body}\n\n{end}\n\n{after}\n".replace("\n", "\r\n"), encoding)
    return Case(path, (running(body, says=("Gutenberg|licen[cs]e",)),), said=(("Gutenberg|licen[cs]e",),))


@form("books", "Project Gutenberg of today")
def book_gutenberg(m: Maker) -> Case:
    return _gutenberg(
        m,
        "*** START OF THE PROJECT GUTENBERG EBOOK A MADE-UP TALE ***",
        "*** END OF THE PROJECT GUTENBERG EBOOK A MADE-UP TALE ***",
    )


@form("books", "Project Gutenberg of 2010: START OF THIS PROJECT GUTENBERG EBOOK, no BOM, Latin-1")
def book_gutenberg_this(m: Maker) -> Case:
    return _gutenberg(
        m,
        "*** START OF THIS PROJECT GUTENBERG EBOOK A MADE-UP TALE ***",
        "*** END OF THIS PROJECT GUTENBERG EBOOK A MADE-UP TALE ***",
        encoding="latin-1",
    )


@form("books", "Project Gutenberg of 2004: three stars without a blank, the end said twice")
def book_gutenberg_old(m: Maker) -> Case:
    return _gutenberg(
        m,
        "***START OF THE PROJECT GUTENBERG EBOOK A MADE-UP TALE***",
        "***END OF THE PROJECT GUTENBERG EBOOK A MADE-UP TALE***",
    )


@form("books", "Project Gutenberg of the nineties: *END*THE SMALL PRINT!, End of Project Gutenberg's ...")
def book_gutenberg_small_print(m: Maker) -> Case:
    before = (
        "Project Gutenberg Etext of A Made-Up Tale, by Nobody\n\n"
        "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\n"
        'Why is this "Small Print!" statement here? You know: lawyers.\n'
    )
    start = "*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*"
    return _gutenberg(m, start, "End of Project Gutenberg's Etext of A Made-Up Tale, by Nobody", before, "\n")


@form("books", "a German book of Project Gutenberg, the licence in English")
def book_gutenberg_german(m: Maker) -> Case:
    return _gutenberg(
        m,
        "*** START OF THE PROJECT GUTENBERG EBOOK EIN MÄRCHEN ***",
        "*** END OF THE PROJECT GUTENBERG EBOOK EIN MÄRCHEN ***",
        style="de",
    )


@form("books", "two books of Project Gutenberg in one file")
def book_gutenberg_two(m: Maker) -> Case:
    mark = "*** {} OF THE PROJECT GUTENBERG EBOOK TALE {} ***"
    bodies = [_chapters(m), _chapters(m)]
    parts = [
        f"The Project Gutenberg eBook of Tale {i}\n\n{mark.format('START', i)}\n\n{body}\n\n"
        f"{mark.format('END', i)}\n\n{_LICENCE}\n"
        for i, body in enumerate(bodies)
    ]
    return Case(
        m.file("two.txt", "\n".join(parts)),
        (running("".join(bodies), says=("Gutenberg|licen[cs]e",)),),
        said=(("Gutenberg|licen[cs]e",),),
    )


@form("books", "a book that only quotes the words *** END OF ...: nothing is left out")
def book_about_gutenberg(m: Maker) -> Case:
    body = _chapters(m)
    text = (
        f"{body}\n\nThe file ended with END OF THE PROJECT, as such files do. {m.text('plain', 3)}\n\n{_chapters(m)}\n"
    )
    return Case(m.file("essay.txt", text), (running(text),))


@form("books", "a book without a licence: chapters and paragraphs")
def book_plain(m: Maker) -> Case:
    text = _chapters(m)
    return Case(m.file("book.txt", text), (running(text),))


@form("books", "a Chinese novel in GBK: 第一章, paragraphs begin with two wide blanks")
def book_chinese_gbk(m: Maker) -> Case:
    text = "\r\n".join(
        f"第{n}章 {m.text('zhnews')}\r\n" + "\r\n".join(f"\u3000\u3000{m.text('zh', 5)}" for _ in range(12))
        for n in "一二三四五六"
    )
    return Case(m.file("小说.txt", text, "gbk"), (running(text),))


@form("books", "old Mac: \\r ends the paragraphs")
def book_mac(m: Maker) -> Case:
    text = "\r\r".join(m.text("plain", 6) for _ in range(40))
    return Case(m.file("novel.txt", text), (running(text),))


@form("books", "all of it in one line")
def book_one_line(m: Maker) -> Case:
    text = " ".join(m.text("plain", 6) for _ in range(60))
    return Case(m.file("book.txt", text), (running(text),))


@form("books", "verses by number: 1:1 and the words; the number tells nothing")
def book_verses(m: Maker) -> Case:
    return _lines(m, "bible.txt", [f"{i // 25 + 1}:{i % 25 + 1} {m.text('plain')}" for i in range(200)])


@form("books", "numbered sentences: 1 text, 2 text, ... 150 text")
def book_numbered(m: Maker) -> Case:
    return _lines(m, "sentences.txt", [f"{i} {m.text('plain')}" for i in range(1, 151)])


@form("books", "numbered paragraphs that begin anew in every chapter")
def book_numbered_anew(m: Maker) -> Case:
    return _lines(m, "rule.txt", [f"{i % 9 + 1} {m.text('plain', 2)}" for i in range(180)])


@form("books", "footnotes, dates and prices: lines with commas and semicolons")
def book_semicolons(m: Maker) -> Case:
    return _lines(m, "essay.txt", [f"{m.text('plain')[:-1]}; {m.text('plain').lower()}" for _ in range(150)])


@form("poems", "a poem: verses with commas at their ends")
def poem_commas(m: Maker) -> Case:
    verses = [m.text("headline") + ("," if i % 2 == 0 else ";") + ("\n" if i % 4 == 3 else "") for i in range(120)]
    text = "\n".join(verses)
    return Case(m.file("poems.txt", text), (running(text),))


@form("poems", "a song with [Chorus] and [Verse 1]")
def poem_song(m: Maker) -> Case:
    lines = [
        line for i in range(30) for line in (("[Chorus]", "[Verse 1]", "[Bridge]")[i % 3], *m.texts("headline", 4), "")
    ]
    return _lines(m, "song.txt", lines)


@form("poems", "a refrain in every fourth line")
def poem_refrain(m: Maker) -> Case:
    return _lines(
        m,
        "ballad.txt",
        [line for _ in range(40) for line in (*m.texts("headline", 3), "And the river ran down to the sea.")],
    )


@form("poems", "haiku between slashes: a / b / c")
def poem_haiku(m: Maker) -> Case:
    return _lines(m, "haiku.txt", [" / ".join(m.texts("headline", 3)) for _ in range(100)])


@form("poems", "Tang poems: title, author and lines of five signs")
def poem_chinese(m: Maker) -> Case:
    signs = "山月水风花云江雪夜春秋人归去来天地青白远近高低寒"
    lines = [
        line
        for i in range(60)
        for line in (
            f"《无题之{i}》",
            "无名氏",
            *("，".join("".join(m.random.choices(signs, k=5)) for _ in range(2)) + "。" for _ in range(2)),
            "",
        )
    ]
    return _lines(m, "tang.txt", lines)


NAMES = ("ANNA", "BRUNO", "CARLA", "DAVID")


@form("plays", "NAME. words, as plays are printed")
def play_dots(m: Maker) -> Case:
    return _lines(m, "play.txt", [f"{m.random.choice(NAMES)}. {m.text('plain')}" for _ in range(160)])


@form("plays", "First Citizen: below it the words, then an empty line (tinyshakespeare)")
def play_shakespeare(m: Maker) -> Case:
    who = ("First Citizen", "MENENIUS", "All", "Second Citizen")
    return _lines(
        m,
        "input.txt",
        [line for _ in range(80) for line in (f"{m.random.choice(who)}:", m.text("plain"), m.text("plain"), "")],
    )


@form("plays", "NAME: words in one line")
def play_colons(m: Maker) -> Case:
    return _lines(m, "script.txt", [f"{m.random.choice(NAMES)}: {m.text('plain')}" for _ in range(160)])


@form("plays", "a film script: INT. and EXT., (whispers), CUT TO:")
def play_film(m: Maker) -> Case:
    lines = [
        line
        for i in range(40)
        for line in (
            f"{('INT.', 'EXT.')[i % 2]} KITCHEN - NIGHT",
            "",
            m.text("plain"),
            f"\t\t{NAMES[i % 4]}",
            "\t(whispers)",
            f"\t{m.text('sms')}",
            "CUT TO:",
        )
    ]
    return _lines(m, "film.txt", lines)


@form("talk", "two speakers in turn: A: ..., B: ...")
def talk_a_b(m: Maker) -> Case:
    return _lines(m, "dialogue.txt", [f"{'AB'[i % 2]}: {m.text('sms')}" for i in range(160)])


@form("talk", "Q: and A: by turns")
def talk_q_a(m: Maker) -> Case:
    return _lines(
        m, "faq.txt", [line for _ in range(70) for line in (f"Q: {m.text('question')}", f"A: {m.text('plain')}", "")]
    )


@form("talk", "Human: and Assistant:")
def talk_assistant(m: Maker) -> Case:
    return _lines(
        m,
        "chat.txt",
        [line for _ in range(70) for line in (f"Human: {m.text('question')}", f"Assistant: {m.text('plain')}")],
    )


@form("talk", "WhatsApp: 12/01/2024, 10:12 - Anna: text")
def talk_whatsapp(m: Maker) -> Case:
    people = m.words()
    return _lines(
        m,
        "WhatsApp Chat with Anna.txt",
        [
            f"{i % 28 + 1:02d}/01/2024, {8 + i % 12:02d}:{i % 60:02d} - {next(people)}: {m.text('sms')}"
            for i in range(160)
        ],
    )


@form("talk", "IRC: [10:12] <anna> text")
def talk_irc(m: Maker) -> Case:
    people = m.words()
    return _lines(
        m,
        "channel.log",
        [f"[{i // 60 % 24:02d}:{i % 60:02d}] <{next(people).lower()}> {m.text('sms')}" for i in range(160)],
    )


@form("talk", "Cornell movie lines: L1045 +++$+++ u0 +++$+++ m0 +++$+++ BIANCA +++$+++ words")
def talk_cornell(m: Maker) -> Case:
    lines = [
        f"L{1045 + i} +++$+++ u{i % 4} +++$+++ m0 +++$+++ {NAMES[i % 4]} +++$+++ {m.text('sms')}" for i in range(160)
    ]
    case = _lines(m, "movie_lines.txt", lines, encoding="latin-1")
    return Case(case.source, case.right, said=((r"\+\+\+\$\+\+\+",),))


@form("talk", "subtitles: number, time, one or two lines")
def talk_subtitles(m: Maker) -> Case:
    lines = [
        line
        for i in range(70)
        for line in (
            str(i + 1),
            f"00:{i // 20:02d}:{i % 20 * 3:02d},100 --> 00:{i // 20:02d}:{i % 20 * 3 + 2:02d},900",
            m.text("sms"),
            "",
        )
    ]
    return _lines(m, "film.srt", lines)


@form("talk", "an interview: bold names in Markdown")
def talk_markdown(m: Maker) -> Case:
    return _lines(m, "interview.md", [f"**{m.random.choice(NAMES)}:** {m.text('plain', 2)}\n" for _ in range(80)])


@form("logs", "server log: time, level, module, message")
def log_levels(m: Maker) -> Case:
    levels = ("INFO", "INFO", "WARNING", "ERROR", "DEBUG")
    return _lines(
        m,
        "server.log",
        [
            f"2024-01-02 12:{i // 60:02d}:{i % 60:02d},123 {levels[i % 5]} app.worker - {m.text('sms')}"
            for i in range(200)
        ],
    )


@form("logs", "the level first: INFO: message")
def log_level_first(m: Maker) -> Case:
    lines = [f"{('INFO', 'INFO', 'WARNING', 'ERROR')[m.random.randrange(4)]}: {m.text('sms')}" for _ in range(200)]
    case = _lines(m, "build.log", lines)
    return Case(case.source, case.right, said=(("label|classif",),))


@form("logs", "access log of a web server")
def log_access(m: Maker) -> Case:
    return _lines(
        m,
        "access.log",
        [
            f'127.0.0.{i % 9} - - [10/Oct/2023:13:55:{i % 60:02d} +0000] "GET /a/{i} HTTP/1.1" '
            f"{(200, 404, 304)[i % 3]} {1000 + i}"
            for i in range(200)
        ],
    )


@form("logs", "tabs: time, level, message; a table of tabs without names")
def log_tabs(m: Maker) -> Case:
    lines = [
        f"2024-01-02T12:{i // 60:02d}:{i % 60:02d}Z\t{('INFO', 'WARN', 'ERROR')[i % 3]}\t{m.text('sms')}"
        for i in range(200)
    ]
    path = m.lines("events.log", lines)
    return Case(path, (running("\n".join(lines)),), said=(("--task lm|--label-column",),))


@form("code", "Python")
def code_python(m: Maker) -> Case:
    lines = [
        line
        for i in range(40)
        for line in (
            f"def step_{i}(value, rate=0.{i}):",
            f'    """{m.text("sms")}"""',
            f"    total = value * {i}; rate += 1",
            "    return {'total': total, 'rate': rate}",
            "",
        )
    ]
    return _lines(m, "module.py", lines)


@form("code", "C, every line ends with a semicolon")
def code_c(m: Maker) -> Case:
    lines = [
        line
        for i in range(40)
        for line in (f"int a{i} = {i};", f'char *s{i} = "{m.text("sms")}";', f'printf("%d\\n", a{i});', "}")
    ]
    return _lines(m, "main.c", lines)


@form("code", "SQL: INSERT lines")
def code_sql(m: Maker) -> Case:
    return _lines(
        m,
        "dump.sql",
        [f"INSERT INTO reviews (id, text, label) VALUES ({i}, '{m.text('sms')}', {i % 2});" for i in range(120)],
    )


@form("code", "Markdown with a table in it")
def code_markdown(m: Maker) -> Case:
    lines = [
        "# Notes",
        "",
        *m.texts("plain", 60, 2),
        "",
        "| name | value |",
        "|---|---|",
        *(f"| row {i} | {i} |" for i in range(20)),
        "",
        *m.texts("plain", 60, 2),
    ]
    return _lines(m, "notes.md", lines)


@form("code", "JSON settings over many lines: an object that is no table")
def code_settings(m: Maker) -> Case:
    path = m.json(
        "settings.json",
        {"name": "app", "version": 3, "options": {"colour": "red", "depth": 2}, "paths": ["a", "b"]},
        indent=2,
    )
    return Case(path, (Refused(("JSON|table|column",)),))


@form("word lists", "a dictionary: word, tab, meaning")
def words_dictionary_tabs(m: Maker) -> Case:
    lines = [f"word{i}\t{m.text('plain')}" for i in range(150)]
    path = m.lines("dict.txt", lines)
    return Case(path, (running("\n".join(lines)), Want("lm", count=150)))


@form("word lists", "a glossary: word - meaning")
def words_glossary(m: Maker) -> Case:
    return _lines(m, "glossary.txt", [f"Term{i} - {m.text('plain')}" for i in range(150)])


@form("word lists", "words and how often they occur")
def words_counts(m: Maker) -> Case:
    lines = [f"word{i} {max(1, 5000 // (i + 1))}" for i in range(300)]
    return _lines(m, "vocab.txt", lines)


@form("word lists", "names, one a line (char-rnn's names.txt)")
def words_names(m: Maker) -> Case:
    return _lines(
        m, "names.txt", ["".join(m.random.choices("aeioulnrstm", k=m.random.randrange(3, 9))) for _ in range(400)]
    )


@form("word lists", "proverbs with their author: text - Author")
def words_quotes(m: Maker) -> Case:
    people = ("Seneca", "Goethe", "Austen", "Twain", "Wilde")
    lines = [f"{m.text('plain')} — {m.random.choice(people)}" for _ in range(150)]
    case = _lines(m, "quotes.txt", lines)
    return Case(case.source, case.right, said=(("label|classif", "—|author|Seneca|--task"),))


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
