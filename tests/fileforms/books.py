"""Books, with and without the words of a library around them; poems and plays."""

from __future__ import annotations

from fileforms.model import Case, Maker, form, running

_LICENCE = "\n\n".join(
    f"1.{part}. You may copy this electronic work, give it away or re-use it under the terms of the licence. {part}"
    for part in "ABCDEFGHIJKLMNOPQ"
)
NAMES = ("ANNA", "BRUNO", "CARLA", "DAVID")


def _lines(m: Maker, name: str, lines: list[str], **how: str) -> Case:
    return Case(m.lines(name, lines, **how), (running("\n".join(lines)),))


def _chapters(m: Maker, style: str = "plain") -> str:
    return "\n\n".join(f"CHAPTER {i}.\n\n" + "\n\n".join(m.text(style, 8) for _ in range(6)) for i in range(1, 6))


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
