"""What libraries put around a book is found, in all their forms, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.books.notices import find_notices, marked, without_notices
from lstmcli.data.config import ReadConfig
from lstmcli.data.held_out import spread
from lstmcli.data.records import Record, Rows, Selection
from lstmcli.data.splits import load_splits

STORY = ["IN THE HARBOUR", "", *(f"The {n}th boat came in at night, and nobody saw it." for n in range(50)), ""]
LICENCE = [f"Section {n}. You may use this electronic work under its terms." for n in range(300)]
HEADER = ["The Project Gutenberg eBook of In the Harbour", "", "Title: In the Harbour", ""]


def left(*lines: str | list[str]) -> list[str]:
    """The lines that are read."""
    flat = [line for part in lines for line in ([part] if isinstance(part, str) else part)]
    records = [Record(line, (), n, "book.txt") for n, line in enumerate(flat, 1)]
    return [record.text for record in without_notices(records)[0]]


def is_story(lines: list[str]) -> bool:
    """The story, but for empty lines around it."""
    return "\n".join(lines).strip() == "\n".join(STORY).strip()


@pytest.mark.parametrize(
    "start",
    [
        "*** START OF THE PROJECT GUTENBERG EBOOK IN THE HARBOUR ***",
        "*** START OF THIS PROJECT GUTENBERG EBOOK IN THE HARBOUR ***",
        "***START OF THE PROJECT GUTENBERG EBOOK IN THE HARBOUR***",
        "*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK, HARBOUR ***",
        "*** START OF THIS PROJECT GUTENBERG EBOOK IN\nTHE HARBOUR ***",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
        "*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*",
    ],
)
@pytest.mark.parametrize(
    "end",
    [
        "*** END OF THE PROJECT GUTENBERG EBOOK IN THE HARBOUR ***",
        "***END OF THIS PROJECT GUTENBERG EBOOK IN THE HARBOUR***",
        "End of the Project Gutenberg EBook of In the Harbour, by X\n\n*** END OF THIS PROJECT GUTENBERG EBOOK ***",
        "End of Project Gutenberg's In the Harbour, by Nobody",
        "End of The Project Gutenberg Etext of In the Harbour",
    ],
)
def test_project_gutenberg_old_and_new(start: str, end: str) -> None:
    assert is_story(left(HEADER, start.split("\n"), "", STORY, "", end.split("\n"), LICENCE))
    assert is_story(left(STORY, end.split("\n"), LICENCE)), "a book whose header was cut off"
    assert is_story(left(HEADER, start.split("\n"), STORY)), "a book whose licence was cut off"


def test_the_small_print_of_a_header_and_a_start_line_may_both_be_there() -> None:
    small = ["***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***", *LICENCE[:150]]
    assert is_story(left(HEADER, small, "*END*THE SMALL PRINT! FOR ETEXTS*END*", "", STORY))
    both = ["*** START OF THE PROJECT GUTENBERG EBOOK ***", "", "*END*THE SMALL PRINT!*END*"]
    assert is_story(left(HEADER, both, STORY))


@pytest.mark.parametrize(
    "credit",
    [
        ["Produced by A. Volunteer and the Online Distributed", "Proofreading Team at https://www.pgdp.net", ""],
        ["E-text prepared by A. Volunteer", ""],
        ["Transcribed from the 1901 edition by A. Volunteer", ""],
        ["[Transcriber's Note: spelling was kept.", "", "Accents were not.]", ""],
        ["Transcriber’s Notes: spelling was kept.", ""],
        ["This etext was produced by A. Volunteer.", "", "Produced by another", ""],
    ],
)
def test_notes_on_the_making_of_a_book_are_left_out(credit: list[str]) -> None:
    start = "*** START OF THE PROJECT GUTENBERG EBOOK HARBOUR ***"
    assert is_story(left(HEADER, start, "", credit, "", STORY))
    assert left(STORY, credit) == [*STORY, *credit], "they are not looked for in other texts"


def test_a_transcribers_notes_at_the_end_go_with_the_licence() -> None:
    start, end = (f"*** {edge} OF THE PROJECT GUTENBERG EBOOK HARBOUR ***" for edge in ("START", "END"))
    notes = ["", "Transcriber's Notes", "", "Page 7: 'teh' was changed to 'the'.", ""]
    assert is_story(left(HEADER, start, STORY, notes, end, LICENCE))


def lines(text: str) -> list[str]:
    return [part for line in text.split("|") for part in (LICENCE[:20] if line == "…" else [line])]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Project Gutenberg Australia|Title: X|…|To contact Project Gutenberg of Australia go to http://gutenberg.net.au",
            "This site is full of FREE ebooks - Project Gutenberg Australia",
        ),
        (
            "* A Project Gutenberg Canada Ebook *|…|Project Gutenberg Canada ebook #77||This ebook was produced by: X|",
            "[End of In the Harbour, by Nobody]",
        ),
        (
            "In the Harbour||Exported from Wikisource on 28 November 2026",
            "About this digital edition|This e-book comes from the online library Wikisource.|…",
        ),
        (
            "Imprint|This ebook is the product of many hours of work||Get others at standardebooks.org.",
            "Colophon|In the Harbour|was published in 1901|This ebook was produced for|Standard Ebooks|Uncopyright|…",
        ),
        (
            "This is a digital copy of a book that was preserved for generations|…|at http: //books .google .com/",
            "",
        ),
        ("Digitized by the Internet Archive|in 2008 with funding from||http://www.archive.org/details/h", ""),
        ("《港口》 - 中國哲學書電子化計劃", "URN: ctp:ws1234"),
    ],
)
def test_other_libraries(before: str, after: str) -> None:
    assert is_story(left(lines(before), "", STORY, lines(after)))


def test_several_books_in_one_file() -> None:
    book = [*HEADER, "*** START OF THE PROJECT GUTENBERG EBOOK X ***", *STORY]
    end = ["*** END OF THE PROJECT GUTENBERG EBOOK X ***", *LICENCE]
    assert [line for line in left(book, end, book, end, book) if line] == [line for line in STORY if line] * 3


def test_what_follows_a_licence_stays_where_no_other_book_begins() -> None:
    long = STORY * 30
    end = [
        "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
        *LICENCE,
        "to subscribe to our email newsletter to hear more.",
    ]
    assert left(STORY, end, long) == [*STORY, *long]
    assert left(STORY, end[:-1], long) == [*STORY, *LICENCE, *long], "of a licence that has no end only the mark is cut"


@pytest.mark.parametrize(
    "lines",
    [
        ["About this digital edition", "of our newsletter there is little to say."],
        ["[End of chapter one]"],
        ["Colophon", "A chapter about printers."],
        ["He said: *** START OF THE PROJECT GUTENBERG EBOOK *** is what they look for."],
        ["This is the end of the Project Gutenberg affair."],
        ["# strip from '*** START OF THE PROJECT GUTENBERG EBOOK'"],
        ["Imprint", "of a foot in the sand", *STORY, "see standardebooks.org."],
    ],
)
def test_other_text_stays(lines: list[str]) -> None:
    assert left(STORY, lines, STORY) == [*STORY, *lines, *STORY]


def test_a_quoted_mark_far_into_a_text_removes_only_its_line() -> None:
    mark = "*** START OF THE PROJECT GUTENBERG EBOOK X ***"
    assert left(STORY * 3, mark, STORY) == [*STORY * 3, *STORY]


def test_a_text_that_is_nothing_but_a_licence_is_read() -> None:
    lines = [
        *HEADER,
        "*** START OF THE PROJECT GUTENBERG EBOOK X ***",
        "",
        "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
    ]
    assert left(lines) == lines


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)))
def test_text_without_marks_is_left_as_it_is(lines: list[str]) -> None:
    records = [Record(line) for line in lines]
    assert find_notices(records).places == []
    assert without_notices(records) == (records, [])


@given(
    st.lists(
        st.sampled_from(
            [
                *STORY[:4],
                *HEADER,
                *(f"*** {edge} OF THE PROJECT GUTENBERG EBOOK X" for edge in ("START", "END")),
                *(
                    "Transcriber's Note",
                    "[Transcriber's Note",
                    "Produced by x",
                    "About this digital edition",
                    "Wikisource",
                ),
            ]
        ),
        max_size=60,
    )
)
def test_places_are_ordered_and_do_not_overlap(lines: list[str]) -> None:
    found = find_notices([Record(line) for line in lines])
    edges = [edge for place in found.places for edge in place]
    assert edges == sorted(set(edges)) and all(0 <= edge <= len(lines) for edge in edges)


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(0, 40))
def test_a_selection_and_the_others_are_all(edges: list[int], size: int) -> None:
    edges = sorted({edge for edge in edges if edge <= size})
    places = list(zip(edges[::2], edges[1::2], strict=False))
    records = [Record(str(n)) for n in range(size)]
    inside, outside = Selection(records, places), Selection(records, places, inside=False)
    expected = {str(n) for start, stop in places for n in range(start, stop)}
    assert [r.text for r in inside] == [r.text for r in records if r.text in expected]
    assert [r.text for r in outside] == [r.text for r in records if r.text not in expected]
    assert (len(inside), len(outside)) == (len(list(inside)), len(list(outside)))
    assert all((record in inside) != (record in outside) for record in records)


@given(st.integers(1, 5000), st.floats(0.001, 0.999), st.integers(1, 10))
def test_runs_are_spread_and_apart(rows: int, share: float, blocks: int) -> None:
    held = min(rows - 1, max(1, round(share * rows)))
    places = spread(rows, held, blocks)
    assert sum(stop - start for start, stop in places) == held
    edges = [edge for place in places for edge in place]
    assert edges == sorted(edges) and all(0 <= edge <= rows for edge in edges)
    for block, (start, stop) in enumerate(places):
        assert rows * block // blocks <= start and stop <= rows * (block + 1) // blocks


def test_a_licence_is_in_no_split_and_a_note_says_so(tmp_path: Path) -> None:
    start, end = (f"*** {edge} OF THE PROJECT GUTENBERG EBOOK HARBOUR ***" for edge in ("START", "END"))
    path, other = tmp_path / "pg1.txt", tmp_path / "pg2.txt"
    path.write_text("\n".join([*HEADER, start, *STORY * 10, end, *LICENCE]), encoding="utf-8-sig")
    other.write_text("\n".join([*STORY, end, *LICENCE]))

    def load(**options: bool) -> tuple[Iterator[str], tuple[str, ...]]:
        given = {"valid": None, "test": str(other), "valid_fraction": None, "seed": 1}
        splits = load_splits(str(path), ReadConfig(**options), **given)  # type: ignore[arg-type]
        return (r.text for part in (splits.train, splits.valid, splits.test) for r in part), splits.notes

    lines, notes = load()
    assert sorted(lines) == sorted(STORY * 11)
    assert f"{path}: licence and notes of Project Gutenberg left out, lines 1 to 5 and 536 to 836" in notes[1]
    assert "--keep-licence" in notes[1] and str(other) in notes[3]
    lines, notes = load(keep_licence=True)
    assert len(list(lines)) == 5 + 530 + 301 + 53 + 301 and not any("left out" in note for note in notes)


def test_lines_are_held_out_from_several_places(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("\n".join(f"line {i}" for i in range(2000)))
    given = {"valid": None, "test": None, "seed": 1}
    splits = load_splits(str(path), ReadConfig(), valid_fraction=None, **given)  # type: ignore[arg-type]
    train, valid = ([int(r.text.split()[1]) for r in part] for part in (splits.train, splits.valid))
    assert sorted(train + valid) == list(range(2000)) and len(valid) == 100
    assert len({line // 200 for line in valid}) == 10
    assert sum(b - a != 1 for a, b in pairwise(valid)) == 9, "each place is a run of lines"
    assert splits.notes[-1] == "validation: 100 of 2,000 rows held out, in 10 runs of lines spread over the text"
    assert isinstance(splits.valid, Selection) and not isinstance(splits.train, Rows)


def test_the_first_mark_is_reported_once() -> None:
    told: list[tuple[int, str]] = []
    lines = [
        *STORY,
        "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
        *LICENCE,
        "*** END OF THIS PROJECT GUTENBERG EBOOK",
    ]
    records = [Record(line, (), n) for n, line in enumerate(lines, 1)]
    assert list(marked(records, lambda record, library: told.append((record.line, library)))) == records
    assert told == [(len(STORY) + 1, "Project Gutenberg")]
    assert list(marked(records[: len(STORY)], lambda *_: pytest.fail("nothing to tell"))) == records[: len(STORY)]
