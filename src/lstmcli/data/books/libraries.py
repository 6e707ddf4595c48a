"""Digital libraries, and the lines by which they mark the licences and notes around their books."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """How one library marks its books."""

    name: str
    head: re.Pattern[str] | None = None  # the last line of what stands before a book
    foot: re.Pattern[str] | None = None  # the first line of what stands after it
    start: re.Pattern[str] | None = None
    """The first line of what stands before a book, where it is not the first of the file."""
    sign: re.Pattern[str] | None = None
    """What must stand in one of the lines from a foot on, lest a chapter be taken for it."""
    after_head: bool = False  # a foot counts only after a head of the same library
    title: bool = False  # the head may go on over a few lines, up to one that ends with asterisks


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


LIBRARIES = (
    Library("Aozora Bunko", foot=_pattern(r"底本："), sign=_pattern("青空文庫")),
    Library(
        "Project Gutenberg Australia",
        head=_pattern(r"\s*to contact project gutenberg (?:of )?australia\b"),
        foot=_pattern(
            r"\s*(?:the )?project gutenberg (?:of )?australia\s*$",
            r"\s*this site is full of free ebooks",
            r"\s*end of (?:the |this )?project gutenberg (?:of )?australia",
        ),
        after_head=True,
    ),
    Library(
        "Project Gutenberg Canada",
        head=_pattern(r"\s*(?:project gutenberg canada|faded page) ebook\s*#"),
        foot=_pattern(r"\s*\[(?:the )?end of .*(?:\]|\bby\b)"),
        after_head=True,
    ),
    Library(
        "Project Gutenberg",
        head=_pattern(
            r"\s*\*{3}\s*start of (?:the|this)(?: copyrighted)? project gutenberg",
            r"\s*\*\s?end\s?\*?\s?the small print",
            r"\s*beginning of (?:the|this) project gutenberg",
        ),
        foot=_pattern(
            r"\s*\*{3}\s*end of (?:the|this)(?: copyrighted)? project gutenberg",
            r"\s*\**\s*end of (?:the |this )?project gutenberg(?!\s*(?:of )?(?:australia|canada))",
            r"\s*ende dieses projects? gutenberg",
            r"\s*fin (?:de|du|de ce) (?:ce )?(?:project|projet) gutenberg",
            r"\s*\*{3}\s*start:? full license",
        ),
        title=True,
    ),
    Library(
        "Wikisource",
        head=_pattern(r"\s*exported from wikisource on\b"),
        foot=_pattern(
            r"\s*about this digital edition\s*$",
            r"\s*à propos de cette édition électronique\s*$",
            r"\s*informazioni su questa edizione elettronica:?\s*$",
        ),
        sign=_pattern("wikisource"),
    ),
    Library(
        "Standard Ebooks",
        start=_pattern(r"\s*(?:imprint\s*$|this ebook is the product of many hours of hard work by volunteers)"),
        head=_pattern(r".*\bstandardebooks\.org\.?\s*$"),
        foot=_pattern(r"\s*colophon\s*$", r"\s*uncopyright\s*$"),
        sign=_pattern("standard ebooks"),
    ),
    Library(
        "Google Books",
        start=_pattern(r"\s*this is a digital copy of a book that was preserved for generations"),
        head=_pattern(r".*\bbooks\s?\.\s?google\s?\.\s?com\b"),
    ),
    Library(
        "the Internet Archive",
        start=_pattern(r"\s*digitized by the internet archive"),
        head=_pattern(r".*\barchive\.org/details?/"),
    ),
)
LINES = (
    ("the Chinese Text Project", _pattern(r"\s*urn: ctp:", r".{0,60}中[國国]哲[學学][書书][電电]子化[計计][劃划]")),
)
"""Single lines that libraries add."""

HINT = _pattern(
    *("gutenberg", "the small print", "faded page", "end of", "wikisource", "digital edition", "édition élec"),
    *("edizione ele", "ebooks", "imprint", "colophon", "uncopyright", "digital copy", r"google\s?\.", "archive"),
    *("底本", "青空", "ctp:", "子化", r"transcriber.{0,2}s?.{0,2}\snote", "full license", "newsletter"),
)
"""What each of the patterns above needs; nearly every line of a book has nothing of it."""
OPENING = _pattern(r"\W*(?:(?:the|this|a) )?project gutenberg\b.*\be-?(?:book|text)\b", r"\W*project gutenberg etext")
CREDIT = _pattern(
    r"\s*(?:this )?(?:project gutenberg )?(?:e-?(?:book|text)|file) (?:was |is )?"
    r"(?:produced|prepared|transcribed|created|scanned)\b",
    r"\s*(?:produced|transcribed|prepared|scanned|digitized|html version) (?:by|from)\b",
    r"\s*credits:",
    r"\s*\W?transcriber['’]?s?['’]? notes?\b",
    r"\s*note: project gutenberg",
    r"\s*(?:this book content was graciously contributed|dieses buch wurde uns freundlicherweise)",
)
"""The first line of a note on how a book was made."""
END_NOTES = _pattern(r"\W*transcriber['’]?s?['’]? notes?\W*$")
LAST_OF_LICENCE = _pattern(r".*subscribe to our email newsletter")
