"""The language of help pages and messages: English, or Chinese if the locale is.

Texts are written in English, in the code.  ``lstmcli/chinese`` has catalogues of their translations, which
``tools/chinese.py`` keeps complete; they are only read if the locale is Chinese.  Data for programs never change.

A text that the code puts together is listed as a template, with ``{0}``, ``{1}`` … for what is filled in.  It is
recognised when it is shown, so that nothing else has to know about languages.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lstmcli.plural import count

CATALOGUES = Path(__file__).parent.parent / "chinese"
_ENTRY = re.compile(r'^msgid "(.*)"\nmsgstr "(.*)"$', re.MULTILINE)
_CONTINUED = re.compile(r'"\n"')
_HOLE = re.compile(r"(\{\d+[#~=]?\})")
_PATTERNS = {"#": r"(-?[\d.,]+(?:e[+-]?\d+)?|-?inf|nan)", "~": r"(\w*)", "": "(.*?)"}
_PREFIX = re.compile(r"(error|hint|warning|note): (?=\S)")
_PLACE = re.compile(r"(.*?)(?:, )?(?:line|row) (\d+)(?:: (.+))?", re.DOTALL)
_REMARK = re.compile(r"(.+) \((.+)\)", re.DOTALL)
_ONE = re.compile(r"1 ([a-z][a-z -]{1,30})")
_SPACE = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=[\u2e80-\u9fff\uff00-\uffef])")
"""Between Chinese characters, where a value has been translated."""
_QUOTED = re.compile(r"([\"']).*\1", re.DOTALL)
_MARKS = {"; ": "；", ", ": "，", ": ": "："}
_MARK = re.compile("; |, |: ")
_LIST = re.compile(r"((?:'[^']*'|`[^`]*`|[^\s,;:]+)(?:, | and | or |$))+(?<=\S)")
_JOINT = re.compile("(?=; |, |: | )")
MAX_LENGTH, MAX_REMARK, MAX_PARTS = 2000, 300, 12
"""Longer messages stay in English; longer values have no remark of the program at their end, and longer lists none."""


def is_chinese() -> bool:
    """Whether to write Chinese: the locale asks for it, and both streams can encode it."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale in ("", "C", "POSIX") or locale.startswith("C."):
        return False
    wanted = [*os.environ.get("LANGUAGE", "").lower().split(":"), locale.lower()]
    known = (language[:2] for language in wanted if re.match(r"(zh|en)(?![a-z])", language))
    return next(known, "") == "zh" and all(map(_encodes, (sys.stdout, sys.stderr)))


def _encodes(stream: object) -> bool:
    try:
        "中文：“”".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


@cache
def catalogue(name: str) -> dict[str, str]:
    """The entries of a catalogue: English to Chinese."""
    import json

    text = (CATALOGUES / f"{name}.po").read_text(encoding="utf-8")
    pairs = _ENTRY.findall(_CONTINUED.sub("", text))
    words = json.loads("[" + ",".join(f'"{word}"' for pair in pairs for word in pair) + "]")
    return {english: chinese for english, chinese in zip(words[::2], words[1::2], strict=True) if chinese}


def of_help(text: str) -> str:
    """A text of a help page in the language of the locale."""
    return catalogue("help").get(text, text) if text and is_chinese() else text


def of_message(text: str) -> str:
    """A message in the language of the locale; what is not known stays in English."""
    if len(text) > MAX_LENGTH or not is_chinese():
        return text
    prefix = _PREFIX.match(text)
    found = _translated(text[prefix.end() :] if prefix else text).text
    return _SPACE.sub("", f"{catalogue('words')[prefix[1]]}：{found}" if prefix else found)


@dataclass(frozen=True)
class Template:
    """A message with holes."""

    english: str
    chinese: str

    @property
    def texts(self) -> list[str]:
        """What is between the holes, and before and after them."""
        return _HOLE.split(self.english)[::2]

    @property
    def letters(self) -> int:
        """How much of a text it explains."""
        return sum(map(str.isalpha, "".join(self.texts)))

    @property
    def is_telling(self) -> bool:
        """Whether it has enough letters of its own not to be found by chance."""
        return self.letters >= (6 if re.match(r"\{\d+\}", self.english) or "~}" in self.english else 3)

    def match(self, text: str) -> dict[str, str] | None:
        """The values of the holes if ``text`` is this message."""
        pattern, holes = "", list[list[str]]()
        for n, part in enumerate(_HOLE.split(self.english)):
            if n % 2 == 0:
                pattern += re.escape(part)
            elif part[-2].isdigit() and pattern.endswith(_PATTERNS[""]):
                holes[-1].append(part)
            else:
                pattern += _PATTERNS[part[-2] if not part[-2].isdigit() else ""]
                holes.append([part])
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found is None:
            return None
        return {hole: value for group, whole in zip(holes, found.groups(), strict=True)
                for hole, value in zip(group, _divided(whole, len(group)), strict=True)}  # fmt: skip


@cache
def _templates() -> list[tuple[list[str], Template]]:
    """The templates with holes, the most telling first."""
    found = [Template(*entry) for entry in catalogue("messages").items() if _HOLE.search(entry[0])]
    return [(each.texts, each) for each in sorted(found, key=lambda each: -each.letters) if each.is_telling]


class Found(NamedTuple):
    """A text in Chinese as far as it is known, and how many letters of it are."""

    text: str
    letters: int = 0
    begins: bool = False
    """Whether the first of them is known, so that no place stands before it."""


@cache
def _known(text: str) -> Found:
    """A text that is one message."""
    entries = catalogue("messages")
    if exact := entries.get(text) or entries.get(text[:1].lower() + text[1:]):
        return Found(exact, len(text), begins=True)
    if one := _ONE.fullmatch(text):
        several = entries.get(f"{{0#}} {count(2, one[1])[2:]}")
        return Found(several.replace("{0#}", "1"), len(text), begins=True) if several else Found(text)
    for texts, template in _templates():
        if text.startswith(texts[0]) and text.endswith(texts[-1]) and all(part in text for part in texts):
            values = template.match(text)
            if values is not None:
                parts = _HOLE.split(template.chinese)
                parts[1::2] = (_filled(hole, values) for hole in parts[1::2])
                return Found("".join(parts), template.letters, begins=bool(texts[0]))
    return Found(text)


def _filled(hole: str, values: dict[str, str]) -> str:
    """What stands in place of a hole: ``{0=}`` asks for a translation of a single word."""
    value = values[hole.replace("=", "")]
    return catalogue("words").get(value, value) if "=" in hole else _filling(value)


def _filling(value: str) -> str:
    """A value in a message: what is a text of the program in it, translated; never what is quoted."""
    plain = value.strip()
    if not plain or _QUOTED.fullmatch(plain):
        return value
    if _LIST.fullmatch(plain):
        return plain.replace(" and ", " 和 ").replace(" or ", " 或 ")
    found = _translated(plain)
    if found.letters:
        return found.text
    if mark := _MARK.match(value):
        return _MARKS[mark[0]] + value[2:]
    for joint in re.finditer(r"(?<=['\"]); | (?=\()", plain):
        rest = _translated(plain[joint.start() :].strip())
        if rest.letters:
            return plain[: joint.start()] + rest.text
    return value


@cache
def _translated(text: str) -> Found:
    """A message, which may stand behind the place that it is about, or among others."""
    if not re.search(r"[A-Za-z]{2}", text):
        return Found(text)
    place = _PLACE.fullmatch(text)
    if place and (place[3] or place[1]):
        where = f"{_filling(place[1])}，第 {place[2]} 行" if place[1] else f"第 {place[2]} 行"
        return Found(f"{where}：{_translated(place[3]).text}" if place[3] else where, len(text))
    found = _behind_place(text)
    if not found.letters and (remark := _REMARK.fullmatch(text)):
        message = _translated(remark[1])
        found = Found(f"{message.text}（{_filling(remark[2])}）", message.letters)
    return found if found.letters else _joined(text)


def _behind_place(text: str) -> Found:
    """A message that may stand behind the name of a file and a colon; the name may have colons, too."""
    best, place = _known(text), ""
    if best.begins:
        return best
    for colon in re.finditer(": ", text):
        message = _known(text[colon.end() :])
        if message.letters > best.letters or (message.letters == best.letters > 0 and (message.begins or not place)):
            place = catalogue("words").get(text[: colon.end()].strip()) or f"{_filling(text[: colon.start()])}："
            best = Found(f"{place}{message.text}", message.letters)
            if message.begins:
                break
    return best


def _joined(text: str) -> Found:
    """Messages with a mark between them, or before them."""
    if mark := _MARK.match(text):
        message = _translated(text[2:])
        return Found(_MARKS[mark[0]] + message.text, message.letters) if message.letters else Found(text)
    for between in ("; ", ", "):
        parts = text.split(between)
        for n in range(len(parts) - 1 if len(parts) < MAX_PARTS else 0, 0, -1):
            head, rest = between.join(parts[:n]), between.join(parts[n:])
            first = _known(head) if n > 1 else _translated(head)
            if first.letters and (remark := _known(between + rest)).letters:
                return Found(first.text + remark.text, first.letters + remark.letters)
            if first.letters or n == 1:
                others = _translated(rest)
                if letters := first.letters + others.letters:
                    return Found(first.text + _MARKS[between] + others.text, letters)
    return Found(text)


def _divided(text: str, parts: int) -> list[str]:
    """What fills several holes in a row: all but the first are short texts of the program, or empty."""
    if parts == 1:
        return [text]
    joints = [joint.start() for joint in _JOINT.finditer(text, max(0, len(text) - MAX_REMARK))]
    for joint in sorted(joints, key=lambda at: text[at : at + 2] not in (*_MARKS, " (")):
        rest = _divided(text[joint:], parts - 1)
        if all(not each or _translated(each.strip()).letters for each in rest):
            return [text[:joint], *rest]
    return [text, *[""] * (parts - 1)]
