"""Dialogues, chats, logs, code and word lists: text with marks at the start of its lines."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, form, running

NAMES = ("ANNA", "BRUNO", "CARLA", "DAVID")


def _lines(m: Maker, name: str, lines: list[str], **how: str) -> Case:
    return Case(m.lines(name, lines, **how), (running("\n".join(lines)),))


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
