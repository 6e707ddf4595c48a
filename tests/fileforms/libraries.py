"""Books as libraries hand them out: what stands around the text is none of it."""

from __future__ import annotations

from fileforms.model import Case, Maker, classify, form, pairs, running

SAID = "Gutenberg|licen[cs]e|Aozora|library|notes? of|colophon|left out"


def _book(m: Maker, style: str = "plain") -> str:
    return "\n\n".join(f"{i}.\n\n" + "\n\n".join(m.text(style, 6) for _ in range(5)) for i in range(1, 6))


def _case(m: Maker, name: str, before: str, body: str, after: str, encoding: str = "utf-8") -> Case:
    path = m.file(name, f"{before}\n\n{body}\n\n{after}\n", encoding)
    return Case(path, (running(body, says=(SAID,)),), said=((SAID,),))


@form("books", "Project Gutenberg: the end said in words before the mark, credits after the start")
def book_gutenberg_credits(m: Maker) -> Case:
    body = _book(m)
    before = (
        "The Project Gutenberg EBook of A Tale, by Nobody\n\n"
        "*** START OF THIS PROJECT GUTENBERG EBOOK A TALE ***\n\n"
        "Produced by A. Reader and the Online Distributed Proofreading Team"
    )
    after = (
        "End of the Project Gutenberg EBook of A Tale, by Nobody\n\n"
        "*** END OF THIS PROJECT GUTENBERG EBOOK A TALE ***\n\nUpdated editions will replace the previous one.\n"
    )
    path = m.file("pg1.txt", f"{before}\n\n\n{body}\n\n\n{after}")
    credits = "Produced by A. Reader and the Online Distributed Proofreading Team"
    ends = "End of the Project Gutenberg EBook of A Tale, by Nobody"
    ways = [running(text, says=(SAID,)) for text in (body, credits + body, body + ends, credits + body + ends)]
    return Case(path, tuple(ways), said=((SAID,),))


@form("books", "Project Gutenberg: only the footer is there, the header was cut off")
def book_gutenberg_footer(m: Maker) -> Case:
    after = (
        "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\n"
        "Updated editions will replace the previous one.\n\nSection 1. General Terms of Use"
    )
    body = _book(m)
    return Case(m.file("tale.txt", f"{body}\n\n{after}\n"), (running(body, says=(SAID,)),), said=((SAID,),))


@form("books", "Project Gutenberg: the mark in lower case and over two lines")
def book_gutenberg_two_lines(m: Maker) -> Case:
    before = (
        "The Project Gutenberg eBook of A Very Long Title of a Tale\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK A VERY LONG TITLE OF\nA TALE ***"
    )
    after = (
        "*** END OF THE PROJECT GUTENBERG EBOOK A VERY LONG TITLE OF\nA TALE ***\n\n"
        "Updated editions will replace the previous one."
    )
    return _case(m, "pg2.txt", before, _book(m), after)


@form("books", "a book of Project Gutenberg with CRLF, gzipped")
def book_gutenberg_gz(m: Maker) -> Case:
    body = _book(m)
    text = (
        f"The Project Gutenberg eBook of A Tale\n\n*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\n{body}\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\nUpdated editions will replace the previous one.\n"
    )
    return Case(m.file("pg3.txt.gz", text.replace("\n", "\r\n")), (running(body, says=(SAID,)),), said=((SAID,),))


@form("books", "Aozora Bunko: signs explained between hyphens, 底本 at the end, ruby in 《》; Shift-JIS or UTF-8")
def book_aozora(m: Maker) -> Case:
    rule = "-" * 55
    before = f"作り話\n名無し\n\n{rule}\n【テキスト中に現れる記号について】\n\n《》：ルビ\n（例）私《わたくし》\n{rule}"
    after = "底本：「作り話」架空文庫\n　　　2001（平成13）年1月1日発行\n入力：名無し\n青空文庫作成ファイル："
    body = _book(m, "ja")
    path = m.file("tsukuri.txt", f"{before}\n\n{body}\n\n\n{after}\n")
    # The signs are explained by the book's editors; they may stay, but what names the source may not.
    bodies = (body, f"作り話\n名無し\n{body}", f"{before}\n\n{body}", f"{before}\n\n{body}\n\n")
    ways = [running(text, says=(SAID,)) for text in bodies]
    return Case(path, tuple(ways), said=((SAID,),))


@form("books", "a play of Project Gutenberg: speakers and licence at once")
def book_gutenberg_play(m: Maker) -> Case:
    body = "\n\n".join(f"{('ANNA', 'BRUNO')[i % 2]}.\n{m.text('plain', 2)}" for i in range(80))
    before = "The Project Gutenberg eBook of A Play\n\n*** START OF THE PROJECT GUTENBERG EBOOK A PLAY ***"
    after = "*** END OF THE PROJECT GUTENBERG EBOOK A PLAY ***\n\nUpdated editions will replace the previous one."
    return _case(m, "pg4.txt", before, body, after)


@form("books", "Gutenberg speaks of printing: the name alone cuts nothing")
def book_name_only(m: Maker) -> Case:
    text = (
        f"{_book(m)}\n\nJohannes Gutenberg began the project in Mainz. *** \n\n"
        f"The end of the project was a licence to print.\n\n{_book(m)}\n"
    )
    return Case(m.file("history.txt", text), (running(text),))


@form("books", "a licence of software above a text: the MIT words stay, they are the text")
def book_mit(m: Maker) -> Case:
    text = "Permission is hereby granted, free of charge, to any person.\n\n" + _book(m) + "\n"
    return Case(m.file("notes.txt", text), (running(text),))


@form("scripts", "Khmer with zero-width spaces between words")
def script_khmer_zwsp(m: Maker) -> Case:
    labels = m.labels("pos neg", 240)
    texts = ["\u200b".join((m.text("km"), m.sentence("km"))) for _ in labels]
    return Case(
        m.csv("train.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), known=2 / 3),),
    )


@form("scripts", "Thai without a header, label in front, .txt with tabs")
def script_thai_tabs(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 239)], m.texts("th", 240)
    path = m.lines("thai.txt", map("\t".join, zip(labels, texts, strict=True)))
    return Case(path, (classify(pairs(texts, labels), known=2 / 3),))
