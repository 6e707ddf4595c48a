"""The language of help pages, messages and displays: English, or Chinese if the locale is.

Texts are written in English, in the code.  ``lstmcli/chinese`` has catalogues of their translations, which
``tools/chinese.py`` keeps complete; they are only read if the locale is Chinese.  Data for programs never change.

A message is recognised when it is shown (``chinese.py``), so that nothing else has to know about languages.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent.parent / "chinese"
_ENTRY = re.compile(r'^msgid "(.*)"\nmsgstr "(.*)"$', re.MULTILINE)
_CONTINUED = re.compile(r'"\n"')


def is_chinese() -> bool:
    """Whether to write Chinese: the locale asks for it, and both streams can encode it."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale in ("", "C", "POSIX") or locale.startswith("C."):
        return False
    wanted = [*os.environ.get("LANGUAGE", "").lower().split(":"), locale.lower()]
    known = (language[:2] for language in wanted if re.match(r"(zh|en)(?![a-z])", language))
    streams = (sys.stdout, sys.stderr)
    return next(known, "") == "zh" and all(_has_chinese(getattr(each, "encoding", None) or "utf-8") for each in streams)


@cache
def _has_chinese(encoding: str) -> bool:
    try:
        "中文：“”".encode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


@cache
def catalogue(name: str) -> dict[str, str]:
    """The entries of a catalogue: English to Chinese."""
    return entries((CATALOGUES / f"{name}.po").read_text(encoding="utf-8"))


def entries(text: str) -> dict[str, str]:
    """The translations in a file that GNU gettext calls a portable object, of the simple form that we need."""
    import json

    pairs = _ENTRY.findall(_CONTINUED.sub("", text))
    words = json.loads("[" + ",".join(f'"{word}"' for pair in pairs for word in pair) + "]")
    return {english: chinese for english, chinese in zip(words[::2], words[1::2], strict=True) if chinese}


def of_help(text: str) -> str:
    """A text of a help page in the language of the locale."""
    return catalogue("help").get(text, text) if text and is_chinese() else text


def of_display(text: str) -> str:
    """A heading, a name or a sentence of a table, a plot or a page in the language of the locale."""
    if not text or not is_chinese():
        return text
    return catalogue("words").get(text) or of_composed(text)


def of_composed(text: str) -> str:
    """A text that is put together from others, some of them in the language of the locale already."""
    if not is_chinese():
        return text
    from lstmcli.cli.chinese import with_wide_marks

    return with_wide_marks(of_message(text))


def of_message(text: str) -> str:
    """A message in the language of the locale; what is not known stays in English."""
    if not is_chinese():
        return text
    from lstmcli.cli.chinese import translated

    return translated(text)
